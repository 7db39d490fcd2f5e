"""The names of what is held, and the choice of many: what an admin may say about which are meant."""

import base64
import binascii
from typing import Annotated, Any

from pydantic import ValidationError

from sync_core.contract.admin_resources import LONGEST_ID, parse_id
from sync_core.contract.forms import text, texts
from sync_core.contract.tenant_problems import TenantProblem, problem_at
from sync_core.contract.tenant_settings import Part
from sync_core.domain.resource import ResourceId
from sync_core.flows.judge import Choice, Name

MOST_NAMES = 500
_LONGEST_NAME = 2048
_REMEDY = "what `tandem held list` shows as id, unchanged"


class _Choice(Part):
    resource: Annotated[str, text(LONGEST_ID, "an id", least=1)] | None = None
    reason: Annotated[str, text(2000, "a reason", least=1)] | None = None
    ids: Annotated[list[str], texts(_LONGEST_NAME, "ids")] | None = None


def name_of(resource: ResourceId | None, subject: str) -> str:
    """The id of one that is held, fit for a path; one of no resource begins with a dot."""
    return f"{_write(resource or '')}.{_write(subject)}"


def parse_name(name: str) -> Name | None:
    """Read such an id; None if it is none."""
    owner, dot, subject = name.partition(".")
    try:
        read = _read(owner), _read(subject)
    except (ValueError, binascii.Error):
        return None
    if not dot or not read[1] or name_of(ResourceId(read[0]), read[1]) != name:
        return None  # two ways to write one id would be two ids
    return (ResourceId(read[0]) if read[0] else None), read[1]


def parse_choice(document: Any) -> Choice | tuple[TenantProblem, ...]:
    """Read which are meant, or every problem of it; an empty choice would mean everything and is one."""
    try:
        read = _Choice.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return tuple(dict.fromkeys(problem_at(_Choice, one["loc"], one["type"], one["msg"]) for one in found))
    given = {name: getattr(read, name) for name in read.model_fields_set}
    nulls = [TenantProblem(name, "is null", "leave it out") for name, value in given.items() if value is None]
    if nulls:
        return tuple(nulls)
    if not given:
        return (TenantProblem("", "names nothing", "at least one of resource, reason, ids"),)
    problems: list[TenantProblem] = []
    resource = parse_id(read.resource) if read.resource is not None else None
    if isinstance(resource, TenantProblem):
        problems.append(TenantProblem("resource", resource.wrong, resource.allowed))
        resource = None
    names = _names(read.ids, problems) if read.ids is not None else None
    return tuple(problems) or Choice(resource, read.reason or "", None, names)


def _names(ids: list[str], problems: list[TenantProblem]) -> frozenset[Name]:
    if not 1 <= len(ids) <= MOST_NAMES:
        problems.append(TenantProblem("ids", "are none or too many", f"1 to {MOST_NAMES}"))
    if len(set(ids)) < len(ids):
        problems.append(TenantProblem("ids", "name one twice", "each id once"))
    names = [parse_name(name) for name in ids[:MOST_NAMES]]
    problems += [TenantProblem(f"ids[{at}]", "is no id", _REMEDY) for at, name in enumerate(names) if name is None]
    return frozenset(name for name in names if name is not None)


def _write(part: str) -> str:
    return base64.urlsafe_b64encode(part.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def _read(part: str) -> str:
    padded = part + "=" * (-len(part) % 4)
    return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True).decode("utf-8", "surrogatepass")
