"""Writes the model's values as JSON for the journal and reads them back."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from simulators.graph.model import Alteration, Calendar, Group, Person, StoredEvent
from simulators.graph.wire import JsonObject


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def write_event(event: StoredEvent) -> JsonObject:
    line = {name: _plain(getattr(event, name)) for name in StoredEvent.__slots__}
    line["cancelled"] = [day.isoformat() for day in sorted(event.cancelled)]
    line["alterations"] = {
        day.isoformat(): {name: _plain(getattr(altered, name)) for name in Alteration.__slots__}
        for day, altered in event.alterations.items()
    }
    return line


def read_event(line: JsonObject) -> StoredEvent:
    moments = ("created_at", "modified_at", "start_at", "end_at")
    read = {**line, **{name: datetime.fromisoformat(line[name]) for name in moments}}
    read["cancelled"] = frozenset(date.fromisoformat(day) for day in line["cancelled"])
    read["alterations"] = {
        date.fromisoformat(day): Alteration(
            altered["properties"],
            datetime.fromisoformat(altered["start_at"]),
            datetime.fromisoformat(altered["end_at"]),
            altered["version"],
        )
        for day, altered in line["alterations"].items()
    }
    return StoredEvent(**read)


def write_calendar(calendar: Calendar) -> JsonObject:
    return asdict(calendar)


def read_calendar(line: JsonObject) -> Calendar:
    return Calendar(**line)


def write_person(person: Person) -> JsonObject:
    return asdict(person)


def read_person(line: JsonObject) -> Person:
    return Person(**{**line, "proxy_addresses": tuple(line["proxy_addresses"])})


def write_group(group: Group) -> JsonObject:
    return asdict(group)


def read_group(line: JsonObject) -> Group:
    return Group(**{**line, "members": tuple(line["members"])})
