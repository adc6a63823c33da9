"""Strangers wait once.   usage: plugin_greylist.py PORT_BASE"""

import sys

import demo_server as demo

base = int(sys.argv[1])
TEXT = "Subject: hello\r\n\r\nx\r\n"
STRANGER, NEIGHBOUR, OTHER = "198.51.100.9", "198.51.100.10", "203.0.113.9"


def code(source, sender="s@elsewhere.test", to="alice@example.test"):
    codes, end = demo.send(base, TEXT, sender, [to], source)
    return end[0] if end else codes[0]


def figure(kind, why):
    return demo.metric(base, f'waxseal_plugin_greylist_{kind}_total{{why="{why}"}}')


if sys.argv[2:] == ["again"]:
    # Known through a restart.
    assert code(STRANGER) == 250 and figure("passed", "known") == 1
    print("greylist remembers")
    sys.exit()

assert code("127.0.0.1") == 250
assert code(STRANGER) == 451 and figure("deferred", "new") == 1
assert code(NEIGHBOUR) == 451 and figure("deferred", "early") == 1
assert code(STRANGER, to="postmaster@example.test") == 250
# The wait is two seconds; the server's own clock says when they are over.
demo.wait_for("the end of the wait", lambda: code(NEIGHBOUR) == 250)
assert figure("passed", "waited") == 1
assert code(STRANGER, "s@elsewhere.test") == 250 and figure("passed", "known") == 1
assert code(OTHER) == 451 and figure("deferred", "new") == 2
assert code(STRANGER, "t@elsewhere.test") == 451 and figure("deferred", "new") == 3
print("strangers wait")
