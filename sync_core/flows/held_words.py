"""What is said of each kind of what is held, so that a stranger knows what it is, why it waits, and what to do."""

from dataclasses import dataclass
from enum import StrEnum

from sync_core.domain.guard import UNUSUAL
from sync_core.domain.identity import BOARD_BORN
from sync_core.domain.mend import link_to_remedy
from sync_core.domain.profile import MailboxState, Profile
from sync_core.domain.stored import Cursor, Family, Held
from sync_core.flows.desk import POISON, TWIN, UNREADABLE
from sync_core.flows.jobs import MESSAGE
from sync_core.flows.snapshot import reason_of

REJECTED_MEMBER = "an event that breaks the contract"
SILENT_CALENDAR = "a calendar that does not answer"
UNUSABLE_MAILBOX = "a mailbox that cannot be used"
_TRIED_AGAIN = "it is tried again by itself, and at once if you release it"
_PUT_ASIDE = "reject it to put this aside"


class HeldKind(StrEnum):
    PAIR = "pair"
    BRAKE = "brake"
    TWIN = "twin"
    UNREADABLE = "unreadable"
    BELL = "bell"
    WEBHOOK = "webhook"
    MAILBOX = "mailbox"


class Judgement(StrEnum):
    """What an admin says to what is held."""

    RELEASE = "release"
    REJECT = "reject"


BOTH_WAYS = (Judgement.RELEASE, Judgement.REJECT)
_TAKES = {
    HeldKind.PAIR: BOTH_WAYS,
    HeldKind.BRAKE: BOTH_WAYS,
    HeldKind.TWIN: (Judgement.REJECT,),
    HeldKind.UNREADABLE: (Judgement.REJECT,),
    HeldKind.BELL: BOTH_WAYS,
    HeldKind.WEBHOOK: (Judgement.REJECT,),
    HeldKind.MAILBOX: (Judgement.RELEASE,),
}
# What makes a mailbox usable, by what it is.
_MENDS = {
    MailboxState.NONE: "look at the resource's address and calendars and correct them",
    MailboxState.MISSING: "correct the resource's address",
    MailboxState.AMBIGUOUS: "give the resource an address that only one mailbox has",
    MailboxState.UNLICENSED: "give the mailbox a licence for Exchange Online",
    MailboxState.ON_PREMISES: "move the mailbox to Exchange Online, or give the resource another address",
    MailboxState.BLOCKED: "let the app open this mailbox, or end what blocks it",
}


@dataclass(frozen=True, slots=True)
class Told:
    """`reason` is the fixed words by which all that are held alike are chosen; the others are for people."""

    kind: HeldKind
    reason: str
    what: str
    why: str
    remedy: str

    @property
    def takes(self) -> tuple[Judgement, ...]:
        """Which answers make sense."""
        return _TAKES[self.kind]

    @property
    def link(self) -> str:
        """Where it is told at length what to do."""
        return link_to_remedy("held", self.reason)


def tell_row(held: Held) -> Told:
    """Say what is held of a resource."""
    reason = reason_of(held)
    if held.pair is not None:
        return _tell_brake(held, reason) if held.why == UNUSUAL else _tell_pair(held, reason)
    if held.subject.startswith(TWIN):
        remedy = f"{held.remedy} in Outlook; no event is touched meanwhile; {_PUT_ASIDE}"
        return Told(HeldKind.TWIN, reason, held.what, held.why, remedy)
    if held.subject.startswith(POISON):
        remedy = f"{held.remedy}, and at once if you release it; reject it to put this aside until it fails again"
        return Told(HeldKind.BELL, reason, held.what, held.why, remedy)
    again = ", then it is read again by itself" if held.subject.startswith(UNREADABLE) else ""
    return Told(HeldKind.UNREADABLE, reason, held.what, held.why, f"{held.remedy}{again}; {_PUT_ASIDE}")


def tell_rejected(held: Held) -> Told:
    """Say what is held of no resource: a queue message that is no bell, or a member of a webhook."""
    remedy = f"{held.remedy}; {_PUT_ASIDE}"
    if held.what == MESSAGE:
        return Told(HeldKind.UNREADABLE, MESSAGE, held.what, held.why, remedy)
    what = f"a member of a webhook that was not taken: {held.what}, id {held.subject}"
    return Told(HeldKind.WEBHOOK, REJECTED_MEMBER, what, held.why, remedy)


def tell_mailbox(profile: Profile) -> Told:
    """Say why a resource's mailbox is not used."""
    search = profile.mailbox
    mend = _MENDS.get(search.state, _MENDS[MailboxState.NONE])
    why = search.reason or f"it is {search.state.value}"
    return Told(HeldKind.MAILBOX, UNUSABLE_MAILBOX, UNUSABLE_MAILBOX, why, f"{mend}; {_TRIED_AGAIN}")


def tell_calendar(cursor: Cursor, *, is_main: bool) -> Told:
    """Say that a calendar refuses us: nothing of it is lost meanwhile, and nothing is taken for deleted."""
    what = f"{'the main calendar' if is_main else 'a calendar'} does not answer, and what changes waits"
    remedy = f"see that its mailbox has a licence and that the app may open it; {_TRIED_AGAIN}"
    return Told(HeldKind.MAILBOX, SILENT_CALENDAR, what, cursor.refusal or "it refuses us", remedy)


def _tell_pair(held: Held, reason: str) -> Told:
    is_of_the_board = held.subject.startswith(BOARD_BORN)
    what = "an appointment and its event" if is_of_the_board else "a worker's event and its block on the board"
    remedy = (
        f"{held.remedy}; it goes on by itself once either changes. Release it to have it tried again now, reject it "
    )
    return Told(HeldKind.PAIR, reason, f"{what}: {held.what}", held.why, f"{remedy}to leave both sides as they are")


def _tell_brake(held: Held, reason: str) -> Told:
    families = {trace[0] for trace in held.rows}
    what = "a deletion that the brake stopped"
    if families == {Family.OUTLOOK_INBOX}:
        what += ": the event is gone from Outlook, and the board would lose it, too"
    elif families == {Family.BOARD_INBOX}:
        what += ": the appointment is gone from the board, and Outlook would lose it, too"
    remedy = (
        "release all that are held by the brake if these deletions are meant; if not, reject them: nothing is deleted, "
        "and that is remembered until a side changes"
    )
    return Told(HeldKind.BRAKE, reason, what, held.why, remedy)
