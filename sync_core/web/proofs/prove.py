"""Whether a call comes from the source that it is for, by whichever proof that source has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.source import Proof, Refusal, Source
from sync_core.web.proofs.addresses import is_from
from sync_core.web.proofs.call import Call, Unauthorized
from sync_core.web.proofs.hmac_body import verify_body
from sync_core.web.proofs.shared_secret import verify_basic, verify_url_secret
from sync_core.web.proofs.token import verify_bearer
from sync_core.web.signature import verify_signature

if TYPE_CHECKING:
    from sync_core.web.bearer import Keys


@dataclass(frozen=True, slots=True)
class Authority:
    """Whose tokens count: a tenant and the keys that it publishes; None where no tenant is set."""

    tenant: str = ""
    keys: "Keys | None" = None


async def prove(source: Source, secrets: Sequence[str], authority: Authority, call: Call) -> str:
    """Check a call against its source and return the delivery's id.

    The address is judged last, so that nobody learns whether it or the secret was wrong.

    Raises:
        Unauthorized: whatever the reason.
        Misconfigured: the proof lacks what it needs.
        TryAgain: the tenant's keys cannot be asked for.
    """
    match source.proof:
        case Proof.STANDARD_WEBHOOKS:
            delivery_id = verify_signature(secrets, call.headers, call.body, call.now)
        case Proof.HMAC_BODY:
            delivery_id = verify_body(source, secrets, call)
        case Proof.BASIC:
            delivery_id = verify_basic(source, secrets, call)
        case Proof.ENTRA_BEARER:
            delivery_id = await verify_bearer(source, authority.keys, authority.tenant, call)
        case Proof.URL_SECRET:
            delivery_id = verify_url_secret(secrets, call)
    must_be_near = bool(source.addresses) or source.proof is Proof.URL_SECRET
    if must_be_near and not is_from(source.addresses, call.headers):
        raise Unauthorized(Refusal.ADDRESS)
    return delivery_id
