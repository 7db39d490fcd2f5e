"""The documents of a tenant's settings and of what is otherwise for one resource or calendar.

Names are those of `Choices`; what each setting does is told in docs/admin/settings.md.
"""

from dataclasses import fields
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, create_model

from sync_core.contract import forms
from sync_core.contract.forms import GROUP, ZONE, one_of, some_of, switch, text, texts, whole
from sync_core.contract.states import AbsenceName
from sync_core.contract.written import document_of
from sync_core.domain.appointment import Kind
from sync_core.domain.choices import Choices, InwardWords, Overrides, PrincipalLookup
from sync_core.domain.content import Importance, Sensitivity, ShowAs
from sync_core.domain.policy import OnClosed, OnDeletion, Owner, Winner
from sync_core.domain.resource import Direction

LONGEST_TEMPLATE = 20_000
TEMPLATES = ("subject_template", "location_template", "body_template")
# What an event can be given; `unknown` is only ever read, and then blocks like `busy`.
_SHOWN = tuple(one for one in ShowAs if one is not ShowAs.UNKNOWN)
_DEFAULTS = document_of(Choices(), whole=True)
Names = Annotated[list[str], texts(255, "names")]
Template = Annotated[str, text(LONGEST_TEMPLATE, "a Jinja2 template", lines=True)]


