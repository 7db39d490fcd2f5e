"""Who takes part in a scenario: resources with plain names here, and names that nobody else has in the app."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tests.scenarios.said import Form, Said, Text, as_form, as_lines, as_text, as_truth, refuse

MEMBER = ("address", "calendars", "direction", "group", "joins", "mailbox", "overrides", "purpose", "state", "zone")
CALENDAR = ("direction", "made", "main", "name", "of", "overrides")
DIRECTIONS = ("up", "down", "both", "none")
DEFAULT = "Calendar"
_ZONE = "Europe/Berlin"
_NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class CalendarWanted:
    """A calendar that a member gives; `of` names the member whose mailbox it lies in, empty for the own one.

    `is_made` has the app make it; otherwise it is there before.
    """

    name: str = DEFAULT
    of: str = ""
    direction: str | None = None
    overrides: Form = field(default_factory=Form)
    is_main: bool = False
    is_made: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One resource. `zone` and `direction` None follow the tenant; `mailbox` is empty for one that has none.

    `address` is what an admin says where that is not the mailbox's principal name; `calendars` empty for its own one.
    """

    name: str
    id: str
    mailbox: str
    zone: str | None = _ZONE
    direction: str | None = "both"
    calendars: Sequence[CalendarWanted] = ()
    overrides: Form = field(default_factory=Form)
    group: str = ""
    is_enlisted: bool = True
    address: str = ""
    person: Mapping[str, str] = field(default_factory=dict)

    @property
    def box(self) -> str:
        """What a scenario calls the mailbox: the name of whoever it was made for."""
        return self.mailbox.partition("~")[0]

    @property
    def clock(self) -> ZoneInfo:
        """The zone in which the scenario speaks of it; one that nobody knows, or none, leaves Berlin."""
        try:
            return ZoneInfo(self.zone or _ZONE)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(_ZONE)


def read_team(said: Said | None, unique: str) -> dict[str, Member]:
    """The members by name; Ada alone if nobody is named. `unique` sets their ids apart from all others.

    Raises:
        NotAScenario: something is not understood.
    """
    if said is None:
        return {"ada": _plain("ada", unique)}
    return {
        name: _read(name, as_form(form), unique)
        for name, form in zip(as_form(said).names, as_form(said).values(), strict=True)
    }


def mailbox_named(box: str, unique: str) -> str:
    """The principal name of a mailbox."""
    return f"{box}~{unique}@tandem.example"


def _plain(name: str, unique: str) -> Member:
    return Member(name, f"R-{unique}-{name}", mailbox_named(name, unique))


def _read(name: Text, form: Form, unique: str) -> Member:
    if not _NAME.fullmatch(name):
        raise refuse(name, f"{name!r} is no name: small letters, as in 'ada'")
    know(form, MEMBER)
    plain = _plain(name, unique)
    box = as_text(form["mailbox"]) if "mailbox" in form else None
    alias = as_text(form["address"]) if "address" in form else ""
    calendars = read_calendars(form["calendars"]) if "calendars" in form else ()
    mailbox = plain.mailbox if box in (None, "own") else "" if box == "none" else mailbox_named(box, unique)
    person = {key: str(as_text(form[key])) for key in ("purpose", "state") if key in form}
    return Member(
        name,
        plain.id,
        mailbox,
        zone=str(as_text(form["zone"])) or None if "zone" in form else _ZONE,
        direction=read_direction(form["direction"]) if "direction" in form else "both",
        calendars=calendars,
        overrides=as_form(form["overrides"]) if "overrides" in form else Form(),
        group=as_text(form["group"]) if "group" in form else "",
        is_enlisted="joins" not in form or as_text(form["joins"]) != "later",
        address=mailbox_named(alias, unique) if alias else "",
        person=person,
    )


def read_calendars(said: Said) -> tuple[CalendarWanted, ...]:
    """Calendars by name, or with what else is wanted of them; the first receives what is planned."""
    return tuple(_read_calendar(each) for each in as_lines(said))


def _read_calendar(said: Said) -> CalendarWanted:
    if isinstance(said, Text):
        return CalendarWanted(said)
    form = as_form(said)
    know(form, CALENDAR)
    return CalendarWanted(
        as_text(form["name"]) if "name" in form else DEFAULT,
        as_text(form["of"]) if "of" in form else "",
        read_direction(form["direction"]) if "direction" in form else None,
        as_form(form["overrides"]) if "overrides" in form else Form(),
        is_main="main" in form and as_truth(form["main"]),
        is_made="made" in form and as_truth(form["made"]),
    )


def read_direction(said: Said) -> str | None:
    """A direction; None for "as the tenant"."""
    text = as_text(said)
    if text == "as the tenant":
        return None
    if text not in DIRECTIONS:
        raise refuse(text, f"{text!r} is no direction: {', '.join(DIRECTIONS)} or 'as the tenant'")
    return str(text)


def know(form: Form, names: Sequence[str]) -> None:
    """Refuse a form with a name that is not among these."""
    for name in form.names:
        if name not in names:
            raise refuse(name, f"{name!r} is not understood here; known are {', '.join(names)}")
