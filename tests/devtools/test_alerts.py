"""An alert is seen among the lines of a host, with where its remedy is told."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from devtools.alerts import with_alerts
from sync_core.domain.source import Heard, Source, SourceId, WorkingHours
from sync_core.flows.alerts import watch_pull
from tests.flows.stage import R0, Stage, now, planned


class Lines(logging.Handler):
    """What the log says, as the host prints it, through the echo."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        self.shown: list[str] = []
        self._echo = with_alerts(self.shown.append)

    def emit(self, record: logging.LogRecord) -> None:
        self._echo(self.format(record))


@pytest.fixture
def lines() -> Iterator[Lines]:
    log, made = logging.getLogger("tandem"), Lines()
    log.addHandler(made)
    yield made
    log.removeHandler(made)


def look(stage: Stage) -> None:
    now(watch_pull(stage.ports, timedelta(minutes=5), is_notified=False))


def test_what_is_held_is_told_with_where_its_remedy_is(lines: Lines) -> None:
    stage = planned()
    stage.overviews.rows[R0] = replace(stage.overviews.rows[R0], held=(("held by the brake", 2),))
    look(stage)
    said = "\n".join(lines.shown)
    assert ">>> ALERT: held\n" in said
    assert "2 × held by the brake" in said
    assert ">>> docs/admin/mend.md#alert-held\n" in said


def test_a_source_that_falls_silent_is_told_once_and_again_when_it_is_over(
    lines: Lines, caplog: pytest.LogCaptureFixture
) -> None:
    stage = planned()
    erp = SourceId("erp")
    every_day = WorkingHours(days=tuple(range(7)))
    now(stage.ports.sources.put(Source(erp, hours=every_day), None))
    now(stage.ports.sources.note(erp, Heard(webhook_at=stage.clock.now())))
    stage.clock.advance(timedelta(days=1))
    look(stage)
    look(stage)
    assert [line for line in lines.shown if "silence:erp" in line] == [lines.shown[0]]
    assert lines.shown[1] == "  >>> docs/admin/mend.md#alert-silence\n"
    now(stage.ports.sources.note(erp, Heard(webhook_at=stage.clock.now())))
    with caplog.at_level(logging.INFO, "tandem"):
        look(stage)
    assert any(">>> alert is over: silence:erp" in line for line in lines.shown)


def test_every_other_line_is_passed_on_as_it_is() -> None:
    shown: list[str] = []
    tell = with_alerts(shown.append)
    others = ["pull_due_calendars late=False alerts=1", "alert=held level=loud words=x link=/y", ""]
    for line in others:
        tell(line)
    assert shown == others
