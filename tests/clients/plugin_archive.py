"""A journal copy of everything.   usage: plugin_archive.py PORT_BASE SINK_PORT"""

import email
import sys

import demo_server as demo
from sink import Taken

base, sink = int(sys.argv[1]), Taken(int(sys.argv[2]))
JOURNAL = "journal@archive.elsewhere.test"
alice, bob = demo.imap(base), demo.imap(base, demo.BOB)


def journal(count):
    return demo.wait_for(f"{count} journaled", lambda: len(sink.to(JOURNAL)) == count and sink.to(JOURNAL))


def facts(octets):
    report = email.message_from_bytes(octets)
    assert report.get_content_type() == "multipart/mixed" and report["Auto-Submitted"], report.items()
    text, copy = report.get_payload()
    assert copy.get_content_type() == "message/rfc822"
    return text.get_payload(decode=True).decode().split("\r\n"), octets


# One of two recipients does not exist: there is one report for both, and a report to the author.
TEXT = (
    "From: bob@example.test\r\nSubject: Plän\r\nMessage-ID: <1@example.test>\r\n"
    "Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\n8 bit: ü\r\n"
).encode()
with demo.submission(base, demo.BOB) as client:
    client.ehlo()
    client.mail("bob@example.test")
    for to in ("alice@example.test", "refuse@elsewhere.test"):
        assert client.rcpt(to)[0] == 250
    assert client.data(TEXT)[0] == 250
sender, _, octets = demo.wait_for("the report", lambda: sink.to(JOURNAL))[0]
assert sender == "", sender
lines, octets = facts(octets)
assert lines[:3] == [
    "Sender: <bob@example.test>",
    "Recipient: <alice@example.test>",
    "Recipient: <refuse@elsewhere.test>",
], lines
assert octets.count(TEXT) == 1, octets
demo.wait_for("alice's copy", lambda: demo.count(alice) == 1)
demo.wait_for("bob's report", lambda: demo.count(bob) == 1)

# The report to the author is journaled too, though nothing may be sent in answer to it.
sender, _, octets = journal(2)[1]
assert sender == "" and b"\r\nContent-Type: multipart/report" in octets, octets
assert b"Final-Recipient: rfc822; refuse@elsewhere.test\r\n" in octets

# So is what another machine says of itself that it sent.
MACHINE = b"From: cron@elsewhere.test\r\nAuto-Submitted: auto-generated\r\nSubject: done\r\n\r\nFine.\r\n"
assert demo.send(base, MACHINE, "cron@elsewhere.test")[1][0] == 250
demo.wait_for("the machine's message", lambda: demo.count(alice) == 2)
assert journal(3)[2][2].endswith(MACHINE), sink.to(JOURNAL)[2]

# Every recipient is unknown: the journal has it nevertheless, and a report to bob after it.
with demo.submission(base, demo.BOB) as client:
    client.sendmail("bob@example.test", ["refuse2@elsewhere.test"], TEXT.replace(b"<1@", b"<2@"), ["BODY=8BITMIME"])
(octets,) = [octets for _, _, octets in journal(5) if b"multipart/mixed" in octets and b"<2@" in octets]
lines, _ = facts(octets)
assert lines[1] == "Recipient: <refuse2@elsewhere.test>", lines
demo.wait_for("bob's second report", lambda: demo.count(bob) == 2)
assert demo.metric(base, "waxseal_plugin_archive_journaled_total") == 5
print("archive archives")
