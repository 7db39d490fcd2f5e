"""Writes what an admin chose as a plain document, in the form in which it is read."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from sync_core.domain.choices import NO_REMINDER, Choices, Overrides
from sync_core.domain.content import Field
from sync_core.domain.look import Mapped
from sync_core.domain.look import Mapping as MappingTable
from sync_core.domain.policy import Owner
from sync_core.domain.rules import Rule

TABLES = ("absences", "categories", "time_markers")


def document_of(choices: Choices, *, whole: bool = False) -> dict[str, Any]:
    """The settings that are not as by default, of `owners` only those fields; with `whole` every one."""
    document: dict[str, Any] = {}
    for one in fields(Choices):
        value, default = (_plain(one.name, getattr(each, one.name)) for each in (choices, Choices()))
        if one.name == "owners":
            value = {**default, **value}
        if whole:
            document[one.name] = value
        elif value != default:
            only_new = one.name == "owners"
            document[one.name] = {key: value[key] for key in value if value[key] != default[key]} if only_new else value
    return document


def document_of_overrides(overrides: Overrides) -> dict[str, Any]:
    """What is chosen otherwise than for the tenant."""
    given = ((one.name, getattr(overrides, one.name)) for one in fields(Overrides))
    return {name: _plain(name, value) for name, value in given if value is not None}


def _plain(name: str, value: Any) -> Any:
    if name == "reminder_minutes":
        return None if value == NO_REMINDER else value
    if name == "owners":
        return _owners(value)
    if name in TABLES:
        return _table(value)
    if name == "rules":
        return [_rule(rule) for rule in value]
    return _word(value)


def _owners(owners: Iterable[tuple[Field, Owner]]) -> dict[str, str]:
    return {field.value: owner.value for field, owner in owners}


def _table(table: MappingTable) -> dict[str, dict[str, Any]]:
    return {name: _said(mapped) for name, mapped in table}


def _said(mapped: Mapped) -> dict[str, Any]:
    given = {one.name: getattr(mapped, one.name) for one in fields(Mapped)}
    return {name: _word(value) for name, value in given.items() if value is not None and value != ""}


def _rule(rule: Rule) -> dict[str, Any]:
    conditions: Mapping[str, Any] = {
        "kinds": _word(rule.kinds),
        "categories": _word(rule.categories),
        "time_markers": _word(rule.time_markers),
        "statuses": _word(rule.statuses),
        "groups": _word(rule.groups),
        "fields": dict(rule.fields),
    }
    return {"name": rule.name, "goes_up": rule.goes_up, **{key: value for key, value in conditions.items() if value}}


def _word(value: Any) -> Any:
    """Words as plain text, and tuples as lists."""
    if isinstance(value, tuple):
        return [_word(each) for each in value]
    return str(value) if isinstance(value, str) else value
