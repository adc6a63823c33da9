groupadd -f -r vmail
id vmail >/dev/null 2>&1 || useradd -r -g vmail -d /srv/mail -M vmail
install -d -o vmail -g vmail /srv/mail
put /etc/dovecot/users <<'C'
alice@example.test:{PLAIN}secret1::::
C
put /etc/dovecot/dovecot.conf <<'C'
protocols = imap pop3 lmtp submission sieve
listen = 127.0.0.1
hostname = peer.example.test
ssl = yes
ssl_cert = </etc/peer/cert
ssl_key = </etc/peer/key
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
passdb {
  driver = passwd-file
  args = username_format=%u /etc/dovecot/users
}
userdb {
  driver = static
  args = uid=vmail gid=vmail home=/srv/mail/%d/%n
}
first_valid_uid = 1
mail_location = maildir:~/Maildir
mail_attribute_dict = file:%h/attributes
log_path = /var/log/peer.log
mail_plugins = acl quota
namespace inbox {
  inbox = yes
  mailbox Sent {
    special_use = \Sent
    auto = subscribe
  }
}
protocol imap {
  mail_plugins = $mail_plugins zlib imap_acl imap_quota imap_sieve imap_zlib
  imap_metadata = yes
}
protocol lmtp {
  mail_plugins = $mail_plugins sieve
  postmaster_address = postmaster@example.test
}
plugin {
  acl = vfile
  quota = maildir:User quota
  quota_rule = *:storage=1G
  sieve = file:~/sieve;active=~/.dovecot.sieve
  sieve_plugins = sieve_imapsieve sieve_extprograms
  imapsieve_url = sieve://peer.example.test:4190
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = 24
  }
}
service managesieve-login {
  inet_listener sieve {
    port = 4190
  }
}
C
dovecot
