"""An HTTP server in this process that answers as it is told to."""

import collections
import http.server
import threading

Request = collections.namedtuple("Request", "method path headers body")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = Request(self.command, self.path, self.headers, body)
        with self.server.lock:
            self.server.requests.append(request)
            status, content = self.server.respond(request)
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_DELETE = answer

    def log_message(self, *_):
        pass


class Service(http.server.ThreadingHTTPServer):
    """`respond` takes a request and answers (status, content); `requests` holds what was asked."""

    daemon_threads = True

    def __init__(self, port, respond):
        super().__init__(("127.0.0.1", port), Handler)
        self.requests, self.respond, self.lock = [], respond, threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()
