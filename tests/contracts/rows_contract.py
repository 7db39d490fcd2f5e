"""What every `ResourceRows` keeps, the one in memory and the one on Table Storage alike."""

from datetime import timedelta

import pytest

from sync_core.domain.appointment import AppointmentKey, Kind, Revision
from sync_core.domain.errors import Refused, VersionMoved
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import PENDING, BoardInbox, Family, Held, JournalPage, Lease, LinkRow, ProfileRow, Row
from sync_core.ports import ResourceRows
from tests.contracts.sample_rows import NASTY_IDS, NOW, appointment, every_row, lease, link, profile, todo

ADA, BEN = ResourceId("ada@tandem.example"), ResourceId("ben/#?")


async def taken(rows: ResourceRows, resource: ResourceId = ADA) -> str:
    """The tag of a lease that was just written for the first time."""
    return await rows.transact(resource, lease("first"), None)


def large(name: str, size: int) -> Held:
    return Held(name, NOW, "what", "x" * size, "remedy")


class RowsContract:
    """Give it the fixture `rows`: an empty storage."""

    @pytest.mark.parametrize("identity", NASTY_IDS, ids=range(len(NASTY_IDS)))
    async def test_every_kind_of_row_comes_back_as_it_was_written_whatever_its_id(
        self, rows: ResourceRows, identity: str
    ) -> None:
        resource = ResourceId(identity)
        written: list[Row] = [profile(resource), *every_row(identity)]
        await rows.transact(resource, lease("one"), None, written)

        found = await rows.get(resource, [row.address for row in written])
        assert found == {row.address: row for row in written}
        pending = await rows.read_pending(resource)
        assert pending.lease == lease("one")
        expected = {row.address: row for row in written if row.address[0] in PENDING}
        assert {row.address: row for row in pending.rows} == expected
        assert len(pending.rows) == len(expected)

    async def test_ids_that_differ_only_in_case_or_kind_or_escaping_are_different_rows(
        self, rows: ResourceRows
    ) -> None:
        ids = [*NASTY_IDS, "x" * 499 + "X", "PLAIN-1", "~7E2C", "a,b", "a~2Cb", "x" * 300, "x" * 301]
        kinds = list(Kind)
        written = [LinkRow(link(identity, kind)) for identity in ids for kind in kinds]
        await rows.insert(ADA, written)

        found = await rows.get(ADA, [row.address for row in written])
        assert found == {row.address: row for row in written}
        assert len(await rows.scan(ADA, (Family.LINK,))) == len(ids) * len(kinds)

    async def test_a_resource_never_sees_rows_of_another(self, rows: ResourceRows) -> None:
        await taken(rows)
        await rows.insert(ADA, [todo("a")])
        assert (await rows.read_pending(BEN)).rows == ()
        assert (await rows.read_pending(BEN)).lease_tag is None
        assert await rows.scan(BEN, ()) == []
        assert await rows.get(BEN, [todo("a").address]) == {}

    async def test_an_erased_resource_has_no_row_left_and_others_have_theirs(self, rows: ResourceRows) -> None:
        for resource in (ADA, BEN):
            await rows.transact(resource, lease("one"), None, [profile(resource), *every_row("x")])
        await rows.insert(ADA, [todo(f"t{number}") for number in range(200)])
        for _ in range(2):
            await rows.erase(ADA)
            assert await rows.scan(ADA, ()) == []
            assert (await rows.read_pending(ADA)).lease_tag is None
            assert [row.profile.resource for row in await rows.list_profiles()] == [BEN]
        assert len(await rows.scan(BEN, ())) == len(every_row("x")) + 2

    async def test_one_whose_profile_went_is_told_while_anything_of_it_may_be_left(self, rows: ResourceRows) -> None:
        await rows.insert(ResourceId("waiting"), [todo("a")])
        await rows.transact(BEN, lease("one"), None, [profile(BEN)])
        tag = await rows.transact(ADA, lease("one"), None, [profile(ADA), todo("a")])
        assert await rows.list_unlisted() == []
        await rows.transact(ADA, lease("two"), tag, (), [(Family.PROFILE,)])
        assert await rows.list_unlisted() == [ADA]
        await rows.erase(ADA)
        assert await rows.list_unlisted() == []

    async def test_one_that_comes_back_after_it_was_erased_is_listed_again(self, rows: ResourceRows) -> None:
        await rows.transact(ADA, lease("one"), None, [profile(ADA)])
        await rows.erase(ADA)
        await rows.transact(ADA, lease("two"), None, [profile(ADA)])
        assert [row.profile.resource for row in await rows.list_profiles()] == [ADA]

    async def test_what_does_not_exist_is_left_out(self, rows: ResourceRows) -> None:
        await rows.insert(ADA, [todo("a")])
        asked = [todo("a").address, todo("b").address, todo("a").address]
        assert await rows.get(ADA, asked) == {todo("a").address: todo("a")}
        assert await rows.get(ADA, []) == {}

    async def test_pending_holds_neither_links_nor_indexes_nor_the_journal(self, rows: ResourceRows) -> None:
        await rows.insert(ADA, every_row("one"))
        families = {row.address[0] for row in (await rows.read_pending(ADA)).rows}
        assert families == set(PENDING) - {Family.PROFILE, Family.LEASE}

    async def test_the_lease_is_kept_from_everyone_who_has_not_its_tag(self, rows: ResourceRows) -> None:
        first = await taken(rows)
        second = await rows.transact(ADA, lease("second"), first, [todo("a")])
        for stale in (None, first):
            with pytest.raises(VersionMoved):
                await rows.transact(ADA, lease("thief"), stale, [todo("b")], [todo("a").address])
        pending = await rows.read_pending(ADA)
        assert pending == type(pending)(lease("second"), second, (todo("a"),))

    async def test_a_tag_of_a_lease_that_never_was_writes_nothing(self, rows: ResourceRows) -> None:
        elsewhere = await taken(rows, BEN)
        with pytest.raises(VersionMoved):
            await rows.transact(ADA, lease("thief"), elsewhere, [todo("b")])
        assert await rows.scan(ADA, ()) == []

    async def test_of_two_who_take_a_lease_one_gets_it(self, rows: ResourceRows) -> None:
        tag = await taken(rows)
        winners = []
        for holder in ("one", "two"):
            try:
                winners.append((holder, await rows.transact(ADA, lease(holder, holder), tag)))
            except VersionMoved:
                continue
        pending = await rows.read_pending(ADA)
        assert pending.lease is not None
        assert winners == [(pending.lease.holder, pending.lease_tag)]

    async def test_a_commit_puts_replaces_and_deletes_at_once(self, rows: ResourceRows) -> None:
        tag = await taken(rows)
        await rows.insert(ADA, [todo("old"), large("h", 10)])
        await rows.transact(ADA, lease("next"), tag, [large("h", 99), todo("new")], [todo("old").address])
        assert set((await rows.read_pending(ADA)).rows) == {large("h", 99), todo("new")}

    async def test_a_deletion_of_what_is_not_there_undoes_everything(self, rows: ResourceRows) -> None:
        tag = await taken(rows)
        await rows.insert(ADA, [todo("old")])
        with pytest.raises(Refused):
            await rows.transact(ADA, lease("next"), tag, [todo("new")], [todo("old").address, todo("none").address])
        pending = await rows.read_pending(ADA)
        assert (pending.lease, pending.lease_tag, pending.rows) == (lease("first"), tag, (todo("old"),))

    async def test_a_row_may_not_be_named_twice(self, rows: ResourceRows) -> None:
        tag = await taken(rows)
        with pytest.raises(Refused):
            await rows.transact(ADA, lease("next"), tag, [todo("a"), todo("a")])
        with pytest.raises(Refused):
            await rows.transact(ADA, lease("next"), tag, [todo("a")], [todo("a").address])
        with pytest.raises(Refused):
            await rows.transact(ADA, lease("next"), tag, [lease("twice")])
        assert (await rows.read_pending(ADA)).lease_tag == tag

    async def test_ninety_operations_go_in_and_one_more_does_not(self, rows: ResourceRows) -> None:
        tag = await taken(rows)
        some = [todo(f"{number:03d}") for number in range(91)]
        with pytest.raises(Refused):
            await rows.transact(ADA, lease("too many"), tag, some)
        tag = await rows.transact(ADA, lease("just right"), tag, some[:90])
        await rows.transact(ADA, lease("and gone"), tag, some[90:], [row.address for row in some[:89]])
        assert (await rows.read_pending(ADA)).rows == tuple(some[89:])

    async def test_a_commit_of_almost_three_mebibytes_goes_in_and_more_does_not(self, rows: ResourceRows) -> None:
        tag = await taken(rows)
        some = [large(f"{number}", 150_000) for number in range(12)]
        fitting = (3 * 1024 * 1024 - 4096) // rows.weigh(some[0])
        assert fitting >= 8
        with pytest.raises(Refused):
            await rows.transact(ADA, lease("too heavy"), tag, some[: fitting + 1])
        assert (await rows.read_pending(ADA)).rows == ()
        await rows.transact(ADA, lease("just right"), tag, some[:fitting])
        assert (await rows.read_pending(ADA)).rows == tuple(some[:fitting])

    async def test_a_row_too_large_for_the_storage_is_refused_before_anything_is_sent(self, rows: ResourceRows) -> None:
        tag = await taken(rows)
        huge = large("huge", 470_000)
        with pytest.raises(Refused) as refusal:
            rows.weigh(huge)
        assert "xxx" not in str(refusal.value)
        with pytest.raises(Refused):
            await rows.transact(ADA, lease("next"), tag, [huge])
        with pytest.raises(Refused):
            await rows.insert(ADA, [todo("beside"), huge])
        assert await rows.scan(ADA, (Family.TODO,)) == []
        assert (await rows.read_pending(ADA)).lease_tag == tag

    @pytest.mark.parametrize("letter", ["x", "é", "漢", "😀", '"', "\\", "\n"])
    async def test_long_text_of_any_letters_comes_back_whole(self, rows: ResourceRows, letter: str) -> None:
        row = large("long", 0)
        count = 100_000 if rows.weigh(Held("long", NOW, "", letter * 1000, "")) < 4_500 else 60_000
        row = Held("long", NOW, "odd", "x" + letter * count, "end")
        tag = await rows.transact(ADA, lease("next"), None, [row])
        assert await rows.get(ADA, [row.address]) == {row.address: row}
        assert await rows.scan(ADA, row.address) == [row]
        short = Held("long", NOW, "odd", "short now", "end")
        await rows.transact(ADA, lease("after"), tag, [short])
        assert (await rows.read_pending(ADA)).rows == (short,)

    async def test_the_commit_id_tells_whether_a_commit_went_in(self, rows: ResourceRows) -> None:
        tag = await taken(rows)
        await rows.transact(ADA, lease("mine"), tag, [todo("a")])
        read = (await rows.read_pending(ADA)).lease
        assert read is not None
        assert read.commit_id == "mine"

    async def test_an_insert_leaves_alone_what_exists(self, rows: ResourceRows) -> None:
        key = AppointmentKey(Kind.TASK, "A/1")
        first, other = (BoardInbox(key, Revision(1), state) for state in (appointment("A/1"), None))
        await rows.insert(ADA, [first])
        group: list[Row] = [*(todo(f"{number:03d}") for number in range(150)), other, todo("last")]
        await rows.insert(ADA, group)
        await rows.insert(ADA, [other])
        found = (await rows.read_pending(ADA)).rows
        assert set(found) == {first, *group} - {other}
        assert len(found) == 152

    async def test_an_insert_that_names_a_row_twice_keeps_the_first(self, rows: ResourceRows) -> None:
        await rows.insert(ADA, [large("h", 1), todo("a"), large("h", 2)])
        assert set((await rows.read_pending(ADA)).rows) == {large("h", 1), todo("a")}

    async def test_a_heavy_insert_is_spread_over_several_transactions(self, rows: ResourceRows) -> None:
        some = [large(f"{number:02d}", 150_000) for number in range(25)]
        await rows.insert(ADA, some)
        assert (await rows.read_pending(ADA)).rows == tuple(some)

    async def test_a_scan_goes_on_behind_the_last_row_and_misses_none(self, rows: ResourceRows) -> None:
        written = [LinkRow(link(f"{number:04d}/#")) for number in range(1_203)]
        await rows.insert(ADA, written)
        await rows.insert(ADA, every_row("zz"))
        found: list[Row] = []
        while page := await rows.scan(ADA, (Family.LINK,), found[-1].address if found else None, 250):
            assert len(page) <= 250
            found += page
        assert len({row.address for row in found}) == len(found) == 1_205
        assert found[:1_203] == written
        assert len(await rows.scan(ADA, (Family.LINK,))) == 1_000
        assert await rows.scan(ADA, (Family.LINK,), limit=2_000) == found

    async def test_a_scan_takes_whole_parts_of_an_address_only(self, rows: ResourceRows) -> None:
        key, longer = AppointmentKey(Kind.TASK, "1"), AppointmentKey(Kind.TASK, "10")
        states = [BoardInbox(key, Revision(number), None) for number in (10, 9, 100)]
        await rows.insert(ADA, [*states, BoardInbox(longer, Revision(1), None)])
        found = await rows.scan(ADA, (Family.BOARD_INBOX, Kind.TASK, "1"))
        assert found == sorted(states, key=lambda row: row.revision)
        assert len(await rows.scan(ADA, (Family.BOARD_INBOX,))) == 4
        assert await rows.scan(ADA, (Family.BOARD_INBOX,), found[-1].address) == [BoardInbox(longer, Revision(1), None)]

    async def test_the_journal_is_read_newest_first(self, rows: ResourceRows) -> None:
        pages = [JournalPage(NOW + timedelta(minutes=number), f"{number}", ()) for number in (3, 1, 2)]
        await rows.insert(ADA, pages)
        assert await rows.scan(ADA, (Family.JOURNAL,), limit=2) == [pages[0], pages[2]]

    async def test_every_profile_is_listed_once_and_as_it_is_now(self, rows: ResourceRows) -> None:
        tags = {}
        for resource in (ADA, BEN):
            tags[resource] = await rows.transact(resource, lease("one"), None, [profile(resource)])
        await rows.transact(ADA, lease("two"), tags[ADA], [profile(ADA, "Ada L."), *every_row("x")])
        await rows.insert(ResourceId("waiting"), [todo("a")])
        await rows.insert(ResourceId("cleo"), [profile(ResourceId("cleo"))])
        listed = await rows.list_profiles()
        expected = [profile(ADA, "Ada L."), profile(BEN), profile(ResourceId("cleo"))]
        assert sorted(listed, key=_name) == sorted(expected, key=_name)

    async def test_a_profile_whose_commit_failed_is_not_listed(self, rows: ResourceRows) -> None:
        await taken(rows)
        with pytest.raises(VersionMoved):
            await rows.transact(ADA, Lease(), None, [profile(ADA)])
        assert await rows.list_profiles() == []


def _name(row: ProfileRow) -> str:
    return row.profile.resource
