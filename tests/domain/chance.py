"""Everything that can be known of a pair, as Hypothesis strategies: every memory, every view, every policy."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from sync_core.domain.appointment import Appointment, Location, Revision
from sync_core.domain.change import Alive, BoardView, NotHere, OutlookView, Pair, Planned, Unseen, Vanished
from sync_core.domain.choices import Choices, InwardWords
from sync_core.domain.content import Content, Sensitivity, ShowAs
from sync_core.domain.event import Event, EventId, Response, mask, strip_to_down
from sync_core.domain.inward import shown
from sync_core.domain.link import Condition, Link
from sync_core.domain.policy import OnClosed, OnDeletion, Winner
from sync_core.domain.render import render
from sync_core.domain.resource import Direction
from tests.builders import (
    BLOCK,
    CALENDAR,
    EVENT_ID,
    NOW,
    OUTLOOK_PAIR,
    TASK,
    appointment,
    board_link,
    days,
    event,
    our_event,
    outlook_link,
    pair,
    policy,
    span,
)
from tests.domain.faithful import recall

SPANS = st.sampled_from([span(), span("12:00", "13:00"), span("14:00", "14:00"), days(1), span(day=-40), span(day=300)])
MOMENTS = st.sampled_from([None, NOW - timedelta(hours=1), NOW, NOW + timedelta(hours=1)])
PUT_BACKS = st.integers(0, 4).map(lambda times: (NOW - timedelta(minutes=5),) * times)
DEAD: dict[str, Any] = {
    "event": None,
    "event_key": None,
    "outlook_base": None,
    "outlook_version": "",
    "board_base": None,
}

OF_OUTLOOK = [entry for entry in Condition if entry not in (Condition.RELEASED, Condition.PROPOSED)]

states = st.builds(
    appointment,
    revision=st.just(1),
    span=SPANS,
    subject=st.sampled_from(["Boiler", "Pump"]),
    body=st.sampled_from(["", "words"]),
    location=st.sampled_from([Location(), Location("Site", "Street 1")]),
    category=st.sampled_from(["", "Service"]),
    status=st.sampled_from(["", "", "cancelled"]),
    locked=st.booleans(),
    updated_at=MOMENTS,
)
looks = st.builds(
    Content,
    span=SPANS,
    subject=st.sampled_from(["Boiler", "Pump", "Lunch"]),
    location=st.sampled_from(["", "Site"]),
    body=st.sampled_from(["", "notes"]),
    show_as=st.sampled_from([ShowAs.BUSY, ShowAs.FREE, ShowAs.TENTATIVE]),
    sensitivity=st.sampled_from([Sensitivity.NORMAL, Sensitivity.PRIVATE]),
    categories=st.sampled_from([(), ("mine",)]),
    reminder_minutes=st.sampled_from([None, 15]),
)
policies = st.builds(
    policy,
    st.sampled_from(Direction),
    winner=st.sampled_from(Winner),
    on_deletion=st.sampled_from(OnDeletion),
    on_closed=st.sampled_from(OnClosed),
    on_block_edited=st.sampled_from(OnClosed),
    takes_proposals=st.booleans(),
    closes_after_end=st.booleans(),
    takes_calendar=st.sampled_from([True, True, True, False]),
)
tenants = st.builds(
    Choices,
    inward_words=st.sampled_from(InwardWords),
    inward_show_as=st.sampled_from([Choices().inward_show_as, (ShowAs.BUSY,), tuple(ShowAs)]),
    inward_tentative=st.sampled_from([ShowAs.TENTATIVE, ShowAs.BUSY]),
)


@st.composite
def our_events(draw: st.DrawFn, base: Content, name: str = EVENT_ID) -> Event:
    """An event of ours: as `base`, or as a worker left it; some are private, a few became meetings."""
    look = draw(st.one_of(st.just(base), looks))
    meeting = draw(st.sampled_from([False, False, False, True]))
    return mask(
        our_event(look, id=EventId(name), has_attendees=meeting, modified_at=NOW + timedelta(minutes=len(name)))
    )


@st.composite
def board_born(draw: st.DrawFn) -> Pair:
    """A pair of the board's: met for the first time, living, idle, released or a tombstone, under any two views."""
    known = draw(states)
    condition = draw(st.sampled_from([None, *(entry for entry in Condition if entry is not Condition.DISMISSED)]))
    newer = replace(draw(st.one_of(st.just(known), states)), revision=Revision(2))
    link = _board_memory(condition, known, draw(PUT_BACKS), draw(looks), draw(st.booleans()))
    # Where nothing was read, the link's own memory speaks for the board; it is silent only if it never spoke.
    memory = recall(link) if link else Unseen()
    board = draw(st.sampled_from([memory, memory, Planned(newer, render(newer)), NotHere(Revision(2))]))
    outlook: OutlookView = Vanished() if draw(st.booleans()) else Unseen()
    if draw(st.booleans()) and (link is None or link.condition is not Condition.TOMBSTONE):
        outlook = Alive(draw(our_events(link.outlook_base if link and link.outlook_base else render(known))))
    back: tuple[Event, ...] = ()
    if link is not None and not (link.condition is Condition.IDLE and link.event is None) and draw(st.booleans()):
        back = tuple(
            draw(our_events(render(known), f"back-{'x' * number}")) for number in range(1, draw(st.integers(2, 3)))
        )
    return pair(
        link, board, outlook, revenants=back, key=TASK, main_calendar=draw(st.sampled_from([CALENDAR, CALENDAR, None]))
    )


