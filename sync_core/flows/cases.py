"""What is known of one pair, put together from its draft: the board's newest word, the event as it is, the link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sync_core.domain.appointment import Appointment, AppointmentKey, Kind
from sync_core.domain.change import Alive, BoardView, NotHere, Pair, Planned, Unseen, Vanished
from sync_core.domain.content import Field, overlay
from sync_core.domain.event import Event, EventId
from sync_core.domain.identity import PairId
from sync_core.domain.inward import shown
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.look import Look
from sync_core.domain.notes import notes_of
from sync_core.domain.render import render
from sync_core.domain.resource import CalendarRef
from sync_core.domain.stored import Address, BoardInbox, Held, Hint, OutlookInbox
from sync_core.domain.terms import Terms
from sync_core.domain.timespan import Span, TimeSpan
from sync_core.flows.desk import TWIN

LOOKED_UP = frozenset({Hint.REMOVED, Hint.CHECK})
Found = Mapping[EventId, Event | None]


@dataclass(frozen=True, slots=True)
class Case:
    """One pair with what it consumes once it is settled. `is_met_anew`: its link is none that is stored."""

    pair: Pair
    consumes: tuple[Address, ...]
    is_met_anew: bool = False


@dataclass(slots=True)
class Draft:
    """What waits for one pair: its rows, what they consume, whether its event is to be looked at; `equal` is an event
    of somebody else's that it takes over.
    """

    key: AppointmentKey | None = None
    board_rows: list[BoardInbox] = field(default_factory=list)
    outlook_rows: list[OutlookInbox] = field(default_factory=list)
    consumes: list[Address] = field(default_factory=list)
    is_looked_up: bool = False
    equal: Event | None = None

    def newest_told(self) -> BoardInbox | None:
        return max(self.board_rows, key=lambda row: row.revision, default=None)


class CaseMaker:
    """Puts cases together under the terms of one resource; `twins` are second events that a person has to look at."""

    def __init__(self, terms: Terms, now: datetime) -> None:
        self.terms = terms
        self.look: Look = terms.look
        self.now = now
        self.twins: list[Held] = []

    @property
    def main_calendar(self) -> CalendarRef | None:
        use = self.terms.profile.main_calendar
        return use.ref if use else None

    def case_of(self, pair_id: PairId, draft: Draft, link: Link | None, found: Found) -> Case | None:
        """The case of a draft; None while an event it depends on could not be judged."""
        outlook: Unseen | Alive | Vanished = Unseen()
        revenants: list[Event] = []
        for row in draft.outlook_rows:
            if row.hint is Hint.UNLISTED:
                outlook = Vanished()
                continue
            if row.hint in LOOKED_UP and row.id not in found:
                return None  # could not be judged in this run
            event = row.event if row.hint is Hint.SEEN else found[row.id]
            is_current = link is not None and link.event is not None and link.event.id == row.id
            if link is not None and link.origin is Origin.OUTLOOK and event is not None:
                # What waits in the inbox was made fit to be shown when it was read.
                outlook = Alive(event if row.hint is Hint.SEEN else self._shown(event))
            elif link is None or is_current:
                if event is not None:
                    outlook = Alive(event)
                elif link is not None:
                    outlook = Vanished()
            elif event is not None:
                if link.condition is Condition.IDLE and link.event is None:
                    outlook = Alive(event)
                elif row.hint is Hint.SEEN:
                    self.twins.append(self._twin(pair_id, row, event))
                else:
                    revenants.append(event)
        if isinstance(outlook, Unseen) and link is not None and link.event is not None and link.event.id in found:
            current = found[link.event.id]
            if current is not None and link.origin is Origin.OUTLOOK:
                current = self._shown(current)
            outlook = Alive(current) if current is not None else Vanished()
        if draft.equal is not None:
            outlook = Alive(draft.equal)
        key = draft.key or (link.appointment if link and link.origin is Origin.BOARD else None)
        if key is None and link is None:
            key = key_of_pair(pair_id)
        pair = Pair(
            id=pair_id,
            resource=self.terms.profile.resource,
            key=key,
            link=link,
            board=self._board_view(draft.board_rows, link),
            outlook=outlook,
            revenants=tuple(revenants),
            main_calendar=self.main_calendar,
        )
        return Case(pair, tuple(dict.fromkeys(draft.consumes)))

    def _board_view(self, rows: Sequence[BoardInbox], link: Link | None) -> BoardView:
        """The newest state the board told us: the waiting row's, unless the link has read a newer one already."""
        of_present_birth = [row for row in rows if link is None or link.appointment in (None, row.key)]
        row = max(of_present_birth, key=lambda row: row.revision, default=None)
        # What the board told before it answered our last write is older than that write, though it may arrive later.
        if row is not None and (link is None or row.revision >= link.write_revision):
            return self._planned(row.state, link) if row.state else NotHere(row.revision)
        if link is None:
            return Unseen()
        if link.board_state is not None:
            return self._planned(link.board_state, link)
        # A pair born on the board whose state is not here was told so; one born in Outlook may not have heard yet.
        return NotHere(link.received) if link.origin is Origin.BOARD and link.received else Unseen()

    def _planned(self, state: Appointment, link: Link | None) -> Planned:
        if link is None or link.origin is Origin.BOARD:
            notes = notes_of(link, state, self.look)
            return Planned(state, self.look.of(state, notes), notes)
        content = render(state)
        if link.board_base is not None and state.show_as is None:
            # A board that repeats a worker's block without saying how it shows has not edited that.
            content = overlay(content, link.board_base, {Field.SHOW_AS})
        return Planned(state, content)

    def _shown(self, event: Event) -> Event:
        return shown(event, self.terms.choices_of(event.ref.calendar))

    def _twin(self, pair: PairId, row: OutlookInbox, event: Event) -> Held:
        """Our mark on an event we did not make for this pair: a copy, perhaps, so it is never changed or deleted."""
        return Held(
            subject=f"{TWIN}{row.key}",
            since_at=self.now,
            what="a second event carries the mark of an event of ours",
            why=f"it may be a copy that the worker made; it begins {_begin_of(event.content.span)}",
            remedy="delete the event that is not wanted",
            about=pair,
        )


def _begin_of(span: Span) -> str:
    """When something begins, for whoever has to find it."""
    return f"{span.start_at:%Y-%m-%d %H:%M} UTC" if isinstance(span, TimeSpan) else f"{span.start_on:%Y-%m-%d}"


def key_of_pair(pair: PairId) -> AppointmentKey | None:
    """The appointment that a pair born on the board is named after; None for any other."""
    origin, _, rest = pair.partition(".")
    kind, _, appointment = rest.partition(".")
    return AppointmentKey(Kind(kind), appointment) if origin == "b" and kind in set(Kind) else None
