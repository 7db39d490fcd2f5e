"""What may happen in a history: one small value a move, so that a failing history shrinks to its essence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st

from sync_core.domain.policy import OnDeletion
from sync_core.domain.resource import ResourceId
from tests.fakes.board import Fault
from tests.machine.peril import Worker
from tests.machine.world import World

APPOINTMENTS = 2
SLOTS = 4
FAR = 24 * 300  # hours ahead: beyond the window


@dataclass(frozen=True)
class Move:
    """`what` happens; the numbers choose whom and what, taken modulo what there is."""

    what: str
    one: int = 0
    two: int = 0
    three: int = 0


MOVES = (
    "plan", "plan", "move", "retitle", "assign", "assign", "unplan", "delete", "move far",
    "deliver", "deliver", "deliver", "redeliver", "deliver crashing", "deliver losing",
    "deliver slowly", "deliver slowly",
    "worker retitles", "worker moves", "worker deletes", "worker undeletes", "worker touches", "worker moves far",
    "worker creates", "worker edits own", "worker deletes own", "worker moves own", "worker moves own far",
    "worker copies",
    "notify", "pull", "run", "run", "run", "run crashing", "run crashing", "run losing",
    "start", "advance", "advance", "kill", "wait", "wait a minute", "wait ten minutes",
    "lag", "replay", "refuse cursor", "lose replies", "lose requests", "board loses reply", "board away", "walk",
    "ask the planner", "ask the planner", "restore again", "planner accepts", "planner declines",
)  # fmt: skip


def histories(longest: int) -> st.SearchStrategy[list[Move]]:
    small = st.integers(0, 7)
    move = st.builds(Move, st.sampled_from(MOVES), small, small, st.integers(0, 60))
    return st.lists(move, min_size=3, max_size=longest)


def play(world: World, move: Move) -> None:
    """Make one move; one that makes no sense just now does nothing."""
    _PLAYS[move.what](world, move)


def _resource(world: World, number: int) -> ResourceId:
    return world.resources[number % len(world.resources)]


def _some(world: World, number: int) -> list[ResourceId]:
    """A set of resources, never empty, by the bits of a number."""
    chosen = [resource for place, resource in enumerate(world.resources) if number >> place & 1]
    return chosen or [world.resources[0]]


def _is_on_board(world: World, number: int) -> bool:
    return any(state.key == world.key(number % APPOINTMENTS) for state in world.board.living())


def _plan(world: World, move: Move) -> None:
    if not _is_on_board(world, move.one):
        key = world.key(move.one % APPOINTMENTS)
        subject = world.planners_word(key)
        world.board.plan(key, world.slot(move.two % SLOTS), *_some(world, move.three), subject=subject)


def _board_edit(world: World, move: Move, verb: str) -> None:
    if not _is_on_board(world, move.one):
        return
    key = world.key(move.one % APPOINTMENTS)
    match verb:
        case "move":
            world.board.move(key, world.slot(move.two % SLOTS))
        case "move far":
            world.board.move(key, world.slot(FAR + move.two % SLOTS))
        case "retitle":
            world.board.edit(key, subject=world.planners_word(key))
        case "assign":
            world.board.assign(key, *_some(world, move.two))
        case "unplan":
            world.board.unplan(key)
        case _:
            world.board.delete(key)


def _deliver(world: World, move: Move, worker: Worker, *, newest: bool = True) -> None:
    outbox = world.board.outbox
    if not outbox:
        return
    chosen = outbox[-1 - move.one % 2 :] if newest else [outbox[move.three % len(outbox)]]
    world.deliver(chosen, worker)


def _deliver_slowly(world: World, move: Move) -> None:
    if world.board.outbox:
        placement = world.board.outbox[-1 - move.one % min(3, len(world.board.outbox))]
        world.begin_delivery([placement], 1 + move.three % 16)


def _worker_event(world: World, move: Move, verb: str) -> None:
    events = world.events(_resource(world, move.one))
    if not events:
        return
    event = events[move.two % len(events)]
    match verb:
        case "retitle":
            world.outlook.worker_edits(event.ref, subject=world.workers_word(event))
        case "move":
            world.outlook.worker_edits(event.ref, span=world.slot(SLOTS + move.three % SLOTS))
        case "move far":
            world.outlook.worker_edits(event.ref, span=world.slot(FAR + move.three % SLOTS))
        case "copy":
            world.remember(world.outlook.worker_copies(event.ref))
        case "touch":
            world.outlook.worker_touches(event.ref)
        case _:
            world.outlook.worker_deletes(event.ref)
            world.workers_words.pop(str(event.marker), None)


def _undelete(world: World, move: Move) -> None:
    calendar = world.calendars[_resource(world, move.one)]
    dead = [
        kept.event.ref
        for (mailbox, _), kept in world.outlook._kept.items()
        if mailbox == calendar.mailbox and kept.is_dead and kept.event.ref.id not in world.foreign
    ]
    if dead:
        world.outlook.worker_undeletes(dead[move.two % len(dead)])


def _create_own(world: World, move: Move) -> None:
    calendar = world.calendars[_resource(world, move.one)]
    world.remember(world.outlook.worker_creates(calendar, world.foreign_content(move.two % SLOTS)))


def _own(world: World, move: Move, verb: str) -> None:
    own = world.own_events(_resource(world, move.one))
    if not own:
        return
    event = own[move.two % len(own)]
    match verb:
        case "edit":
            world.remember(world.outlook.worker_edits(event.ref, subject=world.word("own")))
        case "move":
            world.remember(world.outlook.worker_edits(event.ref, span=world.slot(move.three % SLOTS)))
        case "move far":
            world.remember(world.outlook.worker_edits(event.ref, span=world.slot(FAR + move.three % SLOTS)))
        case _:
            world.outlook.worker_deletes(event.ref)


def _choose(world: World, on_deletion: OnDeletion) -> None:
    """An admin changes what follows when a worker deletes an event; it holds for what exists."""
    world.set_choices(on_deletion=on_deletion)
    for resource in world.resources:
        world.roll(resource)


def _answer(world: World, move: Move, *, accepts: bool) -> None:
    questions = [name for name, proposal in world.board.proposals.items() if proposal.state == "open"]
    if questions:
        (world.board.accept if accepts else world.board.decline)(questions[move.one % len(questions)])


def _run(world: World, worker: Worker) -> None:
    world.run_due(worker)


def _start(world: World, move: Move) -> None:
    jobs = world.bells.take_due()
    for job in jobs[:2]:
        world.step(world.start(job, Worker()), 1 + move.three)
    for job in jobs[2:]:
        world.ring(job.resource, job.reason)


def _advance(world: World, move: Move) -> None:
    if world.running:
        world.step(world.running[move.one % len(world.running)], 1 + move.three)


def _kill(world: World, move: Move) -> None:
    if world.running:
        world.kill(world.running[move.one % len(world.running)])


def _notify(world: World, move: Move) -> None:
    world.ring(_resource(world, move.one), "notification", is_hint=True)


def _pull(world: World, _: Move) -> None:
    for resource in world.resources:
        world.ring(resource, "pull")


_PLAYS: dict[str, Callable[[World, Move], object]] = {
    "plan": _plan,
    "move": lambda world, move: _board_edit(world, move, "move"),
    "retitle": lambda world, move: _board_edit(world, move, "retitle"),
    "assign": lambda world, move: _board_edit(world, move, "assign"),
    "unplan": lambda world, move: _board_edit(world, move, "unplan"),
    "delete": lambda world, move: _board_edit(world, move, "delete"),
    "deliver": lambda world, move: _deliver(world, move, Worker()),
    "redeliver": lambda world, move: _deliver(world, move, Worker(), newest=False),
    "deliver crashing": lambda world, move: _deliver(world, move, Worker(crash_at=1 + move.three % 24)),
    "deliver losing": lambda world, move: _deliver(world, move, Worker(lose_at=1 + move.three % 24)),
    "deliver slowly": _deliver_slowly,
    "worker retitles": lambda world, move: _worker_event(world, move, "retitle"),
    "worker moves": lambda world, move: _worker_event(world, move, "move"),
    "worker deletes": lambda world, move: _worker_event(world, move, "delete"),
    "move far": lambda world, move: _board_edit(world, move, "move far"),
    "worker moves far": lambda world, move: _worker_event(world, move, "move far"),
    "worker moves own far": lambda world, move: _own(world, move, "move far"),
    "worker copies": lambda world, move: _worker_event(world, move, "copy"),
    "worker touches": lambda world, move: _worker_event(world, move, "touch"),
    "worker undeletes": _undelete,
    "worker creates": _create_own,
    "worker edits own": lambda world, move: _own(world, move, "edit"),
    "worker moves own": lambda world, move: _own(world, move, "move"),
    "worker deletes own": lambda world, move: _own(world, move, "delete"),
    "notify": _notify,
    "pull": _pull,
    "run": lambda world, move: _run(world, Worker()),
    "run crashing": lambda world, move: _run(world, Worker(crash_at=1 + move.three)),
    "run losing": lambda world, move: _run(world, Worker(lose_at=1 + move.three)),
    "start": _start,
    "advance": _advance,
    "kill": _kill,
    "wait": lambda world, _: world.clock.advance(timedelta(seconds=3)),
    "wait a minute": lambda world, _: world.clock.advance(timedelta(seconds=70)),
    "wait ten minutes": lambda world, _: world.clock.advance(timedelta(minutes=11)),
    "lag": lambda world, move: setattr(world.outlook, "lag", move.one % 3),
    "replay": lambda world, move: setattr(world.outlook, "replay", move.one % 5),
    "refuse cursor": lambda world, _: setattr(world.outlook, "cursors_to_refuse", 1),
    "lose replies": lambda world, move: setattr(world.outlook, "replies_to_lose", 1 + move.one % 2),
    "lose requests": lambda world, move: setattr(world.outlook, "requests_to_lose", 1 + move.one % 2),
    "board loses reply": lambda world, _: world.board.faults.append(Fault.LOST_REPLY),
    "board away": lambda world, _: world.board.faults.append(Fault.POSTPONED),
    "walk": lambda world, move: world.roll(_resource(world, move.one)),
    "ask the planner": lambda world, _: _choose(world, OnDeletion.PROPOSE),
    "restore again": lambda world, _: _choose(world, OnDeletion.RESTORE),
    "planner accepts": lambda world, move: _answer(world, move, accepts=True),
    "planner declines": lambda world, move: _answer(world, move, accepts=False),
}
