"""Requests on directory groups, and who is in them.

https://learn.microsoft.com/graph/api/user-checkmembergroups, https://learn.microsoft.com/graph/api/group-get
"""

import uuid
from typing import Any

from simulators.graph.errors import GraphRefusal, bad_request, no_privileges
from simulators.graph.model import Group
from simulators.graph.odata import select
from simulators.graph.store import Store
from simulators.graph.wire import Answer, Call

_MOST_GROUPS = 20


def check_member_groups(store: Store, user: str, call: Call) -> Answer:
    """Answer which of the named groups the user is in, directly or through another one.

    A group that is not known is not answered either; the vendor's page leaves open what else could be said.
    """
    if not (store.switches.may_read_users and store.switches.may_read_groups):
        raise no_privileges()
    wanted = _read_ids(call.body)
    owner = store.find_mailbox(user).owner.id
    context = f"{call.root}/$metadata#Collection(Edm.String)"
    return Answer(200, {"@odata.context": context, "value": [each for each in wanted if _holds(store, each, owner)]})


def get_group(store: Store, group_id: str, call: Call) -> Answer:
    if not store.switches.may_read_groups:
        raise no_privileges()
    group = store.groups.get(_read_id(group_id))
    if group is None:
        raise GraphRefusal(
            404,
            "Request_ResourceNotFound",
            f"Resource '{group_id}' does not exist or one of its queried reference-property objects are not present.",
        )
    shown = {
        "id": group.id,
        "displayName": group.display_name,
        "groupTypes": [],
        "mailEnabled": False,
        "securityEnabled": True,
        "visibility": group.visibility,
    }
    return Answer(200, {"@odata.context": f"{call.root}/$metadata#groups/$entity", **select(call, shown)})


def show_group(group: Group) -> dict[str, Any]:
    """Show a group in plain words."""
    return {"id": group.id, "displayName": group.display_name, "members": list(group.members)}


def _holds(store: Store, group_id: str, member: str) -> bool:
    seen: set[str] = set()
    waiting = [group_id]
    while waiting:
        group = store.groups.get(waiting.pop())
        if group is None or group.id in seen:
            continue
        if member in group.members:
            return True
        seen.add(group.id)
        waiting += group.members
    return False


def _read_ids(body: Any) -> list[str]:
    listed = body.get("groupIds") if isinstance(body, dict) else None
    if not isinstance(listed, list) or not listed:
        raise bad_request("groupIds is required.", "Request_BadRequest")
    if len(listed) > _MOST_GROUPS:
        raise bad_request(f"At most {_MOST_GROUPS} groups may be named.", "Request_BadRequest")
    return [_read_id(each) for each in listed]


def _read_id(text: Any) -> str:
    try:
        return str(uuid.UUID(str(text)))
    except ValueError:
        raise bad_request(f"Invalid object identifier '{text}'.", "Request_BadRequest") from None
