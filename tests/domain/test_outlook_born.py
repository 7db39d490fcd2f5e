"""Pairs born in Outlook: the event is only read, and the board follows it; one line a case."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from sync_core.domain.appointment import Kind, Revision
from sync_core.domain.change import Alive, BoardView, NotHere, OutlookView, Unseen, Vanished
from sync_core.domain.choices import Choices
from sync_core.domain.content import Content, Sensitivity, ShowAs, only
from sync_core.domain.event import Response, mask, strip_to_down
from sync_core.domain.inward import shown as as_shown
from sync_core.domain.link import Condition, Link
from sync_core.domain.plan import CreateAppointment, UpdateAppointment
from sync_core.domain.policy import OnClosed
from sync_core.domain.reconcile import reconcile
from sync_core.domain.resource import Direction
from tests.builders import BLOCK, NOW, OUTLOOK_PAIR, content, event, outlook_link, pair, policy, shown, span
from tests.domain.telling import tell

BOTH, UP, DOWN, NONE = Direction.BOTH, Direction.UP, Direction.DOWN, Direction.NONE
DISMISS: dict[str, Any] = {"on_block_edited": OnClosed.LEAVE}
LATER, NOON, OLD, FAR = span("14:00", "15:00"), span("12:00", "13:00"), span(day=-40), span(day=300)

SILENT, GONE, NOT_HERE, HERE = Unseen(), Vanished(), NotHere(Revision(2)), shown()
MOVED = shown(2, span=NOON)
AGREED = outlook_link()


def alive(look: Content | None = None, **fields: Any) -> Alive:
    """The worker's event as it reaches the decision: masked, and only what may be shown."""
    return Alive(strip_to_down(mask(event(look or content(), **fields))))


def idle(reason: str, look: Content | None = None, **fields: Any) -> Link:
    seen = only(look or content(), ())
    kept = {
        "condition": Condition.IDLE,
        "reason": reason,
        "board_base": None,
        "outlook_base": replace(seen, subject="Boiler"),
    }
    return outlook_link(**{**kept, **fields})


def put_back(times: int) -> Link:
    return outlook_link(put_backs=(NOW - timedelta(minutes=10),) * times)


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
GONE_BOTH = "settled tombstone, gone on both sides"
TOO_OFTEN = "held paired, someone or something keeps changing this"
FREE = content(show_as=ShowAs.FREE)
DISMISSED = outlook_link(condition=Condition.DISMISSED, reason="dismissed by the planner", board_base=None)
TOMBSTONE = outlook_link(
    condition=Condition.TOMBSTONE,
    reason="gone on both sides",
    board_base=None,
    outlook_base=None,
    event=None,
    event_key=None,
    ended_at=NOW,
)
PRIVATE = content(subject="Surgery", span=NOON, sensitivity=Sensitivity.PRIVATE)

