"""Submits a message to a domain elsewhere; prints its id.   usage: submit_elsewhere.py PORT_BASE"""

import re
import sys

import demo_server as demo

client = demo.submission(int(sys.argv[1]))
client.mail("alice@example.test")
assert client.rcpt("someone@elsewhere.test")[0] == 250
code, text = client.data(b"Subject: for elsewhere\r\n\r\nhello\r\n")
assert code == 250, (code, text)
print(re.search(r"\bm[0-9a-z]{13}\b", text.decode()).group())
