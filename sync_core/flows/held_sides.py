"""How both sides of what is held look, as last seen: of a private event no more than its time."""

from dataclasses import dataclass

from sync_core.domain.appointment import Appointment
from sync_core.domain.content import Content, Sensitivity
from sync_core.domain.event import PRIVATE_SUBJECT
from sync_core.domain.inward import BUSY_SUBJECT
from sync_core.domain.link import Link, Origin
from sync_core.domain.notes import notes_of
from sync_core.domain.render import render
from sync_core.domain.stored import BoardInbox, Held, Hint, OutlookInbox
from sync_core.flows.desk import Desk
from sync_core.flows.held import HeldView, links_of
from sync_core.ports import Ports

_SECRET = (Sensitivity.PRIVATE, Sensitivity.CONFIDENTIAL)
_BARE = (PRIVATE_SUBJECT, BUSY_SUBJECT)


@dataclass(frozen=True, slots=True)
class SidesSeen:
    """What each side showed; None where it is not there, or was not seen. What `is_private` has a time and no more."""

    board: Content | None = None
    event: Content | None = None
    is_private: bool = False


async def sides_of(ports: Ports, view: HeldView) -> SidesSeen:
    """Read both sides off the rows that wait and the link; neither board nor Outlook is asked."""
    if view.resource is None:
        return SidesSeen()
    link = next(iter((await links_of(ports, view.resource, [view])).values()), None)
    pending = await ports.rows.read_pending(view.resource)
    held = next((row for row in pending.rows if isinstance(row, Held) and row.subject == view.subject), None)
    traces = frozenset(held.rows) if held is not None else frozenset()
    desk = Desk.of(pending.rows, ports, (await ports.tenant.read()).choices)
    told = [row for rows in desk.board.values() for row in rows if row.trace in traces]
    seen = [row for row in desk.outlook.values() if row.trace in traces]
    state = _state(told, link)
    board = _content(state, link, desk) if state is not None else None
    event = _event(seen, link)
    if any(side is not None and side.sensitivity in _SECRET for side in (board, event)) or _is_bare(event):
        return SidesSeen(_only_time(board), _only_time(event), is_private=True)
    return SidesSeen(board, event)


def _state(told: list[BoardInbox], link: Link | None) -> Appointment | None:
    newest = max(told, key=lambda row: row.revision, default=None)
    if newest is not None and (link is None or newest.revision >= link.received):
        return newest.state
    return link.board_state if link is not None else None


def _content(state: Appointment, link: Link | None, desk: Desk) -> Content:
    """What the appointment is in Outlook's words, so that both sides can be compared."""
    if desk.given_terms is None or (link is not None and link.origin is Origin.OUTLOOK):
        return render(state)
    look = desk.given_terms.look
    return look.of(state, notes_of(link, state, look))


def _event(seen: list[OutlookInbox], link: Link | None) -> Content | None:
    for row in seen:
        if row.hint is Hint.SEEN and row.event is not None:
            return row.event.content
        if row.hint in (Hint.REMOVED, Hint.UNLISTED):
            return None
    return link.outlook_base if link is not None and link.event is not None else None


def _is_bare(event: Content | None) -> bool:
    return event is not None and event.subject in _BARE


def _only_time(side: Content | None) -> Content | None:
    return Content(side.span) if side is not None else None
