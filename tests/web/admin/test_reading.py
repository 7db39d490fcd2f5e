"""What an admin sends becomes checked values, or every fault with its remedy."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from sync_core.web.admin.answers import Refusal
from sync_core.web.admin.reading import MOST_BYTES, Query, read_as, read_json
from sync_core.web.http import Headers

JSON = Headers({"Content-Type": "application/json; charset=utf-8"})


class State(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


def query(**given: str) -> Query:
    return Query(given)


def faults(call: Callable[[], object], status: int = 400) -> list[dict[str, str]]:
    with pytest.raises(Refusal) as refusal:
        call()
    assert refusal.value.answer.status == status
    errors: list[dict[str, str]] = json.loads(refusal.value.answer.body)["errors"]
    assert all(each["wrong"] and each["remedy"] for each in errors)
    return errors


def test_a_query_is_read_by_kind() -> None:
    given = query(deep="", dry="false", state="paused", since="2026-11-21T09:00:00+01:00", days="7")
    given.only("deep", "dry", "state", "since", "days")
    assert given.flag("deep")
    assert not given.flag("dry", default=True)
    assert given.flag("absent", default=True)
    assert given.choice("state", State) is State.PAUSED
    assert given.choice("absent", State) is None
    assert given.instant("since") == datetime(2026, 11, 21, 8, tzinfo=UTC)
    assert given.instant("absent") is None
    assert given.number("days", 1, 1, 30) == 7
    assert given.number("absent", 1, 1, 30) == 1


def test_a_plus_that_nobody_encoded_is_understood() -> None:
    assert query(since="2026-11-21T09:00:00 01:00").instant("since") == datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "field", "remedy"),
    [
        (lambda: query(limt="5").only("limit", "cursor"), "limt", "limit, cursor"),
        (lambda: query(x="1").only(), "x", "no parameter"),
        (lambda: query(deep="maybe").flag("deep"), "deep", "true or false"),
        (lambda: query(state="gone").choice("state", State), "state", "active, paused"),
        (lambda: query(since="2026-11-21T08:00:00").instant("since"), "since", "with its offset"),
        (lambda: query(since="soon").instant("since"), "since", "with its offset"),
        (lambda: query(since="0001-01-01T00:00:00+14:00").instant("since"), "since", "with its offset"),
    ],
)
def test_a_wrong_parameter_is_told_with_what_is_allowed(read: Callable[[], object], field: str, remedy: str) -> None:
    [fault] = faults(read)
    assert fault["field"] == field
    assert remedy in fault["remedy"]


def test_a_body_is_json() -> None:
    assert read_json(JSON, b'{"a": [1]}') == {"a": [1]}
    assert read_json(Headers({"content-type": "application/merge-patch+json"}), b"{}") == {}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"a": 1, "a": 2}', b'{"a": NaN}', b"\xff", b"[" * 200_000],
    ids=["nothing", "half", "a name twice", "no number", "no UTF-8", "too deep"],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    [fault] = faults(lambda: read_json(JSON, body))
    assert fault["field"] == ""


def test_another_content_type_and_an_endless_body_are_refused() -> None:
    [fault] = faults(lambda: read_json(Headers({"content-type": "text/plain"}), b"{}"), 415)
    assert (fault["field"], fault["remedy"]) == ("Content-Type", "application/json or application/merge-patch+json")
    faults(lambda: read_json(Headers({}), b"{}"), 415)
    faults(lambda: read_json(JSON, b" " * (MOST_BYTES + 1)), 413)


class Calendar(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=3)


class Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")
    zone: str
    calendars: list[Calendar] = []
    days: int = 1

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if zone != "Europe/Berlin":
            raise ValueError("an IANA name")
        return zone


def test_a_document_becomes_a_model() -> None:
    assert read_as(Wish, {"zone": "Europe/Berlin", "calendars": [{"name": "abc"}]}).calendars[0].name == "abc"


@pytest.mark.parametrize(
    ("document", "field", "wrong", "remedy"),
    [
        ({}, "zone", "is missing", "value"),
        ({"zone": "Mars"}, "zone", "is not allowed", "an IANA name"),
        ({"zone": "Europe/Berlin", "dais": 1}, "dais", "is no member here", "zone, calendars, days"),
        (
            {"zone": "Europe/Berlin", "calendars": [{"name": "long"}]},
            "calendars[0].name",
            "is not allowed",
            "at most 3",
        ),
        ({"zone": "Europe/Berlin", "calendars": [1]}, "calendars[0]", "is of the wrong type", "a JSON object"),
        ({"zone": "Europe/Berlin", "days": "x"}, "days", "is not allowed", "must be a valid integer"),
        (1, "", "is of the wrong type", "a JSON object"),
    ],
)
def test_each_fault_of_a_document_is_told_by_its_place(document: Any, field: str, wrong: str, remedy: str) -> None:
    [fault] = faults(lambda: read_as(Wish, document))
    assert (fault["field"], fault["wrong"]) == (field, wrong)
    assert remedy in fault["remedy"]


def test_all_faults_are_told_at_once_and_no_value_is_repeated() -> None:
    document = {"zone": "opensesame", "days": "opensesame", "calendars": [{"name": "opensesame"}]}
    found = faults(lambda: read_as(Wish, document))
    assert {each["field"] for each in found} == {"zone", "days", "calendars[0].name"}
    assert "opensesame" not in json.dumps(found)
