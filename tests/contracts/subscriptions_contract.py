"""The suite of the port `Subscriptions`: whoever implements it passes all of this."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from sync_core.domain.errors import CalendarRefused, TryAgain
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.domain.subscription import Subscription
from sync_core.ports import Subscriptions


class SubscriptionsStage(Protocol):
    @property
    def subscriptions(self) -> Subscriptions: ...

    @property
    def calendar(self) -> CalendarRef: ...

    @property
    def other(self) -> CalendarRef: ...

    async def active(self) -> Sequence[str]:
        """The ids of what is subscribed."""

    async def lose(self, subscription: Subscription) -> None:
        """It ends without us, as by expiry."""

    async def refuse_mailbox(self) -> None: ...

    async def be_unavailable(self) -> None: ...


def in_days(days: float) -> datetime:
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)


def wanted(calendar: CalendarRef) -> Subscription:
    return Subscription("slot-1", ResourceId("ada"), calendar, "slot-1.secret")


class SubscriptionsContract:
    """Subclasses give the fixture `stage`."""

    async def test_a_created_one_has_an_id_and_its_true_expiry(self, stage: SubscriptionsStage) -> None:
        until = in_days(3)
        made = await stage.subscriptions.create(wanted(stage.calendar), until)
        assert made.id
        assert made == replace(wanted(stage.calendar), id=made.id, expires_at=until)
        assert list(await stage.active()) == [made.id]

    async def test_an_expiry_that_is_too_near_is_raised_and_told(self, stage: SubscriptionsStage) -> None:
        made = await stage.subscriptions.create(wanted(stage.calendar), in_days(0.001))
        assert made.expires_at
        assert made.expires_at > datetime.now(UTC) + timedelta(minutes=40)

    async def test_what_stands_in_the_way_is_replaced(self, stage: SubscriptionsStage) -> None:
        await stage.subscriptions.create(wanted(stage.other), in_days(3))
        first = await stage.subscriptions.create(wanted(stage.calendar), in_days(3))
        second = await stage.subscriptions.create(wanted(stage.calendar), in_days(3))
        assert first.id != second.id
        assert first.id not in await stage.active()
        assert len(await stage.active()) == 2

    async def test_renewing_moves_the_expiry(self, stage: SubscriptionsStage) -> None:
        made = await stage.subscriptions.create(wanted(stage.calendar), in_days(1))
        until = in_days(5)
        assert await stage.subscriptions.renew(made, until) == replace(made, expires_at=until)

    async def test_renewing_what_is_gone_says_so(self, stage: SubscriptionsStage) -> None:
        made = await stage.subscriptions.create(wanted(stage.calendar), in_days(1))
        await stage.lose(made)
        assert await stage.subscriptions.renew(made, in_days(5)) is None

    async def test_deleting_twice_is_fine(self, stage: SubscriptionsStage) -> None:
        made = await stage.subscriptions.create(wanted(stage.calendar), in_days(1))
        await stage.subscriptions.delete(made)
        await stage.subscriptions.delete(made)
        assert list(await stage.active()) == []

    async def test_a_mailbox_that_refuses_is_told_as_such(self, stage: SubscriptionsStage) -> None:
        await stage.refuse_mailbox()
        with pytest.raises(CalendarRefused):
            await stage.subscriptions.create(wanted(stage.calendar), in_days(1))

    async def test_without_an_answer_it_is_to_be_tried_again(self, stage: SubscriptionsStage) -> None:
        await stage.be_unavailable()
        with pytest.raises(TryAgain):
            await stage.subscriptions.create(wanted(stage.calendar), in_days(1))
