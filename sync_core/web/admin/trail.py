"""Has every action of an admin leave an entry: begun before anything is changed, told as a whole once it took effect.

The entry is written first, as begun and without words, so that nothing is ever changed unseen: if it cannot be written,
nothing is done and the caller gets 503. `note` then puts what was before and after in its place. If that cannot be
written the caller gets 503, too, and the entry stays as begun; actions may be repeated, and the repeat, which finds the
change done, leaves an entry of its own. An action that was refused, or only tried out, takes its entry back. One that
tells nothing of what was before and after is on the trail all the same.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sync_core.domain.errors import Misconfigured, Refused, TryAgain, VersionMoved
from sync_core.domain.resource import ResourceId
from sync_core.domain.trail import TrailEntry, fitted
from sync_core.ports import Ports
from sync_core.web.admin.answers import Refusal
from sync_core.web.http import Response

if TYPE_CHECKING:
    from sync_core.web.admin.routing import AdminCall

# They look like actions, and change nothing.
_CHANGE_NOTHING = frozenset({"validateSettings"})
# Of these a part may be done when another is refused.
_IN_PARTS = frozenset({"importResources", "importConfiguration", "eraseResource", "releaseHeldMany", "rejectHeldMany"})


@dataclass(slots=True)
class Opening:
    """The entry of a call that is under way; `is_told` once another has taken its place."""

    entry: TrailEntry
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What one call changed about one target; None where nothing was or is."""

    target: str
    resource: ResourceId | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def target_of(template: str, path: Mapping[str, str]) -> str:
    """What a call is about: its path up to the last parameter, or else its first segment."""
    segments = template.strip("/").split("/")
    end = max((place for place, each in enumerate(segments, 1) if each.startswith("{")), default=1)
    named = (quote(path[each[1:-1]], safe="") if each.startswith("{") else each for each in segments[:end])
    return "/" + "/".join(named)


async def on_trail(
    call: "AdminCall", resource: ResourceId | None, act: Callable[["AdminCall"], Awaitable[Response]]
) -> Response:
    """Carry an action out between the two writings of its entry.

    Raises:
        TryAgain: the entry could not be written, and nothing was done; or whatever the action raises.
    """
    if call.operation_id in _CHANGE_NOTHING:
        return await act(call)
    opening = Opening(replace(_entry(call, Change(call.target, resource, None, None)), is_begun=True))
    await call.ports.trail.write([opening.entry])
    try:
        answer = await act(replace(call, opening=opening))
    except (Refused, VersionMoved):
        if call.operation_id not in _IN_PARTS:
            await _take_back(call.ports, opening)
        raise
    except Refusal:
        await _take_back(call.ports, opening)
        raise
    if answer.status >= HTTPStatus.BAD_REQUEST or "dryRun" in call.query:
        await _take_back(call.ports, opening)
    elif not opening.is_told:
        await call.ports.trail.write([replace(opening.entry, is_begun=False)])
    return answer


async def note(
    call: "AdminCall",
    operation_id: str,
    target: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    *,
    resource: ResourceId | None = None,
) -> None:
    """Tell what this call changed; `before` and `after` are documents of the API, in which no secret ever stands.

    Raises:
        TryAgain: it could not be written.
    """
    await note_all(replace(call, operation_id=operation_id), [Change(target, resource, before, after)])


async def note_all(call: "AdminCall", changes: Sequence[Change]) -> None:
    """Tell everything that this call changed, one entry for each; the one of the call's own target takes its place.

    Raises:
        TryAgain: not all could be written.
    """
    opening = call.opening
    entries = [_entry(call, change) for change in changes]
    own = next((index for index, one in enumerate(entries) if opening and one.target == opening.entry.target), None)
    if opening is not None and own is not None and not opening.is_told:
        entries[own] = replace(entries[own], at=opening.entry.at, unique=opening.entry.unique)
    await call.ports.trail.write(entries)
    if opening is not None and own is not None:
        opening.is_told = True


def _entry(call: "AdminCall", change: Change) -> TrailEntry:
    return TrailEntry(
        at=call.ports.clock.now(),
        unique=call.ports.names.fresh(),
        who=call.caller.object_id,
        what=call.operation_id,
        target=change.target,
        resource=change.resource,
        before=fitted(change.before),
        after=fitted(change.after),
    )


async def _take_back(ports: Ports, opening: Opening) -> None:
    if not opening.is_told:
        # One that cannot be taken back says that something was begun, which is true.
        with suppress(TryAgain, Refused, Misconfigured):
            await ports.trail.strike(opening.entry)
