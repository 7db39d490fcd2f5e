"""Changes the board: every change, whoever makes it, gets a revision and the event that tells of it in one step."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from simulators.board.journal import Json
from simulators.board.problems import WrongField, invalid
from simulators.board.proposing import answered_by
from simulators.board.schemas import wrong_fields
from simulators.board.store import Store
from simulators.board.switches import BoardSwitches, WebhookSwitches
from simulators.board.times import now_text, settle_times

SOURCE = "https://board.example/tenants/demo"
PLANNER = "planner"
API = "api"

_TYPES = {
    "appointment": ("scheduler.appointment.created", "scheduler.appointment.updated", "scheduler.appointment.deleted"),
    "unavailability": (
        "scheduler.unavailability.created",
        "scheduler.unavailability.updated",
        "scheduler.unavailability.deleted",
    ),
    "workingDay": ("scheduler.working_day.assigned", "scheduler.working_day.assigned", "scheduler.working_day.removed"),
    "resource": ("scheduler.resource.updated", "scheduler.resource.updated", "scheduler.resource.removed"),
}
_SCHEMAS = {
    "appointment": "Appointment",
    "unavailability": "Unavailability",
    "workingDay": "WorkingDay",
    "resource": "Resource",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """How one entry should be; `state` None deletes it."""

    collection: str
    id: str
    state: Json | None


@dataclass(frozen=True, slots=True)
class Remembered:
    """Under which key the answer to a write is kept for its repeats."""

    key: str
    fingerprint: str
    status: int


class Planning:
    """The one place where anything on the board changes."""

    def __init__(self, store: Store, board: BoardSwitches, webhooks: WebhookSwitches) -> None:
        self._store = store
        self._board = board
        self._webhooks = webhooks

    def carry_out(
        self,
        wanted: Sequence[Wanted],
        *,
        by: str,
        origin: Json | None = None,
        announce: bool = True,
        remembered: Remembered | None = None,
        accepted: str | None = None,
    ) -> list[Json]:
        """Make all changes or none; give the new states, or tombstones, in the same order.

        `accepted` names the proposal that the planner agrees to by this very change.

        Raises:
            ProblemError: one of them breaks the contract or names an unknown resource.
        """
        settled = [self._settle(one) for one in wanted]
        contents = self._store.contents
        changes: list[Json] = []
        events: list[Json] = []
        shown: list[Json] = []
        revisions: dict[tuple[str, str], int] = {}
        for one, state in zip(wanted, settled, strict=True):
            last = revisions.get((one.collection, one.id), contents.revisions[one.collection].get(one.id, 0))
            revision = revisions[one.collection, one.id] = last + 1
            before = contents.living[one.collection].get(one.id)
            stamped = self._stamp(one, state, before, revision=revision, by=by, origin=origin)
            errors = wrong_fields("Tombstone" if state is None else _SCHEMAS[one.collection], stamped)
            if errors:
                raise invalid(errors)
            changes.append(
                {
                    "collection": one.collection,
                    "id": one.id,
                    "revision": revision,
                    "state": None if state is None else stamped,
                    "by": by,
                }
            )
            kind = _TYPES[one.collection][2 if state is None else 1 if before else 0]
            events.append(self._tell(kind, one.collection, stamped, contents.sequence + len(events) + 1))
            shown.append(stamped)
        line: Json = {"changes": changes, "at": now_text()}
        asked = contents.proposals.values()
        if decided := answered_by(changes, asked, is_planner=by == PLANNER, accepted=accepted):
            line["proposals"] = decided
        if announce and not self._webhooks.silent and (by != API or self._webhooks.echo):
            line["deliveries"] = self.deliveries_of(events)
        if remembered is not None:
            line["answer"] = {
                "key": remembered.key,
                "fingerprint": remembered.fingerprint,
                "status": remembered.status,
                "body": shown[0],
            }
        self._store.commit(line)
        return shown

    def resend(self, collections: Sequence[str]) -> int:
        """Tell everything again as it is now, as a planner's "send again" does; give the number of events."""
        contents = self._store.contents
        events: list[Json] = []
        for collection in collections:
            for state in contents.living[collection].values():
                kind = _TYPES[collection][1]
                events.append(self._tell(kind, collection, state, contents.sequence + len(events) + 1))
        self._store.commit({"deliveries": self.deliveries_of(events)})
        return len(events)

    def ping(self) -> None:
        """Send `scheduler.ping`."""
        event = {
            "specversion": "1.0",
            "id": _new_id("evt"),
            "source": SOURCE,
            "type": "scheduler.ping",
            "time": now_text(),
        }
        self._store.commit({"deliveries": self.deliveries_of([event])})

    def deliveries_of(self, events: Sequence[Json]) -> list[Json]:
        """Pack events: one call each, or as many per call as a batch may hold."""
        if self._webhooks.mode == "single":
            return [{"id": event["id"], "batch": False, "events": [event]} for event in events]
        size = self._webhooks.batch_size
        chunks = [list(events[at : at + size]) for at in range(0, len(events), size)]
        return [{"id": _new_id("msg"), "batch": True, "events": chunk} for chunk in chunks]

    def _settle(self, wanted: Wanted) -> Json | None:
        if wanted.state is None:
            return None
        state = dict(wanted.state)
        if wanted.collection in ("appointment", "unavailability"):
            settle_times(state, self._board.step_minutes)
        if wanted.collection == "appointment":
            resources = state.get("resources", [])
            state["resources"] = [self._named(r, f"/resources/{n}/id") for n, r in enumerate(resources)]
        elif wanted.collection != "resource":
            state["resource"] = self._named(state.get("resource"), "/resource/id")
        return state

    def _named(self, reference: Any, pointer: str) -> Json:
        """Complete a reference with what the board knows of the resource; its word counts, not the caller's."""
        key = reference.get("id") if isinstance(reference, dict) else reference
        known = self._store.contents.living["resource"].get(str(key))
        if known is None:
            raise invalid([WrongField(pointer, "is no resource of this board")])
        return {name: known[name] for name in ("id", "email", "name", "type") if name in known}

    @staticmethod
    def _stamp(
        one: Wanted, state: Json | None, before: Json | None, *, revision: int, by: str, origin: Json | None
    ) -> Json:
        stamped: Json = {"id": one.id, "revision": revision}
        if state is None:
            stamped |= {name: before[name] for name in ("resources", "resource") if before and name in before}
        else:
            stamped = {**state, **stamped}
        if one.collection != "resource":
            stamped["origin"] = origin
        if one.collection in ("appointment", "unavailability"):
            stamped["updated"] = now_text()
            stamped["updatedBy"] = by
        return stamped

    @staticmethod
    def _tell(kind: str, collection: str, state: Json, sequence: int) -> Json:
        return {
            "specversion": "1.0",
            "id": _new_id("evt"),
            "source": SOURCE,
            "type": kind,
            "subject": f"{collection}/{state['id']}",
            "time": now_text(),
            "datacontenttype": "application/json",
            "sequence": f"{sequence:020d}",
            "data": {collection: state},
        }


def _new_id(kind: str) -> str:
    return f"{kind}_{uuid.uuid4().hex}"
