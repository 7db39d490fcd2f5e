"""Sequences that broke earlier versions and that chance seldom plays: each is played on purpose."""

from datetime import timedelta

from sync_core.domain.event import Event
from sync_core.domain.resource import CalendarRef, Direction
from sync_core.domain.stored import Job, OutlookInbox
from sync_core.domain.window import Window
from sync_core.ports import ChangePage
from tests.fakes.board import Fault
from tests.machine.laws import check_at_rest
from tests.machine.peril import Worker
from tests.machine.world import World


def test_a_webhook_that_is_overtaken_between_placement_and_inbox_plants_no_event() -> None:
    world = World((Direction.BOTH, Direction.UP))
    world.run_due()
    key, resource = world.key(0), world.resources[0]
    world.board.plan(key, world.slot(0), resource, subject=world.planners_word(key))
    # Up to where it is about to write into the inbox: read, set, read again.
    world.begin_delivery([world.board.outbox[-1]], 7)
    assert not world.outlook.living(world.calendars[resource])
    world.board.unplan(key)
    world.deliver([world.board.outbox[-1]], Worker())
    world.run_due()
    slow = world.running[0]
    assert slow.worker.trace[-1] == "before FakeRows.insert"
    world.step(slow, 1000)
    world.run_due()
    assert not world.outlook.living(world.calendars[resource]), "a late, older webhook planted an event"
    world.come_to_rest()
    check_at_rest(world)


def test_an_echo_that_is_older_than_the_boards_last_answer_turns_nobody_back() -> None:
    world = World((Direction.BOTH,))
    world.run_due()
    key, resource = world.key(0), world.resources[0]
    world.board.plan(key, world.slot(0), resource, subject=world.planners_word(key))
    world.deliver([world.board.outbox[-1]], Worker())
    world.run_due()
    for words in ("first words", "second words"):
        world.outlook.worker_edits(world.events(resource)[0].ref, subject=words)
        world.ring(resource, "pull")
        world.run_due()
    writes = world.outlook.writes
    first_echo = world.board.outbox[-2]
    assert first_echo.state is not None
    assert first_echo.state.subject == "first words"
    world.deliver([first_echo], Worker())
    world.run_due()
    assert world.outlook.writes == writes, "an old echo was taken for a planner's edit"
    assert world.events(resource)[0].content.subject == "second words"
    world.come_to_rest()
    check_at_rest(world)


def test_a_repeat_that_is_put_off_says_nothing_about_the_first_try() -> None:
    world = World((Direction.BOTH,))
    world.run_due()
    resource = world.resources[0]
    world.board.faults.append(Fault.LOST_REPLY)
    event = world.outlook.worker_creates(world.calendars[resource], world.foreign_content(0))
    world.remember(event)
    world.ring(resource, "pull")
    world.run_due()
    assert len(world.board.living()) == 1, "the first try took effect, though nobody was told"
    world.board.faults.append(Fault.POSTPONED)
    world.outlook.worker_deletes(event.ref)
    world.clock.advance(timedelta(minutes=2))
    world.run_due()
    world.come_to_rest()
    assert not world.board.living(), "the block of an event that is gone was left behind"
    check_at_rest(world)


def replays(world: World, event: Event) -> None:
    """The next page that is read tells an old state of one event, and nothing else."""
    reads = world.outlook.read_changes

    async def replayed(calendar: CalendarRef, window: Window, place: str) -> ChangePage:
        world.outlook.read_changes = reads  # type: ignore[method-assign]
        return ChangePage((event,), (), place, is_last=True)

    world.outlook.read_changes = replayed  # type: ignore[method-assign]


def test_a_replayed_page_does_not_swallow_a_deletion() -> None:
    world = World((Direction.BOTH,))
    world.run_due()
    key, resource = world.key(0), world.resources[0]
    world.board.plan(key, world.slot(0), resource, subject=world.planners_word(key))
    world.deliver([world.board.outbox[-1]], Worker())
    world.run_due()
    event = world.events(resource)[0]
    world.outlook.worker_deletes(event.ref)
    running = world.start(Job(resource, world.clock.now(), "pull", "c"), Worker())
    while not any(isinstance(row, OutlookInbox) for row in world.rows.all_rows(resource)):
        world.step(running, 1)
    world.kill(running)
    replays(world, event)
    world.clock.advance(timedelta(minutes=2))
    world.ring(resource, "pull")
    world.run_due()
    world.come_to_rest()
    check_at_rest(world)


def test_a_replayed_old_state_is_not_taken_for_a_workers_edit() -> None:
    world = World((Direction.BOTH,))
    world.run_due()
    key, resource = world.key(0), world.resources[0]
    world.board.plan(key, world.slot(0), resource, subject=world.planners_word(key))
    world.deliver([world.board.outbox[-1]], Worker())
    world.run_due()
    old = world.events(resource)[0]
    world.clock.advance(timedelta(minutes=1))
    world.board.edit(key, subject=world.planners_word(key))
    world.deliver([world.board.outbox[-1]], Worker())
    world.run_due()
    replays(world, old)
    world.ring(resource, "pull")
    world.run_due()
    assert not world.board.writes, "what was once was taken for an edit"
    world.come_to_rest()
    check_at_rest(world)
