"""Resources over the API: enlisted, listed, changed, brought to take part and to rest, and taken off."""

from typing import Any

import pytest

from sync_core.domain.profile import MailboxState, Participation, Profile
from sync_core.flows.profiles import note_profile
from sync_core.web.admin.access import READER
from tests.flows.crew import ADDRESS, BERT
from tests.flows.crew import ANNA as ANNA_ID
from tests.flows.stage import TASK, hours
from tests.web.admin.office import CSV, NEW, PATCH, Office

ANNA = {"name": "Anna", "mailbox": {"address": ADDRESS}, "zone": "Europe/Berlin", "direction": "both"}


async def enlisted(**more: Any) -> Office:
    office = Office()
    assert (await office.put("anna", {**ANNA, **more})).status == 201
    return office


async def active() -> Office:
    office = await enlisted()
    assert (await office.call("POST", "/resources/anna/activate")).status == 202
    office.crew.settle()
    return office


async def test_a_new_resource_waits_and_what_was_answered_can_be_sent_back_as_it_was() -> None:
    office = await enlisted()
    found = await office.call("GET", "/resources/anna")
    assert (found.body["state"], found.body["mailbox"]["state"]) == ("waiting", "ready")
    assert found.body["etag"] == found.etag
    again = await office.call("PUT", "/resources/anna", found.body, etag=found.etag)
    assert (again.status, again.etag) == (200, found.etag)


async def test_a_resource_is_activated_read_paused_resumed_and_taken_out() -> None:
    office = await active()
    states = []
    for act in ("pause", "pause", "resume", "resume", "activate"):
        answer = await office.call("POST", f"/resources/anna/{act}")
        states.append((answer.status, answer.body["state"]))
    assert states == [(200, "paused"), (200, "paused"), (200, "active"), (200, "active"), (202, "active")]
    bell = await office.call("POST", "/resources/anna/sync")
    assert (bell.status, bell.body["resource"]) == (202, "anna")
    left = await office.call("POST", "/resources/anna/offboard", events="keep")
    assert (left.status, left.body["state"]) == (202, "offboarded")
    assert (await office.call("DELETE", "/resources/anna", etag=left.etag)).status == 204
    assert (await office.call("GET", "/resources/anna")).status == 404


async def test_leaving_goes_on_until_nothing_of_ours_is_left_and_can_be_followed() -> None:
    office = await active()
    office.crew.board.plan(TASK, hours(30), ANNA_ID, subject="planned")
    office.crew.settle()
    assert (await office.call("GET", "/resources/anna/progress")).body["state"] == "done"
    left = await office.call("POST", "/resources/anna/offboard", events="remove")
    assert left.body["state"] == "leaving"
    assert (await office.call("GET", "/resources/anna/progress")).body["state"] == "running"
    assert (await office.call("POST", "/resources/anna/activate")).status == 409
    office.crew.settle()
    assert (await office.call("GET", "/resources/anna")).body["state"] == "offboarded"
    assert office.crew.ours_in(office.crew.main) == []


async def test_nothing_is_taken_out_without_saying_what_becomes_of_its_events() -> None:
    office = await active()
    for act in ("offboard", "erase"):
        assert (await office.call("POST", f"/resources/anna/{act}")).wrong == ["events"]
        assert (await office.call("POST", f"/resources/anna/{act}", events="all")).wrong == ["events"]
    assert (await office.call("GET", "/resources/anna")).body["state"] == "active"


async def test_who_is_enlisted_is_not_taken_off_the_list_before_it_left() -> None:
    office = await enlisted()
    etag = (await office.call("GET", "/resources/anna")).etag
    assert (await office.call("DELETE", "/resources/anna", etag=etag)).status == 409
    assert (await office.call("DELETE", "/resources/anna")).status == 428


async def test_an_edit_names_the_state_it_was_made_from() -> None:
    office = await enlisted()
    etag = (await office.call("GET", "/resources/anna")).etag
    body = {**ANNA, "name": "Anna B."}
    assert (await office.call("PUT", "/resources/anna", body)).status == 428
    assert (await office.call("PUT", "/resources/anna", body, etag=NEW)).status == 412
    assert (await office.call("PUT", "/resources/bert", body, etag=etag)).status == 412
    assert (await office.call("PUT", "/resources/anna", body, etag=etag)).status == 200
    assert (await office.call("PUT", "/resources/anna", body, etag=etag)).status == 412
    assert (await office.call("PATCH", "/resources/anna", {"name": "X"}, kind=PATCH, etag=etag)).status == 412


