"""The board's API for Tandem: every outbound path of docs/contract/scheduler.openapi.yaml."""

from __future__ import annotations

import hmac
from typing import Any

from aiohttp import web

from simulators.board.journal import Json
from simulators.board.paging import page_of
from simulators.board.planning import API, SOURCE, Planning, Remembered, Wanted
from simulators.board.preconditions import check_precondition, etag_of, look_up_answer, read_body
from simulators.board.problems import ProblemError, WrongField, invalid, not_found
from simulators.board.proposing import take_up
from simulators.board.schemas import wrong_fields
from simulators.board.store import Store
from simulators.board.switches import BoardSwitches
from simulators.board.times import read_instant

_JSON = "application/json"
_PATCH = "application/merge-patch+json"


def merge(target: Any, patch: Any) -> Any:
    """Apply a JSON Merge Patch (RFC 7396) and leave both arguments as they are."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


class Api:
    """The handlers under `/v1`."""

    def __init__(self, store: Store, planning: Planning, board: BoardSwitches, key: str) -> None:
        self._store = store
        self._planning = planning
        self._board = board
        self._key = key.encode()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1/capabilities", self._get_capabilities),
            web.get("/v1/appointments", self._list_appointments),
            web.get("/v1/appointments/{id}", self._get_appointment),
            web.patch("/v1/appointments/{id}", self._change_appointment),
            web.delete("/v1/appointments/{id}", self._delete_appointment),
            web.put("/v1/appointments/{id}/sync-status", self._put_sync_status),
            web.get("/v1/unavailabilities", self._list_unavailabilities),
            web.get("/v1/unavailabilities/{id}", self._get_unavailability),
            web.put("/v1/unavailabilities/{id}", self._put_unavailability),
            web.delete("/v1/unavailabilities/{id}", self._delete_unavailability),
            web.put("/v1/proposals/{id}", self._put_proposal),
        ]

    def check_key(self, request: web.Request) -> None:
        """Let nobody in without the key.

        Raises:
            ProblemError: 401.
        """
        given = request.headers.get("X-API-KEY", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._key):
            raise ProblemError(401, "unauthenticated", "The header X-API-KEY is missing or wrong.")

    async def _get_capabilities(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "contract": "1.0",
                "product": {"name": "Tandem's simulated board", "version": "1"},
                "source": SOURCE,
                "timeZone": self._board.time_zone,
                "capabilities": self._board.capabilities,
                "writableAppointmentFields": self._board.writable,
                "timeStepMinutes": self._board.step_minutes,
            }
        )

    async def _list_appointments(self, request: web.Request) -> web.Response:
        self._need("readAppointments")
        return web.json_response(page_of(request, self._store.contents.living["appointment"], "appointments"))

    async def _list_unavailabilities(self, request: web.Request) -> web.Response:
        self._need("readUnavailabilities")
        return web.json_response(page_of(request, self._store.contents.living["unavailability"], "unavailabilities"))

    async def _get_appointment(self, request: web.Request) -> web.Response:
        self._need("readAppointments")
        return _shown(self._living("appointment", request))

    async def _get_unavailability(self, request: web.Request) -> web.Response:
        self._need("readUnavailabilities")
        return _shown(self._living("unavailability", request))

    async def _change_appointment(self, request: web.Request) -> web.Response:
        self._need("writeAppointments")
        body = await read_body(request, _PATCH)
        remembered, answer = look_up_answer(request, body, self._store.contents, self._board)
        if answer is not None:
            return _repeated(answer)
        current = self._living("appointment", request)
        check_precondition(request, current, self._board)
        allowed = {*self._board.writable, "origin"}
        errors = wrong_fields("AppointmentPatch", body)
        known = {error.pointer for error in errors}
        errors += [
            WrongField(f"/{name}", "may not be written on this board")
            for name in body
            if name not in allowed and f"/{name}" not in known
        ]
        if errors:
            raise invalid(errors)
        if current.get("locked"):
            raise ProblemError(422, "locked", "The planner has locked this appointment.")
        wanted = Wanted("appointment", current["id"], merge(current, body))
        return self._write(wanted, body["origin"], remembered)

    async def _put_unavailability(self, request: web.Request) -> web.Response:
        self._need("writeUnavailabilities")
        body = await read_body(request, _JSON)
        key = request.match_info["id"]
        current = self._store.contents.living["unavailability"].get(key)
        status = 201 if current is None else 200
        remembered, answer = look_up_answer(request, body, self._store.contents, self._board, status)
        if answer is not None:
            return _repeated(answer)
        if current is None and "If-Match" in request.headers:
            raise not_found("unavailability")
        check_precondition(request, current, self._board)
        errors = wrong_fields("UnavailabilityPut", body)
        if body.get("id", key) != key:
            errors.append(WrongField("/id", "must equal the id in the address"))
        if errors:
            raise invalid(errors)
        state = {"kind": "other", "allDay": False, "showAs": "busy", "sensitivity": "normal", **body}
        return self._write(Wanted("unavailability", key, state), body["origin"], remembered, status)

    async def _delete_appointment(self, request: web.Request) -> web.Response:
        self._need("deleteAppointments")
        return await self._delete("appointment", request)

    async def _delete_unavailability(self, request: web.Request) -> web.Response:
        self._need("deleteUnavailabilities")
        return await self._delete("unavailability", request)

    async def _delete(self, collection: str, request: web.Request) -> web.Response:
        body = await read_body(request, _JSON) if request.can_read_body else None
        remembered, answer = look_up_answer(request, body, self._store.contents, self._board)
        if answer is not None:
            return _repeated(answer)
        current = self._living(collection, request)
        check_precondition(request, current, self._board)
        if body is not None and (errors := wrong_fields("Deletion", body)):
            raise invalid(errors)
        if current.get("locked"):
            raise ProblemError(422, "locked", "The planner has locked this appointment.")
        named = {"system": "tandem", "changeId": request.headers.get("Idempotency-Key", "unnamed")}
        origin = named if body is None else body["origin"]
        return self._write(Wanted(collection, current["id"], None), origin, remembered)

    async def _put_sync_status(self, request: web.Request) -> web.Response:
        self._need("syncStatus")
        body = await read_body(request, _JSON)
        remembered, answer = look_up_answer(request, body, self._store.contents, self._board)
        if answer is not None:
            return _repeated(answer)
        appointment = self._living("appointment", request)["id"]
        if errors := wrong_fields("SyncStatus", body):
            raise invalid(errors)
        last = self._store.contents.statuses.get(appointment, {}).get(body["resource"]["id"])
        reported_at = read_instant(body["at"], "/at")
        newest = last if last is not None and read_instant(last["at"], "/at") > reported_at else body
        line: Json = {"status": {"appointment": appointment, "state": newest}}
        self._store.commit(_with_answer(line, remembered, newest))
        return web.json_response(newest)

    async def _put_proposal(self, request: web.Request) -> web.Response:
        self._need("proposals")
        body = await read_body(request, _JSON)
        key = request.match_info["id"]
        status = 200 if key in self._store.contents.proposals else 201
        remembered, answer = look_up_answer(request, body, self._store.contents, self._board, status)
        if answer is not None:
            return _repeated(answer)
        errors = wrong_fields("Proposal", body)
        if body.get("id", key) != key:
            errors.append(WrongField("/id", "must equal the id in the address"))
        if errors:
            raise invalid(errors)
        proposal = take_up(key, body, self._store.contents)
        self._store.commit(_with_answer({"proposals": [proposal]}, remembered, proposal))
        return web.json_response(proposal, status=status)

    def _write(self, wanted: Wanted, origin: Json, remembered: Remembered | None, status: int = 200) -> web.Response:
        told = origin if self._board.capabilities["originEchoed"] else None
        (state,) = self._planning.carry_out([wanted], by=API, origin=told, remembered=remembered)
        return _shown(state, status)

    def _need(self, capability: str) -> None:
        if not self._board.capabilities[capability]:
            raise ProblemError(501, "capability_off", f"This board has no {capability}.")

    def _living(self, collection: str, request: web.Request) -> Json:
        state = self._store.contents.living[collection].get(request.match_info["id"])
        if state is None:
            raise not_found(collection)
        return state


def _shown(state: Json, status: int = 200) -> web.Response:
    return web.json_response(state, status=status, headers=etag_of(state))


def _repeated(answer: Json) -> web.Response:
    headers = etag_of(answer["body"]) if "id" in answer["body"] and "revision" in answer["body"] else {}
    return web.json_response(answer["body"], status=answer["status"], headers=headers)


def _with_answer(line: Json, remembered: Remembered | None, body: Json) -> Json:
    if remembered is None:
        return line
    answer = {"key": remembered.key, "fingerprint": remembered.fingerprint, "status": remembered.status, "body": body}
    return {**line, "answer": answer}
