printf '%s\n' 'slapd slapd/domain string example.test' 'slapd shared/organization string example' \
  'slapd slapd/password1 password secret1' 'slapd slapd/password2 password secret1' \
  'slapd slapd/purge_database boolean true' 'slapd slapd/move_old_database boolean true' | debconf-set-selections
dpkg-reconfigure -f noninteractive slapd
install -d -o openldap -g openldap /run/slapd
slapd -h 'ldap://127.0.0.1:389/' -u openldap -g openldap -F /etc/ldap/slapd.d
