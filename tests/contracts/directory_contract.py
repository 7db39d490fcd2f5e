"""The suite of the port `Directory`: whoever implements it passes all of this."""

from collections.abc import Sequence
from typing import Protocol

import pytest

from sync_core.domain.choices import PrincipalLookup
from sync_core.domain.errors import CalendarRefused, MailboxRefused, Refused, TryAgain
from sync_core.domain.profile import MailboxState
from sync_core.ports import Directory

ADA, ZOE = "ada.a@tandem.example", "zoe.o'neil@tandem.example"
OFF, DIRECTORY = PrincipalLookup.OFF, PrincipalLookup.DIRECTORY
FIELD, CREW = "00000000-0000-0000-0000-00000000000f", "00000000-0000-0000-0000-00000000000c"
NOWHERE = "00000000-0000-0000-0000-00000000dead"


class DirectoryStage(Protocol):
    """A directory with nobody in it, and an admin who fills it."""

    @property
    def directory(self) -> Directory: ...

    async def has_user(self, principal: str, mail: str = "", aliases: Sequence[str] = ()) -> str:
        """Somebody with a mailbox and its default calendar, `Calendar`; returns the directory id."""

    async def set_state(self, principal: str, state: MailboxState) -> None: ...

    async def put_group(self, group: str, members: Sequence[str]) -> None: ...

    async def forbid(self, *, users: bool = False, groups: bool = False, settings: bool = False) -> None:
        """Take permissions away."""

    async def be_unavailable(self) -> None: ...

    async def lose_reply_to_new_calendar(self) -> None: ...

    async def calendars(self, principal: str) -> Sequence[str]:
        """The names of somebody's calendars, sorted."""

    async def queries(self) -> int:
        """How often the directory itself was asked, mailboxes and calendars apart."""


async def state_of(stage: DirectoryStage, address: str, lookup: PrincipalLookup) -> MailboxState:
    """The state in which a mailbox is found or refused."""
    try:
        return (await stage.directory.find_mailbox(address, lookup)).state
    except MailboxRefused as refusal:
        return MailboxState(refusal.state)


