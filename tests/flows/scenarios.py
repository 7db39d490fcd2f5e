"""Stories with one event each, told once without a fault and then once for every fault: all must end the same."""

from collections.abc import Callable
from dataclasses import dataclass

from sync_core.domain.content import Content, ShowAs
from sync_core.domain.event import EventRef
from sync_core.domain.policy import OnDeletion
from sync_core.domain.profile import CalendarUse
from sync_core.domain.resource import Direction, ResourceId
from tests.flows.stage import BOTH, R0, R1, TASK, Stage, hours


@dataclass(frozen=True)
class Scenario:
    """`begin` is over and at rest before any fault; `happen` is what the fault may meet; `is_right` looks at the end.

    `outlook` and `board` are how many writes the story takes: none more, whatever is repeated.
    """

    name: str
    happen: Callable[[Stage], None]
    is_right: Callable[[Stage], None]
    outlook: int
    board: int
    begin: Callable[[Stage], None] = lambda _: None
    directions: tuple[Direction, ...] = (BOTH,)

    def set_up(self) -> Stage:
        stage = Stage(*self.directions)
        self.begin(stage)
        stage.settle()
        for resource in stage.resources:
            stage.run(resource)  # reads the echoes of what was written
        stage.settle()
        return stage


def _plan(stage: Stage) -> None:
    stage.board.plan(TASK, hours(3), R0, subject="planned")


def _plan_two(stage: Stage) -> None:
    _plan(stage)
    stage.board.plan(stage.key(1), hours(5), R0, R1, subject="other")


def _shows(stage: Stage, subject: str, resource: ResourceId = R0, start: float = 3) -> None:
    event = stage.event(resource)
    assert (event.content.subject, event.content.span) == (subject, hours(start))


def _edit_both(stage: Stage) -> None:
    stage.outlook.worker_edits(stage.event().ref, subject="worker-words")
    stage.board.edit(TASK, subject="planner-words")
    stage.notify()


def _conflict_is_right(stage: Stage) -> None:
    _shows(stage, "planner-words")
    assert stage.board.state(TASK).subject == "planner-words"
    assert "worker-words" in stage.journal(), "the loser's words are lost"


def _merge(stage: Stage) -> None:
    stage.outlook.worker_edits(stage.event().ref, span=hours(7))
    stage.board.edit(TASK, subject="planner-words")
    stage.notify()


def _merge_is_right(stage: Stage) -> None:
    _shows(stage, "planner-words", start=7)
    state = stage.board.state(TASK)
    assert (state.subject, state.span) == ("planner-words", hours(7))


def _worker_moves(stage: Stage) -> None:
    stage.outlook.worker_edits(stage.event().ref, span=hours(7))
    stage.notify()


def _worker_moves_is_right(stage: Stage) -> None:
    _shows(stage, "planned", start=7)
    assert stage.board.state(TASK).span == hours(7)


def _unplan(stage: Stage) -> None:
    stage.board.unplan(TASK)


def _assign_to_other(stage: Stage) -> None:
    stage.board.assign(TASK, R1)


def _no_event(stage: Stage) -> None:
    assert not stage.events(R0)


def _delete_an_edited_one(stage: Stage) -> None:
    stage.outlook.worker_edits(stage.event().ref, subject="worker-words")
    stage.board.delete(TASK)
    stage.notify()


def _deleted_with_its_words(stage: Stage) -> None:
    _no_event(stage)
    assert "worker-words" in stage.journal(), "the loser's words are lost"


def _moved_over(stage: Stage) -> None:
    _no_event(stage)
    _shows(stage, "planned", R1)


def _two_are_there(stage: Stage) -> None:
    assert sorted(event.content.subject for event in stage.events(R0)) == ["other", "planned"]
    assert stage.event(R1).content.subject == "other"


def _create_own(stage: Stage) -> None:
    stage.own(4)
    stage.notify()


def _edit_own(stage: Stage) -> None:
    (event,) = stage.own_events(R0)
    stage.remember(stage.outlook.worker_edits(event.ref, subject="doctor", span=hours(6)))
    stage.notify()


