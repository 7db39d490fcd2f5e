"""Which appointments go up to Outlook: the first rule that fits decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from sync_core.domain.appointment import Appointment, Kind


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the list. A condition that names nothing holds for everything; all of them must hold.

    `groups` are groups of resources, `fields` pairs of a field's name and its value as text, compared without case.
    """

    name: str
    goes_up: bool
    kinds: tuple[Kind, ...] = ()
    categories: tuple[str, ...] = ()
    time_markers: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()

    def fits(self, appointment: Appointment, group: str) -> bool:
        given = {name.casefold(): _text(value) for name, value in appointment.fields}
        return (
            (not self.kinds or appointment.key.kind in self.kinds)
            and _holds(self.categories, appointment.category)
            and _holds(self.time_markers, appointment.time_marker)
            and _holds(self.statuses, appointment.status)
            and _holds(self.groups, group)
            and all(given.get(name.casefold(), "") == value.casefold() for name, value in self.fields)
        )


def why_kept_back(rules: Sequence[Rule], appointment: Appointment, group: str) -> str:
    """The reason for an appointment not to go up, naming the rule; empty if it goes, as it does where no rule fits."""
    for rule in rules:
        if rule.fits(appointment, group):
            return "" if rule.goes_up else f"kept back by the rule {rule.name}"
    return ""


def _holds(allowed: Sequence[str], value: str) -> bool:
    return not allowed or value.casefold() in {one.casefold() for one in allowed}


def _text(value: str | float | bool | None) -> str:
    return str(value).casefold() if value is not None else ""
