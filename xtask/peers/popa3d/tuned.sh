put /var/mail/alice 660 <<'M'
From ann@example.test Mon Nov 23 08:00:00 2026
From: ann@example.test
To: alice@example.test
Subject: hello
Message-ID: <first@example.test>

hello

M
chown alice:mail /var/mail/alice
tcpserver -v -R -H -l 0 -c 60 127.0.0.1 110 /usr/sbin/popa3d >>/var/log/peer.log 2>&1 &
