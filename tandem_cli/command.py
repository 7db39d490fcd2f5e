"""Makes a function a command: its options for the connection, its examples, and its end.

https://typer.tiangolo.com/tutorial/commands/help/
"""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from tandem_cli.calls import Calls
from tandem_cli.showing import Output
from tandem_cli.tokens import SignIn
from tandem_cli.trouble import Code, Trouble

P = ParamSpec("P")
LOCAL = "http://127.0.0.1:7071"
_PANEL = "Connection and form"


@dataclass(frozen=True, slots=True)
class Desk:
    """What every command works with: the app behind its API, the token's source, and where the answer goes."""

    calls: Calls
    sign_in: SignIn
    out: Output

    def confirm(self, question: str, is_agreed: bool) -> None:
        """Ask before something that is not easily undone, unless `--yes` agreed to it.

        Raises:
            Trouble: The answer was no, or nobody could answer.
        """
        if is_agreed:
            return
        try:
            answer = typer.confirm(question, err=True)
        except typer.Abort:
            self.out.note("")
            raise Trouble(Code.USAGE, "Nobody answered, so nothing was done. Give --yes to go on unasked.") from None
        if not answer:
            raise Trouble(Code.REFUSED, "Nothing was done.")


_COMMON: dict[str, Any] = {
    "url": Annotated[
        str, typer.Option("--url", envvar="TANDEM_URL", help="Address of the app.", rich_help_panel=_PANEL)
    ],
    "token": Annotated[
        str,
        typer.Option(
            "--token",
            envvar="TANDEM_TOKEN",
            help="Token to call with. Better by the variable: others on this machine see options.",
            show_default=False,
            rich_help_panel=_PANEL,
        ),
    ],
    "issuer": Annotated[
        str,
        typer.Option(
            "--issuer",
            envvar="TANDEM_ISSUER",
            help="Local issuer to get a token from, when developing.",
            show_default=False,
            rich_help_panel=_PANEL,
        ),
    ],
    "audience": Annotated[
        str,
        typer.Option(
            "--audience",
            envvar="TANDEM_AUDIENCE",
            help="Application to get a token for with `az`: the app's ADMIN_AUDIENCE.",
            show_default=False,
            rich_help_panel=_PANEL,
        ),
    ],
    "as_json": Annotated[bool, typer.Option("--json", help="JSON for programs.", rich_help_panel=_PANEL)],
}
_DEFAULTS = {"url": LOCAL, "token": "", "issuer": "", "audience": "", "as_json": False}


def group(name: str, purpose: str) -> typer.Typer:
    """Return a group of commands."""
    return typer.Typer(name=name, help=purpose, no_args_is_help=True)


def command(
    app: typer.Typer, name: str, *examples: str
) -> Callable[[Callable[Concatenate[Desk, P], None]], Callable[Concatenate[Desk, P], None]]:
    """Register a function as a command; its first parameter is the desk, the others are its own options.

    `examples` are whole command lines; help shows them, and the tests run every one.
    """

    def register(carry_out: Callable[Concatenate[Desk, P], None]) -> Callable[Concatenate[Desk, P], None]:
        def run(*, url: str, token: str, issuer: str, audience: str, as_json: bool, **own: Any) -> None:
            out = Output(as_json)
            sign_in = SignIn(token, issuer, audience)
            try:
                with Calls(url, sign_in.find) as calls:
                    carry_out(Desk(calls, sign_in, out), **own)  # type: ignore[call-arg]
            except Trouble as trouble:
                if as_json:
                    typer.echo(json.dumps(trouble.as_document(), ensure_ascii=False), err=True)
                else:
                    out.note(*trouble.sentences)
                raise typer.Exit(trouble.code) from None

        run.__doc__ = carry_out.__doc__
        # Typer reads what a command takes from its signature: https://typer.tiangolo.com/tutorial/parameter-types/
        run.__signature__ = _with_common(inspect.signature(carry_out))  # type: ignore[attr-defined]
        run.__annotations__ = {}
        app.command(name, epilog="Examples:\n\n" + "\n".join(f"  {line}" for line in examples))(run)
        return carry_out

    return register


def _with_common(signature: inspect.Signature) -> inspect.Signature:
    own = [each.replace(kind=each.KEYWORD_ONLY) for each in list(signature.parameters.values())[1:]]
    common = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=_DEFAULTS[name])
        for name, kind in _COMMON.items()
    ]
    return inspect.Signature([*own, *common])
