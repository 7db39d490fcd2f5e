"""Starts the host with a small function app that a test writes."""

import json
import sys
import textwrap
from pathlib import Path
from typing import Any

from devtools.processes import Part, Parts

HEADER = """
import asyncio
import threading
from pathlib import Path

import azure.functions as func

app = func.FunctionApp()
CALLS = Path(__file__).parent / "calls"


def note(words):
    with CALLS.open("a") as calls:
        calls.write(words + "\\n")
"""


class Sample:
    """A function app in a directory of its own, and what its functions noted."""

    def __init__(self, directory: Path, parts: Parts) -> None:
        self.directory = directory
        self.parts = parts
        self.file = directory / "function_app.py"

    def write(self, source: str, **queues: object) -> None:
        """Write the app and a host.json with these options of `extensions.queues`."""
        self.file.write_text(HEADER + textwrap.dedent(source))
        host: dict[str, Any] = {"version": "2.0", "extensions": {"queues": queues}}
        (self.directory / "host.json").write_text(json.dumps(host))

    def start(self, *arguments: str, **settings: str) -> Part:
        """Start a host for it on a free port."""
        command = [sys.executable, "-m", "simulators.host", "--port", "0", "--app", str(self.file), *arguments]
        return self.parts.start("Functions host", command, variables=settings)

    def calls(self) -> list[str]:
        """Return what the functions noted, oldest first."""
        file = self.directory / "calls"
        return file.read_text().splitlines() if file.exists() else []
