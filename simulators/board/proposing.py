"""What becomes of a proposal: open until it is withdrawn, or until the planner's next act answers it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from simulators.board.journal import Json
from simulators.board.problems import not_found
from simulators.board.store import Contents
from simulators.board.times import now_text

_DECIDED = ("accepted", "declined")


def take_up(key: str, body: Json, contents: Contents) -> Json:
    """Give the proposal as it stands after a PUT.

    What was decided stays so until it is asked about a later revision. A question about a revision that the planner
    has left behind is answered by what the planner did since.

    Raises:
        ProblemError: 404, there is no such appointment.
    """
    known = contents.proposals.get(key)
    about = body["appointment"]
    if known is not None and known["state"] in _DECIDED and about["revision"] <= known["appointment"]["revision"]:
        return known
    current = contents.living["appointment"].get(about["id"])
    if current is None:
        raise not_found("appointment")
    proposal = {"state": "open", "at": now_text(), **body, "id": key}
    is_left_behind = contents.planned.get(about["id"], 0) > about["revision"]
    return _settled(proposal, current, is_left_behind) if proposal["state"] == "open" else proposal


def answered_by(
    changes: Sequence[Json], proposals: Iterable[Json], *, is_planner: bool, accepted: str | None
) -> list[Json]:
    """Give the open proposals that these changes answer, as decided.

    Whoever takes the resource off does what a proposal to un-plan asks for; anything else declines, if it is the
    planner who does it. `accepted` names one that is agreed to whatever the change looks like.
    """
    after = {change["id"]: change["state"] for change in changes if change["collection"] == "appointment"}
    touched = [one for one in proposals if one["state"] == "open" and one["appointment"]["id"] in after]
    settled = [
        {**one, "state": "accepted"}
        if one["id"] == accepted
        else _settled(one, after[one["appointment"]["id"]], is_planner)
        for one in touched
    ]
    return [one for one in settled if one["state"] != "open"]


def _settled(proposal: Json, state: Json | None, is_left_behind: bool) -> Json:
    """The proposal as it stands beside a state; `is_left_behind` where the planner acted after it was asked."""
    planned_on = {resource["id"] for resource in state["resources"]} if state else set()
    is_off = proposal["resource"]["id"] not in planned_on
    if is_off and proposal["kind"] == "unplan":
        return {**proposal, "state": "accepted"}
    return {**proposal, "state": "declined"} if is_left_behind or state is None else proposal
