"""What the log says of a run: one closing line of names and numbers, never a subject, body, address or token."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from enum import StrEnum

log = logging.getLogger("tandem")

Facts = dict[str, str | int | float]

# They write every request's address and headers, and with them mailboxes.
_TALKATIVE = ("azure", "azure.core", "httpx", "httpcore", "aiohttp.access", "msal", "urllib3")


def quieten_libraries() -> None:
    """Let the libraries underneath say only what is wrong."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


@contextmanager
def closing_line(what: str, **known: str | int | float) -> Iterator[Facts]:
    """Write one line when the block ends, well or not, with what is known before and what is added inside.

    An error's message stays out of the line, because whoever raised it may have quoted content; its type is named.
    """
    facts: Facts = dict(known)
    began = time.monotonic()
    try:
        yield facts
    except BaseException as trouble:
        _write(logging.ERROR, what, {**facts, "failed": type(trouble).__name__}, began)
        raise
    _write(logging.INFO, what, facts, began)


def tell_alert(name: str, level: str, words: str, link: str) -> None:
    """Write the line that alert rules query, so that its form is a contract: `docs/admin/alerts.md`.

    `level` is warning or error, or over for one that has ended. The words are Tandem's own.
    """
    severity = {"warning": logging.WARNING, "error": logging.ERROR}.get(level, logging.INFO)
    told = {"alert": name, "level": str(level), "words": words, "link": link}
    line = " ".join(f"{key}={value}" for key, value in told.items())
    log.log(severity, "%s", line, extra={f"tandem.{key}": value for key, value in told.items()})


def facts_of(report: object) -> Facts:
    """The numbers and plain words of a report; a collection is told by its length."""
    if isinstance(report, int):
        return {"count": report}
    facts: Facts = {}
    for field in fields(report) if is_dataclass(report) else ():
        value = getattr(report, field.name)
        if isinstance(value, int | float | StrEnum):
            facts[field.name] = value
        elif isinstance(value, tuple | list | dict | set | frozenset):
            facts[field.name] = len(value)
    return facts


def _write(level: int, what: str, facts: Facts, began: float) -> None:
    told: Facts = {**facts, "ms": round((time.monotonic() - began) * 1000)}
    words = " ".join(f"{name}={value}" for name, value in told.items())
    # Beside the text, each fact is an attribute that a query can filter by.
    log.log(level, "%s %s", what, words, extra={f"tandem.{name}": value for name, value in told.items()})
