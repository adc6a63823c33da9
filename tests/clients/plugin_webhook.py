"""A service that is asked about mail.   usage: plugin_webhook.py PORT_BASE HTTP_PORT"""

import json
import sys

import demo_server as demo
from stub_http import Service

base = int(sys.argv[1])
broken = []


def respond(request):
    assert request.path == "/hook" and request.headers["Authorization"] == "Bearer s3cret", request
    if broken:
        return broken[0]
    asked = json.loads(request.body)
    if asked["context"]["stage"] == "RCPT":
        known = asked["envelope"]["to"][-1]["address"] != "bob@example.test"
        return 200, json.dumps(
            {"action": "accept" if known else "reject", "response": {"status": 550, "message": "not he"}}
        ).encode()
    subject = dict(asked["message"]["headers"])["Subject"]
    answers = {
        " refuse\r\n": {"action": "reject", "response": {"status": 451, "message": "later"}},
        " junk\r\n": {"action": "quarantine"},
        " forget\r\n": {"action": "discard"},
        " change\r\n": {
            "action": "accept",
            "modifications": [
                {"type": "addHeader", "name": "X-Checked", "value": "yes"},
                {"type": "changeHeader", "index": 0, "name": "Subject", "value": "changed"},
                {"type": "addRcpt", "value": "bob@example.test"},
            ],
        },
    }
    answer = answers.get(subject.rstrip("\r\n") + "\r\n", {"action": "accept"})
    return 200, json.dumps(answer).encode()


service = Service(int(sys.argv[2]), respond)
alice, bob = demo.imap(base), demo.imap(base, demo.BOB)


def send(subject, to=("alice@example.test",)):
    return demo.send(base, f"Subject: {subject}\r\nX-A: b\r\n\r\nhello\r\n", to=to)


codes, end = send("plain", ["alice@example.test", "bob@example.test"])
assert (codes, end[0]) == ([250, 550], 250), (codes, end)
asked = json.loads(service.requests[-1].body)
assert asked["envelope"]["from"]["address"] == "stranger@elsewhere.test", asked
assert [to["address"] for to in asked["envelope"]["to"]] == ["alice@example.test"], asked
assert asked["message"]["contents"] == "hello\r\n" and asked["context"]["client"]["ip"] == "127.0.0.1"
assert [name for name, _ in asked["message"]["headers"]] == ["Subject", "X-A"], asked
code, text = send("refuse")[1]
assert code == 451 and b"later" in text, (code, text)
assert send("junk")[1][0] == 250
assert send("forget")[1][0] == 250
assert send("change")[1][0] == 250
demo.wait_for("bob's, who was added", lambda: demo.count(bob) == 1)
demo.wait_for("alice's", lambda: (demo.count(alice), demo.count(alice, "Junk")) == (2, 1))
(changed,) = [text for text in demo.texts(alice) if b"Subject: plain" not in text]
assert b"\r\nSubject: changed\r\nX-A: b\r\nX-Checked: yes\r\n" in changed, changed
assert demo.texts(bob)[0].endswith(changed.split(b"\r\nReceived:", 1)[1])

# A service that does not answer as it should: the client comes back later.
for answer in ((500, b""), (200, b"not JSON")):
    broken[:] = [answer]
    codes, end = send("plain")
    assert codes[0] in range(400, 500) and end is None, (codes, end)
assert demo.count(alice) == 2
print("the hook is heeded")
