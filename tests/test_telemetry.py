"""Metrics and traces reach whoever set OpenTelemetry up; where nobody did, nothing is loaded and nothing is paid.

Each test has a fresh interpreter: providers are set once per process, for good.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from devtools.paths import ROOT
from sync_core.telemetry import COUNTERS, GAUGES, HISTOGRAMS
from tests.contract_document.reading import ADMIN_CONTRACT, contract


def run_python(code: str, environ: Mapping[str, str] | None = None) -> Any:
    """Run code in a fresh interpreter; the last line it prints is JSON."""
    variables = {**os.environ, **(environ or {})}
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=100)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


WITHOUT = """
import json, sys, time
# What a notification is answered with.
import function_app, sync_core.adapters.queues.bells, sync_core.adapters.tables.overview, sync_core.web.notifications
from sync_core import telemetry
began = time.process_time()
for _ in range(20_000):
    telemetry.count("tandem.runs", ended="whole")
    telemetry.measure("tandem.lag_up", 0.5)
    with telemetry.span("run", "00-" + "1" * 32 + "-" + "2" * 16 + "-01", resource="r"):
        parent = telemetry.traceparent()
spent = time.process_time() - began
loaded = sorted(name for name in sys.modules if name.startswith("opentelemetry"))
print(json.dumps({"parent": parent, "spent": spent, "loaded": loaded}))
"""


def test_where_nobody_set_it_up_nothing_is_loaded_and_nothing_is_paid() -> None:
    seen = run_python(WITHOUT)
    assert (seen["loaded"], seen["parent"]) == ([], "")
    # Eighty thousand calls; measured, about 2 µs for all four.
    assert seen["spent"] < 1


SET_UP = """
import asyncio, json
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
tracing = TracerProvider()
tracing.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(tracing)
metrics.set_meter_provider(MeterProvider([reader]))
from sync_core import telemetry
"""
TRACE = (
    SET_UP
    + """
import asyncio, base64, json, os
from dataclasses import replace
import azure.functions as func
from azure.functions.queue import QueueMessage
from azure.storage.queue.aio import QueueClient
import function_app
from devtools.development import settings_for
from sync_core import bootstrap
from sync_core.adapters.queues.bells import QueueBells
from sync_core.flows import sync_resource as engine
from sync_core.settings import read_settings
from sync_core.web.scheduler import Reception
from tests.web.posting import Door, payload, signed

class Wired:
    def __init__(self, ports, secrets):
        self._ports, self._secrets = ports, secrets
    async def ports(self):
        return self._ports
    async def reception(self):
        return Reception(self._ports, self._secrets, None)

async def write_nothing(ports, job):
    await ports.outlook.carry_out("mailbox", [])
    return engine.RunReport(job.resource, "whole")

async def main():
    storage, queue, nobody = os.environ["STORAGE"], os.environ["QUEUE"], "http://127.0.0.1:9"
    real = bootstrap.connect(read_settings(settings_for(storage, nobody, nobody, nobody)))
    bells = QueueBells.from_connection_string(storage, queue)
    await bells.prepare()
    door = Door()
    wired = Wired(replace(door.ports, bells=bells, outlook=(await real.ports()).outlook), door.secrets_of)
    bootstrap.connector = lambda: wired
    engine.sync_resource = write_nothing
    functions = {each.get_function_name(): each.get_user_function() for each in function_app.app.get_functions()}
    body = json.dumps(payload("plain.json")).encode()
    headers = signed(body, delivery_id="msg_1", content_type="application/json")
    answer = await functions["scheduler_events"](
        func.HttpRequest("POST", "http://127.0.0.1/api/scheduler/events", headers=headers, body=body)
    )
    async with QueueClient.from_connection_string(storage, queue) as listener:
        [message] = [one async for one in listener.receive_messages()]
    await functions["sync_resource"](QueueMessage(id="1", body=base64.b64decode(message.content)))
    await bells.aclose()
    await real.aclose()
    return answer.status_code

status = asyncio.run(main())
own = ("scheduler_events", "bell", "run", "write")
spans = {span.name: span for span in exporter.get_finished_spans() if span.name in own}
every = {span.context.span_id: span for span in exporter.get_finished_spans()}

