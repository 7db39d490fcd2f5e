"""Writes a job as a queue message and reads it back: JSON, which the queue carries in base64."""

from functools import cache

from pydantic import TypeAdapter, ValidationError

from sync_core.domain.errors import Refused
from sync_core.domain.stored import Job

# 64 KiB of base64: https://learn.microsoft.com/azure/storage/queues/scalability-targets
LARGEST_MESSAGE = 48 * 1024


@cache
def _adapter() -> TypeAdapter[Job]:
    return TypeAdapter(Job)


def message_of_job(job: Job) -> bytes:
    """The JSON of a job.

    Raises:
        Refused: it is larger than the queue takes.
    """
    message = _adapter().dump_json(job)
    if len(message) > LARGEST_MESSAGE:
        raise Refused(f"a bell of {len(message)} bytes is larger than the queue takes ({LARGEST_MESSAGE})")
    return message


def job_from_message(body: bytes | str) -> Job:
    """The job of a queue message, base64 taken off already.

    Raises:
        Refused: it is none; the reason names the wrong members, never their content.
    """
    try:
        job = _adapter().validate_json(body)
    except ValidationError as error:
        wrong = sorted({".".join(map(str, fault["loc"])) or "the whole" for fault in error.errors()})
        # Without the cause: its text would repeat the message.
        raise Refused(f"a queue message is no job; wrong or missing: {', '.join(wrong)}") from None
    if job.rung_at.tzinfo is None:
        raise Refused("a queue message is no job; wrong or missing: rung_at (it has no zone)")
    return job
