"""What every `Placements` keeps, the one in memory and the one on Table Storage alike."""

from datetime import timedelta

from sync_core.domain.appointment import AppointmentKey, Kind, Owing, Placement, Revision
from sync_core.domain.resource import ResourceId
from sync_core.ports import Placed, Placements
from tests.contracts.sample_rows import NASTY_IDS, NOW, appointment

ADA, BEN = ResourceId("ada@tandem.example"), ResourceId("ben/#?")


def task(identity: str) -> AppointmentKey:
    return AppointmentKey(Kind.TASK, identity)


def placement(key: AppointmentKey, revision: int = 1) -> Placement:
    return Placement(key, Revision(revision), appointment(key.id, key.kind, revision))


def owing(key: AppointmentKey, revision: int = 1, minutes: float = 0) -> Owing:
    return Owing(key, Revision(revision), (ADA, BEN), NOW + timedelta(minutes=minutes))


def first(key: AppointmentKey) -> tuple[Placed, Placement, Owing]:
    """What is written for an appointment nobody has heard of."""
    return Placed(), placement(key), owing(key)


class PlacementsContract:
    """Give it the fixture `placements`: an empty storage."""

    async def test_what_nobody_placed_is_read_as_nothing(self, placements: Placements) -> None:
        key = task("none")
        assert await placements.read([key, key]) == {key: Placed()}
        assert await placements.read([]) == {}

    async def test_whatever_the_ids_both_come_back_as_they_were_written(self, placements: Placements) -> None:
        keys = [AppointmentKey(kind, identity) for kind in Kind for identity in (*NASTY_IDS, "PLAIN-1", "~2F")]
        assert await placements.write([first(key) for key in keys]) == frozenset(keys)
        read = await placements.read(keys)
        assert {key: (one.placement, one.owing) for key, one in read.items()} == {
            key: (placement(key), owing(key)) for key in keys
        }
        assert all(one.placement_tag and one.owing_tag for one in read.values())

    async def test_what_is_removed_is_gone_unless_it_moved_since_it_was_read(self, placements: Placements) -> None:
        keys = [task(f"A-{number}") for number in range(120)]
        await placements.write([first(key) for key in keys])
        await placements.settle([(await placements.read([keys[1]]))[keys[1]]])
        read = await placements.read(keys)
        await placements.write([(read[keys[0]], placement(keys[0], 2), owing(keys[0], 2))])
        for _ in range(2):
            await placements.remove([read[key] for key in keys])
        left = {key: one.placement for key, one in (await placements.read(keys)).items() if one != Placed()}
        assert left == {keys[0]: placement(keys[0], 2)}
        assert await placements.list_owing(NOW + timedelta(days=1)) == [keys[0]]

    async def test_a_deleted_appointment_keeps_its_revision(self, placements: Placements) -> None:
        gone = Placement(task("gone"), Revision(9), None)
        await placements.write([(Placed(), gone, owing(gone.key, 9))])
        assert (await placements.read([gone.key]))[gone.key].placement == gone

    async def test_many_are_written_and_read_in_one_call(self, placements: Placements) -> None:
        keys = [task(f"A-{number}") for number in range(400)]
        assert await placements.write([first(key) for key in keys]) == frozenset(keys)
        read = await placements.read([*keys, task("none")])
        assert read[task("none")] == Placed()
        assert {key: read[key].placement for key in keys} == {key: placement(key) for key in keys}

    async def test_only_what_is_as_it_was_read_is_set(self, placements: Placements) -> None:
        keys = [task(f"A-{number}") for number in range(150)]
        await placements.write([first(key) for key in keys])
        read = await placements.read(keys)
        moved = frozenset(keys[::50])
        await placements.write([(read[key], placement(key, 2), owing(key, 2)) for key in moved])

        new = task("new")
        writes = [(read[key], placement(key, 3), owing(key, 3)) for key in keys]
        assert await placements.write([*writes, first(new)]) == frozenset({*keys, new}) - moved
        now = await placements.read(keys)
        assert {key for key in keys if now[key].placement == placement(key, 2)} == moved
        assert {key for key in keys if now[key].owing == owing(key, 2)} == moved

    async def test_nobody_sets_what_another_placed_first(self, placements: Placements) -> None:
        key = task("A-1")
        await placements.write([first(key)])
        assert await placements.write([(Placed(), placement(key, 2), owing(key, 2))]) == frozenset()
        assert (await placements.read([key]))[key].placement == placement(key)

    async def test_a_debt_that_was_settled_or_moved_meanwhile_stops_the_write(self, placements: Placements) -> None:
        key = task("A-1")
        await placements.write([first(key)])
        owed = (await placements.read([key]))[key]
        await placements.settle([owed])
        settled = (await placements.read([key]))[key]
        assert (settled.placement, settled.owing, settled.owing_tag) == (placement(key), None, None)
        assert await placements.write([(owed, placement(key, 2), owing(key, 2))]) == frozenset()
        assert (await placements.read([key]))[key] == settled

        assert await placements.write([(settled, placement(key, 2), owing(key, 2))]) == frozenset({key})
        assert await placements.write([(settled, placement(key, 3), owing(key, 3))]) == frozenset()
        assert (await placements.read([key]))[key].owing == owing(key, 2)

    async def test_a_newer_debt_is_not_settled_with_an_older_one(self, placements: Placements) -> None:
        keys = [task(f"A-{number}") for number in range(90)]
        await placements.write([first(key) for key in keys])
        read = await placements.read(keys)
        newer = keys[::30]
        await placements.write([(read[key], placement(key, 2), owing(key, 2)) for key in newer])
        await placements.settle([*read.values(), read[keys[1]], Placed()])
        await placements.settle(list(read.values()))
        now = await placements.read(keys)
        assert [key for key in keys if now[key].owing] == newer

    async def test_debts_are_listed_oldest_first_from_before_an_instant(self, placements: Placements) -> None:
        ages = {task("A/1"): 30, task("B#2"): 10, AppointmentKey(Kind.UNAVAILABILITY, "B#2"): 20, task("x" * 500): 40}
        await placements.write([(Placed(), placement(key), owing(key, 1, -age)) for key, age in ages.items()])
        assert await placements.list_owing(NOW - timedelta(hours=2)) == []
        assert list(await placements.list_owing(NOW - timedelta(minutes=20))) == [task("x" * 500), task("A/1")]
        assert list(await placements.list_owing(NOW)) == sorted(ages, key=lambda key: -ages[key])
        assert list(await placements.list_owing(NOW, limit=1)) == [task("x" * 500)]

        read = await placements.read(list(ages))
        await placements.settle(list(read.values()))
        assert await placements.list_owing(NOW) == []

    async def test_a_debt_to_very_many_is_kept_like_any_other(self, placements: Placements) -> None:
        key = task("crowd")
        everyone = Owing(key, Revision(1), tuple(ResourceId(f"crew-{n:04d}-{'x' * 40}") for n in range(1_500)), NOW)
        await placements.write([(Placed(), placement(key), everyone)])
        owed = (await placements.read([key, task("none")]))[key]
        assert (owed.placement, owed.owing) == (placement(key), everyone)
        assert await placements.list_owing(NOW + timedelta(minutes=1)) == [key]
        await placements.settle([owed])
        assert (await placements.read([key]))[key].owing is None
        assert await placements.list_owing(NOW + timedelta(minutes=1)) == []
