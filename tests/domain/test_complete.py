"""The decision table has a cell for every pair of changes that can be reached, and none that cannot."""

from dataclasses import replace
from itertools import product

import pytest

from sync_core.domain.appointment import Revision
from sync_core.domain.change import Alive, BoardView, Change, NotHere, OutlookView, Pair, Unseen, Vanished
from sync_core.domain.decision import TABLE
from sync_core.domain.errors import Undecidable
from sync_core.domain.link import Condition, Link, Origin
from sync_core.domain.plan import Verdict
from sync_core.domain.reconcile import reconcile
from sync_core.domain.situation import Situation, required
from tests.builders import (
    NOW,
    OUTLOOK_PAIR,
    TASK,
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
from tests.domain.telling import tell

LATER = span("14:00", "15:00")
NOWHERE = {"board_base": None, "outlook_base": None}


def reached(monkeypatch: pytest.MonkeyPatch, known: Pair) -> tuple[Change, Change] | None:
    """The cell a pair comes to; None if nothing is known of it."""
    seen: list[tuple[Change, Change]] = []

    def note(situation: Situation) -> object:
        seen.append((situation.board, situation.outlook))
        return situation.skip("noted")

    monkeypatch.setattr("sync_core.domain.reconcile.decide_board_born", note)
    monkeypatch.setattr("sync_core.domain.reconcile.decide_outlook_born", note)
    reconcile(known, policy(), NOW)
    return seen[0] if seen else None


@pytest.mark.parametrize("origin", Origin)
def test_what_can_be_reached_is_what_the_table_holds(monkeypatch: pytest.MonkeyPatch, origin: Origin) -> None:
    is_boards = origin is Origin.BOARD
    links: list[Link | None] = [None, board_link(), board_link(condition=Condition.IDLE, **NOWHERE)]
    if not is_boards:
        idle = outlook_link(condition=Condition.IDLE, board_base=None)
        links = [None, outlook_link(), idle, replace(idle, outlook_base=None)]
    told = planned if is_boards else shown
    boards: list[BoardView] = [Unseen(), NotHere(Revision(2)), told(), told(2, span=LATER)]
    looks = (content(), content(span=LATER))
    events = [our_event(look) if is_boards else event(look) for look in looks]
    outlooks: list[OutlookView] = [Unseen(), Vanished(), *(Alive(entry) for entry in events)]

    cells = set()
    for link, board, outlook in product(links, boards, outlooks):
        if not is_boards and link is None and not isinstance(board, Unseen):
            continue  # a block that nobody made through us is not a pair
        named = {"key": TASK} if is_boards else {"id": OUTLOOK_PAIR, "key": None}
        cells.add(reached(monkeypatch, pair(link, board, outlook, **named)))

    assert cells - {None} == set(TABLE[origin])


@pytest.mark.parametrize(
    ("link", "board", "outlook", "named"),
    [
        (board_link(outlook_base=None), planned(), Alive(our_event()), {}),
        (outlook_link(outlook_base=None), shown(), Alive(event()), {"key": None}),
    ],
    ids=["board", "outlook"],
)
def test_a_memory_that_cannot_be_is_held_for_a_person(
    link: Link, board: BoardView, outlook: OutlookView, named: dict[str, None]
) -> None:
    plan = reconcile(pair(link, board, outlook, **named), policy(), NOW)

    assert tell(plan) == "held paired, the pair is in a state that cannot be (same, new)"
    assert plan.verdict is Verdict.HELD


def test_what_a_cell_cannot_do_without_is_never_guessed() -> None:
    assert required(0) == 0
    with pytest.raises(Undecidable, match="does not fit together"):
        required(None)