def _board_memory(
    condition: Condition | None, known: Appointment, put_backs: tuple[object, ...], look: Content, is_own: bool
) -> Link | None:
    if condition is None:
        return None
    # The worker's own fields may differ between the sides without anyone minding.
    own = replace(render(known), categories=look.categories, reminder_minutes=look.reminder_minutes)
    spoke = Revision(1 if is_own else 0)
    link = board_link(
        known, put_backs=put_backs, condition=condition, reason="as told", outlook_base=own if is_own else render(known)
    )
    if condition is Condition.IDLE:
        return replace(link, reason="outside the window", **DEAD)
    if condition is Condition.PROPOSED:
        return replace(link, proposed=known.revision)
    if condition is Condition.TOMBSTONE:
        return replace(link, reason="gone on both sides", board_state=None, received=spoke, ended_at=NOW, **DEAD)
    return link


@st.composite
def outlook_born(draw: st.DrawFn) -> Pair:
    """A pair of the worker's: met for the first time, shown, idle, dismissed or a tombstone, under any two views."""
    known = strip_to_down(mask(event(draw(looks)))).content
    choices = draw(tenants)
    condition = draw(
        st.sampled_from(
            [None, *(entry for entry in Condition if entry not in (Condition.RELEASED, Condition.PROPOSED))]
        )
    )
    link = _outlook_memory(condition, known, draw(PUT_BACKS), draw(st.sampled_from(["paused", "the worker declined"])))
    told = draw(st.one_of(st.none(), states))
    state = appointment(
        2, key=BLOCK, span=known.span, subject=known.subject, show_as=known.show_as, sensitivity=known.sensitivity
    )
    if told is not None:
        state = replace(told, key=BLOCK, revision=Revision(2), show_as=ShowAs.BUSY)
    boards: list[BoardView] = [Unseen(), NotHere(Revision(2))]
    if condition not in (None, Condition.TOMBSTONE):
        boards.append(Planned(state, render(state)))
    outlook: OutlookView = Vanished() if draw(st.booleans()) else Unseen()
    if draw(st.booleans()):
        seen = event(
            draw(st.one_of(st.just(known), looks)),
            response=draw(st.sampled_from(Response)),
            is_cancelled=draw(st.sampled_from([False, False, True])),
        )
        outlook = Alive(shown(seen, choices))
    board = draw(st.sampled_from(boards)) if link else Unseen()
    return pair(link, board, outlook, id=OUTLOOK_PAIR, key=None)


def _outlook_memory(
    condition: Condition | None, known: Content, put_backs: tuple[object, ...], reason: str
) -> Link | None:
    if condition is None:
        return None
    link = outlook_link(known, condition=condition, put_backs=put_backs)
    if condition is Condition.TOMBSTONE:
        return replace(link, reason="gone on both sides", ended_at=NOW, **DEAD)
    return link if condition is Condition.PAIRED else replace(link, reason=reason, board_base=None)


pairs = st.one_of(board_born(), outlook_born())
