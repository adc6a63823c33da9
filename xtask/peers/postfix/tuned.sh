[ -e /etc/postfix/main.cf ] || cp /usr/share/postfix/main.cf.debian /etc/postfix/main.cf
postconf -e "myhostname = peer.example.test" "mydestination = example.test, peer.example.test, localhost" \
  "smtpd_tls_cert_file = /etc/peer/cert" "smtpd_tls_key_file = /etc/peer/key" \
  "smtpd_tls_security_level = may" "smtp_dns_support_level = disabled" "maillog_file = /var/log/mail.log" \
  "smtpd_tls_auth_only = yes" "smtpd_sasl_auth_enable = yes" "smtpd_sasl_local_domain = example.test" \
  "smtpd_authorized_xclient_hosts = 127.0.0.0/8" "smtpd_authorized_xforward_hosts = 127.0.0.0/8"
put /etc/postfix/sasl/smtpd.conf <<'C'
pwcheck_method: auxprop
auxprop_plugin: sasldb
mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5
C
echo secret1 | saslpasswd2 -p -c -u example.test alice
chmod 644 /etc/sasldb2
# The services of master.cf that the manual says to uncomment; nothing in a chroot, for sasldb.
postconf -M "submission/inet=submission inet n - n - - smtpd" "submissions/inet=submissions inet n - n - - smtpd" \
  "smtp/inet=smtp inet n - n - - smtpd"
postconf -P "submission/inet/smtpd_tls_security_level=encrypt" "submissions/inet/smtpd_tls_wrappermode=yes"
newaliases
postfix start
