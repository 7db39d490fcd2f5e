"""The contract of the administration is valid OpenAPI 3.1, its examples keep to it, and its rules hold everywhere."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.contract_document import reading
from tests.contract_document.reading import ADMIN_CONTRACT, contract

Entry = tuple[str, str, dict[str, Any]]

DOCS = Path(__file__).parents[2] / "docs"
CONTRACT = contract(ADMIN_CONTRACT)
SCHEMAS: dict[str, Any] = CONTRACT["components"]["schemas"]
ENTRIES = list(reading.operations(ADMIN_CONTRACT))
resolve = functools.partial(reading.resolve, document=ADMIN_CONTRACT)
complaints_about = functools.partial(reading.complaints_about, document=ADMIN_CONTRACT)

PROBLEM_OF = {
    "400": "invalid",
    "401": "unauthenticated",
    "403": "forbidden",
    "404": "not-found",
    "409": "conflict",
    "412": "precondition-failed",
    "413": "invalid",
    "415": "invalid",
    "428": "precondition-required",
    "429": "throttled",
    "503": "unavailable",
}


def _named(entry: Entry) -> str:
    return f"{entry[1]} {entry[0]}"


every_operation = pytest.mark.parametrize("entry", ENTRIES, ids=_named)


def _parameters(entry: Entry) -> dict[str, dict[str, Any]]:
    path, _, operation = entry
    listed = CONTRACT["paths"][path].get("parameters", []) + operation.get("parameters", [])
    return {found["name"]: found for found in map(resolve, listed)}


def _bodies(entry: Entry) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (request or status, content type, media) of one operation."""
    operation = entry[2]
    requests = [("request", operation["requestBody"])] if "requestBody" in operation else []
    for kind, reference in [*requests, *operation["responses"].items()]:
        for content_type, media in resolve(reference).get("content", {}).items():
            yield kind, content_type, media


def _examples_of(media: dict[str, Any]) -> dict[str, Any]:
    values = {name: resolve(value)["value"] for name, value in media.get("examples", {}).items()}
    return {**values, "example": media["example"]} if "example" in media else values


def _schema_of(media: dict[str, Any]) -> str:
    name: str = media["schema"]["$ref"].removeprefix("#/components/schemas/")
    return name


EXAMPLES = [
    pytest.param(_schema_of(media), value, id=f"{_named(entry)} {kind} {name}")
    for entry in ENTRIES
    for kind, _, media in _bodies(entry)
    for name, value in _examples_of(media).items()
]


def test_the_document_is_valid_openapi() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(CONTRACT).iter_errors()] == []


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for _, _, operation in ENTRIES]
    assert len(names) == len(set(names))


@every_operation
def test_every_operation_is_told_in_words(entry: Entry) -> None:
    assert len(entry[2]["summary"]) > 10
    assert len(entry[2]["description"]) > 20
    assert entry[2]["tags"][0] in [tag["name"] for tag in CONTRACT["tags"]]


@every_operation
def test_every_body_has_a_named_schema_and_an_example(entry: Entry) -> None:
    for kind, content_type, media in _bodies(entry):
        assert _schema_of(media) in SCHEMAS
        assert _examples_of(media), f"{kind} {content_type} has no example"


@pytest.mark.parametrize(("schema", "value"), EXAMPLES)
def test_an_example_keeps_to_its_schema(schema: str, value: object) -> None:
    assert complaints_about(schema, value) == []


@every_operation
def test_every_call_may_be_refused_for_want_of_a_token_or_a_role_or_patience(entry: Entry) -> None:
    assert {"400", "401", "403", "429", "503"} <= set(entry[2]["responses"])


@every_operation
def test_a_reader_may_read_and_only_an_admin_may_change(entry: Entry) -> None:
    role = "Tandem.Reader" if entry[1] == "get" else "Tandem.Admin"
    assert entry[2].get("security", CONTRACT["security"]) == [{"entra": [role]}]


