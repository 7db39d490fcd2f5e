"""The simulator's memory across restarts: one JSON line per accepted change, written before the change is answered."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from simulators.graph.wire import JsonObject


class Journal:
    """Appends lines to a file; without a path it remembers nothing."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._file: int | None = None

    def replay(self) -> Iterator[JsonObject]:
        """Yield what was written, then open for appending.

        A last line that a kill cut short belongs to a change that was never answered; it is dropped.
        """
        if self._path is None:
            return
        whole = 0
        if self._path.exists():
            content = self._path.read_bytes()
            whole = content.rfind(b"\n") + 1
            for line in content[:whole].splitlines():
                yield json.loads(line)
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.ftruncate(self._file, whole)
        os.lseek(self._file, whole, os.SEEK_SET)

    def append(self, line: JsonObject) -> None:
        """Write one line; once this returns, killing the program cannot undo it."""
        if self._file is not None:
            os.write(self._file, json.dumps(line, separators=(",", ":")).encode() + b"\n")

    def clear(self) -> None:
        """Forget every line."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.lseek(self._file, 0, os.SEEK_SET)

    @property
    def is_kept(self) -> bool:
        return self._file is not None

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
