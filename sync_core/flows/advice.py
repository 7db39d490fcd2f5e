"""What an admin is told about a resource as it is set up: nothing here is an error, and each may surprise."""

from sync_core.domain.choices import Choices
from sync_core.domain.identity import ConnectorId
from sync_core.domain.profile import Participation, Profile
from sync_core.domain.resource import Direction
from sync_core.domain.terms import Terms


def advise(profile: Profile, choices: Choices) -> tuple[str, ...]:
    """Warnings in words, none where all is as one would expect. Pure."""
    terms = Terms(ConnectorId(""), profile, choices)
    return (*_of_the_mailbox(profile), *_of_the_main_calendar(terms), *_of_the_ways(terms), *_of_taking_part(terms))


def _of_the_mailbox(profile: Profile) -> list[str]:
    search = profile.mailbox
    if search.again_at is not None:
        rest = "the calendars that are known go on" if profile.calendars else "what is planned waits"
        return [
            f"A mailbox cannot be used ({search.state}): {search.reason}. It is looked for again; until then {rest}."
        ]
    if not profile.calendars:
        return ["There is no mailbox: what is planned is remembered, and written nowhere."]
    return []


def _of_the_main_calendar(terms: Terms) -> list[str]:
    profile = terms.profile
    warnings = []
    chosen = next((wish for wish in profile.wishes if wish.is_main), next(iter(profile.wishes), None))
    name = chosen.name if chosen else terms.choices.planning_calendar
    if profile.calendars and name:
        warnings.append(
            f"What is planned goes to the calendar {name}. Colleagues see free and busy of the mailbox's own calendar "
            "only: if this is another one, the worker looks free to them."
        )
    others = [use for use in profile.calendars[1:] if use.direction is Direction.UP]
    if others:
        warnings.append(f"{len(others)} calendar(s) have the direction up, but only the main calendar receives.")
    if profile.former:
        warnings.append(
            f"{len(profile.former)} calendar(s) that received before may still hold events of ours; they are removed."
        )
    return warnings


def _of_the_ways(terms: Terms) -> list[str]:
    main = terms.profile.main_calendar
    way = terms.direction_of(main) if main else terms.direction
    warnings = []
    if way is Direction.NONE:
        warnings.append("It is paused: nothing is written to either side.")
    if way is Direction.BOTH and not terms.tenant.changes_down:
        warnings.append(
            f"The direction is {way}, but changes_down is off for the tenant: a worker's changes to planned events do "
            "not reach the board."
        )
    gives = [use for use in terms.profile.calendars if terms.direction_of(use).writes_board]
    if gives and not terms.tenant.events_down:
        warnings.append(
            "A calendar is to give down, but events_down is off for the tenant: a worker's own events are not shown "
            "on the board."
        )
    up = (terms.tenant.tasks_up, terms.tenant.unavailabilities_up, terms.tenant.working_days_up)
    if way.writes_outlook and not any(up):
        warnings.append("Nothing goes up: tasks_up, unavailabilities_up and working_days_up are all off.")
    return warnings


def _of_taking_part(terms: Terms) -> list[str]:
    if terms.is_paused:
        return ["An admin paused it: what happens on either side waits until it is resumed."]
    if terms.profile.participation is Participation.ACTIVE and not terms.is_in_pilot:
        return ["The pilot does not name it: it takes no part, and what the board tells about it waits."]
    return []
