"""Sends every file of a folder over SMTP and reads it back over IMAP and POP3, byte for byte.
usage: all_messages.py PORT_BASE FOLDER..."""

import pathlib
import socket
import sys

import demo_server as demo

base = int(sys.argv[1])
files = sorted(f for folder in sys.argv[2:] for f in pathlib.Path(folder).rglob("*") if f.is_file())


def canonical(octets):
    """As a client must send it: line ends are CRLF, the last line has one."""
    text = octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    return text if text.endswith(b"\r\n") or not text else text + b"\r\n"


def send(peer, stream, octets):
    def command(line, code):
        stream.write(line)
        stream.flush()
        while True:
            answer = stream.readline()
            assert answer.startswith(code), (line[:80], answer)
            if answer[3:4] == b" ":
                return

    command(b"MAIL FROM:<sender@client.example.test> BODY=8BITMIME\r\n", b"250")
    command(b"RCPT TO:<alice@example.test>\r\n", b"250")
    command(b"DATA\r\n", b"354")
    stuffed = b"".join(b"." + l if l.startswith(b".") else l for l in octets.splitlines(True))
    command(stuffed + b".\r\n", b"250")



sent = []
with socket.create_connection(("127.0.0.1", base + 25), timeout=60) as peer:
    stream = peer.makefile("rwb", buffering=1 << 20)
    stream.readline()
    stream.write(b"EHLO client.example.test\r\n")
    stream.flush()
    while stream.readline()[3:4] != b" ":
        pass
    for file in files:
        octets = canonical(file.read_bytes())
        send(peer, stream, octets)
        sent.append((file.name, octets))

client = demo.imap(base)
demo.wait_for("all messages", lambda: demo.count(client) == len(sent), 120)
stored, _ = demo.fetch_all(client)
in_order = [stored[uid] for uid in sorted(stored)]
remaining = list(in_order)
for name, octets in sent:
    found = next((m for m in remaining if m.endswith(b"\r\n" + octets) or m == octets), None)
    assert found is not None, f"{name}: the octets are not in the mailbox"
    remaining.remove(found)
assert not remaining

demo.check(client.select("INBOX", readonly=True))
for items in ("ENVELOPE", "BODYSTRUCTURE", "BODY", "(RFC822.SIZE BODY.PEEK[TEXT] BODY.PEEK[1])"):
    kind, data = client.uid("FETCH", "1:*", items)
    assert kind == "OK" and len(data) >= len(sent), (items, kind)

drop = demo.pop3(base)
numbers = [int(line.split()[0]) for line in drop.list()[1]]
assert len(numbers) == len(sent)
by_pop3 = []
for number in numbers:
    # poplib gives lines without their ends; a maildrop line always ends with CRLF
    by_pop3.append(b"".join(line + b"\r\n" for line in drop.retr(number)[1]))
drop.quit()
assert sorted(by_pop3) == sorted(in_order), "POP3 and IMAP differ"
print(f"{len(sent)} messages went in and came back")