async def test_a_patch_replaces_what_it_names_and_null_follows_the_tenant_again() -> None:
    office = await enlisted(settings={"days_ahead": 90, "reminder_minutes": None}, group="fitters")
    etag = (await office.call("GET", "/resources/anna")).etag
    patch: dict[str, Any] = {"settings": {"days_ahead": 30}, "zone": None}
    answer = await office.call("PATCH", "/resources/anna", patch, kind=PATCH, etag=etag)
    assert answer.body["settings"] == {"days_ahead": 30, "reminder_minutes": None}
    assert (answer.body["zone"], answer.body["direction"], answer.body["group"]) == (None, "both", "fitters")
    patch = {"settings": {"reminder_minutes": None}}
    answer = await office.call("PATCH", "/resources/anna", patch, kind=PATCH, etag=answer.etag)
    assert answer.body["settings"] == {"days_ahead": 30}
    same = await office.call("PATCH", "/resources/anna", {}, kind=PATCH, etag=answer.etag)
    assert (same.status, same.etag) == (200, answer.etag)


async def test_a_patch_names_only_what_an_admin_says() -> None:
    office = await enlisted()
    etag = (await office.call("GET", "/resources/anna")).etag
    for patch, field in (({"state": "active"}, "state"), ({"mailbox": {"state": "ready"}}, "mailbox.state"), ([], "")):
        answer = await office.call("PATCH", "/resources/anna", patch, kind=PATCH, etag=etag)
        assert (answer.status, [error["field"] for error in answer.body["errors"]]) == (400, [field])


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ({}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"name": "A", "zone": "Mars"}, ["zone"]),
        ({"name": "A", "directon": "up"}, ["directon"]),
        (
            {"name": "A", "settings": {"days_ahead": 0, "pilot_group": ""}},
            ["settings.days_ahead", "settings.pilot_group"],
        ),
        ({"name": "A", "calendars": [{"settings": {"days_ahead": 3}}]}, ["calendars[0].settings.days_ahead"]),
        ({"name": "A", "calendars": [{"main": True}, {"main": True}]}, ["calendars[1].main"]),
        ({"name": "A", "calendars": [{}] * 21}, ["calendars"]),
        ({"name": "A", "mailbox": {"adress": "x"}}, ["mailbox.adress"]),
        ([], [""]),
    ],
    ids=repr,
)
async def test_every_fault_of_a_document_is_told_by_its_place(document: Any, fields: list[str]) -> None:
    office = Office()
    answer = await office.call("PUT", "/resources/anna", document, etag=NEW)
    assert answer.status == 400
    assert [error["field"] for error in answer.body["errors"]] == fields
    assert all(error["remedy"] for error in answer.body["errors"])
    assert (await office.call("GET", "/resources/anna")).status == 404


async def test_a_calendar_of_another_is_a_conflict_that_names_whose_it_is() -> None:
    office = await active()
    answer = await office.put("bert", {"name": "Bert", "mailbox": {"address": ADDRESS}})
    assert (answer.status, answer.wrong) == (409, ["mailbox.address"])
    assert "anna" in answer.body["errors"][0]["wrong"]


async def test_a_calendar_that_is_not_there_is_refused_without_repeating_its_name() -> None:
    office = await enlisted()
    for document in ({**ANNA, "calendars": [{}, {"name": "Secret"}]}, {"name": "A", "calendars": [{"name": "Secret"}]}):
        answer = await office.put("anna", document)
        assert answer.status == 400
        assert "Secret" not in answer.text
    await office.call("POST", "/resources/anna/activate")
    answer = await office.put("anna", {**ANNA, "calendars": [{}, {"name": "Secret"}]})
    assert (answer.status, answer.wrong) == (400, ["calendars[1].name"])


async def test_a_mailbox_that_cannot_be_used_is_no_refusal_but_a_warning() -> None:
    office = Office()
    office.crew.directory.set_state(ADDRESS, MailboxState.UNLICENSED)
    answer = await office.put("anna", ANNA)
    assert answer.status == 201
    assert answer.body["mailbox"]["state"] == "unlicensed"
    assert answer.body["mailbox"]["nextTryAt"] is not None
    assert answer.body["warnings"]


