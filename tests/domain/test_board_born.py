"""Pairs born on the board: every cell of the table, in every direction, under every policy; one line a case."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sync_core.domain.appointment import Appointment, AppointmentKey, Kind, Revision
from sync_core.domain.change import Alive, BoardView, NotHere, OutlookView, Planned, Unseen, Vanished
from sync_core.domain.content import Content, Field, Sensitivity
from sync_core.domain.event import EventKind, mask
from sync_core.domain.identity import birth_id
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.look import Look, Notes, Words, plain_words
from sync_core.domain.plan import CreateEvent
from sync_core.domain.policy import OWNERS, OnClosed, OnDeletion, Owner, Winner
from sync_core.domain.reconcile import reconcile
from sync_core.domain.render import render
from sync_core.domain.resource import Direction, ResourceId
from sync_core.domain.rules import Rule
from tests.builders import (
    BOARD_PAIR,
    CALENDAR,
    CONNECTOR,
    NOW,
    RESOURCE,
    TASK,
    appointment,
    board_link,
    our_event,
    pair,
    planned,
    policy,
    span,
)
from tests.domain.faithful import recall
from tests.domain.telling import tell

BOTH, UP, DOWN, NONE = Direction.BOTH, Direction.UP, Direction.DOWN, Direction.NONE
LEFT: dict[str, Any] = {"on_closed": OnClosed.LEAVE}
OUTLOOKS: dict[str, Any] = {"winner": Winner.OUTLOOK}
NEWEST: dict[str, Any] = {"winner": Winner.NEWEST}
UNPLANS: dict[str, Any] = {"on_deletion": OnDeletion.UNPLAN}
LATER, NOON, OLD, FAR = span("14:00", "15:00"), span("12:00", "13:00"), span(day=-40), span(day=300)

HERE, NOT_HERE, SILENT, GONE = planned(), NotHere(Revision(2)), Unseen(), Vanished()
MOVED = planned(2, span=LATER)
CANCELLED = planned(2, status="cancelled")
AGREED = board_link()
IDLE = Link(BOARD_PAIR, Origin.BOARD, Condition.IDLE, "outside the window", TASK)
TOMBSTONE = replace(
    IDLE, condition=Condition.TOMBSTONE, reason="gone on both sides", received=Revision(1), ended_at=NOW
)


def look(**fields: Any) -> Content:
    return render(appointment(**fields))


def alive(**fields: Any) -> Alive:
    """Our event, as a worker left it."""
    return Alive(our_event(look(**fields)))


def with_state(**fields: Any) -> Link:
    return board_link(appointment(**fields))


def edited_at(hours: int) -> Planned:
    """A plan for later that was made so many hours after the event was last touched."""
    return planned(2, span=LATER, updated_at=NOW + timedelta(hours=hours))


def edited_sensitivity() -> Planned:
    return planned(2, span=LATER, sensitivity=Sensitivity.PERSONAL)


def seen_private() -> Alive:
    return Alive(mask(our_event(replace(look(), sensitivity=Sensitivity.CONFIDENTIAL))))


def put_back(times: int, minutes_ago: int = 10) -> Link:
    return board_link(put_backs=(NOW - timedelta(minutes=minutes_ago),) * times)


def seen_as(**fields: Any) -> Alive:
    return Alive(our_event(look(subject="worker"), **fields))


def seen_online() -> Alive:
    return Alive(our_event(replace(look(), body="join here"), is_online=True))


def numbered(state: Appointment, notes: Notes, zone: ZoneInfo) -> Words:
    plain = plain_words(state, notes, zone)
    return replace(plain, subject=f"No. 7 {plain.subject}")


def telling(state: Appointment, notes: Notes, zone: ZoneInfo) -> Words:
    return replace(plain_words(state, notes, zone), body="put back" if notes.is_put_back else "")


def lined(state: Appointment, notes: Notes, zone: ZoneInfo) -> Words:
    return replace(plain_words(state, notes, zone), body="moved" if notes.moved_from else "")


def moved_line() -> Content:
    return Look(words=lined).of(appointment(2, span=NOON), Notes(moved_from=span()))


LINED_LOOK = Look(words=lined).of(appointment(), Notes(moved_from=NOON))
LINED = replace(AGREED, board_base=LINED_LOOK, outlook_base=LINED_LOOK, notes=Notes(moved_from=NOON))


def named() -> Planned:
    state = appointment()
    return Planned(state, Look(words=numbered).of(state))


AWAY = board_link(appointment(key=AppointmentKey(Kind.UNAVAILABILITY, "v")))
RELEASED = replace(AGREED, condition=Condition.RELEASED, reason="theirs")
STANDING = replace(AGREED, outlook_base=look(span=LATER), left=frozenset({Field.TIME}))
PROPOSED_FOR_TWO = replace(
    with_state(resources=(RESOURCE, ResourceId("ben"))), condition=Condition.PROPOSED, proposed=Revision(1)
)
PROPOSED = replace(AGREED, condition=Condition.PROPOSED, reason="asked", proposed=Revision(1))
ENDED_AT = span("06:00", "07:00")
ENDED = with_state(span=ENDED_AT)
ONLINE = replace(AGREED, keeps_body=True)
NAMED = replace(AGREED, board_base=named().content, outlook_base=named().content)
ASKS: dict[str, Any] = {"on_deletion": OnDeletion.PROPOSE, "takes_proposals": True}
FORMER: dict[str, Any] = {"former": frozenset({CALENDAR})}
OVER: dict[str, Any] = {"closes_after_end": True}
RESTORED = "operates paired: restore event"


@dataclass(frozen=True)
class Case:
    name: str
    link: Link | None
    board: BoardView
    outlook: OutlookView
    direction: Direction
    expected: str
    rules: dict[str, Any] = field(default_factory=dict)


REST = "skipped paired, nothing changed"
CLOSED = "skipped paired, the direction is closed"
PAUSED = "skipped paired, paused"
OUTSIDE = "skipped paired, outside the window"
WAITING = "skipped idle, an event of ours whose appointment is not known yet"
GONE_BOTH = "settled tombstone, gone on both sides"
MEETING = "held released, the worker made a meeting or a series of it, so it is theirs now"
TOO_OFTEN = "held paired, someone or something keeps changing this"

# fmt: off
CASES = [
    # same, same
    Case("at rest", AGREED, HERE, alive(), BOTH, REST),
    Case("at rest, unread", AGREED, HERE, SILENT, BOTH, REST),
    Case("at rest, neither read", AGREED, SILENT, SILENT, BOTH, REST),
    Case("at rest, up", AGREED, HERE, alive(), UP, REST),
    Case("at rest, down", AGREED, HERE, alive(), DOWN, REST),
    Case("at rest, none", AGREED, HERE, alive(), NONE, PAUSED),
    Case("the same state under a new revision", AGREED, planned(7), alive(), BOTH, REST),
    # edited, same
    Case("board moves it", AGREED, MOVED, alive(), BOTH, "operates paired: update event (time)"),
    Case("board moves it, event unread", AGREED, MOVED, SILENT, BOTH, "operates paired: update event (time)"),
    Case("board moves it, up", AGREED, MOVED, alive(), UP, "operates paired: update event (time)"),
    Case("board moves it, down", AGREED, MOVED, alive(), DOWN, CLOSED),
    Case("board moves it, none", AGREED, MOVED, alive(), NONE, PAUSED),
    Case("board renames it", AGREED, planned(2, subject="Pump"), alive(), UP,
         "operates paired: update event (subject)"),
    Case("board notes on it", AGREED, planned(2, body="Key!"), alive(), UP, "operates paired: update event (body)"),
    Case("the board gives it a category", AGREED, planned(2, category="A"), alive(), BOTH,
         "operates paired: update event (categories)"),
    Case("the board gives it a category, down", AGREED, planned(2, category="A"), alive(), DOWN, CLOSED),
    Case("the board makes it private", AGREED, planned(2, sensitivity=Sensitivity.PRIVATE), alive(), BOTH,
         "operates paired: update event (sensitivity)"),
    Case("the board makes it less private", with_state(sensitivity=Sensitivity.PRIVATE), planned(2), SILENT, BOTH,
         "settled paired, both sides agree"),
    Case("board moves and renames", AGREED, planned(2, span=NOON, subject="Pump"), alive(), UP,
         "operates paired: update event (subject, time)"),
    # same, edited
    Case("worker moves it", AGREED, HERE, alive(span=LATER), BOTH, "operates paired: update appointment (time)"),
    Case("worker renames it", AGREED, HERE, alive(subject="P"), BOTH, "operates paired: update appointment (subject)"),
    Case("worker moves it, board unread", AGREED, SILENT, alive(span=LATER), BOTH,
         "operates paired: update appointment (time)"),
    Case("worker moves it, down", AGREED, HERE, alive(span=LATER), DOWN, "operates paired: update appointment (time)"),
    Case("worker moves it, none", AGREED, HERE, alive(span=LATER), NONE, PAUSED),
    Case("worker moves it, up", AGREED, HERE, alive(span=LATER), UP,
         "operates paired: put back event (time); event's words kept"),
    Case("worker moves it, up, left", AGREED, HERE, alive(span=LATER), UP, "settled paired, both sides agree", LEFT),
    Case("worker writes notes", AGREED, HERE, alive(body="mine"), BOTH,
         "operates paired: put back event (body); event's words kept"),
    Case("worker writes notes, left", AGREED, HERE, alive(body="mine"), BOTH, "settled paired, both sides agree", LEFT),
    Case("worker writes notes, down", AGREED, HERE, alive(body="mine"), DOWN, CLOSED),
    Case("worker's own fields", AGREED, HERE, Alive(our_event(replace(look(), reminder_minutes=5, categories=("x",)))),
         BOTH, "settled paired, both sides agree"),
    Case("worker's own fields, up", AGREED, HERE, Alive(our_event(replace(look(), reminder_minutes=5))), UP,
         "settled paired, both sides agree"),
    Case("worker moves and notes", AGREED, HERE, alive(span=LATER, body="mine"), BOTH,
         "operates paired: put back event (body); update appointment (time); event's words kept"),
    Case("locked, worker moves it", with_state(locked=True), planned(locked=True), alive(span=LATER), BOTH,
         "operates paired: put back event (time); event's words kept"),
    Case("locked, worker moves it, left", with_state(locked=True), planned(locked=True), alive(span=LATER), BOTH,
         "operates paired: put back event (time); event's words kept", LEFT),
    Case("marked private, nothing else", AGREED, HERE,
         Alive(mask(our_event(replace(look(), sensitivity=Sensitivity.PRIVATE)))), BOTH,
         "settled paired, both sides agree"),
    Case("moved while private", AGREED, HERE,
         Alive(mask(our_event(replace(look(), span=LATER, subject="x", sensitivity=Sensitivity.PRIVATE)))), BOTH,
         "operates paired: update appointment (time)"),
    # edited, edited
    Case("different fields merge", AGREED, planned(2, subject="Pump"), alive(span=LATER), BOTH,
         "operates paired: update event (subject); update appointment (time)"),
    Case("different fields, up", AGREED, planned(2, subject="Pump"), alive(span=LATER), UP,
         "operates paired: put back event (subject, time); event's words kept"),
    Case("different fields, up, left", AGREED, planned(2, subject="Pump"), alive(span=LATER), UP,
         "operates paired: update event (subject)", LEFT),
    Case("different fields, down", AGREED, planned(2, subject="Pump"), alive(span=LATER), DOWN,
         "operates paired: update appointment (time)"),
    Case("the same edit on both sides", AGREED, MOVED, alive(span=LATER), BOTH, "settled paired, both sides agree"),
    Case("the same edit, down", AGREED, MOVED, alive(span=LATER), DOWN, "settled paired, both sides agree"),
    Case("conflict: scheduler", AGREED, MOVED, alive(span=NOON), BOTH,
         "operates paired: update event (time); conflict in time: scheduler; event's words kept"),
    Case("conflict: outlook", AGREED, MOVED, alive(span=NOON), BOTH,
         "operates paired: update appointment (time); conflict in time: outlook; appointment's words kept", OUTLOOKS),
    Case("conflict: newest is the board", AGREED, edited_at(1), alive(span=NOON), BOTH,
         "operates paired: update event (time); conflict in time: scheduler; event's words kept", NEWEST),
    Case("conflict: newest is the worker", AGREED, edited_at(-1), alive(span=NOON), BOTH,
         "operates paired: update appointment (time); conflict in time: outlook; appointment's words kept", NEWEST),
    Case("conflict: newest, same moment", AGREED, edited_at(0), alive(span=NOON), BOTH,
         "operates paired: update event (time); conflict in time: scheduler; event's words kept", NEWEST),
    Case("conflict: newest, board names no moment", AGREED, MOVED, alive(span=NOON), BOTH,
         "operates paired: update event (time); conflict in time: scheduler; event's words kept", NEWEST),
    Case("conflict in up", AGREED, MOVED, alive(span=NOON), UP,
         "operates paired: update event (time); conflict in time: scheduler; event's words kept", OUTLOOKS),
    Case("conflict in down", AGREED, MOVED, alive(span=NOON), DOWN,
         "operates paired: update appointment (time); conflict in time: outlook; appointment's words kept"),
    Case("conflict in none", AGREED, MOVED, alive(span=NOON), NONE, PAUSED),
    Case("conflict, locked", with_state(locked=True), planned(2, span=LATER, locked=True), alive(span=NOON), BOTH,
         "operates paired: update event (time); conflict in time: scheduler; event's words kept", OUTLOOKS),
    Case("conflict in the planner's field", AGREED, planned(2, body="a"), alive(body="b"), BOTH,
         "operates paired: update event (body); conflict in body: scheduler; event's words kept", OUTLOOKS),
    Case("conflict in the planner's field, down", AGREED, planned(2, body="a"), alive(body="b"), DOWN, CLOSED),
    Case("conflict in the worker's field", AGREED, planned(2, category="A", span=LATER), alive(category="B"), BOTH,
         "operates paired: update event (categories, time)"),
    Case("conflict in another field of the worker's", AGREED, edited_sensitivity(), seen_private(), BOTH,
         "operates paired: update event (time); conflict in sensitivity: outlook"),
    Case("private words are no conflict", AGREED, planned(2, subject="Pump"),
         Alive(mask(our_event(replace(look(), subject="x", sensitivity=Sensitivity.PRIVATE)))), BOTH,
         "operates paired: update event (subject)"),
    # same, gone
    Case("worker deletes it", AGREED, HERE, GONE, BOTH, "operates paired: restore event"),
    Case("worker deletes it, board unread", AGREED, SILENT, GONE, BOTH, "operates paired: restore event"),
    Case("worker deletes it, up", AGREED, HERE, GONE, UP, "operates paired: restore event", UNPLANS),
    Case("worker deletes it, up, left", AGREED, HERE, GONE, UP, "skipped paired, deleted by the worker", LEFT),
    Case("worker deletes it, both, left", AGREED, HERE, GONE, BOTH, "operates paired: restore event", LEFT),
    Case("worker deletes it, down", AGREED, HERE, GONE, DOWN, CLOSED),
    Case("worker deletes it, none", AGREED, HERE, GONE, NONE, PAUSED),
    Case("worker deletes it, unplan", AGREED, HERE, GONE, BOTH,
         "operates paired: unplan, 0 remain; appointment's words kept", UNPLANS),
    Case("worker deletes it, unplan, down", AGREED, HERE, GONE, DOWN,
         "operates paired: unplan, 0 remain; appointment's words kept", UNPLANS),
    Case("worker deletes it, others stay",
         with_state(resources=(ResourceId("anna"), ResourceId("ben"))), SILENT, GONE, BOTH,
         "operates paired: unplan, 1 remain; appointment's words kept", UNPLANS),
    Case("worker deletes a locked one", with_state(locked=True), planned(locked=True), GONE, BOTH,
         "operates paired: restore event", UNPLANS),
    # edited, gone
    Case("edited, and deleted by the worker", AGREED, MOVED, GONE, BOTH, "operates paired: create event"),
    Case("edited, and deleted, up", AGREED, MOVED, GONE, UP, "operates paired: create event", OUTLOOKS),
    Case("edited, and deleted, outlook wins", AGREED, MOVED, GONE, BOTH,
         "operates paired: unplan, 0 remain; appointment's words kept", {**OUTLOOKS, **UNPLANS}),
    Case("edited, and deleted, outlook wins, deletions are restored", AGREED, MOVED, GONE, BOTH, RESTORED, OUTLOOKS),
    Case("edited, and deleted, locked", with_state(locked=True), planned(2, span=LATER, locked=True), GONE, BOTH,
         "operates paired: create event", OUTLOOKS),
    Case("edited, and deleted, down", AGREED, MOVED, GONE, DOWN, "skipped idle, the direction is closed"),
    Case("edited, and deleted, none", AGREED, MOVED, GONE, NONE, PAUSED),
    Case("moved beyond the window, and deleted", AGREED, planned(2, span=FAR), GONE, BOTH,
         "skipped idle, outside the window"),
    # gone, same and gone, edited
    Case("un-planned", AGREED, NOT_HERE, alive(), BOTH, "operates paired: delete event → tombstone"),
    Case("un-planned, event unread", AGREED, NOT_HERE, SILENT, BOTH, "operates paired: delete event → tombstone"),
    Case("un-planned, up", AGREED, NOT_HERE, alive(), UP, "operates paired: delete event → tombstone"),
    Case("un-planned, down", AGREED, NOT_HERE, alive(), DOWN, CLOSED),
    Case("un-planned, none", AGREED, NOT_HERE, alive(), NONE, PAUSED),
    Case("un-planned, worker edited", AGREED, NOT_HERE, alive(span=LATER), BOTH,
         "operates paired: delete event → tombstone; event's words kept"),
    Case("un-planned, worker edited, up", AGREED, NOT_HERE, alive(span=LATER), UP,
         "operates paired: delete event → tombstone; event's words kept", OUTLOOKS),
    Case("un-planned, worker edited, outlook wins", AGREED, NOT_HERE, alive(span=LATER), BOTH,
         "skipped released, un-planned, but edited by the worker, whose word counts", OUTLOOKS),
    Case("un-planned, unedited, outlook wins", AGREED, NOT_HERE, alive(), BOTH,
         "operates paired: delete event → tombstone", OUTLOOKS),
    Case("un-planned, private but unedited, outlook wins",
         replace(AGREED, outlook_base=replace(look(), sensitivity=Sensitivity.PRIVATE)), NOT_HERE,
         Alive(mask(our_event(replace(look(), sensitivity=Sensitivity.PRIVATE)))), BOTH,
         "operates paired: delete event → tombstone", OUTLOOKS),
    # gone, gone
    Case("gone on both sides", AGREED, NOT_HERE, GONE, BOTH, GONE_BOTH),
    Case("gone on both sides, down", AGREED, NOT_HERE, GONE, DOWN, GONE_BOTH),
    Case("gone on both sides, none", AGREED, NOT_HERE, GONE, NONE, PAUSED),
    # new, absent
    Case("planned", None, HERE, SILENT, BOTH, "operates idle: create event"),
    Case("planned, up", None, HERE, SILENT, UP, "operates idle: create event"),
    Case("planned, down", None, HERE, SILENT, DOWN, "skipped idle, the direction is closed"),
    Case("planned, none", None, HERE, SILENT, NONE, "skipped idle, paused"),
    Case("planned, cancelled", None, CANCELLED, SILENT, BOTH, "skipped idle, cancelled"),
    Case("planned, long ago", None, planned(span=OLD), SILENT, BOTH, "skipped idle, outside the window"),
    Case("planned, far ahead", None, planned(span=FAR), SILENT, BOTH, "skipped idle, outside the window"),
    Case("the window reaches it", IDLE, HERE, SILENT, BOTH, "operates idle: create event"),
    Case("planned again after a tombstone", TOMBSTONE, planned(3), SILENT, BOTH, "operates tombstone: create event"),
    Case("planned again, closed", TOMBSTONE, planned(3), SILENT, DOWN, "skipped idle, the direction is closed"),
    Case("its first event proved gone", IDLE, HERE, GONE, BOTH, "operates idle: create event"),
    # new, new
    Case("link lost, event as planned", None, HERE, alive(), BOTH, "settled paired, adopted"),
    Case("link lost, event differs", None, HERE, alive(span=LATER), BOTH,
         "operates paired: update event (time); event's words kept"),
    Case("link lost, worker's fields stay", None, HERE, Alive(our_event(replace(look(), reminder_minutes=5))), UP,
         "settled paired, adopted"),
    Case("link lost, down", None, HERE, alive(), DOWN, "skipped idle, the direction is closed"),
    Case("link lost, none", None, HERE, alive(), NONE, "skipped idle, paused"),
    Case("link lost, cancelled", None, CANCELLED, alive(), UP,
         "operates idle: delete event → idle; event's words kept"),
    Case("link lost, meeting", None, HERE, seen_as(has_attendees=True), BOTH, MEETING),
    Case("link lost, frozen", None, planned(span=OLD), alive(span=OLD), BOTH, "skipped paired, outside the window"),
    # absent, new
    Case("our event, board silent", None, SILENT, alive(), BOTH, WAITING),
    Case("our event, board says not here", None, NOT_HERE, alive(), BOTH,
         "operates idle: delete event → tombstone; event's words kept"),
    Case("our event, not here, down", None, NOT_HERE, alive(), DOWN, "skipped idle, the direction is closed"),
    Case("our meeting, not here", None, NOT_HERE, seen_as(has_attendees=True), BOTH, GONE_BOTH),
    Case("our meeting, board silent", None, SILENT, seen_as(has_attendees=True), BOTH, MEETING),
    Case("our event after a tombstone, board silent", TOMBSTONE, SILENT, alive(), BOTH, WAITING),
    # absent, absent
    Case("nothing known", None, SILENT, SILENT, BOTH, "skipped unknown, nothing is known of it"),
    Case("an unknown event vanished", None, SILENT, GONE, BOTH, "skipped unknown, nothing is known of it"),
    Case("not here, never was", None, NOT_HERE, SILENT, BOTH, GONE_BOTH),
    Case("not here, never was, none", None, NOT_HERE, SILENT, NONE, GONE_BOTH),
    Case("a tombstone rests", TOMBSTONE, NotHere(Revision(1)), SILENT, BOTH, "skipped tombstone, gone on both sides"),
    Case("a tombstone hears of a newer revision", TOMBSTONE, NOT_HERE, SILENT, BOTH, GONE_BOTH),
    # cancelled
    Case("cancelled", AGREED, CANCELLED, alive(), BOTH, "operates paired: delete event → idle"),
    Case("cancelled and moved", AGREED, planned(2, status="cancelled", span=LATER), alive(), UP,
         "operates paired: delete event → idle"),
    Case("cancelled, worker edited", AGREED, CANCELLED, alive(span=LATER), BOTH,
         "operates paired: delete event → idle; event's words kept"),
    Case("cancelled, down", AGREED, CANCELLED, alive(), DOWN, CLOSED),
    Case("cancelled, event gone", AGREED, CANCELLED, GONE, BOTH, "skipped idle, cancelled"),
    # window
    Case("frozen: board edits", with_state(span=OLD), planned(2, span=OLD, subject="P"), SILENT, BOTH, OUTSIDE),
    Case("frozen: worker edits", with_state(span=OLD), planned(span=OLD), alive(span=OLD, subject="P"), BOTH, OUTSIDE),
    Case("frozen: un-planned", with_state(span=OLD), NOT_HERE, SILENT, BOTH, OUTSIDE),
    Case("frozen: worker deletes", with_state(span=OLD), planned(span=OLD), GONE, BOTH, OUTSIDE),
    Case("frozen: cancelled", with_state(span=OLD), planned(2, span=OLD, status="cancelled"), SILENT, BOTH, OUTSIDE),
    Case("frozen: gone on both sides", with_state(span=OLD), NOT_HERE, GONE, BOTH, GONE_BOTH),
    Case("the board moves it out", AGREED, planned(2, span=OLD), alive(), BOTH, "operates paired: update event (time)"),
    Case("the worker moves it out", AGREED, HERE, alive(span=FAR), BOTH, "operates paired: update appointment (time)"),
    Case("the board moves it in", with_state(span=OLD), planned(2, span=NOON), SILENT, BOTH,
         "operates paired: update event (time)"),
    Case("far ahead is not frozen", with_state(span=FAR), planned(2, span=FAR, subject="P"), SILENT, BOTH,
         "operates paired: update event (subject)"),
    # released
    Case("worker invites somebody", AGREED, MOVED, seen_as(has_attendees=True), BOTH, MEETING),
    Case("worker makes a series of it", AGREED, HERE, seen_as(kind=EventKind.SERIES), BOTH, MEETING),
    Case("somebody else's", AGREED, HERE, seen_as(is_organizer=False), UP, MEETING),
    Case("un-planned, but a meeting by now", AGREED, NOT_HERE, seen_as(has_attendees=True), BOTH, MEETING),
    Case("released: board edits", replace(AGREED, condition=Condition.RELEASED, reason="theirs"), MOVED, SILENT, BOTH,
         "held released, theirs"),
    Case("released: un-planned", replace(AGREED, condition=Condition.RELEASED, reason="theirs"), NOT_HERE, SILENT, BOTH,
         "skipped released, theirs"),
    Case("released: un-planned, seen again", replace(AGREED, condition=Condition.RELEASED, reason="theirs"), NOT_HERE,
         alive(), BOTH, "skipped released, theirs"),
    Case("released: gone on both sides", replace(AGREED, condition=Condition.RELEASED, reason="theirs"), NOT_HERE, GONE,
         BOTH, GONE_BOTH),
    Case("released: the worker deletes it", RELEASED, HERE, GONE, BOTH, "operates idle: create event"),
    Case("released: nothing new", RELEASED, HERE, SILENT, BOTH, "skipped released, theirs"),
    Case("released: planned again after it was not", replace(RELEASED, board_state=None), HERE, SILENT, BOTH,
         "operates idle: create event"),
    Case("released: left behind in a former calendar", RELEASED, HERE, SILENT, BOTH,
         "operates idle: create event", FORMER),
    Case("released: with a question open", replace(RELEASED, proposed=Revision(1)), HERE, SILENT, BOTH,
         "operates released: withdraw the proposal"),
    # what was left standing is judged by the rules of today
    Case("left, then to be put back", STANDING, HERE, SILENT, UP,
         "operates paired: put back event (time); event's words kept"),
    Case("left, then locked", replace(STANDING, board_state=appointment(locked=True)), planned(locked=True), SILENT, UP,
         "operates paired: put back event (time); event's words kept", LEFT),
    Case("left, then shared", STANDING, HERE, SILENT, BOTH, "operates paired: update appointment (time)"),
    Case("left, and still to be left", STANDING, HERE, SILENT, UP, "settled paired, both sides agree", LEFT),
    Case("left, then moved by the planner", STANDING, planned(2, span=NOON), SILENT, UP,
         "operates paired: update event (time)", LEFT),
    Case("locked: a field given to the worker", with_state(locked=True), planned(locked=True), alive(span=LATER), BOTH,
         "operates paired: put back event (time); event's words kept",
         {"owners": {**OWNERS, Field.TIME: Owner.WORKER}}),
    Case("a category for a private event waits", AGREED, planned(2, category="A"),
         Alive(mask(our_event(replace(look(), sensitivity=Sensitivity.PRIVATE)))), BOTH,
         "settled paired, both sides agree"),
    Case("asked, then another is taken off", PROPOSED_FOR_TWO, planned(2), SILENT, BOTH,
         "operates proposed: propose to unplan", ASKS),
    Case("asked, to be asked again", replace(PROPOSED, must_ask=True), HERE, SILENT, BOTH,
         "operates proposed: propose to unplan", ASKS),
    Case("asked, then closed to the board", PROPOSED, HERE, GONE, UP, RESTORED, ASKS),
    Case("in a former calendar, moved by the worker", AGREED, HERE, alive(span=LATER), BOTH,
         "operates paired: update appointment (time)", FORMER),
    # put back too often
    Case("the third put back", put_back(2), HERE, alive(span=LATER), UP,
         "operates paired: put back event (time); event's words kept"),
    Case("the fourth within the hour", put_back(3), HERE, alive(span=LATER), UP, TOO_OFTEN),
    Case("the fourth, but hours apart", put_back(3, 61), HERE, alive(span=LATER), UP,
         "operates paired: put back event (time); event's words kept"),
    Case("the fourth, an hour after", put_back(3, 60), HERE, alive(span=LATER), UP,
         "operates paired: put back event (time); event's words kept"),
    Case("restored too often", put_back(3), HERE, GONE, BOTH, TOO_OFTEN),
    Case("too often stops no planner", put_back(3), MOVED, alive(), UP, "operates paired: update event (time)"),
    # owners are a choice
    Case("the subject is the planner's", AGREED, HERE, alive(subject="P"), BOTH,
         "operates paired: put back event (subject); event's words kept",
         {"owners": {**OWNERS, Field.SUBJECT: Owner.PLANNER}}),
    Case("the body is the worker's", AGREED, HERE, alive(body="P"), UP, "settled paired, both sides agree",
         {"owners": {**OWNERS, Field.BODY: Owner.WORKER}}),
    # asked: the planner decides about a deletion
    Case("deleted, asked", AGREED, HERE, GONE, BOTH, "operates paired: propose to unplan", ASKS),
    Case("deleted, the board takes no proposals", AGREED, HERE, GONE, BOTH, RESTORED),
    Case("deleted and locked, not asked", with_state(locked=True), planned(locked=True), GONE, BOTH, RESTORED, ASKS),
    Case("deleted in up, not asked", AGREED, HERE, GONE, UP, RESTORED, ASKS),
    Case("an absence deleted, not asked", AWAY, recall(AWAY), GONE, BOTH, RESTORED, ASKS),
    Case("asked, no answer yet", PROPOSED, HERE, GONE, BOTH, "skipped proposed, asked", ASKS),
    Case("asked, no answer yet, unread", PROPOSED, HERE, SILENT, BOTH, "skipped proposed, asked", ASKS),
    Case("asked, paused meanwhile", PROPOSED, HERE, SILENT, NONE, "skipped proposed, paused", ASKS),
    Case("asked, un-planned", PROPOSED, NOT_HERE, GONE, BOTH, GONE_BOTH, ASKS),
    Case("asked, un-planned, but back again", PROPOSED, NOT_HERE, alive(), BOTH,
         "operates proposed: delete event → tombstone", ASKS),
    Case("asked, kept as it was", PROPOSED, planned(2), GONE, BOTH, "operates proposed: create event", ASKS),
    Case("asked, and a colleague's edit told by us", PROPOSED, planned(2, span=LATER, is_our_write=True), SILENT, BOTH,
         "operates proposed: propose to unplan", ASKS),
    Case("a question that could not be withdrawn, and a colleague's edit", replace(AGREED, proposed=Revision(1)),
         planned(2, is_our_write=True), SILENT, BOTH, "operates paired: withdraw the proposal"),
    Case("asked, moved", PROPOSED, MOVED, SILENT, BOTH, "operates proposed: create event", ASKS),
    Case("asked, kept back by a rule since", PROPOSED, HERE, SILENT, BOTH, "operates idle: withdraw the proposal",
         {**ASKS, "rules": (Rule("none", False),)}),
    Case("asked, brought back", PROPOSED, HERE, alive(), BOTH, "operates paired: withdraw the proposal", ASKS),
    Case("a question that could not be withdrawn yet", replace(AGREED, proposed=Revision(1)), HERE, SILENT, BOTH,
         "operates paired: withdraw the proposal"),
    Case("a question that a revision answered", replace(AGREED, proposed=Revision(1)), MOVED, SILENT, BOTH,
         "operates paired: update event (time)"),
    Case("asked, brought back and moved", PROPOSED, HERE, alive(span=LATER), BOTH,
         "operates paired: withdraw the proposal; update appointment (time)", ASKS),
    Case("asked, brought back, up", PROPOSED, HERE, alive(), UP, "skipped paired, nothing changed", ASKS),
    Case("asked, now otherwise, but not looked for", PROPOSED, HERE, SILENT, BOTH, "skipped proposed, asked", UNPLANS),
    Case("asked, now to be restored", PROPOSED, HERE, GONE, BOTH,
         "operates paired: withdraw the proposal; restore event", {"on_deletion": OnDeletion.RESTORE}),
    Case("asked, now to be restored, down", PROPOSED, HERE, GONE, DOWN, "skipped proposed, asked",
         {"on_deletion": OnDeletion.RESTORE}),
    Case("asked, now to be un-planned", PROPOSED, HERE, GONE, BOTH,
         "operates paired: withdraw the proposal; unplan, 0 remain; appointment's words kept", UNPLANS),
    Case("asked, restored too often", replace(PROPOSED, put_backs=(NOW,) * 3), HERE, GONE, BOTH,
         "skipped proposed, asked", {"on_deletion": OnDeletion.RESTORE}),
    Case("asked, frozen since", replace(with_state(span=OLD), condition=Condition.PROPOSED), planned(span=OLD), SILENT,
         BOTH, "skipped idle, outside the window", ASKS),
    # the resource got another main calendar
    Case("in a former calendar", AGREED, HERE, SILENT, BOTH, "operates paired: delete event → idle", FORMER),
    Case("in a former calendar, un-planned", AGREED, NOT_HERE, SILENT, BOTH,
         "operates paired: delete event → tombstone", FORMER),
    Case("in a former calendar, gone", AGREED, HERE, GONE, BOTH, RESTORED, FORMER),
    Case("in a former calendar, over long ago", with_state(span=OLD), planned(span=OLD), SILENT, BOTH, OUTSIDE, FORMER),
    Case("in a former calendar, down", AGREED, HERE, SILENT, DOWN, CLOSED, FORMER),
    # what has ended
    Case("over, moved by the worker", ENDED, recall(ENDED), alive(span=LATER), BOTH,
         "operates paired: put back event (time); event's words kept", OVER),
    Case("over, deleted by the worker", ENDED, recall(ENDED), GONE, BOTH, RESTORED, {**OVER, **UNPLANS}),
    Case("over, moved by the planner", ENDED, MOVED, alive(span=ENDED_AT), BOTH,
         "operates paired: update event (time)", OVER),
    Case("over, edits wanted", ENDED, recall(ENDED), alive(span=LATER), BOTH,
         "operates paired: update appointment (time)"),
    # rules
    Case("kept back by a rule", None, HERE, SILENT, BOTH, "skipped idle, kept back by the rule none",
         {"rules": (Rule("none", False),)}),
    Case("kept back by a later rule", AGREED, HERE, alive(), BOTH, "operates paired: delete event → idle",
         {"rules": (Rule("none", False),)}),
    # an online meeting's body is its door
    Case("online, the planner writes notes", ONLINE, planned(2, body="new"), SILENT, BOTH,
         "settled paired, both sides agree"),
    Case("online, the join link is no edit", AGREED, HERE, seen_online(), BOTH, "settled paired, both sides agree"),
    # what a template or a mapping makes of a field cannot travel back
    Case("worker renames what a template named", NAMED, named(), Alive(our_event(replace(look(), subject="x"))), BOTH,
         "operates paired: put back event (subject); event's words kept", {"look": Look(words=numbered)}),
    Case("put back, with a line saying why", AGREED, HERE, alive(span=LATER), UP,
         "operates paired: put back event (body, time); event's words kept", {"look": Look(words=telling)}),
    Case("both moved it, the worker's move counts, and no line tells of the planner's", AGREED,
         Planned(appointment(2, span=NOON), moved_line(), Notes(moved_from=span())), alive(span=LATER), BOTH,
         "operates paired: update appointment (time); conflict in time: outlook; appointment's words kept",
         {**OUTLOOKS, "look": Look(words=lined)}),
    Case("the worker moves on what the planner moved, and the line goes", LINED,
         Planned(appointment(), LINED_LOOK, Notes(moved_from=NOON)), Alive(our_event(replace(LINED_LOOK, span=LATER))),
         BOTH, "operates paired: update event (body); update appointment (time)", {"look": Look(words=lined)}),
    Case("put back, the body is the worker's", AGREED, HERE, alive(span=LATER), UP,
         "operates paired: put back event (time); event's words kept",
         {"look": Look(words=telling), "owners": {**OWNERS, Field.BODY: Owner.WORKER}}),
    # an equal event of somebody else's
    Case("an equal event becomes ours by its mark", None, HERE, Alive(our_event(marker="", transaction_id="")), BOTH,
         "operates paired: update event (); event's words kept"),
    Case("at rest, the board never told its state", replace(AGREED, board_state=None), SILENT, SILENT, BOTH, REST),
    Case("adopted while online, with other notes", None, HERE, seen_online(), BOTH,
         "settled paired, adopted"),
]
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_pair_born_on_the_board(case: Case) -> None:
    plan = reconcile(pair(case.link, case.board, case.outlook, key=TASK), policy(case.direction, **case.rules), NOW)

    assert tell(plan) == case.expected


def test_each_case_has_its_own_name() -> None:
    names = [case.name for case in CASES]

    assert len(set(names)) == len(names)


def test_a_rebirth_is_of_a_later_generation_than_any_before() -> None:
    (birth,) = reconcile(pair(board_link(generation=5), HERE, GONE), policy(), NOW).operations

    assert isinstance(birth, CreateEvent)
    assert birth.generation == 6
    assert birth.transaction_id == birth_id(CONNECTOR, RESOURCE, BOARD_PAIR, 6)


def test_what_was_received_never_falls_back() -> None:
    for board in (NotHere(Revision(2)), planned(2)):
        plan = reconcile(pair(board_link(received=Revision(5)), board, alive()), policy(), NOW)
        assert plan.link is not None
        assert plan.link.received == 5
