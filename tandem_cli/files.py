"""`tandem resources export`, `import` and `tandem configuration export`, `import`: many at once, in a file."""

import csv
import io
import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from tandem_cli.calls import Document
from tandem_cli.command import Desk, command, group
from tandem_cli.following import Sending
from tandem_cli.in_parts import Parts
from tandem_cli.options import DryRun, InFile, OutFile, Yes, as_object, read_bytes, write_file
from tandem_cli.resources import app as resources
from tandem_cli.showing import table
from tandem_cli.tables import MOST_LINES, read_table
from tandem_cli.trouble import Code, Trouble, explain_fault

app = group("configuration", "Settings, resources and sources in one file, to take along to another deployment.")


@command(resources, "export", "tandem resources export --output team.csv", "tandem resources export")
def export_resources(desk: Desk, output: OutFile = None) -> None:
    """Write all resources as one CSV table, as `import` takes it."""
    text = desk.calls.read_text("/resources.csv")
    if output is not None:
        write_file(output, text.encode())
        desk.out.show({"file": str(output)}, [f"{output} is written."])
    elif desk.out.as_json:
        desk.out.show(list(csv.DictReader(io.StringIO(text))), [])
    else:
        sys.stdout.write(text)


@command(
    resources,
    "import",
    "tandem resources import team.csv --dry-run",
    "tandem resources import team.csv --partial --yes",
)
def import_resources(
    desk: Desk,
    file: InFile,
    dry_run: DryRun = False,
    partial: Annotated[bool, typer.Option(help="Carry out the good lines although others are refused.")] = False,
    yes: Yes = False,
) -> None:
    """Enlist and change resources from a CSV table: all of it, or nothing if a line is refused.

    More than 500 lines are sent in parts, every one of them tried before the first is carried out. If it breaks off,
    say the same again: what is done stays as it is.
    """
    content = read_bytes(file)
    if not dry_run:
        desk.confirm(f"Take over the resources of {file}?", yes)
    lines = read_table(content)
    if lines is not None and len(lines.lines) > MOST_LINES:
        parts = Parts(desk, lines, partial)
        report = parts.try_out()
        report = report if dry_run else parts.carry_out(report)
    else:
        query = {"dryRun": dry_run or None, "partial": partial or None}
        with Sending(desk, content, "text/csv") as body:
            report = desk.calls.change("POST", "/resources/import", query, body=body).document
    rows = table(
        report.get("rows") or [],
        ("line", lambda row: row.get("line")),
        ("resource", lambda row: row.get("resource")),
        ("outcome", lambda row: row.get("outcome")),
        ("why", _faults),
        nothing="The table has no line.",
    )
    _show_report(desk, report, rows, report.get("refused", 0))


@command(app, "export", "tandem configuration export --output tandem.json")
def export_configuration(desk: Desk, output: OutFile = None) -> None:
    """Write settings, resources and sources. Secrets are never in it, only their names."""
    document = desk.calls.read("/configuration", seconds=240).document
    if output is None:
        desk.out.write_json(document)
        return
    write_file(output, (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode())
    desk.out.show({"file": str(output)}, [f"{output} is written."])


@command(
    app, "import", "tandem configuration import tandem.json --dry-run", "tandem configuration import tandem.json --yes"
)
def import_configuration(
    desk: Desk,
    file: InFile,
    dry_run: DryRun = False,
    without_resources: Annotated[
        bool, typer.Option(help="Leave its resources out: more than 1,000 come as a table, by `resources import`.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Take over a configuration: all of it or nothing. What the file does not name stays as it is."""
    content = read_bytes(file)
    document = as_object(content, file)
    if without_resources:
        kept = {name: value for name, value in document.items() if name != "resources"}
        content = json.dumps(kept, ensure_ascii=False).encode()
    if not dry_run:
        desk.confirm(f"Take over the configuration of {file}?", yes)
    with Sending(desk, content, "application/json") as body:
        report = desk.calls.change("PUT", "/configuration", {"dryRun": dry_run or None}, body=body).document
    parts = report.get("parts") or []
    rows = table(
        parts,
        ("part", lambda row: row.get("part")),
        ("outcome", lambda row: row.get("outcome")),
        *((name, lambda row, name=name: row.get(name)) for name in ("created", "changed", "same", "refused")),
        ("why", _faults),
        nothing="The file names nothing.",
    )
    _show_report(desk, report, rows, sum(part.get("outcome") == "refused" for part in parts))


def _show_report(desk: Desk, report: Document, rows: Any, refused: int) -> None:
    done = "It is carried out." if report.get("applied") else "Nothing was changed: this is what would be done."
    desk.out.show(report, [rows, done])
    if refused:
        raise Trouble(Code.REFUSED, f"Refused: {refused}. Put them right and say it again.")


def _faults(row: Mapping[str, Any]) -> str:
    return "; ".join(map(explain_fault, row.get("errors") or []))
