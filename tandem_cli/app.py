"""The commands of `tandem` together.

https://typer.tiangolo.com/tutorial/subcommands/
"""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from tandem_cli import VERSION, account, files, held, journal, resources, settings, sources, status, taking_part
from tandem_cli.trouble import MEANINGS

__all__ = ["app", "main", "taking_part"]

app = typer.Typer(
    name="tandem",
    no_args_is_help=True,
    rich_markup_mode="rich",
    # A trace is for a report of an error; the values in it are nobody's business.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for each in (resources.app, settings.app, files.app, sources.app, held.app):
    app.add_typer(each)
for register in (journal.register, status.register, account.register):
    register(app)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"tandem {VERSION}")
        raise typer.Exit


@app.callback(
    help="Connect, configure, watch and mend a deployment of Tandem.",
    epilog="\n".join(
        [
            "Examples:\n",
            "  tandem doctor",
            "  tandem resources list --state held",
            "  tandem resources activate R-ada --follow",
            "  TANDEM_URL=https://tandem.example tandem status",
            "\nEnds with:\n",
            *(f"  {int(code)}  {meaning}" for code, meaning in MEANINGS.items()),
        ]
    ),
)
def explain(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take what stands before a command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line, by default the one that was given, and return its exit code."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name="tandem")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 130
    return 0
