"""An admin's call finds its route, or is told why not."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from sync_core.domain.errors import LeaseLost, Misconfigured, Refused, TryAgain, VersionMoved
from sync_core.ports import Ports
from sync_core.web.admin.access import ADMIN, READER, Access, Caller
from sync_core.web.admin.answers import Problem, answer_json, answer_problem, refuse
from sync_core.web.admin.routing import AdminCall, Administration, Route, all_routes, answer_call, in_order
from sync_core.web.http import Headers, Request, Response
from tests.fakes.clock import FakeClock
from tests.fakes.names import FakeNames
from tests.fakes.trail import FakeTrail
from tests.web.posting import ports_with

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


class KnownCaller:
    """Lets in whoever names a role as their token; what the real check does is tested beside."""

    async def who(self, headers: Mapping[str, str]) -> Caller | Response:
        role = headers.get("authorization")
        return Caller("who", "", frozenset({role})) if role else answer_problem(Problem.UNAUTHENTICATED, "Who is it?")


async def few_ports() -> Ports:
    return ports_with(clock=FakeClock(datetime(2026, 11, 23, tzinfo=UTC)), names=FakeNames(), trail=FakeTrail())


OPEN = Administration(cast(Access, KnownCaller()), few_ports)


async def echo(call: AdminCall) -> Response:
    return answer_json({"operation": call.operation_id, "path": dict(call.path), "query": dict(call.query)})


ROUTES = in_order(
    [
        Route("GET", "/resources", "list", False, echo),
        Route("GET", "/resources/{id}", "get", False, echo),
        Route("DELETE", "/resources/{id}", "delete", True, echo),
        Route("POST", "/resources/import", "import", False, echo),
        Route("POST", "/resources/{id}/sync", "sync", True, echo),
        Route("GET", "/configuration", "export", True, echo),
        Route("GET", "/resources/{id}/appointments/{appointment}/history", "history", False, echo),
    ]
)


async def ask(
    method: str,
    path: str,
    role: str = ADMIN,
    routes: tuple[Route, ...] = ROUTES,
    administration: Administration = OPEN,
    **query: str,
) -> Response:
    headers = Headers({"authorization": role} if role else {})
    request = Request(method, f"https://tandem.example/api/admin{path}", headers, query)
    return await answer_call(administration, request, "corr", lambda: routes)


def said(answer: Response) -> Any:
    return json.loads(answer.body)


@pytest.mark.parametrize(
    ("method", "path", "operation", "parameters"),
    [
        ("GET", "/resources", "list", {}),
        ("GET", "/resources/", "list", {}),
        ("GET", "/resources/R-1", "get", {"id": "R-1"}),
        ("GET", "/resources/a%2Fb%20c", "get", {"id": "a/b c"}),
        ("GET", "/resources/admin", "get", {"id": "admin"}),
        ("GET", "/resources/import", "get", {"id": "import"}),
        ("POST", "/resources/import", "import", {}),
        ("POST", "/resources/import/sync", "sync", {"id": "import"}),
        ("GET", "/resources/R-1/appointments/%C3%84/history", "history", {"id": "R-1", "appointment": "Ä"}),
    ],
)
async def test_a_path_finds_its_route_and_its_parameters(
    method: str, path: str, operation: str, parameters: Mapping[str, str]
) -> None:
    answer = await ask(method, path, day="1")
    assert answer.status == 200
    assert said(answer) == {"operation": operation, "path": parameters, "query": {"day": "1"}}


@pytest.mark.parametrize("path", ["", "/", "/nowhere", "/resources//sync", "/resources/R-1/nowhere", "/Resources"])
async def test_a_path_that_is_none_is_not_found(path: str) -> None:
    answer = await ask("POST", path)
    assert (answer.status, said(answer)["type"]) == (404, "/problems/not-found")


async def test_a_method_that_a_path_does_not_answer_is_told_those_it_does() -> None:
    answer = await ask("PUT", "/resources/R-1")
    assert (answer.status, answer.headers["Allow"]) == (405, "DELETE, GET")
    assert "DELETE, GET" in said(answer)["detail"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("GET", "/resources"), ("PUT", "/resources/R-1")])
async def test_a_stranger_learns_of_no_path(method: str, path: str) -> None:
    assert (await ask(method, path, role="")).status == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/resources", 200),
        ("GET", "/configuration", 403),
        ("DELETE", "/resources/R-1", 403),
        # Even where a route forgot to ask for an admin.
        ("POST", "/resources/import", 403),
    ],
)
async def test_a_reader_reads_what_is_open_to_readers_and_changes_nothing(method: str, path: str, status: int) -> None:
    answer = await ask(method, path, READER)
    assert answer.status == status
    if status == 403:
        assert "Tandem.Admin" in said(answer)["detail"]


async def test_where_it_was_opened_to_nobody_every_call_is_told_what_to_set() -> None:
    answer = await ask("GET", "/resources", administration=Administration(None, few_ports))
    assert answer.status == 503
    assert "ADMIN_AUDIENCE" in said(answer)["detail"]


@pytest.mark.parametrize(
    ("trouble", "status", "words"),
    [
        (refuse(Problem.CONFLICT, "It is active."), 409, "It is active."),
        (Refused("the resource is not enlisted"), 409, "the resource is not enlisted"),
        (VersionMoved("version"), 412, "read it again"),
        (LeaseLost("lease"), 503, "Repeat the call"),
        (TryAgain("tables"), 503, "Repeat the call"),
        (Misconfigured("secret words"), 503, "/api/health"),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_what_is_raised_on_the_way_is_answered_in_words(trouble: Exception, status: int, words: str) -> None:
    async def fail(_: AdminCall) -> Response:
        raise trouble

    answer = await ask("GET", "/fail", routes=(Route("GET", "/fail", "fail", False, fail),))
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    assert words in said(answer)["detail"]


@pytest.mark.parametrize(("after", "seconds"), [(0, "5"), (0.2, "1"), (30, "30")])
async def test_who_is_to_wait_is_told_how_long(after: float, seconds: str) -> None:
    async def unreachable() -> Ports:
        raise TryAgain("storage", timedelta(seconds=after))

    answer = await ask("GET", "/resources", administration=Administration(OPEN.access, unreachable))
    assert (answer.status, answer.headers["Retry-After"]) == (503, seconds)


@pytest.mark.parametrize("path", ["/resources", "/nowhere", "/configuration"])
async def test_no_answer_is_kept_or_guessed_at_by_a_browser(path: str) -> None:
    answer = await ask("GET", path, READER)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_log_says_who_did_what_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "tandem"):
        await ask("DELETE", "/resources/eva%40contoso.com")
    [line] = [each.getMessage() for each in caplog.records]
    assert line.startswith("admin_call operation=delete caller=who correlation=corr status=200 ms=")


@pytest.mark.parametrize(
    "second",
    [Route("GET", "/a/{name}", "other", False, echo), Route("POST", "/b", "one", True, echo)],
    ids=["the same place", "the same operation"],
)
def test_nothing_is_routed_twice(second: Route) -> None:
    with pytest.raises(ValueError, match="routed twice"):
        in_order([Route("GET", "/a/{id}", "one", False, echo), second])


def test_every_route_of_the_app_is_well_formed() -> None:
    routes = all_routes()
    assert "getMe" in {route.operation_id for route in routes}
    for route in routes:
        assert route.method in METHODS
        assert route.template.startswith("/")
        assert route.needs_admin or route.method == "GET", f"{route.operation_id} changes things"
        answer: Callable[[AdminCall], Awaitable[Response]] = route.answer
        assert callable(answer)
