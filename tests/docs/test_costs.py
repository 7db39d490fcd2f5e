"""The estimate of the cost comes out of its own assumptions, and those agree with what is deployed."""

import re
from collections.abc import Mapping, Sequence

import pytest

from devtools.paths import ROOT
from tests.infra.samples import deployments

PAGE = (ROOT / "docs" / "admin" / "run.md").read_text("utf-8").partition("## What it costs")[2]
RULE = "Microsoft.Insights/scheduledQueryRules"
FREE_EXECUTIONS, FREE_MEMORY, FREE_LOG = 250_000, 100_000, 5


def assumption(name: str) -> str:
    [words] = re.findall(rf"^\| {name} \| (.+) \|$", PAGE, re.MULTILINE)
    return str(words)


def numbers(words: str) -> Sequence[float]:
    return [float(text.replace(",", "")) for text in re.findall(r"\d[\d,]*\.?\d*", words)]


def rows() -> Mapping[int, Sequence[float]]:
    found = re.findall(r"^\| ([\d,]+) \| (.+) \|$", PAGE, re.MULTILINE)
    return {int(count.replace(",", "")): numbers(rest) for count, rest in found}


def estimate(resources: int) -> Sequence[float]:
    a_resource = numbers(assumption("executions of a resource in a month"))[-1]
    executions = a_resource * resources + numbers(assumption("executions of the installation in a month"))[-1]
    memory = executions * numbers(assumption("duration of an execution"))[0] * 2
    log = executions * numbers(assumption("log of an execution"))[0] / 1e6
    a_run, _, _, polls = numbers(assumption("queue requests"))
    often, often_at, seldom, seldom_at = rules()
    dollars = (
        max(0, executions - FREE_EXECUTIONS) / 1e6 * numbers(assumption("price of executions"))[0],
        max(0, memory - FREE_MEMORY) * numbers(assumption("price of memory"))[0],
        executions * numbers(assumption("table requests of an execution"))[0] / 1e6 * 0.036,
        (executions * a_run + polls * 1e6) / 1e6 * numbers(assumption("price of queue requests"))[0],
        max(0, log - FREE_LOG) * numbers(assumption("price of log"))[0],
        often * often_at + seldom * seldom_at,
    )
    return [executions, memory, log, *dollars, sum(dollars)]


def rules() -> Sequence[float]:
    often, _, often_at, seldom, seldom_at = numbers(assumption("price of alert rules"))
    return often, often_at, seldom, seldom_at


@pytest.mark.parametrize("resources", [50, 500, 5000])
def test_the_estimate_is_what_its_assumptions_come_to(resources: int) -> None:
    told, expected = rows()[resources], estimate(resources)
    for said, worked_out, places in zip(told, expected, (0, 0, 1, 2, 2, 2, 2, 2, 2, 0), strict=True):
        assert said == pytest.approx(worked_out, abs=0.51 * 10**-places)


def test_the_sums_of_the_assumptions_are_right() -> None:
    days, changes, each, nights, readings, total = numbers(assumption("executions of a resource in a month"))
    assert days * changes * each + nights * readings == total
    *parts, total = numbers(assumption("executions of the installation in a month"))
    assert sum(parts) == total


def test_the_alert_rules_that_are_paid_for_are_those_that_are_deployed() -> None:
    placed = deployments()["only what is required"].of_type(RULE)
    often = sum(each.find("properties.evaluationFrequency") == "PT5M" for each in placed)
    assert (often, len(placed) - often) == (rules()[0], rules()[2])
