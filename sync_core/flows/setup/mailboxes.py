"""The mailboxes of those who take part, as runs left them: never a call to Graph for each."""

import asyncio
from collections.abc import Sequence

from sync_core.domain.overview import Overview, State
from sync_core.domain.profile import MailboxState
from sync_core.domain.setup import SetupLine, Subject
from sync_core.domain.stored import Cursor, ProfileRow
from sync_core.flows.overview import every_overview
from sync_core.flows.setup.needs import Check

MAILBOXES = Subject("mailboxes", "Mailboxes")
MOST_LINES = 50
_AT_ONCE = 8

_GIVE_MAILBOX = (
    "Take the mailbox into the app's scope, assign its licence, or give the resource another address, as told; "
    "it is tried again by itself, and at once after a sync of the resource."
)


async def check_mailboxes(check: Check) -> Sequence[SetupLine]:
    """Does every mailbox of a resource that takes part answer? Each that does not has a line, up to fifty."""
    active = [overview async for overview in every_overview(check.ports) if overview.state.takes_part]
    troubled = [overview for overview in active if overview.reason]
    gate = asyncio.Semaphore(_AT_ONCE)

    async def tell(overview: Overview) -> SetupLine:
        async with gate:
            return await _line(check, overview)

    lines = await asyncio.gather(*map(tell, troubled[:MOST_LINES]))
    return [*lines, _sum_up(len(active), len(troubled))]


def _sum_up(active: int, troubled: int) -> SetupLine:
    if not active:
        return MAILBOXES.amber("No resource takes part yet.", "Enlist a resource and activate it.")
    if troubled > MOST_LINES:
        words = f"{troubled - MOST_LINES} more of {active} resources cannot go on."
        return MAILBOXES.red(words, "See `tandem resources list --state held` for all of them.")
    # What is wrong has been told by a line of its own.
    return MAILBOXES.green(f"{active - troubled} of {active} resources that take part can go on.")


async def _line(check: Check, overview: Overview) -> SetupLine:
    subject = Subject(f"mailbox:{overview.resource}", f"The mailbox of {overview.name or overview.resource}")
    reason = await _reason(check, overview)
    words = f"{overview.reason[:1].upper()}{overview.reason[1:]}{f': {reason}' if reason else ''}."
    return subject.red(words, _GIVE_MAILBOX) if overview.state is State.HELD else subject.amber(words, _GIVE_MAILBOX)


async def _reason(check: Check, overview: Overview) -> str:
    """Why, in the words of whoever was refused; empty where nothing says."""
    rows = (await check.ports.rows.read_pending(overview.resource)).rows
    searches = [row.profile.mailbox for row in rows if isinstance(row, ProfileRow)]
    for search in searches:
        if search.reason and not (search.state.answers or search.state is MailboxState.NONE):
            return search.reason
    return next((row.refusal for row in rows if isinstance(row, Cursor) and row.refusal), "")
