"""Take Graph's notifications: check each one's secret, ring, and be gone within milliseconds."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sync_core.domain.stored import Job
from sync_core.domain.subscription import NO_SUBSCRIPTION, Subscription, slot_of_client_state
from sync_core.ports import Ports


@dataclass(frozen=True, slots=True)
class Notice:
    """One entry of a notification. `lifecycle` is None for an ordinary one, else Graph's word for what happened."""

    client_state: str
    subscription_id: str
    lifecycle: str | None = None


async def notify(ports: Ports, notices: Sequence[Notice], correlation_id: str = "") -> int:
    """Ring the resources that genuine notices speak of; unknown ones are dropped. Returns how many bells rang.

    A notice is only a hint: what it says about an event is never looked at.
    """
    known: dict[str, Subscription | None] = {}
    jobs: dict[str, Job] = {}
    correlation_id = correlation_id or ports.names.fresh()
    for notice in notices:
        slot = slot_of_client_state(notice.client_state)
        if not slot:
            continue
        if slot not in known:
            known[slot] = await ports.subscription_rows.get(slot)
        subscription = known[slot]
        if subscription is None or not hmac.compare_digest(
            subscription.client_state.encode(), notice.client_state.encode()
        ):
            continue
        if notice.lifecycle is not None:
            await _take_lifecycle(ports, subscription, notice.lifecycle)
        # Changes during a pause are lost to notifications, so a lifecycle bell is no mere hint.
        is_hint = notice.lifecycle is None
        before = jobs.get(subscription.resource)
        reason = "notification" if is_hint else "lifecycle"
        if before is None or before.is_hint:
            jobs[subscription.resource] = Job(
                subscription.resource, ports.clock.now(), reason, correlation_id, is_hint=is_hint
            )
    if jobs:
        await ports.bells.ring(list(jobs.values()))
    return len(jobs)


async def _take_lifecycle(ports: Ports, subscription: Subscription, lifecycle: str) -> None:
    """Leave word for the timer that keeps subscriptions: renewing and creating are not done while Graph waits."""
    now = ports.clock.now()
    match lifecycle:
        case "reauthorizationRequired":
            await ports.subscription_rows.put(replace(subscription, renew_at=now))
        case "subscriptionRemoved":
            await ports.subscription_rows.put(replace(subscription, id=NO_SUBSCRIPTION, expires_at=None, renew_at=None))
        case _:
            pass  # "missed": the bell's reading is the cure
