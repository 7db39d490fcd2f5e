"""What a worker does in Outlook, and what those do who invite one."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.scenarios.acting import At, act
from tests.scenarios.play import Play, in_utc
from tests.scenarios.said import Text, refuse
from tests.scenarios.team import Member
from tests.scenarios.times import When

_SERIES = {
    "daily": {"type": "daily"},
    "weekly": {"type": "weekly"},
    "monthly": {"type": "absoluteMonthly"},
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_STRANGER = "Olga Organizer", "olga@customer.example"


@act("worker", "enters")
def enters(
    play: Play,
    what: Text,
    *,
    at: At,
    in_: Text | None = None,
    by: Text | None = None,
    shows: Text | None = None,
    privacy: Text | None = None,
    notes: Text | None = None,
    place: Text | None = None,
    categories: list[Text] | None = None,
    repeats: Text | None = None,
    times: int | None = None,
    invites: list[Text] | None = None,
    online: bool = False,
    zone: Text | None = None,
    zone_name: Text | None = None,
) -> None:
    """By default the times are told in UTC; `zone` and the name that Outlook has for it tell them otherwise."""
    member = play.member(by)
    when = play.when(at, member)
    event = {
        "subject": what,
        **_times(when, member, zone, zone_name),
        **_look(shows=shows, privacy=privacy, notes=notes, place=place, categories=categories),
    }
    if repeats is not None:
        event["recurrence"] = _recurrence(repeats, when, member, times)
    if invites is not None:
        event["attendees"] = [{"emailAddress": {"address": each, "name": each}} for each in invites]
    if online:
        event |= {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
    play.act(member, "create", event=event, calendar=in_)


@act("worker", "moves")
def moves(play: Play, what: Text, *, to: At, by: Text | None = None, on: At | None = None) -> None:
    """Move an event, or the one occurrence `on` a day; its length stays where only a beginning is said."""
    member = play.member(by)
    event = play.event(what, member, day=on)
    when = play.when(to, member)
    if not when.is_whole_days and when.end == when.start and not event["allDay"]:
        assert isinstance(when.start, datetime)
        start, end = (datetime.fromisoformat(event[name]) for name in ("start", "end"))
        when = When(when.start, when.start + (end - start))
    play.act(member, "patch", id=event["id"], event=_times(when, member))


@act("worker", "edits")
def edits(
    play: Play,
    what: Text,
    *,
    by: Text | None = None,
    on: At | None = None,
    subject: Text | None = None,
    notes: Text | None = None,
    place: Text | None = None,
    shows: Text | None = None,
    privacy: Text | None = None,
    importance: Text | None = None,
    categories: list[Text] | None = None,
    reminder: int | None = None,
) -> None:
    member = play.member(by)
    patch = _look(shows=shows, privacy=privacy, notes=notes, place=place, categories=categories)
    patch |= {"subject": subject} if subject is not None else {}
    patch |= {"importance": importance} if importance is not None else {}
    patch |= {"isReminderOn": True, "reminderMinutesBeforeStart": reminder} if reminder is not None else {}
    play.act(member, "patch", id=play.event(what, member, day=on)["id"], event=patch)


@act("worker", "deletes")
def deletes(play: Play, what: Text, *, by: Text | None = None, on: At | None = None) -> None:
    member = play.member(by)
    play.act(member, "delete", id=play.event(what, member, day=on)["id"])


@act("worker", "deletes everything")
def deletes_everything(play: Play, *, by: Text | None = None) -> None:
    member = play.member(by)
    for event in play.events(member):
        play.act(member, "delete", id=event["id"])


@act("worker", "empties the bin of")
def purges(play: Play, what: Text, *, by: Text | None = None) -> None:
    member = play.member(by)
    play.act(member, "purge", id=play.event(what, member, is_deleted=True)["id"])


@act("worker", "undeletes")
def undeletes(play: Play, what: Text, *, by: Text | None = None) -> None:
    """Bring the last one deleted under that name back from Deleted Items."""
    member = play.member(by)
    play.act(member, "undelete", id=play.event(what, member, is_deleted=True)["id"])


@act("worker", "copies")
def copies(play: Play, what: Text, *, to: At | None = None, in_: Text | None = None, by: Text | None = None) -> None:
    """Copy an event, to another calendar or to another time."""
    member = play.member(by)
    event = play.event(what, member)
    copy = play.act(member, "copy", id=event["id"], calendar=in_ or event["calendar"])
    if to is not None:
        play.act(member, "patch", id=copy["id"], event=_times(play.when(to, member), member))


@act("worker", "moves to another calendar")
def moves_calendar(play: Play, what: Text, *, in_: Text, by: Text | None = None) -> None:
    member = play.member(by)
    play.act(member, "move", id=play.event(what, member)["id"], calendar=in_)


@act("worker", "touches")
def touches(play: Play, what: Text, *, by: Text | None = None) -> None:
    """Nothing but a new version, as when a reminder fires."""
    member = play.member(by)
    play.act(member, "touch", id=play.event(what, member)["id"])


@act("worker", "invites somebody to")
def invites(play: Play, what: Text, *, by: Text | None = None) -> None:
    member = play.member(by)
    guest = {"emailAddress": {"address": "guest@customer.example", "name": "Guest"}}
    play.act(member, "patch", id=play.event(what, member)["id"], event={"attendees": [guest]})


@act("worker", "makes an online meeting of")
def makes_online_meeting(play: Play, what: Text, *, by: Text | None = None) -> None:
    member = play.member(by)
    change = {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
    play.act(member, "patch", id=play.event(what, member)["id"], event=change)


@act("worker", "makes a series of")
def makes_series(play: Play, what: Text, *, repeats: Text, times: int | None = None, by: Text | None = None) -> None:
    member = play.member(by)
    event = play.event(what, member)
    when = When(*(datetime.fromisoformat(event[name]).astimezone(member.clock) for name in ("start", "end")))
    change = {"recurrence": _recurrence(repeats, when, member, times)}
    play.act(member, "patch", id=event["id"], event=change)


@act("worker", "accepts")
def accepts(play: Play, what: Text, *, by: Text | None = None, on: At | None = None) -> None:
    member = play.member(by)
    play.act(member, "accept", id=play.event(what, member, day=on)["id"])


@act("worker", "accepts tentatively")
def accepts_tentatively(play: Play, what: Text, *, by: Text | None = None, on: At | None = None) -> None:
    member = play.member(by)
    play.act(member, "tentativelyAccept", id=play.event(what, member, day=on)["id"])


@act("worker", "declines")
def declines(play: Play, what: Text, *, by: Text | None = None, on: At | None = None, removes: bool = False) -> None:
    """The event stays, as Outlook shows it to who wants to see what was declined, or goes to Deleted Items."""
    member = play.member(by)
    play.act(member, "decline", id=play.event(what, member, day=on)["id"], removes=removes)


@act("worker", "splits")
def splits(
    play: Play, what: Text, *, on: At, by: Text | None = None, subject: Text | None = None, to: At | None = None
) -> None:
    """This and all following become a series of their own, called or timed otherwise."""
    member = play.member(by)
    change = {"subject": subject} if subject is not None else {}
    change |= _times(play.when(to, member), member) if to is not None else {}
    play.act(member, "split", id=play.event(what, member, day=on)["id"], event=change)


@act("organizer", "cancels")
def organizer_cancels(play: Play, what: Text, *, who: Text | None = None, on: At | None = None) -> None:
    """It stays in the calendar, marked as cancelled."""
    member = play.member(who)
    play.act(member, "cancel", id=play.event(what, member, day=on)["id"])


@act("organizer", "invites to")
def invites_to(
    play: Play,
    what: Text,
    *,
    at: At,
    who: Text | None = None,
    shows: Text | None = None,
    privacy: Text | None = None,
    repeats: Text | None = None,
    times: int | None = None,
    online: bool = False,
) -> None:
    member = play.member(who)
    when = play.when(at, member)
    name, address = _STRANGER
    event = {
        "subject": what,
        **_times(when, member),
        **_look(shows=shows, privacy=privacy),
        "attendees": [{"emailAddress": {"address": member.mailbox, "name": member.name}}],
    }
    if repeats is not None:
        event["recurrence"] = _recurrence(repeats, when, member, times)
    if online:
        event |= {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
    organizer = {"emailAddress": {"name": name, "address": address}}
    play.act(member, "create", event=event, organizer=organizer)


@act("organizer", "moves")
def organizer_moves(play: Play, what: Text, *, to: At, who: Text | None = None, on: At | None = None) -> None:
    moves(play, what, to=to, by=who, on=on)


@act("organizer", "withdraws")
def withdraws(play: Play, what: Text, *, who: Text | None = None, on: At | None = None) -> None:
    """The meeting leaves the calendar."""
    deletes(play, what, by=who, on=on)


def _look(
    *,
    shows: Text | None = None,
    privacy: Text | None = None,
    notes: Text | None = None,
    place: Text | None = None,
    categories: list[Text] | None = None,
) -> dict[str, Any]:
    given: dict[str, Any] = {"showAs": shows, "sensitivity": privacy, "categories": categories}
    given |= {"body": {"contentType": "text", "content": notes}} if notes is not None else {}
    given |= {"location": {"displayName": place}} if place is not None else {}
    return {name: value for name, value in given.items() if value is not None}


def _times(when: When, member: Member, zone: Text | None = None, name: Text | None = None) -> dict[str, Any]:
    """Times as Outlook keeps them."""
    if when.is_whole_days:
        ends = (("start", when.start), ("end", when.end))
        days = {name: {"dateTime": f"{day}T00:00:00", "timeZone": member.clock.key} for name, day in ends}
        return {**days, "isAllDay": True}
    moments = {"start": when.start, "end": when.end}
    shown = {}
    for end, at in moments.items():
        assert isinstance(at, datetime)
        local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat() if zone else in_utc(at)
        shown[end] = {"dateTime": local, "timeZone": str(name or zone or "UTC")}
    return {**shown, "isAllDay": False}


def _recurrence(repeats: Text, when: When, member: Member, times: int | None) -> dict[str, Any]:
    if repeats not in _SERIES:
        raise refuse(repeats, f"a series repeats {', '.join(_SERIES)}, not {repeats!r}")
    first = when.start.astimezone(member.clock).date() if isinstance(when.start, datetime) else when.start
    pattern: dict[str, Any] = {**_SERIES[repeats], "interval": 1}
    pattern |= {"daysOfWeek": [_WEEKDAYS[first.weekday()]]} if repeats == "weekly" else {}
    pattern |= {"dayOfMonth": first.day} if repeats == "monthly" else {}
    limit = {"type": "numbered", "numberOfOccurrences": times} if times else {"type": "noEnd"}
    return {
        "pattern": pattern,
        "range": {**limit, "startDate": first.isoformat(), "recurrenceTimeZone": member.clock.key},
    }
