"""Lists in the DNS.   usage: plugin_dnsbl.py PORT_BASE DNS_PORT"""

import sys

import demo_server as demo
from stub_dns import Names

base = int(sys.argv[1])
names = Names(
    int(sys.argv[2]),
    {
        "9.100.51.198.bl.test": {"A": ["127.0.0.2"], "TXT": ["https://bl.test/why"]},
        "10.100.51.198.bl.test": {"A": ["127.0.0.9"]},
        "11.100.51.198.bl.test": {"A": ["127.0.0.2"]},
        "11.100.51.198.good.test": {"A": ["127.0.0.3"]},
        "12.100.51.198.bl.test": {"A": ["127.255.255.254"]},
        "spam.test.names.test": {"A": ["127.0.1.2"]},
    },
)


def send(source, sender="s@elsewhere.test", to="alice@example.test", body="x\r\n"):
    codes, end = demo.send(base, f"Subject: {source}\r\n\r\n{body}", sender, [to], source)
    return end[0] if end else codes[0]


assert send("198.51.100.9") == 550
assert send("198.51.100.9", to="postmaster@example.test") == 250
assert send("198.51.100.9", to="bob@example.test") == 550
# Points, an allowing list, a list that serves nobody, and clients that no list knows.
assert send("198.51.100.10") == 250
assert send("198.51.100.11") == 250
assert send("198.51.100.12") == 250
assert send("203.0.113.1") == 250
# Nobody is asked about this machine.
asked = len(names.asked)
assert send("127.0.0.1", "s@fine.test") == 250
assert all("127" not in name.split(".bl.test")[0] for name, _ in names.asked[asked:]), names.asked[asked:]
# Senders, and hosts of links.
assert send("203.0.113.1", "x@spam.test") == 550
assert send("203.0.113.1", body="see http://www.fine.test/ and https://spam.test/offer\r\n") == 550
hits = 'waxseal_plugin_dnsbl_hits_total{list="%s",about="%s"}'
assert demo.metric(base, hits % ("names.test", "sender")) == 1
assert demo.metric(base, hits % ("names.test", "urls")) == 1
alice = demo.imap(base)
demo.wait_for("what was not refused", lambda: demo.count(alice) == 6)
(marked,) = [text for text in demo.texts(alice) if b"X-Listed: yes" in text]
assert b"Subject: 198.51.100.10\r\n" in marked, marked
print("the lists are asked")
