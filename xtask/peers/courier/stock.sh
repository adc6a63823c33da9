setting() {
  sed -i "s|^$2=.*|$2=$3|" "/etc/courier/$1"
  grep -q "^$2=" "/etc/courier/$1" || echo "$2=$3" >>"/etc/courier/$1"
}
setting esmtpd TCPDOPTS '"-stderrlogger=/usr/sbin/courierlogger -noidentlookup -nodnslookup"'
setting esmtpd BOFHCHECKDNS 0
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
makesmtpaccess
makeacceptmailfor
makealiases
install -d -o courier -g courier /run/courier /run/courier/authdaemon
authdaemond start
courierfilter start
courier start
esmtpd start
for service in imapd pop3d; do
  $service start
done
