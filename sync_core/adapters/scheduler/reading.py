"""Reading the board: single states, and what is planned in a window."""

import logging
from datetime import datetime

from sync_core.adapters.scheduler.abilities import AbilityReader
from sync_core.adapters.scheduler.address import BoardAddress
from sync_core.adapters.scheduler.caller import Answer, Caller, NoAnswer, NotSent
from sync_core.contract.answers import BoardAbilities, Page
from sync_core.contract.faults import Invalid, check, legible
from sync_core.contract.inbound import to_placement
from sync_core.contract.states import AppointmentState, UnavailabilityState
from sync_core.domain.appointment import Kind, Placement
from sync_core.domain.errors import Refused, TryAgain
from sync_core.domain.resource import ResourceId
from sync_core.domain.window import Window
from sync_core.ports import BoardPage

log = logging.getLogger(__name__)

State = AppointmentState | UnavailabilityState
_SECONDS = 20.0
_PAGE = "200"
# A place is the list it is in, and that list's cursor.
_APPOINTMENTS, _UNAVAILABILITIES = "a", "u"


def parse_state(kind: Kind, document: object) -> State:
    """A state as the board answers it.

    Raises:
        Invalid: it breaks the contract.
    """
    if kind is Kind.UNAVAILABILITY:
        return check(UnavailabilityState, document)
    return check(AppointmentState, document)


def can_read(kind: Kind, abilities: BoardAbilities) -> bool:
    able = abilities.capabilities
    return able.read_unavailabilities if kind is Kind.UNAVAILABILITY else able.read_appointments


async def read_window(
    address: BoardAddress,
    caller: Caller,
    reader: AbilityReader,
    *,
    window: Window,
    resource: ResourceId | None,
    place: str | None,
) -> BoardPage:
    """Read one page: all appointments first, then unavailabilities where the board lists them.

    Raises:
        Refused: this board cannot be read, or not like this.
        TryAgain: it does not answer.
    """
    abilities = await reader.read()
    if not can_read(Kind.TASK, abilities):
        raise Refused("this board cannot be read")
    where, cursor = (place[:1], place[1:]) if place else (_APPOINTMENTS, "")
    kind = Kind.UNAVAILABILITY if where == _UNAVAILABILITIES else Kind.TASK
    query = [("from", _instant(window.start_at)), ("to", _instant(window.end_at)), ("limit", _PAGE)]
    query += [("resource", resource)] if resource else []
    query += [("cursor", cursor)] if cursor else []
    name = "unavailabilities" if kind is Kind.UNAVAILABILITY else "appointments"
    try:
        answer = await caller.call("GET", address.at(name, query=query), _SECONDS)
    except (NotSent, NoAnswer) as error:
        raise TryAgain(str(error)) from error
    page = _page(answer)
    documents = page.unavailabilities if kind is Kind.UNAVAILABILITY else page.appointments
    placements = [one for one in (_placement(kind, document) for document in documents) if one]
    return BoardPage(tuple(placements), _next(where, page.next_cursor, abilities))


def _page(answer: Answer) -> Page:
    if answer.status == 200:
        try:
            return check(Page, answer.document())
        except Invalid as invalid:
            raise TryAgain(f"the board's page cannot be read: {invalid}") from invalid
    # 401 and 403 are the key's trouble: the same reading is right once that is mended.
    if answer.asks_for_time or answer.is_broken or answer.status in (401, 403):
        raise TryAgain(answer.words(), answer.wait)
    raise Refused(answer.words())


def _next(where: str, cursor: str | None, abilities: BoardAbilities) -> str | None:
    if cursor:
        return where + cursor
    has_more = where == _APPOINTMENTS and can_read(Kind.UNAVAILABILITY, abilities)
    return _UNAVAILABILITIES if has_more else None


def _placement(kind: Kind, document: object) -> Placement | None:
    """One that breaks the contract is passed over: absence here proves nothing, and its webhook names its faults."""
    try:
        return to_placement(parse_state(kind, document))
    except Invalid as invalid:
        name = document.get("id") if isinstance(document, dict) else None
        known_as = legible(name) if isinstance(name, str) else ""
        log.warning("board read: one is left out: kind=%s id=%s faults=%s", kind, known_as, invalid)
        return None


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
