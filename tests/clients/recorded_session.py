"""What a recording is to hold: one submission, one refused message, one that is taken.
usage: recorded_session.py PORT_BASE"""

import smtplib
import sys

import demo_server as demo

base = int(sys.argv[1])
with demo.submission(base) as client:
    client.sendmail("alice@example.test", ["bob@example.test"], "Subject: submitted\r\n\r\nhello\r\n")
with demo.smtp(base) as client:
    try:
        client.sendmail("s@client.example.test", ["alice@example.test"], "Subject: [reject-me]\r\n\r\nx\r\n")
        raise SystemExit("the rule did not reject")
    except smtplib.SMTPDataError as refusal:
        assert refusal.smtp_code == 550, refusal
    client.sendmail("s@client.example.test", ["alice@example.test"], "Subject: plain\r\n\r\nx\r\n")
print("sent")
