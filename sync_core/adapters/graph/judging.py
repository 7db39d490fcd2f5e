"""From a reply to a value or to the one fitting member of our family of errors."""

from datetime import timedelta
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from sync_core.adapters.graph.client import Reply
from sync_core.adapters.graph.troubles import Trouble
from sync_core.domain.errors import CalendarRefused, Refused, TandemError, TryAgain

Model = TypeVar("Model", bound=BaseModel)


def fault_of(reply: Reply | None) -> TandemError:
    """What to raise for a reply to a read that is not the wanted one; None for no reply."""
    if reply is None:
        return TryAgain("Graph did not answer")
    match reply.trouble:
        case Trouble.CALENDAR | Trouble.NOT_FOUND:
            return CalendarRefused(f"the mailbox or calendar does not answer us ({reply.words})")
        case Trouble.THROTTLED | Trouble.UNCERTAIN | Trouble.MOVED | Trouble.AUTHENTICATION:
            return TryAgain(f"Graph asks for time ({reply.words})", timedelta(seconds=reply.retry_after or 0))
        case _:
            return Refused(f"Graph does not take this request ({reply.words})")


def parse(reply: Reply, model: type[Model]) -> Model:
    """The body of a good reply as a model.

    Raises:
        TryAgain: it broke off.
        CalendarRefused, Refused: it is no good reply, or not of Graph's shape.
    """
    if reply.trouble is not Trouble.NONE:
        raise fault_of(reply)
    try:
        if reply.parsed is not None:
            return model.model_validate(reply.parsed)
        return model.model_validate_json(reply.content)
    except ValidationError as odd:
        faults = odd.errors(include_url=False, include_context=False, include_input=False)
        if any(fault["type"] == "json_invalid" for fault in faults):
            raise TryAgain("an answer of Graph broke off") from None
        where = ".".join(str(part) for part in faults[0]["loc"])
        raise Refused(f"an answer of Graph is not of the known shape, at {where}") from None