@every_operation
def test_every_refusal_is_a_problem_whose_type_fits_its_status(entry: Entry) -> None:
    for status, reference in entry[2]["responses"].items():
        if int(status) < 400:
            continue
        answer = resolve(reference)
        assert list(answer["content"]) == ["application/problem+json"], status
        media = answer["content"]["application/problem+json"]
        assert {"type", "title", "status", "detail"} <= set(SCHEMAS[_schema_of(media)]["required"])
        for example in _examples_of(media).values():
            assert example["type"] == f"/problems/{PROBLEM_OF[status]}"
            assert str(example["status"]) == status
        assert ("Retry-After" in answer.get("headers", {})) is (status in ("429", "503"))
        assert ("WWW-Authenticate" in answer.get("headers", {})) is (status == "401")


def test_no_problem_type_is_without_a_status() -> None:
    # That a method is not there cannot be said of a method that is.
    of_calls = {f"/problems/{name}" for name in (*PROBLEM_OF.values(), "method-not-allowed")}
    assert of_calls == set(SCHEMAS["ProblemType"]["enum"])


@every_operation
def test_every_list_comes_in_pages_and_nothing_else_does(entry: Entry) -> None:
    pages = [_schema_of(media) for kind, _, media in _bodies(entry) if kind == "200" and "Page" in _schema_of(media)]
    for page in pages:
        assert SCHEMAS[page]["required"] == ["value", "nextCursor"]
        assert SCHEMAS[page]["properties"]["value"]["maxItems"] == 500
    assert ({"limit", "cursor"} <= set(_parameters(entry))) is bool(pages)
    assert bool(pages) is (entry[2]["operationId"].startswith("list") or entry[2]["operationId"] == "getHistory")


def test_a_page_holds_a_hundred_unless_asked_and_never_more_than_five_hundred() -> None:
    limit = CONTRACT["components"]["parameters"]["Limit"]["schema"]
    assert limit == {"type": "integer", "minimum": 1, "maximum": 500, "default": 100}


@every_operation
def test_what_has_an_etag_is_changed_by_it_only(entry: Entry) -> None:
    path, method, operation = entry
    read = CONTRACT["paths"][path].get("get", {"responses": {"200": {}}})["responses"]["200"]
    if method in ("put", "patch", "delete") and "ETag" in resolve(read).get("headers", {}):
        assert "If-Match" in _parameters(entry)
    if "If-Match" in _parameters(entry):
        assert {"412", "428"} <= set(operation["responses"])
        assert _parameters(entry)["If-Match"]["required"] is ("If-None-Match" not in _parameters(entry))


@every_operation
def test_every_body_that_is_sent_may_be_too_large_or_of_the_wrong_type(entry: Entry) -> None:
    assert ({"413", "415"} <= set(entry[2]["responses"])) is ("requestBody" in entry[2])


@every_operation
def test_what_is_asked_for_by_its_id_may_be_missing(entry: Entry) -> None:
    creates = "If-None-Match" in _parameters(entry)
    if "{" in entry[0]:
        assert ("404" in entry[2]["responses"]) is not creates


def test_what_was_read_may_be_sent_back_as_it_was() -> None:
    parts = CONTRACT["components"]["examples"]
    assert complaints_about("ResourcePut", parts["Resource"]["value"]) == []
    assert complaints_about("SourcePut", parts["Source"]["value"]) == []


@pytest.mark.parametrize("name", ["Settings", "Overrides"])
def test_the_examples_name_only_settings_that_there_are(name: str) -> None:
    told = set(re.findall(r"^### (\w+)$", (DOCS / "admin" / "settings.md").read_text("utf-8"), re.MULTILINE))
    examples = [value for param in EXAMPLES for value in _parts_by(name, {"$ref": param.values[0]}, param.values[1])]
    assert examples
    assert set().union(*examples) - told == set()


