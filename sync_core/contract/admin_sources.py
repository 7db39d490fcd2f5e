"""The documents in which an admin says how a source of webhooks proves itself: read with every fault, written back.

Members that only Tandem says may be there, so that what was read can be sent back as it was.
"""

import re
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import Field, ValidationError

from sync_core.contract.forms import ZONE, one_of, parts, text, texts, whole
from sync_core.contract.tenant_problems import TenantProblem, problem_at
from sync_core.contract.tenant_settings import Part
from sync_core.domain.source import Digest, Encoding, Proof, Source, SourceId, WorkingHours
from sync_core.domain.source_checks import check_source

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_PLACES = {
    "secret_names": "secretNames",
    "app_ids": "appIds",
    "addresses": "allowedAddresses",
    "hours": "workingHours",
    "silence_after": "workingHours.silenceMinutes",
}
_TellingOnly = Annotated[Any, "Tandem's to say"]


class _Hours(Part):
    zone: Annotated[str, ZONE]
    days: Annotated[list[str], texts(3, f"days, of {', '.join(_DAYS)}")]
    begin: Annotated[str, text(5, "a time such as 07:00")] = Field(alias="from")
    end: Annotated[str, text(5, "a time such as 17:00")] = Field(alias="to")
    silence: Annotated[int, whole(15, 43_200, "minutes")] = Field(alias="silenceMinutes")


class _Source(Part):
    proof: Annotated[Proof, one_of(*Proof)]
    secret_names: Annotated[list[str], texts(127, "names of secrets")] = Field([], alias="secretNames")
    header: Annotated[str, text(64, "the name of a header")] | None = None
    encoding: Annotated[Encoding, one_of(*Encoding)] | None = None
    digest: Annotated[Digest, one_of(*Digest)] | None = None
    prefix: Annotated[str, text(32, "visible text")] | None = None
    user: Annotated[str, text(128, "a user name")] | None = None
    audience: Annotated[str, text(256, "an id or URI")] | None = None
    app_ids: Annotated[list[str], texts(36, "ids of applications")] = Field([], alias="appIds")
    addresses: Annotated[list[str], texts(43, "networks")] = Field([], alias="allowedAddresses")
    hours: Annotated[_Hours, parts("an object with `zone`, `days`, `from`, `to`, `silenceMinutes`")] | None = Field(
        None, alias="workingHours"
    )
    id: _TellingOnly = None
    last_webhook_at: _TellingOnly = Field(None, alias="lastWebhookAt")
    last_ping_at: _TellingOnly = Field(None, alias="lastPingAt")
    last_refusal_at: _TellingOnly = Field(None, alias="lastRefusalAt")
    last_refusal: _TellingOnly = Field(None, alias="lastRefusal")
    status: _TellingOnly = None
    words: _TellingOnly = None
    etag: _TellingOnly = None


def parse_source(source: SourceId, document: Any) -> Source | tuple[TenantProblem, ...]:
    """Read how a source proves itself, or every problem it has."""
    try:
        read = _Source.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        wrong = (problem_at(_Source, one["loc"], one["type"], one["msg"]) for one in found)
        return tuple(dict.fromkeys(map(_of_a_member, wrong)))
    hours, problems = _hours(read.hours)
    if read.proof is not Proof.HMAC_BODY:
        problems += [
            TenantProblem(name, f"means nothing with {read.proof}", "leave it out")
            for name in ("encoding", "digest")
            if getattr(read, name) is not None
        ]
    if problems:
        return tuple(problems)
    plain = Source(source)
    asked = Source(
        id=source,
        proof=read.proof,
        secret_names=tuple(read.secret_names),
        header=read.header or "",
        digest=read.digest or plain.digest,
        encoding=read.encoding or plain.encoding,
        prefix=read.prefix or "",
        user=read.user or "",
        audience=read.audience or "",
        app_ids=tuple(read.app_ids),
        addresses=tuple(read.addresses),
        hours=hours,
        silence_after=timedelta(minutes=read.hours.silence) if read.hours else plain.silence_after,
    )
    found_wrong = [
        TenantProblem(_PLACES.get(one.field, one.field), one.wrong, one.remedy) for one in check_source(asked)
    ]
    return tuple(found_wrong) or asked


def source_document(source: Source) -> dict[str, Any]:
    """How a source proves itself, in the form in which it is read; secrets only by their names."""
    is_hmac = source.proof is Proof.HMAC_BODY
    return {
        "id": source.id,
        "proof": source.proof.value,
        "secretNames": list(source.secret_names),
        "header": source.header or None,
        "encoding": source.encoding.value if is_hmac else None,
        "digest": source.digest.value if is_hmac else None,
        "prefix": source.prefix or None,
        "user": source.user or None,
        "audience": source.audience or None,
        "appIds": list(source.app_ids),
        "allowedAddresses": list(source.addresses),
        "workingHours": _hours_document(source) if source.hours else None,
    }


def _hours(read: _Hours | None) -> tuple[WorkingHours | None, list[TenantProblem]]:
    if read is None:
        return None, []
    problems = []
    if not read.days or not set(read.days) <= set(_DAYS):
        problems.append(TenantProblem("workingHours.days", "names no days", ", ".join(_DAYS)))
    for name, value in (("from", read.begin), ("to", read.end)):
        if not _CLOCK.fullmatch(value):
            problems.append(TenantProblem(f"workingHours.{name}", "is no time", "hours and minutes such as 07:00"))
    if problems:
        return None, problems
    days = tuple(sorted(_DAYS.index(day) for day in read.days))
    return WorkingHours(read.zone, days, time.fromisoformat(read.begin), time.fromisoformat(read.end)), []


def _hours_document(source: Source) -> dict[str, Any]:
    hours = source.hours or WorkingHours()
    return {
        "zone": hours.zone,
        "days": [_DAYS[day] for day in hours.days],
        "from": f"{hours.start:%H:%M}",
        "to": f"{hours.end:%H:%M}",
        "silenceMinutes": int(source.silence_after / timedelta(minutes=1)),
    }


def _of_a_member(problem: TenantProblem) -> TenantProblem:
    if not problem.setting:
        return TenantProblem("", problem.wrong, "a JSON object")
    if problem.wrong == "is no setting":
        return TenantProblem(problem.setting, "is no member", "take it away")
    return problem
