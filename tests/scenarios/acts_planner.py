"""What a planner does at the board."""

from collections.abc import Mapping
from typing import Any

from tests.scenarios.acting import At, act
from tests.scenarios.play import Play
from tests.scenarios.said import Form, Text, as_text, refuse
from tests.scenarios.team import Member
from tests.scenarios.times import When, later

_LOOK = {"shows": "showAs", "privacy": "sensitivity", "importance": "importance", "status": "status"}


@act("planner", "plans")
def plans(
    play: Play,
    what: Text,
    *,
    at: At,
    for_: list[Text] | None = None,
    subject_of: Text | None = None,
    notes_of: Text | None = None,
    notes: Text | None = None,
    html: Text | None = None,
    place: Text | None = None,
    address: Text | None = None,
    customer: Text | None = None,
    contact: Text | None = None,
    phone: Text | None = None,
    number: Text | None = None,
    link: Text | None = None,
    category: Text | None = None,
    marker: Text | None = None,
    shows: Text | None = None,
    privacy: Text | None = None,
    importance: Text | None = None,
    status: Text | None = None,
    locked: bool = False,
    zone: Text | None = None,
    fields: Form | None = None,
) -> None:
    members = play.named(for_)
    when = play.when(at, members[0] if members else play.member(None))
    wanted: dict[str, Any] = {
        "subject": _letters(subject_of) if subject_of is not None else what,
        "resources": [member.id for member in members],
        "locked": locked,
        **_times(when),
        **_look({"shows": shows, "privacy": privacy, "importance": importance, "status": status}),
    }
    if notes_of is not None:
        notes = Text(_letters(notes_of))
    if notes is not None:
        wanted["body"] = {"contentType": "text", "content": notes}
    if html is not None:
        wanted["body"] = {"contentType": "html", "content": html}
    if place or address:
        wanted["location"] = {"name": place or "", "address": address or ""}
    if customer or contact or phone:
        wanted["customer"] = {"name": customer or "", "contact": contact or "", "phone": phone or ""}
    if link:
        wanted["links"] = [{"title": "Order", "href": link}]
    wanted |= {name: value for name, value in (("number", number), ("timeZone", zone)) if value is not None}
    for name, value in (("category", category), ("timeMarker", marker)):
        if value is not None:
            wanted[name] = {"name": value}
    if fields is not None:
        wanted["fields"] = {name: as_text(value) for name, value in fields.items()}
    play.create("appointment", what, wanted)


@act("planner", "plans many")
def plans_many(play: Play, what: Text, *, count: int, at: At, for_: list[Text] | None = None) -> None:
    """So many, one on each day from the first on, called by the subject and a number."""
    members = play.named(for_)
    when = play.when(at, members[0])
    wanted = [
        {
            "id": play.fresh_id(),
            "subject": f"{what} {number + 1}",
            "resources": [each.id for each in members],
            **_times(later(when, number)),
        }
        for number in range(count)
    ]
    for entry in play.stage.ask_board("POST", "appointments", wanted):
        play.name_entry(entry["subject"], "appointment", entry)


@act("planner", "un-plans all")
def unplans_all(play: Play, what: Text) -> None:
    """Everything whose name begins so."""
    for name in [name for name in play.entries if name.startswith(what)]:
        unplans(play, Text.at(name, what.file, what.line))


@act("planner", "deletes all")
def deletes_all(play: Play, what: Text) -> None:
    """Everything whose name begins so."""
    for name in [name for name in play.entries if name.startswith(what)]:
        deletes(play, Text.at(name, what.file, what.line))


@act("planner", "moves")
def moves(play: Play, what: Text, *, to: At, for_: list[Text] | None = None) -> None:
    """Move it in time, keeping its length where only a beginning is said, and to others if they are named."""
    members = play.named(for_)
    when = play.when(to, members[0])
    if when.is_whole_days:
        body: dict[str, Any] = {"allDay": True, **_times(when)}
        body |= {"resources": [each.id for each in members]} if for_ else {}
        play.stage.ask_board("PATCH", play.path(what), body)
        return
    body = {"start": _instant(when.start)}
    body |= {"end": _instant(when.end)} if when.end != when.start else {}
    body |= {"resources": [each.id for each in members]} if for_ else {}
    play.stage.ask_board("POST", f"{play.path(what)}/move", body)


@act("planner", "assigns")
def assigns(play: Play, what: Text, *, to: list[Text]) -> None:
    body = {"resources": [member.id for member in play.named(to)]}
    play.stage.ask_board("POST", f"{play.path(what)}/assign", body)


@act("planner", "un-plans")
def unplans(play: Play, what: Text, *, of: Text | None = None) -> None:
    """Take it off one of them, or off all."""
    body = {"resource": play.member(of).id} if of else {}
    play.stage.ask_board("POST", f"{play.path(what)}/unplan", body)


@act("planner", "edits")
def edits(
    play: Play,
    what: Text,
    *,
    subject: Text | None = None,
    notes: Text | None = None,
    place: Text | None = None,
    address: Text | None = None,
    category: Text | None = None,
    marker: Text | None = None,
    shows: Text | None = None,
    privacy: Text | None = None,
    importance: Text | None = None,
    status: Text | None = None,
    fields: Form | None = None,
) -> None:
    patch: dict[str, Any] = _look({"shows": shows, "privacy": privacy, "importance": importance, "status": status})
    if subject is not None:
        patch["subject"] = subject
    if notes is not None:
        patch["body"] = {"contentType": "text", "content": notes}
    if place is not None or address is not None:
        patch["location"] = {"name": place or "", "address": address or ""}
    for name, value in (("category", category), ("timeMarker", marker)):
        if value is not None:
            patch[name] = {"name": value} if value else None
    if fields is not None:
        patch["fields"] = {name: as_text(value) for name, value in fields.items()}
    collection, entry = play.entry(what)
    play.stage.ask_board("PATCH", play.path(what), patch)
    if subject is not None:
        play.entries[subject] = (collection, entry)


