install -d -o radicale -g radicale /var/lib/radicale/collections
su radicale -s /bin/sh -c 'radicale --config /etc/radicale/config' >>/var/log/peer.log 2>&1 &
