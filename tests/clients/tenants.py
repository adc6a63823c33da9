"""A second domain on the same server: aliases, subaddresses, and nothing seen across.
usage: tenants.py PORT_BASE"""

import sys

import demo_server as demo

base = int(sys.argv[1])
CAROL = ("carol@other.test", "secret3")
with demo.smtp(base) as smtp:
    for to in ("carol@other.test", "sales@other.test", "carol+lists@other.test", "Carol@OTHER.test"):
        smtp.sendmail("s@client.example.test", [to], "Subject: for carol\r\n\r\nsecret of carol\r\n")
carol = demo.imap(base, CAROL)
demo.wait_for("four messages for carol", lambda: demo.count(carol) == 4)
demo.check(carol.create("Private"))
alice = demo.imap(base)
assert demo.count(alice) == 0
names = b" ".join(demo.check(alice.list()))
assert b"Private" not in names and b"carol" not in names, names
for name in ("Private", "../carol@other.test/Private", "carol@other.test/INBOX", "Missing"):
    kind, answer = alice.select(f'"{name}"')
    assert kind == "NO", (name, answer)
with demo.submission(base) as smtp:
    try:
        smtp.sendmail("carol@other.test", ["bob@example.test"], "Subject: forged\r\n\r\nx\r\n")
        raise SystemExit("alice could send as carol")
    except Exception as refusal:
        assert "553" in str(refusal), refusal
print("the tenants are apart")
