"""Puts stand-ins on the path: a small shell script that passes its arguments to this process and prints the answer.

A script makes dozens of calls, and an interpreter for each of them would take longer than everything that is tested.
"""

import shlex
import socketserver
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

Answers = Callable[[Sequence[str]], tuple[int, str, str]]
# NUL is the one character that neither an argument nor an answer can have.
SHIM = r"""#!{shell}
exec 3<>/dev/tcp/127.0.0.1/{port} || exit 99
printf '%s\0' {name} "$#" "$@" >&3
IFS= read -r -d '' code <&3
IFS= read -r -d '' shown <&3
IFS= read -r -d '' errors <&3
printf '%s' "$shown"
printf '%s' "$errors" >&2
exit "$code"
"""


class Counter(socketserver.ThreadingTCPServer):
    """Serves stand-ins by their names while it is open."""

    daemon_threads = True

    def __init__(self, folder: Path, shell: str) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self._folder = folder
        self._shell = shell
        self.known: dict[str, Answers] = {}
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def install(self, name: str, answers: Answers) -> None:
        """Have calls of a program answered here."""
        self.known[name] = answers
        program = self._folder / name
        port = self.server_address[1]
        program.write_text(SHIM.format(shell=self._shell, port=port, name=shlex.quote(name)), "utf-8")
        program.chmod(0o755)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Call(socketserver.StreamRequestHandler):
    server: Counter

    def handle(self) -> None:
        name = self._read()
        arguments = [self._read() for _ in range(int(self._read()))]
        code, shown, errors = self.server.known[name](arguments)
        self.wfile.write(b"".join(part.encode() + b"\0" for part in (str(code), shown, errors)))

    def _read(self) -> str:
        letters = bytearray()
        while (letter := self.rfile.read(1)) not in (b"\0", b""):
            letters += letter
        return letters.decode()
