"""The app as the Python worker sees it: what is indexed, what each trigger binds to, what an import costs."""

import inspect
import json
import logging
import os
import re
import subprocess
import sys
import typing
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest
from azure.functions.queue import QueueMessage
from azure.functions.timer import TimerRequest

import function_app
from devtools.azurite import start_azurite
from devtools.processes import Parts
from sync_core import bootstrap
from sync_core.domain.errors import Refused
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Family, Held
from sync_core.flows.accept import WEBHOOKS
from sync_core.ports import Ports
from sync_core.settings import setting_names

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "local.settings.sample.json"
HTTP = {
    "scheduler_events": ("scheduler/events", "POST"),
    "scheduler_source_events": ("scheduler/events/{source}/{secret?}", "POST"),
    "graph_notifications": ("graph/notifications", "POST"),
    "graph_lifecycle": ("graph/lifecycle", "POST"),
    "health": ("health", "GET"),
    "admin": ("{area:regex(^admin$)}/{*rest}", "GET POST PUT PATCH DELETE"),
}
QUEUES = {"sync_resource": "sync-resource", "sync_resource_poison": "sync-resource-poison"}
TIMERS = {
    "renew_subscriptions": "%RENEW_SCHEDULE%",
    "pull_due_calendars": "%PULL_SCHEDULE%",
    "tidy_up": "%TIDY_SCHEDULE%",
}
ANNOTATIONS = {
    "httpTrigger": func.HttpRequest,
    "queueTrigger": func.QueueMessage,
    "timerTrigger": func.TimerRequest,
}


@pytest.fixture(scope="session")
def functions() -> dict[str, Any]:
    """Every function of the app by name; the library lets them be asked for once."""
    return {str(each.get_function_name()): each for each in function_app.app.get_functions()}


def trigger_of(function: Any) -> dict[str, Any]:
    trigger: dict[str, Any] = function.get_trigger().get_dict_repr()
    return trigger


def test_the_app_has_these_functions_and_no_other(functions: Mapping[str, Any]) -> None:
    assert functions.keys() == HTTP.keys() | QUEUES.keys() | TIMERS.keys()


@pytest.mark.parametrize(("name", "route", "methods"), [(name, *rest) for name, rest in HTTP.items()])
def test_each_route_is_open_and_answers_these_methods(
    functions: Mapping[str, Any], name: str, route: str, methods: str
) -> None:
    trigger = trigger_of(functions[name])
    assert (trigger["type"], trigger["route"]) == ("httpTrigger", route)
    assert [str(getattr(each, "value", each)) for each in trigger["methods"]] == methods.split()
    assert trigger["authLevel"] == func.AuthLevel.ANONYMOUS


@pytest.mark.parametrize(("name", "queue"), QUEUES.items())
def test_each_queue_is_read_with_the_apps_own_storage(functions: Mapping[str, Any], name: str, queue: str) -> None:
    trigger = trigger_of(functions[name])
    assert (trigger["type"], trigger["queueName"], trigger["connection"]) == (
        "queueTrigger",
        queue,
        "AzureWebJobsStorage",
    )


def test_no_route_begins_with_a_word_that_the_host_keeps_to_itself(functions: Mapping[str, Any]) -> None:
    # https://github.com/Azure/azure-functions-host/issues/1781, although /api stands before it.
    assert not [name for name in HTTP if trigger_of(functions[name])["route"].startswith(("admin", "runtime"))]


def test_queue_names_are_legal_and_leave_room_for_poison() -> None:
    assert all(re.fullmatch(r"[a-z0-9](?:-?[a-z0-9])+", queue) for queue in QUEUES.values())
    # With less room the host makes no poison queue, and a message that always fails is lost.
    assert all(3 <= len(queue) <= 56 for queue in QUEUES.values())
    assert QUEUES["sync_resource_poison"] == f"{QUEUES['sync_resource']}-poison"


@pytest.mark.parametrize(("name", "schedule"), TIMERS.items())
def test_each_timer_takes_its_schedule_from_a_setting_and_never_runs_at_start(
    functions: Mapping[str, Any], name: str, schedule: str
) -> None:
    trigger = trigger_of(functions[name])
    assert (trigger["type"], trigger["schedule"]) == ("timerTrigger", schedule)
    assert not trigger.get("runOnStartup")
    values = json.loads(SAMPLE.read_text("utf-8"))["Values"]
    assert len(values[schedule.strip("%")].split()) == 6


