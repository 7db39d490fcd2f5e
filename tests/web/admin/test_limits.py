"""Too many calls, too large bodies and foreign content types are refused before anything is read."""

import json
from collections.abc import Mapping
from typing import cast

import pytest

from sync_core.web.admin.access import ADMIN, Access, Caller
from sync_core.web.admin.limits import BURST, CALLS_PER_MINUTE, MOST_CALLERS, Limits
from sync_core.web.admin.reading import MOST_BYTES
from sync_core.web.admin.routing import Administration, all_routes, answer_call
from sync_core.web.http import Headers, Request, Response
from tests.contract_document.reading import ADMIN_CONTRACT, complaints_about, operations, resolve
from tests.web.admin.office import NEW, Office


class Seconds:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> float:
        return 5_000.0 + self.passed


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def calls(limits: Limits, caller: str, count: int) -> list[int]:
    return [limits.wait_of(caller) for _ in range(count)]


def test_a_burst_is_let_in_and_then_as_many_as_a_minute_has(seconds: Seconds) -> None:
    limits = Limits(60, 5, seconds)
    assert calls(limits, "ada", 6) == [0, 0, 0, 0, 0, 1]
    seconds.passed = 0.9
    assert limits.wait_of("ada") == 1
    seconds.passed = 1
    assert calls(limits, "ada", 2) == [0, 1]
    seconds.passed = 3600
    assert calls(limits, "ada", 6) == [0, 0, 0, 0, 0, 1]


def test_whoever_waits_as_long_as_was_said_is_let_in(seconds: Seconds) -> None:
    limits = Limits(7, 3, seconds)
    made = 0
    while seconds.passed < 600:
        wait = limits.wait_of("ada")
        made += wait == 0
        seconds.passed += wait
        assert not wait or limits.wait_of("ada") == 0
        made += wait != 0
    assert 60 <= made <= 73


def test_a_call_that_was_refused_costs_nothing(seconds: Seconds) -> None:
    limits = Limits(60, 1, seconds)
    calls(limits, "ada", 100)
    seconds.passed = 1
    assert limits.wait_of("ada") == 0


def test_nobody_waits_for_another(seconds: Seconds) -> None:
    limits = Limits(60, 2, seconds)
    calls(limits, "ada", 9)
    assert limits.wait_of("ben") == 0


def test_no_more_callers_are_remembered_than_there_is_room_for(seconds: Seconds) -> None:
    limits = Limits(60, 2, seconds)
    for number in range(3 * MOST_CALLERS):
        calls(limits, str(number), 2)
        seconds.passed += 0.001
    assert len(limits._buckets) == MOST_CALLERS
    last = str(3 * MOST_CALLERS - 1)
    assert limits.wait_of(last) == 1, "who called just now is remembered"


def test_the_usual_limit_lets_a_script_go_through_thousands_of_resources() -> None:
    assert (CALLS_PER_MINUTE, BURST) == (600, 100)


class Door:
    """Lets everybody in as whoever they say they are."""

    async def who(self, headers: Mapping[str, str]) -> Caller | Response:
        return Caller(headers["x-who"], "", frozenset({ADMIN}))


async def test_the_answer_says_how_long_to_wait_and_is_the_same_for_every_path(seconds: Seconds) -> None:
    office = Office()
    administration = Administration(cast(Access, Door()), office._ports, limits=Limits(60, 2, seconds))

    async def ask(who: str, path: str = "/me") -> Response:
        headers = Headers({"X-Who": who})
        request = Request("GET", f"https://tandem.example/api/admin{path}", headers, {}, b"")
        return await answer_call(administration, request, "c")

    assert [(await ask("ada")).status for _ in range(3)] == [200, 200, 429]
    refused = await ask("ada", "/nowhere")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
    assert complaints_about("Problem", json.loads(refused.body), ADMIN_CONTRACT) == []
    assert (await ask("ben")).status == 200


def with_bodies() -> list[tuple[str, str, str]]:
    """Every operation that takes a body and has its route: its method, a path for it, and what the body is to be."""
    known = {route.operation_id for route in all_routes()}
    found = []
    for path, method, operation in operations(ADMIN_CONTRACT):
        if "requestBody" in operation and operation["operationId"] in known:
            contents = resolve(operation["requestBody"], ADMIN_CONTRACT)["content"]
            found.append((method.upper(), path.replace("{id}", "anna"), next(iter(contents))))
    return found


def test_there_are_operations_with_bodies() -> None:
    assert len(with_bodies()) >= 7


@pytest.mark.parametrize(("method", "path", "kind"), with_bodies())
async def test_a_body_of_another_type_or_beyond_the_bound_is_refused_unread(method: str, path: str, kind: str) -> None:
    office = Office()
    condition = NEW if method == "PUT" else '"1"'
    foreign = await office.call(method, path, b"\xff not to be read", kind="application/xml", etag=condition)
    assert (foreign.status, foreign.wrong) == (415, ["Content-Type"])
    long = await office.call(method, path, b"\xff" * (MOST_BYTES + 1), kind=kind, etag=condition)
    assert (long.status, long.wrong) == (413, [""])
    at_most = await office.call(method, path, b" " * MOST_BYTES, kind=kind, etag=condition)
    assert at_most.status not in (413, 415)
