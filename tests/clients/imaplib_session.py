"""Python's imaplib through a mailbox's life, with a second session watching.
usage: imaplib_session.py PORT_BASE"""

import imaplib
import sys

import demo_server as demo

base = int(sys.argv[1])

plain = imaplib.IMAP4("127.0.0.1", base + 143)
assert "LOGINDISABLED" in plain.capabilities and "STARTTLS" in plain.capabilities, plain.capabilities
plain.starttls(demo.tls())
try:
    plain.login("alice@example.test", "wrong")
    raise SystemExit("a wrong password was accepted")
except imaplib.IMAP4.error as refusal:
    assert "AUTHENTICATIONFAILED" in str(refusal), refusal
plain.login(*demo.ALICE)

client = demo.imap(base)
wanted = "IMAP4REV1 IMAP4REV2 IDLE UIDPLUS MOVE NAMESPACE LITERAL+ UNSELECT ENABLE ID CHILDREN SPECIAL-USE ESEARCH"
missing = set(wanted.split()) - set(c.upper() for c in demo.check(client.capability())[0].decode().split())
assert not missing, f"not announced: {missing}"

special = b" ".join(demo.check(client.list()))
for use in (b"\\Sent", b"\\Drafts", b"\\Junk", b"\\Trash"):
    assert use in special, special

demo.check(client.create("Work/2026"))
for number in range(10):
    text = f"Subject: number {number}\r\nFrom: a@b.test\r\n\r\nbody {number}\r\n".encode()
    demo.check(client.append("Work/2026", "(\\Seen)" if number % 2 else None, None, text))
assert demo.check(client.select("Work/2026")) == [b"10"]
assert demo.check(plain.select("Work/2026")) == [b"10"]
assert demo.check(client.search(None, "UNSEEN"))[0] == b"1 3 5 7 9"
assert demo.check(client.search(None, "SUBJECT", '"number 7"'))[0] == b"8"
assert demo.check(client.search(None, "BODY", '"body 3"', "NOT", "DELETED"))[0] == b"4"

demo.check(client.store("1:3", "+FLAGS", "(\\Deleted)"))
demo.check(client.expunge())
# The other session may not be told of the expunge during FETCH, and its numbers still hold.
kind, data = plain.fetch("10", "(UID)")
assert kind == "OK" and b"UID 10" in data[0], data
demo.check(plain.noop())
left = list(range(1, 11))
for number in plain.response("EXPUNGE")[1]:
    del left[int(number) - 1]
assert left == list(range(4, 11)), left
assert b"UID 10" in demo.check(plain.fetch("7", "(UID)"))[0]

demo.check(client.copy("1:2", "Archive"))
assert b"COPYUID" in b" ".join(k.encode() for k in client.untagged_responses) or client.response("COPYUID")[1]
demo.check(client.uid("MOVE", "6", "Trash"))
assert demo.count(client, "Trash") == 1 and demo.count(client, "Archive") == 2
demo.check(client.rename("Work/2026", "Work/2027"))
demo.check(client.unsubscribe("Work/2027"))
kind, answer = client.select("Work/2026")
assert kind == "NO", answer
demo.check(plain.unselect())
demo.check(client.delete("Work/2027"))
client.logout()
print("imaplib is content")
