"""What an admin does."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sync_core.domain.errors import Refused
from tests.scenarios import administration
from tests.scenarios.acting import act
from tests.scenarios.play import Play
from tests.scenarios.said import Form, Lines, NotAScenario, Text, refuse
from tests.scenarios.team import mailbox_named, read_calendars, read_direction


@act("admin", "enlists")
def enlists(play: Play, who: Text) -> None:
    administration.enlist(play.stage, play.members, [play.member(who)])


@act("admin", "cannot enlist")
def cannot_enlist(play: Play, who: Text, *, because: Text) -> None:
    _expect(because, lambda: administration.enlist(play.stage, play.members, [play.member(who)]))


@act("admin", "cannot change settings")
def cannot_change_settings(play: Play, *, to: Form, because: Text) -> None:
    _expect(because, lambda: administration.choose(play.stage, play.members, to))


def _expect(because: Text, do: Callable[[], None]) -> None:
    try:
        do()
    except (Refused, NotAScenario) as refusal:
        if because not in str(refusal):
            raise refuse(because, f"it was refused, but with other words: {refusal}") from refusal
    else:
        raise refuse(because, "it was not refused")


@act("admin", "has the board send everything again")
def resends(play: Play) -> None:
    play.stage.ask_board("POST", "resend")


@act("admin", "makes a calendar")
def makes_calendar(play: Play, name: Text, *, for_: Text | None = None) -> None:
    play.stage.ask_graph("POST", f"mailboxes/{play.member(for_).mailbox}/calendars", {"name": name})


@act("admin", "changes settings")
def changes_settings(play: Play, *, to: Form) -> None:
    """The scenario's usual settings with these on top, applied to whatever exists."""
    administration.choose(play.stage, play.members, to)


@act("admin", "changes")
def changes_resource(
    play: Play,
    who: Text,
    *,
    direction: Text | None = None,
    zone: Text | None = None,
    group: Text | None = None,
    overrides: Form | None = None,
    calendars: Lines | None = None,
) -> None:
    wanted: dict[str, Any] = {"overrides": overrides, "group": group, "zone": zone}
    if direction is not None:
        wanted["direction"] = read_direction(direction)
    if calendars is not None:
        wanted["calendars"] = read_calendars(calendars)
    given = {name: value for name, value in wanted.items() if value is not None or name == "direction"}
    administration.change(play.stage, play.members, play.member(who), given)


@act("admin", "pauses")
def pauses(play: Play, who: Text) -> None:
    """Direction none: nothing is lost and nothing written."""
    administration.change(play.stage, play.members, play.member(who), {"direction": "none"})


@act("admin", "resumes")
def resumes(play: Play, who: Text) -> None:
    administration.change(play.stage, play.members, play.member(who), {"direction": "both"})


@act("admin", "gives another mailbox to")
def gives_mailbox(play: Play, who: Text, *, named: Text) -> None:
    """A mailbox of that name, made if it is not there; or none."""
    mailbox = "" if named == "none" else mailbox_named(named, play.unique)
    member = replace(play.member(who), mailbox=mailbox)
    play.open_box(member)
    administration.change(play.stage, play.members, member, {})


@act("admin", "off-boards")
def off_boards(play: Play, who: Text, *, events: Text) -> None:
    """`events` are kept or removed."""
    if events not in ("keep", "remove"):
        raise refuse(events, "events are 'keep' or 'remove'")
    administration.take_out(play.stage, play.member(who), keeps_events=events == "keep")


@act("admin", "releases what is held of")
def releases(play: Play, who: Text) -> None:
    administration.release(play.stage, play.member(who))


@act("admin", "rejects what is held of")
def rejects(play: Play, who: Text) -> None:
    administration.reject(play.stage, play.member(who))


@act("admin", "empties the tables")
def empties_tables(play: Play) -> None:
    """Everything the app remembered is gone, but for how resources take part."""
    play.stage.office.empty_tables(but=["settings"])
    wanted = [member for member in play.members.values() if member.is_enlisted]
    administration.enlist(play.stage, play.members, wanted)


@act("admin", "has the directory name a group")
def names_group(play: Play, name: Text, *, members: list[Text]) -> None:
    users = [play.member(each).mailbox for each in members if each != "nobody"]
    play.stage.ask_graph("PUT", f"groups/{name}", {"members": users})
