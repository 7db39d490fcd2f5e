"""The directory: the fake, and the SDK before a simulated Graph."""

from collections.abc import Sequence
from typing import Any

import pytest

from sync_core.adapters.graph.connect import Graph
from sync_core.domain.choices import PrincipalLookup
from sync_core.domain.errors import MailboxRefused, Refused, TryAgain
from sync_core.domain.identity import ConnectorId
from sync_core.domain.profile import MailboxState
from sync_core.ports import Directory, Mailbox
from tests.adapters.graph.conftest import Waits, connect
from tests.adapters.graph.scripted import JsonObject, ScriptedGraph, error
from tests.adapters.graph.stages import GraphStage, MovingClock
from tests.contracts.directory_contract import ADA, FIELD, DirectoryContract, DirectoryStage
from tests.fakes.directory import FakeDirectory
from tests.fakes.outlook import FakeOutlook

_STATES = {
    MailboxState.READY: "active",
    MailboxState.MISSING: "deleted",
    MailboxState.UNLICENSED: "unlicensed",
    MailboxState.ON_PREMISES: "on-premises",
    MailboxState.BLOCKED: "blocked",
}


class FakeDirectoryStage:
    def __init__(self) -> None:
        self.outlook = FakeOutlook(MovingClock(), ConnectorId("7a4f3c1e"))
        self.fake = FakeDirectory(self.outlook)

    @property
    def directory(self) -> Directory:
        return self.fake

    async def has_user(self, principal: str, mail: str = "", aliases: Sequence[str] = ()) -> str:
        object_id = f"id of {principal}"
        calendar = self.outlook.open_calendar(principal, "main").calendar
        addresses = [mail, *(alias.removeprefix("smtp:").removeprefix("SMTP:") for alias in aliases)]
        mailbox = Mailbox(principal, calendar, {"Calendar": calendar})
        self.fake.add(principal, mailbox, object_id=object_id, addresses=addresses)
        return object_id

    async def set_state(self, principal: str, state: MailboxState) -> None:
        self.fake.set_state(principal, state)

    async def put_group(self, group: str, members: Sequence[str]) -> None:
        self.fake.put_group(group, members)

    async def forbid(self, *, users: bool = False, groups: bool = False, settings: bool = False) -> None:
        self.fake.may_read_users = not users
        self.fake.may_read_groups = not groups
        self.fake.may_read_mailbox_settings = not settings

    async def be_unavailable(self) -> None:
        self.fake.unavailable = True

    async def lose_reply_to_new_calendar(self) -> None:
        self.fake.replies_to_lose = 1

    async def calendars(self, principal: str) -> Sequence[str]:
        return self.fake.calendars_of(principal)

    async def queries(self) -> int:
        return self.fake.queries


class GraphDirectoryStage:
    def __init__(self, stage: GraphStage) -> None:
        self.stage = stage

    @property
    def directory(self) -> Directory:
        return self.stage.graph.directory

    async def has_user(self, principal: str, mail: str = "", aliases: Sequence[str] = ()) -> str:
        wanted = {"name": principal, "mail": mail or principal, "proxyAddresses": list(aliases)}
        return str((await self.stage.control("POST", "users", wanted))["id"])

    async def set_state(self, principal: str, state: MailboxState) -> None:
        is_kind = state in (MailboxState.SHARED, MailboxState.ROOM)
        wanted = {"purpose": str(state)} if is_kind else {"state": _STATES[state]}
        await self.stage.control("PUT", f"users/{principal}/state", wanted)

    async def put_group(self, group: str, members: Sequence[str]) -> None:
        await self.stage.control("PUT", f"groups/{group}", {"members": list(members)})

    async def forbid(self, *, users: bool = False, groups: bool = False, settings: bool = False) -> None:
        await self.stage.switch(mayReadUsers=not users, mayReadGroups=not groups, mayReadMailboxSettings=not settings)

    async def be_unavailable(self) -> None:
        await self.stage.control("POST", "faults", {"kind": "unavailable", "count": -1})

    async def lose_reply_to_new_calendar(self) -> None:
        await self.stage.control("POST", "faults", {"kind": "lostReply", "operation": "calendar.create"})

    async def calendars(self, principal: str) -> Sequence[str]:
        listed = (await self.stage.control("GET", f"mailboxes/{principal}/calendars"))["value"]
        return sorted(str(one["name"]) for one in listed)

    async def queries(self) -> int:
        asked = (await self.stage.counters())["requests"]
        return sum(count for name, count in asked.items() if " user." in name or " directoryGroup." in name)


class TestFakeDirectory(DirectoryContract):
    @pytest.fixture
    def stage(self) -> DirectoryStage:
        return FakeDirectoryStage()


@pytest.fixture
def directory_stage(graph_stage: GraphStage) -> GraphDirectoryStage:
    return GraphDirectoryStage(graph_stage)


@pytest.mark.services
class TestGraphDirectory(DirectoryContract):
    @pytest.fixture
    def stage(self, directory_stage: GraphDirectoryStage) -> DirectoryStage:
        return directory_stage


@pytest.mark.services
async def test_every_calendar_is_told_by_its_name(graph: Graph, graph_stage: GraphStage) -> None:
    for number in range(12):
        await graph_stage.control("POST", f"mailboxes/{graph_stage.calendar.mailbox}/calendars", {"name": f"C{number}"})
    mailbox = await graph.directory.find_mailbox(graph_stage.calendar.mailbox)
    assert mailbox.default_calendar == graph_stage.calendar.calendar
    assert mailbox.calendars["Other"] == graph_stage.other.calendar
    assert {f"C{number}" for number in range(12)} <= set(mailbox.calendars)


