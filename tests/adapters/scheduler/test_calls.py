"""What goes over the wire, and what every kind of answer means: against a server that answers by a script."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devtools.processes import find_free_port
from sync_core.adapters.scheduler import Scheduler, connect_scheduler
from sync_core.domain.appointment import AppointmentKey, Kind, Revision
from sync_core.domain.content import Content, Field
from sync_core.domain.errors import TryAgain
from sync_core.domain.plan import Denied, Done, Missing, Moved, Postponed, Unknown, Unplan
from tests.adapters.scheduler.scripted import CAPABILITIES, Reply, ScriptedBoard
from tests.contract_document.reading import complaints_about
from tests.contracts.board_contract import ADA, BEN, BLOCK, TASK, WINDOW, create, hours, propose, remove, update
from tests.fakes.clock import FakeClock

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
STATE = {
    "id": "A-1",
    "revision": 8,
    "subject": "Pump service",
    "start": "2026-11-23T11:00:00Z",
    "end": "2026-11-23T12:00:00Z",
    "timeZone": "Europe/Berlin",
    "resources": [{"id": "R-ADA"}],
}
MOVE = update(TASK, Revision(7), Content(hours(3, 4)), Field.TIME)


async def api_key() -> str:
    return "the key"


class Wire:
    def __init__(self, server: ScriptedBoard, scheduler: Scheduler, clock: FakeClock) -> None:
        self.server = server
        self.board = scheduler.board
        self.clock = clock

    def answers(self, *replies: Reply) -> None:
        self.server.replies = list(replies)

    def cannot(self, *names: str) -> None:
        abilities = CAPABILITIES["capabilities"] | dict.fromkeys(names, False)
        self.server.capabilities = CAPABILITIES | {"capabilities": abilities}


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    server, clock = ScriptedBoard(), FakeClock(NOW)
    scheduler = connect_scheduler(await server.start(), api_key, clock, request_seconds=0.6, patience_seconds=1.5)
    yield Wire(server, scheduler, clock)
    await scheduler.aclose()
    await server.stop()


def problem(title: str = "Conflict", detail: str = "subject 'Boiler at Mrs Smith' is taken") -> dict[str, Any]:
    return {"type": "about:blank", "title": title, "status": 409, "code": "key_reused", "detail": detail}


async def test_a_write_carries_key_precondition_name_and_origin(wire: Wire) -> None:
    wire.answers(Reply(200, STATE, {"ETag": '"8"'}))
    (outcome,) = await wire.board.carry_out([MOVE])
    assert isinstance(outcome, Done)
    assert outcome.revision == 8
    (asked,) = wire.server.writes
    assert (asked.method, asked.path) == ("PATCH", "/v1/appointments/A-1")
    assert asked.headers["X-API-KEY"] == "the key"
    assert asked.headers["If-Match"] == '"7"'
    assert asked.headers["Idempotency-Key"] == "u-1"
    assert asked.headers["Content-Type"] == "application/merge-patch+json"
    assert asked.body["origin"] == {"system": "tandem", "changeId": "u-1"}
    assert complaints_about("AppointmentPatch", asked.body) == []


async def test_a_new_block_may_only_be_put_where_nothing_is(wire: Wire) -> None:
    wire.answers(Reply(201, None, {"ETag": '"1"'}))
    await wire.board.carry_out([create(hours(0, 1))])
    (asked,) = wire.server.writes
    assert (asked.method, asked.headers["If-None-Match"]) == ("PUT", "*")
    assert "If-Match" not in asked.headers
    assert complaints_about("UnavailabilityPut", asked.body) == []


async def test_a_deletion_says_who_deletes(wire: Wire) -> None:
    wire.answers(Reply(200, {"id": BLOCK.id, "revision": 3}, {"ETag": '"3"'}))
    (outcome,) = await wire.board.carry_out([remove(BLOCK, Revision(2))])
    assert outcome == Done(revision=Revision(3))
    (asked,) = wire.server.writes
    assert (asked.method, asked.headers["If-Match"]) == ("DELETE", '"2"')
    assert complaints_about("Deletion", asked.body) == []


async def test_unplanning_sends_who_remains(wire: Wire) -> None:
    wire.answers(Reply(200, STATE, {"ETag": '"8"'}))
    await wire.board.carry_out([Unplan(TASK, ADA, (BEN,), None, Revision(7), "p-1", "deleted")])
    (asked,) = wire.server.writes
    assert asked.body["resources"] == [{"id": "R-BEN"}]
    assert complaints_about("AppointmentPatch", asked.body) == []


@pytest.mark.parametrize(("is_withdrawn", "state"), [(False, "open"), (True, "withdrawn")])
async def test_a_proposal_asks_about_one_resource_under_its_own_name(
    wire: Wire, is_withdrawn: bool, state: str
) -> None:
    wire.answers(Reply(201, {}))
    assert await wire.board.carry_out([propose(7, is_withdrawn=is_withdrawn)]) == [Done()]
    (asked,) = wire.server.writes
    assert (asked.method, asked.path) == ("PUT", "/v1/proposals/P%20R-ADA")
    assert asked.headers["Idempotency-Key"] == "q-1"
    assert "If-Match" not in asked.headers
    assert asked.body["appointment"] == {"id": "A-1", "revision": 7}
    assert (asked.body["resource"], asked.body["kind"], asked.body["state"]) == ({"id": "R-ADA"}, "unplan", state)
    assert asked.body["origin"] == {"system": "tandem", "changeId": "q-1"}
    assert complaints_about("Proposal", asked.body) == []


async def test_a_proposal_is_the_same_body_whenever_it_is_repeated(wire: Wire) -> None:
    wire.answers(Reply(201, {}))
    await wire.board.carry_out([propose(7)])
    wire.clock.advance(timedelta(hours=3))
    await wire.board.carry_out([propose(7)])
    first, second = wire.server.writes
    assert first.body == second.body


async def test_words_of_any_length_keep_the_contract_of_a_proposal(wire: Wire) -> None:
    wire.answers(Reply(201, {}))
    for words in ("", "ü" * 1001):
        await wire.board.carry_out([replace(propose(7), reason=words)])
    for asked in wire.server.writes:
        assert complaints_about("Proposal", asked.body) == []


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(200, {"state": "accepted"}), Done()),
        (Reply(200, {"state": "declined"}, {"ETag": '"9"'}), Done()),
        (Reply(200, "no proposal at all"), Done()),
        (Reply(404), Missing()),
        (Reply(429, None, {"Retry-After": "7"}), Postponed("the board answers 429", 7)),
        (Reply(401), Postponed("the board answers 401", 60)),
        (Reply(501), Denied("the board answers 501")),
        (Reply(422), Denied("the board answers 422")),
        (Reply(503), Unknown("the board answers 503")),
        (Reply(is_cut=True), Unknown("no answer from the board")),
    ],
)
async def test_each_answer_to_a_proposal_has_one_meaning(wire: Wire, reply: Reply, expected: object) -> None:
    wire.answers(reply)
    assert await wire.board.carry_out([propose(7)]) == [expected]


async def test_a_proposal_is_put_again_even_where_keys_are_not_honoured(wire: Wire) -> None:
    wire.cannot("idempotencyKeys")
    wire.answers(Reply(is_cut=True), Reply(200, {}))
    assert await wire.board.carry_out([propose(7)]) == [Done()]
    first, second = wire.server.writes
    assert first.body == second.body


async def test_a_report_keeps_the_contract(wire: Wire) -> None:
    wire.answers(Reply(200, STATE, {"ETag": '"8"'}), Reply(200, {}))
    await wire.board.report(TASK, ADA, "held", "The mailbox has no licence.")
    await wire.board.report(TASK, ADA, "delivered", "", Revision(8))
    first, second = (asked.body for asked in wire.server.writes)
    assert (first["revision"], second["revision"]) == (8, 8)
    assert complaints_about("SyncStatus", first) == []
    assert complaints_about("SyncStatus", second) == []


@pytest.mark.parametrize("name", ["a/b", "a b?c#d", "ü\u00f8", "..", ".", "%2F", "a\\b"])
async def test_an_id_may_hold_any_character_and_never_leaves_its_path(wire: Wire, name: str) -> None:
    wire.answers(Reply(404))
    await wire.board.carry_out([update(AppointmentKey(Kind.TASK, name), Revision(1), Content(hours(0, 1)), Field.TIME)])
    (asked,) = wire.server.writes
    assert asked.path.startswith("/v1/appointments/")
    segment = asked.path.removeprefix("/v1/appointments/")
    assert "/" not in segment
    assert segment not in (".", "..")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(404), Missing()),
        (Reply(429, None, {"Retry-After": "7"}), Postponed("the board answers 429", 7)),
        (Reply(503, None, {"Retry-After": "90"}), Postponed("the board answers 503", 90)),
        (Reply(503, None, {"Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"}), Postponed("the board answers 503", 0)),
        (Reply(401), Postponed("the board answers 401", 60)),
        (Reply(403), Postponed("the board answers 403", 60)),
        (Reply(400), Denied("the board answers 400")),
        (Reply(409, problem()), Denied("the board answers 409 (Conflict, key_reused)")),
        (Reply(422, problem("Locked")), Denied("the board answers 422 (Locked, key_reused)")),
        (Reply(302, None, {"Location": "https://elsewhere.example/"}), Denied("the board answers 302")),
        (Reply(428), Denied("the board answers 428")),
        (Reply(501), Denied("the board answers 501")),
        (Reply(500), Unknown("the board answers 500")),
        (Reply(503), Unknown("the board answers 503")),
        (Reply(504), Unknown("the board answers 504")),
        (Reply(is_cut=True), Unknown("no answer from the board")),
    ],
)
async def test_each_answer_has_one_meaning(wire: Wire, reply: Reply, expected: object) -> None:
    wire.answers(reply)
    assert await wire.board.carry_out([MOVE]) == [expected]


async def test_no_word_of_a_problem_but_its_title_is_repeated(wire: Wire) -> None:
    wire.answers(Reply(422, problem()))
    (outcome,) = await wire.board.carry_out([MOVE])
    assert isinstance(outcome, Denied)
    assert "Smith" not in outcome.reason


async def test_a_redirect_is_never_followed(wire: Wire) -> None:
    wire.answers(Reply(307, None, {"Location": "/v1/elsewhere"}))
    await wire.board.carry_out([MOVE])
    assert len(wire.server.writes) == 1


async def test_a_deletion_of_what_is_gone_is_done(wire: Wire) -> None:
    wire.answers(Reply(404))
    assert await wire.board.carry_out([remove(BLOCK, Revision(2))]) == [Done()]


@pytest.mark.parametrize("lost", [Reply(is_cut=True), Reply(502), Reply(never=True)])
async def test_a_lost_answer_is_asked_for_once_more_under_the_same_key(wire: Wire, lost: Reply) -> None:
    wire.answers(lost, Reply(200, STATE, {"ETag": '"8"'}))
    (outcome,) = await wire.board.carry_out([MOVE])
    assert isinstance(outcome, Done)
    first, second = wire.server.writes
    assert first.body == second.body
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]


@pytest.mark.parametrize("operation", [MOVE, create(hours(0, 1)), remove(BLOCK, Revision(1))])
async def test_a_board_without_idempotency_keys_is_never_asked_twice(wire: Wire, operation: Any) -> None:
    wire.cannot("idempotencyKeys")
    wire.answers(Reply(is_cut=True))
    (outcome,) = await wire.board.carry_out([operation])
    assert isinstance(outcome, Unknown)
    assert len(wire.server.writes) == 1


@pytest.mark.parametrize("second", [Reply(429, None, {"Retry-After": "3"}), Reply(401), Reply(500)])
async def test_a_refusal_of_the_repeat_does_not_tell_what_the_first_one_did(wire: Wire, second: Reply) -> None:
    wire.answers(Reply(is_cut=True), second)
    (outcome,) = await wire.board.carry_out([MOVE])
    assert isinstance(outcome, Unknown)


async def test_a_state_that_names_this_write_as_its_origin_is_its_effect(wire: Wire) -> None:
    ours = STATE | {"origin": {"system": "tandem", "changeId": "u-1"}}
    wire.answers(Reply(412, None, {"ETag": '"8"'}), Reply(200, ours, {"ETag": '"8"'}))
    (outcome,) = await wire.board.carry_out([MOVE])
    assert isinstance(outcome, Done)
    assert outcome.revision == 8


@pytest.mark.parametrize("origin", [None, {"system": "tandem", "changeId": "another"}])
async def test_a_state_of_somebody_else_has_moved(wire: Wire, origin: object) -> None:
    wire.answers(Reply(412), Reply(200, STATE | {"origin": origin}, {"ETag": '"8"'}))
    assert await wire.board.carry_out([MOVE]) == [Moved()]


async def test_a_repeat_that_had_to_be_made_anew_has_moved(wire: Wire) -> None:
    """An absence is read before it is replaced; once it has changed, the same key would carry another body."""
    absence = {"resource": {"id": "R-ADA"}, "kind": "sick", "id": BLOCK.id}
    wire.answers(Reply(200, {name: STATE[name] for name in STATE if name != "resources"} | absence), Reply(409))
    assert await wire.board.carry_out([update(BLOCK, Revision(8), Content(hours(3, 4)), Field.TIME)]) == [Moved()]


async def test_a_success_whose_words_cannot_be_read_is_a_success(wire: Wire) -> None:
    wire.answers(Reply(200, {"id": 7}, {"ETag": '"8"'}))
    assert await wire.board.carry_out([MOVE]) == [Done(revision=Revision(8))]


async def test_what_waits_makes_everything_behind_it_wait_without_a_call(wire: Wire) -> None:
    wire.answers(Reply(429, None, {"Retry-After": "7"}))
    outcomes = await wire.board.carry_out([MOVE, create(hours(0, 1)), remove(BLOCK, Revision(2))])
    assert [type(one) for one in outcomes] == [Postponed] * 3
    assert len(wire.server.writes) == 1


async def test_a_board_that_never_answers_costs_no_more_than_the_patience(wire: Wire) -> None:
    wire.cannot("idempotencyKeys")
    wire.answers(Reply(never=True))
    started = datetime.now(UTC)
    outcomes = await wire.board.carry_out([MOVE] * 20)
    assert datetime.now(UTC) - started < timedelta(seconds=4)
    assert isinstance(outcomes[0], Unknown)
    assert isinstance(outcomes[-1], Postponed)


async def test_a_board_that_cannot_be_reached_has_certainly_done_nothing() -> None:
    scheduler = connect_scheduler(f"http://127.0.0.1:{find_free_port()}", api_key, FakeClock(NOW))
    assert [type(one) for one in await scheduler.board.carry_out([MOVE, MOVE])] == [Postponed, Postponed]
    with pytest.raises(TryAgain):
        await scheduler.board.capabilities()
    with pytest.raises(TryAgain):
        await scheduler.board.read_window(WINDOW, None, None)
    await scheduler.aclose()


async def test_a_key_that_cannot_be_had_postpones() -> None:
    async def no_key() -> str:
        raise TryAgain("the vault does not answer", timedelta(seconds=9))

    scheduler = connect_scheduler("http://127.0.0.1:9", no_key, FakeClock(NOW))
    assert await scheduler.board.carry_out([MOVE]) == [Postponed("the vault does not answer", 9)]
    await scheduler.aclose()


async def test_capabilities_are_asked_for_once_in_five_minutes(wire: Wire) -> None:
    for minutes in (0, 4, 2):
        wire.clock.advance(timedelta(minutes=minutes))
        await wire.board.capabilities()
    assert [asked.path for asked in wire.server.asked] == ["/v1/capabilities"] * 2


async def test_the_set_up_check_asks_for_capabilities_now_whatever_is_remembered(wire: Wire) -> None:
    await wire.board.capabilities()
    wire.cannot("proposals")
    told = await wire.board.ask_abilities()
    assert (told["proposals"], told["sync_status"]) == (False, True)
    assert not (await wire.board.capabilities()).takes_proposals


@pytest.mark.parametrize(
    ("ability", "operation"),
    [
        ("writeAppointments", MOVE),
        ("writeAppointments", Unplan(TASK, ADA, (), None, Revision(7), "p-1", "deleted")),
        ("deleteAppointments", remove(TASK, Revision(7))),
        ("writeUnavailabilities", create(hours(0, 1))),
        ("deleteUnavailabilities", remove(BLOCK, Revision(7))),
        ("proposals", propose(7)),
    ],
)
async def test_what_a_board_cannot_do_is_denied_without_a_call(wire: Wire, ability: str, operation: Any) -> None:
    wire.cannot(ability)
    (outcome,) = await wire.board.carry_out([operation])
    assert isinstance(outcome, Denied)
    assert wire.server.writes == []


async def test_a_member_the_board_does_not_take_is_denied_by_name(wire: Wire) -> None:
    wire.server.capabilities = CAPABILITIES | {"writableAppointmentFields": ["start", "end"]}
    (outcome,) = await wire.board.carry_out([update(TASK, Revision(7), Content(hours(0, 1)), Field.SUBJECT)])
    assert outcome == Denied("this board takes no change of subject")


async def test_a_bad_state_on_a_page_does_not_hide_the_others(wire: Wire) -> None:
    wire.answers(Reply(200, {"appointments": [STATE | {"revision": "x"}, STATE], "nextCursor": None}))
    page = await wire.board.read_window(WINDOW, None, None)
    assert [placement.revision for placement in page.placements] == [8]