def above(span):
    while span.parent and (span := every.get(span.parent.span_id)):
        if span.name in own:
            return span.name

print(json.dumps({
    "status": status,
    "parents": {name: above(spans[name]) for name in own},
    "traces": len({spans[name].context.trace_id for name in own}),
    "correlation": [spans[name].attributes.get("tandem.correlation") for name in own],
}))
"""
)


@pytest.mark.services
def test_webhook_bell_run_and_write_are_one_trace_with_one_correlation_id_though_a_queue_lies_between(
    storage: str, unique: str
) -> None:
    seen = run_python(TRACE, {"STORAGE": storage, "QUEUE": unique})
    assert seen["status"] == 202
    assert seen["parents"] == {"scheduler_events": None, "bell": "scheduler_events", "run": "bell", "write": "run"}
    assert seen["traces"] == 1
    assert seen["correlation"] == ["msg_1"] * 4


FAILS = (
    SET_UP
    + """
try:
    with telemetry.span("run", "not a traceparent"):
        raise ValueError("Dentist, 10:00")
except ValueError:
    pass
[span] = exporter.get_finished_spans()
print(json.dumps({"json": span.to_json(), "status": span.status.description, "root": span.parent is None}))
"""
)


def test_a_failure_is_traced_by_its_type_without_its_words() -> None:
    seen = run_python(FAILS)
    assert seen["status"] == "ValueError"
    assert "Dentist" not in seen["json"]
    assert seen["root"]


METRICS = (
    SET_UP
    + """
from datetime import timedelta
from sync_core.domain.secret import SecretState, SecretTerm
from sync_core.flows.alerts import raise_alerts
from tests.flows.stage import TASK, now, planned
stage = planned()
stage.board.edit(TASK, subject="changed")
stage.deliver()
stage.clock.advance(timedelta(seconds=4))
stage.own(6)
stage.settle()
stage.pull()
term = SecretTerm("client", SecretState.VALID, stage.clock.now() + timedelta(days=90))
now(raise_alerts(stage.ports, [term], is_notified=False))
told = {}
for of_resource in reader.get_metrics_data().resource_metrics:
    for of_scope in of_resource.scope_metrics:
        for metric in of_scope.metrics:
            points = list(metric.data.data_points)
            values = [point.count if hasattr(point, "count") else point.value for point in points]
            keys = sorted({key for point in points for key in point.attributes})
            told[metric.name] = [metric.unit, sum(values), keys]
print(json.dumps(told))
"""
)


def test_runs_and_alerts_tell_metrics_of_the_same_names_as_the_numbers() -> None:
    told = run_python(METRICS)
    assert {name: unit for name, (unit, _, _) in told.items()}.items() <= {**COUNTERS, **HISTOGRAMS, **GAUGES}.items()
    assert told["tandem.lag_up"][1] == 2
    assert told["tandem.lag_down"][1] == 1
    assert told["tandem.written"][1] == 3
    assert told["tandem.runs"][2] == ["ended"]
    assert told["tandem.secrets"] == ["s", 90 * 86_400, ["secret"]]
    assert (told["tandem.throttled"][1], told["tandem.walking"][1], told["tandem.subscriptions"][1]) == (0, 0, 1)
    assert (told["tandem.pairs"][1], told["tandem.held"][1], told["tandem.resources"][1]) == (2, 0, 1)
    assert told["tandem.alerts"][1] == 0


def test_every_number_of_the_status_has_a_metric_of_its_name() -> None:
    members = contract(ADMIN_CONTRACT)["components"]["schemas"]["Status"]["properties"]
    # An instant is no number, and what is held for which reason is told by `held`.
    instants = {name for name in members if name == "at" or name.endswith(("At", "Since", "Until"))}
    numbers = members.keys() - instants - {"heldReasons"}
    in_words = {re.sub("([A-Z])", lambda found: "_" + found[1].lower(), name) for name in numbers}
    assert {f"tandem.{name}" for name in in_words} <= {**HISTOGRAMS, **GAUGES}.keys()
