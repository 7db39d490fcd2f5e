"""An appointment that has no event yet takes over the equal one that somebody made before us, where that is chosen."""

from collections.abc import Mapping

from sync_core.domain.content import Content
from sync_core.domain.errors import CalendarRefused
from sync_core.domain.event import Event, mask
from sync_core.domain.identity import PairId, is_ours, pair_of_event
from sync_core.domain.link import Link, Origin
from sync_core.domain.look import Look
from sync_core.domain.resource import CalendarRef
from sync_core.domain.stored import ByEvent, by_event_address
from sync_core.flows.cases import Draft
from sync_core.flows.desk import Desk
from sync_core.flows.intake import note_refusal
from sync_core.flows.tenure import Tenure

Drafts = dict[PairId, Draft]


async def find_equals(
    tenure: Tenure, desk: Desk, drafts: Drafts, links: Mapping[PairId, Link], calendar: CalendarRef | None
) -> None:
    """Give each draft that is unborn its equal event, unless that is linked already."""
    wanted = _unborn(drafts, links, desk.terms.look)
    if calendar is None or not wanted:
        return
    ports = tenure.ports
    try:
        found = await ports.outlook.find_equal(calendar, list(wanted.values()))
    except CalendarRefused as refusal:
        await note_refusal(tenure, desk, calendar, refusal.reason)
        return
    equals = {
        pair: event
        for pair, event in zip(wanted, found, strict=True)
        if event is not None and not is_ours(ports.connector, event.transaction_id)
    }
    if not equals:
        return
    known = await ports.rows.get(tenure.resource, [by_event_address(event.key) for event in equals.values()])
    linked = {row.key for row in known.values() if isinstance(row, ByEvent)}
    for pair, event in equals.items():
        # Two equal appointments cannot both have it: the first one does.
        if event.key not in linked:
            linked.add(event.key)
            _give(desk, drafts, pair, event)


def _unborn(drafts: Drafts, links: Mapping[PairId, Link], look: Look) -> dict[PairId, Content]:
    wanted: dict[PairId, Content] = {}
    for pair, draft in drafts.items():
        link, newest = links.get(pair), draft.newest_told()
        is_unborn = link is None or (link.event is None and link.generation == 0 and link.origin is Origin.BOARD)
        if is_unborn and not draft.outlook_rows and newest is not None and newest.state is not None:
            wanted[pair] = look.of(newest.state)
    return wanted


def _give(desk: Desk, drafts: Drafts, pair: PairId, event: Event) -> None:
    """Make an event part of a draft; what waits in the inbox of it, as of one of the worker's own, goes with it."""
    draft = drafts[pair]
    draft.equal = mask(event)
    waiting = desk.outlook.get(event.key)
    if waiting is not None:
        own = drafts.pop(pair_of_event(event.key), None)
        draft.consumes += own.consumes if own else [waiting.trace]
