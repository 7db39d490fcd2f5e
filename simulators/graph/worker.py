"""What the owner of a mailbox does in Outlook: edits without a token, with ordinary notifications."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from simulators.graph.errors import bad_request
from simulators.graph.invitations import Answer, Invitations
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import Calendar, StoredEvent
from simulators.graph.series import split_series
from simulators.graph.simulator import Simulator


class Action(BaseModel):
    """One deed of the worker."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    action: Literal[
        "create",
        "patch",
        "delete",
        "undelete",
        "purge",
        "move",
        "copy",
        "touch",
        "accept",
        "tentativelyAccept",
        "decline",
        "cancel",
        "split",
    ]
    id: str | None = None
    """Of the event or occurrence, in either format; not for create."""
    event: dict[str, Any] = {}
    """Graph properties for create, patch and split."""
    calendar: str | None = None
    """Id or name; None: the default calendar."""
    organizer: dict[str, Any] | None = None
    """With create: someone else invited the worker."""
    removes: bool = False
    """With decline: the event goes to Deleted Items, too."""


_ANSWERS: dict[str, Answer] = {
    "accept": "accepted",
    "tentativelyAccept": "tentativelyAccepted",
    "decline": "declined",
}


class Worker:
    """Carries the deeds out."""

    def __init__(self, simulator: Simulator) -> None:
        self._events = simulator.events
        self._store = simulator.store
        self._invitations = Invitations(simulator.store, simulator.events)

    def act(self, mailbox: Mailbox, action: Action) -> tuple[StoredEvent | None, date | None]:
        """Do it and return the event, with the day when one occurrence was meant; None when it is gone for good.

        Raises: GraphRefusal when Outlook would not allow it.
        """
        if action.action == "create":
            return self._create(mailbox, action), None
        if action.id is None:
            raise bad_request(f"{action.action} needs the id of an event.")
        event, key = mailbox.find_event(action.id, shows_deleted=True)
        match action.action:
            case "patch":
                return self._events.change(mailbox, event, action.event, key.day), key.day
            case "delete":
                self._events.delete(mailbox, event, key.day)
            case "undelete":
                self._events.undelete(mailbox, event)
            case "purge":
                self._store.purge_event(mailbox, event)
                return None, None
            case "move":
                self._events.move(mailbox, event, self._calendar(mailbox, action.calendar))
            case "copy":
                return self._events.copy(mailbox, event, self._calendar(mailbox, action.calendar)), None
            case "accept" | "tentativelyAccept" | "decline":
                answered = self._invitations.answer(mailbox, event, _ANSWERS[action.action], key.day)
                if action.removes and action.action == "decline":
                    self._events.delete(mailbox, answered, key.day)
            case "cancel":
                self._invitations.cancel(mailbox, event, key.day)
            case "split":
                return self._split(mailbox, event, key.day, action), None
            case "touch":
                self._events.touch(mailbox, event)
        return mailbox.events[event.uid], key.day

    def _create(self, mailbox: Mailbox, action: Action) -> StoredEvent:
        return self._events.create(
            mailbox,
            self._calendar(mailbox, action.calendar),
            action.event,
            transaction_id=action.event.get("transactionId"),
            organizer=action.organizer,
        )

    def _split(self, mailbox: Mailbox, event: StoredEvent, day: date | None, action: Action) -> StoredEvent:
        if day is None:
            raise bad_request("split needs the id of an occurrence.")
        following = split_series(self._store, mailbox, event, day)
        return self._events.change(mailbox, following, action.event) if action.event else following

    @staticmethod
    def _calendar(mailbox: Mailbox, wanted: str | None) -> Calendar:
        by_name = [each for each in mailbox.calendars.values() if each.name == wanted]
        return by_name[0] if by_name else mailbox.find_calendar(wanted)
