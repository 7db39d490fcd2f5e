"""Problem details (RFC 9457) as the contract spells them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web


@dataclass(frozen=True, slots=True)
class WrongField:
    """A JSON Pointer and what is wrong there, never the value itself."""

    pointer: str
    detail: str


class ProblemError(Exception):
    """Ends a request with problem details."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[WrongField] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def answer(self) -> web.Response:
        title = "Unprocessable Content" if self.status == 422 else HTTPStatus(self.status).phrase
        body: dict[str, object] = {
            "type": "about:blank",
            "title": title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.errors:
            body["errors"] = [{"pointer": error.pointer, "detail": error.detail} for error in self.errors]
        return web.Response(
            status=self.status,
            text=json.dumps(body),
            content_type="application/problem+json",
            headers=self.headers,
        )


def invalid(errors: Sequence[WrongField]) -> ProblemError:
    """Say which fields are wrong."""
    count = len(errors)
    return ProblemError(422, "invalid", f"{count} field{'s are' if count > 1 else ' is'} wrong.", errors=errors)


def not_found(what: str) -> ProblemError:
    return ProblemError(404, "not_found", f"There is no such {what}.")