# fmt: off
CASES = [
    # absent, new
    Case("new", None, SILENT, alive(), BOTH, "operates idle: create block"),
    Case("new, down", None, SILENT, alive(), DOWN, "operates idle: create block"),
    Case("new, up", None, SILENT, alive(), UP, "skipped idle, the direction is closed"),
    Case("new, none", None, SILENT, alive(), NONE, "skipped idle, paused"),
    Case("new, free", None, SILENT, alive(FREE), BOTH, "skipped idle, the worker shows as free"),
    Case("new, declined", None, SILENT, alive(response=Response.DECLINED), BOTH, "skipped idle, the worker declined"),
    Case("new, tentative", None, SILENT, alive(response=Response.TENTATIVE), BOTH, "operates idle: create block"),
    Case("new, cancelled", None, SILENT, alive(is_cancelled=True), BOTH, "skipped idle, the meeting was cancelled"),
    Case("new, cancelled, up", None, SILENT, alive(is_cancelled=True), UP, "skipped idle, the meeting was cancelled"),
    Case("new, long ago", None, SILENT, alive(content(span=OLD)), BOTH, "skipped idle, outside the window"),
    Case("new, far ahead", None, SILENT, alive(content(span=FAR)), BOTH, "skipped idle, outside the window"),
    Case("a meeting of somebody else's", None, SILENT, alive(is_organizer=False, has_attendees=True), DOWN,
         "operates idle: create block"),
    Case("back after a tombstone", TOMBSTONE, SILENT, alive(), BOTH, "operates tombstone: create block"),
    Case("back after a tombstone, up", TOMBSTONE, SILENT, alive(), UP, "skipped idle, the direction is closed"),
    # idle, and looked at without news
    Case("idle: the window reaches it", idle("outside the window"), SILENT, SILENT, BOTH,
         "operates idle: create block"),
    Case("idle: the direction opens", idle("the direction is closed"), SILENT, SILENT, DOWN,
         "operates idle: create block"),
    Case("idle: resumed", idle("paused"), SILENT, SILENT, BOTH, "operates idle: create block"),
    Case("idle: declined, unread", idle("the worker declined"), SILENT, SILENT, BOTH,
         "skipped idle, the worker declined"),
    Case("idle: declined, paused", idle("the worker declined"), SILENT, SILENT, NONE,
         "skipped idle, the worker declined"),
    Case("idle: cancelled, unread", idle("the meeting was cancelled"), SILENT, SILENT, BOTH,
         "skipped idle, the meeting was cancelled"),
    Case("idle: accepted after all", idle("the worker declined"), SILENT, alive(), BOTH, "operates idle: create block"),
    Case("idle: its event was met but never agreed", idle("x", outlook_base=None), SILENT, SILENT, BOTH,
         "skipped idle, x"),
    Case("idle: deleted", idle("the worker declined"), SILENT, GONE, BOTH, GONE_BOTH),
    Case("idle: the board confirms the removal", idle("the worker declined"), NOT_HERE, SILENT, BOTH,
         "skipped idle, the worker declined"),
    # same, same
    Case("at rest", AGREED, HERE, alive(), BOTH, REST),
    Case("at rest, unread", AGREED, SILENT, SILENT, BOTH, REST),
    Case("at rest, up", AGREED, HERE, alive(), UP, REST),
    Case("at rest, none", AGREED, HERE, alive(), NONE, PAUSED),
    Case("at rest, but the board dresses it up", AGREED, shown(3, body="words", category="x"), alive(), BOTH, REST),
    Case("the worker declined", AGREED, HERE, alive(response=Response.DECLINED), BOTH,
         "operates paired: delete block → idle"),
    Case("the worker declined, up", AGREED, HERE, alive(response=Response.DECLINED), UP, REST),
    # same, edited
    Case("moved", AGREED, HERE, alive(content(span=LATER)), BOTH, "operates paired: update appointment (time)"),
    Case("moved, board unread", AGREED, SILENT, alive(content(span=LATER)), DOWN,
         "operates paired: update appointment (time)"),
    Case("moved, up", AGREED, HERE, alive(content(span=LATER)), UP, CLOSED),
    Case("moved, none", AGREED, HERE, alive(content(span=LATER)), NONE, PAUSED),
    Case("renamed and tentative", AGREED, HERE, alive(content(subject="x", show_as=ShowAs.TENTATIVE)), BOTH,
         "operates paired: update appointment (show_as, subject)"),
    Case("its words are not shown", AGREED, HERE, alive(content(body="x", location="y")), BOTH, REST),
    Case("made free", AGREED, HERE, alive(FREE), BOTH, "operates paired: delete block → idle"),
    Case("made free, up", AGREED, HERE, alive(FREE), UP, CLOSED),
    Case("cancelled and moved", AGREED, HERE, alive(content(span=LATER), is_cancelled=True), BOTH,
         "operates paired: delete block → idle"),
    Case("made private", AGREED, HERE, alive(replace(PRIVATE, span=span())), BOTH,
         "operates paired: update appointment (sensitivity, subject)"),
    Case("a private one moves", outlook_link(replace(PRIVATE, subject="Private")), SILENT,
         alive(replace(PRIVATE, span=LATER)), BOTH, "operates paired: update appointment (time)"),
    Case("a private one gets other words", outlook_link(replace(PRIVATE, subject="Private")), SILENT,
         alive(replace(PRIVATE, subject="Other")), BOTH, REST),
    Case("moved far ahead", AGREED, HERE, alive(content(span=FAR)), BOTH, "operates paired: delete block → idle"),
    Case("moved to long ago", AGREED, HERE, alive(content(span=OLD)), BOTH, "operates paired: delete block → idle"),
    Case("moved far ahead, up", AGREED, HERE, alive(content(span=FAR)), UP, CLOSED),
    Case("moved to a calendar without a part", AGREED, HERE, alive(), BOTH, "operates paired: delete block → idle",
         {"takes_calendar": False}),
    Case("new, in a calendar without a part", None, SILENT, alive(), BOTH, "skipped idle, its calendar takes no part",
         {"takes_calendar": False}),
    # edited, same
    Case("the planner moves it", AGREED, MOVED, alive(), BOTH,
         "operates paired: put back appointment (time); appointment's words kept"),
    Case("the planner moves it, event unread", AGREED, MOVED, SILENT, DOWN,
         "operates paired: put back appointment (time); appointment's words kept"),
    Case("the planner moves it, left", AGREED, MOVED, alive(), BOTH, "settled paired, both sides agree", DISMISS),
    Case("the planner moves it, up", AGREED, MOVED, alive(), UP, CLOSED),
    Case("the planner moves it, fourth time", put_back(3), MOVED, alive(), BOTH, TOO_OFTEN),
    # edited, edited
    Case("both move it", AGREED, MOVED, alive(content(span=LATER)), BOTH,
         "operates paired: update appointment (time); appointment's words kept"),
    Case("both move it, left", AGREED, MOVED, alive(content(span=LATER)), BOTH,
         "operates paired: update appointment (time); appointment's words kept", DISMISS),
    Case("both move it alike", AGREED, MOVED, alive(content(span=NOON)), BOTH, "settled paired, both sides agree"),
    Case("different fields", AGREED, MOVED, alive(content(subject="x")), BOTH,
         "operates paired: put back appointment (subject, time); appointment's words kept"),
    Case("different fields, left", AGREED, MOVED, alive(content(subject="x")), BOTH,
         "operates paired: update appointment (subject)", DISMISS),
    Case("the planner moves it, the worker is free", AGREED, MOVED, alive(FREE), BOTH,
         "operates paired: delete block → idle; appointment's words kept"),
    # gone in Outlook
    Case("deleted", AGREED, HERE, GONE, BOTH, "operates paired: delete block → tombstone"),
    Case("deleted, board unread", AGREED, SILENT, GONE, DOWN, "operates paired: delete block → tombstone"),
    Case("deleted, up", AGREED, HERE, GONE, UP, CLOSED),
    Case("deleted, none", AGREED, HERE, GONE, NONE, PAUSED),
    Case("deleted, the planner edited", AGREED, MOVED, GONE, BOTH,
         "operates paired: delete block → tombstone; appointment's words kept"),
    Case("gone on both sides", AGREED, NOT_HERE, GONE, BOTH, GONE_BOTH),
    Case("gone, never shown", None, SILENT, GONE, BOTH, "skipped unknown, nothing is known of it"),
    # gone on the board
    Case("the planner removes it", AGREED, NOT_HERE, alive(), BOTH, "operates paired: restore block"),
    Case("the planner removes it, unread", AGREED, NOT_HERE, SILENT, BOTH, "operates paired: restore block"),
    Case("the planner removes it, up", AGREED, NOT_HERE, alive(), UP, "skipped idle, the direction is closed"),
    Case("the planner removes it, fourth time", put_back(3), NOT_HERE, alive(), BOTH, TOO_OFTEN),
    Case("the planner removes it, left", AGREED, NOT_HERE, alive(), BOTH, "settled dismissed, dismissed by the planner",
         DISMISS),
    Case("the planner removes it, the worker moves it", AGREED, NOT_HERE, alive(content(span=LATER)), BOTH,
         "operates paired: create block"),
    Case("the planner removes it, the worker is free", AGREED, NOT_HERE, alive(FREE), BOTH,
         "skipped idle, the worker shows as free"),
    # dismissed
    Case("dismissed, unread", DISMISSED, SILENT, SILENT, BOTH, "skipped dismissed, dismissed by the planner"),
    Case("dismissed, read again", DISMISSED, SILENT, alive(), BOTH, "skipped dismissed, dismissed by the planner"),
    Case("dismissed, closed meanwhile", DISMISSED, SILENT, SILENT, UP, "skipped dismissed, dismissed by the planner"),
    Case("dismissed, paused meanwhile", DISMISSED, SILENT, SILENT, NONE, "skipped dismissed, dismissed by the planner"),
    Case("dismissed, then moved", DISMISSED, SILENT, alive(content(span=LATER)), BOTH,
         "operates dismissed: create block"),
    Case("dismissed, then moved, up", DISMISSED, SILENT, alive(content(span=LATER)), UP,
         "skipped idle, the direction is closed"),
    Case("dismissed, then deleted", DISMISSED, SILENT, GONE, BOTH, GONE_BOTH),
    # window
    Case("frozen: moved", outlook_link(content(span=OLD)), SILENT, alive(content(span=span("11:00",
         "12:00", -40))), BOTH,
         OUTSIDE),
    Case("frozen: deleted", outlook_link(content(span=OLD)), SILENT, GONE, BOTH, OUTSIDE),
    Case("frozen: removed by the planner", outlook_link(content(span=OLD)), NOT_HERE, SILENT, BOTH, OUTSIDE),
    Case("frozen: dragged in by the planner", outlook_link(content(span=OLD)), MOVED, SILENT, BOTH,
         "operates paired: put back appointment (time); appointment's words kept"),
    Case("frozen: moved in by the worker", outlook_link(content(span=OLD)), SILENT, alive(), BOTH,
         "operates paired: update appointment (time)"),
]
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_pair_born_in_outlook(case: Case) -> None:
    outlook = Alive(as_shown(case.outlook.event, Choices())) if isinstance(case.outlook, Alive) else case.outlook
    known = pair(case.link, case.board, outlook, id=OUTLOOK_PAIR, key=None)

    assert tell(reconcile(known, policy(case.direction, **case.rules), NOW)) == case.expected