def _delete_own(stage: Stage) -> None:
    (event,) = stage.own_events(R0)
    stage.outlook.worker_deletes(event.ref)
    stage.notify()


def _blocked(stage: Stage, subject: str, start: float) -> None:
    (block,) = stage.blocks()
    assert (block.subject, block.span) == (subject, hours(start))
    (event,) = stage.own_events(R0)
    assert event == stage.foreign[event.ref.id], "the worker's own event was touched"


def _no_block(stage: Stage) -> None:
    assert not stage.blocks()


def _remove_block(stage: Stage) -> None:
    (state,) = stage.board.living()
    stage.board.delete(state.key)


def _worker_deletes(stage: Stage) -> None:
    stage.outlook.worker_deletes(stage.event().ref)
    stage.notify()


def _begin_restored(stage: Stage) -> None:
    _plan(stage)
    stage.settle()
    _worker_deletes(stage)


def _undo(stage: Stage) -> None:
    dead = [kept.event.ref for kept in stage.outlook._kept.values() if kept.is_dead]
    stage.outlook.worker_undeletes(dead[0])
    stage.notify()


def _undone(stage: Stage) -> None:
    _shows(stage, "planned")
    first, second = stage.outlook._kept.values()
    assert stage.event().ref == first.event.ref, "the event that the worker brought back did not stay"
    assert second.is_dead


def _undo_after_unplanning(stage: Stage) -> None:
    _undo(stage)
    stage.board.unplan(TASK)


def _worker_retitles(stage: Stage) -> None:
    stage.outlook.worker_edits(stage.event().ref, subject="worker-words")
    stage.notify()


def _put_back(stage: Stage) -> None:
    _shows(stage, "planned")
    assert "worker-words" in stage.journal(), "the loser's words are lost"


def _create_series(stage: Stage) -> None:
    starts = [hours(start).start_at for start in (4, 28, 52)]
    content = Content(hours(4), subject="standing", show_as=ShowAs.BUSY)
    stage.outlook.worker_creates_series(stage.calendars[R0], content, starts)
    stage.notify()


def _cancel_occurrence(stage: Stage) -> None:
    (series,) = stage.outlook.living(stage.calendars[R0])
    stage.outlook.worker_deletes_occurrence(series.ref, hours(28).start_at)
    stage.notify()


def _blocks_at(*starting: float) -> Callable[[Stage], None]:
    def are_there(stage: Stage) -> None:
        assert {block.span for block in stage.blocks()} == {hours(start) for start in starting}
        assert len(stage.blocks()) == len(starting)

    return are_there


def _begin_full_read(stage: Stage) -> None:
    for number in range(3):
        stage.board.plan(stage.key(number), hours(3 + number), R0, subject=f"job {number}")
    stage.outlook.page_size = 1


def _lose_cursor_and_purge(stage: Stage) -> None:
    stage.outlook.worker_purges(stage.events(R0)[1].ref)
    stage.outlook.cursors_to_refuse = 2
    stage.notify()


def _all_three(stage: Stage) -> None:
    assert sorted(event.content.subject for event in stage.events(R0)) == ["job 0", "job 1", "job 2"]


def _plan_where_the_planner_is_asked(stage: Stage) -> None:
    stage.set_choices(on_deletion=OnDeletion.PROPOSE)
    _plan(stage)


def _begin_asked(stage: Stage) -> None:
    _plan_where_the_planner_is_asked(stage)
    stage.settle()
    _worker_deletes(stage)


def _asked(stage: Stage) -> None:
    _no_event(stage)
    assert [proposal.state for proposal in stage.board.proposals.values()] == ["open"]
    assert stage.board.state(TASK).resources == (R0,)


def _bring_back(stage: Stage) -> None:
    stage.outlook.worker_undeletes(_the_dead(stage))
    stage.notify()


def _the_dead(stage: Stage) -> EventRef:
    return next(kept.event.ref for kept in stage.outlook._kept.values() if kept.is_dead)


def _withdrawn(stage: Stage) -> None:
    _shows(stage, "planned")
    assert [proposal.state for proposal in stage.board.proposals.values()] == ["withdrawn"]


def _decline(stage: Stage) -> None:
    (question,) = stage.board.proposals
    stage.board.decline(question)


