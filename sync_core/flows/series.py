"""A series changed: its occurrences inside the window are listed whole, and what differs enters the inbox."""

from zoneinfo import ZoneInfo

from sync_core.domain.content import DOWN_FIELDS, differing
from sync_core.domain.errors import CalendarRefused
from sync_core.domain.event import Event, EventKey
from sync_core.domain.identity import BOARD_BORN
from sync_core.domain.inward import shown
from sync_core.domain.link import Condition, Link
from sync_core.domain.stored import Address, ByEvent, Family, Held, Hint, LinkRow, OutlookInbox
from sync_core.domain.window import Window
from sync_core.flows.batches import chunked
from sync_core.flows.desk import UNREADABLE, Desk
from sync_core.flows.intake import note_refusal
from sync_core.flows.tenure import Tenure

_UTC = ZoneInfo("UTC")


async def list_series(tenure: Tenure, desk: Desk, row: OutlookInbox) -> None:
    """Take up what a series lists within the window, which is complete: what is missing from it is gone.

    Each occurrence that differs gets its own inbox row before the sign goes, so that a crash loses none of them,
    and each waits, is held and is released like any other event.
    """
    window = desk.terms.window(tenure.ports.clock.now())
    try:
        instances = await tenure.ports.outlook.list_instances(row.calendar, row.id, window)
    except CalendarRefused as refusal:
        await note_refusal(tenure, desk, row.calendar, refusal.reason)
        return
    entries = await tenure.ports.rows.scan(tenure.resource, (Family.BY_EVENT, row.id))
    pairs = {entry.key: entry.pair for entry in entries if isinstance(entry, ByEvent)}
    addresses: list[Address] = [(Family.LINK, pair) for pair in pairs.values()]
    found = await tenure.ports.rows.get(tenure.resource, addresses) if addresses else {}
    links = {entry.link.pair: entry.link for entry in found.values() if isinstance(entry, LinkRow)}
    choices = desk.terms.choices_of(row.calendar)
    listed = {event.key: shown(event, choices) for event in (instances.events if instances else ())}
    if any(key == row.key and pair.startswith(BOARD_BORN) for key, pair in pairs.items()):
        listed = {}  # an event of ours that the worker made a series: the board has it as it is
    unclear = {key for key, _ in instances.unreadable} if instances else set()
    is_whole = instances is None or instances.is_whole
    fresh = tenure.ports.names.fresh()
    puts: list[OutlookInbox | Held] = [
        _unreadable(tenure, key, reason) for key, reason in (instances.unreadable if instances else ())
    ]
    for key, event in listed.items():
        link = links.get(pairs[key]) if key in pairs else None
        if link is None or not _is_as_known(link, event):
            puts.append(OutlookInbox(key, row.calendar, Hint.SEEN, event.ref.id, event, fresh, row.known_at))
    for key, pair in pairs.items():
        link = links.get(pair)
        if key in listed or link is None or link.condition is Condition.TOMBSTONE or link.event is None:
            continue
        if key != row.key and (not is_whole or key in unclear or not _would_be_listed(link, window, desk.terms.zone)):
            continue
        # An event of ours that was made a series is listed by its occurrences only: it is looked up itself.
        hint = Hint.CHECK if key == row.key else Hint.UNLISTED
        puts.append(OutlookInbox(key, row.calendar, hint, link.event.id, mark=fresh, known_at=row.known_at))
    mended = [f"{UNREADABLE}{key}" for key in listed]
    notices = [desk.notices.pop(subject).address for subject in mended if subject in desk.notices]
    desk.outlook.pop(row.key)
    is_replaced = any(put.address == row.address for put in puts)
    puts.sort(key=lambda put: put.address == row.address)  # the sign goes last
    for chunk in chunked(tenure.ports.rows, puts, [*notices, *(() if is_replaced else [row.address])]):
        await tenure.commit(chunk.puts, chunk.deletes)
    desk.outlook.update((put.key, put) for put in puts if isinstance(put, OutlookInbox))


def _would_be_listed(link: Link, window: Window, zone: ZoneInfo) -> bool:
    """Would it be listed if it were there? Only then is it gone for being missing.

    A shorter window lists less, and Outlook's whole days lie in UTC: at the edges ours and its may differ by a day.
    """
    base = link.outlook_base
    return base is None or all(window.touches(base.span, each) for each in (zone, _UTC))


def _unreadable(tenure: Tenure, key: EventKey, reason: str) -> Held:
    return Held(
        subject=f"{UNREADABLE}{key}",
        since_at=tenure.ports.clock.now(),
        what="an event that cannot be understood",
        why=reason,
        remedy="open it in Outlook and save it with an ordinary time zone",
    )


def _is_as_known(link: Link, event: Event) -> bool:
    """Does an occurrence show as it did? What is not shown, or should not be any more, is decided anew."""
    if not link.is_paired or link.outlook_base is None or event.refusal:
        return False
    return link.event == event.ref and not differing(link.outlook_base, event.content, DOWN_FIELDS)
