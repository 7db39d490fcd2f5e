"""Many requests to one mailbox as one: `$batch`, with what each member answered and short waits for the throttled.

https://learn.microsoft.com/graph/json-batching
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from sync_core.adapters.graph.client import (
    PREFER,
    TIMEOUT_SECONDS,
    TRIES,
    GraphClient,
    NoReply,
    NotSent,
    Reply,
    pause_before,
    read_retry_after,
)
from sync_core.adapters.graph.troubles import Trouble
from sync_core.adapters.graph.wire import BatchAnswers
from sync_core.domain.errors import TryAgain

MOST_MEMBERS = 20


@dataclass(frozen=True, slots=True)
class Member:
    """One request of a batch; `path` begins behind the version."""

    method: str
    path: str
    body: Any = None
    version: str = ""

    def headers(self) -> dict[str, str]:
        headers = {"Prefer": PREFER}
        if self.body is not None:
            headers["Content-Type"] = "application/json"
        if self.version:
            headers["If-Match"] = self.version
        return headers


async def send_all(client: GraphClient, mailbox: str, members: Sequence[Member]) -> list[Reply | None]:
    """Send members and wait shortly for those that are throttled; None where no reply came.

    All of it together takes no longer than one timeout, because the caller's lease was measured by that: what had no
    turn until then counts as throttled. A member that is still throttled at the end keeps that reply, which says that
    it was not carried out. Without a token every member counts as throttled.
    """
    replies: list[Reply | None] = [None] * len(members)
    deadline = client.deadline_in(TIMEOUT_SECONDS)
    for first in range(0, len(members), MOST_MEMBERS):
        waiting = list(range(first, min(first + MOST_MEMBERS, len(members))))
        for attempt in range(TRIES):
            sent = await _send_once(client, mailbox, [members[n] for n in waiting], deadline)
            for place, reply in zip(waiting, sent, strict=True):
                replies[place] = reply
            waiting = [place for place in waiting if _is_throttled(replies[place])]
            wait = max((pause_before(attempt, _asked(replies[place])) for place in waiting), default=0.0)
            if not waiting or attempt + 1 == TRIES or not await client.pause(wait, deadline):
                break
    return replies


async def _send_once(
    client: GraphClient, mailbox: str, members: Sequence[Member], deadline: float
) -> Sequence[Reply | None]:
    try:
        if len(members) == 1:
            return [await _send_alone(client, mailbox, members[0], deadline)]
        return await _send_together(client, mailbox, members, deadline)
    except NotSent:
        return [Reply(status=503)] * len(members)
    except NoReply:
        return [None] * len(members)
    except TryAgain as trouble:
        return [Reply(status=503, retry_after=trouble.after.total_seconds() or None)] * len(members)


async def _send_alone(client: GraphClient, mailbox: str, member: Member, deadline: float) -> Reply:
    content = None if member.body is None else to_json(member.body)
    url = client.root + member.path
    return await client.send(member.method, mailbox, url, member.headers(), content, deadline=deadline)


async def _send_together(
    client: GraphClient, mailbox: str, members: Sequence[Member], deadline: float
) -> Sequence[Reply | None]:
    requests = [
        {
            "id": str(number),
            "method": member.method,
            "url": member.path,
            "headers": member.headers(),
            **({} if member.body is None else {"body": member.body}),
        }
        for number, member in enumerate(members)
    ]
    outer = await client.send(
        "POST",
        mailbox,
        f"{client.root}/$batch",
        {"Content-Type": "application/json"},
        to_json({"requests": requests}),
        deadline=deadline,
    )
    if outer.trouble is not Trouble.NONE:
        return [outer] * len(members)
    try:
        answers = BatchAnswers.model_validate_json(outer.content).responses
    except ValidationError:
        return [None] * len(members)
    # In any order, and a member that is not answered is not known.
    by_id = {answer.id: answer for answer in answers}
    replies: list[Reply | None] = []
    for number in range(len(members)):
        answer = by_id.get(str(number))
        if answer is None:
            replies.append(None)
            continue
        headers = {name.lower(): value for name, value in (answer.headers or {}).items()}
        replies.append(
            Reply(
                status=answer.status,
                parsed=answer.body,
                retry_after=read_retry_after(headers.get("retry-after")),
                answered_at=outer.answered_at,
            )
        )
    return replies


def _is_throttled(reply: Reply | None) -> bool:
    return reply is not None and reply.trouble is Trouble.THROTTLED


def _asked(reply: Reply | None) -> float | None:
    return reply.retry_after if reply else None
