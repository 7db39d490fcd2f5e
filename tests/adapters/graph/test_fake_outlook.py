"""The switches of Outlook in memory, each of which plays a fault that Graph is known for."""

from dataclasses import replace

import pytest

from sync_core.domain.content import Field
from sync_core.domain.errors import CursorRefused
from sync_core.domain.plan import Denied, Done, Postponed, Unknown
from tests.adapters.graph.stages import FakeStage
from tests.contracts.outlook_contract import WINDOW, carry_out, create, delete, find, make, read, update, words


@pytest.fixture
def stage(fake_stage: FakeStage) -> FakeStage:
    return fake_stage


async def test_what_lags_behind_comes_later(stage: FakeStage) -> None:
    place = (await read(stage, "")).place
    stage.outlook.lag = 1
    await stage.creates(words("early"))
    await stage.creates(words("late"))
    page = await read(stage, place)
    assert [event.content.subject for event in page.events] == ["early"]
    stage.outlook.lag = 0
    assert [event.content.subject for event in (await read(stage, page.place)).events] == ["late"]


async def test_a_replay_tells_old_states_again(stage: FakeStage) -> None:
    ref = await stage.creates(words("old"))
    await stage.renames(ref, "new")
    place = (await read(stage, "")).place
    stage.outlook.replay = 2
    first = await stage.outlook.read_changes(stage.calendar, WINDOW, place)
    assert [event.content.subject for event in first.events] == ["new"]
    await stage.deletes(ref)
    stage.outlook.page_size = 1
    page = await stage.outlook.read_changes(stage.calendar, WINDOW, place)
    assert [event.content.subject for event in page.events] == ["old"]


async def test_a_round_may_begin_with_an_empty_page(stage: FakeStage) -> None:
    await stage.creates(words("there"))
    stage.outlook.begins_with_empty_page = True
    page = await stage.outlook.read_changes(stage.calendar, WINDOW, "")
    assert (page.events, page.removed, page.is_last) == ((), (), False)
    assert len((await read(stage, "")).events) == 1


async def test_a_lost_reply_took_effect_and_a_lost_request_did_not(stage: FakeStage) -> None:
    stage.outlook.replies_to_lose = 1
    assert await carry_out(stage, create(stage, words("made"), "b1")) == [Unknown("no reply")]
    stage.outlook.requests_to_lose = 1
    assert await carry_out(stage, create(stage, words("not made"), "b2")) == [Unknown("no reply")]
    assert await stage.subjects(stage.calendar) == ["made"]


async def test_operations_are_postponed_and_denied_on_demand(stage: FakeStage) -> None:
    stage.outlook.operations_to_postpone = stage.outlook.operations_to_deny = 1
    outcomes = await carry_out(stage, *(create(stage, words("x"), f"b{n}") for n in range(3)))
    assert [type(outcome) for outcome in outcomes] == [Postponed, Denied, Done]


async def test_a_refused_cursor_is_refused_once(stage: FakeStage) -> None:
    place = (await read(stage, "")).place
    stage.outlook.cursors_to_refuse = 1
    with pytest.raises(CursorRefused):
        await read(stage, place)
    assert (await read(stage, place)).is_last


async def test_bodies_come_back_in_the_servers_handwriting_with_the_same_meaning(stage: FakeStage) -> None:
    stage.outlook.wraps_bodies = True
    event = await make(stage, words("x"))
    [outcome] = await carry_out(stage, update(event, replace(words("x"), body="<p>y</p>"), Field.BODY))
    assert isinstance(outcome, Done)
    assert outcome.event
    assert outcome.event.content.body.startswith("<html>")
    found = await find(stage, event.ref)
    assert found
    assert found.content == outcome.event.content


async def test_a_write_to_a_meeting_would_be_a_mail(stage: FakeStage) -> None:
    event = await make(stage, words("x"))
    meeting = stage.outlook.worker_adds_attendee(event.ref)
    await carry_out(stage, delete(meeting))
    assert stage.outlook.mails == 1


async def test_every_call_answers_without_an_event_loop(stage: FakeStage) -> None:
    coroutine = stage.outlook.read_changes(stage.calendar, WINDOW, "")
    with pytest.raises(StopIteration):
        coroutine.send(None)
