"""Does Graph reach us from outside, and does every calendar that is read have a living subscription?"""

from collections.abc import Sequence
from datetime import timedelta

from sync_core.domain.errors import CalendarRefused, Refused
from sync_core.domain.setup import SetupLine, Subject
from sync_core.flows.overview import every_overview
from sync_core.flows.setup.needs import Check
from sync_core.flows.setup.probe import find_probe
from sync_core.flows.setup.proving import ONLY_ADMINS
from sync_core.flows.subscribed import count_subscribed

REACHABILITY = Subject("reachability", "Graph reaches this app")
SUBSCRIPTIONS = Subject("subscriptions", "Subscriptions")

# Renewal comes at half life: this long before the end several hourly turns have failed.
_RUNS_OUT_WITHIN = timedelta(days=1)
_OPEN_THE_WAY = (
    "TANDEM_PUBLIC_URL must be the address under which Graph reaches this app from the internet by https with a valid "
    "certificate: no access restriction, no sign-in and no gateway that changes the answer of /api/graph/notifications."
)


async def check_reachability(check: Check) -> Sequence[SetupLine]:
    """Subscribe for a moment, so that Graph itself calls our address."""
    if not check.around.deployment.is_notified:
        words = "TANDEM_PUBLIC_URL is on this machine and Graph is not: nothing notifies, calendars are pulled."
        return [REACHABILITY.amber(words, _OPEN_THE_WAY)]
    if not check.asked.may_change:
        remedy = "Have somebody with the role Tandem.Admin run the check: it subscribes for a moment."
        return [REACHABILITY.amber(ONLY_ADMINS, remedy)]
    probe = await find_probe(check)
    if probe is None:
        words = "No resource takes part yet, and Graph calls only for a calendar."
        return [REACHABILITY.amber(words, "Activate a resource with a mailbox, or name one, and check again.")]
    try:
        await check.around.graph.have_called_back(probe.calendar)
    except CalendarRefused as refusal:
        words = f"The calendar at which it was tried does not answer: {refusal}."
        return [REACHABILITY.amber(words, "Name a resource whose calendar answers.")]
    except Refused as refusal:
        return [REACHABILITY.red(f"Graph did not get an answer from this app: {refusal}.", _OPEN_THE_WAY)]
    return [REACHABILITY.green("Graph called this app and got its answer.")]


async def check_subscriptions(check: Check) -> Sequence[SetupLine]:
    """Count living subscriptions against the calendars that are read."""
    if not check.around.deployment.is_notified:
        return [SUBSCRIPTIONS.green("None is needed: Graph cannot reach this app, and calendars are pulled.")]
    # Who cannot go on has a line of its own.
    active = [one async for one in every_overview(check.ports) if one.state.takes_part and not one.reason]
    wanted = sum(overview.watched for overview in active)
    soon = check.ports.clock.now() + _RUNS_OUT_WITHIN
    missing = count_subscribed(await check.ports.subscription_rows.list(), active, soon).missing
    if not missing:
        return [SUBSCRIPTIONS.green(f"{wanted} calendars are read, and each has a living subscription.")]
    words = (
        f"{missing} of {wanted} calendars have no subscription, or one that ends within a day: changes are "
        "seen only when calendars are pulled."
    )
    remedy = "The hourly timer makes them: see whether it turns and Graph reaches this app (the lines beside this one)."
    return [SUBSCRIPTIONS.amber(words, remedy)]
