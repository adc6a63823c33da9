"""With fsync failing: mail is refused for now, what is stored can be read, readiness is gone.
usage: failed_fsync.py PORT_BASE"""

import smtplib
import sys
import urllib.error
import urllib.request

import demo_server as demo

base = int(sys.argv[1])


def send():
    with demo.smtp(base) as client:
        client.sendmail("s@client.example.test", ["bob@example.test"], "Subject: lost?\r\n\r\nx\r\n")


for _ in range(3):
    try:
        send()
        raise SystemExit("a message was acknowledged although fsync fails")
    except smtplib.SMTPResponseException as refusal:
        assert refusal.smtp_code in (451, 452), refusal
alice = demo.imap(base)
assert len(demo.fetch_all(alice)[0]) == 3
try:
    urllib.request.urlopen(f"http://127.0.0.1:{base + 88}/readyz", timeout=20)
    raise SystemExit("/readyz still answers 200")
except urllib.error.HTTPError as answer:
    assert answer.code == 503, answer
print("refused, and what was there is still there")
