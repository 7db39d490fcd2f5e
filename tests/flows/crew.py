"""Enlisted resources for flows that an admin starts: a stage, a directory that makes calendars, and a few askings."""

from dataclasses import replace
from typing import Any

from sync_core.domain.choices import Choices
from sync_core.domain.profile import Profile
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.flows.administer import ResourceRequest, enlist
from sync_core.flows.tidy_up import TidyReport, tidy_up
from sync_core.ports import Mailbox, Ports, Tenant
from tests.fakes.claims import FakeClaims
from tests.fakes.directory import FakeDirectory
from tests.fakes.subscriptions import FakeSubscriptions
from tests.flows.stage import BOTH, Stage, now
from tests.machine.peril import Worker
from tests.machine.world import OPEN

ANNA, BERT = ResourceId("anna"), ResourceId("bert")
ADDRESS = "anna@tandem.example"
ASKED = ResourceRequest(ANNA, "Anna", ADDRESS, "Europe/Berlin", BOTH)


class Crew(Stage):
    """`main` and `leave` are Anna's calendars, `new` is that of the mailbox she may get."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = FakeDirectory(self.outlook)
        self.ports = self.ports_of(None)
        self.main = self.add_mailbox(ADDRESS, "anna-id", "calendar", Leave="leave")
        self.leave = CalendarRef("anna-id", "leave")
        self.new = self.add_mailbox("anna.new@tandem.example", "new-id", "new")

    def ports_of(self, worker: Worker | None) -> Ports:
        """Ports through a worker, with the claims and subscriptions that there are."""
        ports, known = super().ports_of(worker), getattr(self, "ports", None)
        if known is None:
            return ports
        kept = {name: getattr(known, name) for name in ("claims", "subscriptions", "subscription_rows")}
        return replace(ports, **kept)

    def add_mailbox(self, address: str, mailbox: str, default: str, **others: str) -> CalendarRef:
        names = {"Calendar": default, **others}
        for calendar in names.values():
            self.outlook.open_calendar(mailbox, calendar)
        self.directory.add(address, Mailbox(mailbox, default, names))
        return CalendarRef(mailbox, default)

    def choose(self, **changes: Any) -> Choices:
        """Let the tenant have chosen so all along; nothing is applied to what exists."""
        choices = replace(OPEN, **changes)
        self.tenant.tenant = Tenant(choices, f"tag-{self.names.fresh()}")
        return choices

    def ask(self, **changes: Any) -> Profile:
        """Enlist Anna and let all that follows come to rest."""
        profile = now(enlist(self.ports, replace(ASKED, **changes)))
        self.settle()
        return profile

    def tidy(self) -> TidyReport:
        report = now(tidy_up(self.ports))
        self.settle()
        return report

    def ours_in(self, calendar: CalendarRef) -> list[str]:
        return [event.content.subject for event in self.outlook.ours(calendar)]

    @property
    def owners(self) -> dict[CalendarRef, ResourceId]:
        assert isinstance(self.ports.claims, FakeClaims)
        return self.ports.claims.owners

    @property
    def graph(self) -> FakeSubscriptions:
        assert isinstance(self.ports.subscriptions, FakeSubscriptions)
        return self.ports.subscriptions
