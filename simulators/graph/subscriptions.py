"""Subscriptions: who wants to be told of changes in which calendar, where, and until when.

https://learn.microsoft.com/graph/api/resources/subscription
"""

import re
import uuid
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from simulators.graph.errors import GraphRefusal, bad_request
from simulators.graph.handshake import Handshake
from simulators.graph.mailboxes import Mailbox
from simulators.graph.odata import page_size, take_page
from simulators.graph.store import Store
from simulators.graph.subscription import (
    Subscription,
    check_subscription_body,
    check_url,
    read_change_types,
    read_subscription_line,
    show_subscription,
)
from simulators.graph.timezones import read_instant
from simulators.graph.wire import Answer, Call, JsonObject

_RESOURCE = re.compile(
    r"/?users(?:/([^/]+)|\('([^']+)'\))(?:/calendar|/calendars(?:/([^/]+)|\('([^']+)'\)))?/events", re.I
)
_DEFAULT_CALENDAR = re.compile(r"/calendar/events$", re.I)
_FLOOR = timedelta(minutes=45)


class Subscriptions:
    """Answers requests on subscriptions and knows which ones live."""

    def __init__(self, store: Store, handshake: Handshake) -> None:
        self._store = store
        self._handshake = handshake
        self._found: dict[str, Subscription] = {}
        store.readers["subscription"] = lambda line: self._apply(read_subscription_line(line["subscription"]))
        store.readers["subscription-removed"] = lambda line: self._apply_removed(line["id"])

    def living(self) -> list[Subscription]:
        """Return those that have not expired; expired ones are removed, as Graph does."""
        now = self._store.clock.now()
        for subscription in [found for found in self._found.values() if found.expires_at <= now]:
            self.remove(subscription.id)
        return list(self._found.values())

    def find(self, subscription_id: str) -> Subscription:
        """Raises: GraphRefusal for unknown and expired ones."""
        for subscription in self.living():
            if subscription.id == subscription_id:
                return subscription
        raise GraphRefusal(404, "ResourceNotFound", "The object was not found.")

    def wanted_by(self, mailbox: Mailbox, calendar: int, change_type: str, at: datetime) -> list[Subscription]:
        """Return who wants to hear of such a change, made at that instant."""
        is_default = calendar in mailbox.calendars and mailbox.calendars[calendar].is_default
        default_only = self._store.switches.notify_default_calendar_only
        return [
            found
            for found in self._found.values()
            if found.mailbox == mailbox.id
            and found.expires_at > at
            and change_type in found.change_types
            and not found.is_paused
            and (found.calendar == calendar if found.calendar else is_default or not default_only)
        ]

    def put(self, subscription: Subscription) -> None:
        line = {**asdict(subscription), "expires_at": subscription.expires_at.isoformat()}
        self._store.journal.append({"kind": "subscription", "subscription": line})
        self._apply(subscription)

    def remove(self, subscription_id: str) -> None:
        self._store.journal.append({"kind": "subscription-removed", "id": subscription_id})
        self._apply_removed(subscription_id)

    def forget(self) -> None:
        self._found.clear()

    async def create(self, call: Call) -> Answer:
        """Create one after both handshakes. Raises: GraphRefusal."""
        body = check_subscription_body(call.body)
        subscription = self._read(body, call)
        self._check_room(subscription)
        await self._handshake.validate(subscription.notification_url)
        if subscription.lifecycle_url:
            await self._handshake.validate(subscription.lifecycle_url)
        self._check_room(subscription)
        self.put(subscription)
        return Answer(201, self._entity(subscription, call))

    def list_all(self, call: Call) -> Answer:
        page = take_page(call, self.living(), page_size(call, 100), show_subscription)
        return Answer(200, {"@odata.context": f"{call.root}/$metadata#subscriptions", **page})

    def get(self, subscription_id: str, call: Call) -> Answer:
        return Answer(200, self._entity(self.find(subscription_id), call))

    async def renew(self, subscription_id: str, call: Call) -> Answer:
        """Move the expiry, which reauthorizes as well; a changed notificationUrl is validated anew."""
        subscription = self.find(subscription_id)
        body = call.body if isinstance(call.body, dict) else {}
        unknown = {name for name in body if "@odata." not in name} - {"expirationDateTime", "notificationUrl"}
        if unknown:
            raise bad_request(f"Property '{sorted(unknown)[0]}' cannot be changed.", "InvalidRequest")
        if "notificationUrl" in body:
            url = check_url(body["notificationUrl"], "notificationUrl")
            await self._handshake.validate(url)
            subscription = replace(subscription, notification_url=url)
        if "expirationDateTime" in body:
            subscription = replace(subscription, expires_at=self._read_expiry(body["expirationDateTime"]))
        subscription = replace(subscription, is_paused=False)
        self.put(subscription)
        return Answer(200, self._entity(subscription, call))

    def reauthorize(self, subscription_id: str) -> Answer:
        self.put(replace(self.find(subscription_id), is_paused=False))
        return Answer(204)

    def delete(self, subscription_id: str) -> Answer:
        self.remove(self.find(subscription_id).id)
        return Answer(204)

    def _read(self, body: JsonObject, call: Call) -> Subscription:
        mailbox, calendar = self._read_resource(body["resource"])
        lifecycle = body.get("lifecycleNotificationUrl")
        return Subscription(
            id=str(uuid.uuid4()),
            mailbox=mailbox.id,
            calendar=calendar,
            resource=body["resource"],
            change_types=read_change_types(body["changeType"]),
            notification_url=check_url(body["notificationUrl"], "notificationUrl"),
            lifecycle_url=check_url(lifecycle, "lifecycleNotificationUrl") if lifecycle else None,
            client_state=body.get("clientState"),
            expires_at=self._read_expiry(body["expirationDateTime"]),
            wants_immutable_ids=call.preference.wants_immutable_ids and not self._store.switches.ignore_immutable_ids,
        )

    def _read_resource(self, resource: Any) -> tuple[Mailbox, int | None]:
        match = _RESOURCE.fullmatch(resource) if isinstance(resource, str) else None
        if match is None:
            raise bad_request(f"The value '{resource}' of parameter 'Resource' is invalid.", "InvalidRequest")
        mailbox = self._store.find_mailbox(match[1] or match[2])
        mailbox.check_reachable()
        calendar_id = match[3] or match[4]
        if calendar_id:
            return mailbox, mailbox.find_calendar(calendar_id).number
        return mailbox, mailbox.default_calendar.number if _DEFAULT_CALENDAR.search(resource) else None

    def _read_expiry(self, text: Any) -> datetime:
        if not isinstance(text, str):
            raise bad_request("Subscription expiration is not valid.", "InvalidRequest")
        expires_at, now = read_instant(text), self._store.clock.now()
        longest = timedelta(minutes=self._store.switches.max_subscription_minutes)
        if expires_at > now + longest:
            raise bad_request(f"Subscription expiration can only be {longest} in the future.", "ValidationError")
        return max(expires_at, now + _FLOOR)

    def _check_room(self, wanted: Subscription) -> None:
        living = [found for found in self.living() if found.mailbox == wanted.mailbox]
        for found in living:
            if found.calendar == wanted.calendar and set(found.change_types) == set(wanted.change_types):
                raise GraphRefusal(
                    409, "Conflict", f"Subscription Id {found.id} already exists for the requested combination."
                )
        if len(living) >= self._store.switches.subscription_quota:
            raise GraphRefusal(403, "QuotaExceeded", "The limit of subscriptions for this mailbox is reached.")

    def _entity(self, subscription: Subscription, call: Call) -> JsonObject:
        return {"@odata.context": f"{call.root}/$metadata#subscriptions/$entity", **show_subscription(subscription)}

    def _apply(self, subscription: Subscription) -> None:
        self._found[subscription.id] = subscription

    def _apply_removed(self, subscription_id: str) -> None:
        self._found.pop(subscription_id, None)
