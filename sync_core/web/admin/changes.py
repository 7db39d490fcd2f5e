"""Hands each change that an admin made to the trail: the one place from which that is done."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sync_core.domain.resource import ResourceId
from sync_core.web.admin.routing import AdminCall
from sync_core.web.admin.trail import Change, note, note_all

Words = Mapping[str, Any] | None


async def note_change(call: AdminCall, resource: ResourceId | None, before: Words, after: Words) -> None:
    """Write down that this call changed something; `before` and `after` name what differs, None where nothing was.

    Raises:
        TryAgain: it could not be written; the trail then says that the call was begun.
    """
    await note(call, call.operation_id, _target_of(call, resource), before, after, resource=resource)


async def note_part(call: AdminCall, target: str, before: Words, after: Words) -> None:
    """Write down what this call changed beside its own target, as if it had been called for that.

    Raises:
        TryAgain: it could not be written; the trail then says that the call was begun.
    """
    await note(call, call.operation_id, target, before, after)


async def note_changes(call: AdminCall, changes: Sequence[tuple[ResourceId, Words, Words]]) -> None:
    """Write down what this call changed about many resources at once.

    Raises:
        TryAgain: not all could be written; the trail then says that the call was begun.
    """
    told = [Change(_target_of(call, resource), resource, before, after) for resource, before, after in changes]
    await note_all(call, told)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Of two documents only the members that differ, each as it was and as it is."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
    )


def _target_of(call: AdminCall, resource: ResourceId | None) -> str:
    """The call's own target, or the resource where a call is about several of them."""
    if resource is not None and call.target in ("", "/resources", "/configuration"):
        return f"/resources/{quote(resource, safe='')}"
    return call.target
