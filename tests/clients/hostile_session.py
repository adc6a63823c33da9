"""What must not work, and what must go on meanwhile.   usage: hostile_session.py PORT_BASE"""

import resource
import socket
import sys
import time

import demo_server as demo

base = int(sys.argv[1])


# All this needs more descriptors than some systems give by default.
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


class Raw:
    def __init__(self, port):
        self.peer = socket.create_connection(("127.0.0.1", base + port), timeout=60)
        self.stream = self.peer.makefile("rwb")

    def reply(self):
        lines = []
        while True:
            line = self.stream.readline()
            lines.append(line)
            if not line or line[3:4] == b" ":
                return b"".join(lines)

    def say(self, octets):
        self.stream.write(octets)
        self.stream.flush()
        return self.reply()


def transaction():
    raw = Raw(25)
    raw.reply()
    raw.say(b"EHLO client.example.test\r\n")
    assert raw.say(b"MAIL FROM:<s@client.example.test>\r\n").startswith(b"250")
    assert raw.say(b"RCPT TO:<alice@example.test>\r\n").startswith(b"250")
    return raw


# 1. Smuggling: none of these ends the data; each is refused or kept as one message.
SECOND = b"MAIL FROM:<evil@client.example.test>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n"
for end in (b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r\r\n.\r\r\n", b"\r\n.\0\r\n", b"\n\n.\n"):
    raw = transaction()
    assert raw.say(b"DATA\r\n").startswith(b"354")
    reply = raw.say(b"Subject: carrier\r\n\r\nx" + end + SECOND)
    assert reply[:3] in (b"550", b"250", b"554", b"552"), (end, reply)
    raw.peer.settimeout(0.3)
    try:
        extra = raw.stream.readline()
        assert not extra.startswith((b"250", b"354")), (end, reply, extra)
    except OSError:
        pass

# 2. STARTTLS injection: what stands behind it in clear text is not executed.
raw = Raw(25)
raw.reply()
raw.say(b"EHLO client.example.test\r\n")
raw.stream.write(b"STARTTLS\r\nMAIL FROM:<evil@client.example.test>\r\n")
raw.stream.flush()
first = raw.reply()
if first.startswith(b"220"):
    secured = demo.tls().wrap_socket(raw.peer)
    secured.settimeout(2)
    secured.sendall(b"RCPT TO:<alice@example.test>\r\n")
    answer = secured.recv(1000)
    assert answer.startswith(b"503"), answer

# 3. Relay tricks are refused for good.
raw = Raw(25)
raw.reply()
raw.say(b"EHLO client.example.test\r\n")
raw.say(b"MAIL FROM:<s@client.example.test>\r\n")
for path in (
    "u%elsewhere.test@example.test", "elsewhere.test!u@example.test", '"u@elsewhere.test"@example.test',
    "@example.test:u@elsewhere.test", "u@elsewhere.test@example.test", "u@[192.0.2.1]", "u@elsewhere.test",
):
    reply = raw.say(f"RCPT TO:<{path}>\r\n".encode())
    assert reply.startswith(b"5"), (path, reply)

# 4. BDAT sizes that overflow.
for size in ("4294967301", "9223372036854775813", "18446744073709551621", "-1", "0x10"):
    raw = transaction()
    reply = raw.say(f"BDAT {size} LAST\r\n".encode())
    assert reply.startswith(b"5"), (size, reply)

# 5. Ten malformed commands in a row end the session with 421.
raw = Raw(25)
raw.reply()
replies = []
for _ in range(12):
    reply = raw.say(b"NONSENSE\r\n")
    replies.append(reply[:3])
    if reply[:3] in (b"421", b""):
        break
assert replies[-1] == b"421" and len(replies) <= 11, replies

# 6. Two thousand idle and slow sessions do not make a polite client wait.
idle = [Raw(port) for port in (25, 143, 110) for _ in range(700)]
slow = [transaction() for _ in range(20)]
for raw in slow:
    raw.stream.write(b"DATA\r\nSubj")
    raw.stream.flush()
started = time.monotonic()
with demo.smtp(base) as client:
    client.sendmail("s@client.example.test", ["bob@example.test"], "Subject: polite\r\n\r\nx\r\n")
waited = time.monotonic() - started
bob = demo.imap(base, demo.BOB)
demo.wait_for("the polite message", lambda: demo.count(bob) == 1)
assert waited < 5, f"a polite client waited {waited:.1f} s"

# 7. Nothing evil arrived.
alice = demo.imap(base)
for octets in demo.fetch_all(alice)[0].values():
    assert b"evil@" not in octets.split(b"\r\n\r\n")[0], octets[:300]
print(f"held; the polite client waited {waited * 1000:.0f} ms")
