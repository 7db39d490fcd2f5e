"""Finds what a path of the v1.0 surface asks for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from simulators.graph import calendars, directory, groups
from simulators.graph.delta import DeltaRequests
from simulators.graph.errors import GraphRefusal, bad_request, no_such_segment
from simulators.graph.events import EventRequests
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import Calendar, StoredEvent
from simulators.graph.store import Store
from simulators.graph.subscriptions import Subscriptions
from simulators.graph.translate_ids import translate_ids
from simulators.graph.views import list_view
from simulators.graph.wire import Answer, Call

Outcome = Answer | tuple[Answer, StoredEvent | None]
_DELTA = frozenset({"delta", "delta()", "microsoft.graph.delta", "microsoft.graph.delta()"})


@dataclass(frozen=True, slots=True)
class Route:
    """What a request asks for, before anything is checked or carried out."""

    operation: str
    """Name for counters and faults."""
    run: Callable[[], Outcome | Awaitable[Outcome]]
    user: str | None = None
    """As the path spells it, when the request goes to a mailbox."""


class Dispatch:
    """Matches paths; app-only, so there is no `/me`."""

    def __init__(self, store: Store, events: EventRequests, delta: DeltaRequests, subscriptions: Subscriptions) -> None:
        self._store = store
        self._events = events
        self._delta = delta
        self._subscriptions = subscriptions

    def find(self, call: Call) -> Route:
        """Return what the request asks for. Raises: GraphRefusal when nothing answers to its path or method."""
        path = call.path
        if path[:1] == ("users",):
            if len(path) == 1:
                return self._only(call, {"GET": Route("user.list", lambda: directory.list_users(self._store, call))})
            if len(path) == 2:
                return self._only(
                    call,
                    {"GET": Route("user.get", lambda: directory.get_user(self._store, path[1], call))},
                )
            if path[2:] in (("checkMemberGroups",), ("microsoft.graph.checkMemberGroups",)):
                return self._only(
                    call,
                    {"POST": Route("user.checkGroups", lambda: groups.check_member_groups(self._store, path[1], call))},
                )
            return self._of_mailbox(call, path[1], path[2:])
        if path[:1] == ("groups",) and len(path) == 2:
            return self._only(
                call, {"GET": Route("directoryGroup.get", lambda: groups.get_group(self._store, path[1], call))}
            )
        if path[:1] == ("subscriptions",):
            return self._of_subscriptions(call, path[1:])
        if path[:1] == ("me",):
            raise bad_request("/me request is only valid with delegated authentication flow.")
        raise no_such_segment(path[0] if path else "")

    @staticmethod
    def _only(call: Call, routes: dict[str, Route]) -> Route:
        route = routes.get(call.method)
        if route is None:
            raise GraphRefusal(
                405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."
            )
        return route

    def _of_subscriptions(self, call: Call, rest: tuple[str, ...]) -> Route:
        known = self._subscriptions
        match rest:
            case ():
                return self._only(
                    call,
                    {
                        "GET": Route("subscription.list", lambda: known.list_all(call)),
                        "POST": Route("subscription.create", lambda: known.create(call)),
                    },
                )
            case (name,):
                return self._only(
                    call,
                    {
                        "GET": Route("subscription.get", lambda: known.get(name, call)),
                        "PATCH": Route("subscription.renew", lambda: known.renew(name, call)),
                        "DELETE": Route("subscription.delete", lambda: known.delete(name)),
                    },
                )
            case (name, "reauthorize" | "microsoft.graph.reauthorize"):
                return self._only(call, {"POST": Route("subscription.reauthorize", lambda: known.reauthorize(name))})
        raise no_such_segment(rest[-1])

    def _of_mailbox(self, call: Call, user: str, rest: tuple[str, ...]) -> Route:
        if rest[0] == "calendarGroups":
            if len(rest) == 1:
                return self._mailbox(call, user, {"GET": ("group.list", lambda box: calendars.list_groups(box, call))})
            if len(rest) >= 3 and rest[2] == "calendars":
                rest = rest[2:]
        match rest:
            case ("calendars",):
                return self._mailbox(
                    call,
                    user,
                    {
                        "GET": ("calendar.list", lambda box: calendars.list_calendars(self._store, box, call)),
                        "POST": ("calendar.create", lambda box: calendars.create_calendar(self._store, box, call)),
                    },
                )
            case ("mailboxSettings",):
                return self._mailbox(
                    call,
                    user,
                    {"GET": ("settings.get", lambda box: directory.get_mailbox_settings(self._store, box, call))},
                )
            case ("translateExchangeIds" | "microsoft.graph.translateExchangeIds",):
                return self._mailbox(call, user, {"POST": ("ids.translate", lambda box: translate_ids(box, call))})
            case ("outlook", zones) if zones.split("(")[0].endswith("supportedTimeZones"):
                is_iana = "iana" in zones.lower()
                return self._mailbox(
                    call, user, {"GET": ("zone.list", lambda _: directory.list_time_zones(call, is_iana=is_iana))}
                )
            case ("calendar", *inner):
                return self._of_calendar(call, user, lambda box: box.default_calendar, tuple(inner))
            case ("calendars", name, *inner):
                return self._of_calendar(call, user, lambda box: box.find_calendar(name), tuple(inner))
            case _:
                return self._of_events(call, user, lambda _: None, rest)

    def _of_calendar(self, call: Call, user: str, find: Callable[[Mailbox], Calendar], rest: tuple[str, ...]) -> Route:
        if rest:
            return self._of_events(call, user, find, rest)
        store = self._store
        return self._mailbox(
            call,
            user,
            {
                "GET": ("calendar.get", lambda box: calendars.get_calendar(box, find(box), call)),
                "PATCH": ("calendar.update", lambda box: calendars.update_calendar(store, box, find(box), call)),
                "DELETE": ("calendar.delete", lambda box: calendars.delete_calendar(store, box, find(box))),
            },
        )

    def _of_events(
        self, call: Call, user: str, find: Callable[[Mailbox], Calendar | None], rest: tuple[str, ...]
    ) -> Route:
        events = self._events
        match rest:
            case ("events",):
                return self._mailbox(
                    call,
                    user,
                    {
                        "GET": ("event.list", lambda box: events.list_events(box, find(box), call)),
                        "POST": ("event.create", lambda box: events.create(box, find(box), call)),
                    },
                )
            case ("calendarView",):
                return self._mailbox(
                    call, user, {"GET": ("view.list", lambda box: list_view(events, box, find(box), call))}
                )
            case ("calendarView", name) if name in _DELTA:
                return self._mailbox(
                    call, user, {"GET": ("view.delta", lambda box: self._delta.answer(box, find(box), call))}
                )
            case ("events", event_id):
                return self._mailbox(
                    call,
                    user,
                    {
                        "GET": ("event.get", lambda box: events.get(box, find(box), event_id, call)),
                        "PATCH": ("event.update", lambda box: events.update(box, find(box), event_id, call)),
                        "DELETE": ("event.delete", lambda box: events.delete(box, find(box), event_id, call)),
                    },
                )
            case ("events", event_id, "instances"):
                return self._mailbox(
                    call,
                    user,
                    {"GET": ("event.instances", lambda box: events.instances(box, find(box), event_id, call))},
                )
            case ("events", event_id, "calendar"):
                return self._mailbox(
                    call,
                    user,
                    {"GET": ("event.calendar", lambda box: events.calendar_of(box, find(box), event_id, call))},
                )
            case ("events", event_id, "permanentDelete" | "microsoft.graph.permanentDelete"):
                return self._mailbox(
                    call, user, {"POST": ("event.purge", lambda box: events.purge(box, find(box), event_id, call))}
                )
        raise no_such_segment(rest[-1])

    def _mailbox(self, call: Call, user: str, routes: dict[str, tuple[str, Callable[[Mailbox], Outcome]]]) -> Route:
        found = routes.get(call.method)
        if found is None:
            raise GraphRefusal(
                405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."
            )
        operation, run = found

        def reach() -> Outcome:
            mailbox = self._store.find_mailbox(user)
            mailbox.check_reachable()
            return run(mailbox)

        return Route(operation, reach, user)
