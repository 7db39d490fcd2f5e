"""What an appointment says, as event content, before any choice of a tenant: what the board itself would show."""

from sync_core.domain.appointment import Appointment
from sync_core.domain.content import Content
from sync_core.domain.look import Look

_AS_IT_IS = Look(absences=())


def render(appointment: Appointment) -> Content:
    """The event content of an appointment, normalised, with nothing mapped and no template."""
    return _AS_IT_IS.of(appointment)
