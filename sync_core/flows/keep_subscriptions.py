"""Keep Graph's promise to notify us: create what is missing, renew at half life, drop what nobody needs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sync_core.domain.errors import Refused, TryAgain
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.domain.stored import Family, Job, ProfileRow
from sync_core.domain.subscription import LIFETIME, NO_SUBSCRIPTION, Subscription
from sync_core.domain.terms import Terms
from sync_core.flows.desk import terms_of
from sync_core.ports import Ports


@dataclass(slots=True)
class SubscriptionsReport:
    """Counts of one tidy; `failed` are tried again at the next tick."""

    created: int = 0
    renewed: int = 0
    dropped: int = 0
    failed: int = 0


def slot_of(resource: ResourceId, calendar: CalendarRef) -> str:
    """The row of one calendar's subscription."""
    seed = "\\x1f".join((resource, calendar.mailbox, calendar.calendar))
    return hashlib.sha256(seed.encode()).hexdigest()[:32]


async def keep_subscriptions(ports: Ports, resource: ResourceId | None = None) -> SubscriptionsReport:
    """Bring the subscriptions of one resource, or all, to what the profiles ask for. Trouble of one stops no other."""
    report = SubscriptionsReport()
    wanted: dict[str, tuple[ResourceId, CalendarRef]] = {}
    choices = (await ports.tenant.read()).choices
    for row in await _profiles(ports, resource):
        terms = terms_of(ports, row.profile, choices)
        for use in terms.calendars_to_read() if terms.takes_part else ():
            wanted[slot_of(row.profile.resource, use.ref)] = (row.profile.resource, use.ref)
    known = {subscription.slot: subscription for subscription in await ports.subscription_rows.list()}
    for slot, (owner, calendar) in wanted.items():
        if resource is None or owner == resource:
            await _keep(ports, known.get(slot), slot, (owner, calendar), report)
    for slot, subscription in known.items():
        if slot not in wanted and (resource is None or subscription.resource == resource):
            await _drop(ports, subscription, report)
    return report


async def _keep(
    ports: Ports,
    known: Subscription | None,
    slot: str,
    owner: tuple[ResourceId, CalendarRef],
    report: SubscriptionsReport,
) -> None:
    now = ports.clock.now()
    try:
        if known is not None and known.id and known.expires_at and known.expires_at > now:
            if not known.needs_renewal(now):
                return
            renewed = await ports.subscriptions.renew(known, now + LIFETIME)
            if renewed is not None:
                await ports.subscription_rows.put(_with_renewal(ports, renewed))
                report.renewed += 1
                return
        resource, calendar = owner
        fresh = known or Subscription(slot, resource, calendar, f"{slot}.{ports.names.fresh()}")
        fresh = replace(fresh, id=NO_SUBSCRIPTION, expires_at=None, renew_at=None)
        # The row first: a notification that comes before Graph's answer has to find its client state.
        await ports.subscription_rows.put(fresh)
        created = await ports.subscriptions.create(fresh, now + LIFETIME)
        await ports.subscription_rows.put(_with_renewal(ports, created))
        report.created += 1
        # What changed while nobody notified us is read now.
        await ports.bells.ring([Job(resource, now, "subscribed", ports.names.fresh())])
    except (TryAgain, Refused):
        report.failed += 1


async def _profiles(ports: Ports, resource: ResourceId | None) -> Sequence[ProfileRow]:
    if resource is None:
        return await ports.rows.list_profiles()
    found = await ports.rows.get(resource, [(Family.PROFILE,)])
    return [row for row in found.values() if isinstance(row, ProfileRow)]


async def subscribe(ports: Ports, resource: ResourceId, terms: Terms) -> SubscriptionsReport:
    """Have Graph notify us of one resource's calendars, at the cost of that one; trouble waits for the next tick."""
    report = SubscriptionsReport()
    for use in terms.calendars_to_read() if terms.takes_part else ():
        slot = slot_of(resource, use.ref)
        await _keep(ports, await ports.subscription_rows.get(slot), slot, (resource, use.ref), report)
    return report


def _with_renewal(ports: Ports, subscription: Subscription) -> Subscription:
    now = ports.clock.now()
    expires_at = subscription.expires_at or now
    return replace(subscription, renew_at=now + (expires_at - now) / 2)


async def _drop(ports: Ports, subscription: Subscription, report: SubscriptionsReport) -> None:
    try:
        await ports.subscriptions.delete(subscription)
        await ports.subscription_rows.delete(subscription.slot)
        report.dropped += 1
    except (TryAgain, Refused):
        report.failed += 1
