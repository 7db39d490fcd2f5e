"""The board in memory keeps the contract."""

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from sync_core.domain.appointment import AppointmentKey, Kind, Location, Revision
from sync_core.domain.resource import ResourceId
from sync_core.domain.timespan import Span
from tests.contracts.board_contract import ADA, BEN, BLOCK, TASK, Bench, BoardContract, Shown, create, hours
from tests.fakes.board import FakeBoard, Fault
from tests.fakes.clock import FakeClock


class FakeBench:
    def __init__(self) -> None:
        self.board = FakeBoard(FakeClock(datetime(2026, 11, 21, 9, tzinfo=UTC)), page_size=2)

    async def plan(self, key: AppointmentKey, span: Span, *resources: ResourceId, subject: str = "") -> Revision:
        absence = "sick" if key.kind is Kind.UNAVAILABILITY else ""
        return self.board.plan(key, span, *resources, subject=subject, absence=absence).revision

    async def rename(self, key: AppointmentKey, subject: str) -> Revision:
        return self.board.edit(key, subject=subject).revision

    async def place(self, key: AppointmentKey, name: str, address: str) -> Revision:
        return self.board.edit(key, location=Location(name, address)).revision

    async def delete(self, key: AppointmentKey) -> None:
        self.board.delete(key)

    async def look(self, key: AppointmentKey) -> Shown | None:
        try:
            state = self.board.state(key)
        except KeyError:
            return None
        place = state.location
        return Shown(
            state.revision, state.span, state.resources, state.subject, place.name, place.address, state.absence
        )

    async def fail_once(self, how: Fault) -> None:
        self.board.faults = deque([how])

    async def fail(self) -> None:
        self.board.fault = Fault.POSTPONED

    async def switch_off(self, *abilities: str) -> None:
        self.board.can_read &= "read" not in abilities
        self.board.has_idempotency_keys &= "idempotency_keys" not in abilities
        self.board.takes_proposals &= "proposals" not in abilities

    async def round_to_quarters(self) -> None:
        self.board.rounds_to_quarters = True

    async def reports(self) -> Sequence[tuple[str, str, str]]:
        return [(one.key.id, one.resource, one.state) for one in self.board.reports]

    async def proposals(self) -> Sequence[tuple[str, str, str, str]]:
        return [(name, one.key.id, one.resource, one.state) for name, one in self.board.proposals.items()]

    async def decide(self, proposal: str, is_accepted: bool) -> None:
        if is_accepted:
            self.board.accept(proposal)
        else:
            self.board.decline(proposal)


@pytest.fixture
def bench() -> Bench:
    return FakeBench()


class TestFakeBoard(BoardContract):
    pass


async def test_every_change_is_sent_once_and_our_own_too() -> None:
    board = FakeBench().board
    board.plan(TASK, hours(0, 1), ADA)
    board.assign(TASK, BEN)
    await board.carry_out([create(hours(0, 1))])
    board.delete(TASK)
    sent = [(one.key, one.revision, one.state is not None) for one in board.outbox]
    assert sent == [(TASK, 1, True), (TASK, 2, True), (BLOCK, 1, True), (TASK, 3, False)]


def test_no_call_waits_for_anything() -> None:
    board = FakeBench().board
    with pytest.raises(StopIteration):
        board.carry_out([create(hours(0, 1))]).send(None)
