"""Take the words of an event that became private out of the journal, in the run that learns of it."""

from dataclasses import replace

from sync_core.domain.content import Content, Field, only
from sync_core.domain.event import PRIVATE_SUBJECT
from sync_core.domain.identity import PairId
from sync_core.domain.stored import Address, Family, JournalEntry, JournalPage, Row, TodoReason
from sync_core.flows.batches import chunked
from sync_core.flows.desk import Desk
from sync_core.flows.tenure import Tenure


async def blank_journal(tenure: Tenure, desk: Desk) -> None:
    """Blank what the journal holds of every pair that asks for it; a crash in between only begins again."""
    due = [todo for todo in desk.due_todos(tenure.ports.clock.now()) if todo.reason is TodoReason.BLANK]
    if not due:
        return
    pairs = frozenset(todo.pair for todo in due if todo.pair is not None)
    puts: list[Row] = []
    after: Address | None = None
    while pages := await tenure.ports.rows.scan(tenure.resource, (Family.JOURNAL,), after):
        puts += [
            replace(page, entries=tuple(_blanked(entry, pairs) for entry in page.entries))
            for page in pages
            if isinstance(page, JournalPage) and any(entry.pair in pairs for entry in page.entries)
        ]
        after = pages[-1].address
    for chunk in chunked(tenure.ports.rows, puts, [todo.address for todo in due]):
        await tenure.commit(chunk.puts, chunk.deletes)
    desk.todos = [todo for todo in desk.todos if todo not in due]


def _blanked(entry: JournalEntry, pairs: frozenset[PairId]) -> JournalEntry:
    if entry.pair not in pairs:
        return entry
    return replace(
        entry,
        operation=None,
        board_before=_bare(entry.board_before),
        event_before=_bare(entry.event_before),
        lost_event=_bare(entry.lost_event),
        lost_appointment=_bare(entry.lost_appointment),
    )


def _bare(content: Content | None) -> Content | None:
    if content is None:
        return None
    return replace(only(content, {Field.TIME, Field.SHOW_AS, Field.SENSITIVITY}), subject=PRIVATE_SUBJECT)
