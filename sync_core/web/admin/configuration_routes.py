"""Settings, resources and sources in one document, to be kept or taken along to another deployment; never a secret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sync_core.contract.admin_resources import said_document
from sync_core.contract.admin_sources import parse_source, source_document
from sync_core.contract.tenant import document_of, parse_tenant_settings
from sync_core.domain.choices import Choices
from sync_core.domain.profile import Participation, Profile
from sync_core.domain.source import Source, SourceId, Standing
from sync_core.flows.bulk import Result, Wanted
from sync_core.flows.roster import list_known
from sync_core.flows.settings_change import change_settings
from sync_core.flows.sources import list_sources, put_source
from sync_core.web.admin.answers import Wrong, answer_json, invalid
from sync_core.web.admin.changes import differences, note_change, note_part
from sync_core.web.admin.many import (
    MOST_RESOURCES,
    ReportRow,
    Row,
    at_one_sitting,
    check_rows,
    counts_of,
    refuse_with_report,
    write_rows,
)
from sync_core.web.admin.reading import read_json, require_content
from sync_core.web.admin.resource_documents import instant
from sync_core.web.admin.routing import AdminCall, Route
from sync_core.web.http import Response

VERSION = 1
MOST_SOURCES = 100
# Of what there is more of than one call can carry out, the rest comes in another way.
_ELSE = {
    "resources": "; leave them out (`tandem configuration import --without-resources`) and take them along as a table "
    "(`tandem resources export`, `import`)"
}
_MEMBERS = ("version", "exportedAt", "settings", "resources", "sources")
_KEPT = (Participation.WAITING, Participation.ACTIVE, Participation.PAUSED)


@dataclass(slots=True)
class _Part:
    """What becomes of one part: how many ended how, and what is wrong with those that are refused."""

    name: str
    counts: dict[str, int] = field(default_factory=lambda: counts_of(()))
    errors: list[Wrong] = field(default_factory=list)

    def count(self, result: Result) -> None:
        self.counts[result.value] += 1

    def show(self) -> dict[str, Any]:
        is_new = self.counts["created"] or self.counts["changed"]
        outcome = "refused" if self.counts["refused"] else "changed" if is_new else "same"
        errors = [{"field": one.field, "wrong": one.wrong, "remedy": one.remedy} for one in self.errors]
        return {"part": self.name, "outcome": outcome, **self.counts, "errors": errors}


@dataclass(frozen=True, slots=True)
class _Found:
    """What the document asks for, as far as it is good, beside what is there."""

    choices: Choices | None
    known: Mapping[Any, Profile]
    wanted: Sequence[Wanted | None]
    reports: Sequence[ReportRow]
    sources: Sequence[tuple[Source, Standing | None]]


async def export_configuration(call: AdminCall) -> Response:
    """Answer with everything that was chosen, and nothing that was synced."""
    call.query.only()
    ports = call.ports
    profiles = await list_known(ports)
    return answer_json(
        {
            "version": VERSION,
            "exportedAt": instant(ports.clock.now()),
            "settings": document_of((await ports.tenant.read()).choices),
            "resources": [_resource(profile) for profile in profiles if profile.participation in _KEPT],
            # The default one without a row is what the environment sets, which is no part of the configuration.
            "sources": [source_document(one.source) for one in await list_sources(ports) if one.tag is not None],
        }
    )


async def import_configuration(call: AdminCall) -> Response:
    """Take over a configuration, or nothing of it where anything is refused."""
    call.query.only("dryRun")
    is_dry = call.query.flag("dryRun")
    require_content(call.headers, call.body, "application/json")
    document = read_json(call.headers, call.body)
    _check_form(document)
    parts: list[_Part] = []
    call = at_one_sitting(call)
    found = _Found(
        await _check_settings(call, document, parts),
        *await _check_resources(call, document, parts),
        await _check_sources(call, document, parts),
    )
    refused = [part for part in parts if part.counts["refused"]]
    if not refused and not is_dry:
        await _apply(call, found, parts)
        return answer_json({"applied": True, "parts": [part.show() for part in parts]})
    report = {"applied": False, "parts": [part.show() for part in parts]}
    if is_dry:
        return answer_json(report)
    words = ", ".join(f"{part.counts['refused']} of the {part.name}" for part in refused)
    return refuse_with_report(f"Refused: {words}; nothing was changed.", report)


def _resource(profile: Profile) -> dict[str, Any]:
    said = said_document(profile)
    return {
        "id": profile.resource,
        **said,
        "name": profile.name or profile.resource,
        "state": profile.participation.value,
    }


def _check_form(document: Any) -> None:
    if not isinstance(document, dict):
        raise invalid(Wrong("", "is of the wrong type", "a JSON object"))
    wrong = [Wrong(str(name)[:128], "is no member", ", ".join(_MEMBERS)) for name in document if name not in _MEMBERS]
    version = document.get("version")
    if version != VERSION or isinstance(version, bool):
        wrong.append(Wrong("version", "is no form of this file that is known", str(VERSION)))
    if "exportedAt" in document and not _is_instant(document["exportedAt"]):
        wrong.append(Wrong("exportedAt", "is no instant", "as it was exported, or nothing"))
    if not isinstance(document.get("settings", {}), dict):
        wrong.append(Wrong("settings", "is of the wrong type", "a JSON object"))
    for name, most in (("resources", MOST_RESOURCES), ("sources", MOST_SOURCES)):
        listed = document.get(name, [])
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            wrong.append(Wrong(name, "is of the wrong type", "a list of objects"))
        elif len(listed) > most:
            wrong.append(Wrong(name, "are too many", f"at most {most:,}{_ELSE.get(name, '')}"))
    if wrong:
        raise invalid(*wrong)


def _is_instant(given: object) -> bool:
    try:
        return isinstance(given, str) and datetime.fromisoformat(given).tzinfo is not None
    except ValueError:
        return False


async def _check_settings(call: AdminCall, document: Mapping[str, Any], parts: list[_Part]) -> Choices | None:
    if "settings" not in document:
        return None
    part = _Part("settings")
    parts.append(part)
    read = parse_tenant_settings(document["settings"], call.parts["check_template"])
    if isinstance(read, Choices):
        is_same = read == (await call.ports.tenant.read()).choices
        part.count(Result.SAME if is_same else Result.CHANGED)
        return read
    part.count(Result.REFUSED)
    part.errors += [Wrong(f"settings.{one.setting}".strip("."), one.wrong, one.allowed) for one in read]
    return None


async def _check_resources(
    call: AdminCall, document: Mapping[str, Any], parts: list[_Part]
) -> tuple[Mapping[Any, Profile], Sequence[Wanted | None], Sequence[ReportRow]]:
    if "resources" not in document:
        return {}, (), ()
    part = _Part("resources")
    parts.append(part)
    known = {profile.resource: profile for profile in await list_known(call.ports)}
    wanted, reports = await check_rows(call, [_row(one) for one in document["resources"]], known)
    _tell(part, reports)
    return known, wanted, reports


def _row(document: Mapping[str, Any]) -> Row:
    said = {name: value for name, value in document.items() if name not in ("id", "state")}
    name = document.get("id")
    if isinstance(name, str):
        return Row(name, said, document.get("state"))
    return Row("", said, document.get("state"))


async def _check_sources(
    call: AdminCall, document: Mapping[str, Any], parts: list[_Part]
) -> Sequence[tuple[Source, Standing | None]]:
    if "sources" not in document:
        return ()
    part = _Part("sources")
    parts.append(part)
    known = {one.source.id: one for one in await list_sources(call.ports)}
    good: list[tuple[Source, Standing | None]] = []
    for index, one in enumerate(document["sources"]):
        name = one.get("id")
        read = parse_source(SourceId(name if isinstance(name, str) else ""), one)
        standing = known.get(read.id) if isinstance(read, Source) else None
        if isinstance(read, Source) and read.id not in {source.id for source, _ in good}:
            good.append((read, standing))
            is_row = standing is not None and standing.tag is not None
            is_same = is_row and standing is not None and standing.source == read
            part.count(Result.SAME if is_same else Result.CHANGED if is_row else Result.CREATED)
            continue
        part.count(Result.REFUSED)
        if isinstance(read, Source):
            part.errors.append(Wrong(f"sources[{index}].id", "is named a second time", "each source once"))
        else:
            part.errors += [
                Wrong(f"sources[{index}].{each.setting}".strip("."), each.wrong, each.allowed) for each in read
            ]
    return good


async def _apply(call: AdminCall, found: _Found, parts: Sequence[_Part]) -> None:
    """Carry everything out; what is refused after all, since somebody came between, is told."""
    ports = call.ports
    tenant = await ports.tenant.read()
    if found.choices is not None:
        # Also where they are the same: that completes what was interrupted.
        await change_settings(ports, found.choices, tenant.tag)
        # Each part at once: where a later one breaks off, a repeat finds this one as it is.
        before, after = document_of(tenant.choices), document_of(found.choices)
        if before != after:
            await note_part(call, "/settings", *differences(before, after))
    for source, standing in found.sources:
        if standing is None or standing.tag is None or standing.source != source:
            await put_source(ports, source, standing.tag if standing is not None else None)
            await _note_source(call, source, standing)
    reports = await write_rows(call, found.wanted, found.reports, found.known)
    for part in parts:
        if part.name == "resources":
            part.counts, part.errors = counts_of(()), []
            _tell(part, reports)
    shown = {part.name: {name: count for name, count in part.counts.items() if count} for part in parts}
    await note_change(call, None, None, shown)


async def _note_source(call: AdminCall, source: Source, standing: Standing | None) -> None:
    target, after = f"/sources/{source.id}", source_document(source)
    if standing is None or standing.tag is None:
        await note_part(call, target, None, after)
    else:
        await note_part(call, target, *differences(source_document(standing.source), after))


def _tell(part: _Part, reports: Sequence[ReportRow]) -> None:
    for index, report in enumerate(reports):
        part.count(Result(report.outcome))
        part.errors += [
            Wrong(f"resources[{index}].{place}".strip("."), wrong, remedy) for place, wrong, remedy in report.errors
        ]


ROUTES = (
    Route("GET", "/configuration", "exportConfiguration", False, export_configuration),
    Route("PUT", "/configuration", "importConfiguration", True, import_configuration),
)
