sed -i -e "s/^dc_eximconfig_configtype=.*/dc_eximconfig_configtype='internet'/" \
  -e "s/^dc_other_hostnames=.*/dc_other_hostnames='peer.example.test : example.test'/" \
  -e "s/^dc_local_interfaces=.*/dc_local_interfaces='127.0.0.1.25 : 127.0.0.1.587 : 127.0.0.1.465'/" /etc/exim4/update-exim4.conf.conf
install -m 644 /etc/peer/cert /etc/exim4/exim.crt
install -m 640 -g Debian-exim /etc/peer/key /etc/exim4/exim.key
put /etc/exim4/exim4.conf.localmacros <<'C'
MAIN_TLS_ENABLE = yes
MAIN_SMTPUTF8_ADVERTISE_HOSTS = *
C
# Main options go before the ACLs, authenticators at the head of their section.
sed -i -e "/^begin acl/i\\
tls_on_connect_ports = 465\\
dsn_advertise_hosts = *\\
pipelining_connect_advertise_hosts = *\\
" -e "/^acl_check_rcpt:/i\\
acl_peer_yes:\\
  accept\\
" -e "/^begin authenticators/a\\
peer_plain:\\
  driver = plaintext\\
  public_name = PLAIN\\
  server_prompts = :\\
  server_set_id = \$auth2\\
  server_advertise_condition = \${if def:tls_in_cipher}\\
  server_condition = \${if and{{eq{\$auth2}{alice}}{eq{\$auth3}{secret1}}}}\\
peer_login:\\
  driver = plaintext\\
  public_name = LOGIN\\
  server_prompts = Username:: : Password::\\
  server_set_id = \$auth1\\
  server_advertise_condition = \${if def:tls_in_cipher}\\
  server_condition = \${if and{{eq{\$auth1}{alice}}{eq{\$auth2}{secret1}}}}" /etc/exim4/exim4.conf.template
sed -i -e "/^begin acl/i\\
acl_smtp_vrfy = acl_peer_yes\\
acl_smtp_expn = acl_peer_yes\\
acl_smtp_etrn = acl_peer_yes\\
" /etc/exim4/exim4.conf.template
update-exim4.conf
install -d -o Debian-exim /run/exim4
# As a child of the first process it stays in the foreground.
exim4 -bd -q30m &
