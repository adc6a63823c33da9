"""A plugin as the milter of another mail server.   usage: milter_mta.py PORT MAILDIR"""

import os
import re
import smtplib
import sys

import demo_server as demo

port, maildir = int(sys.argv[1]), sys.argv[2]


def send(subject, sender="s@client.example.test", to=("alice@example.test",), body="x\r\n"):
    text = (
        f"From: {sender}\r\nX-Gone: once\r\nSubject: {subject}\r\nX-Gone: twice\r\n"
        f"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n"
        f"Message-ID: <{abs(hash(subject))}@client.example.test>\r\n\r\n{body}"
    )
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example.test", timeout=60) as client:
        client.ehlo()
        client.mail(sender)
        codes = [client.rcpt(recipient) for recipient in to]
        return codes, client.data(text)


def delivered():
    if not os.path.isdir(maildir):
        return []
    names = [os.path.join(maildir, name) for name in os.listdir(maildir)]
    return [open(name, "rb").read().decode() for name in names]


def one(mark):
    found = [text for text in delivered() if mark in text]
    return found[0] if found else None


assert send("plain")[1][0] == 250
code, text = send("[reject-me]")[1]
assert (code, text) == (550, b"5.7.1 100% refused"), (code, text)
codes, end = send("two", to=("nobody@example.test", "alice@example.test"))
# Sendmail puts the address between status and text.
assert codes[0][0] == 550 and re.fullmatch(rb"5\.1\.1 (<.*>\.\.\. )?no such user", codes[0][1]), codes
assert end[0] == 250, end
assert send("[edit-me]")[1][0] == 250
assert send("[junk-me]")[1][0] == 250
assert send("[hold-me]", sender="held@client.example.test")[1][0] == 250
assert send("large", body=("z" * 70 + "\r\n") * 3000)[1][0] == 250

plain = demo.wait_for("the plain message", lambda: one("Subject: plain"))
assert "X-Top" not in plain and plain.count("X-Gone:") == 2, plain
edited = demo.wait_for("the edited message", lambda: one("Subject: edited"))
head = edited.split("\n\n")[0]
fields = [line.split(":")[0] for line in head.split("\n") if line[0] not in " \t"]
assert fields[-6:] == ["X-Top", "From", "Subject", "Date", "Message-ID", "X-End"], head
assert fields.index("Received") < fields.index("X-Top"), head
junk = demo.wait_for("the marked message", lambda: one("[junk-me]"))
assert "\nX-Spam-Flag: YES\nX-Waxseal-Quarantine: looks like junk\n" in junk, junk
large = demo.wait_for("the large message", lambda: one("Subject: large"))
assert large.count("z" * 70) == 3000
assert one("[hold-me]") is None and one("[reject-me]") is None
print("the plugin is heeded")
