"""The operations on events that several cells of the table share, and why an appointment does not go up at all."""

from dataclasses import replace

from sync_core.domain.change import Change
from sync_core.domain.content import Content, Field, differing, overlay
from sync_core.domain.event import Event, EventRef
from sync_core.domain.identity import birth_id, marker_of
from sync_core.domain.link import Condition, Link
from sync_core.domain.look import Look
from sync_core.domain.plan import CreateEvent, DeleteEvent, Plan, UpdateEvent
from sync_core.domain.policy import Owner
from sync_core.domain.rules import why_kept_back
from sync_core.domain.situation import OUTSIDE, Situation, required

NOT_OURS_TO_WRITE = "the worker made a meeting or a series of it, so it is theirs now"
CANCELLED = "cancelled"
UNPLANNED = "no longer planned here"


def why_not_up(situation: Situation) -> str:
    """Why an appointment does not go to Outlook at all; empty if it does."""
    state = situation.link.board_state
    if state is None:
        return ""
    if state.status == CANCELLED:
        return CANCELLED
    return why_kept_back(situation.policy.rules, state, situation.policy.group)


def create_event(situation: Situation, reason: str, *, is_put_back: bool = False) -> Plan:
    """Make an event in the main calendar, or stay idle for the reason that forbids it."""
    link, policy, pair = situation.link, situation.policy, situation.pair
    content = required(situation.board_content)
    refusal = why_not_up(situation) or ("" if policy.direction.writes_outlook else situation.closed)
    if not refusal and not policy.window.touches(content.span, policy.zone):
        refusal = OUTSIDE
    if not refusal and pair.main_calendar is None:
        refusal = "the resource has no mailbox"
    if refusal or pair.main_calendar is None:
        return situation.skip(refusal, link=part(link, refusal))
    notes = link.notes
    if is_put_back and link.board_state is not None:
        notes = replace(notes, is_put_back=True)
        content = policy.look.of(link.board_state, notes)
    generation = max(link.generation + 1, link.board_state.revision if link.board_state else 0)
    board = content
    if link.own is not None:
        kept = {field for field in (Field.CATEGORIES, Field.REMINDER) if policy.owners[field] is Owner.WORKER}
        content = overlay(content, link.own, kept)
    operation = CreateEvent(
        calendar=pair.main_calendar,
        content=content,
        transaction_id=birth_id(policy.connector, pair.resource, pair.id, generation),
        marker=marker_of(policy.connector, pair.resource, pair.id),
        generation=generation,
        reason=reason,
        is_put_back=is_put_back,
        notes=notes,
        board=board if link.own is not None else None,
    )
    return situation.operate(reason, (operation,))


def delete_event(situation: Situation, leaves: Condition, reason: str, own: Content | None = None) -> Plan:
    """Delete the pair's event, its last words going to the journal."""
    link = situation.link
    if not situation.policy.direction.writes_outlook:
        return situation.skip(situation.closed)
    operation = DeleteEvent(event_ref(link), situation.event_content, link.outlook_version, reason, leaves, own=own)
    lost = situation.event_content if situation.outlook in (Change.EDITED, Change.NEW) else None
    return situation.operate(reason, (operation,), lost_event=lost)


def part(link: Link, reason: str) -> Link:
    """The link without its event and baselines: nothing to do here now."""
    return replace(
        link,
        condition=Condition.IDLE,
        reason=reason,
        board_base=None,
        event=None,
        event_key=None,
        outlook_base=None,
        outlook_version="",
    )


def write_over(situation: Situation, link: Link, reason: str, *, marker: str = "") -> UpdateEvent | None:
    """Bring the link's event to the board's state, but for the worker's own fields; None if it is there already.

    `marker` makes it ours, where somebody else made it.
    """
    ours, theirs = required(situation.board_content), required(link.outlook_base)
    kept = {field for field in Field if situation.policy.owners[field] is Owner.WORKER}
    if link.keeps_body:
        kept.add(Field.BODY)
    fields = differing(theirs, ours) - kept
    if not fields and not marker:
        return None
    content = overlay(theirs, ours, fields)
    return UpdateEvent(event_ref(link), theirs, content, fields, link.outlook_version, reason, marker=marker)


def board_side(situation: Situation, theirs: Content) -> Content:
    """What counts as agreed on the board's side of an event that is taken over as it stands.

    Of the worker's own fields that is what the board says, so that they are no news of the board's afterwards.
    """
    own = {field for field in Field if situation.policy.owners[field] is Owner.WORKER}
    return overlay(theirs, required(situation.board_content), own)


def known_of(link: Link, theirs: Content, event: Event | None, look: Look) -> Content:
    """What an adopted event holds, as far as we may know: masked words count as the board's and stay."""
    if event is None or not event.masked or link.board_state is None:
        return theirs
    return overlay(theirs, look.of(link.board_state, link.notes), event.masked)


def event_ref(link: Link) -> EventRef:
    return required(link.event)
