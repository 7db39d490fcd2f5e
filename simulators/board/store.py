"""What the board knows, in memory, rebuilt from its journal at start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from simulators.board.journal import Journal, Json

COLLECTIONS = ("appointment", "unavailability", "workingDay", "resource")


@dataclass(slots=True)
class Contents:
    """Everything that survives a restart."""

    living: dict[str, dict[str, Json]] = field(default_factory=lambda: {name: {} for name in COLLECTIONS})
    # The last revision of everything that ever was: an id that is used again after its deletion goes on counting.
    revisions: dict[str, dict[str, int]] = field(default_factory=lambda: {name: {} for name in COLLECTIONS})
    statuses: dict[str, dict[str, Json]] = field(default_factory=dict)
    proposals: dict[str, Json] = field(default_factory=dict)
    # The last revision of each appointment that was the planner's own: it answers what was asked before it.
    planned: dict[str, int] = field(default_factory=dict)
    answers: dict[str, Json] = field(default_factory=dict)
    deliveries: dict[str, Json] = field(default_factory=dict)
    refused: dict[str, Json] = field(default_factory=dict)
    sequence: int = 0
    numbers: int = 1000


Watcher = Callable[[Json], None]


class Store:
    """Applies lines: what changed, what has to be told and what was answered stand or fall together."""

    def __init__(self, journal: Journal | None = None) -> None:
        self._journal = journal
        self._watchers: list[Watcher] = []
        self.contents = Contents()
        for line in journal.replay() if journal else ():
            self._apply(line)

    def watch(self, watcher: Watcher) -> None:
        """Call the watcher with every line from now on, after it was applied."""
        self._watchers.append(watcher)

    def commit(self, line: Json) -> None:
        """Write a line down, apply it, tell the watchers."""
        if self._journal is not None:
            self._journal.append(line)
        self._apply(line)
        for watcher in self._watchers:
            watcher(line)

    def reset(self) -> None:
        """Forget everything, pending deliveries included."""
        if self._journal is not None:
            self._journal.clear()
        self.contents = Contents()
        for watcher in self._watchers:
            watcher({"reset": True})

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()

    def _apply(self, line: Json) -> None:
        contents = self.contents
        for change in line.get("changes", ()):
            collection, key = change["collection"], change["id"]
            contents.revisions[collection][key] = change["revision"]
            if collection == "appointment" and change["by"] == "planner":
                contents.planned[key] = change["revision"]
            if change["state"] is None:
                contents.living[collection].pop(key, None)
                if collection == "appointment":
                    contents.statuses.pop(key, None)
            else:
                contents.living[collection][key] = change["state"]
        for delivery in line.get("deliveries", ()):
            contents.deliveries[delivery["id"]] = delivery
            contents.sequence += len(delivery["events"])
        for key in line.get("delivered", ()):
            contents.deliveries.pop(key, None)
        for refusal in line.get("refused", ()):
            delivery = contents.deliveries.pop(refusal["id"], None)
            if delivery is not None:
                contents.refused[refusal["id"]] = {**delivery, "status": refusal["status"]}
        if "status" in line:
            told = line["status"]
            contents.statuses.setdefault(told["appointment"], {})[told["state"]["resource"]["id"]] = told["state"]
        for proposal in line.get("proposals", ()):
            contents.proposals[proposal["id"]] = proposal
        if "answer" in line:
            contents.answers[line["answer"]["key"]] = line["answer"]
        contents.numbers = line.get("numbers", contents.numbers)
