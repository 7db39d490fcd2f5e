"""What admins did is told newest first, nothing is changed unseen, and what was refused leaves no entry."""

from datetime import timedelta
from typing import Any, cast

import pytest

from sync_core.contract.admin_sources import source_document
from sync_core.domain.source import Source, SourceId
from sync_core.web.admin.access import READER, Access
from sync_core.web.admin.answers import answer_nothing
from sync_core.web.admin.routing import AdminCall, Administration, Route, answer_call
from sync_core.web.admin.trail import target_of
from sync_core.web.http import Headers, Request, Response
from tests.contract_document.reading import ADMIN_CONTRACT, contract
from tests.fakes.board import Fault
from tests.flows.crew import ADDRESS
from tests.web.admin.office import NEW, PATCH, Office

SAID = {"name": "Anna", "mailbox": {"address": ADDRESS}, "direction": "both"}


async def told(office: Office, **query: str) -> list[dict[str, Any]]:
    """The trail, page by page, oldest first."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await office.call("GET", "/trail", **{"limit": "2", **query, **cursor})
        assert page.status == 200
        found += page.body["value"]
        if page.body["nextCursor"] is None:
            return found[::-1]
        cursor = {"cursor": page.body["nextCursor"]}


async def act(office: Office, method: str, path: str, body: Any = None, **more: Any) -> int:
    """Do something a minute later, so that what was done stands in order."""
    office.crew.clock.advance(timedelta(minutes=1))
    return (await office.call(method, path, body, **more)).status


async def enlisted() -> Office:
    office = Office()
    assert (await office.call("PUT", "/resources/anna", SAID, etag=NEW)).status == 201
    return office


async def test_every_action_is_told_with_who_and_what_was_before_and_after() -> None:
    office = await enlisted()
    assert await act(office, "POST", "/resources/anna/activate") == 202
    etag = (await office.call("GET", "/resources/anna")).etag
    assert await act(office, "PATCH", "/resources/anna", {"name": "Anna B."}, kind=PATCH, etag=etag) == 200
    assert await act(office, "POST", "/resources/anna/pause") == 200
    assert await act(office, "POST", "/resources/anna/resume") == 200
    assert await act(office, "POST", "/resources/anna/sync") == 202
    assert await act(office, "POST", "/resources/anna/offboard", events="keep") == 202
    assert await act(office, "POST", "/resources/anna/erase", events="keep") == 200
    found = await told(office)
    assert [(one["what"], one["before"], one["after"]) for one in found[2:5] + found[6:]] == [
        ("patchResource", None, None),
        ("pauseResource", None, None),
        ("resumeResource", None, None),
        ("offboardResource", None, None),
        ("eraseResource", None, {"events": "keep", "state": "done"}),
    ]
    assert {one["who"] for one in found} == {"who"}
    assert {(one["target"], one["resource"], one["state"]) for one in found} == {("/resources/anna", "anna", "done")}
    assert [one["at"] for one in found] == sorted(one["at"] for one in found)


async def test_words_are_told_until_they_are_erased() -> None:
    office = await enlisted()
    assert await act(office, "POST", "/resources/anna/activate") == 202
    etag = (await office.call("GET", "/resources/anna")).etag
    assert await act(office, "PATCH", "/resources/anna", {"name": "Anna B."}, kind=PATCH, etag=etag) == 200
    made, active, patched = await told(office)
    assert (made["before"], made["after"]["mailbox"]) == (None, {"address": ADDRESS})
    assert (active["before"], active["after"]) == ({"participation": "waiting"}, {"participation": "active"})
    assert (patched["before"], patched["after"]) == ({"name": "Anna"}, {"name": "Anna B."})


async def test_settings_imports_and_configurations_are_told_as_a_whole_and_for_each_resource() -> None:
    office = Office()
    settings = await office.call("GET", "/settings")
    assert await act(office, "PUT", "/settings", {**settings.body, "days_ahead": 90}, etag=settings.etag) == 200
    table = f"id,name,mailbox\r\nanna,Anna,{ADDRESS}\r\na/b,Bert,\r\n"
    assert await act(office, "POST", "/resources/import", table, kind="text/csv") == 200
    document = (await office.call("GET", "/configuration")).body
    assert await act(office, "PUT", "/configuration", document) == 200
    found = {(one["what"], one["target"]): one for one in await told(office)}
    assert list(found) == [
        ("putSettings", "/settings"),
        *sorted(
            [
                ("importResources", "/resources"),
                ("importResources", "/resources/anna"),
                ("importResources", "/resources/a%2Fb"),
            ],
            key=list(found).index,
        ),
        ("importConfiguration", "/configuration"),
    ]
    assert found["putSettings", "/settings"]["before"] == {}
    assert found["putSettings", "/settings"]["after"] == {"days_ahead": 90}
    assert found["importResources", "/resources"]["after"]["created"] == 2
    assert found["importResources", "/resources/a%2Fb"]["resource"] == "a/b"


async def test_what_an_imported_configuration_changed_is_told_part_by_part_with_before_and_after() -> None:
    office = await enlisted()
    await office.crew.sources.put(Source(SourceId("board"), secret_names=("board-1",)), None)
    document = (await office.call("GET", "/configuration")).body
    changed, new = document["sources"][0] | {"secretNames": ["board-2"]}, {**document["sources"][0], "id": "erp"}
    document |= {"settings": {**document["settings"], "days_ahead": 90}, "sources": [changed, new]}
    assert await act(office, "PUT", "/configuration", document) == 200
    found = {one["target"]: (one["before"], one["after"]) for one in (await told(office))[1:]}
    assert found["/settings"] == ({}, {"days_ahead": 90})
    assert found["/sources/board"] == ({"secretNames": ["board-1"]}, {"secretNames": ["board-2"]})
    assert found["/sources/erp"][0] is None
    assert found["/sources/erp"][1]["secretNames"] == ["board-1"]
    assert set(found) == {"/configuration", "/settings", "/sources/board", "/sources/erp"}


async def test_an_import_that_breaks_off_tells_of_each_that_was_changed_by_then() -> None:
    office = await enlisted()
    office.crew.board.fault, fault = Fault.LOST_REQUEST, office.crew.board.fault
    table = f"id,name,state,mailbox\r\nanna,Anna B.,active,{ADDRESS}\r\nbert,Bert,waiting,\r\n"
    assert await act(office, "POST", "/resources/import", table, kind="text/csv") == 503
    office.crew.board.fault = fault
    found = {one["target"]: one for one in (await told(office))[1:]}
    assert found["/resources"]["state"] == "begun"
    assert found["/resources/anna"]["before"]["name"] == "Anna"
    assert found["/resources/anna"]["after"]["name"] == "Anna B."
    assert found["/resources/bert"]["after"]["name"] == "Bert"


async def test_what_was_refused_or_only_tried_leaves_no_entry() -> None:
    office = await enlisted()
    before = dict(office.crew.trail.entries)
    assert await act(office, "PUT", "/resources/anna", SAID) == 428
    assert await act(office, "PUT", "/resources/anna", {"nam": "x"}, etag="*") == 400
    assert await act(office, "POST", "/resources/nobody/pause") == 404
    assert await act(office, "POST", "/resources/anna/pause") == 409
    assert await act(office, "POST", "/settings/validate", {}) == 200
    assert await act(office, "POST", "/resources/import", "id,name\r\nb,B\r\n", kind="text/csv", dryRun="true") == 200
    assert await act(office, "POST", "/resources/import", "id,name\r\n,B\r\n", kind="text/csv") == 400
    assert await act(office, "PUT", "/configuration", {"version": 7}) == 400
    assert office.crew.trail.entries == before
    assert len(before) == 1


async def test_where_the_trail_does_not_answer_nothing_is_changed() -> None:
    office = await enlisted()
    office.crew.trail.answers = 0
    refused = await office.call("POST", "/resources/anna/activate")
    assert (refused.status, refused.body["type"]) == (503, "/problems/unavailable")
    assert (await office.call("GET", "/resources/anna")).body["state"] == "waiting"
    assert (await office.call("GET", "/resources/anna")).status == 200


async def test_where_it_falls_silent_in_between_the_action_is_told_as_begun_and_a_repeat_tells_it_whole() -> None:
    office = await enlisted()
    office.crew.trail.answers = 1
    assert await act(office, "POST", "/resources/anna/activate") == 503
    office.crew.trail.answers = None
    begun = (await told(office))[-1]
    assert (begun["what"], begun["state"], begun["before"], begun["after"]) == ("activateResource", "begun", None, None)
    assert await act(office, "POST", "/resources/anna/activate") == 202
    assert [one["state"] for one in await told(office, resource="anna")] == ["done", "begun", "done"]


async def test_an_action_that_broke_off_stays_on_the_trail() -> None:
    office = await enlisted()
    office.crew.board.fault, fault = Fault.LOST_REQUEST, office.crew.board.fault
    assert await act(office, "POST", "/resources/anna/activate") == 503
    office.crew.board.fault = fault
    assert [one["state"] for one in await told(office)] == ["done", "begun"]


async def test_the_trail_is_filtered_by_who_resource_and_time() -> None:
    office = await enlisted()
    assert await act(office, "POST", "/resources/anna/activate") == 202
    first, second = await told(office)
    assert await told(office, who="who", resource="anna") == [first, second]
    assert await told(office, who="nobody") == []
    assert await told(office, resource="bert") == []
    assert await told(office, **{"from": second["at"]}) == [second]
    assert await told(office, to=second["at"]) == [first]
    for wrong in ({"who": ""}, {"resource": "\n"}, {"from": "yesterday"}, {"limit": "501"}, {"what": "x"}):
        assert (await office.call("GET", "/trail", **wrong)).wrong == list(wrong)
    assert (await office.call("GET", "/trail", cursor="W10")).wrong == ["cursor"]
    strange = (await office.call("GET", "/trail", limit="1")).body["nextCursor"]
    assert (await office.call("GET", "/resources/anna/journal", cursor=strange)).wrong == ["cursor"]


async def test_a_reader_may_read_it_and_leaves_nothing_on_it() -> None:
    office = await enlisted()
    office.door.role = READER
    assert await act(office, "POST", "/resources/anna/activate") == 403
    assert len(await told(office)) == 1


@pytest.mark.parametrize(
    ("template", "target"),
    [
        ("/settings", "/settings"),
        ("/resources/import", "/resources"),
        ("/resources/{id}", "/resources/a%2Fb%20c"),
        ("/resources/{id}/sync", "/resources/a%2Fb%20c"),
        ("/held/{id}/release", "/held/a%2Fb%20c"),
    ],
)
def test_a_target_is_the_path_of_what_it_is_about(template: str, target: str) -> None:
    assert target_of(template, {"id": "a/b c"}) == target


def test_no_document_that_is_told_can_hold_a_secret() -> None:
    """A source is the only one that has any, and its document names them; the status tells names and dates."""
    schemas = contract(ADMIN_CONTRACT)["components"]["schemas"]
    named = {name for schema in schemas.values() for name in schema.get("properties", {})}
    assert {name for name in named if any(word in name.lower() for word in ("secret", "password", "token"))} == {
        "secretNames",
        "secrets",
    }
    source = Source(SourceId("erp"), secret_names=("erp-webhook",))
    assert source_document(source)["secretNames"] == ["erp-webhook"]


async def test_an_action_that_tells_nothing_of_itself_is_told_all_the_same() -> None:
    office = Office()

    async def release(_: AdminCall) -> Response:
        return answer_nothing()

    routes = (Route("POST", "/held/{id}/release", "releaseHeld", True, release),)
    administration = Administration(cast(Access, office.door), office._ports)
    request = Request("POST", "https://tandem.example/api/admin/held/7/release", Headers({}), {})
    assert (await answer_call(administration, request, "c", lambda: routes)).status == 204
    (entry,) = await told(office)
    assert (entry["what"], entry["target"], entry["state"]) == ("releaseHeld", "/held/7", "done")
    assert (entry["resource"], entry["before"], entry["after"]) == (None, None, None)
