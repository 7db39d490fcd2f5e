"""Leads an admin's call to its route: known caller first, then path, method and role; every refusal has words."""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from math import ceil
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urlsplit

from sync_core.domain.errors import LeaseLost, Misconfigured, Refused, TryAgain, VersionMoved
from sync_core.domain.resource import ResourceId
from sync_core.logs import closing_line
from sync_core.ports import Ports
from sync_core.web.admin.access import Access, Caller
from sync_core.web.admin.answers import Problem, Refusal, answer_problem
from sync_core.web.admin.limits import Limits
from sync_core.web.admin.reading import Query
from sync_core.web.admin.trail import Opening, on_trail, target_of
from sync_core.web.http import Headers, Request, Response

# Each may export ROUTES; those that are not there yet are left out.
ROUTE_MODULES = (
    "me_routes",
    "settings_routes",
    "resources_routes",
    "held_routes",
    "journal_routes",
    "sources_routes",
    "status_routes",
    "setup_routes",
)
_PARAMETER = re.compile(r"\{(\w+)\}")
_WAIT = timedelta(seconds=5)
_ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class AdminCall:
    """One admitted call. `path` holds decoded parameters; `parts` what the app knows beside its ports, by name.

    `target` is what it is about, for the trail; `opening` its entry there, where it is one that changes something.
    """

    ports: Ports
    caller: Caller
    path: Mapping[str, str]
    query: Query
    headers: Headers
    body: bytes
    operation_id: str
    correlation_id: str
    parts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    target: str = ""
    opening: Opening | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """What answers one method of one path; `template` stands behind /api/admin, such as `/resources/{id}/sync`.

    Whatever is no GET needs an admin, whatever `needs_admin` says. One that `works_in_trouble` is called although the
    settings are wrong or storage is away, with ports that may refuse every call.
    """

    method: str
    template: str
    operation_id: str
    needs_admin: bool
    answer: Callable[[AdminCall], Awaitable[Response]]
    works_in_trouble: bool = False

    @property
    def is_for_readers(self) -> bool:
        return self.method == "GET" and not self.needs_admin

    def parameters_of(self, segments: tuple[str, ...]) -> Mapping[str, str] | None:
        """Return the decoded parameters if this is the path, else None."""
        wanted = _segments(self.template)
        if len(wanted) != len(segments):
            return None
        found = {}
        for name, given in zip(wanted, segments, strict=True):
            parameter = _PARAMETER.fullmatch(name)
            if parameter and given:
                found[parameter[1]] = given
            elif name != given:
                return None
        return found


@dataclass(frozen=True, slots=True)
class Administration:
    """What the administration API stands on; `access` is None where the deployment opened it to nobody.

    Without `limits` nobody's calls are counted. `bare_ports` are for routes that work in trouble.
    """

    access: Access | None
    ports: Callable[[], Awaitable[Ports]]
    parts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    limits: Limits | None = None
    bare_ports: Ports | None = None

    async def ports_for(self, route: Route) -> Ports:
        """Return the ports; those that nobody prepared for a route that works without."""
        try:
            return await self.ports()
        except (TryAgain, Misconfigured):
            if self.bare_ports is None or not route.works_in_trouble:
                raise
            return self.bare_ports


@cache
def all_routes() -> tuple[Route, ...]:
    """Return every route of the modules that exist, the more literal path first."""
    names = (f"{__package__}.{name}" for name in ROUTE_MODULES)
    return in_order(route for name in names if find_spec(name) for route in import_module(name).ROUTES)


def in_order(routes: Iterable[Route]) -> tuple[Route, ...]:
    """Return routes as they are tried: what stands there in letters wins over a parameter.

    Raises:
        ValueError: two have the same operation id, or the same method and path.
    """
    ordered = sorted(routes, key=lambda route: [bool(_PARAMETER.fullmatch(each)) for each in _segments(route.template)])
    places = (f"{route.method} {_PARAMETER.sub('{}', route.template)}" for route in ordered)
    counted = Counter([*(route.operation_id for route in ordered), *places])
    if twice := [name for name, count in counted.items() if count > 1]:
        raise ValueError(f"routed twice: {', '.join(twice)}")
    return tuple(ordered)


async def answer_call(
    administration: Administration,
    request: Request,
    correlation_id: str,
    routes: Callable[[], tuple[Route, ...]] = all_routes,
) -> Response:
    """Answer a call below /api/admin."""
    answer = await _in_words(_admit(administration, request, correlation_id, routes))
    return Response(answer.status, answer.body, answer.content_type, {**_ALWAYS, **answer.headers})


