"""What holds for one resource: the tenant's choices, its own, its calendars'."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.appointment import Kind
from sync_core.domain.choices import Choices, InwardWords, Overrides, overridden
from sync_core.domain.content import Field
from sync_core.domain.policy import OnClosed, Owner, Winner
from sync_core.domain.profile import CalendarUse, MailboxState, Participation, Profile
from sync_core.domain.resource import CalendarRef, Direction, direction_that
from sync_core.domain.terms import Terms
from sync_core.domain.window import window_around
from tests.builders import BERLIN, CALENDAR, CONNECTOR, NOW, RESOURCE

OWN = CalendarRef("anna@tandem.example", "own")
PROFILE = Profile(RESOURCE, "Anna", "Europe/Berlin", None, (CalendarUse(CALENDAR), CalendarUse(OWN)))
OPEN = Choices(direction=Direction.BOTH, changes_down=True, events_down=True)


def terms(tenant: Choices = OPEN, **changes: object) -> Terms:
    return Terms(CONNECTOR, replace(PROFILE, **changes), tenant)  # type: ignore[arg-type]


def test_a_new_tenant_writes_up_only() -> None:
    assert terms(Choices()).policy(NOW).direction is Direction.UP
    assert terms(Choices(), direction=Direction.BOTH).policy(NOW).direction is Direction.UP, "inward is off"
    assert not terms(Choices(), direction=Direction.BOTH).gives_down(PROFILE.calendars[0])


def test_a_resource_follows_the_tenant_unless_it_says_otherwise() -> None:
    assert terms().direction is Direction.BOTH
    assert terms(direction=Direction.DOWN).direction is Direction.DOWN
    assert terms(zone="").zone.key == "UTC"
    assert terms().zone == BERLIN
    assert terms(overrides=Overrides(days_back=1, days_ahead=2)).window(NOW) == window_around(NOW, 1, 2)
    assert terms().window(NOW) == window_around(NOW, 30, 180)


def test_a_calendars_choice_comes_before_the_resources_and_that_before_the_tenants() -> None:
    quiet = CalendarUse(OWN, overrides=Overrides(inward_words=InwardWords.NONE))
    known = terms(calendars=(CalendarUse(CALENDAR), quiet), overrides=Overrides(winner=Winner.OUTLOOK))

    assert known.choices_of(OWN).inward_words is InwardWords.NONE
    assert known.choices_of(CALENDAR).inward_words is InwardWords.SUBJECT
    assert known.choices_of(OWN).winner is Winner.OUTLOOK
    assert known.choices_of(None).winner is Winner.OUTLOOK
    assert overridden(OPEN, Overrides()) == OPEN


def test_owners_that_a_resource_does_not_name_stay_the_tenants() -> None:
    tenant = Choices(owners=((Field.TIME, Owner.WORKER), (Field.BODY, Owner.WORKER)))
    owners = overridden(tenant, Overrides(owners=((Field.BODY, Owner.PLANNER),))).owner_of

    assert (owners[Field.TIME], owners[Field.BODY]) == (Owner.WORKER, Owner.PLANNER)


@pytest.mark.parametrize(
    ("kind", "closed"),
    [
        (Kind.TASK, Choices(tasks_up=False)),
        (Kind.UNAVAILABILITY, Choices(unavailabilities_up=False)),
        (Kind.WORKING_DAY, Choices(working_days_up=False)),
    ],
)
def test_each_kind_has_a_switch_of_its_own(kind: Kind, closed: Choices) -> None:
    for other in Kind:
        direction = terms(closed).policy_for_kind(other, NOW).direction
        assert direction is (Direction.NONE if other is kind else Direction.UP)


def test_the_main_calendar_is_read_while_anything_is_written_to_it_and_others_where_they_give_down() -> None:
    def read(known: Terms) -> list[CalendarRef]:
        return [use.ref for use in known.calendars_to_read()]

    assert read(terms()) == [CALENDAR, OWN]
    assert read(terms(Choices())) == [CALENDAR]
    assert read(terms(Choices(on_closed=OnClosed.LEAVE))) == [CALENDAR], "a meeting made of ours must be noticed"
    assert read(terms(direction=Direction.NONE)) == []
    assert read(terms(calendars=())) == []
    paused = (CalendarUse(CALENDAR, Direction.NONE), CalendarUse(OWN))
    assert read(terms(calendars=paused)) == [OWN]


def test_an_own_event_goes_by_the_calendar_it_lies_in() -> None:
    known = terms(calendars=(CalendarUse(CALENDAR), CalendarUse(OWN, Direction.NONE)))

    assert known.policy_for_event(CALENDAR, NOW).direction is Direction.BOTH
    assert known.policy_for_event(OWN, NOW).direction is Direction.NONE
    assert known.policy_for_event(None, NOW).takes_calendar
    elsewhere = known.policy_for_event(CalendarRef("anna@tandem.example", "strange"), NOW)
    assert (elsewhere.takes_calendar, elsewhere.direction) == (False, Direction.DOWN)
    assert terms(Choices()).policy_for_event(CALENDAR, NOW).direction is Direction.UP


def test_a_pilot_takes_in_those_of_its_list_or_its_group() -> None:
    listed, grouped = Choices(pilot_resources=(RESOURCE,)), Choices(pilot_group="g")

    assert terms(Choices()).takes_part
    assert terms(listed).takes_part
    assert not terms(Choices(pilot_resources=("other",))).takes_part
    assert not terms(grouped).takes_part
    assert terms(grouped, is_in_pilot_group=True).takes_part
    assert not terms(Choices(pilot_resources=("other",)), is_in_pilot_group=True).takes_part


def test_who_is_leaving_is_still_run_and_who_waits_is_not() -> None:
    assert terms(participation=Participation.LEAVING).takes_part
    assert terms(participation=Participation.LEAVING).policy(NOW).is_leaving
    assert terms(Choices(pilot_resources=("other",)), participation=Participation.LEAVING).takes_part
    assert not terms(participation=Participation.WAITING).takes_part
    assert terms(participation=Participation.PAUSED).is_paused
    assert not terms().is_paused
    assert not terms(participation=Participation.OFFBOARDED).takes_part


def test_pulls_are_rarer_while_notified_unless_the_resource_says_otherwise() -> None:
    assert terms().pull_every(is_notified=False) == timedelta(minutes=30)
    assert terms().pull_every(is_notified=True) == timedelta(minutes=120)
    own = terms(overrides=Overrides(pull_minutes=5))
    assert own.pull_every(is_notified=True) == own.pull_every(is_notified=False) == timedelta(minutes=5)


def test_the_policy_carries_what_was_chosen() -> None:
    choices = Choices(owners=((Field.TIME, Owner.PLANNER),), reminder_minutes=15, changes_after_end=True)
    policy = terms(choices, former=(OWN,), group="Vans").policy(NOW)

    assert policy.owners[Field.TIME] is Owner.PLANNER
    assert policy.owners[Field.SUBJECT] is Owner.SHARED, "what the tenant does not name stays as it is"
    assert policy.look.reminder_minutes == 15
    assert terms().policy(NOW).look.reminder_minutes is None
    assert (policy.group, policy.former, policy.closes_after_end) == ("Vans", frozenset({OWN}), False)
    assert terms().policy(NOW).closes_after_end


def test_a_direction_is_named_by_the_sides_it_writes() -> None:
    for direction in Direction:
        assert direction_that(direction.writes_outlook, direction.writes_board) is direction


def test_a_mailbox_answers_whatever_kind_it_is_of_if_it_is_there() -> None:
    assert {state for state in MailboxState if state.answers} == {
        MailboxState.READY,
        MailboxState.SHARED,
        MailboxState.ROOM,
    }


@pytest.mark.parametrize("wished", Direction)
@pytest.mark.parametrize("most", Direction)
def test_what_the_board_wishes_takes_away_and_never_adds(wished: Direction, most: Direction) -> None:
    narrowed = terms(direction=wished, narrowed=most)
    assert narrowed.direction.writes_outlook == (wished.writes_outlook and most.writes_outlook)
    assert narrowed.direction.writes_board == (wished.writes_board and most.writes_board)
    # A direction of one calendar is no way around it, nor is the tenant's.
    assert narrowed.direction_of(CalendarUse(OWN, Direction.BOTH)) is most
    assert terms(narrowed=most).direction is most


def test_without_a_wish_of_the_board_every_direction_is_as_chosen() -> None:
    assert terms(direction=Direction.DOWN).direction_of(CalendarUse(OWN, Direction.UP)) is Direction.UP


def test_a_mailbox_was_left_once_none_of_its_calendars_has_a_part() -> None:
    moved = terms(former=(CalendarRef("old@tandem.example", "main"), OWN))

    assert moved.has_left("old@tandem.example")
    assert not moved.has_left(OWN.mailbox), "another calendar of it has"
    assert not moved.has_left("strange@tandem.example")
