"""What becomes of a pair when its resource leaves and nothing of ours is to stay behind."""

from sync_core.domain.change import Change
from sync_core.domain.link import Condition, Origin
from sync_core.domain.plan import DeleteAppointment, DeleteEvent, Plan
from sync_core.domain.situation import Situation, bury
from sync_core.domain.up import part

LEAVING = "the resource takes no part any more"


def leave(situation: Situation) -> Plan:
    """Remove what we made for this pair on either side, and forget it; what is the worker's own stays."""
    link = situation.link
    if link.condition in (Condition.RELEASED, Condition.TOMBSTONE):
        return situation.skip(link.reason)
    is_agreed = link.board_base is not None
    if link.origin is Origin.OUTLOOK:
        if not is_agreed or link.appointment is None or situation.board is Change.GONE:
            return situation.settled(LEAVING, bury(link, situation.now))
        block = DeleteAppointment(
            key=link.appointment,
            resource=situation.pair.resource,
            before=situation.board_content,
            revision=link.write_revision,
            idempotency_key=situation.write_key("delete", link.generation),
            reason=LEAVING,
        )
        return situation.operate(LEAVING, (block,))
    is_writable = situation.event is None or situation.event.is_writable
    if link.event is not None and situation.outlook not in (Change.GONE, Change.ABSENT) and is_writable:
        # Idle, not buried: what the board said is to be told again if the resource comes back.
        ends = Condition.TOMBSTONE if link.board_state is None else Condition.IDLE
        event = DeleteEvent(link.event, situation.event_content, link.outlook_version, LEAVING, ends)
        return situation.operate(LEAVING, (event,))
    if link.board_state is None:
        return situation.settled(LEAVING, bury(link, situation.now))
    return situation.settled(LEAVING, part(link, LEAVING))
