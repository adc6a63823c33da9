"""The demo's rules at work, and what follows a verdict.   usage: filter_session.py PORT_BASE"""

import smtplib
import sys

import demo_server as demo

base = int(sys.argv[1])


def send(text, to="alice@example.test"):
    with demo.smtp(base) as client:
        client.sendmail("s@client.example.test", [to], text)


try:
    send("Subject: please [reject-me] now\r\n\r\nx\r\n")
    raise SystemExit("the rule did not reject")
except smtplib.SMTPDataError as refusal:
    assert refusal.smtp_code == 550, refusal

send("Subject: plain\r\n\r\nx\r\n")
send(
    "Subject: invoice\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain\r\n\r\nsee attachment\r\n"
    "--b\r\nContent-Type: application/octet-stream\r\n"
    'Content-Disposition: attachment; filename="invoice.exe"\r\n\r\nMZ\r\n--b--\r\n'
)
send("Subject: please [tag-me]\r\n\r\nx\r\n")
alice = demo.imap(base)
demo.wait_for("both messages for INBOX", lambda: demo.count(alice) == 2)
tagged = [m for m in demo.fetch_all(alice)[0].values() if b"\r\nX-Tagged: yes\r\n" in m]
assert len(tagged) == 1 and b"[tag-me]" in tagged[0], tagged
demo.wait_for("the quarantined message", lambda: demo.count(alice, "Junk") == 1)
assert b"Subject: invoice" in list(demo.fetch_all(alice, "Junk")[0].values())[0]
print("the rules rule")
