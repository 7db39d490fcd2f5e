"""The tenant in numbers, all at once or resource by resource; `docs/admin/alerts.md` names the alerts."""

from datetime import datetime, timedelta
from typing import Any

from sync_core.domain.alert import Alert, Level
from sync_core.domain.errors import Refused
from sync_core.domain.lags import Spread
from sync_core.domain.overview import Overview, Reasons, State
from sync_core.domain.secret import SecretTerm
from sync_core.flows.overview import lag_down_of, lag_up_of, list_overviews
from sync_core.flows.status import Status, status_of, status_of_resource
from sync_core.flows.subscribed import Subscribed, subscribed_of
from sync_core.web.admin.answers import answer_json
from sync_core.web.admin.paging import answer_page, no_such_place, wanted_page
from sync_core.web.admin.resource_actions import named_resource, unknown
from sync_core.web.admin.resource_documents import instant
from sync_core.web.admin.routing import AdminCall, Route
from sync_core.web.http import Response

_COLOURS = {Level.WARNING: "amber", Level.ERROR: "red"}


async def get_status(call: AdminCall) -> Response:
    """Answer with the numbers of the tenant and the alerts that stand."""
    call.query.only()
    return answer_json(show_status(await status_of(call.ports)))


async def list_resource_status(call: AdminCall) -> Response:
    """Answer with one page of the resources in numbers."""
    call.query.only("limit", "cursor")
    page = wanted_page(call.operation_id, call.query)
    try:
        found = await list_overviews(call.ports, limit=page.limit, cursor=page.after or None)
    except Refused:
        raise no_such_place() from None
    now = call.ports.clock.now()
    return answer_page(page, [show_numbers(overview, now) for overview in found.overviews], found.place or "")


async def get_resource_status(call: AdminCall) -> Response:
    """Answer with one resource in numbers."""
    call.query.only()
    overview = await status_of_resource(call.ports, named_resource(call))
    if overview is None:
        raise unknown()
    return answer_json(show_numbers(overview, call.ports.clock.now()))


def show_status(status: Status) -> dict[str, Any]:
    """The tenant in numbers."""
    total = status.total
    counts = dict(total.resources)
    return {
        "at": instant(status.at),
        "resources": {state.value: counts.get(state, 0) for state in State},
        "held": total.held_count,
        "heldReasons": _reasons(total.held),
        "waiting": total.waiting,
        "waitingSince": instant(total.waiting_since_at),
        "walking": total.walking,
        "pairs": total.paired,
        "lagUp": _lag(total.lag_up),
        "lagDown": _lag(total.lag_down),
        "lastRunAt": instant(total.last_run_at),
        "lastChangeAt": instant(total.last_change_at),
        "lastNotifiedAt": instant(total.last_notified_at),
        "throttled": total.throttled,
        "throttledUntil": instant(total.throttled_until),
        "subscriptions": _subscriptions(status.subscribed),
        "secrets": [_secret(term) for term in status.secrets],
        "alerts": [_alert(alert) for alert in status.alerts],
    }


def show_numbers(overview: Overview, now: datetime) -> dict[str, Any]:
    """One resource in numbers, as its last run left them."""
    throttled_until = overview.throttled_until
    return {
        "resource": overview.resource,
        "name": overview.name,
        "state": overview.state.value,
        "lastRunAt": instant(overview.last_run_at),
        "lagUp": _lag(lag_up_of(overview, now)),
        "lagDown": _lag(lag_down_of(overview, now)),
        "lastChangeAt": instant(overview.last_change_at),
        "lastNotifiedAt": instant(overview.last_notified_at),
        "waiting": overview.waiting,
        "waitingSince": instant(overview.waiting_since_at),
        "held": overview.held_count,
        "heldReasons": _reasons(overview.held),
        "pairs": overview.paired,
        "subscriptions": _subscriptions(subscribed_of(overview, now)),
        "throttledUntil": instant(throttled_until) if throttled_until and throttled_until > now else None,
    }


def _lag(spread: Spread) -> dict[str, int] | None:
    if spread.p50 is None or spread.p95 is None:
        return None
    return {"p50": _milliseconds(spread.p50), "p95": _milliseconds(spread.p95)}


def _milliseconds(length: timedelta) -> int:
    return round(length / timedelta(milliseconds=1))


def _reasons(held: Reasons) -> list[dict[str, Any]]:
    return [{"reason": reason, "count": count} for reason, count in held]


def _subscriptions(subscribed: Subscribed) -> dict[str, Any]:
    return {
        "active": subscribed.active,
        "missing": subscribed.missing,
        "nextExpiryAt": instant(subscribed.expires_at),
    }


def _secret(term: SecretTerm) -> dict[str, Any]:
    return {"name": term.name, "expiresAt": instant(term.expires_at), "state": term.state.value}


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.name,
        "level": _COLOURS[alert.level],
        "words": alert.words,
        "link": alert.link,
        "since": instant(alert.since_at),
    }


ROUTES = (
    Route("GET", "/status", "getStatus", False, get_status),
    Route("GET", "/status/resources", "listResourceStatus", False, list_resource_status),
    Route("GET", "/resources/{id}/status", "getResourceStatus", False, get_resource_status),
)
