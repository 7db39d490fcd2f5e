"""A scenario file, read: everything that can be said without playing it is found to be understood."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.scenarios import acts_admin, acts_outside, acts_planner, acts_worker
from tests.scenarios.acting import Done, read_act
from tests.scenarios.said import Form, Text, as_form, as_lines, as_text, read_yaml, refuse
from tests.scenarios.settings import check_shown, read_choices, read_overrides
from tests.scenarios.team import know, read_team
from tests.scenarios.times import Almanac

# Importing them enters their acts into the table.
ACTS = (acts_admin, acts_outside, acts_planner, acts_worker)
KNOWN = ("title", "shows", "settings", "board can", "team", "given", "when", "then")
THEN = ("board", "outlook", "writes", "held", "told", "proposals", "journal", "waits", "refused", "mailboxes", "pulled")


@dataclass(frozen=True, slots=True)
class Scenario:
    """The parts of a file."""

    name: str
    title: Text
    shows: Sequence[Text]
    settings: Form
    capabilities: Form
    team: Form | None
    given: Sequence[Done]
    when: Sequence[Done]
    then: Form


def read_scenario(file: Path, name: str) -> Scenario:
    """Read a file.

    Raises:
        NotAScenario: something in it is not understood; the sentence names file and line.
    """
    form = read_yaml(file, name)
    know(form, KNOWN)
    for needed in ("title", "shows", "when", "then"):
        if needed not in form:
            raise refuse(form, f"a scenario needs `{needed}`")
    almanac = Almanac(datetime.now(UTC).date())
    shows = [as_text(each) for each in as_lines(form["shows"])]
    settings = as_form(form["settings"]) if "settings" in form else Form()
    team = as_form(form["team"]) if "team" in form else None
    then = as_form(form["then"])
    check_shown(shows)
    read_choices(settings)
    for member in read_team(team, "unique").values():
        read_overrides(member.overrides)
    know(then, THEN)
    given, when = (
        [read_act(each, almanac) for each in as_lines(form[part])] if part in form else [] for part in ("given", "when")
    )
    capabilities = as_form(form["board can"]) if "board can" in form else Form()
    return Scenario(name, as_text(form["title"]), shows, settings, capabilities, team, given, when, then)
