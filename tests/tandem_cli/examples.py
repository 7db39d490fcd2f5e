"""Every command, and the command lines that its help shows."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from tandem_cli.app import app


def commands() -> Iterator[tuple[str, Any]]:
    """Yield each command that does something, by its full name."""

    def walk(name: str, node: Any) -> Iterator[tuple[str, Any]]:
        if not hasattr(node, "commands"):
            yield name, node
            return
        for each, child in node.commands.items():
            yield from walk(f"{name} {each}", child)

    return walk("tandem", get_command(app))


def examples_of(node: Any) -> list[str]:
    """Return the command lines of a command's help."""
    return [line.strip() for line in (node.epilog or "").splitlines() if line.strip().startswith("tandem ")]


EXAMPLES = [line for _, node in commands() for line in examples_of(node)]
