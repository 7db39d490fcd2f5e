"""Cuts a table into parts that one call can carry out, each line known by where it begins in the whole file.

RFC 4180: https://www.rfc-editor.org/rfc/rfc4180
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Half of what `importResources` takes: a thousand lines that all activate come near the end that Azure sets a call.
MOST_LINES, MOST_BYTES = 500, 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was written, line breaks within it and blank ones before it included; `number` is its first."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, and the lines below it that are not blank."""

    heading: str
    lines: Sequence[Line]

    def body_of(self, lines: Sequence[Line]) -> bytes:
        """Return some of the lines as a table of their own."""
        return "".join([self.heading, *(line.text for line in lines)]).encode()


def read_table(content: bytes) -> Table | None:
    """Return the table that the content holds, None if it cannot be read: the app says better why."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    physical = list(io.StringIO(text, newline=""))
    reader = csv.reader(physical, strict=True)
    found: list[Line] = []
    end, begin = 0, 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append(Line(begin + 1, "".join(physical[end : reader.line_num])))
                end = reader.line_num
            begin = reader.line_num
    except csv.Error:
        return None
    return Table(found[0].text, found[1:]) if found else None


def cut(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """Yield the lines in parts, in order."""
    part: list[Line] = []
    size = 0
    for line in lines:
        length = len(line.text.encode())
        if part and (len(part) == MOST_LINES or size + length > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(line)
        size += length
    if part:
        yield part
