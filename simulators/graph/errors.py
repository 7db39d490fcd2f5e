"""Graph's error envelope and the refusals this simulator knows.

https://learn.microsoft.com/graph/errors
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from simulators.graph.wire import Answer


class GraphRefusal(Exception):
    """A request that Graph answers with an error envelope."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        extra: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})

    def to_answer(self, now: datetime, request_id: str | None = None) -> Answer:
        """Return the envelope; `extra` members stand beside code and message."""
        request_id = request_id or str(uuid.uuid4())
        inner = {
            "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": request_id,
        }
        body = {"error": {"code": self.code, "message": self.message, **self.extra, "innerError": inner}}
        return Answer(self.status, body, self.headers)


class LostReply(Exception):
    """The request was carried out, but its answer never reaches the caller."""


def event_not_found() -> GraphRefusal:
    return GraphRefusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def malformed_id() -> GraphRefusal:
    return GraphRefusal(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def user_not_found(user: str) -> GraphRefusal:
    return GraphRefusal(
        404,
        "Request_ResourceNotFound",
        f"Resource '{user}' does not exist or one of its queried reference-property objects are not present.",
    )


def no_privileges() -> GraphRefusal:
    return GraphRefusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def bad_request(message: str, code: str = "BadRequest") -> GraphRefusal:
    return GraphRefusal(400, code, message)


def invalid_property(message: str = "At least one property failed validation.") -> GraphRefusal:
    return GraphRefusal(400, "ErrorPropertyValidationFailure", message)


def no_such_segment(segment: str) -> GraphRefusal:
    return GraphRefusal(400, "BadRequest", f"Resource not found for the segment '{segment}'.")