@act("planner", "cancels")
def cancels(play: Play, what: Text) -> None:
    """It stays on the board with the status cancelled."""
    play.stage.ask_board("PATCH", play.path(what), {"status": "cancelled"})


@act("planner", "locks")
def locks(play: Play, what: Text) -> None:
    play.stage.ask_board("PATCH", play.path(what), {"locked": True})


@act("planner", "unlocks")
def unlocks(play: Play, what: Text) -> None:
    play.stage.ask_board("PATCH", play.path(what), {"locked": False})


@act("planner", "deletes")
def deletes(play: Play, what: Text) -> None:
    play.stage.ask_board("DELETE", play.path(what))


@act("planner", "enters absence")
def enters_absence(
    play: Play,
    what: Text,
    *,
    at: At,
    of: Text | None = None,
    kind: Text | None = None,
    shows: Text | None = None,
    privacy: Text | None = None,
) -> None:
    member = play.member(of)
    wanted = {
        "resource": member.id,
        "title": what,
        "kind": kind or "vacation",
        **_times(play.when(at, member)),
        **_look({"shows": shows, "privacy": privacy}),
    }
    play.create("unavailability", what, wanted)


@act("planner", "changes absence")
@act("planner", "edits block")
def changes_absence(
    play: Play,
    what: Text,
    *,
    to: At | None = None,
    title: Text | None = None,
    kind: Text | None = None,
    shows: Text | None = None,
) -> None:
    """`shows: nothing` has the board say no more how it shows."""
    collection, entry = play.entry(what)
    patch: dict[str, Any] = {}
    if to is not None:
        when = play.when(to, _owner(play, entry, what))
        patch |= {"allDay": when.is_whole_days, **_times(when)}
    patch |= {"title": title} if title is not None else {}
    patch |= {"kind": kind} if kind is not None else {}
    patch |= {"showAs": None if shows == "nothing" else shows} if shows is not None else {}
    play.stage.ask_board("PATCH", play.path(what), patch)
    play.entries[title or what] = (collection, entry)


@act("planner", "removes absence")
@act("planner", "removes block")
def removes_absence(play: Play, what: Text) -> None:
    play.stage.ask_board("DELETE", play.path(what))


@act("planner", "assigns working day")
def assigns_working_day(
    play: Play,
    what: Text,
    *,
    on: At,
    from_: Text | None = None,
    until: Text | None = None,
    of: Text | None = None,
    standby: bool = False,
) -> None:
    member = play.member(of)
    wanted = {
        "resource": member.id,
        "date": play.almanac.day(on, member.clock).isoformat(),
        "from": from_ or "00:00",
        "to": until or "24:00",
        "timeZone": member.clock.key,
        "standby": standby,
    }
    play.create("workingDay", what, wanted)


@act("planner", "removes working day")
def removes_working_day(play: Play, what: Text) -> None:
    play.stage.ask_board("DELETE", play.path(what))


@act("planner", "accepts proposal")
def accepts_proposal(play: Play, what: Text, *, of: Text | None = None) -> None:
    play.stage.ask_board("POST", f"proposals/{_proposal(play, what, of)['id']}/accept")


@act("planner", "declines proposal")
def declines_proposal(play: Play, what: Text, *, of: Text | None = None) -> None:
    play.stage.ask_board("POST", f"proposals/{_proposal(play, what, of)['id']}/decline")


def _proposal(play: Play, what: Text, of: Text | None) -> Mapping[str, Any]:
    _, entry = play.entry(what)
    resource = play.member(of).id
    for proposal in play.board()["proposals"]:
        about = proposal["appointment"]["id"], proposal["resource"]["id"], proposal["state"]
        if about == (entry, resource, "open"):
            found: Mapping[str, Any] = proposal
            return found
    raise refuse(what, f"nobody has proposed anything about {what!r}")


def _owner(play: Play, entry: str, what: Text) -> Member:
    blocks = {each["id"]: each["resource"]["id"] for each in play.board()["unavailabilities"]}
    for member in play.members.values():
        if member.id == blocks.get(entry):
            return member
    raise refuse(what, f"{what!r} is not on the board any more")


def _letters(said: Text) -> str:
    """So many letters, in words of ten."""
    count, _, word = said.partition(" ")
    if word != "letters" or not count.isdecimal():
        raise refuse(said, f"say how many letters, as in '300 letters', not {said!r}")
    return ("xxxxxxxxxx " * (int(count) // 10))[: int(count)].strip()


def _look(given: Mapping[str, Text | None]) -> dict[str, Any]:
    return {_LOOK[name]: value for name, value in given.items() if value is not None}


def _instant(moment: object) -> str:
    return str(moment).replace(" ", "T")


def _times(when: When) -> dict[str, Any]:
    if when.is_whole_days:
        return {"allDay": True, "startDate": str(when.start), "endDate": str(when.end)}
    end = {} if when.end == when.start else {"end": _instant(when.end)}
    return {"start": _instant(when.start), **end}
