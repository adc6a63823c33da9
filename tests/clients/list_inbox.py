"""Prints UID, flags and digest of each message in alice's INBOX.   usage: list_inbox.py PORT_BASE"""

import hashlib
import sys

import demo_server as demo

client = demo.imap(int(sys.argv[1]))
demo.check(client.select("INBOX", readonly=True))
for item in demo.check(client.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[])")):
    if isinstance(item, tuple):
        print(item[0].decode().split("BODY[]")[0], hashlib.sha256(item[1]).hexdigest())