async def test_the_list_is_paged_filtered_and_searched() -> None:
    office = await active()
    for name in ("bert", "bela", "carl"):
        await office.put(name, {"name": name.title()})
    names: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await office.call("GET", "/resources", limit="2", **cursor)
        names += [one["id"] for one in page.body["value"]]
        assert len(page.body["value"]) <= 2
        if page.body["nextCursor"] is None:
            break
        cursor = {"cursor": page.body["nextCursor"]}
    assert sorted(name for name in names if name != "r0") == ["anna", "bela", "bert", "carl"]
    waiting = await office.call("GET", "/resources", state="waiting", search="BE")
    assert sorted(one["id"] for one in waiting.body["value"]) == ["bela", "bert"]
    assert (await office.call("GET", "/resources", state="sleeping")).wrong == ["state"]
    assert (await office.call("GET", "/resources", status="active")).wrong == ["status"]
    assert (await office.call("GET", "/resources", cursor="abc")).wrong == ["cursor"]
    assert (await office.call("GET", "/resources", search="")).wrong == ["search"]


async def test_an_unknown_resource_is_not_found_and_an_id_that_is_none_is_refused() -> None:
    office = Office()
    for method, path in (
        ("GET", ""),
        ("GET", "/progress"),
        ("POST", "/activate"),
        ("POST", "/pause"),
        ("POST", "/resume"),
        ("POST", "/sync"),
    ):
        assert (await office.call(method, f"/resources/nobody{path}")).status == 404
    for act in ("offboard", "erase"):
        assert (await office.call("POST", f"/resources/nobody/{act}", events="keep")).status == 404
    assert (await office.call("GET", f"/resources/{'x' * 129}")).wrong == ["id"]
    assert (await office.call("GET", "/resources/a%00b")).wrong == ["id"]


async def test_an_id_with_a_slash_is_one_id() -> None:
    office = Office()
    assert (await office.put("team%2Fvan%203", {"name": "Van 3"})).body["id"] == "team/van 3"


async def test_who_takes_no_part_cannot_rest_go_on_or_be_read() -> None:
    office = await enlisted()
    for act in ("pause", "resume", "sync"):
        assert (await office.call("POST", f"/resources/anna/{act}")).status == 409


async def test_what_only_the_board_named_needs_a_mailbox_before_it_takes_part() -> None:
    office = Office()
    await note_profile(office.crew.ports, BERT, lambda _: Profile(BERT, "", "", None, (), Participation.WAITING))
    assert (await office.call("GET", "/resources/bert")).body["name"] == ""
    assert (await office.call("POST", "/resources/bert/activate")).status == 409
    assert (await office.put("bert", {"name": "Bert"})).status == 200
    assert (await office.call("POST", "/resources/bert/activate")).status == 202


async def test_an_erased_person_is_nowhere_and_the_report_says_what_went() -> None:
    office = await active()
    answer = await office.call("POST", "/resources/anna/erase", events="keep")
    assert (answer.body["state"], answer.body["left"]) == ("done", [])
    assert {"what": "profile", "count": 1} in answer.body["removed"]
    assert (await office.call("GET", "/resources/anna")).status == 404
    assert (await office.call("GET", "/resources", search="anna")).body["value"] == []


async def test_a_reader_reads_all_and_changes_nothing() -> None:
    office = await active()
    etag = (await office.call("GET", "/resources/anna")).etag
    office.door.role = READER
    for path in ("/resources", "/resources/anna", "/resources/anna/progress", "/resources.csv"):
        assert (await office.call("GET", path)).status == 200
    writes = office.crew.writes()
    for act in ("activate", "pause", "resume", "sync"):
        assert (await office.call("POST", f"/resources/anna/{act}")).status == 403
    for act in ("offboard", "erase"):
        assert (await office.call("POST", f"/resources/anna/{act}", events="remove")).status == 403
    assert (await office.call("PUT", "/resources/anna", ANNA, etag=etag)).status == 403
    assert (await office.call("PATCH", "/resources/anna", {}, kind=PATCH, etag=etag)).status == 403
    assert (await office.call("DELETE", "/resources/anna", etag=etag)).status == 403
    assert (await office.call("POST", "/resources/import", "id,name\r\nx,X\r\n", kind=CSV)).status == 403
    assert office.crew.writes() == writes


async def test_whom_the_pilot_names_takes_part_at_once_and_graph_is_asked_to_tell_of_their_calendar() -> None:
    office = Office()
    office.crew.choose(pilot_resources=("anna",))
    named = await office.put("anna", ANNA)
    assert (named.status, named.body["state"]) == (201, "active")
    assert len(office.crew.graph.active) == 1
