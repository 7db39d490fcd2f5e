"""The way of every request, single or batched: count, fail on demand, queue at the mailbox, carry out, answer."""

import asyncio
import inspect
from contextlib import ExitStack
from datetime import timedelta

from simulators.graph.counters import EVENT_WRITES, Counters
from simulators.graph.dispatch import Dispatch, Outcome, Route
from simulators.graph.errors import GraphRefusal, LostReply
from simulators.graph.event_store import EventStore
from simulators.graph.faults import Faults
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import StoredEvent
from simulators.graph.store import Store
from simulators.graph.throttling import Throttling, over_limit
from simulators.graph.wire import Answer, Call


class Gate:
    """Answers calls to the v1.0 surface."""

    def __init__(
        self,
        store: Store,
        dispatch: Dispatch,
        events: EventStore,
        *,
        throttling: Throttling,
        faults: Faults,
        counters: Counters,
    ) -> None:
        self._store = store
        self._dispatch = dispatch
        self._events = events
        self._throttling = throttling
        self._faults = faults
        self._counters = counters
        self._bumps: set[asyncio.Task[None]] = set()

    async def answer(self, call: Call) -> Answer:
        """Answer one call. Raises: LostReply after carrying it out, when a fault wants that."""
        try:
            answer = await self._admit(call)
        except GraphRefusal as refusal:
            answer = refusal.to_answer(self._store.clock.now(), call.headers.get("client-request-id"))
        if call.preference.applied and answer.status < 300:
            answer.headers.setdefault("Preference-Applied", call.preference.applied)
        self._counters.statuses[answer.status] += 1
        return answer

    async def _admit(self, call: Call) -> Answer:
        route = self._dispatch.find(call)
        self._counters.requests[f"{call.method} {route.operation}"] += 1
        mailbox = self._mailbox(route)
        mailbox_id = mailbox.id if mailbox else None
        with ExitStack() as stack:
            if mailbox:
                name = mailbox.owner.user_principal_name
                self._counters.by_mailbox[name] += 1
                self._fail_throttled(mailbox_id, route)
                stack.enter_context(self._throttling.enter(mailbox.id, name))
            else:
                self._fail_throttled(mailbox_id, route)
            await self._delay(call, mailbox_id, route)
            self._fail(call, mailbox_id, route)
            outcome = route.run()
            outcome = await outcome if inspect.isawaitable(outcome) else outcome
            return self._conclude(outcome, mailbox, route, call)

    def _mailbox(self, route: Route) -> Mailbox | None:
        if route.user is None:
            return None
        try:
            return self._store.find_mailbox(route.user)
        except GraphRefusal:
            return None

    def _fail_throttled(self, mailbox: str | None, route: Route) -> None:
        if fault := self._faults.take("throttle", mailbox, route.operation):
            raise over_limit(fault.retry_after, "Application is over its MailboxConcurrency limit.")

    async def _delay(self, call: Call, mailbox: str | None, route: Route) -> None:
        wait_ms = self._store.switches.latency_ms
        if fault := self._faults.take("slow", mailbox, route.operation):
            wait_ms += fault.ms
        # Even without a wait others get their turn, so that requests at once are seen as such.
        await asyncio.sleep(wait_ms / 1000)

    def _fail(self, call: Call, mailbox: str | None, route: Route) -> None:
        if fault := self._faults.take("unavailable", mailbox, route.operation, scoped_only=call.is_member):
            raise unavailable(fault.retry_after)
        if fault := self._faults.take("error", mailbox, route.operation):
            headers = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
            raise GraphRefusal(fault.status, fault.code, fault.message, headers=headers)

    def _conclude(self, outcome: Outcome, mailbox: Mailbox | None, route: Route, call: Call) -> Answer:
        answer, event = outcome if isinstance(outcome, tuple) else (outcome, None)
        if route.operation in EVENT_WRITES:
            is_repeat = route.operation == "event.create" and event is None
            if not is_repeat:
                self._counters.writes[route.operation] += 1
            if mailbox and event:
                if event.properties["attendees"] and event.organizer is None:
                    self._counters.mails += 1
                self._bump_later(mailbox, event)
            if not is_repeat and self._faults.take("lostReply", mailbox.id if mailbox else None, route.operation):
                raise LostReply
        if route.operation == "calendar.create" and mailbox and self._is_lost(mailbox, route):
            raise LostReply
        is_page = call.method == "GET" and answer.body is not None and "value" in answer.body
        if is_page and self._faults.take("truncated", mailbox.id if mailbox else None, route.operation):
            answer.is_truncated = True
        return answer

    def _is_lost(self, mailbox: Mailbox, route: Route) -> bool:
        # Only by name: whoever loses the replies to all writes means those to events.
        is_named = any(each.operation == route.operation for each in self._faults.current())
        return is_named and self._faults.take("lostReply", mailbox.id, route.operation) is not None

    def _bump_later(self, mailbox: Mailbox, event: StoredEvent) -> None:
        after_ms = self._store.switches.second_bump_ms
        if after_ms is None:
            return

        async def bump() -> None:
            await self._store.clock.sleep_until(self._store.clock.now() + timedelta(milliseconds=after_ms))
            current = mailbox.events.get(event.uid)
            if current and not current.is_deleted:
                self._events.touch(mailbox, current)

        task = asyncio.create_task(bump())
        self._bumps.add(task)
        task.add_done_callback(self._bumps.discard)


def unavailable(retry_after: str | None) -> GraphRefusal:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return GraphRefusal(503, "ServiceUnavailable", "The service is unavailable.", headers=headers)
