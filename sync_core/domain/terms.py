"""What holds for one resource: its profile under the tenant's choices."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sync_core.domain.appointment import Kind
from sync_core.domain.choices import Choices, overridden
from sync_core.domain.identity import ConnectorId
from sync_core.domain.look import Look, WordsOf, plain_words
from sync_core.domain.policy import Policy
from sync_core.domain.profile import CalendarUse, Participation, Profile
from sync_core.domain.resource import CalendarRef, Direction, direction_that
from sync_core.domain.window import Window, window_around


@dataclass(frozen=True, slots=True)
class Terms:
    """`tenant` are the tenant's own choices; `choices` those of this resource."""

    connector: ConnectorId
    profile: Profile
    tenant: Choices
    words: WordsOf = plain_words

    @property
    def choices(self) -> Choices:
        return overridden(self.tenant, self.profile.overrides)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.profile.zone or self.tenant.zone)

    @property
    def direction(self) -> Direction:
        return self._narrowed(self.profile.direction or self.tenant.direction)

    @property
    def is_in_pilot(self) -> bool:
        """Does the pilot, if there is one, take this resource in?"""
        if not self.tenant.pilot_resources and not self.tenant.pilot_group:
            return True
        is_of_group = bool(self.tenant.pilot_group) and self.profile.is_in_pilot_group
        return is_of_group or self.profile.resource in self.tenant.pilot_resources

    @property
    def takes_part(self) -> bool:
        """Who is leaving is run to the end, whatever the pilot says by now."""
        return self.is_leaving or (self.profile.participation is Participation.ACTIVE and self.is_in_pilot)

    @property
    def is_paused(self) -> bool:
        """Does it take part again as soon as it is resumed?"""
        return self.profile.participation is Participation.PAUSED and self.is_in_pilot

    @property
    def is_leaving(self) -> bool:
        """Is everything that we made for this resource being removed?"""
        return self.profile.participation is Participation.LEAVING

    @property
    def look(self) -> Look:
        choices = self.choices
        reminder = choices.reminder_minutes
        return Look(
            zone=self.zone,
            words=self.words,
            absences=choices.absences,
            categories=choices.categories,
            time_markers=choices.time_markers,
            reminder_minutes=reminder if reminder >= 0 else None,
        )

    def window(self, now: datetime) -> Window:
        return window_around(now, self.choices.days_back, self.choices.days_ahead)

    def pull_every(self, *, is_notified: bool) -> timedelta:
        """How often its calendars are read unasked; an override of the resource's own holds whatever notifies us."""
        own = self.profile.overrides.pull_minutes
        usual = self.tenant.pull_minutes_when_notified if is_notified else self.tenant.pull_minutes
        return timedelta(minutes=own if own is not None else usual)

    def direction_of(self, use: CalendarUse) -> Direction:
        return self._narrowed(use.direction) if use.direction else self.direction

    def choices_of(self, calendar: CalendarRef | None) -> Choices:
        use = self.use_of(calendar)
        return overridden(self.choices, use.overrides) if use else self.choices

    def has_left(self, mailbox: str) -> bool:
        """Was it a mailbox of the resource, and is it none any more?"""
        was_its = any(ref.mailbox == mailbox for ref in self.profile.former)
        return was_its and all(use.ref.mailbox != mailbox for use in self.profile.calendars)

    def use_of(self, calendar: CalendarRef | None) -> CalendarUse | None:
        return next((use for use in self.profile.calendars if use.ref == calendar), None)

    def gives_down(self, use: CalendarUse) -> bool:
        """Do the worker's own events of this calendar go to the board?"""
        return self.direction_of(use).writes_board and self.tenant.events_down

    def calendars_to_read(self) -> Sequence[CalendarUse]:
        """The calendars whose changes matter: those that give *down*, and the main one for what became of ours.

        The main one is read whatever becomes of edits: an event of ours that was made a meeting must not be written.
        """
        return [
            use
            for use in self.profile.calendars
            if self.gives_down(use) or (use == self.profile.main_calendar and self._is_open(use))
        ]

    def _is_open(self, main: CalendarUse) -> bool:
        return any(self._direction_up(main, kind) is not Direction.NONE for kind in Kind)

    def policy(self, now: datetime) -> Policy:
        """The rules for pairs born on the board, before the kind of the appointment is looked at."""
        return self.policy_for_kind(Kind.TASK, now)

    def policy_for_kind(self, kind: Kind, now: datetime) -> Policy:
        """The rules for an appointment of that kind that was planned on the board."""
        main = self.profile.main_calendar
        direction = self._direction_up(main, kind)
        choices = self.choices
        return Policy(
            connector=self.connector,
            direction=direction,
            window=self.window(now),
            zone=self.zone,
            winner=choices.winner,
            on_deletion=choices.on_deletion,
            on_closed=choices.on_closed,
            on_block_edited=choices.on_block_edited,
            owners=choices.owner_of,
            look=self.look,
            rules=choices.rules,
            group=self.profile.group,
            closes_after_end=not choices.changes_after_end,
            former=frozenset(self.profile.former),
            is_leaving=self.is_leaving,
        )

    def policy_for_event(self, calendar: CalendarRef | None, now: datetime) -> Policy:
        """The rules for an event of the worker's own in that calendar, which may take no part (any more)."""
        use = self.use_of(calendar)
        policy = self.policy(now)
        if use is None:
            # What a calendar showed goes with its part in this, also where no other one gives down any more.
            direction = direction_that(False, self.tenant.events_down)
            return replace(policy, direction=direction, takes_calendar=calendar is None)
        opens = self.gives_down(use)
        is_paused = self.direction_of(use) is Direction.NONE
        choices = self.choices_of(calendar)
        return replace(
            policy,
            direction=Direction.NONE if is_paused else direction_that(self.direction_of(use).writes_outlook, opens),
            on_block_edited=choices.on_block_edited,
        )

    def _narrowed(self, wished: Direction) -> Direction:
        """What of a direction the board leaves open: it may take away, never add."""
        most = self.profile.narrowed
        if most is None:
            return wished
        return direction_that(wished.writes_outlook and most.writes_outlook, wished.writes_board and most.writes_board)

    def _direction_up(self, main: CalendarUse | None, kind: Kind) -> Direction:
        wished = self.direction_of(main) if main else self.direction
        is_open = {
            Kind.TASK: self.tenant.tasks_up,
            Kind.UNAVAILABILITY: self.tenant.unavailabilities_up,
            Kind.WORKING_DAY: self.tenant.working_days_up,
        }[kind]
        return direction_that(wished.writes_outlook and is_open, wished.writes_board and self.tenant.changes_down)
