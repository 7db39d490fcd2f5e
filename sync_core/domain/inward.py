"""What the board may see of a worker's own event, settled before anything of it is stored."""

from dataclasses import replace

from sync_core.domain.choices import Choices, InwardWords
from sync_core.domain.content import Sensitivity, ShowAs
from sync_core.domain.event import Event, Response, mask, strip_to_down

BUSY_SUBJECT = "Busy"
CANCELLED = "the meeting was cancelled"
DECLINED = "the worker declined"
FREE = "the worker shows as free"
KEPT_BY_SHOW_AS = "events that show like this one are kept from the board"
KEPT_BY_SENSITIVITY = "events of this sensitivity are kept from the board"
ELSEWHERE = "its calendar takes no part"
REFUSALS = frozenset({CANCELLED, DECLINED, FREE, KEPT_BY_SHOW_AS, KEPT_BY_SENSITIVITY})


def shown(event: Event, choices: Choices) -> Event:
    """The event as the board is to show it: words masked, filters and mappings of its calendar applied.

    `refusal` says why it is not to be shown. To be asked once for each reading of an event.
    """
    event = strip_to_down(mask(event))
    show_as = event.content.show_as
    if event.response is Response.TENTATIVE and show_as is not ShowAs.FREE:
        show_as = ShowAs.TENTATIVE
    refusal = _refusal(event, show_as, choices)
    if show_as is ShowAs.TENTATIVE:
        show_as = choices.inward_tentative
    content = replace(event.content, show_as=show_as)
    if choices.inward_words is InwardWords.NONE:
        content = replace(content, subject=BUSY_SUBJECT, show_as=ShowAs.BUSY, sensitivity=Sensitivity.NORMAL)
    return replace(event, content=content, refusal=refusal)


def _refusal(event: Event, show_as: ShowAs, choices: Choices) -> str:
    if event.is_cancelled:
        return CANCELLED
    if event.response is Response.DECLINED:
        return DECLINED
    # What Outlook cannot name blocks like any other time.
    if (ShowAs.BUSY if show_as is ShowAs.UNKNOWN else show_as) not in choices.inward_show_as:
        return FREE if show_as is ShowAs.FREE else KEPT_BY_SHOW_AS
    return "" if event.content.sensitivity in choices.inward_sensitivities else KEPT_BY_SENSITIVITY
