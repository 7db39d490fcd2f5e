"""Look each mailbox up once where many resources are checked and then written in one call."""

import asyncio
from collections import defaultdict
from dataclasses import replace

from sync_core.domain.choices import PrincipalLookup
from sync_core.domain.errors import MailboxRefused
from sync_core.ports import Directory, Mailbox, Ports

_Asked = tuple[str, PrincipalLookup]


def with_each_looked_up_once(ports: Ports) -> Ports:
    """The ports with a directory that keeps what it finds: for one call, since it learns of nothing that changes."""
    return replace(ports, directory=LookedUp(ports.directory))


class LookedUp:
    """The port `Directory`, in front of another one; what that one does not answer is asked again."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._mailboxes: dict[_Asked, Mailbox | MailboxRefused] = {}
        self._members: dict[tuple[str, str], bool] = {}
        # Resources that share a mailbox are looked at together, and the second of them waits for the first.
        self._turns: defaultdict[_Asked, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def find_mailbox(self, address: str, lookup: PrincipalLookup = PrincipalLookup.DIRECTORY) -> Mailbox:
        asked = (address.strip().casefold(), lookup)
        async with self._turns[asked]:
            if asked not in self._mailboxes:
                try:
                    self._mailboxes[asked] = await self._directory.find_mailbox(address, lookup)
                except MailboxRefused as refusal:
                    self._mailboxes[asked] = refusal
        found = self._mailboxes[asked]
        if isinstance(found, MailboxRefused):
            raise found
        return found

    async def create_calendar(self, mailbox: str, name: str) -> str:
        made = await self._directory.create_calendar(mailbox, name)
        for asked, known in self._mailboxes.items():
            if isinstance(known, Mailbox) and known.id == mailbox:
                self._mailboxes[asked] = replace(known, calendars={**known.calendars, name: made})
        return made

    async def is_member(self, group: str, mailbox: str) -> bool:
        if (group, mailbox) not in self._members:
            self._members[group, mailbox] = await self._directory.is_member(group, mailbox)
        return self._members[group, mailbox]
