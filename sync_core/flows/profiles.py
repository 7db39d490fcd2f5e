"""Write a resource's profile so that it holds for what exists, and no run that works by the old one can commit."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sync_core.domain.choices import Choices
from sync_core.domain.errors import Refused, TryAgain, VersionMoved
from sync_core.domain.profile import Participation, Profile
from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.domain.stored import Cursor, Job, Lease, ProfileRow, Row, Todo, TodoReason
from sync_core.domain.terms import Terms
from sync_core.flows.desk import terms_of
from sync_core.ports import Pending, Ports

_ROUNDS = 5
SAVING_MARK = "saving."
Change = Callable[[Profile | None], Profile]


@dataclass(frozen=True, slots=True)
class Written:
    """What a profile was and is; `is_changed` tells whether anything was written."""

    before: Profile | None
    after: Profile
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Saving:
    """A change of the tenant's choices while it is applied: those before, and the mark that was set for it."""

    before: Choices
    mark: str = ""


async def find_profile(ports: Ports, resource: ResourceId) -> Profile | None:
    """The profile of a resource; None for one that was never enlisted."""
    pending = await ports.rows.read_pending(resource)
    return profile_in(pending)


async def require_profile(ports: Ports, resource: ResourceId) -> Profile:
    """The profile of a resource that takes part.

    Raises:
        Refused: it was never enlisted, or was taken out again.
    """
    profile = await find_profile(ports, resource)
    if profile is None or profile.participation is Participation.OFFBOARDED:
        raise Refused(f"the resource {resource} is not enlisted")
    return profile


def profile_in(pending: Pending) -> Profile | None:
    return next((row.profile for row in pending.rows if isinstance(row, ProfileRow)), None)


def marks_of_saving(rows: Iterable[Row]) -> list[Todo]:
    """The todos of choices that were not applied to this resource to the end."""
    return [row for row in rows if isinstance(row, Todo) and row.unique.startswith(SAVING_MARK)]


async def write_profile(
    ports: Ports, resource: ResourceId, change: Change, choices: Choices, *, saving: Saving | None = None
) -> Written:
    """Write the changed profile together with the lease row, which fences a run that still works by the old one.

    With it go a walk over every link, and the cursors of what is read otherwise from now on, since nothing would write
    those after a crash. A profile that stays as it is is written only for the tenant's choices' sake, if it is those
    that change, or to finish what a crash left of that.

    Raises:
        TryAgain: other writers come first, again and again.
    """
    for _ in range(_ROUNDS):
        pending = await ports.rows.read_pending(resource)
        was = profile_in(pending)
        after = change(was)
        marks = marks_of_saving(pending.rows)
        if was == after and saving is None and not marks:
            return Written(was, after, is_changed=False)
        # What a crash left says nothing of the choices before: then all that is read is read anew.
        is_known = {mark.unique for mark in marks} <= {saving.mark if saving else ""}
        earlier = terms_of(ports, was, saving.before if saving else choices) if was and is_known else None
        later = terms_of(ports, after, choices)
        rows: list[Row] = []
        # Who is paused has it wait; who takes no part gets the walk with what has them take part again.
        if later.takes_part or later.is_paused:
            rows = [Todo(TodoReason.SETTINGS, ports.names.fresh()), *_cursors_anew(ports, pending, earlier, later)]
        if await _commit(ports, pending, after, rows, marks):
            return Written(was, after, is_changed=True)
    raise TryAgain("the resource is being run all the time")


async def note_profile(ports: Ports, resource: ResourceId, change: Change) -> Written:
    """Write what changes nothing about any link: no walk follows.

    Raises:
        TryAgain: other writers come first, again and again.
    """
    for _ in range(_ROUNDS):
        pending = await ports.rows.read_pending(resource)
        was = profile_in(pending)
        after = change(was)
        if was == after or await _commit(ports, pending, after, [], []):
            return Written(was, after, is_changed=was != after)
    raise TryAgain("the resource is being run all the time")


async def ring_for(ports: Ports, resource: ResourceId, reason: str) -> None:
    await ports.bells.ring([Job(resource, ports.clock.now(), reason, ports.names.fresh())])


async def _commit(ports: Ports, pending: Pending, profile: Profile, rows: list[Row], marks: list[Todo]) -> bool:
    lease = replace(pending.lease or Lease(), holder="", until=None, commit_id=ports.names.fresh())
    puts: list[Row] = [ProfileRow(profile), *rows]
    try:
        await ports.rows.transact(profile.resource, lease, pending.lease_tag, puts, [mark.address for mark in marks])
    except VersionMoved:
        return False
    except Refused:
        if not marks:
            raise
        return False  # a mark was taken up by a run in between
    return True


def _cursors_anew(ports: Ports, pending: Pending, before: Terms | None, after: Terms) -> list[Cursor]:
    """A calendar that is read otherwise than before is read in full: its cursor has passed by what nobody wanted."""
    window = after.window(ports.clock.now())
    return [
        Cursor(row.calendar, window, round=row.round + 1, read_at=row.read_at)
        for row in pending.rows
        if isinstance(row, Cursor) and _reads_otherwise(before, after, row.calendar)
    ]


def _reads_otherwise(before: Terms | None, after: Terms, calendar: CalendarRef) -> bool:
    wanted = _reading_of(after, calendar)
    return wanted is not None and (before is None or _reading_of(before, calendar) != wanted)


def _reading_of(terms: Terms, calendar: CalendarRef) -> tuple[object, ...] | None:
    """All that decides what of a calendar becomes of interest; None where it is not read."""
    use = next((use for use in terms.calendars_to_read() if use.ref == calendar), None)
    if use is None or not (terms.takes_part or terms.is_paused):
        return None
    choices = terms.choices_of(calendar)
    return (
        terms.gives_down(use),
        choices.inward_words,
        choices.inward_show_as,
        choices.inward_sensitivities,
        choices.inward_tentative,
        choices.days_back,
        choices.days_ahead,
    )
