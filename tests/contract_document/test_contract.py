"""The contract is valid OpenAPI 3.1, its examples keep to it, and its promises hold for every operation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.contract_document.reading import CONTRACT, complaints_about, contract, operations, resolve

OUTBOUND = [entry for entry in operations() if entry[0].startswith("/")]
WRITES = [entry for entry in OUTBOUND if entry[1] != "get"]


def _named(entry: tuple[str, str, dict[str, Any]]) -> str:
    return f"{entry[1]} {entry[0]}"


def test_the_document_is_valid_openapi() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(contract()).iter_errors()] == []


def _examples() -> Iterator[tuple[str, str, Any]]:
    for path, method, operation in operations():
        bodies = [("request", operation["requestBody"])] if "requestBody" in operation else []
        bodies += list(operation["responses"].items())
        for kind, reference in bodies:
            for media in resolve(reference).get("content", {}).values():
                if "$ref" not in media["schema"]:
                    continue
                schema = media["schema"]["$ref"].rsplit("/", 1)[1]
                values = {name: resolve(value)["value"] for name, value in media.get("examples", {}).items()}
                if "example" in media:
                    values["example"] = media["example"]
                for name, value in values.items():
                    yield f"{method} {path} {kind} {name}", schema, value


@pytest.mark.parametrize(("schema", "value"), [pytest.param(s, v, id=i) for i, s, v in _examples()])
def test_an_example_keeps_to_its_schema(schema: str, value: object) -> None:
    assert complaints_about(schema, value) == []


@pytest.mark.parametrize("entry", WRITES, ids=_named)
def test_every_write_can_be_repeated_under_its_key(entry: tuple[str, str, dict[str, Any]]) -> None:
    parameters = {resolve(parameter)["name"] for parameter in entry[2]["parameters"]}
    assert "Idempotency-Key" in parameters
    assert {"401", "404", "409", "429", "503"} <= set(entry[2]["responses"])


@pytest.mark.parametrize("entry", [e for e in WRITES if "412" in e[2]["responses"]], ids=_named)
def test_every_conditional_write_says_what_a_missing_condition_gets(entry: tuple[str, str, dict[str, Any]]) -> None:
    assert "428" in entry[2]["responses"]
    assert "If-Match" in {resolve(parameter)["name"] for parameter in entry[2]["parameters"]}


@pytest.mark.parametrize("entry", list(operations()), ids=_named)
def test_every_refusal_is_a_problem_with_a_code(entry: tuple[str, str, dict[str, Any]]) -> None:
    for status, reference in entry[2]["responses"].items():
        if int(status) >= 400:
            answer = resolve(reference)
            assert list(answer["content"]) == ["application/problem+json"], status
            named = set(re.findall(r"`([a-z_]+)`", answer["description"]))
            known = set(contract()["components"]["schemas"]["Problem"]["properties"]["code"]["enum"])
            assert named & known, f"{status} names no code"


@pytest.mark.parametrize("entry", list(operations()), ids=_named)
def test_every_operation_is_described(entry: tuple[str, str, dict[str, Any]]) -> None:
    assert len(entry[2]["summary"]) > 10
    assert len(entry[2].get("description", "")) > 10


def test_every_capability_belongs_to_an_operation_that_exists() -> None:
    switches = contract()["components"]["schemas"]["Capabilities"]["properties"]["capabilities"]["properties"]
    known = {f"{method.upper()} {path}" for path, method, _ in OUTBOUND}
    named = {
        call
        for switch in switches.values()
        for call in re.findall(r"(?:GET|PUT|PATCH|DELETE) /v1\S*", switch["description"])
    }
    assert named == known - {"GET /v1/capabilities"}


def test_every_event_type_has_a_schema_that_takes_it_and_no_other_does() -> None:
    event = contract()["components"]["schemas"]["SchedulerEvent"]
    taken: list[str] = []
    for branch in event["oneOf"]:
        of_type = resolve(branch)["properties"]["type"]
        taken += of_type.get("enum", [of_type.get("const")])
        for name in of_type.get("enum", [of_type.get("const")]):
            assert event["discriminator"]["mapping"][name] == branch["$ref"]
    assert sorted(taken) == sorted(event["discriminator"]["mapping"])


def test_every_schema_is_used() -> None:
    text = CONTRACT.read_text(encoding="utf-8")
    unused = [name for name in contract()["components"]["schemas"] if f"#/components/schemas/{name}'" not in text]
    assert unused == []


WRONG: list[tuple[str, str, Any]] = [
    ("an appointment without a revision", "revision", None),
    ("a revision of zero", "revision", 0),
    ("a time without an offset", "start", "2026-11-23T08:00:00"),
    ("an all-day appointment without its days", "allDay", True),
    ("a link that is no web address", "links", [{"href": "javascript:alert(1)"}]),
    ("fields with a list in them", "fields", {"a": [1]}),
    ("a resource without an id", "resources", [{"name": "Ada"}]),
]


@pytest.mark.parametrize(("field", "value"), [pytest.param(f, v, id=i) for i, f, v in WRONG])
def test_the_appointment_schema_refuses(field: str, value: object) -> None:
    example = contract()["components"]["examples"]["AppointmentMoved"]["value"]["data"]["appointment"]
    wrong = {key: entry for key, entry in {**example, field: value}.items() if entry is not None}
    assert complaints_about("Appointment", example) == []
    assert complaints_about("Appointment", wrong) != []
