"""What a planner does at the board and a worker does in Outlook, and what each of them sees there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from devtools.calls import call


@dataclass(frozen=True, slots=True)
class Planner:
    """Works at the simulated board, through `simulators/board`'s control routes."""

    board: str

    def seat(self, resources: Sequence[Mapping[str, str]]) -> None:
        """Make these the board's resources."""
        call("PUT", f"{self.board}/_control/resources?announce=false", resources)

    def plan(self, subject: str, start: datetime, minutes: int, *resources: str) -> str:
        """Plan an appointment and return its id."""
        body = {
            "subject": subject,
            "start": start.isoformat(),
            "minutes": minutes,
            "resources": [{"id": resource} for resource in resources],
        }
        return str(call("POST", f"{self.board}/_control/appointments", body)["id"])

    def move(self, appointment: str, start: datetime) -> None:
        """Move it in time; its length stays."""
        call("POST", f"{self.board}/_control/appointments/{appointment}/move", {"start": start.isoformat()})

    def assign(self, appointment: str, *resources: str) -> None:
        """Plan it on exactly these resources."""
        body = {"resources": [{"id": resource} for resource in resources]}
        call("POST", f"{self.board}/_control/appointments/{appointment}/assign", body)

    def unplan(self, appointment: str) -> None:
        """Take it off every resource."""
        call("POST", f"{self.board}/_control/appointments/{appointment}/unplan", {})

    def enter_absence(self, resource: str, title: str, start: datetime, minutes: int) -> str:
        """Enter a vacation and return its id."""
        body = {
            "resource": {"id": resource},
            "kind": "vacation",
            "title": title,
            "start": start.isoformat(),
            "minutes": minutes,
        }
        return str(call("POST", f"{self.board}/_control/unavailabilities", body)["id"])

    def end_absence(self, absence: str) -> None:
        """Delete an unavailability."""
        call("DELETE", f"{self.board}/_control/unavailabilities/{absence}")

    def has_told_everything(self) -> bool:
        """Whether every webhook of the board was taken in."""
        return bool(call("GET", f"{self.board}/_control/counters")["pending"] == 0)

    def board_as_shown(self) -> Mapping[str, Any]:
        """Return everything that the board shows now."""
        shown: Mapping[str, Any] = call("GET", f"{self.board}/_control/board")
        return shown

    def appointment(self, appointment: str) -> Mapping[str, Any] | None:
        """Return an appointment as the board shows it now."""
        return next((each for each in self.board_as_shown()["appointments"] if each["id"] == appointment), None)

    def absences_of(self, resource: str) -> list[Mapping[str, Any]]:
        """Return the unavailabilities of a resource."""
        return [each for each in self.board_as_shown()["unavailabilities"] if each["resource"]["id"] == resource]

    def absences(self, resource: str, start: datetime) -> list[Mapping[str, Any]]:
        """Return the unavailabilities of a resource that begin at this moment."""
        return [each for each in self.absences_of(resource) if starts_at(each, start)]

    def open_questions(self, appointment: str) -> list[str]:
        """Return the ids of the proposals about an appointment that nobody has answered."""
        proposals = self.board_as_shown()["proposals"]
        open_ones = [each for each in proposals if each["state"] == "open"]
        return [each["id"] for each in open_ones if each["appointment"]["id"] == appointment]

    def accept(self, proposal: str) -> None:
        """Agree to a proposal."""
        call("POST", f"{self.board}/_control/proposals/{proposal}/accept", {})

    def decline(self, proposal: str) -> None:
        """Keep the plan as it is."""
        call("POST", f"{self.board}/_control/proposals/{proposal}/decline", {})


@dataclass(frozen=True, slots=True)
class Worker:
    """Works in Outlook, through the control routes of `simulators/graph`: no traffic of ours wears down its limits."""

    graph: str
    mailbox: str

    @property
    def _events(self) -> str:
        return f"{self.graph}/_control/mailboxes/{self.mailbox}/events"

    def events(self, subject: str, near: datetime) -> list[Mapping[str, Any]]:
        """Return the events with this subject within two days of a moment."""
        days = timedelta(days=2)
        span = {"from": _in_utc(near - days) + "Z", "to": _in_utc(near + days) + "Z"}
        shown = call("GET", f"{self._events}?{urlencode(span)}")["value"]
        return [each for each in shown if each["subject"] == subject]

    def enter(self, subject: str, start: datetime, minutes: int, show_as: str, *, sensitivity: str = "normal") -> str:
        """Enter an event of one's own and return its id."""
        event = {"subject": subject, "showAs": show_as, "sensitivity": sensitivity, **_times(start, minutes)}
        return str(call("POST", self._events, {"action": "create", "event": event})["id"])

    def enter_weekly(self, subject: str, start: datetime, minutes: int, times: int) -> str:
        """Enter a series of so many weeks, on the weekday and by the clock of its start, and return its id."""
        end = start + timedelta(minutes=minutes)
        pattern = {"type": "weekly", "interval": 1, "daysOfWeek": [f"{start:%A}".lower()]}
        span = {"type": "numbered", "startDate": start.date().isoformat(), "numberOfOccurrences": times}
        event = {
            "subject": subject,
            "start": {"dateTime": f"{start:%Y-%m-%dT%H:%M:%S}", "timeZone": str(start.tzinfo)},
            "end": {"dateTime": f"{end:%Y-%m-%dT%H:%M:%S}", "timeZone": str(start.tzinfo)},
            "recurrence": {"pattern": pattern, "range": span},
        }
        return str(call("POST", self._events, {"action": "create", "event": event})["id"])

    def move(self, event: str, start: datetime, minutes: int) -> None:
        """Move an event."""
        call("POST", self._events, {"action": "patch", "id": event, "event": _times(start, minutes)})

    def delete(self, event: str) -> None:
        """Delete an event."""
        call("POST", self._events, {"action": "delete", "id": event})


def starts_at(shown: Mapping[str, Any], start: datetime) -> bool:
    """Whether an event, an appointment or an unavailability begins at this moment."""
    return datetime.fromisoformat(shown["start"]) == start


def _times(start: datetime, minutes: int) -> dict[str, dict[str, str]]:
    end = start + timedelta(minutes=minutes)
    return {name: {"dateTime": _in_utc(at), "timeZone": "UTC"} for name, at in (("start", start), ("end", end))}


def _in_utc(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat()
