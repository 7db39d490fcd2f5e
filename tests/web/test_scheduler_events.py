"""The board's route: what is accepted is stored and rung for, what is refused stores nothing, a repeat is harmless."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from sync_core.domain.appointment import AppointmentKey, Kind
from sync_core.domain.content import Importance
from sync_core.domain.errors import TryAgain
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Held, Row
from sync_core.domain.timespan import DaySpan
from sync_core.flows.accept import WEBHOOKS
from tests.contract_document.reading import complaints_about, contract
from tests.web.posting import BATCH, EVENT, PAYLOADS, Door, document_of, payload, signed

TASK = AppointmentKey(Kind.TASK, "A-2001")


def changed(document: Any, **members: Any) -> Any:
    """An appointment event with some members of the appointment replaced."""
    copy = json.loads(json.dumps(document))
    copy["data"]["appointment"].update(members)
    return copy


async def test_an_appointment_reaches_every_resource_it_names() -> None:
    door = Door()
    response = await door.post(payload("appointment-planned.json"))
    assert response.status == 202
    assert document_of(response) == {"accepted": 1, "superseded": 0, "repeated": 0, "ignored": 0, "rejected": []}
    for resource in ("R-ADA", "R-BEN"):
        (row,) = door.inbox(resource)
        assert (row.key, row.revision) == (TASK, 1)
        assert row.state is not None
        assert row.state.importance is Importance.HIGH
        assert row.state.fields == (("floors", 2), ("isUrgent", False), ("keyBox", "B 14"), ("note", None))
    assert {waiting.job.resource for waiting in door.bells.waiting} == {"R-ADA", "R-BEN"}
    assert {waiting.job.correlation_id for waiting in door.bells.waiting} == {"msg_1"}


async def test_an_all_day_entry_keeps_its_days() -> None:
    door = Door()
    await door.post(payload("appointment-all-day.json"))
    state = door.placements.placed[AppointmentKey(Kind.TASK, "A-2002")].placement
    assert state is not None
    assert state.state is not None
    assert isinstance(state.state.span, DaySpan)


async def test_the_same_delivery_again_is_counted_as_known() -> None:
    door = Door()
    await door.post(payload("appointment-planned.json"))
    answer = document_of(await door.post(payload("appointment-planned.json")))
    assert (answer["accepted"], answer["repeated"]) == (1, 1)


async def test_resources_in_another_order_are_the_same_state() -> None:
    door = Door()
    event = payload("appointment-planned.json")
    await door.post(event)
    turned = changed(event, resources=list(reversed(event["data"]["appointment"]["resources"])))
    assert document_of(await door.post(turned))["rejected"] == []


async def test_an_older_revision_is_superseded() -> None:
    door = Door()
    await door.post(changed(payload("appointment-planned.json"), revision=5))
    answer = document_of(await door.post(payload("appointment-planned.json")))
    assert (answer["accepted"], answer["superseded"]) == (0, 1)


async def test_a_revision_with_other_content_is_rejected_and_filed() -> None:
    door = Door()
    await door.post(payload("appointment-planned.json"))
    response = await door.post(changed(payload("appointment-planned.json"), subject="Something else"))
    assert response.status == 202
    (rejected,) = document_of(response)["rejected"]
    assert (rejected["index"], rejected["id"], rejected["code"]) == (0, "evt-planned-1", "revision_reused")
    assert "raise the revision" in rejected["detail"]
    (held,) = door.rows.all_rows(WEBHOOKS)
    assert isinstance(held, Held)
    assert "Something else" not in repr(held)


async def test_one_bad_member_does_not_sink_the_others() -> None:
    door = Door()
    response = await door.post(payload("batch-with-two-wrong.json"), BATCH)
    answer = document_of(response)
    assert response.status == 202
    assert (answer["accepted"], answer["ignored"]) == (2, 1)
    assert [(one["index"], one["id"], one["code"]) for one in answer["rejected"]] == [
        (1, "evt-batch-2", "invalid"),
        (2, None, "invalid"),
    ]
    assert answer["rejected"][0]["errors"] == [
        {"pointer": "/data/appointment/end", "detail": "must be later than start"}
    ]
    assert complaints_about("Acceptance", {k: v for k, v in answer.items() if k != "repeated"}) == []
    held = {row.subject: row for row in door.rows.all_rows(WEBHOOKS) if isinstance(row, Held)}
    assert set(held) == {"evt-batch-2", "msg_1/2"}
    assert held["evt-batch-2"].what == "scheduler.appointment.created"
    assert "Ends before" not in repr(held)


async def test_a_name_that_could_not_be_stored_or_logged_is_made_legible() -> None:
    door = Door()
    response = await door.post([{"id": "evt\ud800\nforged line", "type": "x" * 500}], BATCH)
    (rejected,) = document_of(response)["rejected"]
    (held,) = door.rows.all_rows(WEBHOOKS)
    assert isinstance(held, Held)
    assert rejected["id"] == held.subject == "evt\ufffd\ufffdforged line"
    assert len(held.what) < 200


async def test_a_single_bad_event_is_refused_with_the_path_of_each_wrong_field() -> None:
    door = Door()
    wrong = changed(
        payload("appointment-planned.json"),
        revision="7",
        timeZone="Mars/Base",
        end="2026-11-24",
        resources=[{"id": ""}],
        fields={"a/b": [1]},
    )
    response = await door.post(wrong)
    problem = document_of(response)
    assert (response.status, response.content_type) == (400, "application/problem+json")
    assert complaints_about("Problem", problem) == []
    assert {one["pointer"] for one in problem["errors"]} == {
        "/data/appointment/revision",
        "/data/appointment/timeZone",
        "/data/appointment/end",
        "/data/appointment/resources/0/id",
        "/data/appointment/fields/a~1b",
    }
    assert door.is_untouched


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("start", "2026-11-24T08:00:00"),
        ("start", "2026-13-24T08:00:00Z"),
        ("start", "0001-01-01T00:00:00+14:00"),
        ("start", 1795424400),
        ("end", "2026-11-24T07:00:00Z"),
        ("revision", 0),
        ("revision", True),
        ("revision", 1.5),
        ("revision", 2**53),
        ("id", "x" * 129),
        ("id", "a\nb"),
        ("subject", None),
        ("subject", "\ud800"),
        ("allDay", "yes"),
        ("allDay", True),
        ("importance", "urgent"),
        ("resources", [{"id": "R"}] * 51),
        ("resources", {}),
        ("links", [{"href": "javascript:alert(1)"}]),
        ("location", {"latitude": 91}),
        ("fields", {"a": {"b": 1}}),
        ("fields", {"a": "\ud800"}),
        ("fields", {"a": "x" * 4001}),
        ("timeZone", "Europe"),
        ("timeZone", "../../etc/passwd"),
        ("timeZone", "Europe/Berlin\0"),
        ("fields", {str(number): 1 for number in range(101)}),
        ("body", {"contentType": "markdown", "content": ""}),
    ],
)
async def test_what_breaks_the_contract_is_refused(path: str, value: Any) -> None:
    door = Door()
    response = await door.post(changed(payload("appointment-planned.json"), **{path: value}))
    assert response.status == 400
    pointers = [one["pointer"] for one in document_of(response)["errors"]]
    assert any(pointer.startswith("/data/appointment/") for pointer in pointers)
    assert door.is_untouched


async def test_what_nobody_knows_is_passed_over() -> None:
    door = Door()
    event = changed(payload("appointment-planned.json"), moonPhase="full") | {"type": "scheduler.moon.rising"}
    response = await door.post(event)
    assert (response.status, document_of(response)["ignored"]) == (202, 1)
    assert door.is_untouched
    assert (await door.post(changed(payload("appointment-planned.json"), moonPhase="full"))).status == 202


async def test_a_whole_number_may_be_written_with_a_point() -> None:
    body = json.dumps(payload("appointment-planned.json")).replace('"revision": 1,', '"revision": 1.0,').encode()
    assert (await Door().post(body)).status == 202


async def test_a_plain_body_is_taken_without_cloudevents() -> None:
    door = Door()
    response = await door.post(payload("plain.json"), "application/json; charset=utf-8")
    assert document_of(response)["accepted"] == 1
    assert AppointmentKey(Kind.TASK, "A-2003") in door.placements.placed


async def test_ids_of_different_kinds_do_not_meet() -> None:
    door = Door()
    absence = payload("unavailability.json")
    absence["data"]["unavailability"]["id"] = "A-2001"
    await door.post(payload("appointment-planned.json"))
    await door.post(absence)
    assert set(door.placements.placed) == {TASK, AppointmentKey(Kind.UNAVAILABILITY, "A-2001")}


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"", EVENT, 400, "not_json"),
        (b"{", EVENT, 400, "not_json"),
        (b"7", EVENT, 400, "not_json"),
        (b'{"a": NaN}', EVENT, 400, "not_json"),
        (b"[" * 100_000, "application/json", 400, "not_json"),
        (b"1" * 5_000, "application/json", 400, "not_json"),
        (b"[]", BATCH, 400, "invalid"),
        (b"[]", EVENT, 400, "invalid"),
        (b"{}", BATCH, 400, "invalid"),
        (b"{}", EVENT, 400, "invalid"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"{}", "", 415, "unsupported_media_type"),
        (b"{}", "application/json; charset=latin1", 415, "unsupported_media_type"),
        (b"[" + b"1," * 1000 + b"1]", BATCH, 413, "too_large"),
        (b" " * (4 * 1024 * 1024 + 1), EVENT, 413, "too_large"),
        (b'{"x": "' + b"y" * 256 * 1024 + b'"}', EVENT, 413, "too_large"),
    ],
)
async def test_a_call_that_cannot_be_taken_is_refused_and_stores_nothing(
    body: bytes, content_type: str, status: int, code: str
) -> None:
    door = Door()
    response = await door.post(body, content_type)
    assert response.status == status
    assert document_of(response)["code"] == code
    assert complaints_about("Problem", document_of(response)) == []
    assert door.is_untouched


async def test_a_member_that_is_too_large_is_rejected_alone() -> None:
    door = Door()
    large = changed(payload("appointment-planned.json"), extra="x" * 256 * 1024) | {"id": "evt-large"}
    answer = document_of(await door.post([large, payload("appointment-all-day.json")], "application/json"))
    assert answer["accepted"] == 1
    assert [(one["id"], one["code"]) for one in answer["rejected"]] == [("evt-large", "too_large")]


async def test_a_thousand_members_are_taken_at_once() -> None:
    door = Door()
    event = payload("appointment-all-day.json")
    many = [changed(event, id=f"A-{number}", resources=[{"id": f"R-{number % 10}"}]) for number in range(1000)]
    assert document_of(await door.post(many, BATCH))["accepted"] == 1000
    assert len(door.bells.waiting) == 10


async def test_a_delivery_without_a_valid_signature_stores_nothing() -> None:
    door = Door()
    body = json.dumps(payload("appointment-planned.json")).encode()
    response = await door.post_raw(signed(body) | {"Webhook-Signature": "v1,AAAA"}, body)
    assert response.status == 401
    assert document_of(response)["code"] == "bad_signature"
    assert door.is_untouched


async def test_a_door_without_secrets_asks_to_come_back() -> None:
    door = Door(secrets=())
    response = await door.post(payload("appointment-planned.json"))
    assert response.status == 503
    assert int(response.headers["Retry-After"]) > 0
    assert door.is_untouched


async def test_storage_that_fails_half_way_is_completed_by_the_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door()
    insert = door.rows.insert

    async def fail(resource: ResourceId, rows: Sequence[Row]) -> None:
        raise TryAgain("the table does not answer", timedelta(seconds=17))

    monkeypatch.setattr(door.rows, "insert", fail)
    response = await door.post(payload("appointment-planned.json"))
    assert (response.status, response.headers["Retry-After"]) == (503, "17")
    monkeypatch.setattr(door.rows, "insert", insert)
    assert (await door.post(payload("appointment-planned.json"))).status == 202
    assert len(door.inbox("R-ADA")) == 1
    assert len(door.inbox("R-BEN")) == 1


@pytest.mark.parametrize("name", sorted(path.name for path in PAYLOADS.glob("*.json")))
async def test_every_payload_keeps_the_contract_or_is_rejected(name: str) -> None:
    """What the schema accepts the route accepts; a plain body is a courtesy that the schema does not know."""
    document = payload(name)
    members = document if isinstance(document, list) else [document]
    response = await Door().post(document, "application/json")
    rejected = {one["index"] for one in document_of(response)["rejected"]}
    for index, member in enumerate(members):
        is_plain = isinstance(member, dict) and "specversion" not in member
        breaks_schema = bool(complaints_about("SchedulerEvent", member)) and not is_plain
        # A schema cannot compare an end with a start.
        assert breaks_schema <= (index in rejected)


@pytest.mark.parametrize("name", sorted(contract()["components"]["examples"]))
async def test_every_example_of_the_contract_is_accepted(name: str) -> None:
    response = await Door().post(contract()["components"]["examples"][name]["value"])
    assert (response.status, document_of(response)["rejected"]) == (202, [])
