"""The control API under `/_control`: what tests and pages do to the simulator behind the vendor's back.

README.md has the table of all routes.
"""

from dataclasses import replace
from typing import Literal

from aiohttp import web
from pydantic import Field

from simulators.graph.errors import bad_request
from simulators.graph.event_output import show_calendar
from simulators.graph.faults import Fault
from simulators.graph.model import Calendar, show_whole
from simulators.graph.people import Body, People
from simulators.graph.plain_events import show_plain
from simulators.graph.recurrence import show_occurrence
from simulators.graph.simulator import Simulator
from simulators.graph.subscription import show_subscription
from simulators.graph.timezones import read_instant
from simulators.graph.views import shown_within
from simulators.graph.worker import Action, Worker


class _NewCalendar(Body):
    name: str = Field(min_length=1)


class _Advance(Body):
    seconds: float = Field(ge=0)


class _Secrets(Body):
    valid: list[str] = Field(default_factory=list)
    expired: list[str] = Field(default_factory=list)


class _Lifecycle(Body):
    event: Literal["missed", "subscriptionRemoved", "reauthorizationRequired"]
    pauses: bool = False
    """With reauthorizationRequired: changes are lost until the subscription is renewed."""


class Control:
    """Answers the control routes."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._worker = Worker(simulator)
        self._people = People(simulator)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_control/health", self.health),
            web.post("/_control/reset", self.reset),
            *self._people.routes(),
            web.get("/_control/mailboxes/{user}/calendars", self.list_calendars),
            web.post("/_control/mailboxes/{user}/calendars", self.add_calendar),
            web.get("/_control/mailboxes/{user}/events", self.list_events),
            web.post("/_control/mailboxes/{user}/events", self.act),
            web.get("/_control/switches", self.show_switches),
            web.patch("/_control/switches", self.change_switches),
            web.get("/_control/faults", self.list_faults),
            web.post("/_control/faults", self.add_fault),
            web.delete("/_control/faults", self.clear_faults),
            web.get("/_control/counters", self.show_counters),
            web.delete("/_control/counters", self.reset_counters),
            web.get("/_control/subscriptions", self.list_subscriptions),
            web.post("/_control/subscriptions/{id}/lifecycle", self.tell_lifecycle),
            web.get("/_control/deliveries", self.show_deliveries),
            web.post("/_control/clock", self.advance),
            web.put("/_control/secrets", self.set_secrets),
            web.get("/_control/changes", self._simulator.feed.stream),
        ]

    async def health(self, request: web.Request) -> web.Response:
        return web.json_response({"part": "graph", "ready": True, "now": self._simulator.clock.now().isoformat()})

    async def reset(self, request: web.Request) -> web.Response:
        self._simulator.reset()
        return web.json_response({})

    async def list_calendars(self, request: web.Request) -> web.Response:
        mailbox = self._simulator.store.find_any_mailbox(request.match_info["user"])
        return web.json_response({"value": [show_calendar(mailbox, each) for each in mailbox.calendars.values()]})

    async def add_calendar(self, request: web.Request) -> web.Response:
        wanted = _NewCalendar.model_validate(await request.json())
        store = self._simulator.store
        mailbox = store.find_any_mailbox(request.match_info["user"])
        calendar = Calendar(store.next_version(), wanted.name, store.next_version())
        store.put_calendar(mailbox, calendar)
        return web.json_response(show_calendar(mailbox, calendar), status=201)

    async def list_events(self, request: web.Request) -> web.Response:
        """List events, deleted ones too; with `from` and `to` only living ones of that span, series expanded."""
        mailbox = self._simulator.store.find_any_mailbox(request.match_info["user"])
        if "from" in request.query and "to" in request.query:
            from_at, to_at = read_instant(request.query["from"]), read_instant(request.query["to"])
            living = mailbox.living_events()
            shown = [entry for event in living for entry in shown_within(event, from_at, to_at)]
        else:
            shown = [show_whole(event) for event in mailbox.events.values()]
        return web.json_response({"value": [show_plain(mailbox, entry) for entry in shown]})

    async def act(self, request: web.Request) -> web.Response:
        action = Action.model_validate(await request.json())
        mailbox = self._simulator.store.find_any_mailbox(request.match_info["user"])
        event, day = self._worker.act(mailbox, action)
        if event is None:
            return web.json_response({})
        shown = show_occurrence(event, day) if day and day not in event.cancelled else show_whole(event)
        return web.json_response(show_plain(mailbox, shown), status=201 if action.action in ("create", "copy") else 200)

    async def show_switches(self, request: web.Request) -> web.Response:
        return web.json_response(self._simulator.switches.model_dump(by_alias=True))

    async def change_switches(self, request: web.Request) -> web.Response:
        changes = await request.json()
        if not isinstance(changes, dict):
            raise bad_request("The body must be an object of switches.")
        self._simulator.change_switches(changes)
        return await self.show_switches(request)

    async def list_faults(self, request: web.Request) -> web.Response:
        return web.json_response(
            {"value": [each.model_dump(by_alias=True) for each in self._simulator.faults.current()]}
        )

    async def add_fault(self, request: web.Request) -> web.Response:
        fault = Fault.model_validate(await request.json())
        store = self._simulator.store
        if fault.mailbox is not None:
            fault.mailbox = store.find_any_mailbox(fault.mailbox).id
        if fault.kind == "deltaEvicted":
            boxes = [store.mailboxes[fault.mailbox]] if fault.mailbox else list(store.mailboxes.values())
            for mailbox in boxes:
                store.evict_tokens(mailbox)
        else:
            self._simulator.faults.add(fault)
        return web.json_response(fault.model_dump(by_alias=True), status=201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._simulator.faults.clear(request.query.get("kind"))
        return web.Response(status=204)

    async def show_counters(self, request: web.Request) -> web.Response:
        waiting = self._simulator.deliveries.waiting()
        return web.json_response({**self._simulator.counters.show(), "notificationsWaiting": waiting})

    async def reset_counters(self, request: web.Request) -> web.Response:
        self._simulator.counters.reset()
        return web.Response(status=204)

    async def list_subscriptions(self, request: web.Request) -> web.Response:
        living = self._simulator.subscriptions.living()
        return web.json_response({"value": [show_subscription(each) for each in living]})

    async def tell_lifecycle(self, request: web.Request) -> web.Response:
        wanted = _Lifecycle.model_validate(await request.json())
        subscriptions = self._simulator.subscriptions
        subscription = subscriptions.find(request.match_info["id"])
        self._simulator.notifications.tell_lifecycle(subscription, wanted.event)
        if wanted.event == "subscriptionRemoved":
            subscriptions.remove(subscription.id)
        elif wanted.pauses:
            subscriptions.put(replace(subscription, is_paused=True))
        return web.json_response({}, status=202)

    async def show_deliveries(self, request: web.Request) -> web.Response:
        return web.json_response(self._simulator.deliveries.show())

    async def advance(self, request: web.Request) -> web.Response:
        self._simulator.advance(_Advance.model_validate(await request.json()).seconds)
        return await self.health(request)

    async def set_secrets(self, request: web.Request) -> web.Response:
        wanted = _Secrets.model_validate(await request.json())
        self._simulator.tokens.valid_secrets = wanted.valid
        self._simulator.tokens.expired_secrets = wanted.expired
        return web.json_response({})
