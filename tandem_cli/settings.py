"""`tandem settings show`, `validate`, `put`, `edit`: what holds for the whole tenant."""

import json
from typing import Annotated

import typer

from tandem_cli.calls import Body, Document
from tandem_cli.command import Desk, command, group
from tandem_cli.edits import change_read, edit
from tandem_cli.options import InFile, OutFile, Yes, read_object, write_file
from tandem_cli.showing import card, table
from tandem_cli.trouble import Code, Trouble, explain_fault

app = group("settings", "What holds for the whole tenant; docs/admin/settings.md tells every name.")


@command(app, "show", "tandem settings show", "tandem settings show --output tenant.json")
def show(desk: Desk, output: OutFile = None) -> None:
    """Show the settings that differ from the default."""
    read = desk.calls.read("/settings")
    if output is not None:
        write_file(output, (json.dumps(read.document, ensure_ascii=False, indent=2) + "\n").encode())
        desk.out.show({"file": str(output), "etag": read.etag}, [f"{output} is written; its ETag is {read.etag}."])
        return
    shown = card(*read.document.items()) if read.document else "Every setting is as by default."
    desk.out.show(read.document, [shown])


@command(app, "validate", "tandem settings validate tenant.json")
def validate(desk: Desk, file: InFile) -> None:
    """Say what of a document would be refused, or how many events it would rewrite. Nothing is changed."""
    verdict = _judge(desk, read_object(file))
    problems = verdict.get("problems") or []
    wrong = table(
        problems,
        ("setting", lambda row: row.get("field")),
        ("what is wrong", lambda row: row.get("wrong")),
        ("what to do", lambda row: row.get("remedy")),
        nothing=f"It would be taken. {_effects(verdict)}",
    )
    desk.out.show(verdict, [wrong])
    if problems:
        raise Trouble(Code.REFUSED, f"Wrong: {len(problems)}.")


@command(app, "put", "tandem settings put tenant.json", "tandem settings put tenant.json --yes")
def put(
    desk: Desk,
    file: InFile,
    etag: Annotated[
        str | None, typer.Option(help="The ETag that `show` told, to be refused if somebody was faster.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Replace the settings by a document, after saying what that changes. It holds without a restart."""
    document = read_object(file)
    read = desk.calls.read("/settings")
    _put(desk, read.document, document, etag or read.etag, yes)


@command(app, "edit", "tandem settings edit", "tandem settings edit --yes")
def edit_settings(desk: Desk, yes: Yes = False) -> None:
    """Change the settings in your editor (VISUAL or EDITOR)."""
    read = desk.calls.read("/settings")
    edit(desk, read.document, "settings", lambda changed: _put(desk, read.document, changed, read.etag, yes))


def _put(desk: Desk, before: Document, after: Document, etag: str, is_agreed: bool) -> None:
    verdict = _judge(desk, after)
    if problems := verdict.get("problems"):
        raise Trouble(Code.REFUSED, *map(explain_fault, problems), "Nothing was changed.")
    if not is_agreed:
        desk.out.note(*_differences(before, after), _effects(verdict))
    desk.confirm("Store these settings?", is_agreed)
    change = change_read(desk, "PUT", "/settings", etag, Body.of_json(after)).document
    stored = f"The settings are stored and hold. They make a difference for {change.get('resources')} resource(s)."
    later = [f"{change['later']} of them follow in the night."] if change.get("later") else []
    follow = ["`tandem resources progress RESOURCE --follow` shows how far one is."] if change.get("resources") else []
    desk.out.show(change, [" ".join([stored, *later, *follow])])


def _judge(desk: Desk, document: Document) -> Document:
    return desk.calls.change("POST", "/settings/validate", body=Body.of_json(document)).document


def _effects(verdict: Document) -> str:
    effects = verdict.get("effects") or {}
    walked, events = f"{effects.get('resources', 0)} resource(s) would be walked", effects.get("events", 0)
    if effects.get("atLeast"):
        return f"{walked}; there are too many events to look at all: of those looked at, {events} would be rewritten."
    return f"{walked}, and at most {events} event(s) rewritten."


def _differences(before: Document, after: Document) -> list[str]:
    def words(document: Document, name: str) -> str:
        return json.dumps(document[name], ensure_ascii=False) if name in document else "by default"

    changed = [name for name in sorted({*before, *after}) if words(before, name) != words(after, name)]
    return [f"{name}: {words(before, name)} → {words(after, name)}" for name in changed] or ["No setting changes."]
