"""One id joins a delivery to its writes, and nothing but an id gets into the log that way."""

import re

import pytest

from sync_core.web.correlation import correlation_of
from sync_core.web.http import Headers

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Webhook-Id": "msg_1", "X-Correlation-Id": "other"}, "msg_1"),
        ({"X-Correlation-Id": "planner-7", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}, "planner-7"),
        ({"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}, TRACE),
        ({"X-Correlation-Id": "two words", "traceparent": f"cc-{TRACE}-00f067aa0ba902b7-01-later"}, TRACE),
    ],
)
def test_the_callers_id_is_taken_over(headers: dict[str, str], expected: str) -> None:
    assert correlation_of(Headers(headers)) == expected


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Correlation-Id": ""},
        {"X-Correlation-Id": "a\nforged line"},
        {"X-Correlation-Id": "ada@tandem.example"},
        {"X-Correlation-Id": "x" * 129},
        {"traceparent": f"00-{'0' * 32}-00f067aa0ba902b7-01"},
        {"traceparent": f"00-{TRACE}"},
    ],
)
def test_what_is_no_id_is_replaced_by_a_fresh_one(headers: dict[str, str]) -> None:
    first, second = correlation_of(Headers(headers)), correlation_of(Headers(headers))
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert first != second
