"""Appends numbered messages to alice's INBOX.   usage: append_many.py PORT_BASE COUNT"""

import sys

import demo_server as demo

client = demo.imap(int(sys.argv[1]))
for number in range(int(sys.argv[2])):
    text = f"Message-ID: <{number}@remote.test>\r\nSubject: remote {number}\r\n\r\nbody\r\n"
    demo.check(client.append("INBOX", None, None, text.encode()))
