"""A scenario file, read and played: given, when, then, and what holds after every one of them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.scenarios import acts_admin, acts_planner, acts_worker, administration
from tests.scenarios.acting import Done, read_act
from tests.scenarios.office import Rest
from tests.scenarios.play import Play
from tests.scenarios.said import (
    Form,
    Lines,
    Said,
    Text,
    as_form,
    as_lines,
    as_number,
    as_text,
    as_truth,
    as_words,
    read_yaml,
    refuse,
)
from tests.scenarios.seeing import compare_board, compare_outlook
from tests.scenarios.settings import check_shown, read_choices, read_overrides
from tests.scenarios.stage import Stage, Writes
from tests.scenarios.team import DEFAULT, know, read_team
from tests.scenarios.times import Almanac

ACTS = (acts_admin, acts_planner, acts_worker)
KNOWN = ("title", "shows", "settings", "board can", "team", "given", "when", "then")
THEN = ("board", "outlook", "writes", "held", "told", "proposals", "journal", "waits", "refused", "mailboxes", "pulled")


class NotAsExpected(AssertionError):
    """What a scenario led to is not what it says."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A file that was read: everything that can be said without playing it was found to be understood."""

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
    troubles = _compare(scenario, play, before, rest, writes)
    troubles += _laws(play) if not play.is_disturbed else []
    if troubles:
        print("\n".join(stage.stack.log[-40:]))
        raise NotAsExpected("\n  ".join([str(scenario.title), *troubles]))


def _compare(scenario: Scenario, play: Play, before: frozenset[str], rest: Rest, writes: Writes) -> list[str]:
    then = scenario.then
    troubles = compare_board(play, as_form(then.said("board")))
    troubles += compare_outlook(play, as_form(then.said("outlook")), before)
    if "writes" in then:
        told = as_form(then.said("writes"))
        know(told, ("outlook", "board"))
        for side, found in (("outlook", writes.outlook), ("board", writes.board)):
            if side in told and as_number(told.said(side)) != found:
                troubles.append(f"writes to {side}: expected {told.said(side)}, found {found}")
    troubles += _words("held", then, [f"{row.what} {row.why} {row.remedy}" for row in rest.held])
    troubles += _words("refused", then, rest.refused)
    troubles += _told(play, as_form(then.said("told")))
    troubles += _proposals(play, as_lines(then.said("proposals")))
    if "journal" in then:
        journal = play.stage.office.journal(play.ids)
        troubles += [
            f"the journal lacks {word!r}"
            for word in map(as_text, as_lines(then.said("journal")))
            if word not in journal
        ]
    troubles += _mailboxes(play, as_form(then.said("mailboxes")))
    pulled = as_form(then.said("pulled"))
    for name in pulled.names:
        wanted, turns = as_number(pulled[name]), play.pulled[play.member(name).id]
        troubles += [] if wanted == turns else [f"{name}: expected {wanted} turns to be read, found {turns}"]
    waits = "waits" in then and as_truth(then.said("waits"))
    if bool(rest.waiting) != waits:
        kinds = sorted({type(row).__name__ for row in rest.waiting})
        troubles.append(f"expected {'something' if waits else 'nothing'} to wait, found {kinds}")
    return troubles


def _words(what: str, then: Form, found: Sequence[str]) -> list[str]:
    """Each sentence that is expected is part of one that was found, and there are no others."""
    left, missing = list(found), []
    for each in [one for said in as_lines(then.said(what)) for one in _repeated(said)]:
        words = as_words(each) if isinstance(each, Lines) else [as_text(each)]
        fitting = [text for text in left if all(word in text for word in words)]
        if fitting:
            left.remove(fitting[0])
        else:
            missing.append(", ".join(words))
    troubles = [f"{what}: expected {count} times: {words}" for words, count in Counter(missing).items()]
    return troubles + [f"{what}: not expected, {count} times: {text}" for text, count in Counter(left).items()]


def _repeated(said: Said) -> list[Said]:
    """A sentence, or `says` so many `times`."""
    if not isinstance(said, Form):
        return [said]
    know(said, ("says", "times"))
    return [said.said("says")] * as_number(said.said("times"))


def _told(play: Play, said: Form) -> list[str]:
    statuses = play.board()["statuses"]
    troubles = []
    for subject in said.names:
        _, entry = play.entry(subject)
        told = as_form(said[subject])
        for who in told.names:
            words = as_text(told[who])
            status = statuses.get(entry, {}).get(play.member(who).id, {})
            found = f"{status.get('state', 'nothing')} {status.get('detail', '')}".strip()
            if words not in found:
                troubles.append(f"the planner was told of {subject} for {who}: expected {words!r}, found {found!r}")
    return troubles


def _mailboxes(play: Play, said: Form) -> list[str]:
    known = play.stage.office.profiles(play.ids)
    troubles = []
    for name in said.names:
        state, search = as_text(said[name]), known[play.member(name).id].mailbox
        if state not in f"{search.state}, {search.reason}":
            troubles.append(f"{name}'s mailbox: expected {state!r}, found '{search.state}, {search.reason}'")
    return troubles


def _proposals(play: Play, said: Lines) -> list[str]:
    names = {entry: subject for subject, (_, entry) in play.entries.items()}
    members = {member.id: member.name for member in play.members.values()}
    found = [
        f"{names.get(each['appointment']['id'])} {each['kind']} {members[each['resource']['id']]} {each['state']}"
        for each in play.board()["proposals"]
    ]
    wanted = [str(as_text(each)) for each in said]
    return [] if sorted(found) == sorted(wanted) else [f"proposals: expected {wanted}, found {found}"]


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