async def _admit(
    administration: Administration, request: Request, correlation_id: str, routes: Callable[[], tuple[Route, ...]]
) -> Response:
    if administration.access is None:
        detail = "Administration is closed: set ADMIN_AUDIENCE to the application whose roles open it."
        return answer_problem(Problem.UNAVAILABLE, detail)
    caller = await administration.access.who(request.headers)
    if isinstance(caller, Response):
        return caller
    if administration.limits is not None and (wait := administration.limits.wait_of(caller.object_id)):
        detail = f"You call more often than is good for everybody else. Wait for {wait} s, and repeat the call."
        return answer_problem(Problem.THROTTLED, detail, headers={"Retry-After": str(wait)})
    found = _find(routes(), request)
    if isinstance(found, Response):
        return found
    route, path = found
    if not (caller.may_change or route.is_for_readers):
        detail = "Your role may read and change nothing; this needs the role Tandem.Admin."
        return answer_problem(Problem.FORBIDDEN, detail)
    known = {"operation": route.operation_id, "caller": caller.object_id, "correlation": correlation_id}
    with closing_line("admin_call", **known) as facts:
        answer = await _in_words(
            _carry_out(administration, request, correlation_id, route=route, caller=caller, path=path)
        )
        facts["status"] = answer.status
    return answer


async def _carry_out(
    administration: Administration,
    request: Request,
    correlation_id: str,
    *,
    route: Route,
    caller: Caller,
    path: Mapping[str, str],
) -> Response:
    call = AdminCall(
        ports=await administration.ports_for(route),
        caller=caller,
        path=path,
        query=Query(request.query),
        headers=request.headers,
        body=request.body,
        operation_id=route.operation_id,
        correlation_id=correlation_id,
        parts=administration.parts,
        target=target_of(route.template, path),
    )
    if route.method == "GET":
        return await route.answer(call)
    is_about_one = route.template.startswith("/resources/{id}")
    return await on_trail(call, ResourceId(path["id"]) if is_about_one else None, route.answer)


async def _in_words(answering: Awaitable[Response]) -> Response:
    """What is raised on the way, as the answer that it means for the caller."""
    try:
        return await answering
    except Refusal as refusal:
        return refusal.answer
    except Refused as refusal:
        return answer_problem(Problem.CONFLICT, refusal.reason)
    except VersionMoved:
        detail = "It has been changed meanwhile: read it again and decide anew."
        return answer_problem(Problem.PRECONDITION_FAILED, detail)
    except LeaseLost:
        return _unavailable("Another run took over meanwhile. Repeat the call.")
    except TryAgain as trouble:
        return _unavailable("What Tandem stands on does not answer. Repeat the call.", trouble.after)
    except Misconfigured:
        return answer_problem(Problem.UNAVAILABLE, "Tandem is not set up yet. /api/health names the reason.")


def _unavailable(detail: str, after: timedelta = timedelta(0)) -> Response:
    seconds = max(1, ceil((after or _WAIT).total_seconds()))
    return answer_problem(Problem.UNAVAILABLE, detail, headers={"Retry-After": str(seconds)})


def _find(routes: tuple[Route, ...], request: Request) -> tuple[Route, Mapping[str, str]] | Response:
    segments = _asked(request.url)
    fitting = [(route, path) for route in routes if (path := route.parameters_of(segments)) is not None]
    if not fitting:
        return answer_problem(Problem.NOT_FOUND, "There is no such path below /api/admin.")
    for route, path in fitting:
        if route.method == request.method:
            return route, path
    allowed = ", ".join(sorted({route.method for route, _ in fitting}))
    detail = f"This path answers {allowed}."
    return answer_problem(Problem.METHOD_NOT_ALLOWED, detail, headers={"Allow": allowed})


def _asked(url: str) -> tuple[str, ...]:
    """The decoded segments behind the first `admin`, whatever prefix the host puts before it.

    From the address and not from the host's own parameters: only here a slash inside an id can be told from one beside.
    """
    segments = urlsplit(url).path.rstrip("/").split("/")
    first = next((place for place, each in enumerate(segments) if each.lower() == "admin"), len(segments))
    return tuple(unquote(each) for each in segments[first + 1 :])


def _segments(template: str) -> tuple[str, ...]:
    return tuple(template.strip("/").split("/"))
