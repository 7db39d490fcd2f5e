"""How the board keeps times: in the zone people read them in, all-day entries from midnight to midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulators.board.journal import Json
from simulators.board.problems import WrongField, invalid


def now_text() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_instant(text: object, pointer: str) -> datetime:
    """Read RFC 3339 with an offset.

    Raises:
        ProblemError: it is none.
    """
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise invalid([WrongField(pointer, "is no RFC 3339 time")]) from error
    if instant.tzinfo is None:
        raise invalid([WrongField(pointer, "needs an offset")])
    return instant


def _read_zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise invalid([WrongField("/timeZone", "is no IANA time zone")]) from error


def _read_day(text: object, pointer: str) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise invalid([WrongField(pointer, "is no day")]) from error


def round_to(instant: datetime, minutes: int) -> datetime:
    """Round to whole steps of the hour, halves up."""
    step = timedelta(minutes=minutes).total_seconds()
    return datetime.fromtimestamp((instant.timestamp() + step / 2) // step * step, UTC)


def settle_times(state: Json, step_minutes: int) -> None:
    """Bring start, end and the days of an entry into the board's own form, in place.

    Raises:
        ProblemError: a time is malformed, the zone is unknown, or the end is not after the start.
    """
    zone = _read_zone(state["timeZone"])
    if state.get("allDay"):
        first = _read_day(state.get("startDate"), "/startDate")
        after = _read_day(state.get("endDate"), "/endDate")
        if after <= first:
            raise invalid([WrongField("/endDate", "must be later than startDate")])
        start, end = datetime.combine(first, time(), zone), datetime.combine(after, time(), zone)
    else:
        state.pop("startDate", None)
        state.pop("endDate", None)
        start, end = read_instant(state["start"], "/start"), read_instant(state["end"], "/end")
        if end <= start:
            raise invalid([WrongField("/end", "must be later than start")])
        if step_minutes > 1:
            start = round_to(start, step_minutes)
            end = max(round_to(end, step_minutes), start + timedelta(minutes=step_minutes))
    state["start"] = start.astimezone(zone).isoformat(timespec="seconds")
    state["end"] = end.astimezone(zone).isoformat(timespec="seconds")


def touches(state: Json, start: datetime, end: datetime) -> bool:
    """Tell whether an entry touches the half-open span."""
    return datetime.fromisoformat(state["start"]) < end and datetime.fromisoformat(state["end"]) > start
