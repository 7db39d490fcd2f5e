"""Writes values as JSON documents into entities and reads them back, validated.

A property holds 64 KiB and an entity 1 MiB, both counted in UTF-16, so a document is split over as many as it takes:
https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#property-limitations
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from sync_core.domain.errors import Refused

V = TypeVar("V")
LARGEST_ENTITY = 900 * 1024
# 60 KiB of UTF-16, or, where some characters take two units, never more than that.
_PIECE = 30_000
_PIECE_OF_PAIRS = 15_000
# The parts of a multipart body around each document: headers, address, names.
_ENVELOPE = 1_536
_PIECE_ENVELOPE = 48
_FIRST = "D0"
_PIECES = "pieces"
# What a query asks for: few columns cost a third of all, and rows of several pieces are rare enough to be read again.
FIRST_COLUMNS = ("RowKey", _FIRST, _PIECES)


class Document(Generic[V]):
    """One kind of value and its JSON form."""

    def __init__(self, kind: Any) -> None:
        self._adapter: TypeAdapter[V] = TypeAdapter(kind)

    def write(self, value: V) -> str:
        """The value as JSON."""
        return self._adapter.dump_json(value).decode()

    def read(self, text: str, address: str) -> V:
        """The value of a JSON text.

        Raises:
            Refused: it is none; the reason names the address and the places, never the content.
        """
        try:
            return self._adapter.validate_json(text)
        except ValidationError as error:
            places = sorted({".".join(map(str, wrong["loc"])) or "the whole" for wrong in error.errors()})
            # Without the cause: its text would repeat what it could not read.
            raise Refused(f"the row {address} cannot be read; wrong: {', '.join(places[:5])}") from None


@cache
def document_of(kind: Any) -> Document[Any]:
    """The document of a kind of value, made at its first use and kept."""
    return Document(kind)


def columns(text: str) -> dict[str, str | int]:
    """The properties of an entity that hold a document."""
    size = _PIECE if text.isascii() or len(text.encode("utf-16-le")) == 2 * len(text) else _PIECE_OF_PAIRS
    if len(text) <= size:
        return {_FIRST: text}
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return {_PIECES: len(pieces), **{f"D{number}": piece for number, piece in enumerate(pieces)}}


def is_split(entity: Mapping[str, Any]) -> bool:
    """Does the document have more pieces than the first?"""
    return bool(entity.get(_PIECES))


def text_of(entity: Mapping[str, Any], address: str) -> str:
    """Put a document together.

    Raises:
        Refused: a piece is missing.
    """
    pieces = [entity.get(f"D{number}") for number in range(entity.get(_PIECES) or 1)]
    if not all(isinstance(piece, str) for piece in pieces):
        raise Refused(f"the row {address} cannot be read: it has no whole document")
    return "".join(str(piece) for piece in pieces)


def weigh(text: str, key: str) -> int:
    """The bytes a document takes in a transaction, rather too many than too few.

    Raises:
        Refused: it is too large for one entity.
    """
    stored = 2 * len(text) if text.isascii() else len(text.encode("utf-16-le"))
    if stored + _ENVELOPE > LARGEST_ENTITY:
        raise Refused(f"the row {key} is too large to be stored: {stored // 1024} KiB of {LARGEST_ENTITY // 1024}")
    # On the wire the client escapes quotes and everything beyond ASCII.
    sent = len(json.dumps(text))
    return max(stored, sent) + _ENVELOPE + 4 * len(key) + _PIECE_ENVELOPE * (1 + len(text) // _PIECE_OF_PAIRS)
