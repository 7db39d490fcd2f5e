"""Reads documents of settings into what the domain knows, or tells everything that is wrong with them at once."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from sync_core.contract.tenant_problems import DOCUMENT, TenantProblem, allowed_words, problem_at
from sync_core.contract.tenant_settings import (
    PER_CALENDAR,
    TEMPLATES,
    MappedSettings,
    OwnerSettings,
    Part,
    ResourceSettings,
    RuleSettings,
    TenantSettings,
)
from sync_core.contract.written import TABLES, document_of, document_of_overrides
from sync_core.domain.choices import NO_REMINDER, Choices, Overrides
from sync_core.domain.content import Field
from sync_core.domain.look import Mapped
from sync_core.domain.look import Mapping as MappingTable
from sync_core.domain.policy import Owner
from sync_core.domain.rules import Rule

__all__ = [
    "ResourceSettings",
    "TenantProblem",
    "TenantSettings",
    "document_of",
    "document_of_overrides",
    "parse_overrides",
    "parse_tenant_settings",
]
LARGEST_DOCUMENT = 400_000
_Read = TypeVar("_Read", bound=Part)


class TemplateFault(Protocol):
    """Where a template is wrong, and why."""

    @property
    def line(self) -> int: ...

    @property
    def reason(self) -> str: ...


CheckTemplate = Callable[[str, str], TemplateFault | None]


def parse_tenant_settings(
    document: bytes | Mapping[str, Any], check_template: CheckTemplate
) -> Choices | tuple[TenantProblem, ...]:
    """Read a tenant's settings, or every problem they have; what is not named is as by default.

    `check_template` is asked with the name and the text of each template that is not empty.
    """
    read = _read(TenantSettings, document)
    if isinstance(read, Part):
        problems = tuple(_check_templates(read.model_dump(include=set(TEMPLATES)), check_template))
        return problems or _choices(read)
    # Templates are judged even where something else is wrong, so that everything is told at once.
    known = {problem.setting for problem in read}
    texts = {} if "" in known else _members(document)
    sound = {name: texts[name] for name in TEMPLATES if name in texts and name not in known}
    return (*read, *_check_templates(sound, check_template))


def parse_overrides(
    document: bytes | Mapping[str, Any], *, for_calendar: bool = False
) -> Overrides | tuple[TenantProblem, ...]:
    """Read what is otherwise for one resource or calendar, or every problem; what is not named follows the tenant."""
    read = _read(ResourceSettings, document)
    if not isinstance(read, Part):
        return read
    given = sorted(read.model_fields_set)
    if for_calendar and (foreign := [name for name in given if name not in PER_CALENDAR]):
        allowed = f"for a calendar: {', '.join(sorted(PER_CALENDAR))}"
        return tuple(TenantProblem(name, "cannot differ between calendars of a resource", allowed) for name in foreign)
    return Overrides(**{name: _value(name, getattr(read, name)) for name in given})


def _read(model: type[_Read], document: bytes | Mapping[str, Any]) -> _Read | tuple[TenantProblem, ...]:
    try:
        plain = _members(document)
    except ValueError as error:
        return (TenantProblem("", str(error), DOCUMENT),)
    try:
        return model.model_validate(plain)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return tuple(dict.fromkeys(problem_at(model, one["loc"], one["type"], one["msg"]) for one in found))


def _members(document: bytes | Mapping[str, Any]) -> Any:
    """The document as JSON has it, which may still be anything.

    Raises:
        ValueError: it is none, with words.
    """
    if not isinstance(document, bytes):
        return dict(document)
    if len(document) > LARGEST_DOCUMENT:
        raise ValueError(f"is larger than {LARGEST_DOCUMENT // 1000} KB")
    try:
        return json.loads(document.decode("utf-8-sig"), object_pairs_hook=_once)
    except _Twice:
        raise
    except (ValueError, RecursionError):
        raise ValueError("is no JSON") from None


class _Twice(ValueError):
    """A name stands twice in one object, and only one of the two could be meant."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise _Twice("names a setting twice")
    return dict(pairs)


def _check_templates(texts: Mapping[str, str], check_template: CheckTemplate) -> Iterator[TenantProblem]:
    for name, text in texts.items():
        if text and (fault := check_template(name, text)):
            yield TenantProblem(
                name, f"fails in line {fault.line}: {fault.reason}", allowed_words(TenantSettings, name)
            )


def _choices(read: TenantSettings) -> Choices:
    given = {one.name: _value(one.name, getattr(read, one.name)) for one in fields(Choices)}
    whole = tuple((field, Owner(getattr(read.owners, field.value))) for field in Field)
    return replace(Choices(), **{**given, "owners": whole})


def _value(name: str, value: Any) -> Any:
    if name == "reminder_minutes":
        return NO_REMINDER if value is None else value
    if name in TABLES:
        return _table(value)
    if name == "rules":
        return tuple(_rule(rule) for rule in value)
    if isinstance(value, OwnerSettings):
        return tuple((field, Owner(getattr(value, field))) for field in Field if field in value.model_fields_set)
    return tuple(value) if isinstance(value, list) else value


def _table(table: Mapping[str, MappedSettings]) -> MappingTable:
    """In the order of names, so that the same table is equal however it was written."""
    return tuple((name, _mapped(table[name])) for name in sorted(table))


def _mapped(mapped: MappedSettings) -> Mapped:
    return Mapped(
        mapped.subject,
        mapped.show_as,
        mapped.sensitivity,
        mapped.importance,
        None if mapped.categories is None else tuple(mapped.categories),
        mapped.reminder_minutes,
    )


def _rule(rule: RuleSettings) -> Rule:
    return Rule(
        rule.name.strip(),
        rule.goes_up,
        rule.kinds,
        tuple(rule.categories),
        tuple(rule.time_markers),
        tuple(rule.statuses),
        tuple(rule.groups),
        tuple(sorted(rule.fields.items())),
    )
