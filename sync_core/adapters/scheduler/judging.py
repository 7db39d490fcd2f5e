"""What the board's answer to a write means."""

from datetime import timedelta

from sync_core.adapters.scheduler.caller import Answer
from sync_core.adapters.scheduler.reading import parse_state
from sync_core.adapters.scheduler.writing import Write
from sync_core.contract.faults import Invalid
from sync_core.contract.inbound import to_appointment
from sync_core.domain.appointment import Revision
from sync_core.domain.plan import BoardOperation, Denied, Done, Missing, Moved, Outcome, Postponed, ProposeUnplan
from sync_core.domain.render import render

_KEY_WAIT = timedelta(minutes=1)


def judge(operation: BoardOperation, write: Write, answer: Answer) -> Outcome:
    """What an answer means; the words are the board's title, never more."""
    if answer.status in (200, 201, 204):
        return _done(operation, write, answer)
    if answer.status == 404:
        return _not_there(operation, write, answer)
    if answer.status == 409 and write.is_read_first:
        # The body was made anew from a state that has changed since the first attempt, so it is another body.
        return Moved()
    if answer.asks_for_time:
        return Postponed(answer.words(), answer.wait.total_seconds())
    if answer.status in (401, 403):
        return Postponed(answer.words(), _KEY_WAIT.total_seconds())
    return _denied(answer)


def _denied(answer: Answer) -> Denied:
    return Denied(answer.words())


def _not_there(operation: BoardOperation, write: Write, answer: Answer) -> Outcome:
    if write.is_deletion:
        return Done()
    if isinstance(operation, ProposeUnplan):
        # Without the appointment no question about it is open, which is what a withdrawal wants.
        return Done() if operation.is_withdrawn else Missing()
    return Missing() if "If-Match" in write.headers else _denied(answer)


def _done(operation: BoardOperation, write: Write, answer: Answer) -> Done:
    """It took effect, even if the answer says so in a form that cannot be read.

    A proposal is no state of the appointment: what the planner makes of it, even meanwhile, comes as a new revision.
    """
    if isinstance(operation, ProposeUnplan):
        return Done()
    revision = Revision(answer.revision) if answer.revision else None
    if write.is_deletion:
        return Done(revision=revision)
    try:
        state = to_appointment(parse_state(operation.key.kind, answer.document()))
    except Invalid:
        return Done(revision=revision)
    return Done(revision=revision or state.revision, answer=render(state))
