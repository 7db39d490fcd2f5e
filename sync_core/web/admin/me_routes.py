"""Says who is calling, so that a token can be tried."""

from sync_core.web.admin.answers import answer_json
from sync_core.web.admin.routing import AdminCall, Route
from sync_core.web.http import Response


async def show_me(call: AdminCall) -> Response:
    """Answer with the caller's object id, name and roles."""
    call.query.only()
    caller = call.caller
    return answer_json({"objectId": caller.object_id, "name": caller.name, "roles": sorted(caller.roles)})


ROUTES = (Route("GET", "/me", "getMe", False, show_me),)
