"""How a scenario says when: "day 1 09:00-10:30", "day 2 to day 4", "today 23:00 to day 1 01:00", "3 days ago 08:00".

Day 1 is the day after tomorrow, well within every window. "clocks forward" and "clocks back" are the coming days on
which summer time begins and ends in the zone of the one it is about, so that a scenario does not age.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = (
    r"day (?P<number>\d+)|today|tomorrow|yesterday|(?P<ago>\d+) days ago|in (?P<ahead>\d+) days"
    r"|clocks (?P<turn>forward|back)|(?P<date>\d{4}-\d\d-\d\d)"
)
_CLOCK = re.compile(r"(?P<hour>\d\d):(?P<minute>\d\d)(?P<again> again)?(?P<utc>Z)?")
_WHEN = re.compile(rf"(?P<day>{_DAY})(?: (?P<clock>\d\d:\d\d(?: again)?Z?))?")
_A_DAY = timedelta(days=1)


class Unreadable(ValueError):
    """Words that say no time."""


@dataclass(frozen=True, slots=True)
class When:
    """From `start` up to `end`: aware instants, or dates (the end exclusive) for whole days."""

    start: datetime | date
    end: datetime | date

    @property
    def is_whole_days(self) -> bool:
        return not isinstance(self.start, datetime)


def later(when: When, days: int) -> When:
    """The same so many days later."""
    return When(when.start + timedelta(days=days), when.end + timedelta(days=days))


@dataclass(frozen=True, slots=True)
class Almanac:
    """What days are called on the day a scenario is played."""

    today: date

    def read(self, words: str, zone: ZoneInfo) -> When:
        """Read a span, or an instant (a span of no length), by the local clocks of a zone.

        Raises:
            Unreadable: it is neither.
        """
        first, _, last = words.partition(" to ")
        dashed = re.fullmatch(r"(.*\d\d:\d\d(?: again)?Z?)-(\d\d:\d\d(?: again)?Z?)", first)
        if dashed and not last:
            day, start = self._one(dashed[1], zone)
            assert start is not None
            return When(start, self._clock(day, dashed[2], zone))
        start_on, start_at = self._one(first, zone)
        end_on, end_at = self._one(last, zone) if last else (start_on, start_at)
        if start_at is None and end_at is None:
            return When(start_on, end_on + _A_DAY)
        if start_at is None or end_at is None:
            raise Unreadable(f"{words!r} has a clock time on one side only")
        return When(start_at, end_at)

    def day(self, words: str, zone: ZoneInfo) -> date:
        """Read a day."""
        found, clock = self._one(words, zone)
        if clock is not None:
            raise Unreadable(f"{words!r} is a time where a day belongs")
        return found

    def tell(self, when: When, zone: ZoneInfo) -> str:
        """Say a span as a scenario would."""
        if not isinstance(when.start, datetime) or not isinstance(when.end, datetime):
            last = when.end - _A_DAY
            first = self._name(when.start)
            return first if last == when.start else f"{first} to {self._name(last)}"
        start, end = when.start.astimezone(zone), when.end.astimezone(zone)
        first = f"{self._name(start.date())} {_tell_clock(start)}"
        if start == end:
            return first
        if start.date() == end.date():
            return f"{first}-{_tell_clock(end)}"
        return f"{first} to {self._name(end.date())} {_tell_clock(end)}"

    def _name(self, day: date) -> str:
        number = (day - self.today).days - 1
        if number >= 1:
            return f"day {number}"
        return {0: "tomorrow", -1: "today", -2: "yesterday"}.get(number, f"{-number - 1} days ago")

    def _one(self, words: str, zone: ZoneInfo) -> tuple[date, datetime | None]:
        found = _WHEN.fullmatch(words.strip())
        if not found:
            raise Unreadable(f"{words!r} says no time, as 'day 1 09:00-10:30' or 'day 2 to day 4' do")
        day = self._day(found, zone)
        return day, self._clock(day, found["clock"], zone) if found["clock"] else None

    def _day(self, found: re.Match[str], zone: ZoneInfo) -> date:
        if found["number"]:
            return self.today + timedelta(days=int(found["number"]) + 1)
        if found["ago"]:
            return self.today - timedelta(days=int(found["ago"]))
        if found["ahead"]:
            return self.today + timedelta(days=int(found["ahead"]))
        if found["turn"]:
            return self._turn(zone, is_forward=found["turn"] == "forward")
        if found["date"]:
            return date.fromisoformat(found["date"])
        return self.today + {"yesterday": -_A_DAY, "today": timedelta(0), "tomorrow": _A_DAY}[found["day"]]

    def _turn(self, zone: ZoneInfo, *, is_forward: bool) -> date:
        for number in range(2, 400):
            day = self.today + timedelta(days=number)
            before, after = (datetime.combine(one, time(), zone).utcoffset() for one in (day, day + _A_DAY))
            assert before is not None
            assert after is not None
            if (after > before) if is_forward else (after < before):
                return day
        raise Unreadable(f"the clocks of {zone.key} are not changed")

    @staticmethod
    def _clock(day: date, words: str, zone: ZoneInfo) -> datetime:
        found = _CLOCK.fullmatch(words)
        assert found
        hour, minute = int(found["hour"]), int(found["minute"])
        if hour == 24 and minute == 0:
            day, hour = day + _A_DAY, 0
        if hour > 23 or minute > 59:
            raise Unreadable(f"{words!r} is no time of day")
        local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC if found["utc"] else zone)
        return local.replace(fold=1 if found["again"] else 0).astimezone(UTC)


def _tell_clock(local: datetime) -> str:
    is_again = local.fold and local.replace(fold=0).utcoffset() != local.utcoffset()
    return f"{local:%H:%M}{' again' if is_again else ''}"
