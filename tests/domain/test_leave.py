"""What becomes of a pair when its resource leaves: nothing of ours stays behind, everything of the worker's does."""

import pytest

from sync_core.domain.appointment import Revision
from sync_core.domain.change import Alive, BoardView, NotHere, OutlookView, Unseen, Vanished
from sync_core.domain.link import Condition, Link
from sync_core.domain.reconcile import reconcile
from sync_core.domain.resource import Direction
from tests.builders import NOW, appointment, board_link, event, our_event, outlook_link, pair, planned, policy, span
from tests.domain.telling import tell

OLD = span(day=-40)
RELEASED = board_link(condition=Condition.RELEASED, reason="theirs")
IDLE = board_link(condition=Condition.IDLE, board_base=None, event=None, outlook_base=None)
GONE = "settled tombstone, the resource takes no part any more"
IDLES = "settled idle, the resource takes no part any more"


@pytest.mark.parametrize(
    ("link", "board", "outlook", "expected"),
    [
        (board_link(), planned(), Unseen(), "operates paired: delete event → idle"),
        (board_link(), NotHere(Revision(2)), Unseen(), "operates paired: delete event → tombstone"),
        (board_link(), NotHere(Revision(2)), Vanished(), GONE),
        (board_link(appointment(span=OLD)), planned(span=OLD), Unseen(), "operates paired: delete event → idle"),
        (board_link(), planned(), Vanished(), IDLES),
        (board_link(), planned(), Alive(our_event(has_attendees=True)), IDLES),
        (IDLE, planned(), Unseen(), IDLES),
        (RELEASED, planned(), Unseen(), "skipped released, theirs"),
        (outlook_link(), Unseen(), Alive(event()), "operates paired: delete block → tombstone"),
        (outlook_link(), NotHere(Revision(2)), Unseen(), GONE),
        (outlook_link(board_base=None, condition=Condition.IDLE), Unseen(), Unseen(), GONE),
    ],
)
def test_a_resource_that_leaves(link: Link, board: BoardView, outlook: OutlookView, expected: str) -> None:
    for direction in Direction:
        plan = reconcile(pair(link, board, outlook), policy(direction, is_leaving=True), NOW)
        assert tell(plan) == expected