class DirectoryContract:
    """Subclasses give the fixture `stage`."""

    async def test_without_look_up_the_address_is_the_mailbox(self, stage: DirectoryStage) -> None:
        await stage.has_user(ZOE)
        for address in (ZOE, ZOE.upper()):
            mailbox = await stage.directory.find_mailbox(address, OFF)
            assert mailbox.id == ZOE
            assert mailbox.calendars == {"Calendar": mailbox.default_calendar}
        assert await stage.queries() == 0

    async def test_without_look_up_another_address_leads_nowhere(self, stage: DirectoryStage) -> None:
        await stage.has_user(ZOE, "zoe@mail.example", ["SMTP:zoe@mail.example"])
        assert await state_of(stage, "zoe@mail.example", OFF) is MailboxState.MISSING

    async def test_the_directory_knows_a_mailbox_by_each_of_its_addresses(self, stage: DirectoryStage) -> None:
        known = await stage.has_user(
            ZOE, "zoe@mail.example", ["SMTP:zoe@mail.example", "smtp:z@alias.example", "smtp:o'neil@alias.example"]
        )
        for address in (ZOE, "zoe@mail.example", "z@alias.example", "o'neil@alias.example", known):
            mailbox = await stage.directory.find_mailbox(address, DIRECTORY)
            assert mailbox.id == known
            assert mailbox.default_calendar == mailbox.calendars["Calendar"]

    async def test_an_address_of_several_is_ambiguous(self, stage: DirectoryStage) -> None:
        for principal in (ADA, ZOE):
            await stage.has_user(principal, aliases=["smtp:crew@alias.example"])
        assert await state_of(stage, "crew@alias.example", DIRECTORY) is MailboxState.AMBIGUOUS
        assert await state_of(stage, ADA, DIRECTORY) is MailboxState.READY

    @pytest.mark.parametrize("lookup", PrincipalLookup)
    async def test_who_is_not_there_is_missing(self, stage: DirectoryStage, lookup: PrincipalLookup) -> None:
        assert await state_of(stage, "nobody@tandem.example", lookup) is MailboxState.MISSING
        await stage.has_user(ADA)
        await stage.set_state(ADA, MailboxState.MISSING)
        assert await state_of(stage, ADA, lookup) is MailboxState.MISSING

    @pytest.mark.parametrize("lookup", PrincipalLookup)
    @pytest.mark.parametrize(
        "state",
        [
            MailboxState.READY,
            MailboxState.SHARED,
            MailboxState.ROOM,
            MailboxState.UNLICENSED,
            MailboxState.ON_PREMISES,
            MailboxState.BLOCKED,
        ],
    )
    async def test_each_mailbox_has_its_own_state(
        self, stage: DirectoryStage, state: MailboxState, lookup: PrincipalLookup
    ) -> None:
        await stage.has_user(ADA)
        await stage.set_state(ADA, state)
        # Only the directory knows why there is no mailbox.
        is_guess = state is MailboxState.ON_PREMISES and lookup is OFF
        assert await state_of(stage, ADA, lookup) is (MailboxState.UNLICENSED if is_guess else state)

    @pytest.mark.parametrize("state", [MailboxState.UNLICENSED, MailboxState.BLOCKED, MailboxState.MISSING])
    async def test_a_refusal_has_words_and_names_nobody(self, stage: DirectoryStage, state: MailboxState) -> None:
        await stage.has_user(ADA)
        await stage.set_state(ADA, state)
        with pytest.raises(CalendarRefused) as caught:
            await stage.directory.find_mailbox(ADA, OFF)
        assert len(caught.value.reason.split()) > 3
        assert ADA not in caught.value.reason

    async def test_a_mailbox_that_was_mended_is_ready(self, stage: DirectoryStage) -> None:
        await stage.has_user(ADA)
        await stage.set_state(ADA, MailboxState.BLOCKED)
        assert await state_of(stage, ADA, OFF) is MailboxState.BLOCKED
        await stage.set_state(ADA, MailboxState.READY)
        assert await state_of(stage, ADA, OFF) is MailboxState.READY

    async def test_a_mailbox_that_may_not_tell_its_kind_is_simply_ready(self, stage: DirectoryStage) -> None:
        await stage.has_user(ADA)
        await stage.set_state(ADA, MailboxState.SHARED)
        await stage.forbid(settings=True)
        assert await state_of(stage, ADA, DIRECTORY) is MailboxState.READY

    async def test_a_directory_that_may_not_be_asked_is_no_mailbox_by_name(self, stage: DirectoryStage) -> None:
        await stage.has_user(ADA)
        await stage.forbid(users=True)
        assert await state_of(stage, ADA, DIRECTORY) is MailboxState.BLOCKED
        assert await state_of(stage, ADA, OFF) is MailboxState.READY

    async def test_without_an_answer_everything_is_asked_later(self, stage: DirectoryStage) -> None:
        known = await stage.has_user(ADA)
        await stage.be_unavailable()
        for attempt in (
            stage.directory.find_mailbox(ADA, OFF),
            stage.directory.find_mailbox(ADA, DIRECTORY),
            stage.directory.create_calendar(known, "Planning"),
            stage.directory.is_member(FIELD, known),
        ):
            with pytest.raises(TryAgain):
                await attempt

    async def test_a_calendar_is_made_once(self, stage: DirectoryStage) -> None:
        known = await stage.has_user(ADA)
        made = await stage.directory.create_calendar(known, "Planning")
        assert await stage.directory.create_calendar(known, "Planning") == made
        assert await stage.directory.create_calendar(known, "planning") == made
        assert await stage.calendars(ADA) == ["Calendar", "Planning"]
        assert (await stage.directory.find_mailbox(ADA, DIRECTORY)).calendars["Planning"] == made

    async def test_a_calendar_is_made_in_a_mailbox_known_by_its_name(self, stage: DirectoryStage) -> None:
        await stage.has_user(ADA)
        mailbox = await stage.directory.find_mailbox(ADA, OFF)
        made = await stage.directory.create_calendar(mailbox.id, "Planning")
        assert (await stage.directory.find_mailbox(ADA, OFF)).calendars["Planning"] == made

    async def test_a_calendar_that_is_there_is_taken_as_it_is(self, stage: DirectoryStage) -> None:
        known = await stage.has_user(ADA)
        mailbox = await stage.directory.find_mailbox(ADA, DIRECTORY)
        assert await stage.directory.create_calendar(known, "Calendar") == mailbox.default_calendar
        assert await stage.calendars(ADA) == ["Calendar"]

    async def test_a_lost_reply_makes_no_second_calendar(self, stage: DirectoryStage) -> None:
        known = await stage.has_user(ADA)
        await stage.lose_reply_to_new_calendar()
        try:
            made = await stage.directory.create_calendar(known, "Planning")
        except TryAgain:
            made = await stage.directory.create_calendar(known, "Planning")
        assert await stage.calendars(ADA) == ["Calendar", "Planning"]
        assert (await stage.directory.find_mailbox(ADA, OFF)).calendars["Planning"] == made

    @pytest.mark.parametrize("state", [MailboxState.UNLICENSED, MailboxState.BLOCKED, MailboxState.MISSING])
    async def test_no_calendar_is_made_in_a_mailbox_that_does_not_answer(
        self, stage: DirectoryStage, state: MailboxState
    ) -> None:
        known = await stage.has_user(ADA)
        await stage.set_state(ADA, state)
        with pytest.raises(CalendarRefused):
            await stage.directory.create_calendar(known, "Planning")
        await stage.set_state(ADA, MailboxState.READY)
        assert await stage.calendars(ADA) == ["Calendar"]

    async def test_membership_reaches_through_groups_in_groups(self, stage: DirectoryStage) -> None:
        ada, zoe = await stage.has_user(ADA), await stage.has_user(ZOE)
        await stage.put_group(CREW, [ADA])
        await stage.put_group(FIELD, [CREW])
        assert await stage.directory.is_member(FIELD, ada)
        assert await stage.directory.is_member(FIELD, ADA)
        assert not await stage.directory.is_member(FIELD, zoe)
        await stage.put_group(CREW, [ZOE])
        assert not await stage.directory.is_member(FIELD, ada)

    async def test_a_group_nobody_knows_is_refused_and_not_empty(self, stage: DirectoryStage) -> None:
        ada = await stage.has_user(ADA)
        for group in (NOWHERE, "field crew"):
            with pytest.raises(Refused):
                await stage.directory.is_member(group, ada)

    async def test_whose_user_nobody_knows_is_refused(self, stage: DirectoryStage) -> None:
        await stage.put_group(FIELD, [])
        with pytest.raises(Refused):
            await stage.directory.is_member(FIELD, "nobody@tandem.example")

    @pytest.mark.parametrize("missing", ["users", "groups"])
    async def test_membership_that_may_not_be_asked_is_refused(self, stage: DirectoryStage, missing: str) -> None:
        ada = await stage.has_user(ADA)
        await stage.put_group(FIELD, [ADA])
        await stage.forbid(**{missing: True})
        with pytest.raises(Refused):
            await stage.directory.is_member(FIELD, ada)
