"""Things that go wrong on demand: each fault says what, how often, and for whom."""

import itertools
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

FaultKind = Literal[
    "throttle",
    "unavailable",
    "error",
    "slow",
    "lostReply",
    "truncated",
    "deltaGone",
    "deltaEvicted",
    "deltaReplay",
    "dropNotification",
]


class Fault(BaseModel):
    """One fault; scopes left out match everything."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    kind: FaultKind
    count: int = Field(default=1, ge=-1)
    """How many more times; -1 until cleared."""
    every: int = Field(default=1, ge=1)
    """Only every n-th matching request is hit."""
    mailbox: str | None = None
    """Directory id or user principal name; stored as the directory id."""
    operation: str | None = None
    """As in the counters, e.g. `event.create`."""
    retry_after: str | None = None
    """Value of Retry-After; None leaves it out."""
    ms: float = Field(default=0, ge=0)
    status: int = Field(default=500, ge=400, le=599)
    code: str = "UnknownError"
    message: str = ""


class Faults:
    """The faults that are set, and whom they hit next."""

    def __init__(self) -> None:
        self._faults: list[tuple[Fault, itertools.count[int]]] = []

    def add(self, fault: Fault) -> None:
        self._faults.append((fault, itertools.count(1)))

    def clear(self, kind: str | None = None) -> None:
        """Remove the faults of a kind, all of them for None."""
        self._faults = [pair for pair in self._faults if kind is not None and pair[0].kind != kind]

    def current(self) -> list[Fault]:
        return [fault for fault, _ in self._faults]

    def take(
        self, kind: FaultKind, mailbox: str | None = None, operation: str | None = None, *, scoped_only: bool = False
    ) -> Fault | None:
        """Return the fault that hits this request, using it up once; None when it goes well.

        `scoped_only` leaves out faults that name neither mailbox nor operation.
        """
        for fault, counter in self._faults:
            if fault.kind != kind or not self._matches(fault, mailbox, operation):
                continue
            if scoped_only and fault.mailbox is None and fault.operation is None:
                continue
            if next(counter) % fault.every:
                continue
            if fault.count > 0:
                fault.count -= 1
                if fault.count == 0:
                    self._faults = [pair for pair in self._faults if pair[0] is not fault]
            return fault
        return None

    @staticmethod
    def _matches(fault: Fault, mailbox: str | None, operation: str | None) -> bool:
        return (fault.mailbox is None or fault.mailbox == mailbox) and (
            fault.operation is None or fault.operation == operation
        )
