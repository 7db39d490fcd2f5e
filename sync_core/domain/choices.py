"""Everything an admin may choose: for the tenant, and otherwise for one resource or one calendar.

The names are those of `docs/admin/settings.md`, which tells what each does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from sync_core.domain.content import Field, Sensitivity, ShowAs
from sync_core.domain.look import ABSENCES
from sync_core.domain.look import Mapping as MappingTable
from sync_core.domain.policy import OWNERS, OnClosed, OnDeletion, Owner, Winner
from sync_core.domain.resource import Direction
from sync_core.domain.rules import Rule

NO_REMINDER = -1


class InwardWords(StrEnum):
    """What of a worker's own events the board is told: their subject, or nothing but their time."""

    SUBJECT = "subject"
    NONE = "none"


class PrincipalLookup(StrEnum):
    """How an e-mail address becomes a mailbox: it is the principal name, or the directory is asked."""

    OFF = "off"
    DIRECTORY = "directory"


@dataclass(frozen=True, slots=True)
class Choices:
    """A value for every setting; the defaults are those of a new tenant. Days are whole UTC days, minutes minutes."""

    direction: Direction = Direction.UP
    tasks_up: bool = True
    unavailabilities_up: bool = True
    working_days_up: bool = True
    changes_down: bool = False
    events_down: bool = False
    planning_calendar: str = ""
    zone: str = "UTC"
    days_back: int = 30
    days_ahead: int = 180
    changes_after_end: bool = False
    pull_minutes: int = 30
    pull_minutes_when_notified: int = 120
    pilot_resources: tuple[str, ...] = ()
    pilot_group: str = ""
    adopt_equal_events: bool = False
    subject_template: str = ""
    location_template: str = ""
    body_template: str = ""
    reminder_minutes: int = NO_REMINDER
    absences: MappingTable = ABSENCES
    categories: MappingTable = ()
    time_markers: MappingTable = ()
    rules: tuple[Rule, ...] = ()
    owners: tuple[tuple[Field, Owner], ...] = tuple(OWNERS.items())
    winner: Winner = Winner.SCHEDULER
    on_closed: OnClosed = OnClosed.PUT_BACK
    on_deletion: OnDeletion = OnDeletion.PROPOSE
    on_block_edited: OnClosed = OnClosed.PUT_BACK
    inward_words: InwardWords = InwardWords.SUBJECT
    inward_show_as: tuple[ShowAs, ...] = (ShowAs.TENTATIVE, ShowAs.BUSY, ShowAs.OOF, ShowAs.WORKING_ELSEWHERE)
    inward_sensitivities: tuple[Sensitivity, ...] = tuple(Sensitivity)
    inward_tentative: ShowAs = ShowAs.TENTATIVE
    principal_lookup: PrincipalLookup = PrincipalLookup.OFF
    brake_deletions: int = 10
    brake_percent: int = 30
    tenant_brake_deletions: int = 200
    tenant_brake_percent: int = 30
    journal_days: int = 30
    trail_days: int = 400

    @property
    def owner_of(self) -> Mapping[Field, Owner]:
        return {**OWNERS, **dict(self.owners)}


@dataclass(frozen=True, slots=True)
class Overrides:
    """What is chosen otherwise for one resource or calendar; None follows the tenant."""

    planning_calendar: str | None = None
    days_back: int | None = None
    days_ahead: int | None = None
    changes_after_end: bool | None = None
    pull_minutes: int | None = None
    adopt_equal_events: bool | None = None
    reminder_minutes: int | None = None
    owners: tuple[tuple[Field, Owner], ...] | None = None
    winner: Winner | None = None
    on_closed: OnClosed | None = None
    on_deletion: OnDeletion | None = None
    on_block_edited: OnClosed | None = None
    inward_words: InwardWords | None = None
    inward_show_as: tuple[ShowAs, ...] | None = None
    inward_sensitivities: tuple[Sensitivity, ...] | None = None
    inward_tentative: ShowAs | None = None


def overridden(choices: Choices, overrides: Overrides) -> Choices:
    """The choices with everything that is chosen otherwise put in."""
    given = {field.name: getattr(overrides, field.name) for field in fields(overrides)}
    chosen = {name: value for name, value in given.items() if value is not None}
    if overrides.owners is not None:
        chosen["owners"] = tuple({**choices.owner_of, **dict(overrides.owners)}.items())
    return replace(choices, **chosen)
