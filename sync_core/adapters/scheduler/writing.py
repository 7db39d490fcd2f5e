"""An operation as a request: which address, which body, which precondition."""

from dataclasses import dataclass, field
from typing import Any

from yarl import URL

from sync_core.adapters.scheduler.address import BoardAddress
from sync_core.contract.answers import BoardAbilities
from sync_core.contract.outbound import (
    appointment_patch,
    deletion,
    new_block,
    overwritten,
    resources_patch,
    unavailability_put,
    unplan_proposal,
)
from sync_core.domain.appointment import Appointment, AppointmentKey, Kind, Revision
from sync_core.domain.errors import Refused
from sync_core.domain.plan import (
    BoardOperation,
    CreateAppointment,
    DeleteAppointment,
    ProposeUnplan,
    Unplan,
    UpdateAppointment,
)

_LISTS = {Kind.TASK: "appointments", Kind.UNAVAILABILITY: "unavailabilities"}
_JSON = {"Content-Type": "application/json"}
_MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}


@dataclass(frozen=True, slots=True)
class Write:
    """One request. `is_read_first` where the body was made from a state that was read for it.

    `is_repeatable` where sending it twice comes to the same, whether or not the board remembers keys.
    """

    method: str
    url: URL
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    is_read_first: bool = False
    is_repeatable: bool = False

    @property
    def is_deletion(self) -> bool:
        return self.method == "DELETE"


def place_of(address: BoardAddress, key: AppointmentKey) -> URL:
    """The address of one appointment.

    Raises:
        Refused: a kind that boards have no address for.
    """
    return address.at(_list_of(key), key.id)


def needs_reading(operation: BoardOperation, abilities: BoardAbilities) -> bool:
    """Would writing it lose what an event cannot hold, such as the kind of an absence, unless it is read first?"""
    return (
        isinstance(operation, UpdateAppointment)
        and operation.key.kind is Kind.UNAVAILABILITY
        and abilities.capabilities.read_unavailabilities
    )


def to_write(
    address: BoardAddress, operation: BoardOperation, abilities: BoardAbilities, current: Appointment | None
) -> Write:
    """The request of an operation; `current` is the state that was read first, if any.

    Raises:
        Refused: this board cannot do that.
    """
    url = place_of(address, operation.key)
    key = operation.idempotency_key
    able = abilities.capabilities
    match operation:
        case CreateAppointment():
            if operation.key.kind is not Kind.UNAVAILABILITY:
                raise Refused("only unavailabilities are created on the board")
            _require(able.write_unavailabilities, "to enter unavailabilities")
            block = new_block(operation.key, operation.resource, operation.content)
            headers = _named(key) | _JSON | {"If-None-Match": "*"}
            return Write("PUT", url, unavailability_put(block, abilities.time_zone, key), headers)
        case UpdateAppointment() if operation.key.kind is Kind.UNAVAILABILITY:
            _require(able.write_unavailabilities, "to change unavailabilities")
            base = current or new_block(operation.key, operation.resource, operation.content)
            state = overwritten(base, operation.content, operation.fields)
            headers = _conditional(key, operation.revision) | _JSON
            body = unavailability_put(state, abilities.time_zone, key)
            return Write("PUT", url, body, headers, is_read_first=current is not None)
        case UpdateAppointment():
            _require(able.write_appointments, "to change appointments")
            patch = appointment_patch(
                operation.content,
                operation.fields,
                before=operation.before,
                zone=abilities.time_zone,
                writable=abilities.writable_appointment_fields,
                key=key,
            )
            return Write("PATCH", url, patch, _conditional(key, operation.revision) | _MERGE_PATCH)
        case Unplan() if operation.key.kind is Kind.TASK:
            _require(able.write_appointments, "to change appointments")
            patch = resources_patch(operation.remaining, abilities.writable_appointment_fields, key)
            return Write("PATCH", url, patch, _conditional(key, operation.revision) | _MERGE_PATCH)
        case ProposeUnplan():
            if operation.key.kind is not Kind.TASK:
                raise Refused("only tasks can be proposed to be un-planned")
            _require(able.proposals, "to make proposals")
            question = unplan_proposal(
                operation.key.id,
                operation.resource,
                operation.revision,
                reason=operation.reason,
                is_withdrawn=operation.is_withdrawn,
                key=key,
            )
            at = address.at("proposals", operation.proposal)
            return Write("PUT", at, question, _named(key) | _JSON, is_repeatable=True)
        case DeleteAppointment() | Unplan():
            is_task = operation.key.kind is Kind.TASK
            _require(able.delete_appointments if is_task else able.delete_unavailabilities, "to delete")
            return Write("DELETE", url, deletion(key), _conditional(key, operation.revision) | _JSON)


def _list_of(key: AppointmentKey) -> str:
    if key.kind not in _LISTS:
        raise Refused("working days are not written")
    return _LISTS[key.kind]


def _named(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def _conditional(key: str, revision: Revision) -> dict[str, str]:
    return _named(key) | {"If-Match": f'"{revision}"'}


def _require(is_able: bool, what: str) -> None:
    if not is_able:
        raise Refused(f"this board does not allow Tandem {what}")
