"""What a planner does at the board: plan, move, resize, assign, un-plan, delete, enter absences (`/_control/…`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web

from simulators.board.api import merge
from simulators.board.journal import Json
from simulators.board.planning import PLANNER, Planning, Wanted
from simulators.board.problems import ProblemError, WrongField, invalid, not_found
from simulators.board.store import Store
from simulators.board.switches import BoardSwitches
from simulators.board.times import read_instant

_PATHS = {"appointments": "appointment", "unavailabilities": "unavailability", "working-days": "workingDay"}
_PREFIXES = {"appointment": "A", "unavailability": "U", "workingDay": "W"}


async def read_json(request: web.Request) -> Any:
    """Read the body of a control call; an empty one is an empty object.

    Raises:
        ProblemError: it is no JSON.
    """
    raw = await request.read()
    try:
        return json.loads(raw) if raw else {}
    except ValueError as error:
        raise ProblemError(400, "not_json", "The body is no JSON.") from error


class Planner:
    """The planner's acts. Each one raises revisions and sends webhooks, as a hand on the board would."""

    def __init__(self, store: Store, planning: Planning, board: BoardSwitches) -> None:
        self._store = store
        self._planning = planning
        self._board = board

    def routes(self) -> list[web.RouteDef]:
        named = "/_control/{plural:appointments|unavailabilities|working-days}"
        return [
            web.get("/_control/board", self._snapshot),
            web.put("/_control/resources", self._put_resources),
            web.post(named, self._create),
            web.patch(named + "/{id}", self._change),
            web.delete(named + "/{id}", self._delete),
            web.post("/_control/appointments/{id}/move", self._move),
            web.post("/_control/appointments/{id}/assign", self._assign),
            web.post("/_control/appointments/{id}/unplan", self._unplan),
        ]

    async def _snapshot(self, _: web.Request) -> web.Response:
        contents = self._store.contents
        return web.json_response(
            {
                "timeZone": self._board.time_zone,
                "resources": list(contents.living["resource"].values()),
                "appointments": list(contents.living["appointment"].values()),
                "unavailabilities": list(contents.living["unavailability"].values()),
                "workingDays": list(contents.living["workingDay"].values()),
                "statuses": contents.statuses,
                "proposals": list(contents.proposals.values()),
            }
        )

    async def _put_resources(self, request: web.Request) -> web.Response:
        """Make the given list the board's resources; whoever is missing leaves."""
        wanted = await read_json(request)
        if not isinstance(wanted, list) or not all(isinstance(one, dict) and "id" in one for one in wanted):
            raise invalid([WrongField("", "must be a list of resources with an id each")])
        living = self._store.contents.living["resource"]
        changes: list[Wanted] = []
        for resource in wanted:
            plain = {"type": "person", "active": True, **resource}
            before = living.get(resource["id"])
            if before is None or {**before, "revision": 0} != {**plain, "revision": 0}:
                changes.append(Wanted("resource", resource["id"], plain))
        leaving = set(living) - {resource["id"] for resource in wanted}
        changes += [Wanted("resource", key, None) for key in sorted(leaving)]
        if changes:
            announce = request.query.get("announce", "true") != "false"
            self._planning.carry_out(changes, by=PLANNER, announce=announce)
        return web.json_response(list(self._store.contents.living["resource"].values()))

    async def _create(self, request: web.Request) -> web.Response:
        """Create one entry from an object, or many at once from a list."""
        body = await read_json(request)
        many = body if isinstance(body, list) else [body]
        collection = _PATHS[request.match_info["plural"]]
        numbers = self._store.contents.numbers
        changes = [self._new(collection, one, numbers + n + 1) for n, one in enumerate(many)]
        taken = [n for n, one in enumerate(changes) if one.id in self._store.contents.living[collection]]
        if taken:
            raise invalid([WrongField(f"/{n}/id", "is taken") for n in taken])
        created = self._carry_out(changes)
        self._store.commit({"numbers": numbers + len(many)})
        return web.json_response(created if isinstance(body, list) else created[0], status=201)

    async def _change(self, request: web.Request) -> web.Response:
        """Merge a patch; any member may be changed."""
        collection, current = self._current(request, _PATHS[request.match_info["plural"]])
        patch = await read_json(request)
        return self._answer(Wanted(collection, current["id"], merge(current, patch)))

    async def _delete(self, request: web.Request) -> web.Response:
        collection, current = self._current(request, _PATHS[request.match_info["plural"]])
        return self._answer(Wanted(collection, current["id"], None))

    async def _move(self, request: web.Request) -> web.Response:
        """Move to `start`; the length stays unless `end` is given. `resources` may come along."""
        _, current = self._current(request, "appointment")
        body = await read_json(request)
        if "start" not in body:
            raise invalid([WrongField("/start", "is required")])
        start = read_instant(body["start"], "/start")
        length = read_instant(current["end"], "/end") - read_instant(current["start"], "/start")
        moved = {
            **current,
            "allDay": False,
            "start": start.isoformat(),
            "end": body.get("end") or (start + length).isoformat(),
        }
        if "resources" in body:
            moved["resources"] = body["resources"]
        return self._answer(Wanted("appointment", current["id"], moved))

    async def _assign(self, request: web.Request) -> web.Response:
        """Plan on exactly the `resources` given by id."""
        _, current = self._current(request, "appointment")
        body = await read_json(request)
        return self._answer(Wanted("appointment", current["id"], {**current, "resources": body.get("resources")}))

    async def _unplan(self, request: web.Request) -> web.Response:
        """Take it off one `resource`, or off all of them."""
        _, current = self._current(request, "appointment")
        only = (await read_json(request)).get("resource")
        staying = [one for one in current["resources"] if only is not None and one["id"] != only]
        return self._answer(Wanted("appointment", current["id"], {**current, "resources": staying}))

    def _new(self, collection: str, given: Json, number: int) -> Wanted:
        if not isinstance(given, dict):
            raise invalid([WrongField("", "must be an object")])
        defaults: Json = {"timeZone": self._board.time_zone}
        if collection == "appointment":
            defaults |= {"number": f"SO-{number}", "subject": "New appointment", "resources": [], "allDay": False}
            defaults |= {"importance": "normal", "showAs": "busy", "sensitivity": "normal", "status": "planned"}
            defaults["locked"] = False
        elif collection == "unavailability":
            defaults |= {"kind": "other", "allDay": False, "showAs": "oof", "sensitivity": "normal"}
        state = {**defaults, **given}
        if collection != "workingDay" and not state["allDay"]:
            if "start" not in state:
                raise invalid([WrongField("/start", "is required")])
            start = read_instant(state["start"], "/start")
            minutes = state.pop("minutes", 60)
            state.setdefault("end", (start + timedelta(minutes=minutes)).isoformat())
        return Wanted(collection, str(state.pop("id", f"{_PREFIXES[collection]}-{number}")), state)

    def _current(self, request: web.Request, collection: str) -> tuple[str, Json]:
        state = self._store.contents.living[collection].get(request.match_info["id"])
        if state is None:
            raise not_found(collection)
        return collection, state

    def _answer(self, wanted: Wanted) -> web.Response:
        return web.json_response(self._carry_out([wanted])[0])

    def _carry_out(self, wanted: Sequence[Wanted]) -> list[Json]:
        return self._planning.carry_out(wanted, by=PLANNER)
