"""Hands each change that an admin made to the trail: the one place from which that is done."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sync_core.domain.resource import ResourceId
from sync_core.web.admin.routing import AdminCall

_TRAIL = f"{__package__}.trail"


async def note_change(
    call: AdminCall, resource: ResourceId | None, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> None:
    """Write down that this call changed something; `before` and `after` name what differs, None where nothing was."""
    if find_spec(_TRAIL) is None:
        return  # this deployment keeps none
    target = f"/resources/{resource}" if resource is not None else _target_of(call)
    await import_module(_TRAIL).note(call, call.operation_id, target, before, after)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Of two documents only the members that differ, each as it was and as it is."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
    )


def _target_of(call: AdminCall) -> str:
    return {"putSettings": "/settings", "importConfiguration": "/configuration"}.get(call.operation_id, "/resources")
