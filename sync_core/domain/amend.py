"""The board's state as it is after a write of ours, until its own webhook says it in full."""

from dataclasses import replace

from sync_core.domain.appointment import Appointment, Location
from sync_core.domain.content import Content, Field


def amended(state: Appointment, told: Content, fields: frozenset[Field]) -> Appointment:
    """The state with the named fields as they were told; others than these a board is never told of."""
    if Field.TIME in fields:
        state = replace(state, span=told.span)
    if Field.SUBJECT in fields:
        state = replace(state, subject=told.subject)
    if Field.LOCATION in fields:
        state = replace(state, location=Location(name=told.location))
    if Field.SHOW_AS in fields:
        state = replace(state, show_as=told.show_as)
    if Field.SENSITIVITY in fields:
        state = replace(state, sensitivity=told.sensitivity)
    if Field.IMPORTANCE in fields:
        state = replace(state, importance=told.importance)
    return state
