"""Who is answered while alice is away.   usage: plugin_vacation.py PORT_BASE SINK_PORT first|again"""

import base64
import email
import sys

import demo_server as demo
from sink import Taken

base, sink, turn = int(sys.argv[1]), Taken(int(sys.argv[2])), sys.argv[3]
ANSWERED = "waxseal_plugin_vacation_answered_total"
alice = demo.imap(base)
had = demo.count(alice)


def send(fields, sender="stranger@elsewhere.test"):
    """One message to alice; what is answered is decided when she has it."""
    global had
    text = f"{fields}\r\n\r\nHungry?\r\n".encode()
    assert demo.send(base, text, sender)[1][0] == 250
    had += 1
    demo.wait_for("alice's copy", lambda: demo.count(alice) == had)


TO = "From: s@elsewhere.test\r\nTo: Alice <alice@example.test>\r\nSubject: Lunch?"
if turn == "again":
    # The server remembers through a restart.
    send(TO)
    assert demo.metric(base, ANSWERED) == 0
    assert demo.metric(base, 'waxseal_plugin_vacation_not_answered_total{why="answered-before"}') == 1
    send(TO, "third@elsewhere.test")
    demo.wait_for("the answer to the third", lambda: sink.to("third@elsewhere.test"))
    assert len(sink) == 1, sink
    print("vacation remembers")
    sys.exit()

send(f"{TO}\r\nMessage-ID: <2@elsewhere.test>\r\nReferences: <1@elsewhere.test>")
demo.wait_for("the answer", lambda: sink)
sender, recipients, octets = sink[0]
assert (sender, recipients) == ("", ["stranger@elsewhere.test"]), sink[0]
answer = email.message_from_bytes(octets)
expected = {
    "From": '"Alice Arbour" <alice@example.test>',
    "To": "stranger@elsewhere.test",
    "Subject": "Away (was: Lunch?)",
    "Auto-Submitted": "auto-replied (vacation)",
    "In-Reply-To": "<2@elsewhere.test>",
}
for name, value in expected.items():
    assert answer.get_all(name) == [value], (name, answer.get_all(name))
assert answer["References"].split() == ["<1@elsewhere.test>", "<2@elsewhere.test>"], answer["References"]
assert answer["Date"] and answer["Message-ID"] and answer["Received"].startswith("by mx.example.test")
assert base64.b64decode(answer.get_payload()) == b"I am away.\r\n", answer.get_payload()

# Once, whatever the second message says; another sender has an answer of their own.
send(TO.replace("Lunch", "Dinner"))
send(f"{TO}\r\nAuto-Submitted: no", "second@elsewhere.test")
demo.wait_for("the answer to the second", lambda: sink.to("second@elsewhere.test"))

# Nobody else.
send(TO, "")
send(TO, "list-request@elsewhere.test")
send(f"{TO}\r\nList-Id: <lunch.elsewhere.test>", "a@elsewhere.test")
send(f"{TO}\r\nAuto-Submitted: auto-generated", "b@elsewhere.test")
send(f"{TO}\r\nPrecedence: bulk", "c@elsewhere.test")
send("From: s@elsewhere.test\r\nTo: undisclosed-recipients:;", "d@elsewhere.test")
assert demo.metric(base, ANSWERED) == 2
for why in (
    "answered-before",
    "null-sender",
    "machine-sender",
    "list",
    "auto-submitted",
    "bulk",
    "not-addressed",
):
    name = f'waxseal_plugin_vacation_not_answered_total{{why="{why}"}}'
    assert demo.metric(base, name) == 1, why
assert len(sink) == 2, sink
assert len(set(demo.texts(alice))) == had
print("vacation answers")
