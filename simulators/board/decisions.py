"""What a planner says to proposals (`/_control/proposals/…`)."""

from __future__ import annotations

from aiohttp import web

from simulators.board.api import merge
from simulators.board.journal import Json
from simulators.board.planning import PLANNER, Planning, Wanted
from simulators.board.problems import ProblemError, not_found
from simulators.board.store import Store


class Decisions:
    """Either answer is an act on the appointment: a new revision, which a webhook tells."""

    def __init__(self, store: Store, planning: Planning) -> None:
        self._store = store
        self._planning = planning

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/_control/proposals/{id}/accept", self._accept),
            web.post("/_control/proposals/{id}/decline", self._decline),
        ]

    async def _accept(self, request: web.Request) -> web.Response:
        """Take the resource off, or make the wished change."""
        proposal, current = self._open(request)
        if proposal["kind"] == "unplan":
            staying = [one for one in current["resources"] if one["id"] != proposal["resource"]["id"]]
            wanted = {**current, "resources": staying}
        else:
            wanted = merge(current, proposal["changes"])
        self._planning.carry_out([Wanted("appointment", current["id"], wanted)], by=PLANNER, accepted=proposal["id"])
        return self._decided(proposal)

    async def _decline(self, request: web.Request) -> web.Response:
        """Keep the plan: the same state under a new revision."""
        proposal, current = self._open(request)
        self._planning.carry_out([Wanted("appointment", current["id"], current)], by=PLANNER)
        return self._decided(proposal)

    def _open(self, request: web.Request) -> tuple[Json, Json]:
        """Give an open proposal and its appointment, which lives as long as the proposal is open."""
        proposal = self._store.contents.proposals.get(request.match_info["id"])
        if proposal is None:
            raise not_found("proposal")
        if proposal["state"] != "open":
            raise ProblemError(409, "decided", f"This proposal is {proposal['state']}.")
        return proposal, self._store.contents.living["appointment"][proposal["appointment"]["id"]]

    def _decided(self, proposal: Json) -> web.Response:
        return web.json_response(self._store.contents.proposals[proposal["id"]])
