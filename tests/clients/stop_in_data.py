"""Sends SIGTERM to the server in the middle of DATA, then finishes the message; prints the reply.
usage: stop_in_data.py PORT_BASE PID"""

import os
import signal
import sys
import time

import demo_server as demo

client = demo.smtp(int(sys.argv[1]))
client.ehlo()
client.mail("s@client.example.test")
client.rcpt("alice@example.test")
assert client.docmd("DATA")[0] == 354
client.sock.sendall(b"Subject: under way\r\n\r\nfirst half\r\n")
time.sleep(0.2)
os.kill(int(sys.argv[2]), signal.SIGTERM)
time.sleep(0.5)
client.sock.sendall(b"second half\r\n.\r\n")
print(client.getreply())
