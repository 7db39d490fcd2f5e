"""Plays a scenario: given, when, then, and what holds after every one of them."""

from collections import defaultdict
from datetime import UTC, datetime

from tests.scenarios import administration
from tests.scenarios.comparing import compare
from tests.scenarios.play import Play
from tests.scenarios.said import as_number, as_truth
from tests.scenarios.scenario import Scenario
from tests.scenarios.stage import Stage
from tests.scenarios.team import DEFAULT, read_team
from tests.scenarios.times import Almanac


class NotAsExpected(AssertionError):
    """What a scenario led to is not what it says."""


def play_scenario(scenario: Scenario, stage: Stage, unique: str) -> None:
    """Play it.

    Raises:
        NotAsExpected: something is not as it says; every difference on a line of its own.
        NotAScenario: an act of it cannot be done.
    """
    stage.clear(
        {
            name: as_truth(value) if value in ("yes", "no") else as_number(value)
            for name, value in scenario.capabilities.items()
        }
    )
    play = Play(stage, Almanac(datetime.now(UTC).date()), read_team(scenario.team, unique), unique=unique)
    _seat(play)
    administration.begin_with(stage, play.members, scenario.settings)
    administration.enlist(stage, play.members, [each for each in play.members.values() if each.is_enlisted])
    stage.settle(play.ids)
    _go_through(scenario, play)


def _go_through(scenario: Scenario, play: Play) -> None:
    stage = play.stage
    for done in scenario.given:
        done.do(play)
        if not play.is_cut_off:
            stage.settle(play.ids, is_disturbed=play.is_disturbed)
    before = frozenset(event["id"] for member in play.boxes.values() for event in play.events(member))
    play.mails += stage.writes().mails
    stage.forget_writes()
    for done in scenario.when:
        done.do(play)
    rest = stage.settle(play.ids, is_disturbed=play.is_disturbed)
    writes = stage.writes()
    play.mails += writes.mails
    troubles = compare(scenario.then, play, before, rest, writes)
    troubles += _laws(play) if not play.is_disturbed else []
    if troubles:
        print("\n".join(stage.stack.log[-40:]))
        raise NotAsExpected("\n  ".join([str(scenario.title), *troubles]))


def _laws(play: Play) -> list[str]:
    """What holds after every scenario: quiet when nothing changes, no mail, nothing doubled, empty inboxes."""
    stage = play.stage
    troubles = []
    if play.mails:
        troubles.append(f"calendar mails: expected none, found {play.mails}")
    stage.forget_writes()
    stage.office.ring(play.ids)
    rest = stage.settle(play.ids)
    again = stage.writes()
    if again.outlook or again.board:
        troubles.append(f"not quiet: with nothing new {again.outlook} writes to Outlook and {again.board} to the board")
    for member in play.boxes.values():
        births = defaultdict(set)
        for event in play.events(member):
            for marker in event["extended"].values() if event["transactionId"] else ():
                births[marker].add(event["transactionId"])
        troubles += [
            f"{member.name} has {len(ids)} events of one appointment" for ids in births.values() if len(ids) > 1
        ]
    if rest.waiting and not rest.refused:
        troubles.append(f"left in inboxes: {sorted({type(row).__name__ for row in rest.waiting})}")
    return troubles


def _seat(play: Play) -> None:
    """Make the members' mailboxes with their calendars, and resources on the board."""
    members = play.members.values()
    for member in members:
        play.open_box(member)
    for member in members:
        for calendar in member.calendars:
            if calendar.name != DEFAULT and not calendar.is_made:
                mailbox = play.members[calendar.of].mailbox if calendar.of else member.mailbox
                play.stage.ask_graph("POST", f"mailboxes/{mailbox}/calendars", {"name": calendar.name})
    seats = [
        {"id": each.id, "name": each.name, **({"email": each.mailbox} if each.mailbox else {})} for each in members
    ]
    play.stage.ask_board("PUT", "resources?announce=false", seats)
