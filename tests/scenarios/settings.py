"""The tenant's settings, and what is otherwise for one resource or calendar, in a scenario's words.

They are read by the product's own reader of settings documents, so that a scenario can say what an admin can, no more.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from sync_core.adapters.wording import check_template
from sync_core.contract.tenant import TenantProblem, parse_overrides, parse_tenant_settings
from sync_core.domain.choices import Choices, Overrides
from tests.scenarios.said import (
    Form,
    Lines,
    NotAScenario,
    Said,
    Text,
    as_form,
    as_lines,
    as_number,
    as_text,
    as_truth,
    as_words,
    refuse,
)

# Inward is closed by default; most situations need it open.
OPEN = {"changes_down": True, "events_down": True}
NAMES = tuple(field.name for field in fields(Choices))
_LISTS = ("pilot_resources", "inward_show_as", "inward_sensitivities")
_WORDS = ("planning_calendar", "zone", "pilot_group", "subject_template", "location_template", "body_template")
_NUMBER = re.compile(r"-?\d+")


def read_choices(said: Form, ids: Callable[[str], str] = str) -> Choices:
    """The choices a scenario has: the defaults with inward open, and what it says. `ids` turns names into ids.

    Raises:
        NotAScenario: a setting is unknown, or its value is none of those it may have.
    """
    document = {**OPEN, **_values(said)}
    if "pilot_resources" in document:
        document["pilot_resources"] = [ids(name) for name in document["pilot_resources"]]
    read: Choices = _without_problems(parse_tenant_settings(document, check_template), said)
    return read


def read_overrides(said: Form, *, for_calendar: bool = False) -> Overrides:
    """What is otherwise for one resource or calendar.

    Raises:
        NotAScenario: as above.
    """
    document = _values(said)
    read: Overrides = _without_problems(parse_overrides(document, for_calendar=for_calendar), said)
    return read


def check_shown(shows: Sequence[Text]) -> None:
    """Refuse what is no setting with one of its values; of a table or list of rules any word on it will do.

    Raises:
        NotAScenario: as above.
    """
    for each in shows:
        name, equals, value = each.partition("=")
        if not equals or name not in NAMES:
            raise refuse(each, f"{each!r} is no setting with a value, as in 'winner=outlook'")
        if not isinstance(getattr(Choices(), name), tuple) and name not in _WORDS:
            form = Form({Text.at(name, each.file, each.line): Text.at(value, each.file, each.line)})
            form.file, form.line = each.file, each.line
            _read_either(form)


def _read_either(form: Form) -> None:
    """A value that only an override may have counts, too."""
    try:
        read_choices(form)
    except NotAScenario:
        if next(iter(form)) not in {field.name for field in fields(Overrides)}:
            raise
        read_overrides(form)


def _without_problems(read: Any, said: Form) -> Any:
    if isinstance(read, tuple):
        problem = read[0]
        assert isinstance(problem, TenantProblem)
        place = str(problem).partition(" ")[0]
        about = next((name for name in said.names if place.startswith(name)), None)
        raise refuse(about if about is not None else said, str(problem))
    return read


def _values(said: Form) -> dict[str, Any]:
    return {str(name): _value(name, value) for name, value in zip(said.names, said.values(), strict=True)}


def _value(name: Text, said: Said) -> Any:
    if name not in NAMES:
        raise refuse(name, f"there is no setting {name!r}")
    if name in _LISTS:
        return [str(word) for word in as_words(said)]
    if name == "reminder_minutes":
        return None if said == "none" else as_number(said)
    default = getattr(Choices(), name)
    if isinstance(default, bool):
        return as_truth(said)
    if isinstance(default, int):
        return as_number(said)
    if name == "rules":
        return [_plain(as_form(each)) for each in as_lines(said)]
    return _plain(as_form(said)) if isinstance(default, tuple) else str(as_text(said))


def _plain(said: Said) -> Any:
    if isinstance(said, Form):
        return {str(name): _plain(value) for name, value in said.items()}
    if isinstance(said, Lines):
        return [_plain(value) for value in said]
    if said in ("yes", "no"):
        return said == "yes"
    return int(said) if _NUMBER.fullmatch(said) else str(said)
