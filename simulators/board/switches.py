"""What can be switched while the board runs: what it can do, and how well its webhooks behave."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from simulators.board.problems import WrongField, invalid

CAPABILITIES = (
    "readAppointments",
    "readUnavailabilities",
    "writeAppointments",
    "deleteAppointments",
    "writeUnavailabilities",
    "deleteUnavailabilities",
    "syncStatus",
    "proposals",
    "conditionalWrites",
    "idempotencyKeys",
    "originEchoed",
)
WRITABLE = (
    "subject",
    "body",
    "start",
    "end",
    "timeZone",
    "allDay",
    "startDate",
    "endDate",
    "resources",
    "importance",
    "showAs",
    "sensitivity",
    "status",
    "location",
)


@dataclass(slots=True)
class WebhookSwitches:
    """How deliveries leave the board; all off is a sender in good health."""

    url: str | None = None
    secrets: list[str] = field(default_factory=list)
    mode: str = "single"
    batch_size: int = 500
    copies: int = 1
    spread_seconds: float = 0.0
    late_seconds: float = 0.0
    silent: bool = False
    paused: bool = False
    echo: bool = True
    retry_first_seconds: float = 0.5
    retry_most_seconds: float = 30.0
    timeout_seconds: float = 15.0

    def shown(self) -> dict[str, Any]:
        """Give everything but the secrets."""
        shown = asdict(self)
        shown["secrets"] = len(self.secrets)
        return shown

    def change(self, wanted: dict[str, Any]) -> None:
        """Set the named switches.

        Raises:
            ProblemError: a name is unknown or a value has the wrong type; nothing is set then.
        """
        kinds: dict[str, type | tuple[type, ...]] = {
            "url": (str, type(None)),
            "secrets": list,
            "mode": str,
            "batch_size": int,
            "copies": int,
            "silent": bool,
            "paused": bool,
            "echo": bool,
        }
        names = {entry.name for entry in fields(self)}
        errors = [WrongField(f"/{name}", "is no switch") for name in wanted if name not in names]
        for name, value in wanted.items():
            if name in names and not isinstance(value, kinds.get(name, (int, float))):
                errors.append(WrongField(f"/{name}", "has the wrong type"))
        if wanted.get("mode", "single") not in ("single", "batch"):
            errors.append(WrongField("/mode", "must be single or batch"))
        if errors:
            raise invalid(errors)
        for name, value in wanted.items():
            setattr(self, name, value)


@dataclass(slots=True)
class BoardSwitches:
    """What this board can do and how it keeps times."""

    time_zone: str = "Europe/Berlin"
    step_minutes: int = 1
    capabilities: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(CAPABILITIES, True))
    writable: list[str] = field(default_factory=lambda: list(WRITABLE))
