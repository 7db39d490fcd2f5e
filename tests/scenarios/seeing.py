"""What both sides hold in the end, compared with what a scenario says, and told in its own words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.scenarios.play import Json, Play
from tests.scenarios.said import Form, Said, Text, as_form, as_lines, as_number, as_text, as_truth, as_words, refuse
from tests.scenarios.team import DEFAULT, Member, know
from tests.scenarios.times import When, later

NOBODY = "nobody"
_BLOCK = ("block ", "absence ")
_WORKING_DAY = "working day "
Facts = Mapping[str, Any]


@dataclass(slots=True)
class Entry:
    """One thing on one side: what it is called and when it is, as a scenario says it, and what else is known of it."""

    what: str
    at: str
    facts: Facts = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.what}, {self.at}"


@dataclass(slots=True)
class Expected:
    """What a scenario says of one thing."""

    what: str
    at: str
    facts: Mapping[str, Said]
    said: Said

    def means(self, entry: Entry) -> bool:
        """Is it about this one?"""
        is_called = entry.what == self.what if "what starts" not in self.facts else True
        return is_called and entry.at == self.at

    def __str__(self) -> str:
        more = "".join(f", {name} {_told(value)}" for name, value in self.facts.items())
        return f"{self.what}, {self.at}{more}"


def in_outlook(play: Play, member: Member, before: frozenset[str]) -> dict[str, list[Entry]]:
    """The living events of a member's mailbox by calendar, series as one; `before` are ids that there were before."""
    found: dict[str, list[Entry]] = {}
    for event in play.events(member):
        found.setdefault(event["calendarName"], []).append(_event(play, member, event, before))
    return found


def _event(play: Play, member: Member, event: Json, before: frozenset[str]) -> Entry:
    reminder = "yes" if event["isReminderOn"] else "no"
    facts = {
        "what": event["subject"],
        "shows": event["showAs"],
        "privacy": event["sensitivity"],
        "importance": event["importance"],
        "place": event["location"],
        "categories": event["categories"],
        "body": event["body"],
        "guests": len(event["attendees"]),
        "reminder": reminder,
        "series": event["type"] == "seriesMaster",
        "ours": event["transactionId"] is not None,
        "same event": event["id"] in before,
        "way in intact": event["onlineMeetingIntact"],
        "subject length": len(event["subject"]),
    }
    return Entry(event["subject"], _tell(play, member, event), facts)


def on_the_board(play: Play) -> dict[str, list[Entry]]:
    """What the board shows by the name of the member; what is planned on nobody is under nobody."""
    names = {member.id: member for member in play.members.values()}
    found: dict[str, list[Entry]] = {}
    board = play.board()
    for each in board["appointments"]:
        planned_on = [names[one["id"]] for one in each["resources"]]
        for member in planned_on or [play.member(None)]:
            entry = Entry(each["subject"], _tell(play, member, each), _facts(each))
            found.setdefault(member.name if planned_on else NOBODY, []).append(entry)
    for each in board["unavailabilities"]:
        member = names[each["resource"]["id"]]
        entry = Entry(f"block {each.get('title', '')}".strip(), _tell(play, member, each), _facts(each))
        found.setdefault(member.name, []).append(entry)
    for each in board["workingDays"]:
        member = names[each["resource"]["id"]]
        on = play.almanac.tell(When(date.fromisoformat(each["date"]), date.fromisoformat(each["date"])), member.clock)
        found.setdefault(member.name, []).append(Entry("working day", on.partition(" to ")[0], _facts(each)))
    return found


def _facts(each: Json) -> Facts:
    place = each.get("location") or {}
    return {
        "what": each.get("subject", each.get("title", "")),
        "shows": each.get("showAs"),
        "privacy": each.get("sensitivity"),
        "importance": each.get("importance"),
        "status": each.get("status"),
        "place": place.get("name", "") or place.get("address", ""),
        "kind": each.get("kind"),
        "notes": (each.get("body") or {}).get("content", ""),
        "locked": each.get("locked", False),
    }


def _tell(play: Play, member: Member, shown: Json) -> str:
    if shown["allDay"]:
        first, after = (shown.get(f"{name}Date", shown[name]) for name in ("start", "end"))
        return play.almanac.tell(When(date.fromisoformat(first), date.fromisoformat(after)), member.clock)
    start, end = (datetime.fromisoformat(shown[name]) for name in ("start", "end"))
    return play.almanac.tell(When(start, end), member.clock)


def read_all(play: Play, said: Said, member: Member) -> list[Expected]:
    """Read a list of things; `many` with `count` stands for one on each day from the first on, numbered."""
    expected = []
    for each in as_lines(said):
        if isinstance(each, Form) and "many" in each:
            know(each, ("many", "count", "at"))
            first = play.almanac.read(as_text(each.said("at")), member.clock)
            for number in range(as_number(each.said("count"))):
                at = play.almanac.tell(later(first, number), member.clock)
                expected.append(Expected(f"{as_text(each.said('many'))} {number + 1}", at, {}, each))
        else:
            expected.append(read_expected(play, each, member))
    return expected


