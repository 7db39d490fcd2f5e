"""The whole configuration in one document: taken along to another deployment, all of it or nothing, never a secret."""

from typing import Any

import pytest

from sync_core.domain.source import Proof, Source, SourceId
from sync_core.web.admin.access import READER
from tests.flows.crew import ADDRESS
from tests.web.admin.office import Answer, Office


def parts(answer: Answer) -> dict[str, tuple[str, int]]:
    """Each part with its outcome, and how much of it is not the same."""
    report = answer.body.get("report", answer.body)
    return {
        part["part"]: (part["outcome"], part["created"] + part["changed"] + part["refused"]) for part in report["parts"]
    }


async def chosen() -> Office:
    office = Office()
    crew = office.crew
    crew.rows.partitions.clear()
    etag = (await office.call("GET", "/settings")).etag
    document = {"direction": "both", "zone": "Europe/Berlin", "subject_template": "{{ number }} {{ subject }}"}
    assert (await office.call("PUT", "/settings", document, etag=etag)).status == 200
    own = {"days_ahead": 90, "reminder_minutes": None}
    await office.put(
        "anna", {"name": "Anna", "mailbox": {"address": ADDRESS}, "settings": own, "zone": "Europe/London"}
    )
    await office.call("POST", "/resources/anna/activate")
    await office.put("bert", {"name": "Bert", "calendars": [], "group": "fitters"})
    await office.put("gone", {"name": "Gone"})
    await office.call("POST", "/resources/gone/offboard", events="keep")
    await crew.sources.put(Source(SourceId("board"), secret_names=("board-2026",)), None)
    await crew.sources.put(Source(SourceId("other"), Proof.HMAC_BODY, ("other-1",), header="X-Signature"), None)
    return office


def empty() -> Office:
    office = Office()
    office.crew.rows.partitions.clear()
    return office


async def test_what_one_deployment_exports_another_takes_over_and_exports_the_same() -> None:
    there = await chosen()
    exported = (await there.call("GET", "/configuration")).body
    assert [one["id"] for one in exported["resources"]] == ["anna", "bert"]
    here = empty()
    taken = await here.call("PUT", "/configuration", exported)
    assert taken.body["applied"]
    assert parts(taken) == {"settings": ("changed", 1), "resources": ("changed", 2), "sources": ("changed", 2)}
    found = (await here.call("GET", "/configuration")).body
    assert {**found, "exportedAt": ""} == {**exported, "exportedAt": ""}
    assert (await here.call("GET", "/resources/anna")).body["state"] == "active"


async def test_the_same_once_more_changes_nothing() -> None:
    office = await chosen()
    exported = (await office.call("GET", "/configuration")).body
    office.crew.settle()
    writes = office.crew.writes()
    again = await office.call("PUT", "/configuration", exported)
    assert parts(again) == {"settings": ("same", 0), "resources": ("same", 0), "sources": ("same", 0)}
    assert office.crew.writes() == writes


async def test_a_dry_run_tells_what_would_become_of_it_and_changes_nothing() -> None:
    exported = (await (await chosen()).call("GET", "/configuration")).body
    here = empty()
    told = await here.call("PUT", "/configuration", exported, dryRun="true")
    assert (told.status, told.body["applied"]) == (200, False)
    assert parts(told)["resources"] == ("changed", 2)
    assert (await here.call("GET", "/configuration")).body["resources"] == []
    assert here.crew.sources.rows == {}


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ({"settings": {"directon": "up"}}, ["settings.directon"]),
        ({"resources": [{"id": "x", "name": "X", "zone": "Mars"}]}, ["resources[0].zone"]),
        ({"resources": [{"id": "x", "name": "X"}, {"id": "x", "name": "X"}]}, ["resources[1].id"]),
        ({"resources": [{"name": "X"}]}, ["resources[0].id"]),
        ({"resources": [{"id": "x", "name": "X", "state": "leaving"}]}, ["resources[0].state"]),
        ({"sources": [{"id": "x", "proof": "hmac_body", "secretNames": ["a"]}]}, ["sources[0].header"]),
        ({"sources": [{"id": "x", "proof": "magic"}]}, ["sources[0].proof"]),
        (
            {"sources": [{"id": "x", "proof": "basic", "secretNames": ["a"], "user": "u", "secret": "s"}]},
            ["sources[0].secret"],
        ),
    ],
    ids=repr,
)
async def test_if_anything_is_refused_nothing_is_changed(document: dict[str, Any], fields: list[str]) -> None:
    here = empty()
    good: dict[str, Any] = {"version": 1, "settings": {"zone": "Europe/Rome"}}
    before = (await here.call("GET", "/settings")).body
    answer = await here.call("PUT", "/configuration", {**good, **document})
    assert answer.status == 400
    assert [error["field"] for part in answer.body["report"]["parts"] for error in part["errors"]] == fields
    assert (await here.call("GET", "/settings")).body == before
    assert not here.crew.rows.partitions
    assert here.crew.sources.rows == {}


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "version"),
        ({"version": 2}, "version"),
        ({"version": True}, "version"),
        ({"version": 1, "secrets": []}, "secrets"),
        ({"version": 1, "resources": {}}, "resources"),
        ({"version": 1, "settings": []}, "settings"),
        ([], ""),
    ],
    ids=repr,
)
async def test_what_is_no_configuration_is_refused_by_its_member(document: Any, field: str) -> None:
    assert (await Office().call("PUT", "/configuration", document)).wrong == [field]


async def test_a_part_that_is_missing_is_left_alone() -> None:
    office = await chosen()
    before = (await office.call("GET", "/configuration")).body
    answer = await office.call("PUT", "/configuration", {"version": 1, "resources": []})
    assert parts(answer) == {"resources": ("same", 0)}
    after = (await office.call("GET", "/configuration")).body
    assert {**after, "exportedAt": ""} == {**before, "exportedAt": ""}


async def test_a_reader_may_export_and_not_import() -> None:
    office = await chosen()
    office.door.role = READER
    exported = await office.call("GET", "/configuration")
    assert exported.status == 200
    assert (await office.call("PUT", "/configuration", exported.body)).status == 403
