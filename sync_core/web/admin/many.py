"""Takes over many resources from one document or table: all or nothing, and an answer for each."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from sync_core.contract.admin_resources import parse_id, parse_resource, said_document
from sync_core.contract.tenant_problems import TenantProblem
from sync_core.domain.profile import Profile
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.flows.bulk import Answer, Result, Standing, Wanted, check_many, write_many
from sync_core.flows.looked_up import with_each_looked_up_once
from sync_core.flows.roster import list_known
from sync_core.web.admin.answers import Problem
from sync_core.web.admin.changes import Words, differences, note_changes
from sync_core.web.admin.routing import AdminCall
from sync_core.web.http import Response

# A call ends after 230 seconds in Azure, whatever it is at: where Graph takes a tenth of a second for each answer, a
# thousand that wait take about a minute, and a thousand that activate, which are read at the same time, about three.
# Whoever has more sends them in parts, as the command line does by itself, and in smaller ones.
# https://learn.microsoft.com/azure/azure-functions/functions-scale#timeout
MOST_RESOURCES = 1000
Trouble = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One resource as it was sent; `problems` are those of the form, before anything was understood."""

    id: str
    document: Mapping[str, Any]
    state: object = None
    problems: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What became of one: `created`, `changed`, `same` or `refused`, then with what is wrong.

    `calendars` are marks of those that a check found: the same mark is the same calendar.
    """

    resource: str
    outcome: str
    errors: tuple[Trouble, ...] = ()
    calendars: tuple[str, ...] = ()


def at_one_sitting(call: AdminCall) -> AdminCall:
    """The call, in which what the check finds of a mailbox is what is written: it is looked up once for both."""
    return replace(call, ports=with_each_looked_up_once(call.ports))


async def carry_over(
    call: AdminCall, rows: Sequence[Row], known: Mapping[ResourceId, Profile], *, is_dry: bool, is_partial: bool
) -> tuple[bool, Sequence[ReportRow]]:
    """Check all, and carry out what is good if all is, or the good ones may go alone; was anything carried out?"""
    call = at_one_sitting(call)
    wanted, reports = await check_rows(call, rows, known)
    is_refused = any(report.outcome == Result.REFUSED for report in reports)
    if is_dry or (is_refused and not is_partial):
        return False, reports
    return True, await write_rows(call, wanted, reports, known)


async def check_rows(
    call: AdminCall, rows: Sequence[Row], known: Mapping[ResourceId, Profile]
) -> tuple[Sequence[Wanted | None], Sequence[ReportRow]]:
    """What each asks for, None where it is refused, and what would become of it."""
    read = [_read(row) for row in rows]
    seen: Counter[str] = Counter()
    for index, one in enumerate(read):
        seen[rows[index].id] += 1
        if isinstance(one, Wanted) and seen[rows[index].id] > 1:
            read[index] = (("id", "is named a second time", "each resource once"),)
    good = [(index, one) for index, one in enumerate(read) if isinstance(one, Wanted)]
    answers = await check_many(call.ports, [one for _, one in good], known)
    reports = [
        ReportRow(row.id, Result.REFUSED, () if isinstance(one, Wanted) else one)
        for row, one in zip(rows, read, strict=True)
    ]
    wanted: list[Wanted | None] = [None] * len(rows)
    for (index, one), answer in zip(good, answers, strict=True):
        reports[index] = _report(answer)
        wanted[index] = None if answer.result is Result.REFUSED else one
    return wanted, reports


async def write_rows(
    call: AdminCall, wanted: Sequence[Wanted | None], reports: Sequence[ReportRow], known: Mapping[ResourceId, Profile]
) -> Sequence[ReportRow]:
    """Carry out those that are not refused."""
    touched = {report.resource for report in reports if report.outcome in (Result.CREATED, Result.CHANGED)}
    try:
        answers = iter(await write_many(call.ports, [one for one in wanted if one is not None], known))
    finally:
        # Also where nobody answered for one of them, or one was refused amid: a repeat finds the others as they are.
        await _tell(call, touched, known)
    return [report if one is None else _report(next(answers)) for one, report in zip(wanted, reports, strict=True)]


async def _tell(call: AdminCall, touched: Collection[str], known: Mapping[ResourceId, Profile]) -> None:
    """Tell the trail what is not as it was."""
    if not touched:
        return
    now = [profile for profile in await list_known(call.ports) if profile.resource in touched]
    changes = [_change(known.get(profile.resource), profile) for profile in now]
    await note_changes(call, [change for change in changes if change[1:] != ({}, {})])


def counts_of(reports: Sequence[ReportRow]) -> dict[str, int]:
    """How many ended how."""
    counted = Counter(report.outcome for report in reports)
    return {result.value: counted[result.value] for result in Result}


def refuse_with_report(detail: str, report: Mapping[str, Any]) -> Response:
    """The refusal of something as a whole, with what is wrong with each part."""
    status = HTTPStatus.BAD_REQUEST
    document = {"type": Problem.INVALID.type, "title": status.phrase, "status": int(status), "detail": detail}
    body = json.dumps({**document, "report": report}, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(int(status), body, "application/problem+json")


def _change(before: Profile | None, after: Profile) -> tuple[ResourceId, Words, Words]:
    now = {**said_document(after), "participation": after.participation.value}
    if before is None:
        return after.resource, None, now
    was = {**said_document(before), "participation": before.participation.value}
    return after.resource, *differences(was, now)


def _read(row: Row) -> Wanted | tuple[Trouble, ...]:
    troubles = list(row.problems)
    resource = parse_id(row.id)
    if isinstance(resource, TenantProblem):
        troubles.append(_trouble(resource))
    standing = None
    if row.state is not None:
        if row.state in list(Standing):
            standing = Standing(str(row.state))
        else:
            troubles.append(("state", "is none of the words", ", ".join(Standing)))
    request = parse_resource(ResourceId(row.id), row.document)
    if isinstance(request, tuple):
        troubles += map(_trouble, request)
    if troubles or isinstance(request, tuple):
        return tuple(troubles)
    return Wanted(request, standing)


def _trouble(problem: TenantProblem) -> Trouble:
    return problem.setting, problem.wrong, problem.allowed


def _report(answer: Answer) -> ReportRow:
    errors = tuple((fault.place, fault.wrong, fault.remedy) for fault in answer.faults)
    return ReportRow(answer.resource, answer.result.value, errors, tuple(map(_mark, answer.calendars)))


def _mark(calendar: CalendarRef) -> str:
    return hashlib.sha256(f"{calendar.mailbox}\x1f{calendar.calendar}".encode()).hexdigest()[:24]
