setting() {
  sed -i "s|^$2=.*|$2=$3|" "/etc/courier/$1"
  grep -q "^$2=" "/etc/courier/$1" || echo "$2=$3" >>"/etc/courier/$1"
}
setting esmtpd TCPDOPTS '"-stderrlogger=/usr/sbin/courierlogger -noidentlookup -nodnslookup"'
setting esmtpd BOFHCHECKDNS 0
setting esmtpd ESMTPAUTH '""'
setting esmtpd ESMTPAUTH_TLS '"PLAIN LOGIN CRAM-MD5"'
setting esmtpd-msa ADDRESS 127.0.0.1
setting esmtpd-msa BOFHCHECKDNS 0
setting authdaemonrc authmodulelist '"authuserdb"'
setting imapd IMAP_ACL 1
setting imapd IMAP_CAPABILITY '"IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE ACL ACL2=UNION"'
for service in esmtpd imapd pop3d; do
  install -m 600 -o courier -g courier /etc/peer/pem "/etc/courier/$service.pem"
done
install -m 644 /etc/peer/dh /etc/courier/dhparams.pem
echo peer.example.test >/etc/courier/me
printf 'localhost\npeer.example.test\nexample.test\n' >/etc/courier/locals
mkdir -p /etc/courier/esmtpacceptmailfor.dir
cp /etc/courier/locals /etc/courier/esmtpacceptmailfor.dir/default
echo example.test >/etc/courier/defaultdomain
setting courierd DEFAULTDELIVERY ./Maildir
su alice -c 'maildirmake ~/Maildir'
for name in alice alice@example.test; do
  userdb $name set uid="$(id -u alice)" gid="$(id -g alice)" home=/home/alice \
    mail=/home/alice/Maildir systempw="$(openssl passwd -1 secret1)"
done
chmod 700 /etc/courier/userdb
makeuserdb
makesmtpaccess
makeacceptmailfor
makealiases
install -d -o courier -g courier /run/courier /run/courier/authdaemon
authdaemond start
courierfilter start
courier start
esmtpd start
esmtpd-msa start
for service in imapd pop3d; do
  $service start
done
