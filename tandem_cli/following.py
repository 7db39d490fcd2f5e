"""Follows work that takes long: a walk on the app's side, a file on its way.

https://rich.readthedocs.io/en/stable/progress.html
"""

import time
from collections.abc import Iterator

from rich.console import RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tandem_cli.calls import Body, Document, place
from tandem_cli.command import Desk
from tandem_cli.showing import card, when
from tandem_cli.trouble import Code, Trouble

_PART = 64 * 1024


def show_progress(desk: Desk, resource: str, *, follows: bool, every: float) -> None:
    """Print how far a resource is; while following, only once it is done.

    Raises:
        Trouble: Following ended because the resource was paused.
    """
    path = place("resources", resource, "progress")
    progress = desk.calls.read(path).document
    if follows:
        progress = _follow(desk, path, progress, every)
    desk.out.show(progress, [_as_card(progress)])
    if follows and progress.get("state") == "paused":
        sentence = f"The resource is paused; `tandem resources resume {resource} --follow` goes on."
        raise Trouble(Code.REFUSED, sentence)


def _follow(desk: Desk, path: str, progress: Document, every: float) -> Document:
    words = TextColumn(
        "{task.completed} of {task.total} looked at, {task.fields[written]} written, {task.fields[held]} held"
    )
    with Progress(SpinnerColumn(), BarColumn(), words, TimeElapsedColumn(), console=desk.out.aside) as bar:
        task = bar.add_task("", total=0, written=0, held=0)
        while True:
            done, left = progress.get("walked", 0), progress.get("left", 0)
            numbers = {"written": progress.get("written", 0), "held": progress.get("held", 0)}
            bar.update(task, completed=done, total=done + left, **numbers)
            if progress.get("state") != "running":
                return progress
            time.sleep(every)
            progress = desk.calls.read(path).document


def _as_card(progress: Document) -> RenderableType:
    return card(
        ("resource", progress.get("resource")),
        ("state", progress.get("state")),
        ("found", progress.get("found")),
        ("written", progress.get("written")),
        ("left", progress.get("left")),
        ("held", progress.get("held")),
        ("began", when(progress.get("beganAt"))),
        ("ended", when(progress.get("endedAt"))),
    )


class Sending:
    """A file on its way; with it the bar is shown."""

    def __init__(self, desk: Desk, content: bytes, content_type: str) -> None:
        self._content = content
        self._bar = Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), console=desk.out.aside)
        self._task = self._bar.add_task("sending", total=len(content) or 1)
        self.body = Body(self, len(content), content_type)

    def __enter__(self) -> Body:
        self._bar.start()
        return self.body

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the parts; from the beginning each time, since a call may be repeated."""
        self._bar.update(self._task, completed=0)
        for begin in range(0, len(self._content), _PART):
            part = self._content[begin : begin + _PART]
            yield part
            self._bar.advance(self._task, len(part))
        # From here on the app works, and nobody knows for how long.
        self._bar.update(self._task, description="Tandem works on it", total=None)
