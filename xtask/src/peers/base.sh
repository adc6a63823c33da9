# Runs in the base tree once: accounts, names, a certificate.
set -eu
printf '127.0.0.1 peer.example.test localhost peer example.test\n::1 localhost\n' >/etc/hosts
echo peer.example.test >/etc/hostname
echo peer.example.test >/etc/mailname
for user in alice bob; do
  useradd -m -s /bin/sh $user
  echo $user:secret1 | chpasswd
done
mkdir -p /etc/peer
cd /etc/peer
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=peer.example.test \
  -addext subjectAltName=DNS:peer.example.test,DNS:localhost,IP:127.0.0.1 -keyout key -out cert 2>/dev/null
openssl dhparam -dsaparam -out dh 2048 2>/dev/null
cat key cert dh >pem
chmod 644 cert dh
chmod 600 key pem