class Part(BaseModel):
    """Wrong types and unknown names are refused: a typing error must not become a silent default."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True, validate_default=True
    )


class MappedSettings(Part):
    """What a kind of absence, a category or a time marker means in Outlook; what is not named stays as it is."""

    subject: Annotated[str, text(255)] = Field("", description="Takes the place of the board's subject.")
    show_as: Annotated[ShowAs | None, one_of(*_SHOWN)] = Field(
        None, validate_default=False, description="How the time is shown to colleagues."
    )
    sensitivity: Annotated[Sensitivity | None, one_of(*Sensitivity)] = Field(
        None, validate_default=False, description="At least so private; it never makes an event less private."
    )
    importance: Annotated[Importance | None, one_of(*Importance)] = Field(
        None, validate_default=False, description="The event's importance."
    )
    categories: Names | None = Field(None, description="Outlook categories; without them the name itself is one.")
    reminder_minutes: Annotated[int, whole(0, 40_320, "minutes")] | None = Field(
        None, description="Reminder before the start."
    )


class RuleSettings(Part):
    """One line of the list that says what goes up; a condition that is not named holds for everything."""

    name: Annotated[str, text(100, "a name of its own", least=1)] = Field(description="What the reason will say.")
    goes_up: Annotated[bool, switch()] = Field(description="Does what fits go up, or is it kept back?")
    kinds: Annotated[tuple[Kind, ...], some_of(*Kind)] = Field((), validate_default=False, description="Which kinds.")
    categories: Names = Field([], description="The board's categories.")
    time_markers: Names = Field([], description="The board's time markers.")
    statuses: Names = Field([], description="The board's statuses.")
    groups: Names = Field([], description="Groups of resources.")
    fields: Annotated[
        dict[str, Annotated[str, text(4_000)]], forms.table("names of the appointment's own fields, each with its text")
    ] = Field({}, description="Values of the appointment's own fields, as text.")


_shared = one_of(*Owner)
_apart = one_of(Owner.PLANNER, Owner.WORKER)


class OwnerSettings(Part):
    """Whose each field is on an event we made; text that is laid out and marks cannot be merged."""

    time: Annotated[Owner, _shared] = Owner.SHARED
    subject: Annotated[Owner, _shared] = Owner.SHARED
    location: Annotated[Owner, _shared] = Owner.SHARED
    body: Annotated[Owner, _apart] = Owner.PLANNER
    show_as: Annotated[Owner, _shared] = Owner.PLANNER
    sensitivity: Annotated[Owner, _shared] = Owner.WORKER
    importance: Annotated[Owner, _shared] = Owner.PLANNER
    categories: Annotated[Owner, _apart] = Owner.WORKER
    reminder: Annotated[Owner, _apart] = Owner.WORKER


_OWNERS = (
    "`scheduler`, `worker` or (not for `body`, `categories`, `reminder`) `merge` for any of a planned event's fields"
)


def _setting(name: str, description: str) -> Any:
    return Field(_DEFAULTS[name], description=description)


MappedTable = dict[str, MappedSettings]


class TenantSettings(Part):
    """Every setting of a tenant, flat, each with its default."""

    direction: Annotated[Direction, one_of(*Direction)] = _setting(
        "direction", "Which way changes travel where a resource or calendar says nothing else."
    )
    tasks_up: Annotated[bool, switch()] = _setting("tasks_up", "Are planned tasks written to Outlook?")
    unavailabilities_up: Annotated[bool, switch()] = _setting("unavailabilities_up", "Are absences written to Outlook?")
    working_days_up: Annotated[bool, switch()] = _setting(
        "working_days_up", "Are exceptional working days written to Outlook?"
    )
    changes_down: Annotated[bool, switch()] = _setting(
        "changes_down", "Do a worker's changes to planned events reach the board?"
    )
    events_down: Annotated[bool, switch()] = _setting(
        "events_down", "Do a worker's own events become blocks on the board?"
    )
    planning_calendar: Annotated[str, text(100, "empty, or a calendar's name")] = _setting(
        "planning_calendar", "Name of a calendar of our own that receives what is planned."
    )
    zone: Annotated[str, ZONE] = _setting("zone", "Time zone of every resource that has none of its own.")
    days_back: Annotated[int, whole(0, 365, "days")] = _setting("days_back", "Days before today that take part.")
    days_ahead: Annotated[int, whole(1, 730, "days")] = _setting("days_ahead", "Days after today that take part.")
    changes_after_end: Annotated[bool, switch()] = _setting(
        "changes_after_end", "Does an appointment that has ended still accept a worker's changes?"
    )
    pull_minutes: Annotated[int, whole(30, 1_440, "minutes")] = _setting(
        "pull_minutes", "How often a calendar is read unasked."
    )
    pull_minutes_when_notified: Annotated[int, whole(30, 1_440, "minutes")] = _setting(
        "pull_minutes_when_notified", "How often a calendar is read unasked while notifications of it arrive."
    )
    pilot_resources: Annotated[list[str], texts(128, "ids of resources")] = _setting(
        "pilot_resources", "The only resources that take part."
    )
    pilot_group: Annotated[str, GROUP] = _setting(
        "pilot_group", "The Entra group whose members are the only ones that take part."
    )
    adopt_equal_events: Annotated[bool, switch()] = _setting(
        "adopt_equal_events", "Is an equal event that exists already taken over instead of doubled?"
    )
    subject_template: Template = _setting("subject_template", "Words of the subject; empty for the product's own.")
    location_template: Template = _setting("location_template", "Words of the location; empty for the product's own.")
    body_template: Template = _setting("body_template", "HTML of the body; empty for the product's own.")
    reminder_minutes: Annotated[int, whole(0, 40_320, "minutes")] | None = _setting(
        "reminder_minutes", "Reminder that planned events are made with; null for none."
    )
    absences: Annotated[MappedTable, forms.table("what it means", among=get_args(AbsenceName))] = _setting(
        "absences", "What each kind of absence looks like in Outlook."
    )
    categories: Annotated[MappedTable, forms.table("names of the board's categories, each with what it means")] = (
        _setting("categories", "What each category of the board looks like in Outlook.")
    )
    time_markers: Annotated[MappedTable, forms.table("names of the board's time markers, each with what it means")] = (
        _setting("time_markers", "What each time marker of the board looks like in Outlook.")
    )
    rules: Annotated[list[RuleSettings], forms.named("rules with names of their own")] = _setting(
        "rules", "Which appointments go up; the first rule that fits decides."
    )
    owners: Annotated[OwnerSettings, forms.parts(_OWNERS)] = _setting(
        "owners", "Whose each field of a planned event is."
    )
    winner: Annotated[Winner, one_of(*Winner)] = _setting(
        "winner", "Who prevails where both sides changed one field to different values."
    )
    on_closed: Annotated[OnClosed, one_of(*OnClosed)] = _setting(
        "on_closed", "What follows a worker's change that may not reach the board."
    )
    on_deletion: Annotated[OnDeletion, one_of(*OnDeletion)] = _setting(
        "on_deletion", "What follows when a worker deletes a planned event and changes may reach the board."
    )
    on_block_edited: Annotated[OnClosed, one_of(*OnClosed)] = _setting(
        "on_block_edited", "What follows when a planner edits or removes the block of a worker's own event."
    )
    inward_words: Annotated[InwardWords, one_of(*InwardWords)] = _setting(
        "inward_words", "What the board is told of a worker's own events besides their time."
    )
    inward_show_as: Annotated[tuple[ShowAs, ...], some_of(*_SHOWN)] = _setting(
        "inward_show_as", "Which of a worker's own events come down, by how their time is shown."
    )
    inward_sensitivities: Annotated[tuple[Sensitivity, ...], some_of(*Sensitivity)] = _setting(
        "inward_sensitivities", "Which of a worker's own events come down, by their privacy."
    )
    inward_tentative: Annotated[ShowAs, one_of(*_SHOWN)] = _setting(
        "inward_tentative", "As what a tentative event comes down."
    )
    principal_lookup: Annotated[PrincipalLookup, one_of(*PrincipalLookup)] = _setting(
        "principal_lookup", "Is a mailbox looked up in the directory, or is its address its name there?"
    )
    brake_deletions: Annotated[int, whole(1, 1_000, "deletions")] = _setting(
        "brake_deletions", "So many deletions of one resource pass within an hour whatever their share."
    )
    brake_percent: Annotated[int, whole(1, 100, "percent")] = _setting(
        "brake_percent", "Such a share of one resource's pairs may be deleted within an hour whatever their number."
    )
    tenant_brake_deletions: Annotated[int, whole(1, 100_000, "deletions")] = _setting(
        "tenant_brake_deletions", "So many deletions that the board states pass within an hour whatever their share."
    )
    tenant_brake_percent: Annotated[int, whole(1, 100, "percent")] = _setting(
        "tenant_brake_percent", "Such a share of all pairs the board may have deleted within an hour."
    )
    journal_days: Annotated[int, whole(1, 400, "days")] = _setting(
        "journal_days", "How long it is kept what was done for a resource, and what was there before."
    )
    trail_days: Annotated[int, whole(30, 3_650, "days")] = _setting(
        "trail_days", "How long it is kept what admins did."
    )


# Planned work is kept in one calendar, so that only what concerns a worker's own events can differ among several.
PER_CALENDAR = frozenset(
    {"on_block_edited", "inward_words", "inward_show_as", "inward_sensitivities", "inward_tentative"}
)
PER_RESOURCE = tuple(one.name for one in fields(Overrides))
_OWN_FORMS = {"pull_minutes": Annotated[int, whole(5, 1_440, "minutes")]}


def _override(name: str) -> tuple[Any, Any]:
    field = TenantSettings.model_fields[name]
    usual = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    kind = _OWN_FORMS.get(name, usual)
    return kind, Field(None, validate_default=False, description=field.description)


_overrides: dict[str, Any] = {name: _override(name) for name in PER_RESOURCE}
# What is not named follows the tenant, so only the names that a document sets may be read from it.
ResourceSettings: type[Part] = create_model("ResourceSettings", __base__=Part, **_overrides)
