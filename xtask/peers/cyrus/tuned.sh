for user in alice cyrus; do
  for realm in peer.example.test example.test; do
    echo secret1 | saslpasswd2 -p -c -u $realm $user
  done
done
chown cyrus /etc/sasldb2
install -d -o cyrus -g mail /etc/cyrus-peer /run/cyrus /run/cyrus/proc /run/cyrus/lock /run/cyrus/socket
install -o cyrus /etc/peer/cert /etc/peer/key /etc/cyrus-peer/
put /etc/cyrus.conf <<'C'
START {
  recover cmd="/usr/sbin/cyrus ctl_cyrusdb -r"
  idled cmd="idled"
}
SERVICES {
  imap cmd="imapd -U 30" listen="127.0.0.1:143" prefork=0 maxchild=100
  pop3 cmd="pop3d -U 30" listen="127.0.0.1:110" prefork=0 maxchild=50
  lmtp cmd="lmtpd -a" listen="127.0.0.1:24" prefork=0 maxchild=20
  sieve cmd="timsieved" listen="127.0.0.1:4190" prefork=0 maxchild=20
  notify cmd="notifyd" listen="/run/cyrus/socket/notify" proto="udp" prefork=1
}
EVENTS {
  checkpoint cmd="/usr/sbin/cyrus ctl_cyrusdb -c" period=30
}
C
put /etc/imapd.conf <<'C'
configdirectory: /var/lib/cyrus
proc_path: /run/cyrus/proc
mboxname_lockpath: /run/cyrus/lock
defaultpartition: default
partition-default: /var/spool/cyrus/mail
servername: peer.example.test
defaultdomain: example.test
virtdomains: off
admins: cyrus
altnamespace: yes
unixhierarchysep: yes
allowplaintext: yes
autocreate_quota: 0
autocreate_post: yes
autocreate_users: anyone
specialusealways: 1
conversations: 1
annotation_allow_undefined: 1
sievedir: /var/spool/sieve
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256
tls_server_cert: /etc/cyrus-peer/cert
tls_server_key: /etc/cyrus-peer/key
idlesocket: /run/cyrus/socket/idle
notifysocket: /run/cyrus/socket/notify
syslog_prefix: cyrus
C
install -d -o cyrus -g mail /var/lib/cyrus /var/spool/cyrus /var/spool/cyrus/mail /var/spool/sieve
su cyrus -s /bin/sh -c "/usr/lib/cyrus/bin/makedirs -f" || su cyrus -s /bin/sh -c "/usr/sbin/cyrus makedirs"
/usr/lib/cyrus/bin/master -d -M /etc/cyrus.conf 2>/dev/null || /usr/sbin/cyrmaster -d