def _move_house(stage: Stage) -> None:
    new = stage.outlook.open_calendar("other@tandem.example")
    stage.change_profile(calendars=(CalendarUse(new),), former=(stage.calendars[R0],))
    stage.roll(R0)


def _moved_house(stage: Stage) -> None:
    assert not stage.outlook.living(stage.calendars[R0])
    assert len(stage.outlook.living(stage.profile().calendars[0].ref)) == 1


def _plan_beside_an_equal_event(stage: Stage) -> None:
    stage.set_choices(adopt_equal_events=True)
    stage.outlook.worker_creates(
        stage.calendars[R0], Content(hours(3), subject="planned", location="by hand", show_as=ShowAs.BUSY)
    )
    _plan(stage)


def _one_for_both(stage: Stage) -> None:
    (event,) = stage.outlook.living(stage.calendars[R0])
    assert (event.content.subject, event.content.location) == ("planned", "")
    assert not stage.blocks()


def _make_private(stage: Stage) -> None:
    event = next(event for event in stage.outlook.living(stage.calendars[R0]) if event.ref.id in stage.foreign)
    stage.remember(stage.outlook.worker_marks_private(event.ref))
    stage.notify()


def _silent(stage: Stage) -> None:
    assert [block.subject for block in stage.blocks()] == ["Private"]
    assert "dentist" not in stage.words_stored()


SCENARIOS = (
    Scenario("a create", _plan, lambda stage: _shows(stage, "planned"), 1, 0),
    Scenario("two creates in one webhook", _plan_two, _two_are_there, 3, 0, directions=(BOTH, BOTH)),
    Scenario("an update with a conflict", _edit_both, _conflict_is_right, 1, 0, _plan),
    Scenario("an update of both sides", _merge, _merge_is_right, 1, 1, _plan),
    Scenario("a worker's move", _worker_moves, _worker_moves_is_right, 0, 1, _plan),
    Scenario("a delete", _unplan, _no_event, 1, 0, _plan),
    Scenario("a delete of an edited event", _delete_an_edited_one, _deleted_with_its_words, 1, 0, _plan),
    Scenario(
        "a move between resources",
        _assign_to_other,
        _moved_over,
        2,
        0,
        _plan,
        (BOTH, BOTH),
    ),
    Scenario("an event coming down", _create_own, lambda stage: _blocked(stage, "dentist", 4), 0, 1),
    Scenario("its edit", _edit_own, lambda stage: _blocked(stage, "doctor", 6), 0, 1, _create_own),
    Scenario("its deletion", _delete_own, _no_block, 0, 1, _create_own),
    Scenario("its block put back", _remove_block, lambda stage: _blocked(stage, "dentist", 4), 0, 1, _create_own),
    Scenario("a restore", _worker_deletes, lambda stage: _shows(stage, "planned"), 1, 0, _plan),
    Scenario("an undo of a deletion", _undo, _undone, 1, 0, _begin_restored),
    Scenario("an undo of a deletion un-planned meanwhile", _undo_after_unplanning, _no_event, 2, 0, _begin_restored),
    Scenario("an edit put back", _worker_retitles, _put_back, 1, 0, _plan, (Direction.UP,)),
    Scenario("a series coming down", _create_series, _blocks_at(4, 28, 52), 0, 3),
    Scenario("an occurrence cancelled", _cancel_occurrence, _blocks_at(4, 52), 0, 1, _create_series),
    Scenario("a question to the planner", _worker_deletes, _asked, 0, 1, _plan_where_the_planner_is_asked),
    Scenario("a question taken back", _bring_back, _withdrawn, 0, 1, _begin_asked),
    Scenario("a question answered with no", _decline, lambda stage: _shows(stage, "planned"), 1, 0, _begin_asked),
    Scenario("another main calendar", _move_house, _moved_house, 2, 0, _plan),
    Scenario("an equal event taken over", _plan_beside_an_equal_event, _one_for_both, 1, 0),
    Scenario("an event made private", _make_private, _silent, 0, 1, _create_own),
    Scenario("a full read that misses one", _lose_cursor_and_purge, _all_three, 1, 0, _begin_full_read),
)
