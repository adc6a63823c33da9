"""A next hop: takes every message; local-parts that start with `refuse` get 550, those that start
with `later` get 451 the first time. As a program it writes messages to a folder.
usage: sink.py PORT FOLDER"""

import pathlib
import socketserver
import sys
import threading


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 sink.example.test ESMTP")
        sender, recipients = None, []
        while line := self.rfile.readline():
            command = line.decode().strip()
            verb = command[:4].upper()
            if verb == "EHLO":
                self.say("250-sink.example.test\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n250 8BITMIME")
            elif verb == "MAIL":
                sender = command.split("<")[1].split(">")[0]
                self.say("250 ok")
            elif verb == "RCPT":
                address = command.split("<")[1].split(">")[0]
                if address.startswith("refuse"):
                    self.say("550 5.1.1 no such user here")
                elif address.startswith("later") and address not in self.server.seen:
                    self.server.seen.add(address)
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
                self.server.keep(sender, recipients, b"".join(lines))
                sender, recipients = None, []
                self.say("250 2.0.0 kept")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


class Sink(socketserver.ThreadingTCPServer):
    """`keep` is called with reverse-path, recipients and octets of each message."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port, keep):
        super().__init__(("127.0.0.1", port), Session)
        self.seen, self.keep = set(), keep


class Taken(list):
    """What a sink in this process took: (reverse-path, recipients, octets)."""

    def __init__(self, port):
        super().__init__()
        sink = Sink(port, lambda *message: self.append(message))
        threading.Thread(target=sink.serve_forever, daemon=True).start()

    def to(self, recipient):
        return [message for message in self if recipient in message[1]]


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[2])

    def write(_sender, recipients, octets):
        number = len(list(folder.iterdir()))
        (folder / f"{number}.eml").write_bytes(f"X-To: {','.join(recipients)}\r\n".encode() + octets)

    with Sink(int(sys.argv[1]), write) as server:
        server.serve_forever()
