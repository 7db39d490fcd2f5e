"""`$batch`: up to twenty requests in one, four at once, each with an answer of its own.

https://learn.microsoft.com/graph/json-batching
"""

import asyncio
import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from simulators.graph.counters import Counters
from simulators.graph.errors import GraphRefusal, LostReply, bad_request
from simulators.graph.gate import Gate
from simulators.graph.preferences import read_preference
from simulators.graph.store import Store
from simulators.graph.wire import Answer, Call, JsonObject

_MOST = 20
_AT_ONCE = 4
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})


class Batch:
    """Answers `$batch`."""

    def __init__(self, store: Store, gate: Gate, counters: Counters) -> None:
        self._store = store
        self._gate = gate
        self._counters = counters

    async def answer(self, body: Any, root: str) -> Answer:
        """Carry the members out and answer in the order they finish.

        Raises: GraphRefusal for a malformed batch, LostReply when the reply of any member is lost.
        """
        members = _check_members(body)
        self._counters.batches += 1
        self._counters.batch_members += len(members)
        places = asyncio.Semaphore(_AT_ONCE)
        answers: list[JsonObject] = []
        finished: dict[str, asyncio.Future[int]] = {
            str(member["id"]).lower(): asyncio.get_running_loop().create_future() for member in members
        }
        lost = False

        async def run(member: JsonObject) -> None:
            nonlocal lost
            before = [await finished[str(name).lower()] for name in member.get("dependsOn") or ()]
            if any(status >= 400 for status in before):
                refusal = GraphRefusal(424, "FailedDependency", "A request this one depends on has failed.")
                answer = refusal.to_answer(self._store.clock.now())
            else:
                async with places:
                    try:
                        answer = await self._run_member(member, root)
                    except LostReply:
                        lost, answer = True, Answer(500)
            shown: JsonObject = {"id": str(member["id"]), "status": answer.status, "headers": _headers(answer)}
            if answer.body is not None:
                shown["body"] = answer.body
            answers.append(shown)
            finished[str(member["id"]).lower()].set_result(answer.status)

        await asyncio.gather(*(run(member) for member in members))
        if lost:
            raise LostReply
        # The order means nothing; clients that read one into it shall find out.
        random.Random(self._counters.batches).shuffle(answers)
        return Answer(200, {"responses": answers})

    async def _run_member(self, member: JsonObject, root: str) -> Answer:
        parts = urlsplit(member["url"])
        headers = {str(name).lower(): str(value) for name, value in (member.get("headers") or {}).items()}
        call = Call(
            member["method"].upper(),
            tuple(unquote(segment) for segment in parts.path.strip("/").split("/")),
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers,
            member.get("body"),
            root,
            read_preference(headers.get("prefer", "")),
            is_member=True,
        )
        return await self._gate.answer(call)


def _headers(answer: Answer) -> Mapping[str, str]:
    return {"Content-Type": "application/json", **answer.headers} if answer.body is not None else answer.headers


def _check_members(body: Any) -> list[JsonObject]:
    members = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(members, list) or not members or not all(isinstance(member, dict) for member in members):
        raise bad_request("Invalid batch payload format.")
    if len(members) > _MOST:
        raise bad_request(f"Number of requests in batch exceeds the limit of {_MOST}.")
    seen: set[str] = set()
    for member in members:
        name = str(member.get("id") or "").lower()
        if not name:
            raise bad_request("Invalid request id. Each request needs one.")
        if name in seen:
            raise bad_request(f"Request Id '{name}' has been used more than once.")
        known = [str(other).lower() in seen for other in member.get("dependsOn") or ()]
        if not all(known):
            raise bad_request(f"Request '{name}' depends on one that does not come before it.")
        seen.add(name)
        if str(member.get("method", "")).upper() not in _METHODS or not isinstance(member.get("url"), str):
            raise bad_request(f"Request '{name}' needs a method and a url.")
        if urlsplit(member["url"]).netloc:
            raise bad_request(f"Request '{name}' needs a relative url.")
        headers = {str(key).lower() for key in member.get("headers") or {}}
        if member.get("body") is not None and "content-type" not in headers:
            raise bad_request(f"Request '{name}' has a body but no Content-Type header.")
    return members
