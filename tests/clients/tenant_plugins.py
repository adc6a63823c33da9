"""Two tenants with rules of their own: each rules over its own mail.
usage: tenant_plugins.py PORT_BASE"""

import smtplib
import sys

import demo_server as demo

base = int(sys.argv[1])
ALICE, CAROL = "alice@example.test", "carol@other.test"


def send(to, subject):
    """The recipients that were not taken, or the reply to the message."""
    with demo.smtp(base) as smtp:
        try:
            return smtp.sendmail("s@client.example.test", to, f"Subject: {subject}\r\n\r\nx\r\n")
        except smtplib.SMTPDataError as refusal:
            return refusal.smtp_code, refusal.smtp_error.decode()


assert send([CAROL], "[carols-rule]") == (550, "5.7.1 carol wants none of it")
assert send([ALICE], "[carols-rule]") == {}
assert send([ALICE], "[alices-rule]") == (550, "5.7.1 alice wants none of it")
assert send([CAROL], "[alices-rule]") == {}
# Both at once come one after the other.
left = send([ALICE, CAROL], "for both")
assert set(left) == {CAROL} and left[CAROL][0] == 452, left
assert send(list(left), "for both") == {}
carol = demo.imap(base, (CAROL, "secret3"))
demo.wait_for("two messages for carol", lambda: demo.count(carol) == 2)
print("each tenant has its own rules")
