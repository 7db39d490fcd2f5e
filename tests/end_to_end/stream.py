"""Listens to what a simulator tells of its changes, and notes when each was heard."""

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass(slots=True)
class Heard:
    """Everything heard so far, oldest first, each with the monotonic moment."""

    changes: list[tuple[float, dict[str, Any]]] = field(default_factory=list)


@contextlib.contextmanager
def listening_to(address: str) -> Iterator[Heard]:
    """Follow the changes that a simulator streams under its control API; nothing that comes now is missed."""
    heard = Heard()
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", "/_control/changes")
    line = connection.sock
    with connection.getresponse() as stream:
        stream.readline()  # it says that it listens
        reader = threading.Thread(target=_read, args=(stream, heard), daemon=True)
        reader.start()
        try:
            yield heard
        finally:
            line.shutdown(socket.SHUT_RDWR)
            reader.join(5)
    connection.close()


def _read(stream: http.client.HTTPResponse, heard: Heard) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException):
        for line in stream:
            if line.startswith(b"data: "):
                heard.changes.append((time.monotonic(), json.loads(line[6:])))
