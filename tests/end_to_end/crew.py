"""People that no other test knows: resources with mailboxes of their own, and what happens on both sides of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from sync_core.domain.resource import Direction
from tests.end_to_end.depot import Depot, request_for
from tests.end_to_end.stack import Stack
from tests.services import wait_until

Event = Mapping[str, Any]
Placed = Counter[tuple[str, str, datetime]]


def day(number: int = 0, hour: int = 9) -> datetime:
    """Return an hour of one of the coming days; 0 is the day after tomorrow, well within every window."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=2 + number, hours=hour)


@dataclass(frozen=True, slots=True)
class Crew:
    """Some resources, by their ids; the mailbox of each is named after it."""

    stack: Stack
    depot: Depot
    resources: Sequence[str]

    @classmethod
    def hire(
        cls,
        stack: Stack,
        depot: Depot,
        name: str,
        count: int,
        *,
        is_enlisted: bool = True,
        direction: Direction = Direction.BOTH,
    ) -> "Crew":
        """Make resources and mailboxes, enlist them and have Graph notify of them."""
        crew = cls(stack, depot, [f"R-{name}-{number}" for number in range(count)])
        for resource in crew.resources:
            stack.ask_graph("POST", "users", {"name": mailbox_of(resource)})
        stack.seat([{"id": each, "name": each, "email": mailbox_of(each)} for each in crew.resources])
        if is_enlisted:
            crew.enlist(direction)
        return crew

    def enlist(self, direction: Direction = Direction.BOTH) -> None:
        """Make all of them take part, and wait until their calendars were read and are watched."""
        self.depot.enlist([request_for(each, mailbox_of(each), direction) for each in self.resources])
        self.stack.run_timer("renew_subscriptions")
        self.wait_until_settled()

    def plan(self, subject: str, start: datetime, *resources: str, minutes: int = 60) -> str:
        """Plan an appointment, on the first of the crew if nobody is named, and return its id."""
        appointment = {
            "subject": subject,
            "start": start.isoformat(),
            "minutes": minutes,
            "resources": list(resources or self.resources[:1]),
        }
        return str(self.stack.ask_board("POST", "appointments", appointment)["id"])

    def plan_many(self, count: int) -> list[str]:
        """Plan that many appointments in one go, evenly over the crew, each under a subject of its own."""
        wanted = [
            {
                "subject": f"job {number}",
                "start": day(number // len(self.resources) % 60, 6 + number % 12).isoformat(),
                "resources": [self.resources[number % len(self.resources)]],
            }
            for number in range(count)
        ]
        return [each["id"] for each in self.stack.ask_board("POST", "appointments", wanted)]

    def move(self, appointment: str, start: datetime) -> None:
        """Move an appointment in time."""
        self.stack.ask_board("POST", f"appointments/{appointment}/move", {"start": start.isoformat()})

    def assign(self, appointment: str, *resources: str) -> None:
        """Plan an appointment on exactly these resources; with none it is un-planned."""
        self.stack.ask_board("POST", f"appointments/{appointment}/assign", {"resources": list(resources)})

    def act(self, resource: str, action: str, **what: object) -> Event:
        """Do something in the Outlook of a resource."""
        path = f"mailboxes/{quote(mailbox_of(resource))}/events"
        done: Event = self.stack.ask_graph("POST", path, {"action": action, **what})
        return done

    def every_event(self, resource: str | None = None) -> list[Event]:
        """Return all events there ever were, deleted ones too, of one resource or of the whole crew."""
        found = []
        for each in [resource] if resource else self.resources:
            found += self.stack.ask_graph("GET", f"mailboxes/{quote(mailbox_of(each))}/events")["value"]
        return found

    def events(self, resource: str | None = None) -> list[Event]:
        """Return the living events of one resource, or of the whole crew."""
        return [event for event in self.every_event(resource) if not event["deleted"]]

    def event(self, subject: str, resource: str | None = None) -> Event | None:
        """Return the one living event with this subject, None if there is none."""
        found = [event for event in self.events(resource) if event["subject"] == subject]
        assert len(found) < 2, f"{len(found)} events named {subject!r}"
        return found[0] if found else None

    def await_event(self, subject: str, start: datetime, resource: str | None = None, seconds: float = 20) -> Event:
        """Wait for the one event with this subject at this time."""

        def found() -> Event | None:
            event = self.event(subject, resource)
            return event if event and datetime.fromisoformat(event["start"]) == start else None

        return wait_until(found, f"an event {subject!r} at {start}", seconds)

    def appointment(self, appointment: str) -> Mapping[str, Any] | None:
        """Return an appointment as the board shows it."""
        shown = self.stack.ask_board("GET", "board")["appointments"]
        return next((each for each in shown if each["id"] == appointment), None)

    def blocks(self, resource: str) -> list[Mapping[str, Any]]:
        """Return what the board shows as blocked on a resource."""
        shown = self.stack.ask_board("GET", "board")["unavailabilities"]
        return [each for each in shown if each["resource"]["id"] == resource]

    def placed_on_the_board(self) -> Placed:
        """Return on whom of the crew the board has planned which subject, and when."""
        return Counter(
            (resource["id"], each["subject"], datetime.fromisoformat(each["start"]))
            for each in self.stack.ask_board("GET", "board")["appointments"]
            for resource in each["resources"]
            if resource["id"] in self.resources
        )

    def placed_in_outlook(self) -> Placed:
        """Return which subject stands in whose calendar, and when."""
        return Counter(
            (resource, event["subject"], datetime.fromisoformat(event["start"]))
            for resource in self.resources
            for event in self.events(resource)
        )

    def wait_until_settled(self) -> None:
        """Wait until nothing that the crew received or announced is left undone."""
        self.depot.wait_until_settled(self.resources)

    def wait_until_quiet(self) -> None:
        """Wait until the app has done everything, and throw away the bells that are only to look once more later."""
        wait_until(self.seems_quiet, "nothing is under way")
        self.depot.drop_bells()
        for resource in self.resources:
            self.depot.ring(resource)  # what a bell thrown away would have found
        looks = iter(range(5))

        def is_quiet() -> bool:
            nonlocal looks
            if not self.seems_quiet():
                looks = iter(range(5))
            return next(looks, None) is None

        wait_until(is_quiet, "nothing is under way any more")
        self.depot.drop_bells()

    def seems_quiet(self) -> bool:
        """Whether nothing is under way for the crew at this moment."""
        return not (self.stack.is_at_work() or self.depot.in_flight(self.resources) or self.depot.bells())

    def subjects(self) -> Counter[str]:
        """Return how often each subject stands in the crew's calendars."""
        return Counter(event["subject"] for event in self.events())


def event_times(start: datetime, minutes: int = 60) -> dict[str, object]:
    """Return the times of an event as Graph takes them."""
    return {
        name: {"dateTime": at.replace(tzinfo=None).isoformat(), "timeZone": "UTC"}
        for name, at in (("start", start), ("end", start + timedelta(minutes=minutes)))
    }


def mailbox_of(resource: str) -> str:
    """Return the address of a crew member."""
    return f"{resource.lower()}@tandem.example"
