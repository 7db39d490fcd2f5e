"""Stands between the app and its tables and, now and then, closes the connection instead of handing on the reply."""

import contextlib
import http.client
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

# Of one hop only; length and framing are made anew.
_NOT_HANDED_ON = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(slots=True)
class Losses:
    """Counts commits and which replies were thrown away. Every `every`-th is."""

    every: int
    commits: int = 0
    lost: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def takes(self) -> bool:
        """Count one more commit and say whether its reply gets lost."""
        with self.lock:
            self.commits += 1
            is_lost = self.commits % self.every == 0
            self.lost += is_lost
            return is_lost


@contextlib.contextmanager
def losing_commits(table: str, losses: Losses) -> Iterator[str]:
    """Serve everything of the table service at `table`, and yield the address; what is lost was carried out."""

    class Handler(_Relay):
        target = urlsplit(table).netloc
        counted = losses

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        serving.join(5)


class _Relay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    target: ClassVar[str]
    counted: ClassVar[Losses]

    def relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        # The host stays in the headers as it came: the signature of a request covers it nowhere, but links do.
        onward = {name: text for name, text in self.headers.items() if name.lower() not in _NOT_HANDED_ON}
        connection = http.client.HTTPConnection(self.target, timeout=30)
        try:
            connection.request(self.command, self.path, body or None, onward)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if self.command == "POST" and self.path.endswith("/$batch") and self.counted.takes():
            self.close_connection = True
            return
        self.send_response_only(answer.status, answer.reason)
        for name, text in answer.getheaders():
            if name.lower() not in _NOT_HANDED_ON:
                self.send_header(name, text)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def __getattr__(self, name: str) -> Callable[[], None]:
        # The server looks for one method a verb; all verbs go the same way.
        if name.startswith("do_"):
            return self.relay
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:
        """Say nothing: what passes is not for logs."""
