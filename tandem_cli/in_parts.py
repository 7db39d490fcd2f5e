"""Takes over a table that is too long for one call: every part is tried before the first is carried out."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tandem_cli.calls import Body, Document
from tandem_cli.command import Desk
from tandem_cli.tables import Line, Table, cut
from tandem_cli.trouble import Code, Trouble, explain

_OUTCOMES = ("created", "changed", "same", "refused")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """A table on its way, part by part. `is_partial` has the good lines carried out although others are refused."""

    desk: Desk
    table: Table
    is_partial: bool

    def try_out(self) -> Document:
        """Return what would become of each line; what two parts claim is refused to the later one."""
        rows: list[Row] = []
        with self._following("checked", len(self.table.lines)) as follow:
            for part in cut(self.table.lines):
                rows += self._send(part, {"dryRun": True})
                follow(len(part))
        return _report(list(_compared(rows)), is_applied=False)

    def carry_out(self, tried: Document) -> Document:
        """Carry out the lines that were not refused, and return what became of each line.

        Raises:
            Trouble: Lines are refused and the others may not go alone, or a part was not carried out. Those before it
                were; the same once more goes on there.
        """
        refused = [row for row in tried["rows"] if row["outcome"] == "refused"]
        if refused and not self.is_partial:
            are = "is" if len(refused) == 1 else "are"
            words = f"{len(refused):,} of {len(tried['rows']):,} lines {are} refused; nothing was changed."
            raise explain(400, {"title": "Bad Request", "status": 400, "detail": words, "report": tried})
        without = {row["line"] for row in refused}
        lines = [line for line in self.table.lines if line.number not in without]
        rows = {row["line"]: row for row in refused}
        with self._following("carried out", len(lines)) as follow:
            for number, part in enumerate(cut(lines)):
                try:
                    done = self._send(part, {"partial": self.is_partial or None})
                except Trouble as trouble:
                    raise _with_where(trouble, part, is_first=number == 0) from None
                rows |= {row["line"]: row for row in done}
                follow(len(part))
        return _report([rows[line] for line in sorted(rows)], is_applied=True)

    def _send(self, part: Sequence[Line], query: Mapping[str, bool | None]) -> Iterator[Row]:
        content = self.table.body_of(part)
        body = Body((content,), len(content), "text/csv")
        try:
            answered = self.desk.calls.change("POST", "/resources/import", query, body=body).document
        except Trouble as trouble:
            report = (trouble.problem or {}).get("report")
            if trouble.problem is None or not report:
                raise
            told = {**report, "rows": list(_numbered(part, report.get("rows") or []))}
            raise explain(trouble.problem.get("status", 400), {**trouble.problem, "report": told}) from None
        return _numbered(part, answered.get("rows") or [])

    @contextmanager
    def _following(self, done: str, total: int) -> Iterator[Any]:
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn(f"lines {done}"), TimeElapsedColumn())
        with Progress(SpinnerColumn(), *columns, console=self.desk.out.aside) as bar:
            task = bar.add_task("", total=total)
            yield lambda count: bar.advance(task, count)


def _numbered(part: Sequence[Line], rows: Sequence[Row]) -> Iterator[Row]:
    """The rows of a part's report, which come in its order, with the numbers that its lines have in the whole file."""
    if len(rows) != len(part):
        raise Trouble(Code.UNAVAILABLE, "What answers there does not answer as Tandem does. Is that the address?")
    for line, row in zip(part, rows, strict=True):
        yield {**row, "line": line.number}


def _compared(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows as one call would have told them: each id once, each calendar for one resource."""
    seen: set[str] = set()
    owners: dict[str, str] = {}
    for row in rows:
        name = row.get("resource") or ""
        if row["outcome"] != "refused":
            if name in seen:
                yield _refused(row, "id", "is named a second time", "each resource once")
                continue
            marks = row.get("calendars") or []
            owner = next((owners[mark] for mark in marks if mark in owners), None)
            if owner is not None:
                wrong = f"has a calendar that {owner} has, too"
                yield _refused(row, "mailbox", wrong, "name another calendar: one belongs to one resource")
                continue
            owners |= dict.fromkeys(marks, name)
        seen.add(name)
        yield row


def _refused(row: Row, field: str, wrong: str, remedy: str) -> Row:
    return {**row, "outcome": "refused", "errors": [{"field": field, "wrong": wrong, "remedy": remedy}]}


def _report(rows: Sequence[Row], *, is_applied: bool) -> Document:
    counted = Counter(row.get("outcome") for row in rows)
    return {"applied": is_applied, **{name: counted[name] for name in _OUTCOMES}, "rows": list(rows)}


def _with_where(trouble: Trouble, part: Sequence[Line], is_first: bool) -> Trouble:
    before = "" if is_first else " The lines before them are carried out."
    where = f"That is of lines {part[0].number:,} to {part[-1].number:,}.{before} Say the same again to go on there."
    problem = trouble.problem and {
        **trouble.problem,
        "detail": f"{trouble.problem.get('detail') or ''} {where}".strip(),
    }
    return Trouble(trouble.code, *trouble.sentences, where, problem=problem)
