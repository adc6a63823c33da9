printf 'peer.example.test\nexample.test\nlocalhost\n' >/etc/mail/local-host-names
[ -s /etc/mail/sendmail.cf ] || m4 /etc/mail/sendmail.mc >/etc/mail/sendmail.cf
newaliases >/dev/null
install -d -o smmta -g smmsp /run/sendmail/mta
install -d -o smmsp -g smmsp /run/sendmail/msp /run/sendmail/stampdir
sendmail-mta -bd -q30m || sendmail -bd -q30m
