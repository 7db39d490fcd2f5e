"""The port `Directory` in memory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sync_core.domain.choices import PrincipalLookup
from sync_core.domain.errors import MailboxRefused, Refused, TryAgain
from sync_core.domain.profile import MailboxState
from sync_core.ports import Mailbox
from tests.fakes.outlook_calendars import OutlookCalendars


@dataclass
class _Person:
    """Who was added: by principal name, other addresses, and the id that the directory knows it by."""

    principal: str
    mailbox: Mailbox
    object_id: str
    addresses: frozenset[str]
    state: MailboxState = MailboxState.READY

    def is_called(self, name: str) -> bool:
        return name.casefold() in (self.principal, self.mailbox.id.casefold(), self.object_id.casefold())


class FakeDirectory:
    """Knows the people who were added, whatever the case of their addresses.

    With `outlook`, a calendar that is made here is one there. `queries` counts what the directory itself was asked.
    """

    unavailable = False
    may_read_users = True
    may_read_groups = True
    may_read_mailbox_settings = True
    replies_to_lose = 0  # so many of the next calendars are made without an answer

    def __init__(self, outlook: OutlookCalendars | None = None) -> None:
        self.queries = 0
        self._outlook = outlook
        self._people: list[_Person] = []
        self._groups: dict[str, frozenset[str]] = {}
        self._made = 0

    def add(self, principal: str, mailbox: Mailbox, *, object_id: str = "", addresses: Collection[str] = ()) -> None:
        """Add a person. Without an `object_id` the mailbox is known by the same id, whether looked up or not."""
        others = frozenset(each.casefold() for each in addresses)
        self._people.append(_Person(principal.casefold(), mailbox, object_id or mailbox.id, others))

    def set_state(self, principal: str, state: MailboxState) -> None:
        """From now on the person's mailbox is in that state."""
        next(each for each in self._people if each.is_called(principal)).state = state

    def put_group(self, group: str, members: Collection[str]) -> None:
        """Make or replace a group of people, by any of their names, and of other groups, by id."""
        self._groups[group] = frozenset(member.casefold() for member in members)

    def calendars_of(self, principal: str) -> Sequence[str]:
        """The names of a person's calendars, sorted."""
        return sorted(next(each for each in self._people if each.is_called(principal)).mailbox.calendars)

    async def find_mailbox(self, address: str, lookup: PrincipalLookup = PrincipalLookup.DIRECTORY) -> Mailbox:
        self._answer()
        asks = lookup is PrincipalLookup.DIRECTORY
        person = self._ask_for(address) if asks else self._called(address)
        self._check(person, asks=asks)
        state = person.mailbox.state if person.state is MailboxState.READY else person.state
        return replace(
            person.mailbox,
            id=person.object_id if asks else person.mailbox.id,
            state=state if self.may_read_mailbox_settings else MailboxState.READY,
        )

    async def create_calendar(self, mailbox: str, name: str) -> str:
        self._answer()
        person = self._called(mailbox)
        self._check(person, asks=False)
        known = {each.casefold(): calendar for each, calendar in person.mailbox.calendars.items()}
        if name.casefold() in known:
            return known[name.casefold()]
        self._made += 1
        made = f"made-{self._made}"
        person.mailbox = replace(person.mailbox, calendars={**person.mailbox.calendars, name: made})
        if self._outlook is not None:
            self._outlook.open_calendar(mailbox, made)
        if self.replies_to_lose:
            self.replies_to_lose -= 1
            raise TryAgain("no reply")
        return made

    async def is_member(self, group: str, mailbox: str) -> bool:
        self._answer()
        self.queries += 1
        if not (self.may_read_users and self.may_read_groups):
            raise Refused("group membership may not be asked")
        if group not in self._groups:
            raise Refused("there is no group with this object id")
        person = self._called(mailbox)
        seen: set[str] = set()
        waiting = [group]
        while waiting:
            one = waiting.pop()
            if one in self._groups and one not in seen:
                seen.add(one)
                waiting += self._groups[one]
            elif person.is_called(one):
                return True
        return False

    def _answer(self) -> None:
        if self.unavailable:
            raise TryAgain("no answer")

    def _called(self, name: str) -> _Person:
        for person in self._people:
            if person.is_called(name):
                return person
        raise MailboxRefused(MailboxState.MISSING, "no user answers to this address")

    def _ask_for(self, address: str) -> _Person:
        self.queries += 1
        if not self.may_read_users:
            raise MailboxRefused(MailboxState.BLOCKED, "the directory may not be asked")
        named = [each for each in self._people if each.is_called(address)]
        found = named or [each for each in self._people if address.casefold() in each.addresses]
        if len(found) > 1:
            raise MailboxRefused(MailboxState.AMBIGUOUS, "more than one user answers to this address")
        return found[0] if found else self._called(address)

    @staticmethod
    def _check(person: _Person, *, asks: bool) -> None:
        state = person.state
        if state is MailboxState.ON_PREMISES and not asks:
            # Only the directory tells these apart.
            state = MailboxState.UNLICENSED
        if not state.answers:
            raise MailboxRefused(state, f"the mailbox is {state}")
