"""POST /api/scheduler/events: what a board posts, from signature to answer."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus

from sync_core.contract.event import Silence
from sync_core.domain.appointment import Placement
from sync_core.domain.errors import Misconfigured, TryAgain
from sync_core.flows.accept import Acceptance, AcceptVerdict, Rejection, accept, file_rejected
from sync_core.ports import Ports
from sync_core.web.delivery import Delivery, Member, RejectedMember, RequestRefused, parse_delivery
from sync_core.web.http import Headers, Response
from sync_core.web.problem import as_json, problem, unavailable
from sync_core.web.signature import Unauthorized, verify_signature

Secrets = Callable[[], Awaitable[Sequence[str]]]


async def receive(ports: Ports, webhook_secrets: Secrets, headers: Mapping[str, str], raw: bytes) -> Response:
    """Answer one delivery; 2xx means that all it accepted is stored.

    A repeat of any call is harmless, so storage that fails half way is a plain 503.
    """
    fields = Headers(headers)
    try:
        delivery_id = verify_signature(await webhook_secrets(), fields, raw, ports.clock.now())
        delivery = parse_delivery(fields.get("content-type", ""), raw, delivery_id)
        return await _store(ports, delivery, delivery_id)
    except Unauthorized:
        return problem(
            HTTPStatus.UNAUTHORIZED, "bad_signature", "No valid signature, or a clock that is over five minutes off."
        )
    except RequestRefused as refused:
        return refused.response
    except TryAgain as trouble:
        return unavailable("Storage does not answer. Repeat the whole call.", trouble.after)
    except Misconfigured:
        return unavailable("Tandem is not set up yet. An administrator finds the reason at /api/health.")


async def _store(ports: Ports, delivery: Delivery, delivery_id: str) -> Response:
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
    ignored = sum(isinstance(member.told.what, Silence) for member in delivery.members)
    return _answer(verdicts, ignored, rejected)


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


def _answer(verdicts: Sequence[Acceptance], ignored: int, rejected: Sequence[RejectedMember]) -> Response:
    came_to = [one.verdict for one in verdicts]
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