def _parts_by(name: str, schema: Any, value: Any) -> Iterator[dict[str, Any]]:
    """Find what an example says where the contract has the schema of that name."""
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        found = schema["$ref"].removeprefix("#/components/schemas/")
        if found == name and isinstance(value, dict):
            yield value
        schema = SCHEMAS[found]
    for branch in schema.get("anyOf", []):
        yield from _parts_by(name, branch, value)
    if isinstance(value, list):
        for one in value:
            yield from _parts_by(name, schema.get("items"), one)
    elif isinstance(value, dict):
        for member, one in value.items():
            yield from _parts_by(name, schema.get("properties", {}).get(member), one)


def test_nothing_that_is_defined_lies_idle() -> None:
    text = ADMIN_CONTRACT.read_text(encoding="utf-8")
    defined = [
        f"#/components/{section}/{name}"
        for section, entries in CONTRACT["components"].items()
        if section != "securitySchemes"
        for name in entries
    ]
    assert [reference for reference in defined if f"'{reference}'" not in text] == []


APP = "0b0e7a4e-6f0c-4a5b-9a1d-4d2f7c9e1a22"
TOKEN = {"proof": "entra_bearer", "audience": "api://tandem", "appIds": [APP]}

WRONG: list[tuple[str, str, Any]] = [
    ("a resource without a name", "ResourcePut", {"mailbox": {"address": "ada@acme.example"}}),
    ("a member that is misspelt", "ResourcePut", {"name": "Ada", "directon": "up"}),
    ("a direction that there is not", "ResourcePatch", {"direction": "sideways"}),
    ("a state, which is no matter of a patch", "ResourcePatch", {"state": "active"}),
    ("a secret in the address without a list of addresses", "SourcePut", {"proof": "url_secret", "secretNames": ["a"]}),
    ("a signature without its header", "SourcePut", {"proof": "hmac_body", "secretNames": ["a"]}),
    ("a proof without a secret", "SourcePut", {"proof": "basic", "user": "board"}),
    ("a password without its user", "SourcePut", {"proof": "basic", "secretNames": ["a"]}),
    ("a token of any application", "SourcePut", {"proof": "entra_bearer", "audience": "api://tandem"}),
    ("what means nothing with the proof", "SourcePut", {"proof": "standard_webhooks", "header": "X-Signature"}),
    ("a secret where a token proves", "SourcePut", {**TOKEN, "secretNames": ["a"]}),
    ("three secrets at once", "SourcePut", {"proof": "standard_webhooks", "secretNames": ["a", "b", "c"]}),
    ("a secret itself in place of its name", "SourcePut", {"proof": "standard_webhooks", "secretNames": ["whsec_b"]}),
    ("a choice of everything that is held", "HeldChoice", {}),
    ("a form of the configuration that is not known", "Configuration", {"version": 2}),
    ("a wrong field without a remedy", "FieldError", {"field": "name", "wrong": "is missing"}),
    ("an instant without an offset", "Instant", "2026-11-21T08:00:00"),
]


@pytest.mark.parametrize(("schema", "value"), [pytest.param(s, v, id=i) for i, s, v in WRONG])
def test_the_schemas_refuse(schema: str, value: object) -> None:
    assert complaints_about(schema, value) != []


def test_each_proof_is_taken_with_what_it_needs() -> None:
    complete: dict[str, dict[str, Any]] = {
        "standard_webhooks": {"secretNames": ["a", "b"]},
        "hmac_body": {"secretNames": ["a"], "header": "X-Signature"},
        "entra_bearer": TOKEN,
        "basic": {"secretNames": ["a"], "user": "board"},
        "url_secret": {"secretNames": ["a"], "allowedAddresses": ["203.0.113.7", "2001:db8::/32"]},
    }
    assert list(complete) == SCHEMAS["Proof"]["enum"]
    for proof, needs in complete.items():
        assert complaints_about("SourcePut", {**needs, "proof": proof}) == []
