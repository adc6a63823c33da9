for user in alice cyrus; do
  echo secret1 | saslpasswd2 -p -c -u peer.example.test $user
done
chown cyrus /etc/sasldb2
install -d -o cyrus -g mail /etc/cyrus-peer /run/cyrus /run/cyrus/proc /run/cyrus/lock /run/cyrus/socket
install -o cyrus /etc/peer/cert /etc/peer/key /etc/cyrus-peer/
sed -i -E '/^(servername|sasl_pwcheck_method|sasl_auxprop_plugin|admins|tls_server_cert|tls_server_key|autocreate_post|autocreate_users|autocreate_quota):/d' /etc/imapd.conf
cat >>/etc/imapd.conf <<'C'
servername: peer.example.test
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
admins: cyrus
tls_server_cert: /etc/cyrus-peer/cert
tls_server_key: /etc/cyrus-peer/key
autocreate_post: yes
autocreate_users: anyone
autocreate_quota: 0
C
su cyrus -s /bin/sh -c "/usr/lib/cyrus/bin/makedirs -f" || su cyrus -s /bin/sh -c "/usr/sbin/cyrus makedirs"
/usr/lib/cyrus/bin/master -d -M /etc/cyrus.conf 2>/dev/null || /usr/sbin/cyrmaster -d
