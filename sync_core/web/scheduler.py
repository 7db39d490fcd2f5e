"""POST /api/scheduler/events and …/events/{source}: what a board posts, from proof to answer."""

import asyncio
import base64
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from sync_core.contract.event import Silence
from sync_core.domain.appointment import Placement
from sync_core.domain.errors import Misconfigured, TryAgain
from sync_core.domain.mention import Mention, ResourceWord
from sync_core.domain.source import DEFAULT_SOURCE, Heard, Refusal, Source, SourceId
from sync_core.flows.accept import Acceptance, AcceptVerdict, Rejection, accept, file_rejected
from sync_core.flows.listening import Listening
from sync_core.flows.meet_resources import KnownResources, meet_resources, take_word
from sync_core.ports import Ports
from sync_core.web.delivery import Delivery, Member, RejectedMember, RequestRefused, parse_delivery
from sync_core.web.http import Request, Response
from sync_core.web.problem import as_json, problem, unavailable
from sync_core.web.proofs.call import Call, Unauthorized
from sync_core.web.proofs.prove import Authority, prove
from sync_core.web.signature import verify_signature

SecretsOf = Callable[[Source], Awaitable[Sequence[str]]]
_ROUTE = "/scheduler/events"
_AT_ONCE = 8
_NOBODYS = "whsec_" + base64.b64encode(os.urandom(32)).decode()


class Reception:
    """Takes in what boards post; `secrets_of` reads those that a source may use now.

    One per worker, since it remembers the sources and the resources that it has met.
    """

    def __init__(self, ports: Ports, secrets_of: SecretsOf, authority: Authority | None = None) -> None:
        self._ports = ports
        self._secrets_of = secrets_of
        self._authority = authority or Authority()
        self._listening = Listening()
        self._known = KnownResources()

    async def receive(self, request: Request) -> Response:
        """Answer one delivery; 2xx means that all it accepted is stored.

        A repeat of any call is harmless, so storage that fails half way is a plain 503.
        """
        name, url_secret = _place_of(request.url)
        call = Call(request.headers, request.body, self._ports.clock.now(), request.query, url_secret)
        try:
            source = await self._listening.find(self._ports, name)
            if source is None:
                return _unknown(call)
            return await self._receive_from(source, call)
        except TryAgain as trouble:
            return unavailable("Storage does not answer. Repeat the whole call.", trouble.after)
        except Misconfigured:
            return unavailable("Tandem is not set up yet. An administrator finds the reason at /api/health.")

    async def _receive_from(self, source: Source, call: Call) -> Response:
        """What a source sent, and the sign that it leaves behind."""
        try:
            secrets = await self._secrets_of(source)
            delivery_id = await prove(source, secrets, self._authority, call)
            delivery = parse_delivery(call.headers.get("content-type", ""), call.body, delivery_id)
            response = await self._store(delivery, delivery_id)
        except Unauthorized as refused:
            await self._note_refusal(source, call, refused.refusal)
            # The same words for every proof and every fault of it.
            detail = "Nothing valid proves who sends this, or a clock is over five minutes off."
            return problem(HTTPStatus.UNAUTHORIZED, "bad_signature", detail)
        except RequestRefused as refused:
            await self._note_refusal(source, call, Refusal.UNREADABLE)
            return refused.response
        except Misconfigured:
            await self._note_refusal(source, call, Refusal.NOT_SET_UP)
            raise
        is_ping = any(member.told.what is Silence.PING for member in delivery.members)
        heard = Heard(webhook_at=call.now, ping_at=call.now if is_ping else None)
        await self._listening.note(self._ports, source.id, heard)
        return response

    async def _note_refusal(self, source: Source, call: Call, refusal: Refusal) -> None:
        await self._listening.note(self._ports, source.id, Heard(refusal_at=call.now, refusal=refusal))

    async def _store(self, delivery: Delivery, delivery_id: str) -> Response:
        ports = self._ports
        placed = [(member, what) for member in delivery.members if isinstance(what := member.told.what, Placement)]
        verdicts = await accept(ports, [what for _, what in placed], delivery_id) if placed else ()
        reused = [
            _reused(member, verdict)
            for (member, _), verdict in zip(placed, verdicts, strict=True)
            if verdict.verdict is AcceptVerdict.CONFLICTING
        ]
        rejected = sorted((*delivery.rejected, *reused), key=lambda one: one.index)
        if rejected:
            await file_rejected(ports, [_to_file(one, delivery_id) for one in rejected])
        words = [what for member in delivery.members if isinstance(what := member.told.what, ResourceWord)]
        came_to = [one.verdict for one in verdicts] + [await take_word(ports, word, self._known) for word in words]
        await self._meet([one for member in delivery.members for one in member.told.mentions])
        ignored = sum(isinstance(member.told.what, Silence) for member in delivery.members)
        return _answer(came_to, ignored, rejected)

    async def _meet(self, mentions: Sequence[Mention]) -> None:
        """List who is new; several at once, since a board's first call may name a thousand."""
        new = self._known.unknown(mentions, self._ports.clock.now())
        shares = [new[share::_AT_ONCE] for share in range(min(_AT_ONCE, len(new)))]
        await asyncio.gather(*(meet_resources(self._ports, share, self._known) for share in shares))


def _place_of(url: str) -> tuple[SourceId, str]:
    """The source that an address names, and what stands behind it; the platform takes routes in any case."""
    path = urlsplit(url).path
    _, found, _ = path.lower().partition(_ROUTE)
    rest = path[path.lower().index(_ROUTE) + len(_ROUTE) :].strip("/") if found else ""
    source, _, secret = rest.partition("/")
    return SourceId(unquote(source)) if source else DEFAULT_SOURCE, unquote(secret)


def _unknown(call: Call) -> Response:
    """404 after the work that a known one costs, so that nobody learns names by a clock."""
    with suppress(Unauthorized):
        verify_signature([_NOBODYS], call.headers, call.body, call.now)
    return problem(HTTPStatus.NOT_FOUND, "not_found", "There is no source of this name.")


def _reused(member: Member, verdict: Acceptance) -> RejectedMember:
    return RejectedMember(
        member.index,
        member.told.id,
        f"{member.told.type} of {verdict.key.kind} {verdict.key.id}",
        "revision_reused",
        "This revision was sent before with other content: raise the revision.",
    )


def _to_file(rejected: RejectedMember, delivery_id: str) -> Rejection:
    """Under the event's own id, so that a repeated delivery files it once."""
    faults = "; ".join(f"{fault.pointer} {fault.detail}" for fault in rejected.errors)
    why = f"{rejected.detail} {faults}".strip()
    return Rejection(rejected.id or f"{delivery_id}/{rejected.index}", rejected.type, why)


def _answer(came_to: Sequence[AcceptVerdict], ignored: int, rejected: Sequence[RejectedMember]) -> Response:
    repeated = came_to.count(AcceptVerdict.REPEATED)
    document = {
        "accepted": came_to.count(AcceptVerdict.ACCEPTED) + repeated,
        "superseded": came_to.count(AcceptVerdict.SUPERSEDED),
        "repeated": repeated,
        "ignored": ignored,
        "rejected": [_rejection(one) for one in rejected],
    }
    return Response(HTTPStatus.ACCEPTED, json.dumps(document).encode(), "application/json")


def _rejection(one: RejectedMember) -> dict[str, object]:
    document: dict[str, object] = {"index": one.index, "id": one.id, "code": one.code, "detail": one.detail}
    return document | ({"errors": as_json(one.errors)} if one.errors else {})