@pytest.mark.parametrize("name", [*HTTP, *QUEUES, *TIMERS])
def test_the_worker_can_bind_every_parameter(functions: Mapping[str, Any], name: str) -> None:
    function = functions[name]
    call = function.get_user_function()
    bound = {binding.name for binding in function.get_bindings()} - {"$return"}
    assert inspect.signature(call).parameters.keys() == bound
    assert inspect.iscoroutinefunction(call)
    hints = typing.get_type_hints(call)
    trigger = trigger_of(function)
    assert hints[trigger["name"]] is ANNOTATIONS[trigger["type"]]
    assert hints["return"] is (func.HttpResponse if name in HTTP else type(None))


def run_python(code: str, environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run code in a fresh interpreter without any setting but those given; it prints one JSON object."""
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**bare, **(environ or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    printed: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return printed


IMPORT = """
import json, sys, time
began = time.process_time()
import function_app
names = [each.get_function_name() for each in function_app.app.get_functions()]
spent = time.process_time() - began
print(json.dumps({"spent": spent, "names": names, "modules": sorted(sys.modules)}))
"""
HEAVY = (
    "msgraph",
    "kiota_abstractions",
    "aiohttp",
    "azure.identity",
    "azure.data.tables",
    "azure.storage.queue",
    "azure.keyvault",
    "jwt",
    "cryptography",
    "sync_core.adapters",
    "sync_core.web.admin",
    "sync_core.flows.sync_resource",
)


def test_the_app_indexes_quickly_without_any_setting_and_loads_nothing_heavy() -> None:
    seen = run_python(IMPORT)
    assert set(seen["names"]) == HTTP.keys() | QUEUES.keys() | TIMERS.keys()
    loaded = [name for name in seen["modules"] if any(name == each or name.startswith(f"{each}.") for each in HEAVY)]
    assert loaded == []
    # Processor time, since others may share the machine; it is about 0.25 s.
    assert seen["spent"] < 0.8


NOTIFY = """
import asyncio, json, sys
import azure.functions as func
import function_app
def call(body, **query):
    request = func.HttpRequest("POST", "http://127.0.0.1/api/graph/notifications", headers={}, params=query,
                               route_params={}, body=body)
    return request
async def main():
    named = {each.get_function_name(): each.get_user_function() for each in function_app.app.get_functions()}
    shaken = await named["graph_notifications"](call(b"", validationToken="Validation: a token"))
    answer = await named["graph_notifications"](call(
        json.dumps({"value": [{"clientState": "nobody.knows", "subscriptionId": "s"}]}).encode()))
    await function_app.bootstrap.connector().aclose()
    return [shaken.status_code, shaken.get_body().decode(), answer.status_code]
print(json.dumps({"answers": asyncio.run(main()), "modules": sorted(sys.modules)}))
"""


@pytest.mark.services
def test_a_notification_is_answered_without_loading_what_speaks_graph(storage: str) -> None:
    values = json.loads(SAMPLE.read_text("utf-8"))["Values"]
    seen = run_python(NOTIFY, {**values, "AzureWebJobsStorage": storage})
    assert seen["answers"] == [200, "Validation: a token", 202]
    foreign = ("msgraph", "kiota", "jwt", "sync_core.adapters.graph", "sync_core.web.admin")
    assert [name for name in seen["modules"] if name.startswith(foreign)] == []


@pytest.fixture
def unset(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment without any setting, read anew; put settings in through what this gives."""
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    bootstrap.settings_of_environment.cache_clear()
    bootstrap.connector.cache_clear()
    yield monkeypatch
    bootstrap.settings_of_environment.cache_clear()
    bootstrap.connector.cache_clear()


@pytest.fixture
def set_up(unset: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment as the sample sets it."""
    for name, text in json.loads(SAMPLE.read_text("utf-8"))["Values"].items():
        unset.setenv(name, text)
    return unset


def request(method: str = "POST", body: bytes = b"{}", **query: str) -> func.HttpRequest:
    return func.HttpRequest(method, "http://127.0.0.1/api", headers={}, params=query, route_params={}, body=body)


def message(body: bytes = b"{}") -> func.QueueMessage:
    return QueueMessage(id="m-1", body=body, dequeue_count=1)  # type: ignore[no-untyped-call]


def tick() -> func.TimerRequest:
    return TimerRequest(past_due=False, schedule_status={}, schedule={})


async def call(functions: Mapping[str, Any], name: str, argument: object) -> Any:
    return await functions[name].get_user_function()(argument)


def test_a_host_is_told_every_wrong_setting_in_words(set_up: pytest.MonkeyPatch) -> None:
    set_up.setenv("PULL_SCHEDULE", "5 minutes")
    [problem] = function_app.configuration_problems()
    assert problem.startswith("PULL_SCHEDULE has 2 fields ('5 minutes'); allowed: six fields")


@pytest.mark.usefixtures("set_up")
def test_a_host_is_told_nothing_where_nothing_is_wrong() -> None:
    assert function_app.configuration_problems() == []


@pytest.mark.parametrize(
    "name", ["scheduler_events", "scheduler_source_events", "graph_notifications", "graph_lifecycle"]
)
@pytest.mark.usefixtures("unset")
async def test_without_settings_a_webhook_is_put_off_and_told_where_the_reason_is(
    functions: Mapping[str, Any], name: str
) -> None:
    answer = await call(functions, name, request())
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "/api/health" in json.loads(answer.get_body())["detail"]


@pytest.mark.parametrize("name", ["graph_notifications", "graph_lifecycle"])
@pytest.mark.usefixtures("unset")
async def test_without_settings_the_handshake_still_holds(functions: Mapping[str, Any], name: str) -> None:
    answer = await call(functions, name, request(body=b"", validationToken="Validation: 1+1"))
    assert (answer.status_code, answer.get_body()) == (200, b"Validation: 1+1")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.usefixtures("unset")
async def test_without_settings_health_names_each(functions: Mapping[str, Any]) -> None:
    answer = await call(functions, "health", request("GET"))
    assert answer.status_code == 503
    said = json.loads(answer.get_body())
    assert [each["name"] for each in said["settings"]] == [each.name for each in bootstrap.setting_problems()]
    assert all(each["wrong"] and each["allowed"] for each in said["settings"])


@pytest.mark.usefixtures("unset")
async def test_without_settings_nobody_administers(functions: Mapping[str, Any]) -> None:
    answer = await call(functions, "admin", admin_request("me"))
    assert answer.status_code == 503
    assert "/api/health" in json.loads(answer.get_body())["detail"]


async def test_without_an_application_the_administration_is_closed(
    functions: Mapping[str, Any], set_up: pytest.MonkeyPatch
) -> None:
    set_up.setenv("ADMIN_AUDIENCE", "")
    answer = await call(functions, "admin", admin_request("me"))
    assert answer.status_code == 503
    assert "ADMIN_AUDIENCE" in json.loads(answer.get_body())["detail"]


@pytest.mark.usefixtures("set_up")
async def test_what_a_platform_says_of_a_caller_opens_nothing(functions: Mapping[str, Any]) -> None:
    said = {"x-ms-client-principal-id": "a", "x-ms-client-principal": "eyJyb2xlcyI6WyJUYW5kZW0uQWRtaW4iXX0="}
    answer = await call(functions, "admin", admin_request("me", said))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def admin_request(path: str, headers: Mapping[str, str] | None = None) -> func.HttpRequest:
    return func.HttpRequest(
        "GET",
        f"http://127.0.0.1:7071/api/admin/{path}",
        headers=dict(headers or {}),
        params={},
        route_params={"area": "admin", "rest": path},
        body=b"",
    )


@pytest.mark.parametrize(
    ("name", "argument"), [*((name, message()) for name in QUEUES), *((name, tick()) for name in TIMERS)]
)
@pytest.mark.usefixtures("unset")
async def test_without_settings_queues_and_timers_fail_with_the_same_words(
    functions: Mapping[str, Any], name: str, argument: object
) -> None:
    with pytest.raises(Exception, match="settings are wrong or missing") as failed:
        await call(functions, name, argument)
    assert type(failed.value).__name__ == "Misconfigured"
    assert all(problem in str(failed.value) for problem in function_app.configuration_problems())


@pytest.mark.usefixtures("set_up")
async def test_with_settings_health_is_well_and_says_whether_graph_can_notify(functions: Mapping[str, Any]) -> None:
    answer = await call(functions, "health", request("GET"))
    assert answer.status_code == 200
    said = json.loads(answer.get_body())
    assert said["parts"] == {"settings": "ok", "notifications": "on"}
    assert f'version = "{said["version"]}"' in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.fixture(scope="module")
def own_storage() -> Iterator[str]:
    """An emulator of its own, since timers look at every resource that anyone enlisted."""
    with Parts() as parts:
        yield start_azurite(parts).connection_string


@pytest.fixture
async def connected(set_up: pytest.MonkeyPatch, own_storage: str) -> AsyncIterator[Ports]:
    """The ports of an app whose storage is an emulator and whose Graph and board do not answer."""
    set_up.setenv("AzureWebJobsStorage", own_storage)
    set_up.setenv("GRAPH_ENDPOINT", "http://127.0.0.1:9")
    set_up.setenv("SCHEDULER_URL", "http://127.0.0.1:9")
    yield await bootstrap.connector().ports()
    await bootstrap.connector().aclose()


def bell(resource: str) -> bytes:
    job = {"resource": resource, "rung_at": "2026-11-21T08:00:00Z", "reason": "test", "correlation_id": "corr-1"}
    return json.dumps({**job, "attempt": 0, "is_hint": False}).encode()


async def held(ports: Ports, resource: str) -> list[Held]:
    rows = await ports.rows.scan(ResourceId(resource), (Family.HELD,))
    return [row for row in rows if isinstance(row, Held)]


@pytest.mark.services
async def test_a_bell_for_a_resource_nobody_enlisted_ends_with_one_line(
    functions: Mapping[str, Any], connected: Ports, unique: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert connected
    with caplog.at_level(logging.INFO, "tandem"):
        await call(functions, "sync_resource", message(bell(unique)))
    [line] = [each.getMessage() for each in caplog.records if each.name == "tandem"]
    assert line.startswith(f"sync_resource resource={unique} correlation=corr-1 ended=takes no part")


@pytest.mark.services
async def test_a_message_that_is_no_job_raises_and_once_poisoned_is_filed(
    functions: Mapping[str, Any], connected: Ports, unique: str
) -> None:
    spoilt = QueueMessage(id=unique, body=b'{"subject": "Dentist"}')  # type: ignore[no-untyped-call]
    with pytest.raises(Refused, match="no job"):
        await call(functions, "sync_resource", spoilt)
    await call(functions, "sync_resource_poison", spoilt)
    [row] = [row for row in await held(connected, WEBHOOKS) if unique in row.subject]
    assert "rung_at" in row.why
    assert "Dentist" not in row.why


@pytest.mark.services
async def test_a_poisoned_bell_is_filed_under_its_resource(
    functions: Mapping[str, Any], connected: Ports, unique: str
) -> None:
    await call(functions, "sync_resource_poison", message(bell(unique)))
    [row] = await held(connected, unique)
    assert row.what
    assert row.why
    assert row.remedy


@pytest.mark.services
async def test_an_unsigned_webhook_is_refused_and_a_deep_look_finds_storage(
    functions: Mapping[str, Any], connected: Ports
) -> None:
    assert connected
    assert (await call(functions, "scheduler_events", request())).status_code == 401
    looked = await call(functions, "health", request("GET", deep="1"))
    assert json.loads(looked.get_body())["parts"]["storage"] == "ok"


@pytest.mark.services
@pytest.mark.parametrize("name", TIMERS)
async def test_a_timer_with_nobody_enlisted_runs_through(
    functions: Mapping[str, Any], connected: Ports, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert connected
    with caplog.at_level(logging.INFO, "tandem"):
        await call(functions, name, tick())
    assert any(each.getMessage().startswith(f"{name} late=False") for each in caplog.records)
