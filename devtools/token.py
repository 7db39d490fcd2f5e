"""Prints a token for the administration of the app that runs here."""

from collections.abc import Sequence

from devtools.calls import call
from devtools.development import ISSUER_PORT, loopback
from devtools.trouble import Trouble

ROLES = ("Tandem.Admin", "Tandem.Reader")


def print_token(roles: Sequence[str] | None, issuer: str = loopback(ISSUER_PORT)) -> int:
    """Print one token with these roles and nothing else, so that a shell can take it; without any it is an admin's.

    Raises:
        Trouble: No issuer answers, or there is no such role.
    """
    wanted = list(roles or ROLES[:1])
    if unknown := [role for role in wanted if role not in ROLES]:
        raise Trouble(f"There is no role {unknown[0]}: give {' or '.join(ROLES)}.")
    try:
        issued = call("POST", f"{issuer}/token", {"claims": {"roles": wanted}})
    except Trouble as trouble:
        raise Trouble(f"No issuer answers at {issuer}: start `python3 dev.py up` first.") from trouble
    print(issued["access_token"])
    return 0
