"""The port `Directory` in memory."""

from sync_core.domain.errors import CalendarRefused, TryAgain
from sync_core.ports import Mailbox


class FakeDirectory:
    """Knows the mailboxes that were added, by any of their addresses, whatever their case."""

    unavailable = False

    def __init__(self) -> None:
        self._mailboxes: dict[str, Mailbox] = {}

    def add(self, address: str, mailbox: Mailbox) -> None:
        self._mailboxes[address.casefold()] = mailbox

    async def find_mailbox(self, address: str) -> Mailbox:
        if self.unavailable:
            raise TryAgain("no answer")
        mailbox = self._mailboxes.get(address.casefold())
        if mailbox is None:
            raise CalendarRefused("no mailbox answers to this address")
        return mailbox
