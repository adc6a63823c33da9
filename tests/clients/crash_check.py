"""After kills: every acknowledged message is in bob's INBOX exactly once and byte for byte, no other
message is there twice, and every UID seen before still names the same message.
usage: crash_check.py PORT_BASE ACKNOWLEDGED_FILE SEEN_FILE [final]"""

import collections
import json
import os
import sys

import demo_server as demo

sys.argv, arguments = sys.argv[:1] + ["0", "0", "0"], sys.argv[1:]
from crash_load import message  # noqa: E402

base, acknowledged_file, seen_file = int(arguments[0]), arguments[1], arguments[2]
acknowledged = {int(line) for line in open(acknowledged_file)}
client = demo.imap(base, demo.BOB)


def numbers():
    messages, validity = demo.fetch_all(client)
    by_uid = {}
    for uid, octets in messages.items():
        number = int(octets.split(b"X-Crash-Number: ")[1].split(b"\r\n")[0])
        assert octets.endswith(b"\r\n" + message(number)), f"octets of {number} differ"
        by_uid[uid] = number
    return by_uid, validity


def settled():
    by_uid, validity = numbers()
    missing = acknowledged - set(by_uid.values())
    return None if missing else (by_uid, validity)


by_uid, validity = demo.wait_for("every acknowledged message", settled)
# What was accepted but not acknowledged may still be on its way; wait until nothing moves.
previous = None
while previous != by_uid:
    previous, (by_uid, validity) = by_uid, numbers()
twice = [n for n, times in collections.Counter(by_uid.values()).items() if times > 1]
assert not twice, f"delivered twice: {twice[:10]}"
if os.path.exists(seen_file):
    seen = json.load(open(seen_file))
    assert seen["validity"] == validity, "UIDVALIDITY changed"
    for uid, number in seen["uids"].items():
        assert by_uid[int(uid)] == number, f"UID {uid} names another message"
json.dump({"validity": validity, "uids": by_uid}, open(seen_file, "w"))
print(f"{len(acknowledged)} acknowledged, {len(by_uid)} delivered")
