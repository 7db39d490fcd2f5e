"""What must hold once a history has come to rest, whatever happened in it."""

from collections import Counter
from typing import Any

from sync_core.domain.appointment import Kind
from sync_core.domain.content import DOWN_FIELDS, Field, differing, only
from sync_core.domain.link import Condition
from sync_core.domain.policy import OWNERS, Owner
from sync_core.domain.render import render
from sync_core.domain.resource import Direction, ResourceId
from sync_core.domain.stored import Announcement, BoardInbox, Held, JournalPage, LinkRow, OutlookInbox, Todo, TodoReason
from tests.machine.peril import drive
from tests.machine.world import World

_CARRIED = frozenset(field for field in Field if OWNERS[field] is not Owner.WORKER)


def check_at_rest(world: World) -> None:
    """Every law, the cheapest to read first."""
    for resource in world.resources:
        _one_event_each(world, resource)
        _own_events_stand(world, resource)
        _blocks_follow(world, resource)
        _nothing_is_left(world, resource)
    _each_question_is_awaited(world)
    _losers_are_on_record(world)
    _no_planner_is_turned_back(world)
    _no_worker_is_turned_back(world)
    assert world.outlook.mails == 0, "a write would have sent mail"
    _a_further_run_writes_nothing(world)


def held_pairs(world: World, resource: ResourceId) -> dict[str, str]:
    return {str(row.pair): row.why for row in world.rows.all_rows(resource) if isinstance(row, Held) and row.pair}


def _one_event_each(world: World, resource: ResourceId) -> None:
    direction = world.directions[resource]
    held = held_pairs(world, resource)
    events = world.events(resource)
    expected = {
        state.key: state
        for state in world.board.living()
        if resource in state.resources and state.key.kind is Kind.TASK and direction.writes_outlook
    }
    found = Counter(event.marker for event in events if world.is_inside(event.content.span))
    for key, state in expected.items():
        pair = f"b.{key.kind}.{key.id}"
        if pair in held:
            continue
        if pair in _asked(world, resource):
            assert not [event for event in events if event.marker and event.marker.endswith(f"|{pair}")]
            continue
        mine = [event for event in events if event.marker and event.marker.endswith(f"|{pair}")]
        # An event that was brought back beyond the window while a cursor was lost is only seen on its day.
        mine = [event for event in mine if len(mine) < 2 or world.is_inside(event.content.span)]
        if len(mine) < 2 and not all(world.is_inside(span) for span in (state.span, *(e.content.span for e in mine))):
            continue  # beyond the window it may wait for its day
        assert len(mine) == 1, f"{key.id} on {resource} has {len(mine)} events"
        other = differing(mine[0].content, render(state), _CARRIED)
        assert not other, f"{key.id} on {resource} differs in {sorted(other)}: {mine[0].content} / {render(state)}"
    for marker in found:
        pair = str(marker).rsplit("|", 1)[-1]
        assert pair in held or pair in {f"b.{key.kind}.{key.id}" for key in expected}, f"{pair} has a stray event"


def _asked(world: World, resource: ResourceId) -> set[str]:
    """The pairs about which the planner was asked and did not answer."""
    rows = [row for row in world.rows.all_rows(resource) if isinstance(row, LinkRow)]
    return {str(row.link.pair) for row in rows if row.link.condition is Condition.PROPOSED}


def _each_question_is_awaited(world: World) -> None:
    """A question stands on the board exactly while somebody waits for its answer."""
    questions = Counter(
        (proposal.key.id, proposal.resource) for proposal in world.board.proposals.values() if proposal.state == "open"
    )
    awaited = Counter(
        (pair.rsplit(".", 1)[-1], resource) for resource in world.resources for pair in _asked(world, resource)
    )
    assert questions == awaited, f"asked {questions}, awaited {awaited}"


def _own_events_stand(world: World, resource: ResourceId) -> None:
    for event in world.own_events(resource):
        assert event.content == world.foreign[event.ref.id].content, "a worker's own event was touched"
        assert event.version == world.foreign[event.ref.id].version, "a worker's own event was written to"


def _blocks_follow(world: World, resource: ResourceId) -> None:
    if not world.directions[resource].writes_board:
        assert not _blocks(world, resource), "a closed direction wrote to the board"
        return
    if held_pairs(world, resource):
        return
    own = [event for event in world.own_events(resource) if world.is_inside(event.content.span)]
    shown = sorted(repr(only(event.content, DOWN_FIELDS)) for event in own)
    blocks = sorted(repr(only(content, DOWN_FIELDS)) for content in _blocks(world, resource))
    assert shown == blocks, f"the board shows {blocks} for {shown}"


def _blocks(world: World, resource: ResourceId) -> list[Any]:
    return [
        render(state)
        for state in world.board.living()
        if state.key.kind is Kind.UNAVAILABILITY and resource in state.resources and world.is_inside(state.span)
    ]


def _nothing_is_left(world: World, resource: ResourceId) -> None:
    rows = world.rows.all_rows(resource)
    waiting = {address for row in rows if isinstance(row, Held) for address in row.rows}
    for row in rows:
        assert not isinstance(row, Announcement), "an announcement was left"
        if isinstance(row, BoardInbox | OutlookInbox):
            assert row.trace in waiting, f"an inbox row was left: {row.address}"
        if isinstance(row, Todo):
            assert str(row.pair) in held_pairs(world, resource), f"a todo was left: {row}"
    assert not drive(world.placements.list_owing(world.clock.now())), "something is owing"


def _losers_are_on_record(world: World) -> None:
    words = set(world.outlook.overwritten)
    if not words:
        return
    told = {placement.state.subject for placement in world.board.outbox if placement.state}
    record = " ".join(
        repr(row)
        for resource in world.resources
        for row in world.rows.all_rows(resource)
        if isinstance(row, JournalPage)
    )
    for word in words - told:
        assert repr(word) in record, f"the words {word} are lost"


def _no_planner_is_turned_back(world: World) -> None:
    """A worker may change what a planner wrote; nobody brings a planner's older words back."""
    for state in world.board.living():
        if state.key in world.newest_words and state.subject.startswith("planner"):
            newest = world.newest_words[state.key]
            assert state.subject == newest, f"{state.key.id} is turned back from {newest} to {state.subject}"


def _no_worker_is_turned_back(world: World) -> None:
    """A planner may overrule a worker; nobody brings a worker's older words back."""
    for resource in world.resources:
        # Where a worker's edit is put back, another one's words may be what it is put back to.
        for event in world.events(resource) if world.directions[resource] is Direction.BOTH else ():
            newest = world.workers_words.get(str(event.marker))
            if newest and event.content.subject.startswith("worker"):
                words = event.content.subject
                assert words == newest, f"{event.marker} is turned back from {newest} to {words}"


def _a_further_run_writes_nothing(world: World) -> None:
    before = (world.outlook.writes, len(world.board.writes))
    for resource in world.resources:
        world.ring(resource, "pull")
        world.roll(resource, TodoReason.WINDOW)
    world.come_to_rest()
    assert (world.outlook.writes, len(world.board.writes)) == before, "a further run wrote something"
