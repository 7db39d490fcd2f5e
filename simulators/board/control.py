"""Switches and gauges of the simulator itself (`/_control/…`): faults, capabilities, webhooks, counters, reset."""

from __future__ import annotations

from collections import Counter, defaultdict

from aiohttp import web

from simulators.board.faults import Faults
from simulators.board.journal import Json
from simulators.board.planner import read_json
from simulators.board.planning import Planning
from simulators.board.problems import WrongField, invalid
from simulators.board.sender import Sender
from simulators.board.signing import read_secret
from simulators.board.store import Store
from simulators.board.switches import CAPABILITIES, WRITABLE, BoardSwitches, WebhookSwitches

_ANNOUNCED = ("resource", "appointment", "unavailability", "workingDay")


class Control:
    """The handlers that no real board has."""

    def __init__(
        self,
        *,
        store: Store,
        planning: Planning,
        board: BoardSwitches,
        webhooks: WebhookSwitches,
        sender: Sender,
        faults: Faults,
    ) -> None:
        self._store = store
        self._planning = planning
        self._board = board
        self._webhooks = webhooks
        self._sender = sender
        self._faults = faults
        self._calls: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/_control/reset", self._reset),
            web.get("/_control/capabilities", self._get_board),
            web.patch("/_control/capabilities", self._change_board),
            web.get("/_control/webhooks", self._get_webhooks),
            web.patch("/_control/webhooks", self._change_webhooks),
            web.post("/_control/ping", self._ping),
            web.post("/_control/resend", self._resend),
            web.get("/_control/faults", self._get_faults),
            web.post("/_control/faults", self._add_fault),
            web.delete("/_control/faults", self._clear_faults),
            web.get("/_control/counters", self._get_counters),
            web.delete("/_control/counters", self._clear_counters),
            web.get("/_control/deliveries", self._get_deliveries),
            web.post("/_control/deliveries/retry", self._retry),
            web.delete("/_control/deliveries", self._drop_deliveries),
        ]

    def count(self, request: web.Request, status: int) -> None:
        """Count an answered call of the API."""
        resource = request.match_info.route.resource
        if resource is not None and resource.canonical.startswith("/v1/"):
            self._calls[f"{request.method} {resource.canonical}"][str(status)] += 1

    async def _reset(self, _: web.Request) -> web.Response:
        """Empty the board, forget deliveries and counters, and put every switch but address and secrets back."""
        self._store.reset()
        self._faults.clear()
        self._calls.clear()
        self._sender.counted.clear()
        fresh = WebhookSwitches(url=self._webhooks.url, secrets=self._webhooks.secrets)
        self._webhooks.change({name: getattr(fresh, name) for name in fresh.__slots__})
        self._board.capabilities.update(dict.fromkeys(CAPABILITIES, True))
        self._board.writable[:] = WRITABLE
        self._board.step_minutes = 1
        self._sender.retry_now()
        return web.json_response({})

    async def _get_board(self, _: web.Request) -> web.Response:
        return web.json_response(self._shown_board())

    async def _change_board(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        errors: list[WrongField] = []
        for name, value in body.items():
            if name == "writableAppointmentFields":
                good = isinstance(value, list) and set(value) <= set(WRITABLE)
            elif name == "timeStepMinutes":
                good = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1440
            else:
                good = name in CAPABILITIES and isinstance(value, bool)
            if not good:
                errors.append(WrongField(f"/{name}", "is no capability, or has the wrong value"))
        if errors:
            raise invalid(errors)
        self._board.writable[:] = body.pop("writableAppointmentFields", self._board.writable)
        self._board.step_minutes = body.pop("timeStepMinutes", self._board.step_minutes)
        self._board.capabilities.update(body)
        return web.json_response(self._shown_board())

    def _shown_board(self) -> Json:
        own: Json = {"writableAppointmentFields": self._board.writable, "timeStepMinutes": self._board.step_minutes}
        return {**self._board.capabilities, **own}

    async def _get_webhooks(self, _: web.Request) -> web.Response:
        return web.json_response(self._webhooks.shown())

    async def _change_webhooks(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        for number, secret in enumerate(body.get("secrets", ())):
            try:
                read_secret(secret)
            except ValueError as error:
                raise invalid([WrongField(f"/secrets/{number}", str(error))]) from error
        self._webhooks.change(body)
        self._sender.retry_now()
        return web.json_response(self._webhooks.shown())

    async def _ping(self, _: web.Request) -> web.Response:
        self._planning.ping()
        return web.json_response({}, status=202)

    async def _resend(self, _: web.Request) -> web.Response:
        return web.json_response({"events": self._planning.resend(_ANNOUNCED)}, status=202)

    async def _get_faults(self, _: web.Request) -> web.Response:
        return web.json_response(self._faults.shown())

    async def _add_fault(self, request: web.Request) -> web.Response:
        self._faults.add(await read_json(request))
        return web.json_response(self._faults.shown(), status=201)

    async def _clear_faults(self, _: web.Request) -> web.Response:
        self._faults.clear()
        return web.json_response([])

    async def _get_counters(self, _: web.Request) -> web.Response:
        contents = self._store.contents
        return web.json_response(
            {
                "calls": self._calls,
                "deliveries": self._sender.counted,
                "pending": len(contents.deliveries),
                "refused": len(contents.refused),
            }
        )

    async def _clear_counters(self, _: web.Request) -> web.Response:
        self._calls.clear()
        self._sender.counted.clear()
        return web.json_response({})

    async def _get_deliveries(self, _: web.Request) -> web.Response:
        refused = [{"id": key, "status": one["status"]} for key, one in self._store.contents.refused.items()]
        return web.json_response({"pending": self._sender.pending(), "refused": refused})

    async def _retry(self, _: web.Request) -> web.Response:
        self._sender.retry_now()
        return web.json_response({})

    async def _drop_deliveries(self, _: web.Request) -> web.Response:
        keys = list(self._store.contents.deliveries)
        self._store.commit({"delivered": keys, "dropped": keys})
        return web.json_response({"dropped": len(keys)})
