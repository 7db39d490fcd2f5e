"""The one place where the simulated tenant changes: each change is journaled, applied and told to whoever listens."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from simulators.graph.calendar_log import CalendarLog, Entry
from simulators.graph.clock import Clock
from simulators.graph.errors import user_not_found
from simulators.graph.journal import Journal
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import Calendar, Group, Person, StoredEvent
from simulators.graph.model_json import (
    read_calendar,
    read_event,
    read_group,
    read_person,
    write_calendar,
    write_event,
    write_group,
    write_person,
)
from simulators.graph.switches import Switches
from simulators.graph.wire import JsonObject

ChangeType = Literal["created", "updated", "deleted"]


@dataclass(frozen=True, slots=True)
class EventChange:
    """One change of one event in one calendar, as listeners hear of it."""

    mailbox: Mailbox
    event: StoredEvent
    calendar: int
    type: ChangeType


class Store:
    """Users, mailboxes and events, kept in memory and, when a state file is given, in its journal."""

    def __init__(self, clock: Clock, switches: Switches, state: Path | None = None) -> None:
        self.clock = clock
        self.switches = switches
        self.mailboxes: dict[str, Mailbox] = {}
        self.groups: dict[str, Group] = {}
        self.listeners: list[Callable[[EventChange], None]] = []
        self.readers: dict[str, Callable[[JsonObject], None]] = {
            "person": lambda line: self._apply_person(read_person(line["person"])),
            "group": lambda line: self._apply_group(read_group(line["group"])),
            "calendar": lambda line: self._apply_calendar(line["mailbox"], read_calendar(line["calendar"])),
            "calendar-removed": lambda line: self._apply_calendar_removed(line["mailbox"], line["number"]),
            "event": lambda line: self._apply_event(line["mailbox"], read_event(line["event"])),
            "purged": lambda line: self._apply_purged(line["mailbox"], line["uid"]),
            "epoch": lambda line: self._apply_epoch(line["mailbox"], line["epoch"]),
        }
        """How each kind of journal line is applied; other parts add theirs before `load`."""
        self.journal = Journal(state)
        self._version = 0
        self._by_name: dict[str, str] = {}

    def load(self) -> bool:
        """Replay the journal; return whether there was anything in it."""
        found = False
        for line in self.journal.replay():
            found = True
            self.readers[line["kind"]](line)
        return found

    def next_version(self) -> int:
        """Return a number higher than any before, across the tenant."""
        self._version += 1
        return self._version

    def find_mailbox(self, user: str) -> Mailbox:
        """Return the mailbox of a directory id or user principal name; other mail addresses are no path keys.

        Raises: GraphRefusal when the directory has no such user.
        """
        mailbox = self.mailboxes.get(self._by_name.get(user.lower(), ""))
        if mailbox is None or mailbox.owner.state == "deleted":
            raise user_not_found(user)
        return mailbox

    def find_any_mailbox(self, user: str) -> Mailbox:
        """Return the mailbox even of a deleted user. Raises: GraphRefusal when there never was one."""
        mailbox = self.mailboxes.get(self._by_name.get(user.lower(), ""))
        if mailbox is None:
            raise user_not_found(user)
        return mailbox

    def put_person(self, person: Person) -> Mailbox:
        """Add a user, with a default calendar, or change one."""
        self.journal.append({"kind": "person", "person": write_person(person)})
        self._apply_person(person)
        mailbox = self.mailboxes[person.id]
        if not mailbox.calendars:
            self.put_calendar(mailbox, Calendar(1, "Calendar", self.next_version(), is_default=True))
        return mailbox

    def put_group(self, group: Group) -> None:
        """Add a group or replace one."""
        self.journal.append({"kind": "group", "group": write_group(group)})
        self._apply_group(group)

    def put_calendar(self, mailbox: Mailbox, calendar: Calendar) -> None:
        self.journal.append({"kind": "calendar", "mailbox": mailbox.id, "calendar": write_calendar(calendar)})
        self._apply_calendar(mailbox.id, calendar)

    def remove_calendar(self, mailbox: Mailbox, calendar: Calendar) -> None:
        """Remove the calendar; its events go to Deleted Items first."""
        for event in mailbox.living_events(calendar):
            self.put_event(mailbox, replace(event, is_deleted=True, placed=event.placed + 1))
        self.journal.append({"kind": "calendar-removed", "mailbox": mailbox.id, "number": calendar.number})
        self._apply_calendar_removed(mailbox.id, calendar.number)

    def put_event(self, mailbox: Mailbox, event: StoredEvent) -> StoredEvent:
        """Store a new or changed event under a new version and return it as stored."""
        event = replace(event, version=self.next_version(), modified_at=self.clock.now())
        if self.journal.is_kept:
            self.journal.append({"kind": "event", "mailbox": mailbox.id, "event": write_event(event)})
        self._apply_event(mailbox.id, event)
        return event

    def purge_event(self, mailbox: Mailbox, event: StoredEvent) -> None:
        """Remove the event for good, as permanentDelete does."""
        if not event.is_deleted:
            event = self.put_event(mailbox, replace(event, is_deleted=True, placed=event.placed + 1))
        self.journal.append({"kind": "purged", "mailbox": mailbox.id, "uid": event.uid})
        self._apply_purged(mailbox.id, event.uid)

    def evict_tokens(self, mailbox: Mailbox) -> None:
        """Forget every delta token this mailbox has given out."""
        epoch = self.next_version()
        self.journal.append({"kind": "epoch", "mailbox": mailbox.id, "epoch": epoch})
        self._apply_epoch(mailbox.id, epoch)

    def clear(self) -> None:
        """Forget everything, the journal too; versions go on, so that nothing old looks new."""
        self.journal.clear()
        self.mailboxes.clear()
        self.groups.clear()
        self._by_name.clear()

    def _apply_person(self, person: Person) -> None:
        mailbox = self.mailboxes.setdefault(person.id, Mailbox(person))
        self._by_name.pop(mailbox.owner.user_principal_name.lower(), None)
        mailbox.owner = person
        self._by_name[person.id.lower()] = person.id
        self._by_name[person.user_principal_name.lower()] = person.id

    def _apply_group(self, group: Group) -> None:
        self.groups[group.id] = group

    def _apply_calendar(self, mailbox_id: str, calendar: Calendar) -> None:
        mailbox = self.mailboxes[mailbox_id]
        self._version = max(self._version, calendar.version)
        mailbox.calendars[calendar.number] = calendar
        mailbox.logs.setdefault(calendar.number, CalendarLog())

    def _apply_calendar_removed(self, mailbox_id: str, number: int) -> None:
        del self.mailboxes[mailbox_id].calendars[number]
        del self.mailboxes[mailbox_id].logs[number]

    def _apply_event(self, mailbox_id: str, event: StoredEvent) -> None:
        mailbox = self.mailboxes[mailbox_id]
        before = mailbox.events.get(event.uid)
        self._version = max(self._version, event.version)
        mailbox.events[event.uid] = event
        if before is None and event.transaction_id:
            mailbox.transactions.setdefault(event.transaction_id, []).append(event.uid)
        was_in = before.calendar if before and not before.is_deleted else None
        is_in = None if event.is_deleted else event.calendar
        visible_at = event.modified_at + self.switches.lag
        if was_in is not None and was_in != is_in and before is not None:
            mailbox.logs[was_in].write(Entry(event.version, before, is_here=False), visible_at)
            self._tell(EventChange(mailbox, before, was_in, "deleted"))
        if is_in is not None:
            mailbox.logs[is_in].write(Entry(event.version, event, is_here=True), visible_at)
            self._tell(EventChange(mailbox, event, is_in, "updated" if was_in == is_in else "created"))

    def _apply_purged(self, mailbox_id: str, uid: int) -> None:
        self.mailboxes[mailbox_id].events.pop(uid, None)

    def _apply_epoch(self, mailbox_id: str, epoch: int) -> None:
        self._version = max(self._version, epoch)
        self.mailboxes[mailbox_id].token_epoch = epoch

    def _tell(self, change: EventChange) -> None:
        for listener in self.listeners:
            listener(change)
