"""Timer schedules of six fields, as far as settings and pulling have to understand them; always in UTC.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

from datetime import datetime, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("seconds", 0, 59, {}),
    ("minutes", 0, 59, {}),
    ("hours", 0, 23, {}),
    ("days", 1, 31, {}),
    ("months", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("weekdays", 0, 6, {name: number for number, name in enumerate(_WEEKDAYS)}),
)
_MINUTE = timedelta(minutes=1)
_LONGEST = timedelta(days=1)


def parse_schedule(text: str) -> tuple[frozenset[int], ...]:
    """Return what each field allows: seconds, minutes, hours, days, months, weekdays with Sunday as 0.

    Raises:
        ValueError: it is no schedule; the message names the field and quotes nothing.
    """
    parts = text.lower().split()
    if len(parts) != len(_FIELDS):
        raise ValueError(f"has {len(parts)} fields")
    allowed = []
    for part, (name, low, high, names) in zip(parts, _FIELDS, strict=True):
        try:
            allowed.append(frozenset(each for term in part.split(",") for each in _expand(term, low, high, names)))
        except ValueError:
            raise ValueError(f"has wrong {name}") from None
    return tuple(allowed)


def time_since_last_turn(schedule: str, at: datetime) -> timedelta:
    """Return how long before `at` the turn before the present one was, at most a day.

    The present turn is the newest one that is not later than `at`, so that a timer that fires late covers the delay.
    To the minute: of several turns within one minute the first counts.
    """
    _, minutes, hours, days, months, weekdays = parse_schedule(schedule)
    minute = at.replace(second=0, microsecond=0)
    turns = 0
    while at - minute < _LONGEST:
        in_day = minute.day in days and minute.month in months and minute.isoweekday() % 7 in weekdays
        if in_day and minute.hour in hours and minute.minute in minutes:
            turns += 1
            if turns == 2:
                return at - minute
        minute -= _MINUTE
    return _LONGEST


def _expand(term: str, low: int, high: int, names: dict[str, int]) -> range:
    span, slash, step = term.partition("/")
    first, dash, last = span.partition("-")
    if span == "*":
        start, end = low, high
    else:
        start = _number(first, names)
        end = _number(last, names) if dash else high if slash else start
    stride = _number(step, {}) if slash else 1
    if not low <= start <= end <= high or not 0 < stride <= high:
        raise ValueError
    return range(start, end + 1, stride)


def _number(text: str, names: dict[str, int]) -> int:
    if text in names:
        return names[text]
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise ValueError
    return int(text)
