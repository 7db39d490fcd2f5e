"""The whole simulator without its HTTP surface: one tenant with everything that belongs to it."""

import uuid
from pathlib import Path

from aiohttp import ClientSession

from simulators.graph.batch import Batch
from simulators.graph.clock import Clock
from simulators.graph.counters import Counters
from simulators.graph.deliveries import Deliveries
from simulators.graph.delta import DeltaRequests
from simulators.graph.dispatch import Dispatch
from simulators.graph.event_store import EventStore
from simulators.graph.events import EventRequests
from simulators.graph.faults import Faults
from simulators.graph.feed import Feed
from simulators.graph.gate import Gate
from simulators.graph.handshake import Handshake
from simulators.graph.model import Person
from simulators.graph.notifications import Notifications, Tenant
from simulators.graph.store import Store
from simulators.graph.subscriptions import Subscriptions
from simulators.graph.switches import Switches
from simulators.graph.throttling import Throttling
from simulators.graph.tokens import Tokens

DOMAIN = "tandem.example"
TENANT_ID = str(uuid.uuid5(uuid.NAMESPACE_DNS, DOMAIN))
_PEOPLE = (
    ("ada", "Ada Ahlberg"),
    ("ben", "Ben Brandt"),
    ("cleo", "Cleo Claes"),
    ("dan", "Dan Dubois"),
    ("eva", "Eva Engel"),
    ("finn", "Finn Fontaine"),
)


def make_person(name: str, display_name: str | None = None) -> Person:
    """Return a user of the simulated tenant; the directory id follows from the name, so it is the same every time."""
    address = name if "@" in name else f"{name}@{DOMAIN}"
    shown = display_name or address.partition("@")[0].capitalize()
    return Person(str(uuid.uuid5(uuid.NAMESPACE_DNS, address.lower())), address, shown, address, (f"SMTP:{address}",))


class Simulator:
    """Builds the parts and knits them together."""

    def __init__(self, state: Path | None = None) -> None:
        self.clock = Clock()
        self.switches = Switches()
        self.faults = Faults()
        self.counters = Counters()
        self.store = Store(self.clock, self.switches, state)
        self.events = EventStore(self.store)
        self.tokens = Tokens(self.clock, self.switches)
        self.throttling = Throttling(self.clock, self.switches, self.counters)
        self.handshake = Handshake(self.switches)
        self.subscriptions = Subscriptions(self.store, self.handshake)
        self.deliveries = Deliveries(self.store, self.faults, self.counters)
        self.notifications = Notifications(self.store, self.subscriptions, self.deliveries, Tenant(TENANT_ID))
        self.feed = Feed(self.store)
        dispatch = Dispatch(
            self.store,
            EventRequests(self.store, self.events),
            DeltaRequests(self.store, self.faults),
            self.subscriptions,
        )
        self.gate = Gate(
            self.store, dispatch, self.events, throttling=self.throttling, faults=self.faults, counters=self.counters
        )
        self.batch = Batch(self.store, self.gate, self.counters)
        self.store.readers["switches"] = lambda line: self.switches.update(line["switches"])
        self.store.readers["clock"] = lambda line: self.clock.move_to(line["ahead"])
        if not self.store.load():
            self._seed()

    def _seed(self) -> None:
        for name, display_name in _PEOPLE:
            self.store.put_person(make_person(name, display_name))

    def change_switches(self, changes: dict[str, object]) -> None:
        """Set switches and remember them over restarts. Raises: ValidationError."""
        self.switches.update(changes)
        self.store.journal.append({"kind": "switches", "switches": changes})

    def advance(self, seconds: float) -> None:
        """Move the simulated clock forward."""
        ahead = self.clock.ahead_s + seconds
        self.store.journal.append({"kind": "clock", "ahead": ahead})
        self.clock.move_to(ahead)

    def reset(self) -> None:
        """Start over: the first users and empty calendars, no faults, no subscriptions, counters at zero."""
        self.store.clear()
        self.subscriptions.forget()
        self.deliveries.forget()
        self.switches.update(Switches().model_dump(by_alias=True))
        self.faults.clear()
        self.throttling.forget()
        self.tokens.reset()
        self.clock.move_to(0)
        self._seed()
        for mailbox in self.store.mailboxes.values():
            self.store.evict_tokens(mailbox)
        self.counters.reset()

    async def open(self) -> None:
        """Begin to reach subscribers over HTTP."""
        self.session = ClientSession()
        self.handshake.session = self.session
        self.deliveries.open(self.session)

    async def close(self) -> None:
        self.feed.close()
        await self.deliveries.close()
        await self.session.close()
        self.store.journal.close()
