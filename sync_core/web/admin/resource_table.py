"""All resources as one table, and a table taken over: a report line for each of its lines.

RFC 4180: https://www.rfc-editor.org/rfc/rfc4180
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sync_core.contract.admin_resources import said_document
from sync_core.domain.profile import Participation, Profile
from sync_core.domain.resource import ResourceId
from sync_core.flows.roster import list_known
from sync_core.web.admin.answers import answer_csv, answer_json
from sync_core.web.admin.changes import note_change
from sync_core.web.admin.csv_reading import Line, read_table
from sync_core.web.admin.many import MOST_RESOURCES, ReportRow, Row, carry_over, counts_of, refuse_with_report
from sync_core.web.admin.reading import require_content
from sync_core.web.admin.routing import AdminCall, Route
from sync_core.web.http import Response

COLUMNS = ("id", "name", "state", "mailbox", "zone", "direction", "group", "calendars", "settings")
NEEDED = ("id", "name")
_AS_JSON = {"calendars": "a JSON list", "settings": "a JSON object"}
# One that leaves or has left is none to be taken over; an empty cell leaves it where it is.
_STATES = {Participation.WAITING: "waiting", Participation.ACTIVE: "active", Participation.PAUSED: "paused"}


async def export_resources(call: AdminCall) -> Response:
    """Answer with every resource, by id, in the form in which they are imported."""
    call.query.only()
    rows = [_cells(profile) for profile in await list_known(call.ports)]
    return answer_csv(COLUMNS, rows, "resources.csv")


async def import_resources(call: AdminCall) -> Response:
    """Enlist and change resources from a table: all or nothing, unless the good lines are to be carried out alone."""
    call.query.only("dryRun", "partial")
    is_dry, is_partial = call.query.flag("dryRun"), call.query.flag("partial")
    require_content(call.headers, call.body, "text/csv")
    lines = read_table(call.body, COLUMNS, NEEDED, MOST_RESOURCES)
    known = {profile.resource: profile for profile in await list_known(call.ports)}
    rows = [_row(line, known) for line in lines]
    applied, reports = await carry_over(call, rows, known, is_dry=is_dry, is_partial=is_partial)
    report = {
        "applied": applied,
        **counts_of(reports),
        "rows": [_line(line, one, is_dry=is_dry) for line, one in zip(lines, reports, strict=True)],
    }
    if applied:
        await note_change(call, None, None, counts_of(reports))
    refused = counts_of(reports)["refused"]
    if refused and not (is_dry or applied):
        words = "line is" if len(lines) == 1 else "lines is" if refused == 1 else "lines are"
        return refuse_with_report(f"{refused} of {len(lines)} {words} refused; nothing was changed.", report)
    return answer_json(report)


def _cells(profile: Profile) -> Sequence[str]:
    said = said_document(profile)
    return (
        profile.resource,
        profile.name or profile.resource,
        _STATES.get(profile.participation, ""),
        profile.address,
        said["zone"] or "",
        said["direction"] or "",
        profile.group,
        json.dumps(said["calendars"], ensure_ascii=False),
        json.dumps(said["settings"], ensure_ascii=False),
    )


def _row(line: Line, known: Mapping[ResourceId, Profile]) -> Row:
    """What a line asks for: columns that the table lacks stay as they are, empty cells follow the tenant."""
    cells = line.cells
    profile = known.get(ResourceId(cells.get("id", "")))
    document: dict[str, Any] = said_document(profile) if profile is not None else {}
    problems = list(line.problems)
    for name in ("name", "group"):
        if name in cells:
            document[name] = cells[name]
    for name in ("zone", "direction"):
        if name in cells:
            document[name] = cells[name] or None
    if "mailbox" in cells:
        document["mailbox"] = {"address": cells["mailbox"]}
    for name, kind in _AS_JSON.items():
        if name in cells:
            empty: Any = [] if name == "calendars" else {}
            try:
                document[name] = json.loads(cells[name]) if cells[name].strip() else empty
            except (ValueError, RecursionError):
                problems.append((name, "is no JSON", kind))
    return Row(cells.get("id", ""), document, cells.get("state", "") or None, tuple(problems))


def _line(line: Line, report: ReportRow, *, is_dry: bool) -> dict[str, Any]:
    errors = [
        {"field": _column(field), "wrong": _within(field, wrong), "remedy": remedy}
        for field, wrong, remedy in report.errors
    ]
    told = {"line": line.number, "resource": report.resource[:128], "outcome": report.outcome, "errors": errors}
    # Lines that are sent in parts are compared by whoever cut them, before any part is carried out.
    return {**told, "calendars": list(report.calendars)} if is_dry else told


def _column(field: str) -> str:
    return re.split(r"[.\[]", field, maxsplit=1)[0]


def _within(field: str, wrong: str) -> str:
    """What is wrong, with its place within the cell."""
    rest = field.removeprefix(_column(field)).lstrip(".")
    return wrong if not rest or rest == "address" else f"{rest} {wrong}"


ROUTES = (
    Route("GET", "/resources.csv", "exportResources", False, export_resources),
    Route("POST", "/resources/import", "importResources", True, import_resources),
)
