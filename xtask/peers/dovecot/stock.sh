# The first message makes the mailbox; a mail server would have put it there.
put /var/mail/alice 660 <<'M'
From ann@example.test Mon Nov 23 08:00:00 2026
From: ann@example.test
To: alice@example.test
Subject: hello
Message-ID: <first@example.test>

hello

M
chown alice:mail /var/mail/alice
dovecot
