"""What the app itself stands on: its settings, its storage, and timers that turn."""

from collections.abc import Sequence
from datetime import timedelta

from sync_core.domain.errors import Misconfigured, TandemError
from sync_core.domain.setup import SetupLine, Subject
from sync_core.domain.turns import Timer
from sync_core.flows.setup.needs import Check

SETTINGS = Subject("settings", "Settings")
STORAGE = Subject("storage", "Storage and queues")
TIMERS = Subject("timers", "Timers")

_DEPLOY_STORAGE = "Deploy the storage as it is described, so that every table and both queues exist, and check again."
_REACH_STORAGE = (
    "See whether the storage account is there and open to this app: its firewall or private endpoint, and the roles "
    "Storage Table Data Contributor and Storage Queue Data Contributor of the app's identity."
)


async def check_settings(check: Check) -> Sequence[SetupLine]:
    """Are all settings there, and each one allowed?"""
    faults = check.around.deployment.faults
    if not faults:
        return [SETTINGS.green("Every setting that is needed is there and allowed.")]
    words = "; ".join(f"{each.name} {each.wrong}" for each in faults)
    remedy = "; ".join(f"{each.name}: {each.allowed}" for each in faults)
    return [SETTINGS.red(f"{words}.", f"Set in the app's configuration: {remedy}.")]


async def check_storage(check: Check) -> Sequence[SetupLine]:
    """Does every table and queue exist and answer, and does nothing lie in the poison queue?"""
    try:
        tables, queues = await check.around.tables.find_missing(), await check.around.queues.find_missing()
        poisoned = await check.around.queues.count_poisoned()
    except (TandemError, Misconfigured) as trouble:
        return [STORAGE.red(f"Storage does not answer as it must: {trouble}.", _REACH_STORAGE)]
    if tables or queues:
        missing = [*(f"table {name}" for name in tables), *(f"queue {name}" for name in queues)]
        return [STORAGE.red(f"There is no {', no '.join(missing)}.", _DEPLOY_STORAGE)]
    if poisoned:
        words = f"{poisoned} bells lie in the poison queue: they failed, and nobody has filed them."
        return [STORAGE.amber(words, "See whether the function sync_resource_poison is on, and what its log says.")]
    return [STORAGE.green("Every table and both queues answer; the poison queue is empty.")]


async def check_timers(check: Check) -> Sequence[SetupLine]:
    """Has each timer turned since it should have, and do pulls end well?"""
    turns, watch = await check.around.turns.read(), await check.ports.overviews.read_watch()
    now = check.ports.clock.now()
    never = [each for each in Timer if turns.last_of(each) is None]
    late = [each for each in Timer if _is_late(check, each, now - (turns.last_of(each) or now))]
    if late or watch.failed_pulls:
        lasts = [f"{each} last turned {turns.last_of(each):%Y-%m-%d %H:%M} UTC" for each in late]
        lasts += [f"pull has failed {watch.failed_pulls} times in a row"] if watch.failed_pulls else []
        remedy = "See in the app's log why the timer function ends with a fault or is off; its schedule is a setting."
        return [TIMERS.red(f"{'; '.join(lasts)}.", remedy)]
    if never:
        words = f"{' and '.join(never)} {'has' if len(never) == 1 else 'have'} not turned yet."
        return [TIMERS.amber(words, "Wait for the time of its schedule (tidy turns nightly), and check again.")]
    return [TIMERS.green("Pulling, renewing and tidying turn as they are scheduled.")]


def _is_late(check: Check, timer: Timer, since: timedelta) -> bool:
    return since > check.around.deployment.is_late_after.get(timer, since)
