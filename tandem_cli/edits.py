"""Changes what was read before, noticing whoever was faster; and lets a person change it in their editor.

https://www.rfc-editor.org/rfc/rfc9110#name-if-match
"""

import json
import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from tandem_cli.calls import Answer, Body, Document, Query
from tandem_cli.command import Desk
from tandem_cli.options import as_object
from tandem_cli.showing import when
from tandem_cli.trouble import Code, Trouble

_IMPORTS = {"/configuration", "/resources/import"}


def change_read(desk: Desk, method: str, path: str, etag: str, body: Body | None = None) -> Answer:
    """Change what was read with this ETag.

    Raises:
        Trouble: It was refused; if somebody was faster, the sentences say who.
    """
    try:
        return desk.calls.change(method, path, body=body, etag=etag)
    except Trouble as trouble:
        if trouble.problem is None or trouble.problem.get("status") != 412:
            raise
        raise Trouble(trouble.code, *trouble.sentences, _who_was_faster(desk, path), problem=trouble.problem) from None


def _who_was_faster(desk: Desk, path: str) -> str:
    try:
        latest = list(desk.calls.walk("/trail", {}, 100))
    except Trouble:
        latest = []
    for entry in latest:
        if entry.get("target") == path or entry.get("target") in _IMPORTS:
            return (
                f"The last to change it was {entry.get('who')}, at {when(entry.get('at'))}: ask there what was meant."
            )
    return "`tandem trail` shows who changed what."


def edit(desk: Desk, document: Document, name: str, put: Callable[[Document], None]) -> None:
    """Have a person change a document in their editor, and put what they made of it.

    What could not be put stays in a file, so that nobody's work is lost.

    Raises:
        Trouble: Nothing was changed, the editor failed, or it was refused.
    """
    before = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    # Only its owner may read it: there are addresses in it.
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix=f"tandem-{name}-", suffix=".json", delete=False
    ) as new:
        new.write(before)
    draft = Path(new.name)
    _open_editor(draft)
    after = draft.read_text("utf-8")
    try:
        changed = as_object(after, str(draft))
        if changed == document:
            draft.unlink()
            desk.out.show({"changed": False}, ["Nothing was changed."])
            return
        put(changed)
    except Trouble as trouble:
        kept = f"What you wrote is kept in {draft}."
        raise Trouble(trouble.code, *trouble.sentences, kept, problem=trouble.problem) from None
    draft.unlink()


def _open_editor(draft: Path) -> None:
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if os.name == "nt" else "vi")
    try:
        ended = subprocess.run([*shlex.split(editor), str(draft)], check=False).returncode
    except OSError:
        ended = 1
    if ended:
        raise Trouble(Code.USAGE, f"The editor {editor} failed. Set EDITOR to one that works; your draft is {draft}.")


def delete_read(desk: Desk, path: str, query: Query | None = None) -> None:
    """Delete what is there now, if nobody changes it in between."""
    change_read(desk, "DELETE", path, desk.calls.read(path, query).etag)
