"""Proposals on the board: what a planner says to them is an act on the appointment, and a webhook tells it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulators.board.calling import Answer, Caller, Receiver


def question(revision: int = 1, resource: str = "R-BEN", **other: object) -> dict[str, Any]:
    about = {"appointment": {"id": "A-1", "revision": revision}, "resource": {"id": resource}}
    return {**about, "kind": "unplan", "reason": "The worker deleted it in Outlook.", **other}


async def ask(board: Caller, name: str = "P-1", **other: Any) -> Answer:
    return await board.write("PUT", f"/v1/proposals/{name}", question(**other))


async def state_of(board: Caller, name: str = "P-1") -> str:
    shown = (await board.control("GET", "board"))["proposals"]
    return str(next(one["state"] for one in shown if one["id"] == name))


async def refused(board: Caller, name: str, answer: str) -> int:
    async with board.session.post(f"{board.url}/_control/proposals/{name}/{answer}") as told:
        return told.status


async def newest(receiver: Receiver, count: int) -> dict[str, Any]:
    await receiver.until(lambda: len(receiver.events) >= count)
    states = [event["data"]["appointment"] for event in receiver.events]
    return max(states, key=lambda state: int(state["revision"]))


async def test_a_pending_proposal_is_shown_with_its_time_and_told_by_no_webhook(
    board: Caller, receiver: Receiver
) -> None:
    await board.plan(id="A-1", resources=["R-ADA", "R-BEN"])
    answer = await ask(board)
    assert (answer.status, answer.body["state"]) == (201, "open")
    (shown,) = (await board.control("GET", "board"))["proposals"]
    assert shown == answer.body
    assert shown["at"]
    await board.control("POST", "ping")
    await receiver.until(lambda: len(receiver.events) == 2)
    assert receiver.types() == {"scheduler.appointment.created": 1, "scheduler.ping": 1}


async def test_accepting_takes_the_resource_off_and_tells_it_as_the_planners_own_act(
    board: Caller, receiver: Receiver
) -> None:
    await board.plan(id="A-1", resources=["R-ADA", "R-BEN"])
    await ask(board)
    assert (await board.control("POST", "proposals/P-1/accept"))["state"] == "accepted"
    told = await newest(receiver, 2)
    assert (told["revision"], told["origin"]) == (2, None)
    assert [one["id"] for one in told["resources"]] == ["R-ADA"]


async def test_declining_tells_the_same_state_under_a_new_revision(board: Caller, receiver: Receiver) -> None:
    planned = await board.plan(id="A-1", resources=["R-ADA", "R-BEN"])
    await ask(board)
    assert (await board.control("POST", "proposals/P-1/decline"))["state"] == "declined"
    told = await newest(receiver, 2)
    assert (told["revision"], told["origin"]) == (2, None)
    assert {**told, "revision": 1, "updated": ""} == {**planned, "updated": ""}


async def test_accepting_a_wished_change_makes_it(board: Caller) -> None:
    await board.plan(id="A-1", resources=["R-BEN"])
    times = {"start": "2026-11-23T12:00:00Z", "end": "2026-11-23T13:30:00Z"}
    await ask(board, kind="change", changes=times)
    assert (await board.control("POST", "proposals/P-1/accept"))["state"] == "accepted"
    (state,) = (await board.control("GET", "board"))["appointments"]
    assert (state["start"], state["end"]) == ("2026-11-23T13:00:00+01:00", "2026-11-23T14:30:00+01:00")


@pytest.mark.parametrize(
    ("act", "answered"),
    [
        (("PATCH", "appointments/A-1", {"subject": "Valve"}), "declined"),
        (("POST", "appointments/A-1/move", {"start": "2026-11-23T10:00:00+01:00"}), "declined"),
        (("POST", "appointments/A-1/unplan", {"resource": "R-BEN"}), "accepted"),
        (("POST", "appointments/A-1/unplan", {"resource": "R-ADA"}), "declined"),
        (("DELETE", "appointments/A-1", None), "accepted"),
    ],
)
async def test_any_act_of_the_planner_on_the_appointment_answers_what_was_asked_about_it(
    board: Caller, act: tuple[str, str, Any], answered: str
) -> None:
    await board.plan(id="A-1", resources=["R-ADA", "R-BEN"])
    await board.plan(id="A-2", resources=["R-BEN"])
    await ask(board)
    await board.write("PUT", "/v1/proposals/P-2", {**question(), "appointment": {"id": "A-2", "revision": 1}})
    await board.control(*act)
    assert (await state_of(board), await state_of(board, "P-2")) == (answered, "open")


async def test_a_question_about_a_revision_the_planner_has_left_behind_is_answered_at_once(board: Caller) -> None:
    await board.plan(id="A-1", resources=["R-BEN"])
    await board.control("PATCH", "appointments/A-1", {"subject": "Valve"})
    assert (await ask(board)).body["state"] == "declined"
    assert (await ask(board, revision=2)).body["state"] == "open"


async def test_a_write_by_the_api_answers_nothing(board: Caller) -> None:
    await board.plan(id="A-1", resources=["R-BEN"])
    await ask(board)
    await board.write("PATCH", "/v1/appointments/A-1", {"subject": "Mine"}, If_Match='"1"')
    assert await state_of(board) == "open"
    assert (await ask(board, "P-2", revision=1)).body["state"] == "open"


async def test_an_appointment_deleted_by_the_api_leaves_no_question_open(board: Caller) -> None:
    await board.plan(id="A-1", resources=["R-BEN"])
    await ask(board)
    await board.write("DELETE", "/v1/appointments/A-1", {}, If_Match='"1"')
    assert await state_of(board) == "accepted"
    assert (await ask(board)).body["state"] == "accepted"
    assert (await ask(board, "P-2")).status == 404


async def test_what_is_not_open_cannot_be_decided(board: Caller) -> None:
    await board.plan(id="A-1", resources=["R-BEN"])
    await ask(board)
    await ask(board, state="withdrawn")
    assert await state_of(board) == "withdrawn"
    assert await refused(board, "P-1", "accept") == 409
    assert await refused(board, "P-1", "decline") == 409
    assert await refused(board, "none", "accept") == 404
    (state,) = (await board.control("GET", "board"))["appointments"]
    assert state["revision"] == 1
