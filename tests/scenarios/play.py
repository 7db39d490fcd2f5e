"""A scenario while it is played: who and what its names mean on both sides of the running app."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tests.scenarios.said import Text, refuse
from tests.scenarios.stage import Stage
from tests.scenarios.team import Member
from tests.scenarios.times import Almanac, When

Json = Mapping[str, Any]
PLURALS = {"appointment": "appointments", "unavailability": "unavailabilities", "workingDay": "working-days"}


@dataclass(slots=True)
class Play:
    """The stage, the members by name, what the board's entries are called, and whose each mailbox is, by its name.

    `is_disturbed` while something outside is down, so that what is under way need not come to an end;
    `is_cut_off` while neither side is told anything.
    """

    stage: Stage
    almanac: Almanac
    members: dict[str, Member]
    entries: dict[str, tuple[str, str]] = field(default_factory=dict)
    boxes: dict[str, Member] = field(default_factory=dict)
    unique: str = ""
    is_disturbed: bool = False
    is_cut_off: bool = False
    mails: int = 0
    pulled: Counter[str] = field(default_factory=Counter)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def ids(self) -> list[str]:
        return [member.id for member in self.members.values()]

    def member(self, name: Text | None) -> Member:
        """The member of that name; the only one, or the first, where nobody is named."""
        if name is None:
            return next(iter(self.members.values()))
        if name not in self.members:
            raise refuse(name, f"{name!r} is not in the team: {', '.join(self.members)}")
        return self.members[name]

    def named(self, names: Sequence[Text] | None) -> list[Member]:
        """The members of these names; the first where none is given, nobody for the word nobody."""
        if names is not None and list(names) == ["nobody"]:
            return []
        return [self.member(name) for name in names] if names else [self.member(None)]

    def when(self, text: str, member: Member) -> When:
        return self.almanac.read(text, member.clock)

    def create(self, collection: str, subject: str, entry: Json) -> None:
        """Enter something on the board."""
        made = self.stage.ask_board("POST", PLURALS[collection], {"id": self.fresh_id(), **entry})
        self.name_entry(subject, collection, made)

    def name_entry(self, subject: str, collection: str, entry: Json) -> None:
        """Remember what an entry of the board is called."""
        self.entries[subject] = (collection, entry["id"])

    def entry(self, subject: Text) -> tuple[str, str]:
        """The collection and id of an entry: one that was named, or a block by its title.

        Raises:
            NotAScenario: the board has none of that name.
        """
        if subject in self.entries:
            return self.entries[subject]
        for block in self.board()["unavailabilities"]:
            if block["resource"]["id"] in self.ids and block.get("title") == subject:
                return "unavailability", block["id"]
        raise refuse(subject, f"the board has nothing named {subject!r}")

    def path(self, subject: Text) -> str:
        """Where the board's control API has an entry."""
        collection, entry = self.entry(subject)
        return f"{PLURALS[collection]}/{quote(entry, safe='')}"

    def board(self) -> Json:
        """Everything on the board."""
        shown: Json = self.stage.ask_board("GET", "board")
        return shown

    def appointment(self, subject: Text) -> Json:
        """An appointment as the board shows it.

        Raises:
            NotAScenario: it is not there.
        """
        _, key = self.entry(subject)
        found: Json | None = next((each for each in self.board()["appointments"] if each["id"] == key), None)
        if found is None:
            raise refuse(subject, f"the board has no appointment {subject!r} any more")
        return found

    def act(self, member: Member, action: str, **what: object) -> Json:
        """Do something in the mailbox of a member."""
        path = f"mailboxes/{quote(member.mailbox)}/events"
        done: Json = self.stage.ask_graph("POST", path, {"action": action, **what})
        return done

    def events(self, member: Member, *, with_deleted: bool = False) -> list[Json]:
        """The events of a member's mailbox, series as one."""
        found = self.stage.ask_graph("GET", f"mailboxes/{quote(member.mailbox)}/events")["value"]
        return [event for event in found if with_deleted or not event["deleted"]]

    def event(self, subject: Text, member: Member, *, is_deleted: bool = False, day: Text | None = None) -> Json:
        """The one event with that subject, or, with a day, the occurrence of that series on it.

        Raises:
            NotAScenario: there is none, or more than one.
        """
        if day is not None:
            return self._occurrence(subject, member, day)
        found = [
            event
            for event in self.events(member, with_deleted=is_deleted)
            if event["deleted"] == is_deleted and event["subject"] == subject
        ]
        if not found or (len(found) > 1 and not is_deleted):
            where = "Deleted Items" if is_deleted else "calendars"
            raise refuse(subject, f"{member.name}'s {where} hold {len(found)} events named {subject!r}")
        return found[-1]

    def _occurrence(self, subject: Text, member: Member, day: Text) -> Json:
        when = self.almanac.read(day, member.clock)
        start, end = (
            one if isinstance(one, datetime) else datetime(one.year, one.month, one.day, tzinfo=member.clock)
            for one in (when.start, when.end)
        )
        span = "&".join(f"{name}={in_utc(at)}Z" for name, at in (("from", start), ("to", end)))
        shown = self.stage.ask_graph("GET", f"mailboxes/{quote(member.mailbox)}/events?{span}")["value"]
        found = [event for event in shown if event["subject"] == subject]
        if len(found) != 1:
            raise refuse(subject, f"{member.name}'s {subject!r} has {len(found)} occurrences on {day}")
        occurrence: Json = found[0]
        return occurrence

    def fresh_id(self) -> str:
        """An id for an entry of the board, which no other scenario has."""
        return f"E-{self.unique}-{next(self._numbers)}"

    def mailbox_id(self, member: Member) -> str:
        """The directory id of a member's mailbox."""
        users = self.stage.ask_graph("GET", "users")["value"]
        return next(str(each["id"]) for each in users if each["userPrincipalName"] == member.mailbox)

    def open_box(self, member: Member) -> None:
        """Make a member's mailbox, if it is not there."""
        if not member.mailbox or member.box in self.boxes:
            return
        self.boxes[member.box] = member
        address = {"proxyAddresses": [f"SMTP:{member.mailbox}", f"smtp:{member.address}"]} if member.address else {}
        self.stage.ask_graph("POST", "users", {"name": member.mailbox, **member.person, **address})


def in_utc(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat()
