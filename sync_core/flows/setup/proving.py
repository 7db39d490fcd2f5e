"""Permissions proven by doing: one event written and deleted, and a mailbox out of scope that must refuse us."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sync_core.domain.content import Content, Sensitivity, ShowAs
from sync_core.domain.errors import Refused
from sync_core.domain.event import Event
from sync_core.domain.plan import CreateEvent, DeleteEvent, Denied, Done, Missing, Outcome, Postponed, Unknown
from sync_core.domain.profile import MailboxState, Participation
from sync_core.domain.resource import CalendarRef
from sync_core.domain.setup import SetupLine, Subject
from sync_core.domain.timespan import TimeSpan
from sync_core.flows.desk import terms_of
from sync_core.flows.setup.needs import Check
from sync_core.flows.setup.probe import find_probe, marker_of_check

WRITING = Subject("writing", "Writing to a calendar")
CONTROL = Subject("control", "A mailbox out of scope")

# Long before any window begins, so that no run sees the event, no phone shows it and nobody's time is taken.
WRITTEN_AT = datetime(2001, 1, 1, 3, tzinfo=UTC)
_LENGTH = timedelta(minutes=15)
_WHY = "set-up check"

ONLY_ADMINS = "Not tried: your role may read and change nothing."
_ASK_AN_ADMIN = "Have somebody with the role Tandem.Admin run the check."
_GRANT_WRITE = (
    "Take the mailbox into the app's scope and grant Calendars.ReadWrite, as docs/admin/permissions.md says; a change "
    "in Exchange takes up to two hours."
)


async def check_writing(check: Check) -> Sequence[SetupLine]:
    """Write one event into the calendar of the resource that was named and delete it again; no line if none was."""
    if check.asked.resource is None:
        return []
    if not check.asked.may_change:
        return [WRITING.amber(ONLY_ADMINS, _ASK_AN_ADMIN)]
    probe = await find_probe(check)
    if probe is None:
        words = "This resource has no calendar yet."
        return [WRITING.amber(words, "Give it a mailbox that answers, or name another resource.")]
    choices = (await check.ports.tenant.read()).choices
    main = probe.profile.main_calendar
    is_open = main is not None and terms_of(check.ports, probe.profile, choices).direction_of(main).writes_outlook
    if not is_open or probe.profile.participation is not Participation.ACTIVE:
        words = "Not tried: nothing is written to this resource's calendar as it is set."
        return [WRITING.amber(words, "Name a resource that takes part and whose direction is up or both.")]
    try:
        return [await _write_and_delete(check, probe.calendar)]
    except Refused as refusal:
        return [WRITING.red(f"The calendar of this resource may not be written: {refusal}.", _GRANT_WRITE)]


async def _write_and_delete(check: Check, calendar: CalendarRef) -> SetupLine:
    ports = check.ports
    marker = marker_of_check(ports.connector)
    content = Content(
        TimeSpan(WRITTEN_AT, WRITTEN_AT + _LENGTH),
        subject="Tandem: set-up check",
        show_as=ShowAs.FREE,
        sensitivity=Sensitivity.PRIVATE,
    )
    create = CreateEvent(calendar, content, ports.names.fresh(), marker, 1, _WHY)
    (written,) = await ports.outlook.carry_out(calendar.mailbox, [create])
    # By the mark and not by the answer: one whose answer was lost goes, too, and what a check left that was cut off.
    ends = [await _delete(check, event) for event in await ports.outlook.find_marked(calendar, marker)]
    if not isinstance(written, Done):
        return WRITING.red(f"An event could not be written: {_words(written)}.", _GRANT_WRITE)
    if troubles := [end for end in ends if not isinstance(end, Done | Missing)]:
        words = f"An event was written, but could not be deleted again: {_words(troubles[0])}."
        return WRITING.red(words, "Check again: what is left there is then deleted. It lies on 1 January 2001.")
    return WRITING.green("An event was written and deleted again.")


async def _delete(check: Check, event: Event) -> Outcome:
    deletion = DeleteEvent(event.ref, None, "", _WHY)
    (outcome,) = await check.ports.outlook.carry_out(event.ref.calendar.mailbox, [deletion])
    return outcome


def _words(outcome: Outcome) -> str:
    return outcome.reason if isinstance(outcome, Denied | Postponed | Unknown) else "Graph gives no reason"


async def check_control(check: Check) -> Sequence[SetupLine]:
    """Ask for a mailbox that this app must not be able to open; no line if none was named."""
    if not check.asked.control:
        return []
    if not check.asked.may_change:
        return [CONTROL.amber(ONLY_ADMINS, _ASK_AN_ADMIN)]
    match await check.around.graph.open_mailbox(check.asked.control):
        case MailboxState.READY:
            remedy = (
                "Limit the app in Exchange to the mailboxes of the resources, and take Calendars permissions in Entra "
                "away: both grants add up."
            )
            return [CONTROL.red("The control mailbox answers: this app can open mailboxes that it must not.", remedy)]
        case MailboxState.BLOCKED:
            return [CONTROL.green("The control mailbox refuses this app with 403, as it must.")]
        case MailboxState.MISSING:
            words = "There is no such mailbox, so that it proves nothing."
            return [CONTROL.amber(words, "Give the principal name of a mailbox that exists.")]
    words = "Nobody can open that mailbox, so that it proves nothing."
    return [CONTROL.amber(words, "Give a mailbox that works and is none of a resource's.")]
