"""After kills: no acknowledged step of crash_imap.py is undone.
usage: crash_imap_check.py PORT_BASE STEPS_FILE"""

import sys

import demo_server as demo

base, steps = int(sys.argv[1]), [line.split() for line in open(sys.argv[2])]
client = demo.imap(base)


def state(mailbox):
    demo.check(client.select(mailbox, readonly=True))
    found = {}
    for item in demo.check(client.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[HEADER])")):
        if isinstance(item, tuple):
            number = int(item[1].split(b"X-Number: ")[1].split(b"\r\n")[0])
            assert number not in found, f"{number} is twice in {mailbox}"
            found[number] = b"$Kept" in item[0]
    return found


inbox, moved = state("INBOX"), state("Moved")
assert not set(inbox) & set(moved), "a message is in both mailboxes"
last, uids = {}, {}
for step, number, uid in steps:
    assert uids.setdefault(uid, number) == number, f"UID {uid} was given twice"
    last[int(number)] = step
for number, step in last.items():
    # The step after the last acknowledged one may have been done without being acknowledged.
    places = (number in inbox, number in moved)
    if step == "append":
        assert any(places) or number % 3 == 1, f"{number} was appended and is lost"
    elif step == "flag":
        kept = inbox.get(number, moved.get(number))
        gone_legally = number % 3 == 1 and kept is None
        assert kept or gone_legally, f"the flag of {number} is undone"
    elif step == "move":
        assert places == (False, True), f"the move of {number} is undone: {places}"
    elif step == "expunge":
        assert places == (False, False), f"the expunge of {number} is undone"
print(f"{len(steps)} steps, {len(inbox)} in INBOX, {len(moved)} moved")
