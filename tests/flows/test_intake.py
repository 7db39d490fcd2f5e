"""What a calendar tells enters the inbox once, masked, and never as more than it proves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.content import Sensitivity
from sync_core.domain.errors import TryAgain
from sync_core.domain.event import Event, Response
from sync_core.domain.link import Condition, Origin
from sync_core.domain.resource import CalendarRef, Direction
from sync_core.domain.stored import ByEvent, Cursor, Held, Hint, LinkRow, OutlookInbox, Sighting
from sync_core.domain.window import Window
from sync_core.ports import ChangePage
from tests.flows.stage import BOTH, R0, R1, TASK, Stage, at, hours, now
from tests.machine.peril import Worker

FAR = 24 * 300.0
SECRET = "oncologist"


def planned(*directions: Direction, subjects: tuple[str, ...] = ("planned",)) -> Stage:
    """Appointments of the first resource, each with its event, echoes read."""
    stage = Stage(*directions)
    for number, subject in enumerate(subjects):
        stage.board.plan(stage.key(number), hours(3 + number), R0, subject=subject)
    stage.settle()
    stage.run()
    stage.settle()
    return stage


def pull(stage: Stage) -> None:
    stage.ring(R0, "pull")
    stage.settle()


def inbox(stage: Stage) -> list[OutlookInbox]:
    return stage.found(OutlookInbox)


# Echoes and replays.


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
    pull(stage)
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
    pull(stage)
    stage.board.move(TASK, hours(9))
    stage.settle()
    before = stage.writes()[1:]
    stage.outlook.replay = 10
    for _ in range(3):
        pull(stage)
    assert stage.writes()[1:] == before
    assert stage.event().content.span == hours(9)


def test_an_older_state_told_again_never_takes_the_place_of_a_removal() -> None:
    stage = planned(Direction.BOTH)
    event = stage.own(5)
    pull(stage)
    stage.outlook.worker_edits(event.ref, subject="surgeon")
    stage.outlook.worker_deletes(event.ref)
    stage.outlook.page_size = 1
    stage.outlook.replay = 10
    pull(stage)
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
    pull(stage)
    before = stage.writes()[1:]
    _tell(stage, old)
    stage.settle()
    assert stage.board.state(TASK).span == stage.event().content.span == hours(9)
    assert stage.writes()[1:] == before


def test_a_replica_that_is_behind_hides_no_deletion() -> None:
    stage = planned()
    own = stage.own(5)
    pull(stage)
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
    pull(stage)
    assert stage.board.state(TASK).span == hours(8)
    assert stage.writes()[2] == before[2] + 1


def test_an_empty_page_ahead_of_the_changes_ends_nothing() -> None:
    stage = planned()
    stage.outlook.begins_with_empty_page = True
    stage.own(5)
    pull(stage)
    assert len(stage.blocks()) == 1


# Removed is only a rumour.


def test_an_event_that_is_told_as_removed_is_looked_up_and_its_move_out_of_the_window_is_carried() -> None:
    stage = planned()
    ref = stage.event().ref
    stage.outlook.worker_edits(ref, span=hours(FAR))
    stage.outlook.calls.clear()
    pull(stage)
    assert stage.outlook.calls["look_up"] >= 1
    assert stage.board.state(TASK).span == hours(FAR)
    assert stage.event().ref == ref


def test_a_removal_of_what_nobody_knows_is_no_matter() -> None:
    stage = planned(Direction.UP)
    event = stage.own(5)
    stage.outlook.worker_deletes(event.ref)
    pull(stage)
    assert not stage.waiting()


def test_an_event_created_and_deleted_between_two_reads_leaves_nothing_behind() -> None:
    stage = planned()
    event = stage.own(5)
    stage.outlook.worker_deletes(event.ref)
    pull(stage)
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
    pull(stage)
    assert stage.event().content.subject == "planned"


# Full reads.


def _refuse_cursor(stage: Stage) -> None:
    """Refuse the look before the lease and the read under it."""
    stage.outlook.cursors_to_refuse = 2


def test_a_refused_cursor_is_a_full_read_and_deletes_nothing() -> None:
    stage = planned(subjects=("one", "two", "three"))
    stage.own(8)
    pull(stage)
    before = stage.writes()[1:]
    round_before = stage.cursor().round
    _refuse_cursor(stage)
    pull(stage)
    assert stage.writes()[1:] == before
    assert (stage.cursor().is_full, stage.cursor().round) == (False, round_before + 1)
    assert not stage.found(Sighting)


def test_what_a_full_read_does_not_show_is_looked_up_before_it_is_believed() -> None:
    stage = planned(subjects=("one", "two"))
    own = stage.own(8)
    pull(stage)
    gone = next(event for event in stage.events(R0) if event.content.subject == "two")
    stage.outlook.worker_purges(gone.ref)
    stage.outlook.worker_purges(own.ref)
    _refuse_cursor(stage)
    stage.outlook.calls.clear()
    pull(stage)
    assert stage.outlook.calls["look_up"] >= 1
    assert sorted(event.content.subject for event in stage.events(R0)) == ["one", "two"]
    assert not stage.blocks()


def test_a_full_read_that_shows_nothing_deletes_nothing_while_the_events_live() -> None:
    stage = planned(subjects=("one", "two", "three"))
    before = stage.writes()[1:]
    stage.outlook.lag = 1000  # a replica that knows of nothing yet
    _refuse_cursor(stage)
    pull(stage)
    assert stage.writes()[1:] == before
    assert len(stage.events(R0)) == 3


def test_an_interrupted_full_read_concludes_nothing() -> None:
    stage = planned(subjects=("one", "two", "three"))
    stage.outlook.page_size = 1
    _refuse_cursor(stage)
    read = stage.outlook.read_changes
    pages = 0

    async def break_off(calendar: CalendarRef, window: Window, place: str) -> ChangePage:
        nonlocal pages
        pages += 1
        if pages > 4:
            raise TryAgain("no answer")
        return await read(calendar, window, place)

    vars(stage.outlook)["read_changes"] = break_off
    assert stage.run().ended == "no answer"
    assert stage.cursor().is_full
    assert stage.found(Sighting)
    assert not inbox(stage)
    vars(stage.outlook).pop("read_changes")
    stage.settle()
    assert not stage.cursor().is_full
    assert not stage.found(Sighting)
    assert len(stage.events(R0)) == 3


def test_what_an_interrupted_full_read_saw_proves_nothing_for_the_next() -> None:
    stage = planned(subjects=("one", "two", "three"))
    stage.outlook.page_size = 1
    _refuse_cursor(stage)
    first = stage.events(R0)[0]
    stage.start_and_kill_when(lambda: bool(stage.found(Sighting)))
    stage.outlook.worker_purges(first.ref)
    stage.outlook.cursors_to_refuse = 1
    stage.clock.advance(timedelta(minutes=2))
    pull(stage)
    assert sorted(event.content.subject for event in stage.events(R0)) == ["one", "three", "two"]


def test_a_long_full_read_is_spread_over_runs() -> None:
    stage = Stage()
    for number in range(60):
        stage.own(number % 40 + 1, f"own {number}")
    stage.outlook.page_size = 1
    _refuse_cursor(stage)
    stage.outlook.calls.clear()
    assert stage.run().ended == "more to do"
    assert stage.outlook.calls["read_changes"] < 60
    stage.settle()
    assert len(stage.blocks()) == 60


def test_a_full_read_is_not_repeated_while_the_window_rolls_by_a_day() -> None:
    stage = planned()
    stage.clock.advance(timedelta(days=1))
    round_before = stage.cursor().round
    pull(stage)
    assert stage.cursor().round == round_before


# Whose events enter.


def test_a_calendar_that_only_receives_lets_nothing_of_the_workers_in() -> None:
    stage = planned(Direction.UP)
    stage.own(5, SECRET)
    pull(stage)
    assert SECRET not in stage.words_stored()
    assert not [row for row in stage.found(LinkRow) if row.link.origin is Origin.OUTLOOK]


def test_a_calendar_that_only_receives_still_hears_of_edits_to_be_put_back() -> None:
    stage = planned(Direction.UP)
    stage.outlook.worker_edits(stage.event().ref, subject="worker-words")
    pull(stage)
    assert stage.event().content.subject == "planned"
    assert "worker-words" in stage.journal()
    assert stage.board.state(TASK).subject == "planned"


def test_an_event_of_ours_in_another_calendar_is_not_taken_for_foreign() -> None:
    stage = planned()
    private = stage.add_calendar("private", Direction.DOWN)
    stage.settle()
    stage.outlook.worker_moves_to_calendar(stage.event().ref, private)
    pull(stage)
    assert not stage.blocks()
    everywhere = [*stage.events(R0), *stage.outlook.ours(private)]
    assert len(everywhere) == 1


@pytest.mark.parametrize("direction", [BOTH, Direction.UP])
def test_an_event_of_ours_whose_link_was_lost_is_adopted_and_not_doubled(direction: Direction) -> None:
    stage = planned(direction)
    ref = stage.event().ref
    for row in stage.rows.all_rows(R0):
        if isinstance(row, LinkRow | ByEvent | Cursor):
            del stage.rows.partitions[R0][row.address]
    pull(stage)
    stage.board.edit(TASK, subject="changed")
    stage.settle()
    assert (stage.event().ref, stage.event().content.subject) == (ref, "changed")
    assert not stage.blocks()
    assert not stage.waiting()


@pytest.mark.parametrize("direction", [BOTH, Direction.UP])
@pytest.mark.parametrize("has_id", [True, False], ids=["with our id", "with our marker only"])
def test_a_copy_is_never_changed_or_deleted(has_id: bool, direction: Direction) -> None:
    stage = planned(direction)
    stage.outlook.copies_carry_transaction_id = has_id
    copy = stage.outlook.worker_copies(stage.event().ref)
    before = stage.outlook.writes
    pull(stage)
    stage.board.edit(TASK, subject="changed")
    stage.settle()
    stage.board.delete(TASK)
    stage.settle()
    assert stage.outlook.current(copy.ref) == copy
    assert stage.outlook.writes == before + 2
    assert bool([row for row in stage.found(Held) if "twin" in row.subject]) is has_id


@pytest.mark.parametrize("is_repeated", [False, True])
def test_an_invitation_that_is_declined_blocks_no_time_any_more(is_repeated: bool) -> None:
    stage = planned()
    event = stage.own(5)
    pull(stage)
    assert len(stage.blocks()) == 1
    for _ in range(1 + is_repeated):
        stage.outlook._rewrite(stage.outlook._living(event.ref), response=Response.DECLINED)
        pull(stage)
    assert not stage.blocks()
    stage.outlook._rewrite(stage.outlook._living(event.ref), response=Response.ACCEPTED)
    pull(stage)
    assert len(stage.blocks()) == 1


# Private words.


@pytest.mark.parametrize("sensitivity", [Sensitivity.PRIVATE, Sensitivity.CONFIDENTIAL])
def test_private_words_are_masked_before_anything_is_stored(sensitivity: Sensitivity) -> None:
    stage = planned()
    stage.own(5, SECRET, sensitivity=sensitivity, location=SECRET, body=SECRET, categories=(SECRET,))

    class Watchful(Worker):
        async def pause(self, where: str) -> None:
            assert SECRET not in stage.words_stored(), where
            await super().pause(where)

    stage.ring(R0, "pull")
    stage.settle(Watchful())
    (block,) = stage.blocks()
    assert (block.subject, block.span) == ("Private", hours(5))
    assert SECRET not in stage.words_stored()
    assert SECRET not in repr(stage.board.outbox)


def test_words_that_become_private_do_not_travel_any_more() -> None:
    stage = planned()
    stage.outlook.worker_edits(stage.event().ref, subject=SECRET, sensitivity=Sensitivity.PRIVATE)
    pull(stage)
    assert SECRET not in stage.words_stored()
    assert SECRET not in repr(stage.board.outbox)
    assert stage.board.state(TASK).subject == "planned"


def test_of_a_foreign_event_only_what_may_be_shown_is_kept() -> None:
    stage = planned()
    stage.own(5, "dentist", location=SECRET, body=SECRET, categories=(SECRET,))
    pull(stage)
    assert [block.subject for block in stage.blocks()] == ["dentist"]
    assert SECRET not in stage.words_stored()


# Calendars that refuse us.


def test_a_calendar_that_refuses_us_is_noted_and_stops_nobody_else() -> None:
    stage = planned(BOTH, BOTH)
    private = stage.add_calendar("private", Direction.DOWN)
    stage.settle()
    stage.outlook.refuse(private)
    stage.own(5)
    stage.board.edit(TASK, subject="changed")
    stage.board.plan(stage.key(5), hours(3), R1, subject="of another")
    pull(stage)
    cursor = stage.cursor(private)
    assert (cursor.refused_since is not None, bool(cursor.refusal)) == (True, True)
    assert len(stage.blocks()) == 1
    assert stage.event().content.subject == "changed"
    assert stage.event(R1).content.subject == "of another"


def test_it_is_tried_again_with_growing_waits_up_to_a_day() -> None:
    stage = planned()
    calendar = stage.calendars[R0]
    stage.outlook.refuse(calendar)
    waits = []
    for _ in range(14):
        stage.run()
        next_try_at = stage.cursor().next_try_at
        assert next_try_at is not None
        waits.append(next_try_at - stage.clock.now())
        stage.outlook.calls.clear()
        stage.run()
        assert not stage.outlook.calls, "it was asked before its time"
        stage.clock.advance(waits[-1])
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=1), timedelta(days=1))


def test_when_it_answers_again_reading_goes_on_where_it_was() -> None:
    stage = planned()
    calendar = stage.calendars[R0]
    stage.outlook.refuse(calendar)
    stage.own(5)
    stage.run()
    round_before = stage.cursor().round
    stage.outlook.allow(calendar)
    stage.clock.advance(timedelta(minutes=2))
    pull(stage)
    cursor = stage.cursor()
    assert (cursor.refused_since, cursor.next_try_at, cursor.refusal) == (None, None, "")
    assert cursor.round == round_before
    assert len(stage.blocks()) == 1


def test_what_is_to_be_written_there_waits_and_is_written_then() -> None:
    stage = planned()
    stage.outlook.refuse(stage.calendars[R0])
    stage.board.edit(TASK, subject="changed")
    stage.deliver()
    stage.run()
    assert stage.event().content.subject == "planned"
    assert stage.waiting()
    stage.outlook.allow(stage.calendars[R0])
    stage.clock.advance(timedelta(minutes=2))
    stage.settle()
    assert stage.event().content.subject == "changed"
    assert not stage.waiting()


def test_the_cursor_is_of_the_last_round_that_reached_its_end() -> None:
    stage = planned()
    read_at = stage.cursor().read_at
    stage.own(5)
    started_at = at(stage, minutes=1)
    stage.clock.advance(timedelta(minutes=1))
    stage.run()
    cursor = stage.cursor()
    assert isinstance(cursor, Cursor)
    assert read_at is not None
    assert cursor.read_at == started_at > read_at
    assert replace(cursor, place="") != cursor
