"""The requests on events: list, get, create, update, delete, instances.

https://learn.microsoft.com/graph/api/user-post-events, .../event-get, .../event-update, .../event-delete
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from simulators.graph.errors import GraphRefusal, bad_request, event_not_found
from simulators.graph.event_output import EventView, show_calendar
from simulators.graph.event_store import EventStore, check_occurrence
from simulators.graph.filters import read_filter
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import Calendar, Shown, StoredEvent, show_whole
from simulators.graph.odata import expansions, order, page_size, select, take_page
from simulators.graph.recurrence import occurrences, show_occurrence
from simulators.graph.store import Store
from simulators.graph.timezones import read_instant
from simulators.graph.wire import Answer, Call, JsonObject


class _Filterable(Mapping[str, Any]):
    """An event as a filter sees it; extended properties cost nothing, the rest is shown only when asked for."""

    def __init__(self, view: EventView, shown: Shown) -> None:
        self._view = view
        self._shown = shown
        self._whole: JsonObject | None = None

    def __getitem__(self, name: str) -> Any:
        if name == "singleValueExtendedProperties":
            return [{"id": key, "value": value} for key, value in self._shown.event.extended.items()]
        if self._whole is None:
            self._whole = self._view.whole(self._shown)
        return self._whole[name]

    def __iter__(self) -> Any:
        return iter(self._view.whole(self._shown))

    def __len__(self) -> int:
        return len(self._view.whole(self._shown))


class EventRequests:
    """Answers requests on events; `scope` is the calendar the path names, None for the whole mailbox."""

    def __init__(self, store: Store, events: EventStore) -> None:
        self._store = store
        self._events = events

    def view(self, mailbox: Mailbox, call: Call) -> EventView:
        return EventView(mailbox, call.preference, self._store.switches)

    def show(self, call: Call, view: EventView, shown: Shown, *, root: bool = True) -> JsonObject:
        """Show one event with what the query expands and selects."""
        answer = view.whole(shown)
        expanded = expansions(call)
        if "$select" in call.query and "calendarView" in call.path:
            # Graph leaves these out of calendarView as soon as anything is selected, named or not.
            answer = {k: v for k, v in answer.items() if k not in ("createdDateTime", "lastModifiedDateTime")}
        answer = select(call, answer)
        if root:
            context = f"{call.root}/$metadata#users('{view.mailbox.id}')/events/$entity"
            answer = {"@odata.context": context, **answer}
        properties = shown.event.extended
        wanted = [name for name in expanded.get("singleValueExtendedProperties", ()) if name in properties]
        if wanted:
            answer["singleValueExtendedProperties"] = [{"id": name, "value": properties[name]} for name in wanted]
        if "calendar" in expanded and not shown.event.is_deleted:
            answer["calendar"] = show_calendar(view.mailbox, view.mailbox.calendars[shown.event.calendar])
        return answer

    def list_events(self, mailbox: Mailbox, scope: Calendar | None, call: Call) -> Answer:
        view = self.view(mailbox, call)
        shown = [show_whole(event) for event in mailbox.living_events(scope)]
        return self.collection(call, view, shown)

    def collection(self, call: Call, view: EventView, shown: list[Shown]) -> Answer:
        """Filter, order and page what a collection holds."""
        expansions(call)
        if "$filter" in call.query:
            holds = read_filter(call.query["$filter"])
            shown = [entry for entry in shown if holds(_Filterable(view, entry))]
        if "$orderby" in call.query:
            by_id = {view.id_of(entry): entry for entry in shown}
            shown = [by_id[entry["id"]] for entry in order(call, [view.whole(entry) for entry in shown])]
        size = page_size(call, self._store.switches.page_size)
        page = take_page(call, shown, size, lambda entry: self.show(call, view, entry, root=False))
        context = f"{call.root}/$metadata#users('{view.mailbox.id}')/events"
        return Answer(200, {"@odata.context": context, **page})

    def find(self, mailbox: Mailbox, scope: Calendar | None, event_id: str, *, reads: bool = False) -> Shown:
        """Return the event or occurrence an id names. Raises: GraphRefusal."""
        event, key = mailbox.find_event(event_id, shows_deleted=reads and self._store.switches.shows_deleted_events)
        checks = self._store.switches.calendar_path_is_checked
        if scope is not None and (event.is_deleted or (checks and event.calendar != scope.number)):
            raise event_not_found()
        if key.day is None:
            return show_whole(event)
        check_occurrence(event, key.day)
        return show_occurrence(event, key.day)

    def get(self, mailbox: Mailbox, scope: Calendar | None, event_id: str, call: Call) -> Answer:
        view = self.view(mailbox, call)
        return Answer(200, self.show(call, view, self.find(mailbox, scope, event_id, reads=True)))

    def create(self, mailbox: Mailbox, scope: Calendar | None, call: Call) -> tuple[Answer, StoredEvent | None]:
        """Create an event; the second value is None when a repeated POST only found it again."""
        view = self.view(mailbox, call)
        calendar = scope or mailbox.default_calendar
        body = call.body if isinstance(call.body, dict) else {}
        transaction_id = body.get("transactionId")
        if transaction_id is not None and not isinstance(transaction_id, str):
            raise bad_request("Cannot convert the literal of 'transactionId' to 'Edm.String'.", "RequestBodyRead")
        digest = _digest(body)
        if transaction_id:
            earlier = self._earlier(mailbox, calendar, transaction_id)
            if earlier is not None:
                if earlier.posted_digest != digest:
                    raise self._duplicate(view, earlier)
                return Answer(201, self.show(call, view, show_whole(earlier))), None
        event = self._events.create(
            mailbox, calendar, call.body, transaction_id=transaction_id or None, posted_digest=digest
        )
        return Answer(201, self.show(call, view, show_whole(event))), event

    def _earlier(self, mailbox: Mailbox, calendar: Calendar, transaction_id: str) -> StoredEvent | None:
        switches = self._store.switches
        for uid in reversed(mailbox.transactions.get(transaction_id, ())):
            event = mailbox.events.get(uid)
            if event is None or (switches.transaction_scope == "calendar" and event.calendar != calendar.number):
                continue
            if event.is_deleted and switches.transaction_after_delete == "forgotten":
                continue
            age = (self._store.clock.now() - event.created_at).total_seconds()
            if switches.transaction_retention_s is not None and age > switches.transaction_retention_s:
                continue
            return event
        return None

    def _duplicate(self, view: EventView, event: StoredEvent) -> GraphRefusal:
        return GraphRefusal(
            int(self._store.switches.transaction_conflict),
            "ErrorDuplicateTransactionId",
            "Your request can't be completed. The TransactionId has already been used to create a different event.",
            extra={"@event.existingEventId": view.id_of(show_whole(event))},
        )

    def update(self, mailbox: Mailbox, scope: Calendar | None, event_id: str, call: Call) -> tuple[Answer, StoredEvent]:
        view = self.view(mailbox, call)
        shown = self.find(mailbox, scope, event_id)
        self._check_version(view, shown, call)
        event = self._events.change(mailbox, shown.event, call.body, shown.day)
        shown = show_occurrence(event, shown.day) if shown.day else show_whole(event)
        return Answer(200, self.show(call, view, shown)), event

    def delete(self, mailbox: Mailbox, scope: Calendar | None, event_id: str, call: Call) -> tuple[Answer, StoredEvent]:
        view = self.view(mailbox, call)
        shown = self.find(mailbox, scope, event_id)
        self._check_version(view, shown, call)
        return Answer(204), self._events.delete(mailbox, shown.event, shown.day)

    def purge(self, mailbox: Mailbox, scope: Calendar | None, event_id: str, call: Call) -> tuple[Answer, None]:
        shown = self.find(mailbox, scope, event_id, reads=True)
        self._store.purge_event(mailbox, shown.event)
        return Answer(204), None

    def calendar_of(self, mailbox: Mailbox, scope: Calendar | None, event_id: str, call: Call) -> Answer:
        """Return the calendar an event lies in; one in Deleted Items lies in none."""
        shown = self.find(mailbox, scope, event_id)
        context = f"{call.root}/$metadata#users('{mailbox.id}')/calendars/$entity"
        calendar = show_calendar(mailbox, mailbox.calendars[shown.event.calendar])
        return Answer(200, {"@odata.context": context, **select(call, calendar)})

    def instances(self, mailbox: Mailbox, scope: Calendar | None, event_id: str, call: Call) -> Answer:
        shown = self.find(mailbox, scope, event_id)
        from_at, to_at = read_window(call)
        if shown.type != "seriesMaster":
            raise bad_request("The event is not a series master.", "ErrorInvalidRequest")
        days = sorted(occurrences(shown.event, from_at, to_at), key=lambda entry: entry.start_at)
        return self.collection(call, self.view(mailbox, call), days)

    def _check_version(self, view: EventView, shown: Shown, call: Call) -> None:
        wanted = call.headers.get("if-match", "").strip()
        if not wanted or wanted == "*" or self._store.switches.ignore_if_match:
            return
        current = view.etag_of(shown)
        if wanted not in (current, current.removeprefix("W/"), current[3:-1]):
            raise GraphRefusal(
                412,
                "ErrorIrresolvableConflict",
                "The send or update operation could not be performed because the change key passed in the request "
                "does not match the current change key for the item.",
            )


def _digest(body: JsonObject) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def read_window(call: Call) -> tuple[Any, Any]:
    """Return the window a query names, in UTC. Raises: GraphRefusal when it is missing or inverted."""
    try:
        from_at, to_at = (read_instant(call.query[name]) for name in ("startDateTime", "endDateTime"))
    except KeyError:
        raise bad_request(
            "This request requires a time window specified by the query string parameters StartDateTime and "
            "EndDateTime.",
            "ErrorInvalidParameter",
        ) from None
    if to_at < from_at:
        raise bad_request("EndDateTime must not be before StartDateTime.", "ErrorInvalidParameter")
    return from_at, to_at
