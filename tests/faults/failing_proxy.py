"""A web proxy before one server that fails one request in so many, each time in another way."""

import http.client
import http.server
import itertools
import threading


class FailingProxy:
    """Passes on what it is asked to `port`; every `one_in`-th request fails: by 503, 500, a connection that ends before
    anything is done, or one that ends in the middle of the answer (before it when it has no body, so that what was asked is
    done and nobody is told)."""

    FATES = ("busy", "broken", "gone", "cut")

    def __init__(self, port, one_in):
        self.port, self.one_in = port, one_in
        self.count, self.fates, self.failed, self.lock = 0, itertools.cycle(self.FATES), [], threading.Lock()

    def fate(self):
        with self.lock:
            self.count += 1
            if self.count % self.one_in:
                return None
            self.failed.append(next(self.fates))
            return self.failed[-1]

    def __enter__(self):
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                fate = proxy.fate()
                if fate == "gone":
                    self.close_connection = True
                    return
                if fate in ("busy", "broken"):
                    self.answer(503 if fate == "busy" else 500, [], b"", 0)
                    return
                asked = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
                asked.request(self.command, self.path, body, dict(self.headers.items()))
                answer = asked.getresponse()
                content = answer.read()
                asked.close()
                fields = [(name, value) for name, value in answer.getheaders() if name.lower() not in ("content-length", "connection", "transfer-encoding")]
                if fate == "cut" and (not content or self.command == "HEAD"):
                    self.close_connection = True
                elif self.command == "HEAD":
                    self.answer(answer.status, [*fields, ("Content-Length", answer.getheader("Content-Length", "0"))], b"", None)
                elif fate == "cut":
                    self.answer(answer.status, fields, content[: len(content) // 2], len(content))
                    self.close_connection = True
                else:
                    self.answer(answer.status, fields, content, len(content))

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = pass_on

            def answer(self, status, fields, content, length):
                self.send_response_only(status)
                for name, value in fields:
                    self.send_header(name, value)
                if length is not None:
                    self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *words: None  # A client that is killed leaves its connections.
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *failure):
        self.server.shutdown()
        self.server.server_close()
