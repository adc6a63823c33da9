[ -e /etc/postfix/main.cf ] || cp /usr/share/postfix/main.cf.debian /etc/postfix/main.cf
postconf -e "myhostname = peer.example.test" "mydestination = example.test, peer.example.test, localhost" \
  "smtpd_tls_cert_file = /etc/ssl/certs/ssl-cert-snakeoil.pem" "smtpd_tls_key_file = /etc/ssl/private/ssl-cert-snakeoil.key" \
  "smtpd_tls_security_level = may" "smtp_dns_support_level = disabled" "maillog_file = /var/log/mail.log"
newaliases
postfix start
