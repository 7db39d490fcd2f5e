"""What goes in and out of the simulator, whether it came alone over HTTP or as a member of a `$batch`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulators.graph.preferences import Preference

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the v1.0 surface."""

    method: str
    path: tuple[str, ...]
    """Decoded segments behind `/v1.0`."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Lower-case names."""
    body: Any
    """Parsed JSON, None when there was none."""
    root: str
    """Absolute address of the service root as the caller spells it, for links."""
    preference: Preference
    is_member: bool = False
    """True within a `$batch`."""


@dataclass(slots=True)
class Answer:
    """One response; `body` None means empty."""

    status: int
    body: JsonObject | None = None
    headers: dict[str, str] = field(default_factory=dict)
    is_truncated: bool = False
    """True: only the first half of the body reaches the caller."""
