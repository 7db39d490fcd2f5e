"""Why a command did not do what it was asked: the sentences for people, the exit code for programs.

https://www.rfc-editor.org/rfc/rfc9457
"""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any


class Code(IntEnum):
    """The exit codes; docs/admin/command-line.md promises them."""

    REFUSED = 1
    USAGE = 2
    FORBIDDEN = 3
    NOT_FOUND = 4
    CONFLICT = 5
    UNAVAILABLE = 6


MEANINGS = {
    0: "done",
    Code.REFUSED: "refused, or not all of it is well: a red line, a refused row, a no",
    Code.USAGE: "the command is wrong",
    Code.FORBIDDEN: "you are not known, or may not",
    Code.NOT_FOUND: "there is none of that id",
    Code.CONFLICT: "things are not, or no longer, as the call supposed",
    Code.UNAVAILABLE: "the app, or what it stands on, does not answer",
}


class Trouble(Exception):
    """Ends a command; `problem` is the document that the app answered, if it was the app that refused."""

    def __init__(self, code: Code, *sentences: str, problem: Mapping[str, Any] | None = None) -> None:
        super().__init__(" ".join(sentences))
        self.code = code
        self.sentences = sentences
        self.problem = problem

    def as_document(self) -> Mapping[str, Any]:
        """Return it for programs: what the app answered, else a document of the same form."""
        return self.problem or {"title": self.code.name.replace("_", " ").lower(), "detail": str(self)}


_CODES = {
    401: Code.FORBIDDEN,
    403: Code.FORBIDDEN,
    404: Code.NOT_FOUND,
    409: Code.CONFLICT,
    412: Code.CONFLICT,
    428: Code.CONFLICT,
    429: Code.UNAVAILABLE,
}


def explain(status: int, problem: Mapping[str, Any], wait: str = "") -> Trouble:
    """Return the trouble that problem details tell of; `wait` is what `Retry-After` says, in seconds."""
    code = _CODES.get(status, Code.UNAVAILABLE if status >= 500 else Code.REFUSED)
    detail = problem.get("detail") or problem.get("title") or f"The app answered {status}"
    faults = problem.get("errors") or []
    # Nobody reads twice what is wrong, once without what to do.
    is_said_below = any(fault.get("wrong") and fault["wrong"] in detail for fault in faults)
    sentences = [] if is_said_below else [sentence(detail)]
    sentences += map(explain_fault, faults)
    sentences += _reported(problem.get("report") or {})
    if wait and code is Code.UNAVAILABLE:
        sentences.append(f"It asks to wait for {wait} s.")
    if status == 401:
        sentences.append("`tandem token` shows for whom and until when the token is good.")
    if status >= 500 and problem.get("correlationId"):
        sentences.append(f"The log has more under {problem['correlationId']}.")
    return Trouble(code, *sentences, problem=problem)


def explain_fault(fault: Mapping[str, Any]) -> str:
    """Return what is wrong with a field and what to do, in one line."""
    field, wrong, remedy = (fault.get(name) for name in ("field", "wrong", "remedy"))
    return f"{field or 'the whole'} {wrong or 'is wrong'} → {remedy or 'correct it'}"


def _reported(report: Mapping[str, Any]) -> Iterator[str]:
    for row in report.get("rows") or []:
        for fault in row.get("errors") or []:
            yield f"line {row.get('line')} ({row.get('resource')}), {explain_fault(fault)}"
    for part in report.get("parts") or []:
        for fault in part.get("errors") or []:
            yield f"{part.get('part')}, {explain_fault(fault)}"


def sentence(words: str) -> str:
    """Return words with a stop at their end."""
    words = words.strip()
    return words if not words or words.endswith((".", "!", "?", "…")) else f"{words}."
