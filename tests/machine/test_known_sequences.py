"""Sequences that broke earlier versions and that chance seldom plays: each is played on purpose."""

from sync_core.domain.resource import Direction
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
