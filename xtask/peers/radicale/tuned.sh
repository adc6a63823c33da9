install -d -o radicale -g radicale /var/lib/radicale/collections
install -m 644 -o radicale /etc/peer/cert /etc/radicale/cert
install -m 600 -o radicale /etc/peer/key /etc/radicale/key
echo alice:secret1 >/etc/radicale/users
put /etc/radicale/config <<'C'
[server]
hosts = 127.0.0.1:5232
ssl = True
certificate = /etc/radicale/cert
key = /etc/radicale/key
[auth]
type = htpasswd
htpasswd_filename = /etc/radicale/users
htpasswd_encryption = plain
[storage]
filesystem_folder = /var/lib/radicale/collections
C
su radicale -s /bin/sh -c 'radicale --config /etc/radicale/config' >>/var/log/peer.log 2>&1 &
