"""opendkim as a milter: it signs what users submit, and verifies the same when it comes in.
usage: milter_opendkim.py PORT_BASE"""

import sys

import demo_server as demo

base = int(sys.argv[1])
TEXT = (
    b"From: Alice <alice@example.test>\r\nTo: bob@example.test\r\n"
    b"Subject: a folded\r\n\tsubject \xc3\xa4\r\nX-Odd:no space\r\nX-Spaces:   three\r\n"
    b"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.test>\r\n\r\n"
    + b"".join(b"line %d with  spaces \r\n" % number for number in range(9000))
    + b"\r\n\r\n"
)

with demo.submission(base) as client:
    client.mail("alice@example.test")
    client.rcpt("bob@example.test")
    code, text = client.data(TEXT)
    assert code == 250, text

bob = demo.imap(base, demo.BOB)
demo.wait_for("the signed message", lambda: demo.count(bob) == 1)
signed = list(demo.fetch_all(bob)[0].values())[0]
head = signed[: signed.index(b"\r\n\r\n")]
assert b"DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=example.test; s=sel;" in head, head
# The signature stands below the trace field of this server and above all that was signed.
order = [head.index(name) for name in (b"Received: ", b"DKIM-Signature: ", b"From: ")]
assert order == sorted(order), head

# The same message from outside, without the fields that delivery put on top.
wire = signed[signed.index(b"DKIM-Signature: ") :]
with demo.smtp(base) as client:
    client.ehlo()
    client.mail("alice@example.test")
    client.rcpt("alice@example.test")
    code, text = client.data(wire)
    assert code == 250, text
    broken = wire.replace(b"line 8000 with", b"line 8000 WITH")
    client.mail("alice@example.test")
    client.rcpt("alice@example.test")
    code, text = client.data(broken)
    assert code == 250, text

alice = demo.imap(base)
demo.wait_for("both messages", lambda: demo.count(alice) == 2)
results = []
for message in demo.fetch_all(alice)[0].values():
    head = message[: message.index(b"\r\n\r\n")].decode("utf-8")
    result = head[head.index("Authentication-Results: verifier.example.test") :]
    results.append(result.split("dkim=")[1].split()[0].rstrip(";"))
assert sorted(results) == ["fail", "pass"], results
print("signed and verified")
