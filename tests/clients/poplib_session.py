"""Python's poplib through a maildrop's life.   usage: poplib_session.py PORT_BASE"""

import poplib
import sys

import demo_server as demo

base = int(sys.argv[1])
with demo.smtp(base) as smtp:
    for number in range(5):
        text = f"Subject: pop {number}\r\n\r\n.dot line\r\n..two\r\nend {number}\r\n"
        smtp.sendmail("sender@client.example.test", ["alice@example.test"], text)
imap = demo.imap(base)
demo.wait_for("five messages", lambda: demo.count(imap) == 5)

client = poplib.POP3("127.0.0.1", base + 110, timeout=60)
capabilities = client.capa()
for capability in ("TOP", "UIDL", "STLS", "PIPELINING", "RESP-CODES"):
    assert capability in capabilities, capabilities
try:
    client.user("alice@example.test")
    client.pass_("secret1")
    raise SystemExit("a password was accepted in clear text")
except poplib.error_proto:
    pass
client.quit()

client = poplib.POP3("127.0.0.1", base + 110, timeout=60)
client.stls(demo.tls())
client.user("alice@example.test")
client.pass_("secret1")
count, octets = client.stat()
assert count == 5
sizes = [int(line.split()[1]) for line in client.list()[1]]
assert sum(sizes) == octets
uids = [line.split()[1] for line in client.uidl()[1]]
assert len(set(uids)) == 5
lines = client.retr(1)[1]
assert lines[-3:] == [b".dot line", b"..two", b"end 0"], lines[-4:]
assert sum(len(line) + 2 for line in lines) == sizes[0]
assert client.top(2, 1)[1][-1] == b".dot line"
try:
    demo.pop3(base)
    raise SystemExit("two sessions hold one maildrop")
except poplib.error_proto as refusal:
    assert b"IN-USE" in refusal.args[0], refusal
client.dele(1)
client.dele(2)
client.rset()
client.dele(5)
client.quit()

assert demo.count(imap) == 4
again = demo.pop3(base)
assert [line.split()[1] for line in again.uidl()[1]] == uids[:4], "UIDL changed"
again.quit()
print("poplib is content")
