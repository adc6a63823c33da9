"""Submits one message to three recipients elsewhere and looks for the report of the refused one.
usage: relay_session.py PORT_BASE FOLDER"""

import email
import pathlib
import sys

import demo_server as demo

base, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
with demo.submission(base) as client:
    client.sendmail(
        "alice@example.test",
        ["good@elsewhere.test", "refuse@elsewhere.test", "bob@example.test"],
        "Subject: to three\r\n\r\n.leading dot\r\nhello\r\n",
    )
demo.wait_for("the relayed message", lambda: list(folder.iterdir()))
relayed = next(folder.iterdir()).read_bytes()
assert relayed.startswith(b"X-To: good@elsewhere.test\r\n"), relayed[:80]
assert b"\r\n\r\n.leading dot\r\nhello\r\n" in relayed and b"Return-Path" not in relayed, relayed

alice = demo.imap(base)
demo.wait_for("the report", lambda: demo.count(alice) == 1)
report = email.message_from_bytes(list(demo.fetch_all(alice)[0].values())[0])
assert report["Return-Path"] == "<>", report["Return-Path"]
assert report.get_content_type() == "multipart/report" and report.get_param("report-type") == "delivery-status"
status = report.get_payload()[1]
assert status.get_content_type() == "message/delivery-status"
fields = status.get_payload()[1]
assert fields["Final-Recipient"] == "rfc822; refuse@elsewhere.test", fields.items()
assert fields["Action"] == "failed" and fields["Status"] == "5.1.1", fields.items()
bob = demo.imap(base, demo.BOB)
demo.wait_for("bob's copy", lambda: demo.count(bob) == 1)
assert report["Auto-Submitted"] == "auto-replied", report.items()
print("relayed and reported")
