"""The small values: resources, links, subscriptions, rows and errors."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from sync_core.domain.appointment import Placement, Revision
from sync_core.domain.choices import Choices
from sync_core.domain.errors import TandemError, TryAgain
from sync_core.domain.event import EventId, EventKey
from sync_core.domain.profile import CalendarUse, Profile
from sync_core.domain.resource import CalendarRef, Direction
from sync_core.domain.stored import (
    Address,
    Announcement,
    BoardInbox,
    ByAppointment,
    ByEvent,
    Cursor,
    Family,
    Held,
    Hint,
    JournalPage,
    Lease,
    LinkRow,
    OutlookInbox,
    ProfileRow,
    Row,
    Sighting,
    Todo,
    TodoReason,
    by_event_address,
)
from sync_core.domain.subscription import Subscription, SubscriptionId, slot_of_client_state
from sync_core.domain.terms import Terms
from tests.builders import (
    BOARD_PAIR,
    CALENDAR,
    CONNECTOR,
    EVENT_ID,
    NOW,
    RESOURCE,
    TASK,
    WINDOW,
    appointment,
    board_link,
)

KEY = EventKey(EVENT_ID)
PROFILE = Profile(RESOURCE, "Anna", "Europe/Berlin", Direction.BOTH, (CalendarUse(CALENDAR),))


@pytest.mark.parametrize(
    ("direction", "writes_outlook", "writes_board"),
    [
        (Direction.UP, True, False),
        (Direction.DOWN, False, True),
        (Direction.BOTH, True, True),
        (Direction.NONE, False, False),
    ],
)
def test_a_direction_says_which_sides_are_written(
    direction: Direction, writes_outlook: bool, writes_board: bool
) -> None:
    assert (direction.writes_outlook, direction.writes_board) == (writes_outlook, writes_board)


def test_the_first_calendar_receives_up_and_each_may_have_its_own_direction() -> None:
    own = CalendarUse(CalendarRef("anna@tandem.example", "private"), Direction.DOWN)
    profile = replace(PROFILE, calendars=(CalendarUse(CALENDAR), own))

    assert profile.main_calendar == CalendarUse(CALENDAR)
    terms = Terms(CONNECTOR, profile, Choices())
    assert [terms.direction_of(use) for use in profile.calendars] == [Direction.BOTH, Direction.DOWN]
    assert replace(profile, calendars=()).main_calendar is None
    assert terms.zone == ZoneInfo("Europe/Berlin")
    assert terms.window(NOW) == WINDOW


def test_a_state_is_the_same_under_any_revision() -> None:
    assert appointment(1).same_state(appointment(2, updated_at=NOW))
    assert not appointment(1).same_state(appointment(1, subject="Pump"))


def test_a_deleted_appointment_is_planned_on_nobody() -> None:
    assert Placement(TASK, Revision(1), appointment()).resources == (RESOURCE,)
    assert Placement(TASK, Revision(2), None).resources == ()


def test_a_write_is_conditional_on_the_newest_revision_of_either_kind() -> None:
    assert board_link(received=Revision(3), answered=None).write_revision == 3
    assert board_link(received=Revision(3), answered=Revision(5)).write_revision == 5
    assert board_link(received=Revision(7), answered=Revision(5)).write_revision == 7


def test_a_subscription_is_renewed_when_its_time_has_come_or_was_never_set() -> None:
    subscription = Subscription("slot", RESOURCE, CALENDAR, "slot.secret")

    assert subscription.needs_renewal(NOW)
    assert replace(subscription, renew_at=NOW).needs_renewal(NOW)
    assert not replace(subscription, renew_at=NOW + timedelta(seconds=1)).needs_renewal(NOW)


def test_a_subscription_ends_only_while_graph_knows_it() -> None:
    later, earlier = NOW + timedelta(days=1), NOW - timedelta(seconds=1)
    announced = Subscription("slot", RESOURCE, CALENDAR, "slot.secret")
    known = replace(announced, id=SubscriptionId("s"), expires_at=later)
    assert known.ends_after(NOW) == later
    for dead in (announced, replace(known, id=SubscriptionId("")), replace(known, expires_at=earlier)):
        assert dead.ends_after(NOW) is None


@pytest.mark.parametrize(
    ("state", "slot"), [("slot.secret", "slot"), ("slot.a.b", "slot"), ("slot.", ""), ("slot", ""), ("", "")]
)
def test_a_client_state_names_its_row(state: str, slot: str) -> None:
    assert slot_of_client_state(state) == slot


def test_every_row_has_an_address_of_its_own() -> None:
    seen = OutlookInbox(KEY, CALENDAR, Hint.SEEN, EVENT_ID, mark="m")
    rows: list[tuple[Row, Address]] = [
        (ProfileRow(PROFILE), (Family.PROFILE,)),
        (Lease(), (Family.LEASE,)),
        (BoardInbox(TASK, Revision(12), None), (Family.BOARD_INBOX, "task", "4711", "0" * 18 + "12")),
        (seen, (Family.OUTLOOK_INBOX, "event-1")),
        (Todo(TodoReason.WINDOW, "u"), (Family.TODO, "window", "u")),
        (LinkRow(board_link()), (Family.LINK, BOARD_PAIR)),
        (ByEvent(KEY, EVENT_ID, CALENDAR, BOARD_PAIR), (Family.BY_EVENT, "event-1")),
        (ByAppointment(TASK, BOARD_PAIR), (Family.BY_APPOINTMENT, "task", "4711")),
        (Cursor(CALENDAR, WINDOW), (Family.CURSOR, CALENDAR.mailbox, "main")),
        (Sighting(CALENDAR, 2, 3, ()), (Family.SEEN, CALENDAR.mailbox, "main", "000002", "000003")),
        (Announcement("b", NOW, "c", ()), (Family.DOING, "b")),
        (Held("s", NOW, "what", "why", "remedy"), (Family.HELD, "s")),
    ]

    for row, address in rows:
        assert row.address == address
    assert seen.trace == (Family.OUTLOOK_INBOX, "event-1", "m")
    assert BoardInbox(TASK, Revision(1), None).trace == BoardInbox(TASK, Revision(1), None).address


def test_revisions_sort_as_text_as_they_do_as_numbers() -> None:
    addresses = [BoardInbox(TASK, Revision(number), None).address for number in (9, 10, 2**62)]

    assert addresses == sorted(addresses)


def test_journal_pages_sort_newest_first() -> None:
    older, newer = JournalPage(NOW, "a", ()), JournalPage(NOW + timedelta(milliseconds=1), "b", ())

    assert newer.address < older.address


def test_occurrences_lie_under_their_series() -> None:
    assert by_event_address(EventKey("series~20261123T080000Z")) == (Family.BY_EVENT, "series", "20261123T080000Z")
    assert by_event_address(EventKey(EventId("single"))) == (Family.BY_EVENT, "single")


def test_an_error_says_why_and_how_long_to_wait() -> None:
    silence = TryAgain("busy", timedelta(seconds=3))

    assert isinstance(silence, TandemError)
    assert (str(silence), silence.reason, silence.after) == ("busy", "busy", timedelta(seconds=3))
    assert TryAgain("busy").after == timedelta(0)
