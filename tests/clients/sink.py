"""A next hop: takes every message and writes it to a folder; local-parts that start with `refuse`
get 550, those that start with `later` get 451 the first time.   usage: sink.py PORT FOLDER"""

import pathlib
import socketserver
import sys

folder = pathlib.Path(sys.argv[2])
seen = set()


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 sink.example.test ESMTP")
        recipients = []
        while line := self.rfile.readline():
            command = line.decode().strip()
            verb = command[:4].upper()
            if verb == "EHLO":
                self.say("250-sink.example.test\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n250 8BITMIME")
            elif verb == "RCPT":
                address = command.split("<")[1].split(">")[0]
                if address.startswith("refuse"):
                    self.say("550 5.1.1 no such user here")
                elif address.startswith("later") and address not in seen:
                    seen.add(address)
                    self.say("451 4.2.0 come back later")
                else:
                    recipients.append(address)
                    self.say("250 2.1.5 ok")
            elif verb == "DATA":
                if not recipients:
                    self.say("554 5.5.1 no valid recipients")
                    continue
                self.say("354 go on")
                lines = []
                while (text := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(text[1:] if text.startswith(b".") else text)
                number = len(list(folder.iterdir()))
                (folder / f"{number}.eml").write_bytes(
                    f"X-To: {','.join(recipients)}\r\n".encode() + b"".join(lines))
                recipients = []
                self.say("250 2.0.0 kept")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server(("127.0.0.1", int(sys.argv[1])), Session) as server:
    server.serve_forever()
