install -d -o prosody -g prosody /run/prosody /etc/prosody/certs
install -m 644 /etc/peer/cert /etc/prosody/certs/example.test.crt
install -m 640 -g prosody /etc/peer/key /etc/prosody/certs/example.test.key
put /etc/prosody/conf.d/example.test.cfg.lua <<'C'
VirtualHost "example.test"
C
sed -i 's/^interfaces.*//' /etc/prosody/prosody.cfg.lua
prosodyctl register alice example.test secret1
su prosody -s /bin/sh -c 'prosody -D' || su prosody -s /bin/sh -c 'prosody -F >>/var/log/prosody/out 2>&1 &'
