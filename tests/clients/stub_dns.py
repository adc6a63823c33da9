"""A name server in this process: A and TXT records by name; all other names do not exist."""

import socketserver
import struct
import threading

KINDS = {1: "A", 16: "TXT"}


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        question, socket = self.request
        labels, at = [], 12
        while length := question[at]:
            labels.append(question[at + 1 : at + 1 + length].decode())
            at += 1 + length
        name, end = ".".join(labels).lower(), at + 5
        kind = KINDS.get(struct.unpack(">H", question[at + 1 : at + 3])[0])
        self.server.asked.append((name, kind))
        records = self.server.zone.get(name)
        values = [] if records is None else records.get(kind, [])
        flags = 0x8580 if records is not None else 0x8583
        answer = question[:2] + struct.pack(">HHHHH", flags, 1, len(values), 0, 0) + question[12:end]
        for value in values:
            data = bytes(map(int, value.split("."))) if kind == "A" else bytes([len(value)]) + value.encode()
            answer += b"\xc0\x0c" + question[at + 1 : at + 5] + struct.pack(">IH", 60, len(data)) + data
        socket.sendto(answer, self.client_address)


class Names(socketserver.ThreadingUDPServer):
    """`zone` is {name: {kind: [values]}}; `asked` holds the questions."""

    daemon_threads = True

    def __init__(self, port, zone):
        super().__init__(("127.0.0.1", port), Handler)
        self.zone, self.asked = zone, []
        threading.Thread(target=self.serve_forever, daemon=True).start()
