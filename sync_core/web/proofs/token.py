"""`entra_bearer`: an application of the tenant calls with a token of its own:
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
"""

from typing import TYPE_CHECKING

from sync_core.domain.errors import Misconfigured
from sync_core.domain.source import Source
from sync_core.web.proofs.call import Call, Unauthorized, fits

if TYPE_CHECKING:
    from sync_core.web.bearer import Keys


async def verify_bearer(source: Source, keys: "Keys | None", tenant: str, call: Call) -> str:
    """Check the token, for whom it is and whose it is, and return the delivery's id.

    Raises:
        Unauthorized: whatever the reason.
        Misconfigured: no tenant is set whose keys could be asked for.
        TryAgain: the token's key is not known, and the tenant's sign-in cannot be asked.
    """
    if keys is None or not tenant:
        raise Misconfigured("tokens cannot be checked: no tenant is set whose sign-in publishes keys")
    # Cryptography is loaded only where a source wants it.
    from sync_core.web.bearer import Untrusted, audiences_of, token_of, verify_token

    try:
        claims = await verify_token(token_of(call.headers), keys, tenant, audiences_of(source.audience))
    except Untrusted:
        raise Unauthorized from None
    app_id = str(claims.get("azp") or claims.get("appid")).lower()
    # A person's token may be for the same audience; only an application's own names nobody that it speaks for.
    is_apps_own = claims.get("idtyp") == "app" or "scp" not in claims
    if not (is_apps_own and fits(app_id.encode(), [each.lower().encode() for each in source.app_ids])):
        raise Unauthorized
    return call.body_id
