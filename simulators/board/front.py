"""Serves the board's page and the timeline component that draws it (@event-calendar/build, from node_modules)."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

_PAGE = Path(__file__).parent / "page"
_COMPONENT = Path(__file__).parents[2] / "node_modules" / "@event-calendar" / "build" / "dist"
_HEADERS = {
    # The component writes style attributes; everything else comes from this origin, scripts above all.
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
}


def front_routes() -> list[web.RouteDef]:
    return [
        web.get("/", _index),
        web.get(r"/page/{name:[a-z-]+\.(?:js|css|svg)}", _page_file),
        web.get(r"/component/{name:event-calendar\.min\.(?:js|css)}", _component_file),
    ]


async def _index(_: web.Request) -> web.FileResponse:
    return web.FileResponse(_PAGE / "index.html", headers=_HEADERS)


async def _page_file(request: web.Request) -> web.FileResponse:
    return _file(_PAGE / request.match_info["name"])


async def _component_file(request: web.Request) -> web.FileResponse:
    return _file(_COMPONENT / request.match_info["name"])


def _file(path: Path) -> web.FileResponse:
    if not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers=_HEADERS)
