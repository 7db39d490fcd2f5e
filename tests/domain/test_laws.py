"""The laws of deciding, for whatever can be known of a pair under whatever policy."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from sync_core.domain.appointment import Revision
from sync_core.domain.change import Alive, NotHere, Pair, Planned, Unseen
from sync_core.domain.content import ALL_FIELDS, DOWN_FIELDS, Content, Field, differing, overlay
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.plan import (
    CreateAppointment,
    CreateEvent,
    DeleteAppointment,
    DeleteEvent,
    Plan,
    Unplan,
    UpdateAppointment,
    UpdateEvent,
    Verdict,
)
from sync_core.domain.policy import Policy
from sync_core.domain.reconcile import reconcile
from sync_core.domain.render import render
from tests.builders import NOW, appointment, board_link, our_event, pair, policy, span
from tests.domain.chance import board_born, outlook_born, pairs, policies
from tests.domain.faithful import Calendar, carry_out, recall
from tests.domain.telling import tell

THOROUGH = settings(max_examples=300, deadline=None)
ON_OUTLOOK, ON_BOARD = (
    CreateEvent | UpdateEvent | DeleteEvent,
    CreateAppointment | UpdateAppointment | DeleteAppointment | Unplan,
)


def look_again(known: Pair, link: Link, calendar: Calendar | None = None) -> Pair:
    """The same pair at the next look, with no news of the board, and of its event only if `calendar` is read."""
    outlook = calendar.look_up(link) if calendar else Unseen()
    return replace(known, link=link, board=recall(link), outlook=outlook, revenants=())


def is_edited(base: Content | None, now: Content, among: frozenset[Field]) -> frozenset[Field]:
    return differing(base, now, among) if base else among


@THOROUGH
@given(pairs, policies)
def test_direction_a_closed_side_is_never_written(known: Pair, rules: Policy) -> None:
    for operation in reconcile(known, rules, NOW).operations:
        assert not isinstance(operation, ON_OUTLOOK) or rules.direction.writes_outlook
        assert not isinstance(operation, ON_BOARD) or rules.direction.writes_board


@THOROUGH
@given(pairs, policies)
def test_direction_each_birth_has_its_side(known: Pair, rules: Policy) -> None:
    plan = reconcile(known, rules, NOW)

    for operation in plan.operations:
        if plan.link and plan.link.origin is Origin.OUTLOOK:
            assert not isinstance(operation, ON_OUTLOOK), "the worker's own event is only read"
        else:
            assert not isinstance(operation, CreateAppointment | DeleteAppointment), "the planner's is not ours to make"


@THOROUGH
@given(pairs, policies)
def test_rest_what_asked_for_nothing_asks_for_nothing_again(known: Pair, rules: Policy) -> None:
    first = reconcile(known, rules, NOW)
    if first.operations or first.link is None or known.revenants:
        return  # an event that came back may be the pair's own by now
    if first.verdict is Verdict.HELD and first.link.proposed:
        return  # held for a person first, and then the question that was open is withdrawn

    again = reconcile(replace(known, link=first.link), rules, NOW)
    assert again.operations == (), tell(again)
    assert again.link == first.link, f"{tell(first)} / {tell(again)}"


@THOROUGH
@given(pairs, policies)
def test_rest_a_look_without_news_writes_nothing(known: Pair, rules: Policy) -> None:
    first = reconcile(known, rules, NOW)
    if first.operations or first.link is None or first.verdict is Verdict.HELD or known.revenants:
        return

    again = reconcile(look_again(known, first.link), rules, NOW)
    assert again.operations == (), f"{tell(first)} / {tell(again)}"


@THOROUGH
@given(pairs, policies)
def test_settled_after_carrying_out_nothing_is_left(known: Pair, rules: Policy) -> None:
    plan, calendar = reconcile(known, rules, NOW), Calendar.of(known)
    if not plan.operations:
        return
    link = carry_out(plan, calendar)

    unread = reconcile(look_again(known, link), rules, NOW)
    assert unread.operations == (), f"{tell(plan)} / {tell(unread)}"
    if link.origin is Origin.BOARD:
        read = reconcile(look_again(known, link, calendar), rules, NOW)
        assert read.operations == (), f"{tell(plan)} / {tell(read)}"


@THOROUGH
@given(board_born(), policies)
def test_settled_at_most_one_event_of_ours_is_left(known: Pair, rules: Policy) -> None:
    plan, calendar = reconcile(known, rules, NOW), Calendar.of(known)
    if not plan.operations:
        return
    link = carry_out(plan, calendar)

    ours = [entry.ref for entry in calendar.events.values() if entry.is_writable]
    assert len(ours) <= 1
    assert link.is_paired == bool(ours), f"{tell(plan)}: {link.condition}"
    assert not ours or link.event == ours[0]


@THOROUGH
@given(pairs, policies)
def test_no_loss_what_an_edit_held_is_kept_before_it_is_overwritten(known: Pair, rules: Policy) -> None:
    plan = reconcile(known, rules, NOW)
    event = known.outlook.event if isinstance(known.outlook, Alive) else None
    board = known.board.content if isinstance(known.board, Planned) else None
    bases = (known.link.board_base, known.link.outlook_base) if known.link else (None, None)

    for operation in plan.operations:
        match operation:
            case UpdateEvent(ref=ref, fields=fields) if event is not None and ref == event.ref:
                seen = is_edited(bases[1], event.content, ALL_FIELDS - event.masked) & fields
                assert not seen or plan.lost_event == event.content
            case UpdateEvent(ref=ref) | DeleteEvent(ref=ref) if ref in {back.ref for back in known.revenants}:
                assert plan.lost_event in [back.content for back in known.revenants]
            case DeleteEvent(ref=ref, before=before) if event is not None and ref == event.ref:
                assert before == event.content
                seen = is_edited(bases[1], event.content, ALL_FIELDS - event.masked)
                assert not seen or plan.lost_event is not None
            case UpdateAppointment(fields=fields) if board is not None:
                among = DOWN_FIELDS if plan.link and plan.link.origin is Origin.OUTLOOK else ALL_FIELDS
                edited = is_edited(bases[0], board, among) & fields
                assert not edited or not differing(plan.lost_appointment or bases[0] or board, board, edited)
                assert not edited or plan.lost_appointment is not None
            case DeleteAppointment() | Unplan() if board is not None:
                among = DOWN_FIELDS if plan.link and plan.link.origin is Origin.OUTLOOK else ALL_FIELDS
                assert not is_edited(bases[0], board, among) or plan.lost_appointment == board


@THOROUGH
@given(pairs, policies)
def test_ignorance_deletes_nothing(known: Pair, rules: Policy) -> None:
    plan = reconcile(known, rules, NOW)
    link = known.link

    for operation in plan.operations:
        if isinstance(operation, DeleteEvent):
            # Either the board took it away in so many words, or a living event takes its place.
            state = plan.link.board_state if plan.link else None
            is_stated = isinstance(known.board, NotHere) or (state is not None and state.status == "cancelled")
            assert is_stated or operation.leaves is Condition.PAIRED
        if isinstance(operation, Unplan) or (
            isinstance(operation, DeleteAppointment) and operation.leaves is not Condition.IDLE
        ):
            assert not isinstance(known.outlook, Unseen)
    if link and link.condition is not Condition.TOMBSTONE and isinstance(known.outlook, Unseen):
        is_stated = isinstance(known.board, NotHere) and link.origin is Origin.BOARD
        assert plan.link is not None
        assert plan.link.condition is not Condition.TOMBSTONE or is_stated


@THOROUGH
@given(pairs, policies)
def test_no_mail_what_others_attend_is_never_written(known: Pair, rules: Policy) -> None:
    alive = [*known.revenants, *([known.outlook.event] if isinstance(known.outlook, Alive) else [])]
    theirs = {event.ref for event in alive if not event.is_writable}

    for operation in reconcile(known, rules, NOW).operations:
        if isinstance(operation, UpdateEvent | DeleteEvent):
            assert operation.ref not in theirs


@THOROUGH
@given(pairs, policies)
def test_complete_whatever_can_be_known_is_decided(known: Pair, rules: Policy) -> None:
    plan = reconcile(known, rules, NOW)

    assert "cannot be" not in plan.reason
    assert plan.reason
    assert (plan.verdict is Verdict.OPERATES) == bool(plan.operations)


@THOROUGH
@given(pairs, policies)
def test_deciding_twice_decides_the_same(known: Pair, rules: Policy) -> None:
    assert reconcile(known, rules, NOW) == reconcile(known, rules, NOW)


EDITS = {
    Field.TIME: ("span", span("14:00", "15:00")),
    Field.SUBJECT: ("subject", "Pump"),
    Field.BODY: ("body", "words"),
}


@THOROUGH
@given(st.sets(st.sampled_from(list(EDITS))), st.sets(st.sampled_from([Field.TIME, Field.SUBJECT, Field.LOCATION])))
def test_order_free_edits_of_different_fields_end_alike_in_any_order(planner: set[Field], worker: set[Field]) -> None:
    worker -= planner
    told = appointment(2, **{EDITS[entry][0]: EDITS[entry][1] for entry in planner})
    theirs = Content(span("16:00", "17:00"), "Lunch", "Elsewhere")

    def end_of(*steps: str) -> tuple[Content, Content]:
        link, calendar = board_link(), Calendar.of(pair(board_link()))
        for step in steps:
            board = recall(link)
            if "board" in step:
                # The board's own edit is made on what it holds, which includes what we told it.
                state = link.board_state
                assert state is not None
                edits = {EDITS[entry][0]: getattr(told, EDITS[entry][0]) for entry in planner}
                newer = replace(state, revision=Revision(60), **edits)
                board = Planned(newer, render(newer))
            (ref,) = calendar.events
            if "outlook" in step:
                left = overlay(calendar.events[ref].content, theirs, worker)
                calendar.events[ref] = our_event(left)
            plan = reconcile(pair(link, board, calendar.look_up(link)), policy(), NOW)
            link = carry_out(plan, calendar)
        (end,) = calendar.events.values()
        assert link.board_state is not None
        return render(link.board_state), end.content

    assert end_of("board", "outlook") == end_of("outlook", "board") == end_of("board and outlook")


@given(outlook_born(), policies)
def test_a_private_event_tells_the_board_no_words(known: Pair, rules: Policy) -> None:
    plan: Plan = reconcile(known, rules, NOW)
    for operation in plan.operations:
        if isinstance(operation, CreateAppointment) and operation.content.sensitivity == "private":
            assert operation.content.subject == "Private"
