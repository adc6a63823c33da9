"""Prints every capability the server announces in any phase, one a line: protocol and token.
usage: announced.py PORT_BASE"""

import imaplib
import poplib
import smtplib
import sys

import demo_server as demo

base, tokens = int(sys.argv[1]), set()


def smtp_like(name, client):
    client.ehlo()
    tokens.update(f"{name} {feature.upper()}" for feature in client.esmtp_features)


with demo.smtp(base) as client:
    smtp_like("smtp", client)
    client.starttls(context=demo.tls())
    smtp_like("smtp", client)
client = smtplib.SMTP("127.0.0.1", base + 587)
smtp_like("smtp", client)
client.starttls(context=demo.tls())
smtp_like("smtp", client)
smtp_like("lmtp", smtplib.LMTP("127.0.0.1", base + 24))

for client in (imaplib.IMAP4("127.0.0.1", base + 143), demo.imap(base)):
    tokens.update(f"imap {token}" for token in demo.check(client.capability())[0].decode().upper().split())

client = poplib.POP3("127.0.0.1", base + 110)
tokens.update(f"pop3 {token.upper()}" for token in client.capa())
client.stls(demo.tls())
tokens.update(f"pop3 {token.upper()}" for token in client.capa())
# APPENDLIMIT carries its value
print("\n".join(sorted({t.split("=")[0] if "APPENDLIMIT" in t else t for t in tokens})))
