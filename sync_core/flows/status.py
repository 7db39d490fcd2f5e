"""The tenant in numbers, from what runs leave behind: a request for each thousand resources, and never a link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sync_core.domain.alert import Alert, Level
from sync_core.domain.errors import TryAgain
from sync_core.domain.overview import Overview
from sync_core.domain.resource import ResourceId
from sync_core.domain.secret import SecretTerm
from sync_core.flows.alerts import standing_alerts
from sync_core.flows.expiry import secret_terms
from sync_core.flows.overview import Total, add_up, every_overview, overview_of
from sync_core.flows.roster import find_member
from sync_core.flows.subscribed import Subscribed, count_subscribed
from sync_core.ports import Ports

VAULT_SILENT = "vault-silent"
_SILENT = "the vault does not answer now, so that it is not known until when secrets hold: repeat this in a minute"


@dataclass(frozen=True, slots=True)
class Status:
    """All numbers at one instant, and the alerts that stand."""

    at: datetime
    total: Total
    subscribed: Subscribed
    secrets: Sequence[SecretTerm]
    alerts: Sequence[Alert]


async def status_of(ports: Ports) -> Status:
    """Add up the tenant. A silent vault takes nothing from the rest, and is told among the alerts.

    Raises:
        TryAgain: storage does not answer.
    """
    overviews = [overview async for overview in every_overview(ports)]
    subscriptions = await ports.subscription_rows.list()
    alerts = list(await standing_alerts(ports))
    secrets: Sequence[SecretTerm] = ()
    now = ports.clock.now()
    try:
        secrets = await secret_terms(ports)
    except TryAgain:
        alerts.append(Alert(VAULT_SILENT, Level.WARNING, _SILENT, now, now))
    return Status(now, add_up(overviews, now), count_subscribed(subscriptions, overviews, now), secrets, alerts)


async def status_of_resource(ports: Ports, resource: ResourceId) -> Overview | None:
    """One resource's row, or what is known of one that no run has written a row of; None if it is not known.

    Raises:
        TryAgain: storage does not answer.
    """
    if found := await overview_of(ports, resource):
        return found
    member = await find_member(ports, resource)
    return Overview(resource, member.profile.name, member.state, member.reason) if member is not None else None
