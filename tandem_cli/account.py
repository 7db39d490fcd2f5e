"""`tandem whoami` and `tandem token`: who calls, and with what."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from tandem_cli.command import Desk, command
from tandem_cli.showing import card
from tandem_cli.tokens import read_claims


def register(app: typer.Typer) -> None:
    """Add the two commands."""

    @command(app, "whoami", "tandem whoami")
    def whoami(desk: Desk) -> None:
        """Ask the app who it takes you for, and which roles you have."""
        me = desk.calls.read("/me").document
        own = card(("object id", me.get("objectId")), ("name", me.get("name")), ("roles", me.get("roles")))
        desk.out.show(me, [own])

    @command(app, "token", "tandem token", "tandem token --raw")
    def token(
        desk: Desk,
        raw: Annotated[bool, typer.Option("--raw", help="Print the token itself, for another program.")] = False,
    ) -> None:
        """Say for whom, for what and until when the token is good, by its own words. The app is not asked."""
        found = desk.sign_in.find(desk.calls.url)
        if raw:
            desk.out.show({"token": found}, [found])
            return
        claims = read_claims(found)
        expires_at = datetime.fromtimestamp(float(claims.get("exp") or 0), UTC)
        told = {
            "objectId": claims.get("oid"),
            "tenant": claims.get("tid"),
            "audience": claims.get("aud"),
            "roles": claims.get("roles") or [],
            "expiresAt": f"{expires_at:%Y-%m-%dT%H:%M:%SZ}",
        }
        lines = [*told.items(), ("", "It has no role here: have one assigned, and get a new token.")]
        desk.out.show(told, [card(*(lines if not told["roles"] else lines[:-1]))])
