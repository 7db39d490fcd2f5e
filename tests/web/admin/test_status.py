"""The numbers of the tenant and of each resource, as runs left them, and the alerts that stand."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sync_core.domain.errors import TryAgain
from sync_core.domain.lags import NO_LAGS, count_lags
from sync_core.domain.overview import Overview, State
from sync_core.domain.resource import ResourceId
from sync_core.domain.source import Source, SourceId
from sync_core.flows.alerts import watch_pull
from sync_core.flows.keep_subscriptions import keep_subscriptions
from tests.flows.crew import ANNA
from tests.web.admin.office import Office

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def empty_office() -> Office:
    office = Office()
    keep_only(office)
    return office


def keep_only(office: Office, *resources: ResourceId) -> None:
    """Take out whom the world seats by itself."""
    rows, slots = office.crew.overviews.rows, office.crew.subscription_rows.slots
    for resource in set(rows) - set(resources):
        del rows[resource]
    for slot in [slot for slot, one in slots.items() if one.resource not in resources]:
        del slots[slot]


async def office_with_anna() -> Office:
    office = empty_office()
    await office.put("anna", {"name": "Anna", "mailbox": {"address": "anna@tandem.example"}})
    await office.call("POST", "/resources/anna/activate")
    office.crew.settle()
    await keep_subscriptions(office.crew.ports)
    office.crew.settle()
    keep_only(office, ANNA)
    return office


def change(office: Office, **changes: Any) -> None:
    rows = office.crew.overviews.rows
    rows[ANNA] = replace(rows[ANNA], **changes)


async def test_an_empty_tenant_has_numbers_too() -> None:
    answer = await empty_office().call("GET", "/status")
    assert answer.status == 200
    assert answer.body["resources"] == {state.value: 0 for state in State}
    assert (answer.body["lagUp"], answer.body["lastRunAt"], answer.body["alerts"]) == (None, None, [])
    assert answer.body["subscriptions"] == {"active": 0, "missing": 0, "nextExpiryAt": None}


async def test_the_tenant_and_the_resource_tell_the_same_of_the_only_one() -> None:
    office = await office_with_anna()
    at = office.crew.clock.now()
    lags = count_lags(NO_LAGS, [2 * SECOND] * 3, at)
    change(office, held=(("held by the brake", 2),), lag_up=lags, waiting=4, throttled_until=at + 30 * SECOND)
    tenant = (await office.call("GET", "/status")).body
    anna = (await office.call("GET", "/resources/anna/status")).body
    assert tenant["resources"]["active"] == 1
    for member in ("held", "heldReasons", "waiting", "pairs", "lagUp", "lagDown", "lastRunAt", "throttledUntil"):
        assert tenant[member] == anna[member], member
    assert tenant["subscriptions"] == anna["subscriptions"]
    assert (tenant["subscriptions"]["active"], tenant["subscriptions"]["missing"]) == (1, 0)
    assert (anna["held"], anna["waiting"], tenant["throttled"]) == (2, 4, 1)
    assert 1000 <= anna["lagUp"]["p50"] <= anna["lagUp"]["p95"] <= 2000
    assert (await office.call("GET", "/status/resources")).body["value"] == [anna]


async def test_a_subscription_that_ran_out_is_missing_and_a_pause_that_is_over_is_none() -> None:
    office = await office_with_anna()
    change(office, throttled_until=office.crew.clock.now() + SECOND)
    office.crew.clock.advance(8 * DAY)
    for path in ("/status", "/resources/anna/status"):
        numbers = (await office.call("GET", path)).body
        assert (numbers["subscriptions"]["active"], numbers["subscriptions"]["missing"]) == (0, 1), path
        assert numbers["throttledUntil"] is None, path


async def test_who_waits_has_numbers_and_nobody_has_none() -> None:
    office = Office()
    await office.put("anna", {"name": "Anna", "mailbox": {"address": "anna@tandem.example"}})
    office.crew.overviews.rows.clear()
    waiting = await office.call("GET", "/resources/anna/status")
    assert (waiting.status, waiting.body["state"], waiting.body["lastRunAt"]) == (200, "waiting", None)
    assert (await office.call("GET", "/resources/nobody/status")).status == 404


async def test_secrets_are_shown_by_name_and_end_as_the_calendar_judges_them() -> None:
    office = Office()
    secrets, at = office.crew.secrets, office.crew.clock.now()
    secrets.named = ["client", "gone"]
    secrets.held = {"client": at + 59 * DAY, "board": None}
    await office.crew.ports.sources.put(Source(SourceId("erp"), secret_names=("board",)), None)
    shown = (await office.call("GET", "/status")).body["secrets"]
    assert [(one["name"], one["state"]) for one in shown] == [
        ("client", "expiring"),
        ("gone", "missing"),
        ("board", "valid"),
    ]
    office.crew.clock.advance(59 * DAY)
    assert (await office.call("GET", "/status")).body["secrets"][0]["state"] == "expired"


async def test_a_silent_vault_takes_nothing_from_the_rest() -> None:
    office = await office_with_anna()
    office.crew.secrets.is_silent = True
    status = (await office.call("GET", "/status")).body
    assert (status["resources"]["active"], status["secrets"]) == (1, [])
    assert [alert["id"] for alert in status["alerts"]] == ["vault-silent"]


async def test_the_alerts_that_stand_are_shown_with_their_remedy_and_since_when() -> None:
    office = Office()
    office.crew.secrets.named = ["client"]
    began_at = office.crew.clock.now()
    await watch_pull(office.crew.ports, SECOND, is_notified=False)
    office.crew.clock.advance(DAY)
    office.crew.secrets.held["client"] = office.crew.clock.now() + DAY
    await watch_pull(office.crew.ports, SECOND, is_notified=False)
    [alert] = (await office.call("GET", "/status")).body["alerts"]
    assert (alert["id"], alert["level"], alert["link"]) == ("secret:client", "red", "docs/admin/mend.md#alert-secret")
    assert alert["since"] == began_at.isoformat().replace("+00:00", "Z")


async def test_many_resources_are_paged_in_the_order_of_their_list() -> None:
    office = Office()
    for number in range(7):
        name = ResourceId(f"r{number}")
        office.crew.overviews.rows[name] = Overview(name, "R", State.ACTIVE)
    seen: list[str] = []
    cursor = ""
    while True:
        query = {"limit": "3", **({"cursor": cursor} if cursor else {})}
        page = (await office.call("GET", "/status/resources", **query)).body
        seen += [row["resource"] for row in page["value"]]
        cursor = page["nextCursor"]
        if not cursor:
            break
    assert sorted(seen) == [f"r{number}" for number in range(7)]
    refused = await office.call("GET", "/status/resources", cursor="nonsense")
    assert (refused.status, refused.wrong) == (400, ["cursor"])


async def test_five_thousand_resources_cost_a_request_for_each_thousand_and_no_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = Office()
    rows = office.crew.overviews.rows
    lags = count_lags(NO_LAGS, [SECOND], office.crew.clock.now())
    for number in range(5000):
        name = ResourceId(f"r{number}")
        rows[name] = Overview(name, "R", State.ACTIVE, lag_up=lags, paired=2, watched=1)
    pages, real = 0, office.crew.overviews.page

    async def counted(*given: Any, **named: Any) -> Any:
        nonlocal pages
        pages += 1
        return await real(*given, **named)

    async def never(*_: object, **__: object) -> None:
        raise TryAgain("no partition is to be read")

    monkeypatch.setattr(office.crew.overviews, "page", counted)
    for method in ("read_pending", "scan", "get", "list_profiles", "count_pairs"):
        monkeypatch.setattr(office.crew.rows, method, never)
    began = time.process_time()
    status = await office.call("GET", "/status")
    assert (status.body["pairs"], status.body["subscriptions"]["missing"]) == (10_000, 5000)
    assert pages == 5
    # Measured, about 0.2 s.
    assert time.process_time() - began < 3
