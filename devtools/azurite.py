"""Starts Azurite, the storage emulator: https://github.com/Azure/Azurite."""

import re
from dataclasses import dataclass
from pathlib import Path

from devtools import environment
from devtools.paths import AZURITE
from devtools.processes import Echo, Part, Parts, check_port, start_part
from devtools.trouble import Trouble

# Published by the vendor for every emulator: https://learn.microsoft.com/azure/storage/common/storage-use-azurite
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
LISTENING = re.compile(r"Azurite (?:Blob|Queue|Table) service is successfully listening at (http://\S+)")
PORTS = (10000, 10001, 10002)
ANY_PORTS = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Azurite:
    """A running Azurite and how to reach it."""

    part: Part
    blob: str
    queue: str
    table: str

    @property
    def connection_string(self) -> str:
        """What the setting `AzureWebJobsStorage` takes."""
        return connection_string(self.blob, self.queue, self.table)


def connection_string(blob: str, queue: str, table: str) -> str:
    """Return what client libraries connect with, for the addresses of the three services."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
        f"BlobEndpoint={blob}/{ACCOUNT};QueueEndpoint={queue}/{ACCOUNT};TableEndpoint={table}/{ACCOUNT};"
    )


def start_azurite(
    parts: Parts | None = None,
    *,
    ports: tuple[int, int, int] = ANY_PORTS,
    location: Path | None = None,
    echo: Echo | None = None,
) -> Azurite:
    """Start Azurite on the ports for blobs, queues and tables; 0 takes any.

    It keeps everything in memory unless `location` names a directory. Without `parts` the caller ends `part` itself.

    Raises:
        Trouble: A port is taken, or Azurite is not installed or did not start.
    """
    for port in ports:
        check_port(port, "Azurite", "give three others with --port")
    if not AZURITE.exists():
        raise Trouble("Azurite is missing: run `python3 dev.py test` once, which installs it.")
    # Its newest API versions lag behind those of the client libraries; telemetry is on unless refused.
    command: list[str | Path] = [
        environment.find_node(),
        AZURITE,
        "--silent",
        "--skipApiVersionCheck",
        "--disableTelemetry",
    ]
    command += ["--inMemoryPersistence"] if location is None else ["--location", location]
    for kind, port in zip(("blob", "queue", "table"), ports, strict=True):
        command += [f"--{kind}Host", "127.0.0.1", f"--{kind}Port", str(port)]
    start = start_part if parts is None else parts.start
    part = start("Azurite", command, ready=LISTENING, addresses=3, echo=echo)
    return Azurite(part, *part.addresses)
