"""What one commit writes, gathered pair by pair: rows, addresses and journal entries."""

from sync_core.domain.content import ALL_FIELDS, Sensitivity, differing
from sync_core.domain.event import PRIVATE_SUBJECT, EventKey, mask
from sync_core.domain.inward import BUSY_SUBJECT
from sync_core.domain.link import Link, Origin
from sync_core.domain.plan import (
    BornDead,
    CreateEvent,
    DeleteEvent,
    Done,
    EventOperation,
    Operation,
    Outcome,
    UpdateEvent,
)
from sync_core.domain.resource import CalendarRef
from sync_core.domain.stored import Address, ByAppointment, ByEvent, Hint, JournalEntry, LinkRow, OutlookInbox, Row


class Ledger:
    """What one commit writes: rows, addresses, journal entries; each row once."""

    def __init__(self) -> None:
        self.puts: dict[Address, Row] = {}
        self.deletes: dict[Address, None] = {}
        self.entries: list[JournalEntry] = []
        self.paired = 0
        self.inferred = 0
        self.stated = 0

    def put(self, row: Row) -> None:
        self.puts[row.address] = row
        self.deletes.pop(row.address, None)

    def delete(self, address: Address) -> None:
        if address not in self.puts:
            self.deletes[address] = None


def look_again_after(link: Link, operation: Operation, outcome: Outcome, ledger: Ledger, fresh: str) -> None:
    """Where the event may differ from what was written, its state enters the inbox like any other change."""
    if not isinstance(operation, CreateEvent | UpdateEvent):
        return
    calendar = calendar_of(operation)
    if isinstance(outcome, BornDead):
        ledger.put(OutlookInbox(EventKey(outcome.event_id), calendar, Hint.CHECK, outcome.event_id))
    elif isinstance(outcome, Done) and outcome.event is not None and link.event == outcome.event.ref:
        event = mask(outcome.event)
        fields = ALL_FIELDS - event.masked
        is_other = link.outlook_base is None or differing(link.outlook_base, event.content, fields)
        if is_other or not event.is_writable:
            ledger.put(OutlookInbox(event.key, calendar, Hint.SEEN, event.ref.id, event, fresh))


def check_event(operation: UpdateEvent | DeleteEvent, ledger: Ledger, fresh: str) -> None:
    """Have the event that was to be written fetched: it is another than the one we know, or gone."""
    key = EventKey(operation.ref.id)
    ledger.put(OutlookInbox(key, operation.ref.calendar, Hint.CHECK, operation.ref.id, mark=fresh))


def write_link(link: Link, before: Link | None, ledger: Ledger) -> None:
    """Write a link with the rows by which it is found; `before` is what was remembered of the pair."""
    ledger.put(LinkRow(link))
    ledger.paired += int(link.is_paired) - int(before is not None and before.is_paired)
    if link.event is not None and link.event_key is not None and (before is None or before.event != link.event):
        ledger.put(ByEvent(link.event_key, link.event.id, link.event.calendar, link.pair))
    is_new_block = link.origin is Origin.OUTLOOK and (before is None or before.appointment != link.appointment)
    if link.appointment is not None and is_new_block:
        ledger.put(ByAppointment(link.appointment, link.pair))


def lost_its_words(before: Link | None, after: Link) -> bool:
    """Did an event of the worker's become private? Then what was written down of it before goes, too."""
    bare, secret = (PRIVATE_SUBJECT, BUSY_SUBJECT), (Sensitivity.PRIVATE, Sensitivity.CONFIDENTIAL)
    was, now = before.outlook_base if before else None, after.outlook_base
    if was is None or now is None:
        return False
    if after.origin is Origin.BOARD:
        return now.sensitivity in secret and was.sensitivity not in secret
    return now.subject in bare and was.subject not in bare


def calendar_of(operation: EventOperation) -> CalendarRef:
    """The calendar an operation writes to."""
    return operation.calendar if isinstance(operation, CreateEvent) else operation.ref.calendar
