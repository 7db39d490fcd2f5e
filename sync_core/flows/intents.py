"""From plans to what is announced: with what each side held before, the nearest first, in batches that fit."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sync_core.domain.change import Alive, Planned
from sync_core.domain.content import Content
from sync_core.domain.guard import is_stated, is_suspicious
from sync_core.domain.identity import PairId
from sync_core.domain.plan import CreateEvent, DeleteEvent, Plan, UpdateEvent, Verdict
from sync_core.domain.resource import CalendarRef
from sync_core.domain.stored import Announcement, Intent
from sync_core.domain.timespan import bounds
from sync_core.flows.batches import MOST_OPERATIONS
from sync_core.flows.cases import Case
from sync_core.flows.ledger import calendar_of
from sync_core.ports import ResourceRows

_PAIRS_A_BATCH = 20
_ANNOUNCEMENT_BYTES = 800_000
# Every instant weighs the same.
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


def is_void(plan: Plan) -> bool:
    """Is there nothing to remember and nothing to do?"""
    return plan.link is None and plan.verdict is Verdict.SKIPPED


def calendars_written(plan: Plan) -> list[CalendarRef]:
    return [
        calendar_of(operation)
        for operation in plan.operations
        if isinstance(operation, CreateEvent | UpdateEvent | DeleteEvent)
    ]


def intent_of(case: Case, plan: Plan, is_released: bool) -> Intent:
    pair = case.pair
    board = pair.board.content if isinstance(pair.board, Planned) else (pair.link.board_base if pair.link else None)
    event = pair.outlook.event.content if isinstance(pair.outlook, Alive) else None
    if event is None and pair.link is not None:
        event = pair.link.outlook_base
    before = None if case.is_met_anew else pair.link
    inferred, stated = is_suspicious(pair, plan), is_stated(pair, plan)
    return Intent(plan, before, case.consumes, board, event, inferred and not is_released, stated and not is_released)


def starts_at(plan: Plan, zone: ZoneInfo) -> datetime:
    """When what a plan writes begins: the nearest goes first, since somebody may be waiting for it."""
    link = plan.link
    contents: list[Content | None] = [getattr(operation, "content", None) for operation in plan.operations]
    contents += [link.board_base, link.outlook_base] if link else []
    spans = [content.span for content in contents if content is not None]
    return bounds(spans[0], zone)[0] if spans else _NEVER


def cut(rows: ResourceRows, intents: Sequence[Intent], held: Collection[PairId]) -> list[list[Intent]]:
    """Batches whose announcement and commit each fit one transaction; a pair is never cut in two."""
    batches: list[list[Intent]] = []
    operations = weight = 0
    for intent in intents:
        # A link, its by-event row, what the event's answer may add, a held row, and what is consumed.
        needs = 3 + len(intent.consumes) + int(intent.plan.pair in held)
        weighs = rows.weigh(Announcement("", _ANY_TIME, "", (intent,)))
        is_full = (
            not batches
            or len(batches[-1]) >= _PAIRS_A_BATCH
            or operations + needs > MOST_OPERATIONS
            or weight + weighs > _ANNOUNCEMENT_BYTES
        )
        if is_full:
            batches.append([])
            operations = weight = 0
        batches[-1].append(intent)
        operations += needs
        weight += weighs
    return batches
