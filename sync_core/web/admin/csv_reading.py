"""Reads a table that an admin sends: named columns in any order, each line with where it begins and what is wrong.

RFC 4180: https://www.rfc-editor.org/rfc/rfc4180
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sync_core.contract.faults import legible
from sync_core.web.admin.answers import Wrong, invalid, read_cell

_LONGEST_CELL = 400_000
Problem = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line by the names of its columns; `number` is where it begins in the file, the heading being line 1."""

    number: int
    cells: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read_table(body: bytes, columns: Sequence[str], needed: Sequence[str], most: int) -> Sequence[Line]:
    """Read every line but blank ones.

    Raises:
        Refusal: it is no table, its heading does not fit, or it has too many lines.
    """
    try:
        text = body.decode("utf-8-sig")
    except ValueError:
        raise invalid(Wrong("", "is not UTF-8", "a table in UTF-8")) from None
    if "\0" in text:
        raise invalid(Wrong("", "holds a character that no table has", "a table in UTF-8"))
    rows = list(_rows(text, most + 1))
    if not rows:
        raise invalid(Wrong("", "is empty", f"a heading line with at least {' and '.join(needed)}"))
    heading = [name.strip() for name in rows[0][1]]
    _check_heading(heading, columns, needed)
    return [_line(number, row, heading) for number, row in rows[1:]]


def _rows(text: str, most: int) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line on which it begins.

    Raises:
        Refusal: a quote is never closed, or there are more rows than that.
    """
    limit = csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number, count = 1, 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                count += 1
                if count > most:
                    raise invalid(Wrong("", "has too many lines", f"at most {most - 1:,} lines; send it in parts"))
                yield number, row
            number = reader.line_num + 1
    except csv.Error:
        remedy = "quotes around a cell that holds a comma, a quote or a line break; quotes within it doubled"
        raise invalid(Wrong("", f"cannot be read as CSV from line {number} on", remedy)) from None
    finally:
        csv.field_size_limit(limit)


def _check_heading(heading: Sequence[str], columns: Sequence[str], needed: Sequence[str]) -> None:
    wrong = [Wrong(legible(name), "is no column", ", ".join(columns)) for name in heading if name not in columns]
    wrong += [Wrong(name, "is a column twice", "each column once") for name in columns if heading.count(name) > 1]
    wrong += [
        Wrong(name, "is missing from the heading", "a column of that name") for name in needed if name not in heading
    ]
    if wrong:
        raise invalid(*wrong)


def _line(number: int, row: Sequence[str], heading: Sequence[str]) -> Line:
    problems: tuple[Problem, ...] = ()
    if len(row) != len(heading):
        wrong = f"has {len(row)} cells where the heading has {len(heading)}"
        problems = (("", wrong, "one cell for each column; one that holds a comma stands in quotes"),)
    cells = {name: read_cell(cell) for name, cell in zip(heading, row, strict=False)}
    return Line(number, cells, problems)
