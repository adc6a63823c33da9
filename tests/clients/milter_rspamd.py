"""rspamd as a milter of the server.   usage: milter_rspamd.py PORT_BASE"""

import smtplib
import sys

import demo_server as demo

base = int(sys.argv[1])
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


def message(subject, body):
    return (
        f"From: s@client.example.test\r\nTo: alice@example.test\r\nSubject: {subject}\r\n"
        f"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{subject}@client.example.test>\r\n"
        f"\r\n{body}\r\n"
    )


def send(client, text):
    client.mail("s@client.example.test")
    client.rcpt("alice@example.test")
    return client.data(text)


with demo.smtp(base) as client:
    client.ehlo()
    code, text = send(client, message("good", "hello"))
    assert code == 250, text
    print(text.decode().split(" ", 1)[1])
    # The session goes on after a refusal.
    code, text = send(client, message("spam", GTUBE))
    assert code == 554 and b"Gtube" in text, (code, text)
    code, text = send(client, message("long", "x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 5000))
    assert code == 250, text

# Another session, on the connection that the first one left.
with demo.smtp(base) as client:
    client.ehlo()
    assert send(client, message("again", "hello"))[0] == 250

alice = demo.imap(base)
demo.wait_for("three messages", lambda: demo.count(alice) == 3)
print("rspamd judged")
