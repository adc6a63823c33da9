"""Messages that rest sealed and compressed.   usage: plugin_sealed.py PORT_BASE DATA first|plain|again"""

import pathlib
import random
import sys

import demo_server as demo

base, data, turn = int(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
noise = random.Random(7)
OCTETS = [octet for octet in range(1, 256) if octet not in b"\r\n."]
HEAD = b"From: s@elsewhere.test\r\nSubject: %s\r\nMessage-ID: <%s@elsewhere.test>\r\n\r\n"
BODIES = {
    b"short": b"MARK-short\r\n",
    b"empty": b"",
    b"compressible": b"MARK-compressible " * 3 + b"\r\n" + (b"the same line again and again\r\n" * 9000),
    # It does not compress, so only the seal hides it.
    b"random": b"MARK-random\r\n" + b"".join(bytes(noise.choices(OCTETS, k=900)) + b"\r\n" for _ in range(200)),
    b"octets": b"MARK-octets " + bytes(range(128, 256)) * 5 + b"\r\n",
}
PLAIN, AGAIN = {b"plain": b"MARK-plain \r\n" * 20}, {b"again": b"MARK-again \r\n" * 20}
GROUPS = {"first": [BODIES], "plain": [BODIES, PLAIN], "again": [BODIES, PLAIN, AGAIN]}
groups = GROUPS[turn]


def text(name, body):
    return HEAD % (name, name) + body


for name, body in groups[-1].items():
    assert demo.send(base, text(name, body))[1][0] == 250, name
alice = demo.imap(base)
count = sum(map(len, groups))
demo.wait_for("all messages", lambda: demo.count(alice) == count)
read = demo.texts(alice)
wanted = [text(name, body) for group in groups for name, body in group.items()]
assert len(read) == len(wanted)
for expected in wanted:
    # On top of each stands what the server added.
    (octets,) = [octets for octets in read if octets.endswith(expected)]
    added = octets[: -len(expected)]
    assert added.startswith(b"Return-Path: <"), added
    assert b"Subject:" not in added and b"MARK" not in added, added

# Parts are read out of the middle too.
demo.check(alice.select("INBOX", readonly=True))
for name, body in BODIES.items():
    found = demo.check(alice.search(None, "SUBJECT", f'"{name.decode()}"'))[0].decode()
    whole = demo.check(alice.fetch(found, "(BODY.PEEK[TEXT])"))[0][1]
    assert whole == body, name
    if len(body) > 70_000:
        middle = demo.check(alice.fetch(found, "(BODY.PEEK[TEXT]<66000.500>)"))[0][1]
        assert middle == body[66000:66500], name

on_disk = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
for group in groups:
    for name, body in group.items():
        if b"MARK" in body:
            assert (b"MARK-" + name in on_disk) == (name == b"plain"), name
packs = sum(path.stat().st_size for path in data.rglob("*") if path.is_file() and "pack" in str(path.relative_to(data)))
assert 0 < packs
print(f"read byte for byte, {packs} octets in packs")
