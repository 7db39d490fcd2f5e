"""The documents in which an admin says how a resource takes part: read with every fault at once, and written back.

Members that only Tandem says may be there, so that what was read can be sent back as it was.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError

from sync_core.contract.faults import legible
from sync_core.contract.forms import ZONE, one_of, parts, switch, text
from sync_core.contract.tenant import parse_overrides
from sync_core.contract.tenant_problems import TenantProblem, problem_at
from sync_core.contract.tenant_settings import Part
from sync_core.contract.written import document_of_overrides
from sync_core.domain.choices import Overrides
from sync_core.domain.profile import CalendarWish, Profile
from sync_core.domain.resource import Direction, ResourceId
from sync_core.flows.accept import WEBHOOKS
from sync_core.flows.administer import ResourceRequest

MOST_CALENDARS = 20
LONGEST_ID = 128
_DIRECTION = one_of(*Direction)
_SAID = ("name", "mailbox", "zone", "direction", "group", "calendars", "settings")


class _Mailbox(Part):
    address: Annotated[str, text(320, "an address, or empty for none,")] = ""
    state: Any = None
    reason: Any = None
    next_try_at: Any = Field(None, alias="nextTryAt")


class _Calendar(Part):
    name: Annotated[str, text(255, "a name, or empty for the mailbox's own,")] = ""
    address: Annotated[str, text(320, "an address, or empty for the resource's own,")] = ""
    direction: Annotated[Direction, _DIRECTION] | None = None
    main: Annotated[bool, switch()] = False
    made: Annotated[bool, switch()] = False
    settings: Annotated[dict[str, Any], parts("an object with settings of a calendar")] = Field({})


class _Resource(Part):
    name: Annotated[str, text(255, "a name", least=1)]
    mailbox: Annotated[_Mailbox, parts("an object with an `address`")] = Field(
        default_factory=lambda: _Mailbox.model_validate({})
    )
    zone: Annotated[str, ZONE] | None = None
    direction: Annotated[Direction, _DIRECTION] | None = None
    group: Annotated[str, text(128, "a name, or empty for none,")] = ""
    calendars: Annotated[list[_Calendar], parts(f"a list of at most {MOST_CALENDARS} calendars")] = Field([])
    settings: Annotated[dict[str, Any], parts("an object with settings of a resource")] = Field({})
    id: Any = None
    state: Any = None
    held_reason: Any = Field(None, alias="heldReason")
    warnings: Any = None
    etag: Any = None


def parse_id(text_given: str) -> ResourceId | TenantProblem:
    """Read the board's id of a resource."""
    is_text = all(letter >= " " and letter != "\x7f" for letter in text_given)
    # Under this name lies what was rejected of everybody's webhooks: nobody may enlist or erase that.
    if 1 <= len(text_given) <= LONGEST_ID and is_text and text_given != WEBHOOKS:
        return ResourceId(text_given)
    return TenantProblem(
        "id", "is no id", f"1 to {LONGEST_ID} characters, none of them a control character; {WEBHOOKS} is taken"
    )


def parse_resource(resource: ResourceId, document: Any) -> ResourceRequest | tuple[TenantProblem, ...]:
    """Read what is said of a resource, or every problem it has; what is not named follows the tenant."""
    try:
        read = _Resource.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        wrong = (problem_at(_Resource, one["loc"], one["type"], one["msg"]) for one in found)
        return tuple(dict.fromkeys(map(_of_a_member, wrong)))
    problems: list[TenantProblem] = []
    own = _overrides(read.settings, "settings", problems)
    wishes = tuple(_wish(calendar, index, problems) for index, calendar in enumerate(read.calendars))
    if len(wishes) > MOST_CALENDARS:
        problems.append(TenantProblem("calendars", "are too many", f"at most {MOST_CALENDARS}"))
    mains = [index for index, wish in enumerate(wishes) if wish.is_main]
    problems += [
        TenantProblem(f"calendars[{index}].main", "is said of another one, too", "one of them that receives")
        for index in mains[1:]
    ]
    return tuple(problems) or ResourceRequest(
        resource=resource,
        name=read.name,
        mailbox=read.mailbox.address,
        zone=read.zone or "",
        direction=read.direction,
        calendars=wishes,
        overrides=own,
        group=read.group,
    )


def said_document(profile: Profile) -> dict[str, Any]:
    """What an admin said of a resource, in the form in which it is read."""
    return {
        "name": profile.name,
        "mailbox": {"address": profile.address},
        "zone": profile.zone or None,
        "direction": str(profile.direction) if profile.direction else None,
        "group": profile.group,
        "calendars": [_calendar(wish) for wish in profile.wishes],
        "settings": document_of_overrides(profile.overrides),
    }


def patched(document: Mapping[str, Any], patch: Any) -> dict[str, Any] | tuple[TenantProblem, ...]:
    """The document after a merge patch: https://www.rfc-editor.org/rfc/rfc7396."""
    if not isinstance(patch, dict):
        return (TenantProblem("", "is of the wrong type", "a JSON object"),)
    if foreign := [name for name in patch if name not in _SAID]:
        return tuple(TenantProblem(legible(name), "cannot be changed here", ", ".join(_SAID)) for name in foreign)
    mailbox = patch.get("mailbox")
    if isinstance(mailbox, dict) and (foreign := [name for name in mailbox if name != "address"]):
        return tuple(TenantProblem(f"mailbox.{legible(name)}", "cannot be changed here", "address") for name in foreign)
    merged = _merge(document, patch)
    return {name: value for name, value in merged.items() if value is not None}


def _of_a_member(problem: TenantProblem) -> TenantProblem:
    """The problem in words for a document that is none of settings."""
    if not problem.setting:
        return TenantProblem("", problem.wrong, "a JSON object")
    if problem.wrong == "is no setting":
        is_inner = any(mark in problem.setting for mark in ".[")
        return TenantProblem(problem.setting, "is no member", problem.allowed if is_inner else ", ".join(_SAID))
    return problem


def _merge(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merge(merged.get(name), value)
    return merged


def _wish(calendar: _Calendar, index: int, problems: list[TenantProblem]) -> CalendarWish:
    place = f"calendars[{index}].settings"
    own = _overrides(calendar.settings, place, problems, for_calendar=True)
    return CalendarWish(calendar.name, calendar.address, calendar.direction, own, calendar.main, calendar.made)


def _overrides(
    document: Mapping[str, Any], place: str, problems: list[TenantProblem], *, for_calendar: bool = False
) -> Overrides:
    read = parse_overrides(document, for_calendar=for_calendar)
    if isinstance(read, Overrides):
        return read
    problems += [TenantProblem(f"{place}.{one.setting}".rstrip("."), one.wrong, one.allowed) for one in read]
    return Overrides()


def _calendar(wish: CalendarWish) -> dict[str, Any]:
    return {
        "name": wish.name,
        "address": wish.address,
        "direction": str(wish.direction) if wish.direction else None,
        "main": wish.is_main,
        "made": wish.is_made,
        "settings": document_of_overrides(wish.overrides),
    }
