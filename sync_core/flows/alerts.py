"""What is wrong and needs a person, told once each: `docs/admin/alerts.md` names every alert and its remedy."""

from collections import defaultdict
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sync_core import telemetry
from sync_core.domain.alert import Alert, Level, Trouble, as_before, tell
from sync_core.domain.errors import TryAgain
from sync_core.domain.lags import Lags, add_counts, counts_within, spread_of
from sync_core.domain.overview import Overview
from sync_core.domain.resource import ResourceId
from sync_core.domain.secret import WARNED_BEFORE, SecretState, SecretTerm, warned_at
from sync_core.domain.source import silence
from sync_core.domain.stored import Family
from sync_core.domain.subscription import Subscription
from sync_core.flows.accept import WEBHOOKS
from sync_core.flows.carry_out import WAITING_FOR_BOARD
from sync_core.flows.expiry import secret_terms
from sync_core.flows.overview import add_up, every_overview
from sync_core.flows.pull import pull_due_calendars
from sync_core.flows.subscribed import count_subscribed
from sync_core.logs import tell_alert
from sync_core.ports import Ports

PULLS_MAY_FAIL = 3
# Renewal comes three days and a half before the end, so that this long before it several hourly turns have failed.
RUNS_OUT_WITHIN = timedelta(days=1)
# The timer that creates subscriptions turns hourly.
SUBSCRIBED_WITHIN = timedelta(hours=2)
SLOW = timedelta(minutes=5)
VERY_SLOW = timedelta(hours=1)
# Fewer changes than this say little about all of them.
FEWEST_MEASURED = 5
_HOURS_MEASURED = 2
_MOST_REJECTED = 1000

_SECRET, _SILENCE = "secret:", "silence:"
_Known = TypeVar("_Known")


@dataclass(frozen=True, slots=True)
class Silence:
    """A source that has sent nothing in working hours for longer than it may; None where it never sent anything."""

    source: str
    last_webhook_at: datetime | None = None


async def silent_sources(ports: Ports) -> list[Silence]:
    """The sources that have been silent in working hours for longer than they may."""
    now = ports.clock.now()
    return [
        Silence(str(standing.source.id), standing.heard.webhook_at)
        for standing in await ports.sources.list()
        if silence(standing, now) is not None
    ]


async def watch_pull(ports: Ports, tick: timedelta, *, is_notified: bool) -> tuple[int, int]:
    """Pull what is due and tell what is wrong; returns how many bells rang and how many alerts were told.

    A pull that fails is told, and fails all the same. Alerts that cannot be looked for now are at the next turn.
    """
    try:
        rung = await pull_due_calendars(ports, tick)
    except Exception as fault:
        with suppress(TryAgain):
            await _look(ports, type(fault).__name__, is_notified=is_notified)
        raise
    with suppress(TryAgain):
        return rung, len(await _look(ports, "", is_notified=is_notified))
    return rung, 0


async def _look(ports: Ports, pull_failed: str, *, is_notified: bool) -> list[Alert]:
    secrets, silent = await _if_told(secret_terms(ports)), await _if_told(silent_sources(ports))
    return await raise_alerts(ports, secrets, silent, pull_failed=pull_failed, is_notified=is_notified)


async def _if_told(asking: Awaitable[_Known]) -> _Known | None:
    try:
        return await asking
    except TryAgain:
        return None


async def raise_alerts(
    ports: Ports,
    secrets: Sequence[SecretTerm] | None = (),
    silent: Sequence[Silence] | None = (),
    *,
    pull_failed: str = "",
    is_notified: bool = True,
) -> list[Alert]:
    """Look for what is wrong, tell what has to be told now, and return that.

    `secrets` and `silent` are None where nobody could tell; what stands of them stands on. `pull_failed` names the
    fault of the pull that ended just now, empty if it went well. `is_notified` is False where Graph cannot reach us, so
    that no subscription is missed.

    Raises:
        TryAgain: storage does not answer. A failing pull has been told by then, since that may be why.
    """
    now = ports.clock.now()
    try:
        watch = await ports.overviews.read_watch()
        failed_pulls = watch.failed_pulls + 1 if pull_failed else 0
        troubles = [
            *_pulling(failed_pulls, pull_failed),
            *await _of_rows(ports, now, is_notified=is_notified),
            *(_standing(watch.alerts, _SECRET) if secrets is None else _secrets(secrets, now)),
            *(_standing(watch.alerts, _SILENCE) if silent is None else map(_silence, silent)),
        ]
        alerts, told = tell(watch.alerts, troubles, now)
        after = replace(watch, alerts=tuple(alerts), failed_pulls=failed_pulls)
        if after != watch:
            await ports.overviews.keep_watch(after)
    except TryAgain:
        for trouble in _pulling(PULLS_MAY_FAIL, pull_failed) if pull_failed else []:
            tell_alert(trouble.name, trouble.level, trouble.words, trouble.link)
        raise
    for alert in told:
        tell_alert(alert.name, alert.level, alert.words, alert.link)
    telemetry.show("tandem.alerts", len(alerts))
    return told


async def standing_alerts(ports: Ports) -> Sequence[Alert]:
    """The alerts that stand as of the last look, for showing them."""
    return (await ports.overviews.read_watch()).alerts


def _pulling(failed: int, fault: str) -> list[Trouble]:
    if failed < PULLS_MAY_FAIL:
        return []
    words = f"pulling calendars has failed {failed} times in a row ({fault}): what no notification tells is not read"
    return [Trouble("pull-failing", Level.ERROR, words)]


