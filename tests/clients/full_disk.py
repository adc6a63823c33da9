"""Fills the disk from outside, sees 452 and no loss, frees it, and sees 250 again.
usage: full_disk.py PORT_BASE FOLDER"""

import os
import smtplib
import sys

import demo_server as demo

base, folder = int(sys.argv[1]), sys.argv[2]
BODY = "x" * 70 + "\r\n"


def send(number, lines=100):
    with demo.smtp(base) as client:
        client.sendmail("s@client.example.test", ["bob@example.test"], f"Subject: n{number}\r\n\r\n" + BODY * lines)


acknowledged = 0
for _ in range(5):
    send(acknowledged)
    acknowledged += 1
ballast = os.path.join(folder, "ballast")
with open(ballast, "wb", buffering=0) as file:
    try:
        while True:
            file.write(b"\0" * 65536)
    except OSError:
        pass
refused = None
for _ in range(50):
    try:
        send(acknowledged, 3000)
        acknowledged += 1
    except smtplib.SMTPResponseException as refusal:
        refused = (refusal.smtp_code, refusal.smtp_error)
        break
assert refused and refused[0] == 452, refused
bob = demo.imap(base, demo.BOB)
stored, _ = demo.fetch_all(bob)
assert len(stored) <= acknowledged
os.remove(ballast)


def accepted():
    try:
        send(acknowledged)
        return True
    except smtplib.SMTPResponseException:
        return False


demo.wait_for("mail is taken again", accepted)
acknowledged += 1
demo.wait_for("everything acknowledged", lambda: demo.count(bob) >= acknowledged)
assert demo.count(bob) == acknowledged, (demo.count(bob), acknowledged)
print(f"refused with {refused}, recovered; {acknowledged} messages")
