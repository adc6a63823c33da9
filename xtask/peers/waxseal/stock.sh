mkdir -p /etc/waxseal
# What `waxseal init` writes, and a port for LMTP.
waxseal init --config /etc/waxseal/waxseal.toml --hostname peer.example.test --data /var/lib/waxseal \
  --certificate /etc/peer/cert --key /etc/peer/key --yes
cat >>/etc/waxseal/waxseal.toml <<'C'

[[listener]]
protocol = "lmtp"
address = "127.0.0.1:24"
C
waxseal domain add example.test
waxseal account add alice@example.test --password secret1
waxseal serve >>/var/log/peer.log 2>&1 &