async def _of_rows(ports: Ports, now: datetime, *, is_notified: bool) -> list[Trouble]:
    overviews = [overview async for overview in every_overview(ports)]
    total = add_up(overviews, now)
    telemetry.show("tandem.waiting", total.waiting)
    telemetry.show("tandem.held", total.held_count)
    telemetry.show("tandem.pairs", total.paired)
    telemetry.show("tandem.walking", total.walking)
    telemetry.show("tandem.throttled", total.throttled)
    for state, number in total.resources:
        telemetry.show("tandem.resources", number, state=state.value)
    active = [overview for overview in overviews if overview.state.takes_part]
    subscriptions = await ports.subscription_rows.list()
    subscribed = count_subscribed(subscriptions, overviews, now)
    telemetry.show("tandem.subscriptions", subscribed.active, state="active")
    telemetry.show("tandem.subscriptions", subscribed.missing, state="missing")
    return [
        *await _held(ports, overviews),
        *(_subscriptions(subscriptions, active, now) if is_notified else []),
        *_lag("lag-up", "the board to Outlook", [overview.lag_up for overview in active], now),
        *_lag("lag-down", "Outlook to the board", [overview.lag_down for overview in active], now),
        *_stuck(active, now),
    ]


async def _held(ports: Ports, overviews: Sequence[Overview]) -> list[Trouble]:
    """What waits for a webhook that is on its way needs nobody yet."""
    counts: defaultdict[str, int] = defaultdict(int)
    for overview in overviews:
        for reason, count in overview.held:
            counts[reason] += count if reason != WAITING_FOR_BOARD else 0
    rejected = len(await ports.rows.scan(WEBHOOKS, (Family.HELD,), limit=_MOST_REJECTED))
    counts["rejected webhook members and messages"] += rejected
    told = [f"{count} × {reason}" for reason, count in sorted(counts.items()) if count]
    if not told:
        return []
    words = f"{sum(counts.values())} held: {', '.join(told)}; nothing of these arrives until somebody judges them"
    return [Trouble("held", Level.WARNING, words)]


def _subscriptions(subscriptions: Sequence[Subscription], active: Sequence[Overview], now: datetime) -> list[Trouble]:
    living: defaultdict[ResourceId, int] = defaultdict(int)
    for subscription in subscriptions:
        if subscription.ends_after(now + RUNS_OUT_WITHIN):
            living[subscription.resource] += 1
    missing = [
        overview
        for overview in active
        if overview.active_since_at is not None
        and now - overview.active_since_at > SUBSCRIBED_WITHIN
        and living[overview.resource] < overview.watched
    ]
    if not missing:
        return []
    words = (
        f"{len(missing)} of {len(active)} resources have a calendar without a subscription, or with one that ends "
        "within a day: their changes are seen only when calendars are pulled"
    )
    return [Trouble("subscription", Level.WARNING, words)]


def _lag(name: str, way: str, lags: Sequence[Lags], now: datetime) -> list[Trouble]:
    spread = spread_of(add_counts(counts_within(one, now, _HOURS_MEASURED) for one in lags))
    if spread.p95 is None or spread.count < FEWEST_MEASURED or spread.p95 < SLOW:
        return []
    level = Level.ERROR if spread.p95 >= VERY_SLOW else Level.WARNING
    words = f"of the last {spread.count} changes from {way} one in twenty took {_told(spread.p95)} or longer"
    return [Trouble(name, level, words)]


def _stuck(active: Sequence[Overview], now: datetime) -> list[Trouble]:
    """What is never carried out takes no time that could be measured."""
    waits = [
        now - max(overview.waiting_since_at, overview.active_since_at or overview.waiting_since_at)
        for overview in active
        if overview.waiting_since_at is not None
    ]
    long = [wait for wait in waits if wait >= SLOW]
    if not long:
        return []
    level = Level.ERROR if max(long) >= VERY_SLOW else Level.WARNING
    words = f"changes of {len(long)} resources have been waiting, the oldest for {_told(max(long))}"
    return [Trouble("waiting", level, words)]


def _standing(alerts: Sequence[Alert], kind: str) -> list[Trouble]:
    return [as_before(alert) for alert in alerts if alert.name.startswith(kind)]


def _secrets(secrets: Sequence[SecretTerm], now: datetime) -> list[Trouble]:
    troubles = []
    for term in secrets:
        if term.expires_at is not None:
            telemetry.show("tandem.secrets", int((term.expires_at - now).total_seconds()), secret=term.name)
        if found := _secret(term, now):
            troubles.append(found)
    return troubles


def _secret(term: SecretTerm, now: datetime) -> Trouble | None:
    """What is to be said of a secret: each time that its end has come closer, and daily in its last days."""
    name = f"{_SECRET}{term.name}"
    if term.state is SecretState.MISSING:
        words = f"the secret {term.name} is not in Key Vault, or disabled: store it there, or name another one"
        return Trouble(name, Level.WARNING, words)
    if term.expires_at is None or term.state not in (SecretState.EXPIRING, SecretState.EXPIRED):
        return None
    is_urgent = term.expires_at - now <= min(WARNED_BEFORE)
    when = "has run out" if term.state is SecretState.EXPIRED else f"runs out on {term.expires_at:%Y-%m-%d}"
    words = f"the secret {term.name} {when}: make a new one and store it under the same name"
    level, again_at = (Level.ERROR, None) if is_urgent else (Level.WARNING, warned_at(term.expires_at, now))
    return Trouble(name, level, words, again_at)


def _silence(silence: Silence) -> Trouble:
    since = f"since {silence.last_webhook_at:%Y-%m-%d %H:%M} UTC" if silence.last_webhook_at else "ever"
    words = f"the source {silence.source} has sent nothing {since}, though it is working time: see its own log"
    return Trouble(f"{_SILENCE}{silence.source}", Level.WARNING, words)


def _told(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"
