"""Serves the HTTP functions of an app, and a few routes for whoever watches or drives the host in a test.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import azure.functions as func
from aiohttp import web

from simulators.host.functions import Function
from simulators.host.options import CannotStart
from simulators.host.timers import Timer

LARGEST_BODY = 100 * 1024 * 1024
# `{id}`, `{id?}`, `{*rest}`, with constraints such as `{id:int}` or `{id:guid?}`.
PARAMETER = re.compile(r"\{(\*)?(\w+)(?::(\w+)(?:\(([^)]*)\))?)?(\?)?\}")
CONSTRAINTS = {"int": r"-?\d+", "alpha": r"[A-Za-z]+", "guid": r"[0-9A-Fa-f-]{32,36}", "bool": r"true|false"}
# Taken by the host's own routes, also where a prefix stands before an app's:
# https://github.com/Azure/azure-functions-host/issues/1781
RESERVED = ("admin", "runtime")


@dataclass(frozen=True, slots=True)
class Route:
    """One HTTP function with what it answers to."""

    function: Function
    path: re.Pattern[str]
    methods: frozenset[str]


def read_routes(functions: Sequence[Function], prefix: str) -> list[Route]:
    """Return the routes of all HTTP functions, those with the fewest parameters first, as the more specific win.

    Raises:
        CannotStart: Two functions share a route and a method, or one takes a route of the host.
    """
    routes: dict[tuple[str, str], Function] = {}
    found = []
    for function in functions:
        if function.kind != "httpTrigger":
            continue
        own = str(function.trigger["route"]).strip("/")
        if own.lower().startswith(RESERVED):
            raise CannotStart(f"{function.name}: The specified route conflicts with one or more built in routes.")
        template = "/".join(part for part in (prefix, own) if part)
        methods = frozenset(getattr(method, "value", method) for method in function.trigger.get("methods") or ())
        for method in methods or {"*"}:
            other = routes.setdefault((template.lower(), method), function)
            if other is not function:
                raise CannotStart(f"Functions {other.name} and {function.name} both serve {method} /{template}.")
        found.append((template.count("{"), Route(function, _compile(template), methods)))
    return [route for _, route in sorted(found, key=lambda each: each[0])]


def build_application(
    routes: Sequence[Route], functions: Sequence[Function], timers: Sequence[Timer]
) -> web.Application:
    """Return the web application of the host."""

    async def serve(request: web.Request) -> web.StreamResponse:
        for route in routes:
            found = route.path.fullmatch(request.path)
            if found and (not route.methods or request.method in route.methods):
                return await _answer(route.function, request, found.groupdict())
        return web.Response(status=404)

    async def show_functions(_: web.Request) -> web.Response:
        return web.json_response([_describe(function) for function in functions])

    async def run_timer(request: web.Request) -> web.Response:
        timer = next((each for each in timers if each.function.name == request.match_info["name"]), None)
        if timer is None:
            return web.json_response({"problem": "there is no such timer"}, status=404)
        return web.json_response({"succeeded": await timer.run_now()})

    application = web.Application(client_max_size=LARGEST_BODY)
    application.router.add_get("/_host/functions", show_functions)
    application.router.add_post("/_host/timers/{name}", run_timer)
    application.router.add_route("*", "/{path:.*}", serve)
    return application


def _compile(template: str) -> re.Pattern[str]:
    pattern, position = "/", 0
    for found in PARAMETER.finditer(template):
        literal = re.escape(template[position : found.start()])
        takes_rest, name, constraint, argument, is_optional = found.groups()
        inner = ".*" if takes_rest else CONSTRAINTS.get(constraint or "", "[^/]+")
        if constraint == "regex":
            inner = argument.removeprefix("^").removesuffix("$")
        if is_optional and literal.endswith("/"):
            pattern += f"{literal[:-1]}(?:/(?P<{name}>{inner}))?"
        else:
            pattern += f"{literal}(?P<{name}>{inner})"
        position = found.end()
    return re.compile(pattern + re.escape(template[position:]) + "/?", re.IGNORECASE)


async def _answer(function: Function, request: web.Request, parameters: dict[str, str]) -> web.StreamResponse:
    body = await request.read()
    argument = func.HttpRequest(
        request.method,
        str(request.url),
        headers={name.lower(): value for name, value in request.headers.items()},
        params=dict(request.query),
        route_params={name: value for name, value in parameters.items() if value is not None},
        body=body,
    )
    try:
        result = await function.run(argument, f" {request.method} {function.trigger['route']}")
    except Exception:  # whatever an app raises is a 500 without words; its line in the log says more
        return web.Response(status=500)
    if result is None:
        return web.Response(status=204)
    if isinstance(result, str):
        return web.Response(text=result)
    headers = dict(result.headers.items())
    if "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = f"{result.mimetype}; charset={result.charset}"
    return web.Response(status=result.status_code, body=result.get_body(), headers=headers)


def _describe(function: Function) -> dict[str, Any]:
    return {
        "name": function.name,
        "trigger": function.kind,
        "running": function.running,
        "succeeded": function.succeeded,
        "failed": function.failed,
    }
