"""The demo team of `demo/resources.json` and what its tenant chose: made known to the connector and to the board."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass

from devtools.admin import Admin
from devtools.calls import call
from devtools.hands import Planner
from devtools.paths import ROOT
from devtools.trouble import Trouble
from sync_core.domain.choices import Choices
from sync_core.domain.errors import Misconfigured, Refused, TryAgain
from sync_core.domain.resource import Direction, ResourceId
from sync_core.flows.administer import ResourceRequest, enlist
from sync_core.flows.settings_change import change_settings
from sync_core.ports import Ports

FILE = ROOT / "demo" / "resources.json"
PILOT = ROOT / "demo" / "pilot.csv"
CONTROL = "ceo@tandem.example"


@dataclass(frozen=True, slots=True)
class Member:
    """One resource of the demo team."""

    id: str
    name: str
    mailbox: str
    direction: str
    time_zone: str


def read_team() -> list[Member]:
    """Return the members in the order of the file."""
    return [
        Member(each["id"], each["name"], each["mailbox"], each["direction"], each["timeZone"])
        for each in json.loads(FILE.read_text("utf-8"))
    ]


def seat_team(planner: Planner) -> None:
    """Make the team the board's resources."""
    planner.seat([{"id": each.id, "name": each.name, "email": each.mailbox} for each in read_team()])


def seat_pilot(planner: Planner) -> None:
    """Make the five of `demo/pilot.csv` the board's resources."""
    rows = csv.DictReader(PILOT.read_text("utf-8").splitlines())
    planner.seat([{"id": row["id"], "name": row["name"], "email": row["mailbox"]} for row in rows])


def lock_control(graph: str) -> None:
    """Make a mailbox that the app has no access to, for the set-up check to prove that it has none."""
    call("POST", f"{graph}/_control/users", {"name": CONTROL})
    call("PUT", f"{graph}/_control/users/{CONTROL}/state", {"state": "blocked"})


def load_team(settings: Mapping[str, str]) -> None:
    """Enlist each member with the connector that these settings describe; a member it knows already stays as it is.

    Raises:
        Trouble: The settings are wrong, or a member was refused; the sentence says which and why.
    """
    Admin(settings).ask(_enlist)


async def _enlist(ports: Ports) -> None:
    await _choose(ports)
    for each in read_team():
        request = ResourceRequest(
            ResourceId(each.id), each.name, each.mailbox, each.time_zone, Direction(each.direction)
        )
        try:
            mailbox = (await enlist(ports, request)).mailbox
        except (Refused, TryAgain, Misconfigured) as error:
            raise Trouble(f"{each.name} could not be enlisted: {error}") from error
        if mailbox.again_at is not None:
            raise Trouble(f"{each.name} could not be enlisted: {mailbox.reason}")


async def _choose(ports: Ports) -> None:
    """Open both flows inward, which are closed until somebody chooses; what was chosen before stays."""
    if (await ports.tenant.read()).tag is None:
        await change_settings(ports, Choices(changes_down=True, events_down=True, zone="Europe/Berlin"), None)
