"""Metrics and traces by OpenTelemetry, where the worker has set it up; otherwise nothing, at the cost of one look-up.

Nothing is configured here: the Functions worker does that, if the environment asks for it. Until an SDK is loaded there
is nobody to tell, so nothing of OpenTelemetry is imported either.
https://learn.microsoft.com/azure/azure-functions/opentelemetry-howto · https://opentelemetry.io/docs/languages/python/
"""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

SCOPE = "tandem"
_SDK = "opentelemetry.sdk"
_TRACEPARENT = "traceparent"
_CORRELATION = "correlation"
_correlation: ContextVar[str] = ContextVar(_CORRELATION, default="")
_WELL_FORMED = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
# What each is counted in: https://ucum.org, as the specification wants it.
COUNTERS: Mapping[str, str] = {
    "tandem.runs": "{run}",
    "tandem.changes": "{change}",
    "tandem.written": "{write}",
    "tandem.walked": "{link}",
}
HISTOGRAMS: Mapping[str, str] = {"tandem.lag_up": "s", "tandem.lag_down": "s"}
GAUGES: Mapping[str, str] = {
    "tandem.waiting": "{row}",
    "tandem.held": "{pair}",
    "tandem.pairs": "{pair}",
    "tandem.resources": "{resource}",
    "tandem.walking": "{resource}",
    "tandem.throttled": "{resource}",
    "tandem.subscriptions": "{subscription}",
    # Until each runs out, by its name; negative behind its end.
    "tandem.secrets": "s",
    "tandem.alerts": "{alert}",
}


def is_on() -> bool:
    """Has anybody set OpenTelemetry up in this worker?"""
    return _SDK in sys.modules


def count(name: str, value: int = 1, **attributes: str) -> None:
    """Add to one of `COUNTERS`; nothing for zero."""
    if value and is_on():
        _counter(name).add(value, attributes)


def measure(name: str, value: float, **attributes: str) -> None:
    """Enter a value into one of `HISTOGRAMS`."""
    if is_on():
        _histogram(name).record(value, attributes)


def show(name: str, value: int, **attributes: str) -> None:
    """Set one of `GAUGES`."""
    if is_on():
        _gauge(name).set(value, attributes)


@contextmanager
def span(name: str, parent: str = "", **attributes: str | int) -> Iterator[None]:
    """Trace what happens inside, under the traceparent that is given or else what is traced already.

    A `correlation` is handed on to every span inside, so that a write is found by its webhook's. A failure is told by
    its type: its words may quote content.
    """
    if not is_on():
        yield
        return
    from opentelemetry import trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    above = TraceContextTextMapPropagator().extract({_TRACEPARENT: parent}) if _WELL_FORMED.fullmatch(parent) else None
    correlation = str(attributes.get(_CORRELATION) or _correlation.get())
    known = {**attributes, **({_CORRELATION: correlation} if correlation else {})}
    told: dict[str, Any] = {f"tandem.{key}": value for key, value in known.items()}
    begun = trace.get_tracer(SCOPE).start_as_current_span(
        name, context=above, attributes=told, record_exception=False, set_status_on_exception=False
    )
    outer = _correlation.set(correlation)
    with begun as current:
        try:
            yield
        except BaseException as trouble:
            current.set_status(trace.StatusCode.ERROR, type(trouble).__name__)
            raise
        finally:
            _correlation.reset(outer)


def traceparent() -> str:
    """What joins another worker's trace to the present one; empty where nothing is traced.

    https://www.w3.org/TR/trace-context/#traceparent-header
    """
    if not is_on():
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    headers: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(headers)
    return headers.get(_TRACEPARENT, "")


@cache
def _counter(name: str) -> Any:
    return _meter().create_counter(name, COUNTERS[name])


@cache
def _histogram(name: str) -> Any:
    return _meter().create_histogram(name, HISTOGRAMS[name])


@cache
def _gauge(name: str) -> Any:
    return _meter().create_gauge(name, GAUGES[name])


def _meter() -> Any:
    from opentelemetry import metrics

    return metrics.get_meter(SCOPE)
