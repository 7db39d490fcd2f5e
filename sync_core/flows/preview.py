"""Say what other choices would do to what exists, by deciding every pair under them; nothing outside is asked.

What links remember is decided, so an edit that nobody has read yet is not seen: the walk itself looks at each event.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sync_core.domain.choices import Choices
from sync_core.domain.identity import PairId, pair_of_appointment
from sync_core.domain.link import Link
from sync_core.domain.plan import CreateEvent, DeleteEvent, UpdateEvent
from sync_core.domain.profile import CalendarUse, Profile
from sync_core.domain.resource import CalendarRef
from sync_core.domain.stored import Address, BoardInbox, Family, LinkRow
from sync_core.domain.terms import Terms
from sync_core.flows.cases import CaseMaker, Draft
from sync_core.flows.deciding import decide, policy_for
from sync_core.flows.desk import terms_of
from sync_core.flows.mailboxes import with_former
from sync_core.flows.settings_change import SERVED, Turn, is_concerned, planning_of, turn_to
from sync_core.ports import Ports

MOST_PAIRS = 20_000
_PAGE = 1000
_NOT_YET_MADE = "~"
_WRITES_EVENT = (CreateEvent, UpdateEvent, DeleteEvent)
_Known = tuple[PairId, Draft, Link | None]


@dataclass(frozen=True, slots=True)
class Effects:
    """How many resources would be walked, how many events written: `at_least` where not every pair was looked at."""

    resources: int
    events: int
    at_least: bool = False


async def preview_settings(ports: Ports, choices: Choices, most: int = MOST_PAIRS) -> Effects:
    """Count what a change to these choices would do; at most so many pairs are looked at.

    Raises:
        Refused: the pilot's group cannot be asked.
        TryAgain: directory or storage do not answer.
    """
    before = (await ports.tenant.read()).choices
    if choices == before:
        return Effects(0, 0)
    profiles = [row.profile for row in await ports.rows.list_profiles() if row.profile.participation in SERVED]
    turn = await turn_to(ports, before, choices, profiles)
    concerned = [profile for profile in profiles if is_concerned(ports, turn, profile)]
    counting = _Counting(ports, turn, most)
    for profile in concerned:
        await counting.count(profile)
    return Effects(len(concerned), counting.events, counting.is_cut)


class _Counting:
    def __init__(self, ports: Ports, turn: Turn, most: int) -> None:
        self.ports = ports
        self.turn = turn
        self.left = most
        self.events = 0
        self.is_cut = False
        self.now: datetime = ports.clock.now()

    async def count(self, profile: Profile) -> None:
        """Add what would be written for one resource."""
        becoming = _with_planning(self.turn, self.turn.becoming(profile))
        terms = terms_of(self.ports, becoming, self.turn.after)
        if not (terms.takes_part or terms.is_paused):
            return  # who leaves the pilot keeps what there is
        maker = CaseMaker(terms, self.now)
        waiting = await self._waiting(profile, terms)
        after: Address | None = None
        while not self.is_cut:
            rows = await self.ports.rows.scan(profile.resource, (Family.LINK,), after, _PAGE)
            links = [row.link for row in rows if isinstance(row, LinkRow)]
            known: list[_Known] = [(link.pair, waiting.pop(link.pair, Draft()), link) for link in links]
            self._decide(maker, terms, known)
            if len(rows) < _PAGE:
                break
            after = rows[-1].address
        self._decide(maker, terms, [(pair, draft, None) for pair, draft in waiting.items()])

    async def _waiting(self, profile: Profile, terms: Terms) -> dict[PairId, Draft]:
        """What the board said while the resource took no part; for others the inbox is as good as empty."""
        if not terms.takes_part or terms_of(self.ports, profile, self.turn.before).takes_part:
            return {}
        pending = await self.ports.rows.read_pending(profile.resource)
        drafts: dict[PairId, Draft] = {}
        for row in pending.rows:
            if isinstance(row, BoardInbox):
                draft = drafts.setdefault(pair_of_appointment(row.key), Draft(key=row.key))
                draft.board_rows.append(row)
        return drafts

    def _decide(self, maker: CaseMaker, terms: Terms, known: Sequence[_Known]) -> None:
        self.is_cut |= len(known) > self.left
        for pair, draft, link in known[: self.left]:
            case = maker.case_of(pair, draft, link, {})
            if case is not None:
                plan = decide(case, policy_for(case, terms, self.now), self.now)
                self.events += any(isinstance(operation, _WRITES_EVENT) for operation in plan.operations)
        self.left -= min(len(known), self.left)


def _with_planning(turn: Turn, profile: Profile) -> Profile:
    """The profile with the calendar that the choices would make for it, under a name that no calendar has."""
    before, after = planning_of(profile, turn.before), planning_of(profile, turn.after)
    main = profile.main_calendar
    if before == after or main is None:
        return profile
    others = list(_others(profile, is_made=bool(before)))
    if after:
        others = [CalendarUse(CalendarRef(main.ref.mailbox, _NOT_YET_MADE)), *others]
    return with_former(profile, replace(profile, calendars=tuple(others)))


def _others(profile: Profile, *, is_made: bool) -> Iterator[CalendarUse]:
    """Its calendars but for the one that was made for it by choice."""
    yield from profile.calendars[1:] if is_made else profile.calendars