def read_expected(play: Play, said: Said, member: Member) -> Expected:
    """Read "Boiler, day 1 09:00-10:30", or a form with `what`, `at` and whatever else is to be so.

    Raises:
        NotAScenario: it is neither.
    """
    if isinstance(said, Text):
        what, comma, at = said.rpartition(", ")
        if not comma:
            raise refuse(said, "say what and when, as in 'Boiler, day 1 09:00-10:30'")
        facts: dict[str, Said] = {}
    else:
        form = as_form(said)
        if "at" not in form or ("what" not in form and "what starts" not in form):
            raise refuse(form, "say at least `what` and `at`")
        what, at = as_text(form.said("what")), as_text(form["at"])
        facts = {str(name): value for name, value in form.items() if name not in ("what", "at")}
    for prefix in _BLOCK:
        if what.startswith(prefix):
            what = f"block {what.removeprefix(prefix)}"
    told = play.almanac.tell(play.almanac.read(at, member.clock), member.clock)
    return Expected(str(what), told, facts, said)


def differences(where: str, expected: Sequence[Expected], found: Sequence[Entry]) -> list[str]:
    """Sentences on whatever of one place is not as it should be; none if everything is."""
    left = list(found)
    troubles = []
    for wanted in expected:
        fitting = [entry for entry in left if wanted.means(entry)]
        faults = [_faults(wanted, entry) for entry in fitting]
        if not fitting:
            near = next((entry for entry in left if entry.what == wanted.what), None)
            troubles.append(f"{where}: expected {wanted}; " + (f"found {near}" if near else "not there"))
            if near:
                left.remove(near)
        elif all(faults):
            troubles += [f"{where}: {wanted.what}: {fault}" for fault in faults[0]]
            left.remove(fitting[0])
        else:
            left.remove(fitting[faults.index([])])
    return troubles + [f"{where}: not expected: {entry}" for entry in left]


def _faults(wanted: Expected, entry: Entry) -> list[str]:
    troubles = []
    for name, said in wanted.facts.items():
        is_so, found = _look(name, said, entry.facts)
        if not is_so:
            troubles.append(f"{name} should be {_told(said)}, found {found!r}")
    return troubles


def _look(name: str, said: Said, facts: Facts) -> tuple[bool, object]:
    for ending, holds in ((" starts", str.startswith), (" ends", str.endswith)):
        if name.endswith(ending):
            text = str(facts[_known(name.removesuffix(ending), said, facts)])
            return holds(text, as_text(said)), text
    for ending, says in ((" says", True), (" lacks", False)):
        if name.endswith(ending):
            text = str(facts[_known(name.removesuffix(ending), said, facts)])
            words = [as_text(each) for each in as_lines(said)]
            return all((word in text) is says for word in words), text
    found = facts[_known(name, said, facts)]
    readers: list[tuple[type, Callable[[Said], object]]] = [(bool, as_truth), (int, as_number)]
    for kind, read in readers:
        if isinstance(found, kind):
            return found == read(said), found
    if isinstance(found, list):
        return sorted(found) == sorted(as_words(said)), found
    return (found or "") == as_text(said), found


def _known(name: str, said: Said, facts: Facts) -> str:
    if name not in facts:
        raise refuse(said, f"{name!r} cannot be looked at; known are {', '.join(facts)}")
    return name


def _told(said: Said) -> str:
    return str(list(said)) if not isinstance(said, Text) else repr(str(said))


def compare_board(play: Play, said: Form) -> list[str]:
    """Compare the whole board: whoever is not named has nothing there."""
    know(said, (*play.members, NOBODY))
    found = on_the_board(play)
    troubles = []
    for name in dict.fromkeys([*said, *found]):
        member = play.members.get(name) or play.member(None)
        expected = read_all(play, said.said(name), member)
        troubles += differences(f"the board, {name}", expected, found.get(name, []))
    return troubles


def compare_outlook(play: Play, said: Form, before: frozenset[str]) -> list[str]:
    """Compare every calendar: "ada" is her default calendar, "ada/Planning" another; what is not named is empty."""
    places = {name: _place(play, name) for name in said.names}
    troubles = []
    for box, member in play.boxes.items():
        found = in_outlook(play, member, before)
        wanted = {calendar: name for name, (of, calendar) in places.items() if of == box}
        for calendar in dict.fromkeys([*wanted, *found]):
            name = wanted.get(calendar)
            expected = read_all(play, said[name], member) if name is not None else []
            where = box if calendar == DEFAULT else f"{box}/{calendar}"
            troubles += differences(f"Outlook, {where}", expected, found.get(calendar, []))
    return troubles


def _place(play: Play, name: Text) -> tuple[str, str]:
    box, _, calendar = name.partition("/")
    if box not in play.boxes:
        raise refuse(name, f"there is no mailbox {box!r}: {', '.join(play.boxes)}")
    return box, calendar or DEFAULT
