"""Too much from one client, and too many failed logins.   usage: plugin_rate.py PORT_BASE"""

import imaplib
import smtplib
import sys

import demo_server as demo

base = int(sys.argv[1])
TEXT = "Subject: hello\r\n\r\nx\r\n"


def code(sender):
    codes, end = demo.send(base, TEXT, sender)
    return end[0] if end else codes[0]


# Three recipients for each sender; what is refused does not count.
assert [code("s@elsewhere.test") for _ in range(5)] == [250, 250, 250, 450, 450]
assert code("t@elsewhere.test") == 250
codes, _ = demo.send(base, TEXT, "u@elsewhere.test", ["alice@example.test", "bob@example.test"] * 2)
assert codes == [250, 250, 250, 450], codes
assert demo.metric(base, 'waxseal_plugin_rate_over_total{limit="sender"}') == 3

# Users are counted by their name.
with demo.submission(base) as client:
    client.ehlo()
    client.mail("alice@example.test")
    assert [client.rcpt("bob@example.test")[0] for _ in range(3)] == [250, 250, 550]
with demo.submission(base, demo.BOB) as client:
    client.ehlo()
    client.mail("bob@example.test")
    assert client.rcpt("alice@example.test")[0] == 250

# Two failed logins on one protocol close all of them.
for _ in range(2):
    client = imaplib.IMAP4_SSL("127.0.0.1", base + 993, ssl_context=demo.tls(), timeout=60)
    try:
        client.login("alice@example.test", "wrong")
        raise SystemExit("a wrong password was accepted")
    except imaplib.IMAP4.error as refusal:
        assert "AUTHENTICATIONFAILED" in str(refusal), refusal
for port in (25, 587):
    try:
        smtplib.SMTP("127.0.0.1", base + port, timeout=60)
        raise SystemExit(f"port {port} is still open")
    except smtplib.SMTPConnectError as refusal:
        assert refusal.smtp_code in (550, 554) and b"too many failed logins" in refusal.smtp_error, refusal
try:
    imaplib.IMAP4("127.0.0.1", base + 143, timeout=60)
    raise SystemExit("port 143 is still open")
except imaplib.IMAP4.error as refusal:
    assert "too many failed logins" in str(refusal), refusal
print("the rate is limited")
