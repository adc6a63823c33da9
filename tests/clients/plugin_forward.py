"""Mail that goes on: as a copy, away from here, and round in a circle.
usage: plugin_forward.py PORT_BASE SINK_PORT"""

import sys

import demo_server as demo
from sink import Taken

base, sink = int(sys.argv[1]), Taken(int(sys.argv[2]))
alice, bob = demo.imap(base), demo.imap(base, demo.BOB)
TEXT = b"From: s@elsewhere.test\r\nMessage-ID: <%b@elsewhere.test>\r\nSubject: %b\r\n\r\nHello\r\n.dot\r\n"
SENDER = "author@elsewhere.test"


def text(name):
    return TEXT % (name, name)


# A copy: alice keeps it, and it goes on with its reverse-path.
assert demo.send(base, text(b"copy"), SENDER)[1][0] == 250
demo.wait_for("alice's copy", lambda: demo.count(alice) == 1)
demo.wait_for("the forwarded copy", lambda: sink.to("alice@home.elsewhere.test"))
sender, recipients, octets = sink.to("alice@home.elsewhere.test")[0]
assert (sender, recipients) == (SENDER, ["alice@home.elsewhere.test"])
assert octets.startswith(b"Delivered-To: alice@example.test\r\nReceived: "), octets
assert octets.endswith(text(b"copy")), octets

# Away: nothing stays; the local part stands in for its place.
assert demo.send(base, text(b"away"), SENDER, ["bob@example.test"])[1][0] == 250
demo.wait_for("the redirected message", lambda: sink.to("bob@new.elsewhere.test"))
assert demo.count(bob) == 0

# What the rule leaves out stays here: the null reverse-path of bob's rule.
assert demo.send(base, text(b"left out"), "", ["bob@example.test"])[1][0] == 250
demo.wait_for("bob's own", lambda: demo.count(bob) == 1)
assert len(sink) == 2, sink

# Round in a circle: the other host sends it back. It is delivered, not sent on, and nobody gets a report.
for name, back, reader, count in (
    (b"copy", "alice", alice, 2),
    (b"away", "bob", bob, 2),
):
    octets = [message[2] for message in sink if message[2].endswith(text(name))][0]
    assert demo.send(base, octets, SENDER, [f"{back}@example.test"])[1][0] == 250
    demo.wait_for(f"what came back to {back}", lambda: demo.count(reader) == count)
assert demo.metric(base, "waxseal_plugin_forward_loops_total") == 2

# Hosts that leave no trace on the way round: three times, then it stays.
for turn in range(1, 5):
    assert demo.send(base, text(b"round"), SENDER, ["bob@example.test"])[1][0] == 250
    if turn < 4:
        demo.wait_for("one more turn", lambda: len(sink) == 2 + turn)
demo.wait_for("what stays at last", lambda: demo.count(bob) == 3)
assert demo.metric(base, "waxseal_plugin_forward_loops_total") == 3
assert len(sink) == 5, [message[:2] for message in sink]

# A target that refuses: its author is told.
assert demo.send(base, text(b"refused"), "bob@example.test", ["postmaster@example.test"])[1][0] == 250
demo.wait_for("the report", lambda: demo.count(bob) == 4)
report = demo.texts(bob)[3]
assert b"Final-Recipient: rfc822; refuse@elsewhere.test\r\n" in report, report
assert b"Original-Recipient: rfc822; postmaster@example.test\r\n" in report, report
print("forward forwards")
