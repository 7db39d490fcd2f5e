"""What the board answers: its capabilities, pages of states, problems."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from sync_core.contract.scalars import Document, ZoneName

Cursor = Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class Abilities(Document):
    """What is not named is off."""

    read_appointments: bool = False
    read_unavailabilities: bool = False
    write_appointments: bool = False
    delete_appointments: bool = False
    write_unavailabilities: bool = False
    delete_unavailabilities: bool = False
    sync_status: bool = False
    proposals: bool = False
    conditional_writes: bool = False
    idempotency_keys: bool = False
    origin_echoed: bool = False


class BoardAbilities(Document):
    """The answer of GET /v1/capabilities; `time_zone` is where the board's days begin."""

    contract: Annotated[str, StringConstraints(pattern=r"^1\.")]
    time_zone: ZoneName = "UTC"
    capabilities: Abilities = Abilities()
    writable_appointment_fields: frozenset[str] = Field(default=frozenset(), strict=False)


class Page(Document):
    """One page of either list; its states are checked one by one, so that a bad one does not hide the rest."""

    appointments: tuple[Mapping[str, Any], ...] = Field(default=(), strict=False)
    unavailabilities: tuple[Mapping[str, Any], ...] = Field(default=(), strict=False)
    next_cursor: Cursor | None = None


class Problem(Document):
    """RFC 9457 problem details; only the title is repeated to anyone, since details may quote what was sent."""

    title: str = ""
    code: str = ""