def test_each_case_has_its_own_name() -> None:
    names = [case.name for case in CASES]

    assert len(set(names)) == len(names)


def test_a_block_shows_only_time_and_what_the_worker_lets_see() -> None:
    plan = reconcile(pair(None, outlook=alive(PRIVATE), id=OUTLOOK_PAIR, key=None), policy(), NOW)

    (birth,) = plan.operations
    assert isinstance(birth, CreateAppointment)
    assert birth.content == Content(NOON, "Private", sensitivity=Sensitivity.PRIVATE)
    assert birth.key.kind is Kind.UNAVAILABILITY
    assert birth.key.id == birth.idempotency_key == BLOCK.id


def test_a_block_that_is_made_again_has_another_id() -> None:
    plan = reconcile(pair(AGREED, NOT_HERE, alive()), policy(), NOW)

    (birth,) = plan.operations
    assert isinstance(birth, CreateAppointment)
    assert birth.generation == 2
    assert birth.key != BLOCK


def test_the_key_of_a_write_is_the_same_as_long_as_the_same_is_to_be_written() -> None:
    def write_key(subject: str, link: Link = AGREED) -> str:
        (operation,) = reconcile(pair(link, HERE, alive(content(subject=subject))), policy(), NOW).operations
        assert isinstance(operation, UpdateAppointment)
        return operation.idempotency_key

    assert write_key("x") == write_key("x")
    assert write_key("x") != write_key("y")
    assert write_key("x") != write_key("x", replace(AGREED, answered=Revision(9)))
