put /var/mail/alice 660 <<'M'
From ann@example.test Mon Nov 23 08:00:00 2026
From: ann@example.test
To: alice@example.test
Subject: hello
Message-ID: <first@example.test>

hello

M
chown alice:mail /var/mail/alice
put /etc/peer/imap4d.conf <<'C'
mode daemon;
foreground no;
server 127.0.0.1:143 { tls-mode ondemand; transcript no; };
tls { ssl-certificate-file /etc/peer/cert; ssl-key-file /etc/peer/key; };
id-fields (name, version);
acl { allow any; };
C
put /etc/peer/pop3d.conf <<'C'
mode daemon;
server 127.0.0.1:110 { tls-mode ondemand; transcript no; };
tls { ssl-certificate-file /etc/peer/cert; ssl-key-file /etc/peer/key; };
acl { allow any; };
C
imap4d --config-file /etc/peer/imap4d.conf
pop3d --config-file /etc/peer/pop3d.conf
