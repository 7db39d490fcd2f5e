"""The board's API does what the contract says; each answer is held against its schemas on the way."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.board.api import merge
from tests.simulators.board.calling import Caller

APPOINTMENT = "/v1/appointments/A-1"
UNAVAILABILITY = "/v1/unavailabilities/U-1"
LUNCH = {
    "resource": {"id": "R-ADA"},
    "start": "2026-11-23T11:00:00Z",
    "end": "2026-11-23T12:00:00Z",
    "timeZone": "Europe/Berlin",
    "title": "Private",
    "sensitivity": "private",
}


async def test_a_stranger_is_shown_nothing(board: Caller) -> None:
    for key in ("", "a-kez", "ä"):
        stranger = Caller(board.url, board.session, key)
        assert (await stranger.api("GET", "/v1/capabilities")).status == 401
        assert (await stranger.api("GET", "/v1/appointments/none")).body["code"] == "unauthenticated"


async def test_a_change_answers_the_full_new_state_under_the_next_revision(board: Caller) -> None:
    await board.plan(id="A-1", location={"name": "North", "address": "Kanalstraße 12"})
    answer = await board.write(
        "PATCH", APPOINTMENT, {"subject": "Valve", "location": {"address": None}}, If_Match='"1"', Idempotency_Key="k"
    )
    assert answer.status == 200
    assert answer.headers["etag"] == '"2"'
    assert answer.body["subject"] == "Valve"
    assert answer.body["location"] == {"name": "North"}
    assert answer.body["start"] == "2026-11-23T08:00:00+01:00"
    assert answer.body["origin"] == {"system": "tandem", "changeId": "k"}
    assert (await board.api("GET", APPOINTMENT)).body == answer.body


async def test_a_moved_revision_changes_nothing_and_names_the_current_one(board: Caller) -> None:
    await board.plan(id="A-1")
    await board.control("PATCH", "appointments/A-1", {"subject": "Planner's words"})
    answer = await board.write("PATCH", APPOINTMENT, {"subject": "Mine"}, If_Match='"1"')
    assert (answer.status, answer.body["code"], answer.headers["etag"]) == (412, "revision_moved", '"2"')
    assert (await board.api("GET", APPOINTMENT)).body["subject"] == "Planner's words"


async def test_a_write_without_a_precondition_is_428(board: Caller) -> None:
    await board.plan(id="A-1")
    assert (await board.write("PATCH", APPOINTMENT, {"subject": "Mine"})).status == 428
    assert (await board.write("PUT", UNAVAILABILITY, LUNCH)).status == 428
    assert (await board.write("DELETE", APPOINTMENT, {})).status == 428


async def test_a_repeat_under_the_same_key_gets_the_first_answer_and_changes_nothing(board: Caller) -> None:
    await board.plan(id="A-1")
    first = await board.write("PATCH", APPOINTMENT, {"subject": "Mine"}, If_Match='"1"', Idempotency_Key="k")
    await board.control("PATCH", "appointments/A-1", {"subject": "Later"})
    again = await board.write("PATCH", APPOINTMENT, {"subject": "Mine"}, If_Match='"1"', Idempotency_Key="k")
    assert (again.status, again.body, again.headers["etag"]) == (200, first.body, '"2"')
    assert (await board.api("GET", APPOINTMENT)).body["subject"] == "Later"


async def test_a_key_that_named_another_write_is_refused(board: Caller) -> None:
    await board.plan(id="A-1")
    await board.write("PATCH", APPOINTMENT, {"subject": "Mine"}, If_Match='"1"', Idempotency_Key="k")
    other = await board.write("PATCH", APPOINTMENT, {"subject": "Other"}, If_Match='"2"', Idempotency_Key="k")
    assert (other.status, other.body["code"]) == (409, "key_reused")


async def test_a_refused_write_is_not_remembered(board: Caller) -> None:
    await board.plan(id="A-1")
    refused = await board.write("PATCH", APPOINTMENT, {"subject": "Mine"}, If_Match='"9"', Idempotency_Key="k")
    good = await board.write("PATCH", APPOINTMENT, {"subject": "Mine"}, If_Match='"1"', Idempotency_Key="k")
    assert (refused.status, good.status) == (412, 200)


async def test_a_write_without_a_key_is_refused(board: Caller) -> None:
    await board.plan(id="A-1")
    body = {"subject": "Mine", "origin": {"system": "tandem", "changeId": "k"}}
    assert (await board.api("PATCH", APPOINTMENT, body, If_Match='"1"')).status == 400


async def test_an_unavailability_is_created_once_replaced_and_deleted(board: Caller) -> None:
    created = await board.write("PUT", UNAVAILABILITY, LUNCH, If_None_Match="*")
    assert (created.status, created.headers["etag"]) == (201, '"1"')
    assert created.body["start"] == "2026-11-23T12:00:00+01:00"
    assert created.body["kind"] == "other"
    assert (await board.write("PUT", UNAVAILABILITY, LUNCH, If_None_Match="*")).status == 412
    replaced = await board.write("PUT", UNAVAILABILITY, {**LUNCH, "title": "Busy"}, If_Match='"1"')
    assert (replaced.status, replaced.body["title"], replaced.headers["etag"]) == (200, "Busy", '"2"')
    gone = await board.write("DELETE", UNAVAILABILITY, {}, If_Match='"2"')
    assert (gone.status, gone.body["revision"], gone.body["resource"]["id"]) == (200, 3, "R-ADA")
    assert (await board.api("GET", UNAVAILABILITY)).status == 404
    assert (await board.write("DELETE", UNAVAILABILITY, {}, If_Match='"3"')).status == 404
    assert (await board.write("PUT", UNAVAILABILITY, LUNCH, If_Match='"3"')).status == 404


async def test_an_id_that_is_used_again_goes_on_counting(board: Caller) -> None:
    await board.write("PUT", UNAVAILABILITY, LUNCH, If_None_Match="*")
    await board.write("DELETE", UNAVAILABILITY, {}, If_Match='"1"')
    assert (await board.write("PUT", UNAVAILABILITY, LUNCH, If_None_Match="*")).body["revision"] == 3


async def test_a_deletion_without_a_body_has_its_key_as_origin(board: Caller) -> None:
    await board.plan(id="A-1")
    gone = await board.api("DELETE", APPOINTMENT, If_Match='"1"', Idempotency_Key="k")
    assert gone.body["origin"] == {"system": "tandem", "changeId": "k"}


async def test_an_all_day_entry_lies_between_the_midnights_of_its_zone(board: Caller) -> None:
    days = {"allDay": True, "startDate": "2026-10-24", "endDate": "2026-10-26"}
    created = await board.write("PUT", UNAVAILABILITY, {**LUNCH, **days}, If_None_Match="*")
    # The clocks go back in between, so these two days have 49 hours.
    assert (created.body["start"], created.body["end"]) == ("2026-10-24T00:00:00+02:00", "2026-10-26T00:00:00+01:00")


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("an end before its start", {"end": "2026-11-23T07:00:00Z", "start": "2026-11-23T08:00:00Z"}, "/end"),
    ("a naive time", {"start": "2026-11-23T08:00:00"}, "/start"),
    ("an unknown zone", {"timeZone": "Europe/Atlantis"}, "/timeZone"),
    ("an unknown resource", {"resources": [{"id": "R-ADA"}, {"id": "R-NOBODY"}]}, "/resources/1/id"),
    ("a member that is not written", {"number": "7"}, "/number"),
    ("a subject of the wrong type", {"subject": 7}, "/subject"),
    ("an all-day entry without days", {"allDay": True}, "/startDate"),
]


@pytest.mark.parametrize(("wrong", "pointer"), [pytest.param(w, p, id=i) for i, w, p in WRONG])
async def test_a_wrong_field_is_named_and_nothing_changes(board: Caller, wrong: dict[str, Any], pointer: str) -> None:
    before = await board.plan(id="A-1")
    answer = await board.write("PATCH", APPOINTMENT, wrong, If_Match='"1"')
    assert answer.status == 422
    assert pointer in {error["pointer"] for error in answer.body["errors"]}
    assert (await board.api("GET", APPOINTMENT)).body == before


async def test_a_body_of_another_kind_is_refused(board: Caller) -> None:
    await board.plan(id="A-1")
    headers = {"If_Match": '"1"', "Idempotency_Key": "k"}
    assert (await board.api("PATCH", APPOINTMENT, {}, **headers, Content_Type="application/json")).status == 415
    assert (await board.api("PATCH", APPOINTMENT, b"{", **headers)).body["code"] == "not_json"
    assert (await board.api("PATCH", APPOINTMENT, b"[]", **headers)).status == 400


async def test_a_locked_appointment_stays_as_it_is(board: Caller) -> None:
    await board.plan(id="A-1", locked=True)
    assert (await board.write("PATCH", APPOINTMENT, {"subject": "Mine"}, If_Match='"1"')).body["code"] == "locked"
    assert (await board.write("DELETE", APPOINTMENT, {}, If_Match='"1"')).body["code"] == "locked"


async def test_taking_off_one_of_two_resources_leaves_the_other(board: Caller) -> None:
    await board.plan(id="A-1", resources=["R-ADA", "R-BEN"])
    answer = await board.write("PATCH", APPOINTMENT, {"resources": [{"id": "R-BEN"}]}, If_Match='"1"')
    assert [one["email"] for one in answer.body["resources"]] == ["ben@tandem.example"]


async def test_an_id_with_a_slash_and_an_umlaut_is_reached(board: Caller) -> None:
    await board.plan(id="Ä/1 #2")
    assert (await board.api("GET", "/v1/appointments/%C3%84%2F1%20%232")).body["id"] == "Ä/1 #2"


CAPABILITIES = [
    ("readAppointments", "GET", APPOINTMENT),
    ("readUnavailabilities", "GET", UNAVAILABILITY),
    ("writeAppointments", "PATCH", APPOINTMENT),
    ("deleteAppointments", "DELETE", APPOINTMENT),
    ("writeUnavailabilities", "PUT", UNAVAILABILITY),
    ("deleteUnavailabilities", "DELETE", UNAVAILABILITY),
    ("syncStatus", "PUT", APPOINTMENT + "/sync-status"),
    ("proposals", "PUT", "/v1/proposals/P-1"),
]


@pytest.mark.parametrize(("name", "method", "path"), CAPABILITIES)
async def test_a_capability_that_is_off_is_told_and_answers_501(
    board: Caller, name: str, method: str, path: str
) -> None:
    await board.control("PATCH", "capabilities", {name: False})
    assert (await board.api("GET", "/v1/capabilities")).body["capabilities"][name] is False
    assert (await board.api(method, path, None if method == "GET" else {})).status == 501


async def test_without_conditional_writes_the_last_write_wins(board: Caller) -> None:
    await board.plan(id="A-1")
    await board.control("PATCH", "capabilities", {"conditionalWrites": False})
    assert (await board.write("PATCH", APPOINTMENT, {"subject": "Mine"}, If_Match='"9"')).status == 200


async def test_without_idempotency_keys_a_repeat_is_a_second_write(board: Caller) -> None:
    await board.plan(id="A-1")
    await board.control("PATCH", "capabilities", {"idempotencyKeys": False})
    for revision in (2, 3):
        answer = await board.write(
            "PATCH", APPOINTMENT, {"subject": "Mine"}, If_Match=f'"{revision - 1}"', Idempotency_Key="k"
        )
        assert answer.body["revision"] == revision


async def test_only_writable_fields_are_taken(board: Caller) -> None:
    await board.plan(id="A-1")
    await board.control("PATCH", "capabilities", {"writableAppointmentFields": ["start", "end"]})
    answer = await board.write("PATCH", APPOINTMENT, {"subject": "Mine"}, If_Match='"1"')
    assert answer.body["errors"] == [{"pointer": "/subject", "detail": "may not be written on this board"}]


async def test_a_board_that_rounds_says_so_in_its_answer(board: Caller) -> None:
    await board.plan(id="A-1")
    await board.control("PATCH", "capabilities", {"timeStepMinutes": 15})
    times = {"start": "2026-11-23T09:07:00+01:00", "end": "2026-11-23T09:08:00+01:00"}
    answer = await board.write("PATCH", APPOINTMENT, times, If_Match='"1"')
    assert (answer.body["start"], answer.body["end"]) == ("2026-11-23T09:00:00+01:00", "2026-11-23T09:15:00+01:00")
    assert (await board.api("GET", "/v1/capabilities")).body["timeStepMinutes"] == 15


async def test_the_newest_report_is_shown_and_raises_no_revision(board: Caller) -> None:
    await board.plan(id="A-1")
    held = {"resource": {"id": "R-ADA"}, "revision": 1, "state": "held", "detail": "No licence."}
    late = {**held, "state": "delivered", "at": "2026-11-23T08:00:00+01:00"}
    path = APPOINTMENT + "/sync-status"
    assert (await board.write("PUT", path, {**held, "at": "2026-11-23T07:30:00Z"})).body["state"] == "held"
    assert (await board.write("PUT", path, late)).body["state"] == "held"
    assert (await board.write("PUT", path, {**held, "detail": None, "at": "2026-11-23T08:00:00Z"})).status == 422
    assert (await board.api("GET", APPOINTMENT)).headers["etag"] == '"1"'
    assert (await board.control("GET", "board"))["statuses"]["A-1"]["R-ADA"]["state"] == "held"


async def test_a_proposal_is_created_and_replaced(board: Caller) -> None:
    await board.plan(id="A-1")
    wish = {
        "appointment": {"id": "A-1", "revision": 1},
        "resource": {"id": "R-ADA"},
        "kind": "change",
        "changes": {"subject": "Later, please"},
        "reason": "Changed in Outlook.",
        "at": "2026-11-23T07:30:00Z",
    }
    assert (await board.write("PUT", "/v1/proposals/P-1", wish)).status == 201
    answer = await board.write("PUT", "/v1/proposals/P-1", {**wish, "state": "withdrawn"})
    assert (answer.status, answer.body["state"]) == (200, "withdrawn")
    elsewhere = {**wish, "appointment": {"id": "none", "revision": 1}}
    assert (await board.write("PUT", "/v1/proposals/P-2", elsewhere)).status == 404


@pytest.mark.parametrize(
    ("target", "patch", "merged"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a"], {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ],
)
def test_merging_keeps_to_the_examples_of_rfc_7396(target: Any, patch: Any, merged: Any) -> None:
    assert merge(target, patch) == merged
