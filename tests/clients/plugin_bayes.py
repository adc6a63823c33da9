"""Alice teaches the filter what is junk, and what is not; bob has taught it nothing.
usage: plugin_bayes.py PORT_BASE"""

import sys

import demo_server as demo

base = int(sys.argv[1])
JUNK = "casino jackpot bonus lottery winner prize viagra cheap offer discount replica watches".split()
GOOD = "meeting minutes agenda project schedule review garden neighbour bicycle recipe concert train".split()
alice, bob = demo.imap(base), demo.imap(base, demo.BOB)


def message(words, number):
    turned = words[number % len(words) :] + words[: number % len(words)]
    return f"From: s@elsewhere.test\r\nSubject: {' '.join(turned[:4])}\r\n\r\n{' '.join(turned)} {number}\r\n"


def send(words, number, to):
    assert demo.send(base, message(words, number), to=[to])[1][0] == 250


def learned(kind):
    return demo.metric(base, f'waxseal_plugin_bayes_learned_total{{as="{kind}"}}')


def move(client, origin, wanted, destination):
    """Moves the messages whose text holds a word."""
    demo.check(client.select(origin))
    numbers = demo.check(client.search(None, "BODY", wanted))[0].decode().replace(" ", ",")
    assert numbers, f"nothing to move from {origin}"
    demo.check(client._simple_command("MOVE", numbers, destination))
    demo.check(client.unselect())


for number in range(4):
    send(JUNK, number, "alice@example.test")
    send(GOOD, number, "alice@example.test")
demo.wait_for("what is to be learned from", lambda: demo.count(alice) == 8)
move(alice, "INBOX", "casino", "Junk")
move(alice, "INBOX", "agenda", "Archive")
demo.wait_for("the lessons", lambda: (learned("spam"), learned("ham")) == (4, 4))

# Hers is judged; his is not, and what she reads as wanted stays.
send(JUNK, 9, "alice@example.test")
send(GOOD, 9, "alice@example.test")
send(JUNK, 9, "bob@example.test")
demo.wait_for("the junk", lambda: demo.count(alice, "Junk") == 5)
demo.wait_for("the good one", lambda: demo.count(alice) == 1)
demo.wait_for("bob's", lambda: demo.count(bob) == 1)
(junk,) = [text for text in demo.texts(alice, "Junk") if b" 9\r\n" in text]
assert b"\r\nX-Bayes: " in junk, junk
(good,) = demo.texts(alice)
assert b" 9\r\n" in good and b"\r\nX-Bayes: 0.0" in good, good
assert b"X-Bayes" not in demo.texts(bob)[0]

# She changes her mind: what was learned is taken back and learned the other way.
move(alice, "Junk", "casino", "INBOX")
demo.wait_for("the lessons taken back", lambda: learned("ham") == 9)
send(JUNK, 10, "alice@example.test")
demo.wait_for("no junk any more", lambda: demo.count(alice) == 7)
assert demo.count(alice, "Junk") == 0
print("bayes learns")
