"""What an event says of its own history, from what is remembered of the pair and the board's newest state."""

from sync_core.domain.appointment import Appointment
from sync_core.domain.content import differing
from sync_core.domain.link import Link
from sync_core.domain.look import Look, Notes


def notes_of(link: Link | None, state: Appointment, look: Look) -> Notes:
    """The notes for a state: they stay while it means the same, and tell where from it was moved by the planner.

    An echo of our own write means the same as what we know already, so it takes no note away.
    """
    if link is None or link.board_state is None:
        return Notes()
    # Most often nothing changed at all, and putting states into words costs.
    if state.same_state(link.board_state) or not differing(look.of(state), look.of(link.board_state)):
        return link.notes
    if link.board_base is not None and link.board_base.span != state.span:
        return Notes(moved_from=link.board_base.span)
    return Notes()
