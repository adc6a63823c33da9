"""Sends numbered messages over several connections until the server dies; prints each number that
was acknowledged with 250.   usage: crash_load.py PORT_BASE ROUND CONNECTIONS"""

import socket
import sys
import threading

base, round_number, connections = map(int, sys.argv[1:4])
lock = threading.Lock()


def message(number):
    """The octets are a function of the number, so that the check can make them again."""
    lines = [f"X-Crash-Number: {number}", f"Subject: message {number}", ""]
    lines += [f"line {line} of message {number}" for line in range(number % 97)]
    return "".join(line + "\r\n" for line in lines).encode()


def reply(stream):
    while True:
        line = stream.readline()
        if not line:
            raise ConnectionError
        if line[3:4] == b" ":
            return line


def load(connection):
    number = (round_number * 100 + connection) * 100_000
    try:
        with socket.create_connection(("127.0.0.1", base + 25), timeout=30) as peer:
            stream = peer.makefile("rwb", buffering=65536)
            assert reply(stream).startswith(b"220")
            stream.write(b"EHLO client.example.test\r\n")
            stream.flush()
            reply(stream)
            while True:
                number += 1
                stream.write(b"MAIL FROM:<a@client.example.test>\r\nRCPT TO:<bob@example.test>\r\nDATA\r\n")
                stream.flush()
                replies = [reply(stream) for _ in range(3)]
                assert replies[2].startswith(b"354"), replies
                stream.write(message(number) + b".\r\n")
                stream.flush()
                if reply(stream).startswith(b"250"):
                    with lock:
                        print(number, flush=True)
    except (ConnectionError, OSError):
        pass


if __name__ == "__main__":
    threads = [threading.Thread(target=load, args=(n,)) for n in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
