"""calendarView/delta: what changed in one calendar since a token, seen through a window frozen in it.

The token names a place in the calendar's log; nothing is kept per reader, so a token outlives a restart.
https://learn.microsoft.com/graph/api/event-delta, https://learn.microsoft.com/graph/delta-query-events
"""

import base64
import binascii
import json
from collections import deque
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from simulators.graph.calendar_log import Entry
from simulators.graph.errors import GraphRefusal, bad_request
from simulators.graph.event_output import EventView
from simulators.graph.events import read_window
from simulators.graph.faults import Faults
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import Calendar, show_whole
from simulators.graph.odata import link
from simulators.graph.store import Store
from simulators.graph.timezones import read_instant
from simulators.graph.views import shown_within
from simulators.graph.wire import Answer, Call, JsonObject

_REMEMBERED = 5
_REFUSED = ("$select", "$filter", "$expand", "$orderby", "$search")


@dataclass(frozen=True, slots=True)
class _Token:
    calendar: int
    start: str
    end: str
    epoch: int
    after: int
    """Sequence of the last change that was given out."""
    began: int
    """Newest sequence when the round began; older changes outside the window are no news to the reader."""
    is_opened: bool = True
    """False: only an empty first page was given."""

    def write(self) -> str:
        text = json.dumps(list(asdict(self).values()), separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_token(text: str) -> _Token:
    try:
        return _Token(*json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
    except (binascii.Error, ValueError, TypeError):
        raise bad_request("Badly formed token.", "ErrorInvalidUrlQuery") from None


class DeltaRequests:
    """Answers delta rounds page by page."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults

    def answer(self, mailbox: Mailbox, scope: Calendar | None, call: Call) -> Answer:
        calendar = scope or mailbox.default_calendar
        for name in _REFUSED:
            if name in call.query:
                raise bad_request(
                    f"The following parameters are not supported with change tracking over the 'Events' resource: "
                    f"'{name}'.",
                    "ErrorInvalidUrlQuery",
                )
        if self._faults.take("deltaGone", mailbox.id):
            raise self._gone(mailbox, calendar, call)
        log = mailbox.logs[calendar.number]
        log.catch_up(self._store.clock.now())
        token = self._open(mailbox, calendar, call, log.newest)
        return self._page(mailbox, calendar, call, token)

    def _open(self, mailbox: Mailbox, calendar: Calendar, call: Call, newest: int) -> _Token:
        text = call.query.get("$deltatoken") or call.query.get("$skiptoken")
        if not text:
            read_window(call)
            start, end = call.query["startDateTime"], call.query["endDateTime"]
            opened = not self._store.switches.empty_delta_pages
            return _Token(calendar.number, start, end, mailbox.token_epoch, 0, newest, opened)
        token = _read_token(text)
        if token.epoch != mailbox.token_epoch or token.calendar != calendar.number:
            raise GraphRefusal(
                self._store.switches.evicted_token_status,
                "SyncStateNotFound",
                "The sync state generation is not found; a full synchronization is required.",
            )
        return token

    def _gone(self, mailbox: Mailbox, calendar: Calendar, call: Call) -> GraphRefusal:
        text = call.query.get("$deltatoken") or call.query.get("$skiptoken")
        if text:
            token = _read_token(text)
            start, end = token.start, token.end
        else:
            start, end = call.query.get("startDateTime", ""), call.query.get("endDateTime", "")
        location = link(call, {"startDateTime": start, "endDateTime": end, "$deltatoken": ""})
        return GraphRefusal(
            410, "resyncRequired", "The sync state has moved; a full synchronization is required.",
            headers={"Location": location},
        )  # fmt: skip

    def _page(self, mailbox: Mailbox, calendar: Calendar, call: Call, token: _Token) -> Answer:
        switches = self._store.switches
        log = mailbox.logs[calendar.number]
        window = read_instant(token.start), read_instant(token.end)
        view = EventView(mailbox, call.preference, switches)
        size = call.preference.page_size or switches.page_size
        shown: list[JsonObject] = []
        more = not token.is_opened
        after = token.after
        if token.is_opened:
            if switches.empty_delta_pages and "$deltatoken" in call.query and call.query["$deltatoken"]:
                more = True
            else:
                for entry in log.after(token.after):
                    if len(shown) >= size:
                        more = True
                        break
                    shown += self._show(view, entry, window, token.began)
                    after = entry.sequence
        if switches.unordered_delta:
            shown.reverse()
        if switches.duplicate_delta_entries:
            shown = [entry for entry in shown for _ in range(2)]
        sent = mailbox.sent_pages.setdefault(calendar.number, deque(maxlen=_REMEMBERED))
        replayed = [entry for page in sent for entry in page] if self._replays(mailbox) else []
        if shown:
            sent.append(shown)
        answer: JsonObject = {
            "@odata.context": f"{call.root}/$metadata#Collection(event)",
            "value": replayed + shown,
        }
        if more:
            following = replace(token, after=after, is_opened=True)
            answer["@odata.nextLink"] = link(call, {"$skiptoken": following.write()})
        else:
            closed = replace(token, after=max(after, log.newest), began=max(after, log.newest))
            answer["@odata.deltaLink"] = link(call, {"$deltatoken": closed.write()})
        return Answer(200, answer)

    def _replays(self, mailbox: Mailbox) -> bool:
        return bool(self._faults.take("deltaReplay", mailbox.id))

    def _show(self, view: EventView, entry: Entry, window: tuple[datetime, datetime], began: int) -> list[JsonObject]:
        """Return what one change puts on the page: the event, a whole series with its master, or a tombstone."""
        whole = show_whole(entry.event)
        within = shown_within(entry.event, *window) if entry.is_here else []
        if not within:
            if entry.sequence <= began:
                return []
            gone = {"@odata.type": "#microsoft.graph.event", "id": view.id_of(whole)}
            return [{**gone, "@removed": {"reason": "deleted"}}]
        typed = {"@odata.type": "#microsoft.graph.event"}
        if not entry.event.is_series:
            return [{**typed, **view.whole(whole)}]
        days = [
            view.sparse(shown) if shown.type == "occurrence" else {**typed, **view.whole(shown)}
            for shown in sorted(within, key=lambda shown: shown.start_at)
        ]
        return [{**typed, **view.whole(whole)}, *days]
