"""Messages that another server keeps, in FOLDER.   usage: plugin_mirror.py PORT_BASE HTTP_PORT DATA FOLDER first|again"""

import pathlib
import sys

import demo_server as demo
from stub_http import Service

base, data, folder, turn = int(sys.argv[1]), *map(pathlib.Path, sys.argv[3:5]), sys.argv[5]
folder.mkdir(exist_ok=True)
down = []


def respond(request):
    assert request.path.startswith("/mail/") and request.headers["Authorization"] == "Bearer s3cret", request
    if down:
        return 503, b"busy"
    file = folder / request.path.removeprefix("/mail/").replace("/", "_")
    if request.method == "PUT":
        file.write_bytes(request.body)
        return 201, b""
    if not file.exists():
        return 404, b""
    if request.method == "DELETE":
        file.unlink()
        return 204, b""
    octets = file.read_bytes()
    if span := request.headers["Range"]:
        first, last = map(int, span.removeprefix("bytes=").split("-"))
        return 206, octets[first : last + 1]
    return 200, octets


service = Service(int(sys.argv[2]), respond)
TEXT = b"Subject: %s\r\n\r\n" + b"MARK-in-the-mirror\r\n" * 4000
ONE, TWO = TEXT % b"one", TEXT % b"two"
alice = demo.imap(base)


def kept(text):
    return [file for file in folder.iterdir() if file.read_bytes().endswith(text)]


def fetched(number):
    """Octets of a message; none where the server cannot give them."""
    client = demo.imap(base)
    demo.check(client.select("INBOX", readonly=True))
    try:
        _, answer = client.fetch(str(number), "(BODY.PEEK[])")
    except client.abort:
        return None
    texts = [item[1] for item in answer if isinstance(item, tuple)]
    return texts[0] if texts else None


if turn == "first":
    for number in (1, 2):
        assert demo.send(base, ONE)[1][0] == 250
        demo.wait_for("the message", lambda: demo.count(alice) == number)
    assert len(kept(ONE)) == 2
    on_disk = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert b"MARK-in-the-mirror" not in on_disk
    # A store that is away: nothing is taken that cannot be kept.
    down.append(True)
    code, reply = demo.send(base, TWO)[1]
    assert code == 451, (code, reply)
    down.clear()
    assert demo.send(base, TWO)[1][0] == 250
    demo.wait_for("the third message", lambda: demo.count(alice) == 3)
    print("the mirror keeps")
    sys.exit()

# A new process of the server has nothing in memory. What cannot be had now can be had later.
down.append(True)
assert not fetched(1), fetched(1)[:300]
down.clear()
assert fetched(1).endswith(ONE)
# What somebody changed in the store does not come through.
(changed,) = kept(TWO)
octets = changed.read_bytes()
changed.write_bytes(octets.replace(b"MARK", b"MAKE"))
assert not fetched(3), fetched(3)[:300]
changed.write_bytes(octets)
assert fetched(3).endswith(TWO)
# What is expunged is forgotten there; its copy in the other message is not.
demo.check(alice.select("INBOX"))
demo.check(alice.store("1,3", "+FLAGS", "(\\Deleted)"))
demo.check(alice.expunge())
demo.wait_for("the store's own expunge", lambda: not kept(TWO) and len(kept(ONE)) == 1)
assert fetched(1).endswith(ONE)
print("the mirror gives back")
