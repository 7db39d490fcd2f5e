"""What an admin does to resources: enlist them with a calendar, change them, let them go."""

from dataclasses import dataclass, replace

from sync_core.domain.errors import Refused, TryAgain, VersionMoved
from sync_core.domain.resource import CalendarRef, CalendarUse, Direction, Participation, Profile, ResourceId
from sync_core.domain.stored import Cursor, Job, Lease, ProfileRow, Row, Todo, TodoReason
from sync_core.domain.zones import zone_name
from sync_core.flows.pull import read_board
from sync_core.ports import Mailbox, Pending, Ports

_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class ResourceRequest:
    """What an admin says of a resource. `mailbox` is an address, empty for none; `calendars` are names, empty for the
    mailbox's own; the first one named receives *up*.
    """

    resource: ResourceId
    name: str
    mailbox: str
    zone: str
    direction: Direction
    calendars: tuple[str, ...] = ()
    days_back: int = 30
    days_ahead: int = 180


async def enlist(ports: Ports, request: ResourceRequest) -> Profile:
    """Make a resource take part, or change how it does; reads and backfills at once. Asking twice changes nothing.

    Raises:
        Refused: the zone, mailbox or calendar is none, or the calendar is another resource's.
    """
    profile = await _profile_of(ports, request)
    for use in profile.calendars:
        owner = await ports.claims.claim(use.ref, request.resource)
        if owner != request.resource:
            raise Refused(f"the calendar belongs to resource {owner}; a calendar belongs to one resource")
    if not await _write(ports, profile):
        return profile
    now = ports.clock.now()
    correlation_id = ports.names.fresh()
    await read_board(ports, request.resource, profile.window(now), correlation_id)
    await ports.bells.ring([Job(request.resource, now, "enlisted", correlation_id)])
    return profile


async def _profile_of(ports: Ports, request: ResourceRequest) -> Profile:
    calendars: tuple[CalendarUse, ...] = ()
    if request.mailbox:
        mailbox = await ports.directory.find_mailbox(request.mailbox)
        calendars = tuple(CalendarUse(ref) for ref in _named_calendars(mailbox, request.calendars))
    profile = Profile(
        resource=request.resource,
        name=request.name,
        zone=zone_name(request.zone),
        direction=request.direction,
        calendars=calendars,
        participation=Participation.ACTIVE,
        days_back=request.days_back,
        days_ahead=request.days_ahead,
    )
    if not (0 <= profile.days_back <= 365 and 1 <= profile.days_ahead <= 730):
        raise Refused("days_back takes 0 to 365 and days_ahead 1 to 730")
    return profile


def _named_calendars(mailbox: Mailbox, names: tuple[str, ...]) -> list[CalendarRef]:
    if not names:
        return [CalendarRef(mailbox.id, mailbox.default_calendar)]
    missing = [name for name in names if name not in mailbox.calendars]
    if missing:
        raise Refused(f"the mailbox has no calendar named {', '.join(missing)}")
    return [CalendarRef(mailbox.id, mailbox.calendars[name]) for name in names]


async def _write(ports: Ports, profile: Profile) -> bool:
    """Write the profile together with the lease row, which fences a run that still works by the old one.

    With it goes all that makes it hold for what exists, since nothing would write that after a crash.
    """
    for _ in range(_ROUNDS):
        pending = await ports.rows.read_pending(profile.resource)
        before = next((row.profile for row in pending.rows if isinstance(row, ProfileRow)), None)
        if before == profile:
            return False
        walk = Todo(TodoReason.SETTINGS, ports.names.fresh())
        puts: list[Row] = [ProfileRow(profile), walk, *_cursors_anew(ports, pending, before, profile)]
        lease = replace(pending.lease or Lease(), holder="", until=None, commit_id=ports.names.fresh())
        try:
            await ports.rows.transact(profile.resource, lease, pending.lease_tag, puts)
        except VersionMoved:
            continue
        return True
    raise TryAgain("the resource is being run all the time")


def _cursors_anew(ports: Ports, pending: Pending, before: Profile | None, after: Profile) -> list[Cursor]:
    """A calendar that begins to give *down* is read in full: its cursor has passed by what nobody wanted then."""
    gave = {use.ref for use in before.calendars if before.direction_of(use).writes_board} if before else set()
    gives = {use.ref for use in after.calendars if after.direction_of(use).writes_board}
    window = after.window(ports.clock.now())
    return [
        Cursor(row.calendar, window, round=row.round + 1, read_at=row.read_at)
        for row in pending.rows
        if isinstance(row, Cursor) and row.calendar in gives - gave
    ]
