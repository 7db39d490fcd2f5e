"""What an admin is answered: JSON, CSV, and refusals that name the field and the remedy.

https://www.rfc-editor.org/rfc/rfc9457
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from http import HTTPStatus

from sync_core.web.http import Headers, Response

# What a spreadsheet would take for a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Every fault is among the errors; the sentence is for who reads one.
_MOST_IN_WORDS, _LONGEST_WORDS = 5, 300


class Problem(Enum):
    """Each kind of refusal with its type and usual status."""

    UNAUTHENTICATED = ("unauthenticated", HTTPStatus.UNAUTHORIZED)
    FORBIDDEN = ("forbidden", HTTPStatus.FORBIDDEN)
    NOT_FOUND = ("not-found", HTTPStatus.NOT_FOUND)
    METHOD_NOT_ALLOWED = ("method-not-allowed", HTTPStatus.METHOD_NOT_ALLOWED)
    INVALID = ("invalid", HTTPStatus.BAD_REQUEST)
    CONFLICT = ("conflict", HTTPStatus.CONFLICT)
    PRECONDITION_FAILED = ("precondition-failed", HTTPStatus.PRECONDITION_FAILED)
    PRECONDITION_REQUIRED = ("precondition-required", HTTPStatus.PRECONDITION_REQUIRED)
    THROTTLED = ("throttled", HTTPStatus.TOO_MANY_REQUESTS)
    UNAVAILABLE = ("unavailable", HTTPStatus.SERVICE_UNAVAILABLE)

    @property
    def type(self) -> str:
        return f"/problems/{self.value[0]}"

    @property
    def status(self) -> HTTPStatus:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing to put right: where it stands (empty for the whole), what is wrong, what is allowed there."""

    field: str
    wrong: str
    remedy: str


class Refusal(Exception):
    """Ends a call with this answer."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


def answer_problem(
    problem: Problem,
    detail: str,
    errors: Sequence[Wrong] = (),
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the answer for a refusal; `detail` says in words what to do."""
    code = HTTPStatus(status or problem.status)
    document = {"type": problem.type, "title": code.phrase, "status": int(code), "detail": detail}
    if errors:
        document["errors"] = [asdict(each) for each in errors]
    return Response(int(code), _encode(document), "application/problem+json", headers or {})


def refuse(problem: Problem, detail: str, *errors: Wrong, status: int | None = None) -> Refusal:
    """Return the refusal to raise."""
    return Refusal(answer_problem(problem, detail, errors, status=status))


def invalid(*errors: Wrong) -> Refusal:
    """Return the refusal of input, with every fault that was found; in words the first of them."""
    words = "; ".join(f"{each.field or 'the body'} {each.wrong}"[:_LONGEST_WORDS] for each in errors[:_MOST_IN_WORDS])
    more = f"; and {len(errors) - _MOST_IN_WORDS} more" if len(errors) > _MOST_IN_WORDS else ""
    return refuse(Problem.INVALID, f"{words}{more}.", *errors)


def answer_json(
    document: object, status: int = HTTPStatus.OK, *, etag: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Return a JSON answer; `etag` as `etag_of` made it."""
    return Response(int(status), _encode(document), "application/json", _with_etag(headers, etag))


def answer_nothing() -> Response:
    """Return the answer of what is done and has nothing to show."""
    return Response(int(HTTPStatus.NO_CONTENT))


def answer_csv(columns: Sequence[str], rows: Iterable[Sequence[str]], file_name: str, *, etag: str = "") -> Response:
    """Return rows as CSV that spreadsheets open as text; `read_cell` gives back what a cell was."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_write_cell(cell) for cell in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return Response(200, sheet.getvalue().encode(), "text/csv; charset=utf-8", _with_etag(headers, etag))


def read_cell(text: str) -> str:
    """Return what `answer_csv` was given for this cell."""
    return text[1:] if text.startswith("'") and text[1:2] in {*_FORMULA, "'"} else text


def _write_cell(text: str) -> str:
    return f"'{text}" if text.startswith((*_FORMULA, "'")) else text


def etag_of(document: object) -> str:
    """Return the strong ETag of a document, quoted; the same content has the same one."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), default=str)
    return f'"{hashlib.sha256(canonical.encode()).hexdigest()[:32]}"'


def require_match(headers: Headers, etag: str) -> None:
    """Let a change pass only if it was made from what is there now; `etag` is empty where nothing is there.

    Raises:
        Refusal: 428 without If-Match, 412 if it names another state.
    """
    given = headers.get("if-match", "").strip()
    if not given:
        detail = "Send If-Match with the ETag that you read, so that nobody's change is overwritten unseen."
        raise refuse(Problem.PRECONDITION_REQUIRED, detail)
    if not etag or (given != "*" and etag not in {each.strip() for each in given.split(",")}):
        detail = "It has been changed since you read it, or is gone: read it again and decide anew."
        raise refuse(Problem.PRECONDITION_FAILED, detail)


def require_put_condition(headers: Headers, etag: str) -> None:
    """Let a put pass that creates (If-None-Match: *) what is not there, or replaces (If-Match) what was read.

    `etag` is empty where nothing is there.

    Raises:
        Refusal: 428 without a condition, 412 if it does not hold, 400 if it is none.
    """
    none_match = headers.get("if-none-match", "").strip()
    if not none_match:
        require_match(headers, etag)
        return
    if "if-match" in headers:
        raise invalid(Wrong("If-None-Match", "stands beside If-Match", "one of them: * to create, an ETag to replace"))
    if none_match != "*":
        raise invalid(Wrong("If-None-Match", "is not *", "* to create a new one; If-Match replaces a known one"))
    if etag:
        detail = "There is one of that id already: read it, and send its ETag as If-Match to change it."
        raise refuse(Problem.PRECONDITION_FAILED, detail)


def _with_etag(headers: Mapping[str, str] | None, etag: str) -> Mapping[str, str]:
    return {**(headers or {}), **({"ETag": etag} if etag else {})}


def _encode(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
