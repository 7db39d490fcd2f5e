"""The set-up check: every line with what is to be done, also where settings are wrong or storage is away."""

import re
from datetime import UTC

from sync_core.domain.errors import Misconfigured, TandemError
from sync_core.domain.resource import ResourceId
from sync_core.domain.setup import SetupLine
from sync_core.flows.profiles import find_profile
from sync_core.flows.setup import Asked, Check, Surroundings, check_setup
from sync_core.web.admin.answers import Wrong, answer_json, invalid
from sync_core.web.admin.resource_actions import unknown
from sync_core.web.admin.routing import AdminCall, Route
from sync_core.web.http import Response

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_ID = re.compile(r"[^\x00-\x1f\x7f]{1,128}")
_LONGEST_ADDRESS, _MOST_WORDS = 320, 2000


async def show_setup(call: AdminCall) -> Response:
    """Run the check and answer every line, also when some of them are red."""
    call.query.only("resource", "control")
    around: Surroundings = call.parts["surroundings"]()
    asked = Asked(await _resource(call, around), _control(call), call.caller.may_change)
    lines = await check_setup(Check(call.ports, around, asked))
    checked_at = around.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return answer_json({"lines": [_shown(line) for line in lines], "checkedAt": checked_at})


async def _resource(call: AdminCall, around: Surroundings) -> ResourceId | None:
    if "resource" not in call.query:
        return None
    resource = ResourceId(call.query["resource"])
    if not _ID.fullmatch(resource):
        raise invalid(Wrong("resource", "is no id of a resource", "1 to 128 characters, none of them for control"))
    if around.deployment.faults:
        return resource
    try:
        profile = await find_profile(call.ports, resource)
    except (TandemError, Misconfigured):
        return resource  # the line of storage tells why it is not known
    if profile is None:
        raise unknown()
    return resource


def _control(call: AdminCall) -> str:
    if "control" not in call.query:
        return ""
    control = call.query["control"]
    if not _ADDRESS.fullmatch(control) or len(control) > _LONGEST_ADDRESS:
        raise invalid(Wrong("control", "is no address", "the principal name of a mailbox, such as nobody@acme.example"))
    return control


def _shown(line: SetupLine) -> dict[str, object]:
    return {
        "id": line.id,
        "title": line.title,
        "level": line.level.value,
        "words": line.words[:_MOST_WORDS],
        "remedy": line.remedy[:_MOST_WORDS],
        "link": line.link,
    }


ROUTES = (Route("GET", "/setup", "checkSetup", False, show_setup, works_in_trouble=True),)
