"""From the board's states to the domain's."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sync_core.contract.states import (
    OWN_SYSTEM,
    AppointmentState,
    Place,
    ResourceRef,
    ResourceState,
    Tombstone,
    UnavailabilityState,
    WorkingDayState,
)
from sync_core.domain.appointment import (
    Appointment,
    AppointmentKey,
    Customer,
    Hyperlink,
    Kind,
    Location,
    Placement,
    Revision,
    Work,
)
from sync_core.domain.content import Importance, Sensitivity, ShowAs
from sync_core.domain.mention import Mention, ResourceWord
from sync_core.domain.resource import ResourceId, direction_that
from sync_core.domain.timespan import DaySpan, Span, TimeSpan

LivingState = AppointmentState | UnavailabilityState | WorkingDayState

_STANDBY = "standby"


def to_placement(state: LivingState) -> Placement:
    """The newest that is known of something that lives."""
    appointment = to_appointment(state)
    return Placement(appointment.key, appointment.revision, appointment)


def to_removal(kind: Kind, tombstone: Tombstone) -> Placement:
    """The newest that is known of something deleted."""
    return Placement(AppointmentKey(kind, tombstone.id), Revision(tombstone.revision), None)


def mentions_in(state: LivingState) -> tuple[Mention, ...]:
    """The resources that a state names."""
    refs = state.resources if isinstance(state, AppointmentState) else (state.resource,)
    return tuple(_mention(ref, state.time_zone) for ref in refs)


def to_word(state: ResourceState) -> ResourceWord:
    """What the board says of a resource; both ways are what it says as long as it names none."""
    sync = state.calendar_sync
    narrowed = None if sync.outbound and sync.inbound else direction_that(sync.outbound, sync.inbound)
    mention = Mention(ResourceId(state.id), state.name, state.email.strip(), state.time_zone or "")
    return ResourceWord(mention, state.revision, narrowed)


def to_word_of_removal(tombstone: Tombstone) -> ResourceWord:
    """That the board has a resource no more."""
    return ResourceWord(Mention(ResourceId(tombstone.id)), tombstone.revision, is_removed=True)


def to_appointment(state: LivingState) -> Appointment:
    """The domain's appointment; what has no order (resources, fields) is sorted, so that the same is equal."""
    match state:
        case AppointmentState():
            return _from_appointment(state)
        case UnavailabilityState():
            return _from_unavailability(state)
        case WorkingDayState():
            return _from_working_day(state)


def _from_appointment(state: AppointmentState) -> Appointment:
    return Appointment(
        key=AppointmentKey(Kind.TASK, state.id),
        revision=Revision(state.revision),
        span=_span(state),
        resources=tuple(sorted({ResourceId(resource.id) for resource in state.resources})),
        subject=state.subject,
        body=state.body.content if state.body else "",
        body_is_html=bool(state.body and state.body.content_type == "html"),
        zone=state.time_zone,
        number=state.number,
        category=state.category.name if state.category else "",
        time_marker=state.time_marker.name if state.time_marker else "",
        importance=Importance(state.importance),
        show_as=ShowAs(state.show_as) if state.show_as else None,
        sensitivity=Sensitivity(state.sensitivity),
        status=state.status,
        locked=state.locked,
        location=_location(state.location),
        customer=Customer(**state.customer.model_dump()),
        work=Work(**state.work.model_dump()),
        links=tuple(Hyperlink(link.title or link.href, link.href) for link in state.links),
        fields=tuple(sorted(state.fields.items())),
        updated_at=state.updated,
        is_our_write=state.origin is not None and state.origin.system == OWN_SYSTEM,
    )


def _from_unavailability(state: UnavailabilityState) -> Appointment:
    return Appointment(
        key=AppointmentKey(Kind.UNAVAILABILITY, state.id),
        revision=Revision(state.revision),
        span=_span(state),
        resources=(ResourceId(state.resource.id),),
        subject=state.title,
        zone=state.time_zone,
        show_as=ShowAs(state.show_as) if state.show_as else None,
        sensitivity=Sensitivity(state.sensitivity),
        absence=state.kind,
        location=_location(state.location),
        updated_at=state.updated,
    )


def _from_working_day(state: WorkingDayState) -> Appointment:
    zone = ZoneInfo(state.time_zone)
    end_on = state.date if state.end is not None else state.date + timedelta(days=1)
    start_at = datetime.combine(state.date, state.start, zone)
    end_at = datetime.combine(end_on, state.end or time(0), zone)
    return Appointment(
        key=AppointmentKey(Kind.WORKING_DAY, state.id),
        revision=Revision(state.revision),
        # Where the clock jumps over the whole span, nothing is left of it, but never less than nothing.
        span=TimeSpan(start_at, max(start_at, end_at, key=datetime.timestamp)),
        resources=(ResourceId(state.resource.id),),
        zone=state.time_zone,
        status=_STANDBY if state.standby else "",
        updated_at=state.updated,
    )


def _span(state: AppointmentState | UnavailabilityState) -> Span:
    if state.all_day and state.start_date and state.end_date:
        return DaySpan(state.start_date, state.end_date)
    return TimeSpan(state.start, state.end)


def _mention(ref: ResourceRef, zone: str) -> Mention:
    return Mention(ResourceId(ref.id), ref.name, ref.email.strip(), zone)


def _location(place: Place) -> Location:
    return Location(place.name, place.address, place.latitude, place.longitude)
