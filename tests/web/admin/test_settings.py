"""The tenant's settings over the API: shown, tried, replaced under the state they were read in, and followed."""

from typing import Any

import pytest

from sync_core.web.admin.access import READER
from tests.flows.crew import ADDRESS, ANNA
from tests.flows.stage import hours
from tests.web.admin.office import Office

TEMPLATE = "{{ subject }} (planned)"


async def planned(count: int = 3) -> Office:
    office = Office()
    await office.put("anna", {"name": "Anna", "mailbox": {"address": ADDRESS}, "direction": "both"})
    await office.call("POST", "/resources/anna/activate")
    for number in range(count):
        office.crew.board.plan(office.crew.key(number), hours(30 + number), ANNA, subject=f"job {number}")
    office.crew.settle()
    office.crew.pull(ANNA)
    return office


async def test_a_new_tenant_has_an_empty_document_with_an_etag() -> None:
    office = Office()
    office.crew.tenant.tenant = type(office.crew.tenant.tenant)()
    found = await office.call("GET", "/settings")
    assert (found.body, bool(found.etag)) == ({}, True)
    stored = await office.call("PUT", "/settings", {"zone": "Europe/Berlin"}, etag=found.etag)
    assert (stored.status, stored.body["settings"]) == (200, {"zone": "Europe/Berlin"})
    assert (await office.call("GET", "/settings")).etag == stored.etag


async def test_a_change_is_told_then_carried_out_and_followed_to_its_end() -> None:
    office = await planned()
    found = await office.call("GET", "/settings")
    document = {**found.body, "subject_template": TEMPLATE}
    told = await office.call("POST", "/settings/validate", document)
    assert told.body == {"problems": [], "effects": {"resources": 2, "events": 3, "atLeast": False}}
    change = await office.call("PUT", "/settings", document, etag=found.etag)
    assert (change.status, change.body["resources"], change.body["later"]) == (200, 2, 0)
    progress = await office.call("GET", "/resources/anna/progress")
    assert (progress.body["state"], progress.body["left"]) == ("running", 3)
    office.crew.settle()
    progress = await office.call("GET", "/resources/anna/progress")
    assert (progress.body["state"], progress.body["written"], progress.body["walked"]) == ("done", 3, 3)
    assert office.crew.ours_in(office.crew.main) == [f"job {number} (planned)" for number in range(3)]


async def test_trying_writes_nothing() -> None:
    office = await planned()
    writes = office.crew.writes()
    await office.call("POST", "/settings/validate", {"subject_template": TEMPLATE})
    assert office.crew.writes() == writes
    assert office.crew.bells.next_due_at() is None


async def test_who_read_older_settings_changes_nothing() -> None:
    office = await planned()
    etag = (await office.call("GET", "/settings")).etag
    assert (await office.call("PUT", "/settings", {})).status == 428
    assert (await office.call("PUT", "/settings", {"zone": "Europe/Paris"}, etag=etag)).status == 200
    assert (await office.call("PUT", "/settings", {"zone": "Europe/Rome"}, etag=etag)).status == 412
    assert (await office.call("GET", "/settings")).body["zone"] == "Europe/Paris"


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ({"directon": "up"}, ["directon"]),
        ({"days_ahead": 0, "zone": "Mars"}, ["zone", "days_ahead"]),
        ({"subject_template": "{{ subject"}, ["subject_template"]),
        ({"rules": [{"name": "a", "goes_up": True, "kinds": ["x"]}]}, ["rules[0].kinds"]),
    ],
    ids=repr,
)
async def test_all_that_is_wrong_is_told_at_once_by_both(document: dict[str, Any], fields: list[str]) -> None:
    office = await planned()
    found = await office.call("GET", "/settings")
    told = await office.call("POST", "/settings/validate", document)
    assert sorted(one["field"] for one in told.body["problems"]) == sorted(fields)
    assert told.body["effects"] is None
    refused = await office.call("PUT", "/settings", document, etag=found.etag)
    assert (refused.status, sorted(refused.wrong)) == (400, sorted(fields))
    assert (await office.call("GET", "/settings")).etag == found.etag


async def test_what_is_no_document_is_refused_by_both() -> None:
    office = Office()
    etag = (await office.call("GET", "/settings")).etag
    for body in ("[]", "{", '{"zone": "UTC", "zone": "UTC"}'):
        assert (await office.call("POST", "/settings/validate", body)).status == 400
        assert (await office.call("PUT", "/settings", body, etag=etag)).status == 400


async def test_a_pilot_group_that_cannot_be_asked_is_a_problem_and_changes_nothing() -> None:
    office = await planned()
    office.crew.directory.may_read_groups = False
    document = {"pilot_group": "8f3a2c4e-0000-4000-8000-000000000001"}
    told = await office.call("POST", "/settings/validate", document)
    assert [one["field"] for one in told.body["problems"]] == ["pilot_group"]
    etag = (await office.call("GET", "/settings")).etag
    refused = await office.call("PUT", "/settings", document, etag=etag)
    assert (refused.status, refused.wrong) == (400, ["pilot_group"])
    assert (await office.call("GET", "/settings")).etag == etag


async def test_a_reader_may_read_them_and_no_more() -> None:
    office = Office()
    etag = (await office.call("GET", "/settings")).etag
    office.door.role = READER
    assert (await office.call("GET", "/settings")).status == 200
    assert (await office.call("PUT", "/settings", {}, etag=etag)).status == 403
    assert (await office.call("POST", "/settings/validate", {})).status == 403
