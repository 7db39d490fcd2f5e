"""The decision table: what is to become of a pair, by what became of each side. Policy opens or closes it later."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from sync_core.domain.change import Change
from sync_core.domain.link import Origin


class Decision(StrEnum):
    NOTHING = "nothing"
    MERGE = "merge field by field"
    ANSWER_DELETION = "answer a deletion by policy"
    CREATE_EVENT = "create the event"
    CREATE_EVENT_ANEW = "create the event anew"
    ADOPT = "adopt the event"
    DELETE_EVENT = "delete the event"
    FORGET = "forget"
    WAIT_FOR_BOARD = "wait for the board"
    CREATE_APPOINTMENT = "create the appointment"
    CARRY_DOWN = "carry the event down"
    DELETE_APPOINTMENT = "delete the appointment"
    ANSWER_REMOVAL = "answer a removal by policy"


S, E, G, N, A = Change.SAME, Change.EDITED, Change.GONE, Change.NEW, Change.ABSENT

# Read a line as: (appointment, event). What is missing cannot be reached: a pair born on the board has both baselines
# or none, and one born in Outlook always has an event that was read at least once.
_BOARD_BORN: Mapping[tuple[Change, Change], Decision] = {
    (S, S): Decision.NOTHING,
    (S, E): Decision.MERGE,
    (S, G): Decision.ANSWER_DELETION,
    (E, S): Decision.MERGE,
    (E, E): Decision.MERGE,
    (E, G): Decision.CREATE_EVENT_ANEW,
    (G, S): Decision.DELETE_EVENT,
    (G, E): Decision.DELETE_EVENT,
    (G, G): Decision.FORGET,
    (N, N): Decision.ADOPT,
    (N, A): Decision.CREATE_EVENT,
    (A, N): Decision.WAIT_FOR_BOARD,
    (A, A): Decision.FORGET,
}

_OUTLOOK_BORN: Mapping[tuple[Change, Change], Decision] = {
    (S, S): Decision.NOTHING,
    (S, E): Decision.CARRY_DOWN,
    (S, G): Decision.DELETE_APPOINTMENT,
    (E, S): Decision.CARRY_DOWN,
    (E, E): Decision.CARRY_DOWN,
    (E, G): Decision.DELETE_APPOINTMENT,
    (G, S): Decision.ANSWER_REMOVAL,
    (G, E): Decision.CREATE_APPOINTMENT,
    (G, G): Decision.FORGET,
    (A, N): Decision.CREATE_APPOINTMENT,
    (A, A): Decision.FORGET,
}

TABLE: Mapping[Origin, Mapping[tuple[Change, Change], Decision]] = MappingProxyType(
    {Origin.BOARD: MappingProxyType(_BOARD_BORN), Origin.OUTLOOK: MappingProxyType(_OUTLOOK_BORN)}
)
