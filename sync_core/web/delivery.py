"""What a delivery holds: its events, understood one by one, so that a bad one does not sink the others."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn

from sync_core.contract.event import Told, read_event
from sync_core.contract.faults import FieldFault, Invalid, legible
from sync_core.web.http import Response
from sync_core.web.problem import problem

MOST_BYTES = 4 * 1024 * 1024
MOST_MEMBERS = 1000
_MOST_MEMBER_BYTES = 256 * 1024
_SINGLE = "application/cloudevents+json"
_BATCH = "application/cloudevents-batch+json"
_EITHER = "application/json"


class RequestRefused(Exception):
    """The call as a whole is refused and nothing of it is stored; `response` says why."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


@dataclass(frozen=True, slots=True)
class Member:
    """An event that was understood, and its position."""

    index: int
    told: Told


@dataclass(frozen=True, slots=True)
class RejectedMember:
    """An event that was not taken: position, its own id where it could be read, and what is wrong."""

    index: int
    id: str | None
    type: str
    code: str
    detail: str
    errors: tuple[FieldFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    is_batch: bool
    members: tuple[Member, ...]
    rejected: tuple[RejectedMember, ...]


def parse_delivery(content_type: str, raw: bytes, delivery_id: str = "") -> Delivery:
    """Understand a body; `delivery_id` names a plain event, which has no id of its own.

    Raises:
        RequestRefused: 400, 413 or 415. A single event that is wrong is a 400; in a batch it is `rejected`.
    """
    if len(raw) > MOST_BYTES:
        _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "A call holds at most 4 MiB.")
    media_type = _media_type(content_type)
    document = _read_json(raw)
    is_batch = isinstance(document, list)
    if media_type == (_SINGLE if is_batch else _BATCH):
        shape = "an object" if is_batch else "an array"
        _refuse_fields([FieldFault("", f"must be {shape} with this content type")])
    if not is_batch:
        return Delivery(False, (Member(0, _read_single(document, len(raw), delivery_id)),), ())
    if not document:
        _refuse_fields([FieldFault("", "must hold at least one event")])
    if len(document) > MOST_MEMBERS:
        _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "A call holds at most 1,000 events.")
    may_be_too_large = len(raw) > _MOST_MEMBER_BYTES
    read = [_read_member(index, one, may_be_too_large, delivery_id) for index, one in enumerate(document)]
    return Delivery(
        True,
        tuple(one for one in read if isinstance(one, Member)),
        tuple(one for one in read if isinstance(one, RejectedMember)),
    )


def _media_type(content_type: str) -> str:
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [one.partition("=")[2].strip('" ') for one in parameters if one.startswith("charset=")]
    if media_type not in (_SINGLE, _BATCH, _EITHER) or any(
        one not in ("utf-8", "utf8", "us-ascii") for one in charsets
    ):
        taken = ", ".join((_SINGLE, _BATCH, _EITHER))
        _refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", f"Taken are {taken}, in UTF-8.")
    return media_type


def _read_json(raw: bytes) -> Any:
    try:
        document = json.loads(raw.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        _refuse(HTTPStatus.BAD_REQUEST, "not_json", "The body is not JSON in UTF-8.")
    if not isinstance(document, dict | list):
        _refuse(HTTPStatus.BAD_REQUEST, "not_json", "The body is neither an object nor an array.")
    return document


def _refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(name)


def _read_single(document: object, size: int, delivery_id: str) -> Told:
    if size > _MOST_MEMBER_BYTES:
        _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "An event holds at most 256 KiB.")
    try:
        return read_event(document, delivery_id)
    except Invalid as invalid:
        _refuse_fields(invalid.faults)


def _read_member(index: int, document: object, may_be_too_large: bool, delivery_id: str) -> Member | RejectedMember:
    name, kind = _text(document, "id"), _text(document, "type") or "an event"
    if may_be_too_large and len(json.dumps(document, ensure_ascii=False).encode(errors="replace")) > _MOST_MEMBER_BYTES:
        return RejectedMember(index, name, kind, "too_large", "An event holds at most 256 KiB.")
    try:
        return Member(index, read_event(document, f"{delivery_id}/{index}"))
    except Invalid as invalid:
        return RejectedMember(index, name, kind, "invalid", _count(invalid.faults), invalid.faults)


def _text(document: object, name: str) -> str | None:
    value = document.get(name) if isinstance(document, dict) else None
    return legible(value) if isinstance(value, str) and value else None


def _count(faults: Sequence[FieldFault]) -> str:
    return "1 field is wrong." if len(faults) == 1 else f"{len(faults)} fields are wrong."


def _refuse(status: HTTPStatus, code: str, detail: str) -> NoReturn:
    raise RequestRefused(problem(status, code, detail))


def _refuse_fields(faults: Sequence[FieldFault]) -> NoReturn:
    raise RequestRefused(problem(HTTPStatus.BAD_REQUEST, "invalid", _count(faults), faults))
