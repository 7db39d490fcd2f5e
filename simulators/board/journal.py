"""An append-only file of JSON lines, so that a killed board comes back with everything it had said yes to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

Json = dict[str, Any]


class Journal:
    """One line is one change, whole or not at all.

    Each line reaches the operating system before `append` returns, so it outlives SIGKILL. It is not forced onto the
    disk: a power cut is not among the things this board stands in for.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def replay(self) -> Iterator[Json]:
        """Yield every whole line, oldest first, and cut off a last one that was torn by a kill."""
        if not self._path.exists():
            return
        whole = 0
        with self._path.open("rb") as file:
            for raw in file:
                if not raw.endswith(b"\n"):
                    break
                whole += len(raw)
                yield json.loads(raw)
        with self._path.open("r+b") as file:
            file.truncate(whole)

    def append(self, line: Json) -> None:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("ab")
        self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        self._file.flush()

    def clear(self) -> None:
        """Forget everything."""
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
