"""The suite of the port `Outlook`: whoever implements it passes all of this."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from sync_core.domain.content import (
    ALL_FIELDS,
    Content,
    Field,
    Importance,
    Sensitivity,
    ShowAs,
    differing,
    normalise,
)
from sync_core.domain.errors import CalendarRefused, CursorRefused, TryAgain
from sync_core.domain.event import Event, EventId, EventKind, EventRef
from sync_core.domain.plan import (
    BornDead,
    CreateEvent,
    DeleteEvent,
    Done,
    EventOperation,
    Missing,
    Moved,
    Outcome,
    Postponed,
    UpdateEvent,
)
from sync_core.domain.resource import CalendarRef
from sync_core.domain.timespan import DaySpan, TimeSpan
from sync_core.domain.window import Window
from sync_core.ports import ChangePage
from tests.contracts.outlook_stage import OutlookStage

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
WINDOW = Window(TODAY - timedelta(days=7), TODAY + timedelta(days=30))
MARKER = "7a4f3c1e|ada|b.task.O'Hara-1"


def hours(day: int, hour: int, length: int = 1) -> TimeSpan:
    start = TODAY + timedelta(days=day, hours=hour)
    return TimeSpan(start, start + timedelta(hours=length))


def words(subject: str, day: int = 1) -> Content:
    return normalise(Content(hours(day, 9), subject))


def create(stage: OutlookStage, content: Content, birth: str, calendar: CalendarRef | None = None) -> CreateEvent:
    return CreateEvent(calendar or stage.calendar, content, f"{birth}-{stage.calendar.mailbox}", MARKER, 1, "planned")


def update(event: Event, content: Content, *fields: Field, version: str | None = None) -> UpdateEvent:
    wanted = event.version if version is None else version
    return UpdateEvent(event.ref, event.content, content, frozenset(fields), wanted, "planned")


def delete(event: Event, version: str | None = None) -> DeleteEvent:
    return DeleteEvent(event.ref, event.content, event.version if version is None else version, "unplanned")


async def carry_out(stage: OutlookStage, *operations: EventOperation) -> list[Outcome]:
    return list(await stage.outlook.carry_out(stage.calendar.mailbox, operations))


async def make(stage: OutlookStage, content: Content, birth: str = "birth-1") -> Event:
    [outcome] = await carry_out(stage, create(stage, content, birth))
    assert isinstance(outcome, Done)
    assert outcome.event
    return outcome.event


async def read(stage: OutlookStage, place: str, calendar: CalendarRef | None = None) -> ChangePage:
    """A whole round as if it had come in one page."""
    events: dict[EventId, Event] = {}
    removed: dict[EventId, None] = {}
    while True:
        page = await stage.outlook.read_changes(calendar or stage.calendar, WINDOW, place)
        place = page.place
        for event in page.events:
            removed.pop(event.ref.id, None)
            events[event.ref.id] = event
        for gone in page.removed:
            events.pop(gone, None)
            removed[gone] = None
        if page.is_last:
            return ChangePage(tuple(events.values()), tuple(removed), place, is_last=True)


async def find(stage: OutlookStage, ref: EventRef) -> Event | None:
    return (await stage.outlook.look_up(stage.calendar, [ref.id]))[ref.id]


class OutlookContract:
    """Subclasses give the fixture `stage`."""

    async def test_a_full_read_tells_what_touches_the_window_and_nothing_else(self, stage: OutlookStage) -> None:
        await stage.creates(words("inside"))
        await stage.creates(words("far away", day=90))
        await stage.creates(words("elsewhere"), stage.other)
        page = await read(stage, "")
        assert [event.content.subject for event in page.events] == ["inside"]
        assert page.events[0].ref.calendar == stage.calendar

    async def test_a_read_of_several_pages_tells_everything(self, stage: OutlookStage) -> None:
        for number in range(5):
            await stage.creates(words(f"n{number}"))
        first = await stage.outlook.read_changes(stage.calendar, WINDOW, "")
        assert not first.is_last
        assert len(first.events) <= 2
        page = await read(stage, "")
        assert sorted(event.content.subject for event in page.events) == ["n0", "n1", "n2", "n3", "n4"]

    async def test_reading_resumes_where_the_last_round_ended(self, stage: OutlookStage) -> None:
        kept, edited, deleted = [await stage.creates(words(name)) for name in ("kept", "edited", "deleted")]
        place = (await read(stage, "")).place
        await stage.renames(edited, "edited anew")
        await stage.deletes(deleted)
        await stage.creates(words("new"))
        page = await read(stage, place)
        assert sorted(event.content.subject for event in page.events) == ["edited anew", "new"]
        assert page.removed == (deleted.id,)
        assert kept.id not in {event.ref.id for event in page.events}

    async def test_a_quiet_calendar_tells_nothing(self, stage: OutlookStage) -> None:
        await stage.creates(words("quiet"))
        page = await read(stage, (await read(stage, "")).place)
        assert (page.events, page.removed) == ((), ())

    async def test_versions_and_instants_rise_with_each_edit(self, stage: OutlookStage) -> None:
        ref = await stage.creates(words("one"))
        before = await read(stage, "")
        await stage.renames(ref, "two")
        after = await read(stage, before.place)
        assert before.events[0].version != after.events[0].version
        assert before.events[0].modified_at < after.events[0].modified_at

    async def test_what_leaves_the_window_is_told_as_removed_and_still_found(self, stage: OutlookStage) -> None:
        ref = await stage.creates(words("wanders"))
        place = (await read(stage, "")).place
        await stage.reschedules(ref, TODAY + timedelta(days=90), TODAY + timedelta(days=90, hours=1))
        assert (await read(stage, place)).removed == (ref.id,)
        assert await find(stage, ref) is not None

    async def test_what_moves_to_another_calendar_keeps_its_id(self, stage: OutlookStage) -> None:
        ref = await stage.creates(words("moves"))
        here = (await read(stage, "")).place
        there = (await read(stage, "", stage.other)).place
        await stage.moves(ref, stage.other)
        assert (await read(stage, here)).removed == (ref.id,)
        assert [event.ref for event in (await read(stage, there, stage.other)).events] == [
            EventRef(stage.other, ref.id)
        ]
        found = await find(stage, ref)
        assert found
        assert found.ref.calendar == stage.other

    async def test_a_forgotten_place_is_refused(self, stage: OutlookStage) -> None:
        place = (await read(stage, "")).place
        await stage.forget_places()
        with pytest.raises(CursorRefused):
            await stage.outlook.read_changes(stage.calendar, WINDOW, place)
        assert (await read(stage, "")).is_last

    async def test_changes_carry_the_transaction_id_and_no_marker(self, stage: OutlookStage) -> None:
        await make(stage, words("ours"))
        [event] = (await read(stage, "")).events
        assert event.transaction_id == f"birth-1-{stage.calendar.mailbox}"
        assert event.marker is None

    async def test_a_series_is_told_by_its_master_and_bare_occurrences(self, stage: OutlookStage) -> None:
        series = await stage.creates_series(words("stand-up"), days=3)
        page = await read(stage, "")
        kinds = sorted(event.kind for event in page.events)
        assert kinds == [EventKind.OCCURRENCE] * 3 + [EventKind.SERIES]
        occurrences = [event for event in page.events if event.kind is EventKind.OCCURRENCE]
        assert {event.series_id for event in occurrences} == {series.id}
        assert sorted(event.content.span.start_at for event in occurrences if isinstance(event.content.span, TimeSpan))
        assert not any(event.is_writable for event in page.events)

    async def test_instances_are_filled_from_their_series(self, stage: OutlookStage) -> None:
        series = await stage.creates_series(words("stand-up"), days=3)
        listed = await stage.outlook.list_instances(stage.calendar, series.id, WINDOW)
        assert listed is not None
        assert [event.content.subject for event in listed.events] == ["stand-up"] * 3
        starts = [hours(1 + day, 9).start_at for day in range(3)]
        assert [event.original_start_at for event in listed.events] == starts
        assert len({event.key for event in listed.events}) == 3

    async def test_a_deleted_occurrence_is_not_listed_any_more(self, stage: OutlookStage) -> None:
        series = await stage.creates_series(words("stand-up"), days=3)
        place = (await read(stage, "")).place
        await stage.deletes_occurrence(series, hours(2, 9).start_at)
        page = await read(stage, place)
        assert {event.series_id or event.ref.id for event in page.events} == {series.id}
        listed = await stage.outlook.list_instances(stage.calendar, series.id, WINDOW)
        assert listed is not None
        assert [event.original_start_at for event in listed.events] == [hours(1, 9).start_at, hours(3, 9).start_at]

    async def test_a_deleted_series_has_no_instances_at_all(self, stage: OutlookStage) -> None:
        series = await stage.creates_series(words("stand-up"), days=3)
        await stage.deletes(series)
        assert await stage.outlook.list_instances(stage.calendar, series.id, WINDOW) is None

    async def test_a_look_up_shows_the_marker_or_that_there_is_none(self, stage: OutlookStage) -> None:
        ours = await make(stage, words("ours"))
        foreign = await stage.creates(words("foreign"))
        found = await stage.outlook.look_up(stage.calendar, [ours.ref.id, foreign.id])
        assert {each: event.marker for each, event in found.items() if event} == {ours.ref.id: MARKER, foreign.id: ""}

    async def test_many_are_looked_up_at_once(self, stage: OutlookStage) -> None:
        refs = [await stage.creates(words(f"n{number}")) for number in range(23)]
        await stage.deletes(refs[11])
        found = await stage.outlook.look_up(stage.calendar, [ref.id for ref in refs])
        assert [each for each in found if found[each] is None] == [refs[11].id]
        assert len(found) == 23

    async def test_deleted_purged_and_unheard_of_events_are_proven_gone(self, stage: OutlookStage) -> None:
        deleted, purged = await stage.creates(words("deleted")), await stage.creates(words("purged"))
        await stage.deletes(deleted)
        await stage.purges(purged)
        unheard_of = EventId("AAMkNobodyEverSawThis=")
        found = await stage.outlook.look_up(stage.calendar, [deleted.id, purged.id, unheard_of])
        assert found == {deleted.id: None, purged.id: None, unheard_of: None}

    async def test_what_was_brought_back_is_found_under_its_id(self, stage: OutlookStage) -> None:
        ref = await stage.creates(words("back again"))
        place = (await read(stage, "")).place
        await stage.deletes(ref)
        place = (await read(stage, place)).place
        await stage.undeletes(ref)
        assert [event.ref for event in (await read(stage, place)).events] == [ref]
        found = await find(stage, ref)
        assert found
        assert found.content.subject == "back again"

    async def test_nothing_is_gone_while_the_mailbox_refuses(self, stage: OutlookStage) -> None:
        ref = await stage.creates(words("there"))
        place = (await read(stage, "")).place
        await stage.refuse_mailbox()
        for attempt in (
            stage.outlook.look_up(stage.calendar, [ref.id]),
            stage.outlook.read_changes(stage.calendar, WINDOW, place),
            stage.outlook.read_changes(stage.calendar, WINDOW, ""),
            stage.outlook.find_marked(stage.calendar, MARKER),
            stage.outlook.find_equal(stage.calendar, [words("there")]),
            stage.outlook.list_instances(stage.calendar, ref.id, WINDOW),
            stage.outlook.carry_out(stage.calendar.mailbox, [create(stage, words("late"), "late")]),
        ):
            with pytest.raises(CalendarRefused):
                await attempt
        assert await stage.writes() == 0

    async def test_a_calendar_that_is_gone_proves_nothing_about_its_events(self, stage: OutlookStage) -> None:
        ref = await stage.creates(words("there"))
        lost = replace(stage.calendar, calendar="no-such-calendar")
        with pytest.raises(CalendarRefused):
            await stage.outlook.look_up(lost, [ref.id])

    async def test_without_an_answer_reads_ask_to_be_tried_again(self, stage: OutlookStage) -> None:
        ref = await stage.creates(words("there"))
        await stage.be_unavailable()
        for attempt in (
            stage.outlook.look_up(stage.calendar, [ref.id]),
            stage.outlook.read_changes(stage.calendar, WINDOW, ""),
            stage.outlook.find_marked(stage.calendar, MARKER),
            stage.outlook.find_equal(stage.calendar, [words("there")]),
        ):
            with pytest.raises(TryAgain):
                await attempt

    async def test_without_an_answer_operations_are_postponed(self, stage: OutlookStage) -> None:
        await stage.be_unavailable()
        [one, two] = await carry_out(stage, create(stage, words("a"), "a"), create(stage, words("b"), "b"))
        assert isinstance(one, Postponed)
        assert isinstance(two, Postponed)
        assert await stage.writes() == 0

    async def test_only_the_exact_marker_is_found_and_only_among_the_living(self, stage: OutlookStage) -> None:
        event = await make(stage, words("ours"))
        dead = await make(stage, words("dead"), "birth-2")
        await stage.deletes(dead.ref)
        await stage.creates(words("foreign"))
        found = await stage.outlook.find_marked(stage.calendar, MARKER)
        assert [(one.ref, one.marker) for one in found] == [(event.ref, MARKER)]
        assert not await stage.outlook.find_marked(stage.calendar, MARKER.upper())
        assert not await stage.outlook.find_marked(stage.other, MARKER)

    async def test_a_copy_by_the_worker_carries_the_marker_under_another_id(self, stage: OutlookStage) -> None:
        event = await make(stage, words("ours"))
        copy = await stage.copies(event.ref)
        found = await stage.outlook.find_marked(stage.calendar, MARKER)
        assert {one.ref.id for one in found} == {event.ref.id, copy.id}
        births = {one.ref.id: one.transaction_id for one in found}
        assert births[event.ref.id] != births[copy.id]

    async def test_equal_events_are_found_by_time_and_subject_in_the_order_asked(self, stage: OutlookStage) -> None:
        late, early = await stage.creates(words("pump", day=9)), await stage.creates(words("pump"))
        await stage.creates(words("valve"))
        asked = [words("pump", day=9), words("pump", day=2), words("Pump"), words("pump"), words("valve")]
        found = await stage.outlook.find_equal(stage.calendar, asked)
        assert [event and event.content.subject for event in found] == ["pump", None, None, "pump", "valve"]
        assert [event and event.ref for event in found][:4] == [late, None, None, early]
        assert {event.marker for event in found if event} == {""}
        assert await stage.outlook.find_equal(stage.calendar, []) == []

    async def test_equal_events_are_found_however_far_apart_they_are(self, stage: OutlookStage) -> None:
        spans = [Content(hours(day, 9), "pump") for day in (-300, 1, 12, 25, 300)]
        refs = [await stage.creates(content) for content in spans]
        found = await stage.outlook.find_equal(stage.calendar, list(reversed(spans)))
        assert [event and event.ref for event in found] == list(reversed(refs))

    async def test_whole_days_and_moments_without_length_are_found_too(self, stage: OutlookStage) -> None:
        day = TODAY.date() + timedelta(days=1)
        days = Content(DaySpan(day, day + timedelta(days=2)), "away")
        moment = Content(hours(1, 9, 0), "call")
        refs = [await stage.creates(days), await stage.creates(moment)]
        asked = [days, moment, replace(days, span=hours(1, 0, 48)), replace(moment, span=hours(1, 9))]
        found = await stage.outlook.find_equal(stage.calendar, asked)
        assert [event and event.ref for event in found] == [*refs, None, None]

    async def test_spacing_is_no_difference_between_equal_subjects(self, stage: OutlookStage) -> None:
        ref = await stage.creates(Content(hours(1, 9), " Pump   service "))
        found = await stage.outlook.find_equal(stage.calendar, [Content(hours(1, 9), "Pump service")])
        assert [event and event.ref for event in found] == [ref]

    async def test_of_two_alike_none_is_chosen(self, stage: OutlookStage) -> None:
        await stage.creates(words("pump"))
        await stage.creates(words("pump"))
        assert await stage.outlook.find_equal(stage.calendar, [words("pump")]) == [None]

    async def test_one_event_is_equal_to_one_content_only(self, stage: OutlookStage) -> None:
        ref = await stage.creates(words("pump"))
        found = await stage.outlook.find_equal(stage.calendar, [words("pump"), words("pump")])
        assert [event and event.ref for event in found] == [ref, None]

    async def test_what_anybody_made_through_us_is_not_equal_to_anything(self, stage: OutlookStage) -> None:
        await make(stage, words("pump"))
        assert await stage.outlook.find_equal(stage.calendar, [words("pump")]) == [None]
        foreign = await stage.creates(words("pump"))
        found = await stage.outlook.find_equal(stage.calendar, [words("pump")])
        assert [event and event.ref for event in found] == [foreign]

    async def test_meetings_series_and_other_calendars_hold_nothing_equal(self, stage: OutlookStage) -> None:
        await stage.is_invited(words("invited"))
        await stage.adds_attendee(await stage.creates(words("inviting")))
        await stage.makes_online(await stage.creates(words("online")))
        await stage.creates_series(words("daily"), days=2)
        await stage.creates(words("elsewhere"), stage.other)
        await stage.deletes(await stage.creates(words("deleted")))
        asked = [words(subject) for subject in ("invited", "inviting", "online", "daily", "elsewhere", "deleted")]
        assert await stage.outlook.find_equal(stage.calendar, asked) == [None] * 6

    async def test_an_update_with_a_marker_makes_an_event_ours(self, stage: OutlookStage) -> None:
        ref = await stage.creates(words("pump"))
        [event] = await stage.outlook.find_equal(stage.calendar, [words("pump")])
        assert event
        wanted = replace(words("pump"), location="Site 7")
        [outcome] = await carry_out(stage, replace(update(event, wanted, Field.LOCATION), marker=MARKER))
        assert isinstance(outcome, Done)
        assert outcome.event
        assert outcome.event.content.location == "Site 7"
        assert [one.ref for one in await stage.outlook.find_marked(stage.calendar, MARKER)] == [ref]
        assert await stage.outlook.find_equal(stage.calendar, [words("pump")]) == [None]
        [outcome] = await carry_out(stage, update(outcome.event, words("valve"), Field.SUBJECT))
        assert isinstance(outcome, Done)
        assert [one.ref for one in await stage.outlook.find_marked(stage.calendar, MARKER)] == [ref]

    async def test_a_marker_may_be_all_that_is_written(self, stage: OutlookStage) -> None:
        ref = await stage.creates(words("pump"))
        event = await find(stage, ref)
        assert event
        [outcome] = await carry_out(stage, replace(update(event, words("pump")), marker=MARKER))
        assert isinstance(outcome, Done)
        found = await find(stage, ref)
        assert found
        assert (found.marker, found.content.subject) == (MARKER, "pump")

    async def test_an_online_meeting_is_told_as_one(self, stage: OutlookStage) -> None:
        event = await make(stage, words("plain"))
        assert not event.is_online
        await stage.makes_online(event.ref)
        [told] = (await read(stage, "")).events
        assert told.is_online
        found = await find(stage, event.ref)
        assert found
        assert found.is_online
        [outcome] = await carry_out(stage, update(found, words("moved", day=2), Field.TIME, Field.SUBJECT))
        assert isinstance(outcome, Done)
        assert outcome.event
        assert outcome.event.is_online

    async def test_a_created_event_is_answered_as_it_was_wanted(self, stage: OutlookStage) -> None:
        wanted = normalise(
            Content(
                span=hours(2, 13, 3),
                subject="WO-1042 Pump & valve",
                location="Site 7, Dock Road 1",
                body='<p>Customer: A &lt;b&gt; C</p>\n<p><a href="https://example.com/1">Job</a></p>',
                show_as=ShowAs.OOF,
                sensitivity=Sensitivity.PERSONAL,
                importance=Importance.HIGH,
                categories=("Blue", "Red"),
                reminder_minutes=30,
            )
        )
        event = await make(stage, wanted)
        assert event.version
        assert event.is_writable
        assert event.ref.calendar == stage.calendar
        assert not differing(event.content, wanted)
        [told] = (await read(stage, "")).events
        assert not differing(told.content, event.content)
        assert told.version == event.version

    async def test_what_is_not_wanted_is_not_set_by_default(self, stage: OutlookStage) -> None:
        event = await make(stage, words("bare"))
        assert event.content.reminder_minutes is None
        assert event.content.show_as is ShowAs.BUSY
        assert not event.has_attendees

    async def test_whole_days_stay_whole_days(self, stage: OutlookStage) -> None:
        days = Content(DaySpan(date(TODAY.year, TODAY.month, TODAY.day), TODAY.date() + timedelta(days=2)), "away")
        event = await make(stage, normalise(days))
        assert event.content.span == days.span
        [outcome] = await carry_out(stage, update(event, words("away"), Field.TIME))
        assert isinstance(outcome, Done)
        assert outcome.event
        assert outcome.event.content.span == hours(1, 9)
        [outcome] = await carry_out(stage, update(outcome.event, days, Field.TIME))
        assert isinstance(outcome, Done)
        assert outcome.event
        assert outcome.event.content.span == days.span

    async def test_a_repeated_create_makes_no_second_event(self, stage: OutlookStage) -> None:
        event = await make(stage, words("once"))
        assert (await make(stage, words("once"))).ref == event.ref
        assert await stage.subjects(stage.calendar) == ["once"]
        assert await stage.writes() == 1

    async def test_a_birth_that_was_edited_since_is_answered_as_found(self, stage: OutlookStage) -> None:
        event = await make(stage, words("once"))
        await stage.time_passes(60)
        await stage.renames(event.ref, "edited")
        for content in (words("once"), words("other words")):
            [outcome] = await carry_out(stage, create(stage, content, "birth-1"))
            assert isinstance(outcome, Done)
            assert outcome.event
            assert (outcome.event.ref, outcome.event.content.subject) == (event.ref, "edited")
            assert outcome.is_found
        assert await stage.subjects(stage.calendar) == ["edited"]

    async def test_a_birth_that_died_since_is_answered_as_dead(self, stage: OutlookStage) -> None:
        event = await make(stage, words("once"))
        await stage.time_passes(60)
        await stage.deletes(event.ref)
        for content in (words("once"), words("other words")):
            assert await carry_out(stage, create(stage, content, "birth-1")) == [BornDead(event.ref.id)]
        assert await stage.subjects(stage.calendar) == []

    async def test_an_update_writes_the_named_fields_and_leaves_the_rest(self, stage: OutlookStage) -> None:
        event = await make(stage, replace(words("before"), location="Site 7", categories=("Mine",)))
        wanted = replace(words("after", day=3), location="Site 8", importance=Importance.HIGH)
        [outcome] = await carry_out(stage, update(event, wanted, Field.SUBJECT, Field.TIME))
        assert isinstance(outcome, Done)
        assert outcome.event
        assert outcome.event.version != event.version
        assert differing(outcome.event.content, event.content) == {Field.SUBJECT, Field.TIME}
        assert not differing(outcome.event.content, wanted, {Field.SUBJECT, Field.TIME})

    async def test_every_field_can_be_updated(self, stage: OutlookStage) -> None:
        event = await make(stage, replace(words("before"), reminder_minutes=5))
        wanted = Content(
            hours(4, 7), "after", "Site 9", "<p>new</p>", ShowAs.FREE, Sensitivity.PRIVATE, Importance.LOW, ("New",)
        )
        [outcome] = await carry_out(stage, update(event, wanted, *ALL_FIELDS))
        assert isinstance(outcome, Done)
        assert outcome.event
        assert not differing(outcome.event.content, wanted)

    async def test_an_update_or_delete_of_what_moved_since_writes_nothing(self, stage: OutlookStage) -> None:
        event = await make(stage, words("ours"))
        await stage.renames(event.ref, "theirs")
        outcomes = await carry_out(stage, update(event, words("again"), Field.SUBJECT), delete(event))
        assert outcomes == [Moved(), Moved()]
        assert await stage.subjects(stage.calendar) == ["theirs"]

    async def test_without_a_version_the_newest_state_is_overwritten(self, stage: OutlookStage) -> None:
        event = await make(stage, words("ours"))
        await stage.renames(event.ref, "theirs")
        [outcome] = await carry_out(stage, update(event, words("again"), Field.SUBJECT, version=""))
        assert isinstance(outcome, Done)
        assert await stage.subjects(stage.calendar) == ["again"]

    async def test_what_does_not_exist_is_missing(self, stage: OutlookStage) -> None:
        event = await make(stage, words("ours"))
        [outcome] = await carry_out(stage, delete(event))
        assert isinstance(outcome, Done)
        never = replace(event, ref=EventRef(stage.calendar, EventId("AAMkNobodyEverSawThis=")))
        outcomes = await carry_out(
            stage, delete(event), update(event, words("x"), Field.SUBJECT), delete(never, version="")
        )
        assert outcomes == [Missing(), Missing(), Missing()]
        assert (await read(stage, "")).events == ()

    async def test_many_operations_are_answered_in_the_order_given(self, stage: OutlookStage) -> None:
        outcomes = await carry_out(stage, *(create(stage, words(f"n{n:02}"), f"birth-{n}") for n in range(45)))
        answered = [
            outcome.event.content.subject for outcome in outcomes if isinstance(outcome, Done) and outcome.event
        ]
        assert answered == [f"n{n:02}" for n in range(45)]
        assert await stage.subjects(stage.calendar) == answered

    async def test_where_one_calendar_refuses_the_others_are_served(self, stage: OutlookStage) -> None:
        lost = replace(stage.calendar, calendar="no-such-calendar")
        outcomes = await carry_out(
            stage, create(stage, words("lost"), "lost", lost), create(stage, words("served"), "served")
        )
        assert [type(outcome) for outcome in outcomes] == [Postponed, Done]
        assert await stage.subjects(stage.calendar) == ["served"]

    async def test_no_write_sends_mail(self, stage: OutlookStage) -> None:
        event = await make(stage, words("ours"))
        [outcome] = await carry_out(stage, update(event, words("again", day=2), Field.SUBJECT, Field.TIME))
        assert isinstance(outcome, Done)
        assert outcome.event
        await carry_out(stage, delete(outcome.event))
        assert await stage.mails() == 0
