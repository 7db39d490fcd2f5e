"""One pair at the moment of deciding, with the answers both kinds of pairs can end in."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sync_core.domain.change import Alive, Change, Pair, Unseen
from sync_core.domain.content import Content
from sync_core.domain.errors import Undecidable
from sync_core.domain.event import Event
from sync_core.domain.identity import birth_id
from sync_core.domain.link import Condition, Link
from sync_core.domain.plan import Conflict, Operation, Plan, Verdict
from sync_core.domain.policy import Policy
from sync_core.domain.resource import Direction

T = TypeVar("T")
OUTSIDE = "outside the window"
PUT_BACK_TOO_OFTEN = "someone or something keeps changing this"


@dataclass(frozen=True, slots=True)
class Situation:
    """`link` is what is remembered so far; contents are None where a side holds nothing."""

    pair: Pair
    policy: Policy
    now: datetime
    link: Link
    board: Change
    outlook: Change
    board_content: Content | None
    event_content: Content | None

    @property
    def event(self) -> Event | None:
        """The event as it was just read."""
        return self.pair.outlook.event if isinstance(self.pair.outlook, Alive) else None

    @property
    def closed(self) -> str:
        """The reason for not writing where the direction does not allow it."""
        return "paused" if self.policy.direction is Direction.NONE else "the direction is closed"

    def takes_part(self) -> bool:
        """Does a baseline or a new state reach into the window, or lie ahead of it?

        Only the passing of time freezes a pair, and time leaves by the window's beginning: whatever a person moves
        beyond either edge takes its counterpart along.
        """
        spans = [
            content.span
            for content in (self.link.board_base, self.link.outlook_base, self.board_content, self.event_content)
            if content is not None
        ]
        return any(self.policy.window.is_not_over(span, self.policy.zone) for span in spans)

    def is_put_back_too_often(self) -> bool:
        return len(self.recent_put_backs()) >= self.policy.most_put_backs

    def recent_put_backs(self) -> tuple[datetime, ...]:
        since_at = self.now - self.policy.put_backs_within
        return tuple(at for at in self.link.put_backs if at > since_at)

    def write_key(self, what: str, generation: int) -> str:
        """The `Idempotency-Key` of a write to the board: the same as long as the same thing is to be written."""
        seed = f"{generation}:{self.link.write_revision}:{what}"
        return birth_id(self.policy.connector, self.pair.resource, self.pair.id, 0)[:18] + _digest(seed)

    def skip(self, reason: str, *, link: Link | None = None) -> Plan:
        """Do nothing, for a reason. A link that has no living pair is idle for it; other conditions stay."""
        kept = link or self.link
        is_reborn = kept.condition is Condition.TOMBSTONE and kept.board_state is not None
        if kept.condition is Condition.IDLE or is_reborn:
            kept = replace(kept, condition=Condition.IDLE, reason=reason, ended_at=None)
        return Plan(self.pair.id, Verdict.SKIPPED, reason, kept)

    def settled(self, reason: str, link: Link) -> Plan:
        """Both sides agree without a write."""
        return Plan(self.pair.id, Verdict.SETTLED, reason, link)

    def hold(self, reason: str) -> Plan:
        """Leave it to a person."""
        return Plan(self.pair.id, Verdict.HELD, reason, self.link)

    def forget(self) -> Plan:
        """Both sides are gone: a tombstone stays, so that a late hint does not raise the dead."""
        if self.link.event is not None and isinstance(self.pair.outlook, Unseen) and self.board is Change.ABSENT:
            return self.skip(self.link.reason)  # an event that was met and not looked at since may well live
        if self.link.condition is Condition.TOMBSTONE and self.pair.link == self.link:
            return Plan(self.pair.id, Verdict.SKIPPED, "gone on both sides", self.link)
        return self.settled("gone on both sides", bury(self.link, self.now))

    def operate(
        self,
        reason: str,
        operations: tuple[Operation, ...],
        *,
        link: Link | None = None,
        conflicts: tuple[Conflict, ...] = (),
        lost_event: Content | None = None,
        lost_appointment: Content | None = None,
    ) -> Plan:
        return Plan(
            self.pair.id,
            Verdict.OPERATES,
            reason,
            link or self.link,
            operations,
            conflicts,
            lost_event,
            lost_appointment,
        )


def required(value: T | None) -> T:
    """A value that the cell at hand cannot be reached without.

    Raises:
        Undecidable: it is missing after all; the pair is held rather than guessed at.
    """
    if value is None:
        raise Undecidable("the pair's memory does not fit together")
    return value


def bury(link: Link, now: datetime) -> Link:
    """The link as a tombstone."""
    return replace(
        link,
        condition=Condition.TOMBSTONE,
        reason="gone on both sides",
        board_state=None,
        board_base=None,
        event=None,
        event_key=None,
        outlook_base=None,
        outlook_version="",
        ended_at=link.ended_at or now,
    )


def _digest(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()[:32]
