"""Which events enter the inbox: ours anywhere, foreign ones where they are wanted, private ones masked."""

import pytest

from sync_core.domain.appointment import Kind
from sync_core.domain.content import Sensitivity
from sync_core.domain.event import Response
from sync_core.domain.link import Origin
from sync_core.domain.resource import Direction
from sync_core.domain.stored import ByEvent, Cursor, Held, LinkRow
from tests.flows.stage import BOTH, R0, TASK, Stage, hours, planned
from tests.machine.peril import Worker

FAR = 24 * 300.0
SECRET = "oncologist"


def test_a_calendar_that_only_receives_lets_nothing_of_the_workers_in() -> None:
    stage = planned(Direction.UP)
    stage.own(5, SECRET)
    stage.pull()
    assert SECRET not in stage.words_stored()
    assert not [row for row in stage.found(LinkRow) if row.link.origin is Origin.OUTLOOK]


def test_a_calendar_that_only_receives_still_hears_of_edits_to_be_put_back() -> None:
    stage = planned(Direction.UP)
    stage.outlook.worker_edits(stage.event().ref, subject="worker-words")
    stage.pull()
    assert stage.event().content.subject == "planned"
    assert "worker-words" in stage.journal()
    assert stage.board.state(TASK).subject == "planned"


def test_an_event_of_ours_in_another_calendar_is_not_taken_for_foreign() -> None:
    stage = planned()
    private = stage.add_calendar("private", Direction.DOWN)
    stage.settle()
    stage.outlook.worker_moves_to_calendar(stage.event().ref, private)
    stage.pull()
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
    stage.pull()
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
    stage.pull()
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
    stage.pull()
    assert len(stage.blocks()) == 1
    for _ in range(1 + is_repeated):
        stage.outlook._rewrite(stage.outlook._living(event.ref), response=Response.DECLINED)
        stage.pull()
    assert not stage.blocks()
    stage.outlook._rewrite(stage.outlook._living(event.ref), response=Response.ACCEPTED)
    stage.pull()
    assert len(stage.blocks()) == 1


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
    stage.pull()
    assert SECRET not in stage.words_stored()
    assert SECRET not in repr(stage.board.outbox)
    assert stage.board.state(TASK).subject == "planned"


def test_of_a_foreign_event_only_what_may_be_shown_is_kept() -> None:
    stage = planned()
    stage.own(5, "dentist", location=SECRET, body=SECRET, categories=(SECRET,))
    stage.pull()
    assert [block.subject for block in stage.blocks()] == ["dentist"]
    assert SECRET not in stage.words_stored()


def test_a_block_that_the_board_repeats_without_saying_how_it_shows_was_not_edited() -> None:
    stage = Stage(BOTH)
    stage.own(5)
    stage.pull()
    writes = stage.writes()
    (block,) = [state for state in stage.board.living() if state.key.kind is Kind.UNAVAILABILITY]
    stage.board.edit(block.key, show_as=None)
    stage.deliver()
    stage.settle()
    assert stage.writes()[1:] == writes[1:]
