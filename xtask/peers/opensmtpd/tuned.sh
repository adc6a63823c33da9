put /etc/smtpd.conf 600 <<'C'
pki peer cert "/etc/peer/cert"
pki peer key "/etc/peer/key"
table aliases file:/etc/aliases
listen on 127.0.0.1 port 25 tls pki peer hostname peer.example.test
listen on 127.0.0.1 port 587 tls-require pki peer auth hostname peer.example.test
listen on 127.0.0.1 port 465 smtps pki peer auth hostname peer.example.test
action "local" maildir alias <aliases>
action "relay" relay
match from any for domain "example.test" action "local"
match for local action "local"
match auth from any for any action "relay"
C
touch /etc/aliases
smtpd
