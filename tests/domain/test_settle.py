"""What a link remembers once an operation took effect."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sync_core.domain.amend import amended
from sync_core.domain.appointment import NO_REVISION, Appointment, Location, Revision
from sync_core.domain.change import Alive, NotHere, Vanished
from sync_core.domain.choices import Choices
from sync_core.domain.content import ALL_FIELDS, Content, Field, Importance, Sensitivity, ShowAs
from sync_core.domain.cutting import CUT_MARK
from sync_core.domain.event import EventId, EventKey, EventRef, mask
from sync_core.domain.inward import shown as as_shown
from sync_core.domain.link import Condition, Link
from sync_core.domain.look import Look, Notes, Words
from sync_core.domain.plan import BornDead, CreateEvent, Done, Missing, Operation, UpdateEvent
from sync_core.domain.policy import OnDeletion
from sync_core.domain.reconcile import reconcile
from sync_core.domain.render import render
from sync_core.domain.resource import Direction
from sync_core.domain.settle import settle
from tests.builders import (
    CALENDAR,
    EVENT_ID,
    NOW,
    appointment,
    board_link,
    content,
    event,
    our_event,
    outlook_link,
    pair,
    planned,
    policy,
    shown,
    span,
)

LATER, NOON = span("14:00", "15:00"), span("12:00", "13:00")
UP = policy(Direction.UP)


def only_operation(*given: Any, rules: Any = None) -> tuple[Link, Operation]:
    plan = reconcile(pair(*given), rules or policy(), NOW)
    (operation,) = plan.operations
    assert plan.link is not None
    return plan.link, operation


def birth() -> tuple[Link, Operation]:
    return only_operation(None, planned(3))


def test_a_birth_pairs_both_sides_at_what_was_sent() -> None:
    link = settle(*birth(), Done(event=our_event(version="v7")), NOW)

    assert link.condition is Condition.PAIRED
    assert (link.board_base, link.outlook_base) == (render(appointment()), render(appointment()))
    assert (link.event, link.event_key, link.outlook_version) == (
        EventRef(CALENDAR, EVENT_ID),
        EventKey(EVENT_ID),
        "v7",
    )
    assert link.generation == 3, "a birth is never of an earlier generation than its revision"


def test_the_servers_handwriting_is_no_edit_but_its_times_are() -> None:
    answer = replace(render(appointment()), body="<html>wrapped</html>", subject="Boil" + CUT_MARK, span=LATER)
    link = settle(*birth(), Done(event=our_event(answer)), NOW)

    assert link.outlook_base is not None
    assert (link.outlook_base.body, link.outlook_base.subject) == (answer.body, answer.subject)
    assert link.outlook_base.span == span(), "a moved time is an edit, not handwriting"


def test_an_event_that_was_found_is_compared_with_what_was_announced() -> None:
    link = settle(*birth(), Done(event=our_event(content(subject="worker's")), is_found=True), NOW)

    assert link.outlook_base is not None
    assert link.outlook_base.subject == "Boiler"
    assert link.outlook_version == "v2"


def test_a_dead_birth_counts_as_made_under_the_id_that_was_answered() -> None:
    link = settle(*birth(), BornDead(EventId("dead")), NOW)

    assert link.is_paired
    assert link.event == EventRef(CALENDAR, EventId("dead"))
    assert link.generation == 3


def test_a_masked_answer_puts_no_words_into_the_link() -> None:
    private = replace(render(appointment()), subject="secret", sensitivity=Sensitivity.PRIVATE)
    link, operation = only_operation(board_link(), planned(2, subject="Pump"), Alive(our_event()))

    settled = settle(link, operation, Done(event=mask(our_event(private))), NOW)

    assert settled.outlook_base is not None
    assert settled.outlook_base.subject == "Pump"


def test_an_update_moves_only_the_baselines_of_what_it_carried() -> None:
    plan = reconcile(
        pair(board_link(), planned(2, subject="Pump"), Alive(our_event(content(span=LATER)))), policy(), NOW
    )
    to_event, to_board = plan.operations
    assert plan.link is not None
    assert isinstance(to_event, UpdateEvent)

    after_event = settle(plan.link, to_event, Done(event=our_event(to_event.content, version="v3")), NOW)
    assert after_event.board_base == content(subject="Pump")
    assert after_event.outlook_base == content(subject="Pump")
    assert after_event.outlook_version == "v3"

    after_board = settle(plan.link, to_board, Done(revision=Revision(9)), NOW)
    assert after_board.board_base == content(span=LATER)
    assert after_board.outlook_base == content(span=LATER)
    assert (after_board.received, after_board.answered, after_board.write_revision) == (2, 9, 9)
    assert after_board.board_state is not None
    assert (after_board.board_state.span, after_board.board_state.subject) == (LATER, "Pump")


def test_a_board_that_names_no_revision_leaves_the_last_one() -> None:
    link, operation = only_operation(
        board_link(answered=Revision(4)), planned(2), Alive(our_event(content(span=LATER)))
    )

    assert settle(link, operation, Done(), NOW).answered == 4


def test_a_board_that_rounds_our_time_to_a_task_is_told_by_its_answer() -> None:
    link, operation = only_operation(board_link(), planned(), Alive(our_event(content(span=LATER))))
    rounded = content(span=NOON)

    settled = settle(link, operation, Done(revision=Revision(2), answer=rounded), NOW)

    assert settled.board_base == content(span=LATER), "a rounded time is the board's edit, so that the event follows it"


def test_a_board_that_rounds_the_time_of_a_block_is_left_alone() -> None:
    link, operation = only_operation(outlook_link(), shown(), Alive(event(content(span=LATER))))
    settled = settle(link, operation, Done(revision=Revision(2), answer=content(span=NOON)), NOW)

    assert settled.board_base == content(span=NOON)
    assert settled.outlook_base == content(span=LATER)
    assert not reconcile(
        pair(settled, shown(2, span=NOON), Alive(event(content(span=LATER)))), policy(), NOW
    ).operations


def test_only_put_backs_are_counted_and_the_last_few_suffice() -> None:
    times = tuple(NOW - timedelta(minutes=minute) for minute in range(90, 82, -1))
    moved = Alive(our_event(content(span=LATER)))
    link, operation = only_operation(board_link(put_backs=times), planned(), moved, rules=UP)
    assert settle(link, operation, Done(), NOW).put_backs == (*times[1:], NOW)

    link, operation = only_operation(board_link(), planned(2, span=LATER), rules=UP)
    assert settle(link, operation, Done(), NOW).put_backs == ()


def test_an_update_of_an_event_the_pair_no_longer_holds_moves_nothing() -> None:
    link, operation = only_operation(board_link(), planned(2, span=LATER))
    other = replace(link, event=EventRef(CALENDAR, EventId("other")))

    assert settle(other, operation, Done(), NOW) == other
    assert settle(replace(link, board_base=None), operation, Done(), NOW).board_base is None
    assert settle(replace(link, outlook_base=None), operation, Done(), NOW).outlook_base is None


def test_an_update_without_an_answer_keeps_the_version_it_had() -> None:
    link, operation = only_operation(board_link(), planned(2, span=LATER))

    assert settle(link, operation, Done(), NOW).outlook_version == "v1"


def test_a_deletion_buries_the_pair_and_so_does_its_target_missing() -> None:
    for outcome in (Done(), Missing()):
        link, operation = only_operation(board_link(), NotHere(Revision(2)))
        buried = settle(link, operation, outcome, NOW)
        assert (buried.condition, buried.ended_at, buried.event) == (Condition.TOMBSTONE, NOW, None)
        assert buried.received == 2, "so that an older webhook does not raise the dead"


def test_a_cancelled_appointment_stays_known_without_its_event() -> None:
    link, operation = only_operation(board_link(), planned(2, status="cancelled"))
    settled = settle(link, operation, Done(), NOW)

    assert (settled.condition, settled.reason, settled.event) == (Condition.IDLE, "cancelled", None)
    assert settled.board_state is not None


def test_a_block_is_remembered_as_the_board_answered_it() -> None:
    link, operation = _block_birth()
    settled = settle(link, operation, Done(revision=Revision(5), answer=content(span=NOON, body="x")), NOW)

    assert settled.board_base == content(span=NOON)
    assert settled.outlook_base == content()
    assert (settled.received, settled.answered) == (NO_REVISION, 5)


def _block_birth() -> tuple[Link, Operation]:
    plan = reconcile(pair(None, outlook=Alive(event(content())), key=None), policy(), NOW)
    assert plan.link is not None
    return plan.link, plan.operations[0]


def test_a_deleted_block_leaves_a_tombstone_or_a_reason() -> None:
    link, operation = only_operation(outlook_link(), shown(), Vanished())
    assert settle(link, operation, Done(), NOW).condition is Condition.TOMBSTONE

    free = Alive(as_shown(event(content(show_as=ShowAs.FREE)), Choices()))
    link, operation = only_operation(outlook_link(), shown(), free)
    settled = settle(link, operation, Missing(), NOW)
    assert (settled.condition, settled.reason) == (Condition.IDLE, "the worker shows as free")
    assert settled.board_base is None


def test_a_write_to_a_block_that_was_parted_meanwhile_moves_nothing() -> None:
    link, operation = only_operation(outlook_link(), shown(), Alive(event(content(span=LATER))))

    for parted in (replace(link, board_base=None), replace(link, outlook_base=None)):
        assert settle(parted, operation, Done(), NOW) == parted
    assert settle(replace(link, board_state=None), operation, Done(), NOW).board_base == content(span=LATER)


def test_an_unplanned_resource_is_buried() -> None:
    link, operation = only_operation(board_link(), planned(), Vanished(), rules=policy(on_deletion=OnDeletion.UNPLAN))

    assert settle(link, operation, Done(), NOW).condition is Condition.TOMBSTONE


def test_an_outcome_that_fits_no_operation_moves_nothing() -> None:
    link, operation = only_operation(board_link(), planned(2, span=LATER))

    assert settle(link, operation, Missing(), NOW) == link


def test_the_boards_state_is_amended_by_what_it_was_told() -> None:
    told = Content(LATER, "s", "l", "b", ShowAs.OOF, Sensitivity.PRIVATE, Importance.HIGH)
    state = amended(appointment(location=Location("x", "y")), told, ALL_FIELDS)

    assert (state.span, state.subject, state.location) == (LATER, "s", Location("l"))
    assert (state.show_as, state.sensitivity) == (ShowAs.OOF, Sensitivity.PRIVATE)
    assert amended(appointment(), told, frozenset()) == appointment()
    assert amended(appointment(), told, frozenset({Field.TIME})) == appointment(span=LATER)


def test_a_question_to_the_planner_is_remembered_under_its_revision() -> None:
    asks = policy(on_deletion=OnDeletion.PROPOSE, takes_proposals=True)
    link, operation = only_operation(board_link(answered=Revision(4)), planned(), Vanished(), rules=asks)
    asked = settle(link, operation, Done(), NOW)

    assert (asked.condition, asked.proposed) == (Condition.PROPOSED, Revision(4))
    assert asked.event is not None, "so that it is known again when the worker brings it back"


def test_told_importance_is_part_of_the_boards_state() -> None:
    told = content(importance=Importance.HIGH)

    assert amended(appointment(), told, frozenset({Field.IMPORTANCE})).importance is Importance.HIGH


def test_what_an_update_tells_of_the_events_history_is_remembered() -> None:
    def words(state: Appointment, notes: Notes, zone: ZoneInfo) -> Words:
        return Words(state.subject, "", "undone" if notes.is_put_back else "")

    rules = policy(Direction.UP, look=Look(words=words))
    link, operation = only_operation(board_link(), planned(), Alive(our_event(content(span=LATER))), rules=rules)
    settled = settle(link, operation, Done(), NOW)

    assert settled.notes == Notes(is_put_back=True)
    assert settled.board_base is not None
    assert settled.board_base.body == "undone"


def test_the_boards_categories_join_the_workers_own_and_leave_them_when_they_go() -> None:
    base = render(appointment(category="A"))
    link = board_link(appointment(category="A"), outlook_base=replace(base, categories=("A", "mine")))
    seen = Alive(our_event(replace(base, categories=("A", "mine"))))
    link, operation = only_operation(link, planned(2, category="B"), seen)

    assert isinstance(operation, UpdateEvent)
    assert operation.content.categories == ("B", "mine")
    settled = settle(link, operation, Done(), NOW)
    assert settled.board_base is not None
    assert settled.outlook_base is not None
    assert (settled.board_base.categories, settled.outlook_base.categories) == (("B",), ("B", "mine"))


def test_what_is_the_workers_own_is_taken_along_to_another_calendar() -> None:
    seen = Alive(our_event(replace(render(appointment()), categories=("mine",), reminder_minutes=5)))
    rules = policy(former=frozenset({CALENDAR}))
    link, deletion = only_operation(board_link(), planned(), seen, rules=rules)
    link = settle(link, deletion, Done(), NOW)
    link, birth_ = only_operation(link, planned(), rules=policy())

    assert isinstance(birth_, CreateEvent)
    assert (birth_.content.categories, birth_.content.reminder_minutes) == (("mine",), 5)
    settled = settle(link, birth_, Done(event=our_event(birth_.content)), NOW)
    assert settled.board_base is not None
    assert (settled.board_base.categories, settled.own) == ((), None)


def test_a_question_is_forgotten_once_it_was_withdrawn_and_not_before() -> None:
    open_question = board_link(proposed=Revision(1), must_ask=True)
    link, operation = only_operation(open_question, planned(), Alive(our_event()))

    assert link.proposed == 1
    settled = settle(link, operation, Done(), NOW)
    assert (settled.proposed, settled.must_ask) == (0, False)
