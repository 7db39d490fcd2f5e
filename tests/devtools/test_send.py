"""`dev.py send` signs what a receiver of Standard Webhooks accepts."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from devtools.development import WEBHOOK_SECRET
from devtools.send import send
from devtools.trouble import Trouble


class Receiver(BaseHTTPRequestHandler):
    """Verifies with the published library and answers as a connector would."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        Webhook(WEBHOOK_SECRET).verify(body, {name.lower(): value for name, value in self.headers.items()})
        kind = self.headers["content-type"].encode()
        self.send_response(202 if "refuse" not in body else 400)
        self.send_header("content-length", str(len(kind)))
        self.end_headers()
        self.wfile.write(kind)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()
        serving.join()


@pytest.mark.parametrize(
    ("content", "code", "answer"),
    [
        ({"id": "1"}, 0, "202 application/cloudevents+json"),
        ([{"id": "1"}], 0, "202 application/cloudevents-batch+json"),
        ({"id": "refuse"}, 1, "400 application/cloudevents+json"),
    ],
    ids=["one", "a batch", "one that is refused"],
)
def test_a_file_is_signed_and_posted(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, content: object, code: int, answer: str
) -> None:
    file = tmp_path / "webhook.json"
    file.write_text(json.dumps(content))
    assert send(file, address) == code
    assert capsys.readouterr().out.strip() == answer


def test_nobody_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "webhook.json"
    file.write_text("{}")
    with pytest.raises(Trouble, match=r"Nobody answers at http://127.0.0.1:1"):
        send(file, "http://127.0.0.1:1/api")


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    file = tmp_path / "webhook.json"
    file.write_text("{")
    with pytest.raises(Trouble, match=r"webhook\.json is no readable JSON"):
        send(file, "http://127.0.0.1:1/api")
