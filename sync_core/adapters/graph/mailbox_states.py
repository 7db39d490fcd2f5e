"""Why a mailbox cannot be used, as a state and a sentence that ends with what to do about it.

https://learn.microsoft.com/graph/errors
https://learn.microsoft.com/graph/auth-limit-mailbox-access
"""

from typing import TYPE_CHECKING

from sync_core.adapters.graph.sdk import NotThere, Unanswered
from sync_core.domain.errors import MailboxRefused
from sync_core.domain.profile import MailboxState

if TYPE_CHECKING:
    from msgraph.generated.models.user import User

_NO_MAILBOX = frozenset({"mailboxnotenabledforrestapi", "extensionerror", "errornonexistentmailbox"})


def has_no_mailbox(refusal: Unanswered) -> bool:
    """Does Graph say that the user is there, but no mailbox that it could reach?"""
    return says_no_mailbox(refusal.code)


def says_no_mailbox(code: str) -> bool:
    """Is this Graph's word for a user without a mailbox that it could reach?"""
    return code.lower() in _NO_MAILBOX


def missing() -> MailboxRefused:
    return MailboxRefused(
        MailboxState.MISSING,
        "no user answers to this address: correct it, or, where look-up is off, give the user principal name",
    )


def ambiguous() -> MailboxRefused:
    return MailboxRefused(
        MailboxState.AMBIGUOUS, "more than one user answers to this address: give the user principal name instead"
    )


def unreadable_directory() -> MailboxRefused:
    return MailboxRefused(
        MailboxState.BLOCKED,
        "the directory may not be asked: consent to User.Read.All for the application, or turn principal look-up off",
    )


def without_mailbox(user: "User | None") -> MailboxRefused:
    """Why this user has no mailbox in the cloud; None where the directory was not asked.

    Exchange gives one answer to all of it. Who is synchronised from the own network and has an address or a licence has
    the mailbox there.
    """
    if user is None:
        return MailboxRefused(
            MailboxState.UNLICENSED,
            "there is no mailbox that Graph can reach: assign an Exchange Online licence (a new mailbox takes up to a "
            "day), or move the mailbox from the on-premises server to Exchange Online",
        )
    is_licensed = any(
        plan.service == "exchange" and plan.capability_status == "Enabled" for plan in user.assigned_plans or []
    )
    if user.on_premises_sync_enabled and (is_licensed or user.mail):
        return MailboxRefused(
            MailboxState.ON_PREMISES,
            "the mailbox is on an on-premises server, which Graph does not reach: move it to Exchange Online",
        )
    if is_licensed:
        return MailboxRefused(
            MailboxState.UNLICENSED,
            "the user has an Exchange Online licence but no mailbox yet: wait up to a day, then assign it anew",
        )
    return MailboxRefused(
        MailboxState.UNLICENSED, "the user has no Exchange Online licence and so no mailbox: assign one"
    )


def state_behind(refusal: Unanswered) -> MailboxRefused:
    """What a refused read of a user's calendar means, where it does not say that there is no mailbox."""
    if isinstance(refusal, NotThere):
        return missing()
    return MailboxRefused(
        MailboxState.BLOCKED,
        f"the application may not use this mailbox ({refusal.code or 'no code'}): take the mailbox into the scope that "
        "it is permitted, or grant it Calendars.ReadWrite",
    )
