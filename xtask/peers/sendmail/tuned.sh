put /etc/mail/sendmail.mc <<'C'
divert(0)dnl
define(`_USE_ETC_MAIL_')dnl
include(`/usr/share/sendmail/cf/m4/cf.m4')dnl
VERSIONID(`peer')dnl
OSTYPE(`debian')dnl
DOMAIN(`debian-mta')dnl
undefine(`confHOST_STATUS_DIRECTORY')dnl
define(`confDOMAIN_NAME', `peer.example.test')dnl
define(`confSERVER_CERT', `/etc/mail/tls/peer.cert')dnl
define(`confSERVER_KEY', `/etc/mail/tls/peer.key')dnl
define(`confCACERT', `/etc/mail/tls/peer.cert')dnl
define(`confCACERT_PATH', `/etc/ssl/certs')dnl
define(`confAUTH_MECHANISMS', `PLAIN LOGIN CRAM-MD5 DIGEST-MD5')dnl
define(`confAUTH_OPTIONS', `A p')dnl
define(`confPRIVACY_FLAGS', `')dnl
TRUST_AUTH_MECH(`PLAIN LOGIN CRAM-MD5 DIGEST-MD5')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`use_cw_file')dnl
DAEMON_OPTIONS(`Family=inet, Name=MTA, Port=25, Addr=127.0.0.1')dnl
DAEMON_OPTIONS(`Family=inet, Name=MSA, Port=587, Addr=127.0.0.1, M=E')dnl
DAEMON_OPTIONS(`Family=inet, Name=TLSMTA, Port=465, Addr=127.0.0.1, M=s')dnl
FEATURE(`local_procmail')dnl
MAILER(`local')dnl
MAILER(`smtp')dnl
C
printf 'peer.example.test\nexample.test\nlocalhost\n' >/etc/mail/local-host-names
put /usr/lib/sasl2/Sendmail.conf <<'C'
pwcheck_method: auxprop
auxprop_plugin: sasldb
mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5
C
for realm in example.test peer.example.test; do
  echo secret1 | saslpasswd2 -p -c -u $realm alice
done
chmod 640 /etc/sasldb2
chgrp smmsp /etc/sasldb2
mkdir -p /etc/mail/tls
install -m 644 /etc/peer/cert /etc/mail/tls/peer.cert
install -m 600 /etc/peer/key /etc/mail/tls/peer.key
m4 /etc/mail/sendmail.mc >/etc/mail/sendmail.cf
newaliases >/dev/null
install -d -o smmta -g smmsp /run/sendmail/mta
install -d -o smmsp -g smmsp /run/sendmail/msp /run/sendmail/stampdir
sendmail-mta -bd -q30m || sendmail -bd -q30m
