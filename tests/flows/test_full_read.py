"""A full read proves what is there; what it does not show is looked up before anything is concluded."""

from datetime import timedelta

from sync_core.domain.errors import TryAgain
from sync_core.domain.resource import CalendarRef
from sync_core.domain.stored import OutlookInbox, Sighting
from sync_core.domain.window import Window
from sync_core.ports import ChangePage
from tests.flows.stage import R0, Stage, at, planned

FAR = 24 * 300.0
SECRET = "oncologist"


def inbox(stage: Stage) -> list[OutlookInbox]:
    return stage.found(OutlookInbox)


def _refuse_cursor(stage: Stage) -> None:
    """Refuse the look before the lease and the read under it."""
    stage.outlook.cursors_to_refuse = 2


def test_a_refused_cursor_is_a_full_read_and_deletes_nothing() -> None:
    stage = planned(subjects=("one", "two", "three"))
    stage.own(8)
    stage.pull()
    before = stage.writes()[1:]
    round_before = stage.cursor().round
    _refuse_cursor(stage)
    stage.pull()
    assert stage.writes()[1:] == before
    assert (stage.cursor().is_full, stage.cursor().round) == (False, round_before + 1)
    assert not stage.found(Sighting)


def test_what_a_full_read_does_not_show_is_looked_up_before_it_is_believed() -> None:
    stage = planned(subjects=("one", "two"))
    own = stage.own(8)
    stage.pull()
    gone = next(event for event in stage.events(R0) if event.content.subject == "two")
    stage.outlook.worker_purges(gone.ref)
    stage.outlook.worker_purges(own.ref)
    _refuse_cursor(stage)
    stage.outlook.calls.clear()
    stage.pull()
    assert stage.outlook.calls["look_up"] >= 1
    assert sorted(event.content.subject for event in stage.events(R0)) == ["one", "two"]
    assert not stage.blocks()


def test_a_full_read_that_shows_nothing_deletes_nothing_while_the_events_live() -> None:
    stage = planned(subjects=("one", "two", "three"))
    before = stage.writes()[1:]
    stage.outlook.lag = 1000  # a replica that knows of nothing yet
    _refuse_cursor(stage)
    stage.pull()
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
    stage.pull()
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
    stage.pull()
    assert stage.cursor().round == round_before


def test_the_cursor_is_of_the_last_round_that_reached_its_end() -> None:
    stage = planned()
    read_at = stage.cursor().read_at
    stage.own(5)
    started_at = at(stage, minutes=1)
    stage.clock.advance(timedelta(minutes=1))
    stage.run()
    cursor = stage.cursor()
    assert read_at is not None
    assert cursor.read_at == started_at > read_at
