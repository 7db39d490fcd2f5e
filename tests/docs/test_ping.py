"""The script that pings without a board signs as a board would, and keeps the secret to itself."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from devtools.paths import ROOT

SECRET = "whsec_dGFuZGVtLWRldmVsb3BtZW50LXNlY3JldC0wMDE="
PAGE = ROOT / "docs" / "admin" / "connect-a-scheduler.md"


class Ear(BaseHTTPRequestHandler):
    heard: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(202)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def address() -> Iterator[str]:
    Ear.heard = []
    with HTTPServer(("127.0.0.1", 0), Ear) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/api/scheduler/events"
        server.shutdown()
        thread.join()


def test_the_ping_of_the_page_is_signed_and_says_nothing_else(address: str, tmp_path: Path) -> None:
    [script] = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / "webhook.txt").write_text(SECRET, "utf-8")
    command = [sys.executable, "-c", script, address, "webhook.txt"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout) == (0, "202\n"), ended.stderr
    [(headers, body)] = Ear.heard
    assert Webhook(SECRET).verify(body, headers)["type"] == "scheduler.ping"
    assert headers["content-type"] == "application/cloudevents+json"
    assert abs(int(headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
