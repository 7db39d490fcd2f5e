"""Both sides once every operation was carried out and answered faithfully, and what is known of them then."""

from dataclasses import dataclass, replace

from sync_core.domain.appointment import Revision
from sync_core.domain.change import Alive, BoardView, NotHere, OutlookView, Pair, Planned, Unseen, Vanished
from sync_core.domain.content import overlay
from sync_core.domain.event import Event, EventId, EventRef
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.plan import CreateEvent, DeleteEvent, Done, Operation, Plan, UpdateEvent
from sync_core.domain.render import render
from sync_core.domain.settle import settle
from tests.builders import NOW, event


@dataclass
class Calendar:
    """The events of one pair, by id; `now` grows with each write."""

    events: dict[EventRef, Event]

    @classmethod
    def of(cls, pair: Pair) -> "Calendar":
        known = list(pair.revenants)
        if isinstance(pair.outlook, Alive):
            known.append(pair.outlook.event)
        elif isinstance(pair.outlook, Unseen) and pair.link and pair.link.event and pair.link.outlook_base:
            if pair.link.condition is Condition.PROPOSED:
                return cls({entry.ref: entry for entry in known})  # it was gone when the planner was asked
            known.append(event(pair.link.outlook_base, ref=pair.link.event, version=pair.link.outlook_version))
        return cls({entry.ref: entry for entry in known})

    def carry_out(self, operation: Operation) -> Done:
        match operation:
            case CreateEvent():
                ref = EventRef(operation.calendar, EventId(f"born-{operation.generation}"))
                made = event(operation.content, ref=ref, transaction_id=operation.transaction_id, version="v9")
                self.events[ref] = made
                return Done(event=made)
            case UpdateEvent():
                before = self.events[operation.ref]
                look = overlay(before.content, operation.content, operation.fields)
                self.events[operation.ref] = replace(before, content=look, version=before.version + "+")
                return Done(event=self.events[operation.ref])
            case DeleteEvent():
                del self.events[operation.ref]
                return Done()
            case _:
                return Done(revision=Revision(50))

    def look_up(self, link: Link) -> OutlookView:
        if link.event is None:
            return Unseen()
        found = self.events.get(link.event)
        return Alive(found) if found else Vanished()


def carry_out(plan: Plan, calendar: Calendar) -> Link:
    """The link once all of a plan took effect."""
    link = plan.link
    assert link is not None
    for operation in plan.operations:
        link = settle(link, operation, calendar.carry_out(operation), NOW)
    return link


def recall(link: Link) -> BoardView:
    """What the link itself remembers of the board."""
    if link.board_state is not None:
        return Planned(link.board_state, render(link.board_state))
    return NotHere(link.received) if link.origin is Origin.BOARD and link.received else Unseen()
