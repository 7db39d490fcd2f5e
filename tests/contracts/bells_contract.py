"""What every `Bells` keeps, the one in memory and the one on the queue alike."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from sync_core.domain.errors import Refused
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Job
from sync_core.ports import Bells
from tests.contracts.sample_rows import NASTY_IDS

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Queue(Protocol):
    """The bells and, at the other end, whoever listens to them."""

    bells: Bells

    async def hear(self, count: int) -> Sequence[Job]:
        """The jobs that can be seen by now, waiting for `count` of them; each is heard once."""

    async def wait(self, length: timedelta) -> None:
        """Let time pass."""


def job(resource: str, **changes: object) -> Job:
    known: dict[str, object] = {"rung_at": NOW, "reason": "webhook", "correlation_id": "c-1"}
    return Job(ResourceId(resource), **{**known, **changes})  # type: ignore[arg-type]


class BellsContract:
    """Give it the fixture `queue`: an empty one."""

    async def test_a_job_is_heard_as_it_was_rung(self, queue: Queue) -> None:
        rung = [job(identity, attempt=3, is_hint=True, reason="„why“ 😀") for identity in NASTY_IDS]
        await queue.bells.ring(rung)
        heard = await queue.hear(len(rung))
        assert sorted(heard, key=lambda one: one.resource) == sorted(rung, key=lambda one: one.resource)

    async def test_many_are_rung_in_one_call_and_none_is_fine(self, queue: Queue) -> None:
        await queue.bells.ring([])
        await queue.bells.ring([job(f"r-{number}") for number in range(120)])
        assert {one.resource for one in await queue.hear(120)} == {f"r-{number}" for number in range(120)}

    async def test_a_delayed_bell_is_heard_later_and_only_then(self, queue: Queue) -> None:
        await queue.bells.ring([job("later")], timedelta(seconds=2))
        await queue.bells.ring([job("now")])
        assert [one.resource for one in await queue.hear(1)] == ["now"]
        await queue.wait(timedelta(seconds=2))
        assert [one.resource for one in await queue.hear(1)] == ["later"]

    async def test_a_bell_waits_for_seven_days_and_no_longer(self, queue: Queue) -> None:
        await queue.bells.ring([job("a")], timedelta(days=7))
        for delay in (timedelta(days=7, seconds=1), timedelta(seconds=-1)):
            with pytest.raises(Refused):
                await queue.bells.ring([job("a")], delay)
        assert await queue.hear(0) == []

    async def test_a_bell_larger_than_the_queue_takes_is_refused_before_any_is_rung(self, queue: Queue) -> None:
        await queue.bells.ring([job("a", reason="x" * 48_000)])
        assert len(await queue.hear(1)) == 1
        with pytest.raises(Refused):
            await queue.bells.ring([job("fine"), job("a", reason="x" * 49_152)])
        assert await queue.hear(0) == []
