"""Stands in for the command line of Tandem: every call is read by the real one's own parser, and one app answers."""

import json
from collections.abc import Sequence
from typing import Any

import typer

from tandem_cli.app import app


class App:
    """Resources by their state; off-boarding one is done at once, unless its mailbox is stuck."""

    def __init__(self, **states: str) -> None:
        self.states = states
        self.stuck: set[str] = set()
        self.offboarded: dict[str, str] = {}

    def answer(self, arguments: Sequence[str]) -> tuple[int, str, str]:
        try:
            name, chosen = read_arguments(arguments)
        except Exception as refusal:
            # Of the class that typer keeps for itself.
            if not hasattr(refusal, "format_message"):
                raise
            return 2, "", f"{refusal.format_message()}\n"
        if name == "resources list":
            rows = [{"id": resource, "state": state} for resource, state in self.states.items()]
            return 0, json.dumps(rows), ""
        if name == "status":
            living = sum(state not in {"waiting", "offboarded"} for state in self.states.values())
            return 0, json.dumps({"subscriptions": {"active": living, "missing": 0, "nextExpiryAt": None}}), ""
        if name == "resources offboard":
            resource = chosen["resource"]
            if resource in self.stuck:
                self.states[resource] = "leaving"
                return 1, "", "the mailbox does not answer\n"
            self.states[resource] = "offboarded"
            self.offboarded[resource] = str(getattr(chosen["events"], "value", chosen["events"]))
            return 0, "", ""
        return 99, "", f"{name} is not expected\n"


def read_arguments(arguments: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Have the real command line read these, without doing anything."""
    command: Any = typer.main.get_command(app)
    context = None
    left, names = list(arguments), []
    while hasattr(command, "resolve_command"):
        context = command.make_context("tandem", left, parent=context)
        name, command, left = command.resolve_command(context, [*context._protected_args, *context.args])
        names.append(name)
    return " ".join(names), command.make_context("tandem", left, parent=context).params
