touch /etc/aliases
smtpd
