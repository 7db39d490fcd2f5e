"""What an alert rule may say, which its published type does not tell.

https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from tests.infra.deployed.values import Placed, Value, Whole

RULES = "Microsoft.Insights/scheduledQueryRules"
GROUPS = "Microsoft.Insights/actionGroups"
BUDGETS = "Microsoft.Consumption/budgets"
EVERY = ("PT1M", "PT5M", "PT10M", "PT15M", "PT30M", "PT45M", "PT1H", "PT2H", "PT3H", "PT4H", "PT5H", "PT6H", "P1D")
WINDOWS = (*EVERY, "P2D")
MINUTES = {"PT1M": 1, "PT5M": 5, "PT10M": 10, "PT15M": 15, "PT30M": 30, "PT45M": 45, "P1D": 1440, "P2D": 2880}
LEFT_OPEN = re.compile(r"<[a-z]+>|\$\{")


def alert_faults(whole: Whole) -> Iterator[str]:
    """Yield each alert that could not be made, asks nothing, or tells nobody."""
    groups = {group.id for group in whole.of_type(GROUPS)}
    for group in whole.of_type(GROUPS):
        if group.find("properties.enabled") is not True or not group.find("properties.emailReceivers"):
            yield f"{group.symbol} tells nobody"
    if not whole.of_type(RULES):
        yield "there is no alert rule"
    for rule in whole.of_type(RULES):
        yield from _rule_faults(rule, groups)
    for budget in whole.of_type(BUDGETS):
        yield from _budget_faults(budget, groups)


def minutes_of(span: str) -> int:
    """Return how long one of the known spans is."""
    return MINUTES.get(span) or int(span.removeprefix("PT").removesuffix("H")) * 60


def _rule_faults(rule: Placed, groups: set[object]) -> Iterator[str]:
    every, window = rule.find("properties.evaluationFrequency"), rule.find("properties.windowSize")
    if every not in EVERY or window not in WINDOWS:
        yield f"{rule.symbol} is asked every {every} over {window}, which is not offered"
    elif minutes_of(every) > minutes_of(window):
        yield f"{rule.symbol} is asked every {every}, but looks only {window} back"
    if rule.find("properties.severity") not in range(5):
        yield f"{rule.symbol} has a severity that does not exist"
    told = set(rule.find("properties.actions.actionGroups") or ())
    if not told or not told <= groups:
        yield f"{rule.symbol} tells no action group that is made here"
    if rule.find("properties.enabled") is False:
        yield f"{rule.symbol} is turned off"
    if rule.find("properties.autoMitigate") is not False and rule.find("properties.muteActionsDuration"):
        yield f"{rule.symbol} mutes what it also resolves by itself"
    criteria: Sequence[Mapping[str, Value]] = rule.find("properties.criteria.allOf") or ({},)
    for criterion in criteria:
        query = str(criterion.get("query") or "").strip()
        if not query or LEFT_OPEN.search(query):
            yield f"{rule.symbol} asks nothing, or something with a gap"


def _budget_faults(budget: Placed, groups: set[object]) -> Iterator[str]:
    if budget.find("properties.timeGrain") != "Monthly" or budget.find("properties.category") != "Cost":
        yield f"{budget.symbol} is not of what a month costs"
    start = str(budget.find("properties.timePeriod.startDate"))
    if not re.fullmatch(r"20\d\d-\d\d-01(?:T00:00:00Z)?", start):
        yield f"{budget.symbol} begins on {start}, not on the first of a month"
    notifications = budget.find("properties.notifications") or {}
    if not notifications:
        yield f"{budget.symbol} tells nobody"
    for name, said in notifications.items():
        told = [*(said.get("contactEmails") or ()), *(said.get("contactGroups") or ())]
        if said.get("enabled") is not True or not told or not set(said.get("contactGroups") or ()) <= groups:
            yield f"{budget.symbol}: {name} tells nobody"
