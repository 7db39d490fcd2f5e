"""The demo team of `demo/resources.json`: made known to the connector and to the board."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from devtools.hands import Planner
from devtools.paths import ROOT

FILE = ROOT / "demo" / "resources.json"


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


def load_team(settings: Mapping[str, str]) -> None:
    """Make each member known to the connector that these settings describe."""
