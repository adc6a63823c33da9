"""Appends, flags, moves and expunges until the server dies; prints every acknowledged step.
usage: crash_imap.py PORT_BASE ROUND"""

import sys

import demo_server as demo

base, round_number = map(int, sys.argv[1:3])
try:
    client = demo.imap(base)
    client.create("Moved")
    demo.check(client.select("INBOX"))
    for number in range(round_number * 10_000, round_number * 10_000 + 9_999):
        text = f"X-Number: {number}\r\nSubject: crash\r\n\r\nbody {number}\r\n".encode()
        demo.check(client.append("INBOX", None, None, text))
        code = client.untagged_responses.pop("APPENDUID", [None])[0]
        uid = code.split()[1].decode()
        print("append", number, uid, flush=True)
        demo.check(client.uid("STORE", uid, "+FLAGS", "($Kept)"))
        print("flag", number, uid, flush=True)
        if number % 3 == 0:
            demo.check(client.uid("MOVE", uid, "Moved"))
            print("move", number, uid, flush=True)
        elif number % 3 == 1:
            demo.check(client.uid("STORE", uid, "+FLAGS", "(\\Deleted)"))
            demo.check(client.uid("EXPUNGE", uid))
            print("expunge", number, uid, flush=True)
except (OSError, demo.imaplib.IMAP4.abort, demo.ssl.SSLError):
    pass
