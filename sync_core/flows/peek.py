"""What can be seen of a resource before its lease is taken: a quiet one is then not written to at all (ADR 0002)."""

from datetime import datetime, timedelta

from sync_core.domain.errors import CalendarRefused, CursorRefused
from sync_core.domain.resource import CalendarRef
from sync_core.flows.desk import Desk
from sync_core.flows.intake import Peeked
from sync_core.flows.tenure import CLOCKS_DIFFER
from sync_core.ports import Ports

REPLICATION_LAG = timedelta(seconds=30)


def is_known_since(desk: Desk, rung_at: datetime) -> bool:
    """Has every calendar been read since the bell, by more than clocks and replicas may differ?"""
    since_at = rung_at + CLOCKS_DIFFER + REPLICATION_LAG
    cursors = [desk.cursors.get(use.ref) for use in desk.terms.calendars_to_read()]
    return all(cursor is not None and cursor.read_at is not None and cursor.read_at > since_at for cursor in cursors)


async def peek(ports: Ports, desk: Desk) -> dict[CalendarRef, Peeked]:
    """Read the next page of every calendar before taking the lease: a quiet resource is then not written to at all."""
    peeked: dict[CalendarRef, Peeked] = {}
    now = ports.clock.now()
    for use in desk.terms.calendars_to_read():
        cursor = desk.cursors.get(use.ref)
        if cursor is None or cursor.is_full or not cursor.place or (cursor.next_try_at or now) > now:
            continue
        try:
            page = await ports.outlook.read_changes(use.ref, cursor.window, cursor.place)
        except (CursorRefused, CalendarRefused):
            continue  # to be written down, which needs the lease
        peeked[use.ref] = Peeked(cursor.place, page)
    return peeked


def is_quiet(ports: Ports, desk: Desk, peeked: dict[CalendarRef, Peeked]) -> bool:
    now = ports.clock.now()
    for use in desk.terms.calendars_to_read():
        cursor, look = desk.cursors.get(use.ref), peeked.get(use.ref)
        if cursor is not None and cursor.next_try_at is not None and cursor.next_try_at > now:
            continue
        if cursor is None or look is None or cursor.refused_since is not None:
            return False
        if look.page.events or look.page.removed or look.page.unreadable or not look.page.is_last:
            return False
    return True
