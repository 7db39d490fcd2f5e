"""A run leaves one closing line of names and numbers, whatever became of it."""

import logging
from dataclasses import dataclass

import pytest

from sync_core.logs import closing_line, facts_of, quieten_libraries


@dataclass(frozen=True)
class Report:
    written: int
    seconds: float
    subject: str
    skipped: tuple[str, ...]


def test_a_run_that_ends_well_leaves_one_line_with_what_was_added(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "tandem"), closing_line("sync_resource", resource="r-1") as facts:
        facts["written"] = 3
    [line] = caplog.records
    assert line.getMessage().startswith("sync_resource resource=r-1 written=3 ms=")
    assert (line.levelname, vars(line)["tandem.resource"], vars(line)["tandem.written"]) == ("INFO", "r-1", 3)


def test_a_run_that_fails_names_the_error_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="Dentist"), closing_line("sync_resource", resource="r-1"):
        raise ValueError("Dentist, 10:00")
    [line] = caplog.records
    assert "failed=ValueError" in line.getMessage()
    assert line.levelname == "ERROR"
    assert "Dentist" not in caplog.text


def test_a_report_is_told_by_numbers_and_lengths_only() -> None:
    assert facts_of(Report(2, 0.5, "Dentist", ("a", "b"))) == {"written": 2, "seconds": 0.5, "skipped": 2}
    assert facts_of(7) == {"count": 7}
    assert facts_of(None) == {}


def test_libraries_that_log_addresses_are_quiet() -> None:
    quieten_libraries()
    for name in ("azure.core.pipeline.policies.http_logging_policy", "httpx"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
