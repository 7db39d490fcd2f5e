"""Read what was done for a resource, newest first, all of it or of one appointment; each call within bounds."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sync_core.domain.appointment import AppointmentKey
from sync_core.domain.errors import Refused
from sync_core.domain.identity import PairId, appointment_of_pair, pair_of_appointment
from sync_core.domain.plan import CreateEvent, DeleteEvent, UpdateEvent
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Address, ByAppointment, Family, JournalEntry, JournalPage, LinkRow
from sync_core.ports import Ports

# Pages of the journal that one call reads, and how many of them at a time.
MOST_PAGES = 1_000
_AT_A_TIME = 100
_AS_EVENT = (CreateEvent, UpdateEvent, DeleteEvent)
Wanted = Callable[[JournalEntry], bool]


@dataclass(frozen=True, slots=True)
class Stretch:
    """At most `limit` entries from `begin_at` up to but not including `end_at`, the newest or those from `place` on."""

    begin_at: datetime | None = None
    end_at: datetime | None = None
    limit: int = 100
    place: str | None = None

    @property
    def is_of_all_time(self) -> bool:
        return self.begin_at is None and self.end_at is None


@dataclass(frozen=True, slots=True)
class Deed:
    """An entry, when it was committed, and of which appointment it tells, if the board shows it."""

    at: datetime
    entry: JournalEntry
    key: AppointmentKey | None


@dataclass(frozen=True, slots=True)
class Deeds:
    """Some entries, newest first; `place` is where to go on, None after the last."""

    deeds: tuple[Deed, ...]
    place: str | None


async def read_journal(ports: Ports, resource: ResourceId, stretch: Stretch) -> Deeds | None:
    """What was done for a resource; None if neither it nor a journal of it is known.

    Raises:
        Refused: the place is none that was given.
        TryAgain: storage does not answer.
    """
    if not await _is_known(ports, resource):
        return None
    found, end = await _read(ports, resource, stretch, lambda _: True)
    return Deeds(await _with_keys(ports, resource, found), end.write() if end else None)


async def read_history(
    ports: Ports, resource: ResourceId, keys: Sequence[AppointmentKey], stretch: Stretch
) -> Deeds | None:
    """What was done to any of these appointments, or to the event behind one; None if all the journal tells of none.

    There is no index of the journal by appointment: fewer than `limit`, even none, may come before the end.

    Raises:
        Refused: the place is none that was given.
        TryAgain: storage does not answer.
    """
    if not await _is_known(ports, resource):
        return None
    blocks = await ports.rows.get(resource, [(Family.BY_APPOINTMENT, key.kind, key.id) for key in keys])
    pairs = {pair_of_appointment(key) for key in keys}
    pairs |= {row.pair for row in blocks.values() if isinstance(row, ByAppointment)}
    # The index goes when a resource leaves; what was written to the board names its block for itself.
    found, end = await _read(ports, resource, stretch, lambda entry: entry.pair in pairs or _key_of(entry) in keys)
    begin = _Place.read(stretch.place)
    has_told = bool(found) or (begin is not None and begin.has_told)
    if end is None and not has_told and stretch.is_of_all_time:
        return None
    return Deeds(await _with_keys(ports, resource, found), end.write(has_told=has_told) if end else None)


@dataclass(frozen=True, slots=True)
class _Place:
    """Behind so many entries of one page; `has_told` if anything was found before."""

    stamp: str
    unique: str
    told: int
    has_told: bool = False

    @property
    def address(self) -> Address:
        return (Family.JOURNAL, self.stamp, self.unique)

    @classmethod
    def behind(cls, page: JournalPage, told: int) -> "_Place":
        _, stamp, unique = page.address
        return cls(stamp, unique, told)

    @classmethod
    def read(cls, place: str | None) -> "_Place | None":
        if place is None:
            return None
        parts = place.split(" ")
        if len(parts) != 4 or not parts[2].isascii() or not parts[2].isdecimal() or len(parts[2]) > 6:
            raise Refused("the place to go on from is none that was given")
        return cls(parts[0], parts[1], int(parts[2]), parts[3] == "1")

    def write(self, *, has_told: bool = False) -> str:
        return f"{self.stamp} {self.unique} {self.told} {int(has_told)}"


async def _is_known(ports: Ports, resource: ResourceId) -> bool:
    if await ports.rows.get(resource, [(Family.PROFILE,)]):
        return True
    # Of one that was taken off the list the journal stays for its time.
    return bool(await ports.rows.scan(resource, (Family.JOURNAL,), limit=1))


async def _read(
    ports: Ports, resource: ResourceId, stretch: Stretch, is_wanted: Wanted
) -> tuple[list[tuple[datetime, JournalEntry]], _Place | None]:
    """What is wanted, and where to go on."""
    found: list[tuple[datetime, JournalEntry]] = []
    begin, read = _Place.read(stretch.place), 0
    async for page in _pages(ports, resource, stretch, begin):
        skipped = begin.told if begin is not None and page.address == begin.address else 0
        for told, entry in enumerate(reversed(page.entries), 1):
            if told > skipped and is_wanted(entry):
                found.append((page.at, entry))
                if len(found) == stretch.limit:
                    return found, _Place.behind(page, told)
        # The page of the place was counted before: each call gets on by one page at least.
        read += begin is None or page.address != begin.address
        if read == MOST_PAGES:
            return found, _Place.behind(page, len(page.entries))
    return found, None


async def _pages(
    ports: Ports, resource: ResourceId, stretch: Stretch, begin: _Place | None
) -> AsyncIterator[JournalPage]:
    """The pages of a span, newest first, the one of the place once more, since some of it may be untold."""
    after: Address | None = None
    if begin is not None:
        after = begin.address
        for row in (await ports.rows.get(resource, [after])).values():
            if isinstance(row, JournalPage):
                yield row
    elif stretch.end_at is not None:
        # Pages of the same millisecond lie behind it.
        after = JournalPage(stretch.end_at, "", ()).address[:2]
    while rows := await ports.rows.scan(resource, (Family.JOURNAL,), after, min(stretch.limit, _AT_A_TIME)):
        for row in rows:
            if not isinstance(row, JournalPage) or (stretch.end_at is not None and row.at >= stretch.end_at):
                continue
            if stretch.begin_at is not None and row.at < stretch.begin_at:
                return
            yield row
        after = rows[-1].address


async def _with_keys(
    ports: Ports, resource: ResourceId, found: Sequence[tuple[datetime, JournalEntry]]
) -> tuple[Deed, ...]:
    """The entries with their appointments, which links tell of what was born in Outlook."""
    unnamed: dict[PairId, None] = {entry.pair: None for _, entry in found if _key_of(entry) is None}
    rows = await ports.rows.get(resource, [(Family.LINK, pair) for pair in unnamed]) if unnamed else {}
    linked = {row.link.pair: row.link.appointment for row in rows.values() if isinstance(row, LinkRow)}
    return tuple(Deed(at, entry, _key_of(entry) or linked.get(entry.pair)) for at, entry in found)


def _key_of(entry: JournalEntry) -> AppointmentKey | None:
    operation = entry.operation
    if operation is not None and not isinstance(operation, _AS_EVENT):
        return operation.key
    return appointment_of_pair(entry.pair)
