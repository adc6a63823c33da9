"""A service that takes mail over HTTP.   usage: plugin_http_transport.py PORT_BASE HTTP_PORT CONFIG WAXSEAL"""

import re
import subprocess
import sys

import demo_server as demo
from stub_http import Service

base, config, waxseal = int(sys.argv[1]), sys.argv[3], sys.argv[4]
answers = {"later": [503, 200], "gone": [404], "large": [413], "token": [401]}


def respond(request):
    local = request.path.rsplit("/", 1)[1]
    return answers.get(local, [200]).pop(0) if local in answers else 200, b"ticket 77\r\nsecond line\r\n"


service = Service(int(sys.argv[2]), respond)
TEXT = (
    "From: alice@example.test\r\nSubject: Help\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n"
    "Message-ID: <1@example.test>\r\n\r\n8 bit: ü\r\n.dot\r\n"
).encode()


def submit(local):
    with demo.submission(base) as client:
        client.ehlo()
        client.mail("alice@example.test", ["BODY=8BITMIME"])
        assert client.rcpt(f"{local}@tickets.test")[0] == 250
        code, text = client.data(TEXT)
    assert code == 250, text
    return re.search(r"\bm[0-9a-z]{13}\b", text.decode()).group()


def asked(local):
    return [request for request in service.requests if request.path == f"/in/{local}"]


def run(*command):
    done = subprocess.run([waxseal, *command, "--config", config], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    return done.stdout


def deliveries(how):
    return demo.metric(base, f'waxseal_plugin_http_transport_deliveries_total{{how="{how}"}}')


# Delivered, with the envelope and every octet.
message = submit("help%2b")
request = demo.wait_for("the request", lambda: asked("help%252b"))[0]
assert request.method == "POST" and request.body.endswith(TEXT), request
expected = {
    "Authorization": "Bearer s3cret",
    "Content-Type": "message/rfc822",
    "X-Envelope-From": "alice@example.test",
    "X-Envelope-To": "help%2b@tickets.test",
    "X-Attempt": "1",
}
for name, value in expected.items():
    assert request.headers[name] == value, (name, request.headers[name])
demo.wait_for("the end", lambda: deliveries("delivered") == 1)
story = demo.wait_for("the story", lambda: "ticket 77" in (story := run("message", "trace", message)) and story)
assert "s3cret" not in story and "second line" not in story, story

# A service that is down: the message waits, and goes with the next attempt under the same key.
message = submit("later")
demo.wait_for("the first attempt", lambda: deliveries("temporary") == 1)
shown = demo.wait_for("the deferral", lambda: "4.3" in (shown := run("queue", "show", message)) and shown)
assert "later@tickets.test" in shown, shown
run("queue", "retry", message)
demo.wait_for("the second attempt", lambda: deliveries("delivered") == 2)
first, second = asked("later")
assert (first.headers["X-Attempt"], second.headers["X-Attempt"]) == ("1", "2")
assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] != request.headers["Idempotency-Key"]

# Refusals are reported; a wrong token is not the sender's fault.
alice = demo.imap(base)
for number, (local, status) in enumerate((("gone", "5.1.1"), ("large", "5.3.4")), 1):
    submit(local)
    demo.wait_for("the report", lambda: demo.count(alice) == number)
    report = demo.texts(alice)[-1]
    assert f"Final-Recipient: rfc822; {local}@tickets.test\r\n".encode() in report, report
    assert f"Status: {status}\r\n".encode() in report, report
assert deliveries("permanent") == 2
message = submit("token")
demo.wait_for("the refused token", lambda: deliveries("temporary") == 2)
demo.wait_for("the deferral", lambda: "4.7.0" in run("queue", "show", message))
assert demo.count(alice) == 2
print("the service takes mail")
