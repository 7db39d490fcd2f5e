"""What a calendar tells enters the inbox once, masked, and never as more than it proves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.event import Event, EventId
from sync_core.domain.link import Condition
from sync_core.domain.resource import CalendarRef, Direction
from sync_core.domain.stored import Held, Hint, OutlookInbox
from sync_core.domain.window import Window
from sync_core.ports import ChangePage
from tests.flows.stage import R0, TASK, Stage, hours, now, planned

FAR = 24 * 300.0
SECRET = "oncologist"


def inbox(stage: Stage) -> list[OutlookInbox]:
    return stage.found(OutlookInbox)


def test_the_echo_of_a_write_is_dropped_while_reading() -> None:
    stage = planned()
    stage.board.edit(TASK, subject="changed")
    stage.deliver()
    assert stage.run().done == 1
    link = stage.link()
    report = stage.run()
    assert (report.changes_read, report.done) == (0, 0)
    assert stage.link() == link


def test_a_version_that_moved_without_a_word_is_remembered_for_the_next_write() -> None:
    stage = planned()
    touched = stage.outlook.worker_touches(stage.event().ref)
    stage.pull()
    assert stage.link().outlook_version == touched.version
    stage.outlook.calls.clear()
    stage.board.edit(TASK, subject="changed")
    stage.settle()
    assert stage.outlook.calls["carry_out"] == 1


@pytest.mark.parametrize("page_size", [1, 50])
def test_an_older_state_that_is_told_again_changes_nothing(page_size: int) -> None:
    stage = planned()
    stage.outlook.page_size = page_size
    ref = stage.event().ref
    stage.outlook.worker_edits(ref, span=hours(7))
    stage.pull()
    stage.board.move(TASK, hours(9))
    stage.settle()
    before = stage.writes()[1:]
    stage.outlook.replay = 10
    for _ in range(3):
        stage.pull()
    assert stage.writes()[1:] == before
    assert stage.event().content.span == hours(9)


def test_an_older_state_told_again_never_takes_the_place_of_a_removal() -> None:
    stage = planned(Direction.BOTH)
    event = stage.own(5)
    stage.pull()
    stage.outlook.worker_edits(event.ref, subject="surgeon")
    stage.outlook.worker_deletes(event.ref)
    stage.outlook.page_size = 1
    stage.outlook.replay = 10
    stage.pull()
    assert not stage.blocks()


def _tell(stage: Stage, event: Event) -> None:
    """A replica that is behind tells an event as it was, and nothing else."""
    read = stage.outlook.read_changes

    async def tell_old(calendar: CalendarRef, window: Window, place: str) -> ChangePage:
        vars(stage.outlook)["read_changes"] = read
        return ChangePage((replace(event, marker=None),), (), place, True)

    vars(stage.outlook)["read_changes"] = tell_old
    stage.run()


def test_a_replica_that_is_behind_undoes_nothing() -> None:
    stage = planned()
    old = stage.event()
    stage.board.move(TASK, hours(9))
    stage.settle()
    stage.pull()
    before = stage.writes()[1:]
    _tell(stage, old)
    stage.settle()
    assert stage.board.state(TASK).span == stage.event().content.span == hours(9)
    assert stage.writes()[1:] == before


def test_a_replica_that_is_behind_hides_no_deletion() -> None:
    stage = planned()
    own = stage.own(5)
    stage.pull()
    stage.outlook.worker_deletes(own.ref)
    row = OutlookInbox(own.key, stage.calendars[R0], Hint.REMOVED, own.ref.id, mark="1")
    now(stage.rows.insert(R0, [row]))
    _tell(stage, own)
    assert not stage.blocks()


def test_two_states_of_one_event_on_two_pages_are_its_newest() -> None:
    stage = planned()
    stage.outlook.page_size = 1
    ref = stage.event().ref
    stage.outlook.worker_edits(ref, span=hours(7))
    stage.outlook.worker_edits(ref, span=hours(8))
    before = stage.writes()
    stage.pull()
    assert stage.board.state(TASK).span == hours(8)
    assert stage.writes()[2] == before[2] + 1


def test_an_empty_page_ahead_of_the_changes_ends_nothing() -> None:
    stage = planned()
    stage.outlook.begins_with_empty_page = True
    stage.own(5)
    stage.pull()
    assert len(stage.blocks()) == 1


def test_an_event_that_is_told_as_removed_is_looked_up_and_its_move_out_of_the_window_is_carried() -> None:
    stage = planned()
    ref = stage.event().ref
    stage.outlook.worker_edits(ref, span=hours(FAR))
    stage.outlook.calls.clear()
    stage.pull()
    assert stage.outlook.calls["look_up"] >= 1
    assert stage.board.state(TASK).span == hours(FAR)
    assert stage.event().ref == ref


def test_a_removal_of_what_nobody_knows_is_no_matter() -> None:
    stage = planned(Direction.UP)
    event = stage.own(5)
    stage.outlook.worker_deletes(event.ref)
    stage.pull()
    assert not stage.waiting()


def test_an_event_created_and_deleted_between_two_reads_leaves_nothing_behind() -> None:
    stage = planned()
    event = stage.own(5)
    stage.outlook.worker_deletes(event.ref)
    stage.pull()
    assert not stage.waiting()
    assert not stage.blocks()


def test_a_mailbox_that_refuses_to_be_looked_into_is_no_deletion() -> None:
    stage = planned()
    stage.outlook.worker_deletes(stage.event().ref)
    original = stage.outlook.look_up

    async def refuse(*_: object) -> object:
        vars(stage.outlook).pop("look_up")
        stage.outlook.refuse(stage.calendars[R0])
        return await original(stage.calendars[R0], [])

    vars(stage.outlook)["look_up"] = refuse
    before = stage.writes()[1:]
    stage.run()
    assert stage.link().condition is Condition.PAIRED
    assert stage.writes()[1:] == before
    assert [row.hint for row in inbox(stage)] == [Hint.REMOVED]
    stage.outlook.allow(stage.calendars[R0])
    stage.clock.advance(timedelta(minutes=2))
    stage.pull()
    assert stage.event().content.subject == "planned"


def test_an_event_nobody_can_read_is_held_with_words_and_stops_nothing() -> None:
    stage = planned()
    stage.run()
    stage.settle()
    reads = stage.outlook.read_changes
    why = "event odd is in the time zone 'tzone://Microsoft/Custom', which is not known here"

    async def with_an_odd_one(calendar: CalendarRef, window: Window, place: str) -> ChangePage:
        page = await reads(calendar, window, place)
        return replace(page, unreadable=((EventId("odd"), why),))

    stage.outlook.read_changes = with_an_odd_one  # type: ignore[method-assign]
    stage.run()
    (held,) = stage.found(Held)
    assert (held.why, held.pair, bool(held.remedy)) == (why, None, True)
    assert stage.event().content.subject == "planned"
