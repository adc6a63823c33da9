"""Mail that goes on under an address of this server, and what comes back to it.
usage: plugin_srs.py PORT_BASE SINK_PORT"""

import re
import sys

import demo_server as demo
from sink import Taken

base, sink = int(sys.argv[1]), Taken(int(sys.argv[2]))
TEXT = b"From: Eve <eve@author.test>\r\nMessage-ID: <%b@a.test>\r\nSubject: %b\r\n\r\nHello\r\n"
HOME, EVE = "alice@home.elsewhere.test", "eve@author.test"


def send(name, sender, to):
    codes, end = demo.send(base, TEXT % (name, name), sender, [to])
    assert codes == [250] and end[0] == 250, (codes, end)


def taken(recipient, name):
    return demo.wait_for(
        f"{name} for {recipient}", lambda: [each for each in sink.to(recipient) if TEXT % (name, name) in each[2]]
    )[0]


send(b"there", EVE, "alice@example.test")
sender = taken(HOME, b"there")[0]
assert re.fullmatch(r"SRS0=[a-z2-7]{6}=[a-z2-7]{2}=author\.test=eve@srs\.example\.test", sender), sender

# The other host cannot deliver it, and writes back; on the way the address lost its case.
send(b"back", "", sender.lower())
assert taken(EVE, b"back")[0] == ""
# So does a host that answers under its own address: that is rewritten as any other.
send(b"answer", "away@elsewhere.test", sender)
answered = taken(EVE, b"answer")[0]
assert answered.startswith("SRS0=") and answered.endswith("=elsewhere.test=away@srs.example.test"), answered

# Nobody but this server makes such addresses; nobody is told of what is refused.
bob = demo.imap(base, demo.BOB)
count = demo.count(bob)
for forged in (sender.replace("=eve@", "=victim@"), sender.replace("SRS0=", "SRS0=x")):
    send(b"forged", "", forged)
demo.wait_for(
    "the refusals", lambda: demo.metric(base, 'waxseal_plugin_forward_srs_refused_total{why="forged"}') == 2
)
# What is no such address is the postmaster's, here bob's.
send(b"other", EVE, "srs0@srs.example.test")
demo.wait_for("the other one", lambda: demo.count(bob) == count + 1)

# A second forwarder: the address leads back to the first one.
first = "SRS0=AbCd=x2=author.test=eve@first.test"
send(b"second", first, "alice@example.test")
sender = taken(HOME, b"second")[0]
expected = r"SRS1=[a-z2-7]{6}=first\.test==AbCd=x2=author\.test=eve@srs\.example\.test"
assert re.fullmatch(expected, sender), sender
send(b"twice back", "", sender)
assert taken(first, b"twice back")[0] == ""

# Own senders and reports stay as they are.
send(b"own", "bob@example.test", "alice@example.test")
assert taken(HOME, b"own")[0] == "bob@example.test"
send(b"null", "", "alice@example.test")
assert taken(HOME, b"null")[0] == ""

# Where a host refuses at once, this server's own report goes the same way back to the author.
send(b"refused", EVE, "postmaster@example.test")
report = demo.wait_for(
    "the report", lambda: [each for each in sink.to(EVE) if b"Final-Recipient: rfc822; refuse@elsewhere.test" in each[2]]
)[0]
assert report[0] == "" and b"\r\nMessage-ID: <refused@a.test>\r\n" in report[2], report
print("there and back")
