install -d -o openldap -g openldap /run/slapd /var/lib/ldap-peer
install -m 644 -o openldap /etc/peer/cert /etc/ldap/peer.cert
install -m 600 -o openldap /etc/peer/key /etc/ldap/peer.key
put /etc/ldap/peer.conf <<'C'
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload syncprov
moduleload ppolicy
moduleload memberof
moduleload sssvlv
moduleload dds
moduleload dyngroup
TLSCertificateFile /etc/ldap/peer.cert
TLSCertificateKeyFile /etc/ldap/peer.key
database mdb
suffix dc=example,dc=test
rootdn cn=admin,dc=example,dc=test
rootpw secret1
directory /var/lib/ldap-peer
overlay syncprov
overlay ppolicy
overlay memberof
overlay sssvlv
overlay dds
overlay dyngroup
C
put /etc/ldap/peer.ldif <<'C'
dn: dc=example,dc=test
objectClass: top
objectClass: dcObject
objectClass: organization
o: example
dc: example
C
slapadd -f /etc/ldap/peer.conf -l /etc/ldap/peer.ldif
chown -R openldap:openldap /var/lib/ldap-peer
slapd -h 'ldap://127.0.0.1:389/' -u openldap -g openldap -f /etc/ldap/peer.conf
