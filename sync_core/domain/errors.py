"""The one family of errors, cut by what the caller can do about them."""

from datetime import timedelta


class TandemError(Exception):
    """The root of the family; its text is fit for an admin and never carries a secret."""


class TryAgain(TandemError):
    """The same call may succeed later; whether it took effect is not known unless the port says so.

    `after` is the wait the other side asked for, zero where it named none.
    """

    def __init__(self, reason: str, after: timedelta = timedelta(0)) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class Refused(TandemError):
    """The call will not succeed as it stands; `reason` says what to change."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CalendarRefused(Refused):
    """A mailbox or calendar does not answer us (no licence, no permission, gone): never a deletion."""


class MailboxRefused(CalendarRefused):
    """A mailbox cannot be used; `state` is the word for why, of `MailboxState`."""

    def __init__(self, state: str, reason: str) -> None:
        super().__init__(reason)
        self.state = state


class VersionMoved(TandemError):
    """Somebody changed it since it was read: read again and decide anew."""


class CursorRefused(TandemError):
    """The place where reading would resume is gone: read in full."""


class LeaseLost(TandemError):
    """Another worker holds the resource now; this run ends and has committed nothing more."""


class Undecidable(TandemError):
    """One pair's memory contradicts itself: it is held for a person, and the others go on."""


class Misconfigured(Exception):
    """The deployment cannot work as it is set; outside the family, because no caller may swallow it."""