@pytest.mark.services
async def test_a_directory_that_asks_for_time_says_how_long(graph: Graph, graph_stage: GraphStage) -> None:
    await graph_stage.control("POST", "faults", {"kind": "throttle", "retryAfter": "7"})
    with pytest.raises(TryAgain) as caught:
        await graph.directory.find_mailbox("ada@tandem.example")
    assert caught.value.after.total_seconds() == 7


@pytest.mark.services
@pytest.mark.parametrize(
    ("state", "lookup", "remedy"),
    [
        ("unlicensed", PrincipalLookup.DIRECTORY, "assign one"),
        ("none", PrincipalLookup.DIRECTORY, "wait up to a day"),
        ("on-premises", PrincipalLookup.DIRECTORY, "move it to Exchange Online"),
        ("on-premises", PrincipalLookup.OFF, "or move the mailbox"),
        ("blocked", PrincipalLookup.OFF, "into the scope"),
        ("deleted", PrincipalLookup.OFF, "correct it"),
    ],
)
async def test_a_refused_mailbox_says_what_to_do(
    directory_stage: GraphDirectoryStage, state: str, lookup: PrincipalLookup, remedy: str
) -> None:
    await directory_stage.has_user(ADA)
    await directory_stage.stage.control("PUT", f"users/{ADA}/state", {"state": state})
    with pytest.raises(MailboxRefused) as caught:
        await directory_stage.directory.find_mailbox(ADA, lookup)
    assert remedy in caught.value.reason


@pytest.mark.services
async def test_a_mailbox_is_refused_with_all_reasons_where_the_directory_keeps_silent(
    directory_stage: GraphDirectoryStage,
) -> None:
    user = await directory_stage.has_user(ADA)
    await directory_stage.set_state(ADA, MailboxState.ON_PREMISES)
    fault = {"kind": "error", "operation": "user.get", "status": 403, "code": "Authorization_RequestDenied"}
    await directory_stage.stage.control("POST", "faults", {**fault, "count": 1, "every": 2})
    with pytest.raises(MailboxRefused) as caught:
        await directory_stage.directory.find_mailbox(user)
    assert caught.value.state == MailboxState.UNLICENSED


@pytest.mark.services
async def test_a_van_with_a_mailbox_is_a_room_and_a_linked_one_is_nothing_special(
    directory_stage: GraphDirectoryStage,
) -> None:
    await directory_stage.has_user(ADA)
    for purpose, state in (("equipment", MailboxState.ROOM), ("linked", MailboxState.READY)):
        await directory_stage.stage.control("PUT", f"users/{ADA}/state", {"purpose": purpose})
        assert (await directory_stage.directory.find_mailbox(ADA)).state is state


@pytest.mark.services
async def test_nobody_is_looked_for_in_a_group_that_hides_its_members(directory_stage: GraphDirectoryStage) -> None:
    ada = await directory_stage.has_user(ADA)
    hidden = {"members": [], "visibility": "HiddenMembership"}
    await directory_stage.stage.control("PUT", f"groups/{FIELD}", hidden)
    with pytest.raises(Refused, match="hides"):
        await directory_stage.directory.is_member(FIELD, ada)


class Shelf:
    """A mailbox that lists `listed`, and answers the making of a calendar with `making`."""

    def __init__(self, making: tuple[int, JsonObject], *listed: JsonObject, shows: bool = True) -> None:
        self.making = making
        self.listed = list(listed)
        self.shows = shows
        self.made = 0

    def __call__(self, method: str, path: str, body: Any) -> tuple[int, JsonObject]:
        if method == "POST":
            self.made += 1
            self.listed += [{"id": "made", "name": body["name"]}] if self.shows else []
            return self.making
        return 200, {"value": self.listed}


@pytest.mark.parametrize("making", [(409, error("ErrorFolderExists")), (504, error("UnknownError"))])
async def test_a_calendar_that_appears_meanwhile_is_the_one(waits: Waits, making: tuple[int, JsonObject]) -> None:
    shelf = Shelf(making)
    assert await create_on(shelf, waits) == "made"
    assert shelf.made == 1


async def test_a_calendar_that_exists_but_is_not_shown_is_refused(waits: Waits) -> None:
    shelf = Shelf((409, error("ErrorFolderExists")), {"id": "other", "name": "Other"}, shows=False)
    with pytest.raises(Refused):
        await create_on(shelf, waits)


async def test_a_colleagues_shared_calendar_of_that_name_is_not_taken(waits: Waits) -> None:
    shelf = Shelf((201, {"id": "made", "name": "Planning"}), {"id": "theirs", "name": "Planning", "canEdit": False})
    assert await create_on(shelf, waits) == "made"


async def create_on(shelf: Shelf, waits: Waits) -> str:
    script = ScriptedGraph(shelf)
    await script.server.start_server()
    graph = connect(script.address, waits)
    try:
        return await graph.directory.create_calendar("ada", "Planning")
    finally:
        await graph.aclose()
        await script.server.close()


async def test_a_calendar_made_in_memory_is_one_in_outlook() -> None:
    stage = FakeDirectoryStage()
    await stage.has_user(ADA)
    made = await stage.fake.create_calendar(ADA, "Planning")
    assert stage.outlook.living(stage.outlook.open_calendar(ADA, made)) == ()
