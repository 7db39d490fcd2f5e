"""What governs a host: host.json, the settings file, and the `%NAME%` places that settings fill.

https://learn.microsoft.com/azure/azure-functions/functions-host-json
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

PLACE = re.compile(r"%([^%]+)%")
TIMESPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,7}))?")
LARGEST_BATCH = 32
SHORTEST_POLL = timedelta(milliseconds=100)


class CannotStart(Exception):
    """The host ends before it serves; the message says why, in words for a developer."""


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """`extensions.queues` of host.json, with the vendor's defaults."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_timeout: timedelta = timedelta(0)
    max_polling_interval: timedelta = timedelta(minutes=1)
    is_base64: bool = True


@dataclass(frozen=True, slots=True)
class HostOptions:
    """The parts of host.json that change how an app runs."""

    queues: QueueOptions = QueueOptions()
    route_prefix: str = "api"
    function_timeout: timedelta = timedelta(minutes=30)

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read host.json.

        Raises:
            CannotStart: It is missing or says what no host accepts.
        """
        try:
            content = json.loads(file.read_text("utf-8"))
            extensions = content.get("extensions", {})
            return cls(
                _read_queue_options(extensions.get("queues", {})),
                extensions.get("http", {}).get("routePrefix", "api"),
                parse_timespan(content.get("functionTimeout", "00:30:00")),
            )
        except (OSError, ValueError, AttributeError) as error:
            raise CannotStart(f"{file.name} cannot be used: {error}") from error


def _read_queue_options(queues: Mapping[str, Any]) -> QueueOptions:
    batch_size = int(queues.get("batchSize", 16))
    if not 1 <= batch_size <= LARGEST_BATCH:
        raise ValueError(f"batchSize is {batch_size}; it goes from 1 to {LARGEST_BATCH}")
    encoding = queues.get("messageEncoding", "base64")
    if encoding not in {"base64", "none"}:
        raise ValueError(f"messageEncoding is '{encoding}'; it is base64 or none")
    return QueueOptions(
        batch_size,
        int(queues.get("newBatchThreshold", batch_size // 2)),
        int(queues.get("maxDequeueCount", 5)),
        parse_timespan(queues.get("visibilityTimeout", "00:00:00")),
        max(SHORTEST_POLL, parse_timespan(queues.get("maxPollingInterval", "00:01:00"))),
        encoding == "base64",
    )


def parse_timespan(text: str) -> timedelta:
    """Read .NET's `[d.]hh:mm:ss[.fffffff]`.

    Raises:
        ValueError: It is none.
    """
    found = TIMESPAN.fullmatch(text)
    if not found:
        raise ValueError(f"'{text}' is no time span like 00:00:30")
    days, hours, minutes, seconds, fraction = found.groups()
    return timedelta(
        days=int(days or 0),
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(seconds),
        microseconds=int((fraction or "").ljust(7, "0")[:6]),
    )


def read_settings(file: Path | None, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of a local.settings.json beneath those of the environment, which win.

    Raises:
        CannotStart: The file is not of that shape.
    """
    if file is None:
        return dict(environment)
    try:
        values = json.loads(file.read_text("utf-8"))["Values"]
        return {**{str(name): str(value) for name, value in values.items()}, **environment}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise CannotStart(f"{file} is no settings file with an object `Values`: {error!r}") from error


def fill_places(text: str, settings: Mapping[str, str], function: str) -> str:
    """Replace each `%NAME%` by the setting of that name.

    Raises:
        CannotStart: There is no such setting.
    """

    def setting(found: re.Match[str]) -> str:
        if found[1] not in settings:
            raise CannotStart(f"Function {function} needs the setting {found[1]}, which is missing.")
        return settings[found[1]]

    return PLACE.sub(setting, text)
