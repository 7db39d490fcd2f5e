"""From `python3 dev.py …` on any interpreter to the command itself in the environment of the working copy.

Everything this file needs up to `devtools.commands` is standard library: it runs before anything is installed.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from devtools.paths import ROOT, VENV, VENV_PYTHON
from devtools.trouble import Trouble

OVERVIEW = """\
Tandem keeps a planning board and Outlook calendars in step.

  python3 dev.py demo                 one working day through the whole product; each change with its latency
  python3 dev.py up [--empty]         start everything, print the addresses, stay until Ctrl-C
  python3 dev.py test [ARGUMENT …]    everything that must be green (arguments go to pytest)
  python3 dev.py check                format, lint, types, import contracts, tests

  python3 dev.py azurite [--port N] [--location DIR]    storage alone, on three ports from N (10000)
  python3 dev.py graph   [--port N]                     simulated Microsoft Graph alone (7081)
  python3 dev.py board   [--port N]                     simulated planning board alone (7082)
  python3 dev.py issuer  [--port N]                     issuer of tokens for who administers alone (7083)
  python3 dev.py host    [--port N]                     the function app alone (7071)
  python3 dev.py send FILE.json [--url URL]             sign a webhook and post it
  python3 dev.py plan SUBJECT RESOURCE …                plan for tomorrow on the board of `up`
  python3 dev.py admin [COMMAND …]                      the command line `tandem`, without an install
  python3 dev.py token [--role Tandem.Reader]           print a token for the administration of `up`
  python3 dev.py machine --examples N                   random histories against the engine
  python3 dev.py mutate [WORD …]                        break each rule once and see which scenario notices
  python3 dev.py package [--python 3.12]                the zip that a Functions app runs from, tried before it is told

The first command makes the environment (.venv, node_modules); later ones start at once.
"""

COMMANDS = (
    "demo",
    "up",
    "test",
    "check",
    "azurite",
    "graph",
    "board",
    "issuer",
    "host",
    "send",
    "plan",
    "admin",
    "token",
    "machine",
    "mutate",
    "package",
)


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; 2 if there is no such command."""
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(OVERVIEW, end="")
        return 0
    if arguments[0] not in COMMANDS:
        print(f"There is no command '{arguments[0]}'; python3 dev.py lists them.", file=sys.stderr)
        return 2
    try:
        if os.name != "posix":
            raise Trouble("dev.py needs Linux or macOS; on Windows run it inside WSL.")
        from devtools import environment  # knows locks that only POSIX has

        environment.ensure()
        if Path(sys.prefix).resolve() != VENV.resolve():
            os.execv(VENV_PYTHON, [str(VENV_PYTHON), str(ROOT / "dev.py"), *arguments])
        from devtools.commands import run

        return run(arguments)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
