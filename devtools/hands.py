"""What a planner does at the board and a worker does in Outlook, and what each of them sees there."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from devtools.calls import call
from devtools.development import GRAPH_TOKEN


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

    def appointment(self, appointment: str) -> Mapping[str, Any] | None:
        """Return an appointment as the board shows it now."""
        shown = call("GET", f"{self.board}/_control/board")["appointments"]
        return next((each for each in shown if each["id"] == appointment), None)

    def absences(self, resource: str, start: datetime) -> list[Mapping[str, Any]]:
        """Return the unavailabilities of a resource that begin at this moment."""
        shown = call("GET", f"{self.board}/_control/board")["unavailabilities"]
        return [each for each in shown if each["resource"]["id"] == resource and read_instant(each["start"]) == start]


@dataclass(frozen=True, slots=True)
class Worker:
    """Works in one mailbox, through Microsoft Graph's own routes."""

    graph: str
    mailbox: str

    def events(self, subject: str, near: datetime) -> list[Mapping[str, Any]]:
        """Return the events with this subject within two days of a moment."""
        span = {
            "startDateTime": (near - timedelta(days=2)).astimezone(UTC).isoformat(),
            "endDateTime": (near + timedelta(days=2)).astimezone(UTC).isoformat(),
            "$top": "200",
        }
        shown = self._call("GET", f"calendarView?{urlencode(span)}")["value"]
        return [each for each in shown if each["subject"] == subject]

    def enter(self, subject: str, start: datetime, minutes: int, show_as: str) -> str:
        """Enter an event of one's own and return its id."""
        body = {"subject": subject, "showAs": show_as, **_times(start, minutes)}
        return str(self._call("POST", "events", {**body, "transactionId": str(uuid.uuid4())})["id"])

    def move(self, event: str, start: datetime, minutes: int) -> None:
        """Move an event."""
        self._call("PATCH", f"events/{quote(event)}", _times(start, minutes))

    def delete(self, event: str) -> None:
        """Delete an event."""
        self._call("DELETE", f"events/{quote(event)}")

    def _call(self, method: str, path: str, body: object = None) -> Any:
        headers = {
            "authorization": f"Bearer {GRAPH_TOKEN}",
            "prefer": 'IdType="ImmutableId", outlook.timezone="UTC"',
        }
        return call(method, f"{self.graph}/v1.0/users/{quote(self.mailbox)}/{path}", body, headers)


def read_instant(text: str) -> datetime:
    """Read RFC 3339, or what Graph says in UTC without saying so."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def starts_at(event: Mapping[str, Any], start: datetime) -> bool:
    """Whether an event or appointment begins at this moment."""
    begins = event["start"]
    return read_instant(begins["dateTime"] if isinstance(begins, Mapping) else begins) == start


def _times(start: datetime, minutes: int) -> dict[str, dict[str, str]]:
    end = start + timedelta(minutes=minutes)
    return {
        name: {"dateTime": at.astimezone(UTC).replace(tzinfo=None).isoformat(), "timeZone": "UTC"}
        for name, at in (("start", start), ("end", end))
    }
