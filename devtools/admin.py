"""What an admin does in Tandem: look at what is held, and let it go on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from devtools.trouble import Trouble
from sync_core.bootstrap import connect
from sync_core.domain.resource import ResourceId
from sync_core.flows.judge import list_held, release
from sync_core.ports import Ports
from sync_core.settings import Settings, read_settings

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Admin:
    """Looks after the connector that these settings describe."""

    settings: Mapping[str, str]

    def count_held(self, resource: str) -> int:
        """Return how many pairs of a resource wait for a person."""
        return self.ask(lambda ports: _count_held(ports, ResourceId(resource)))

    def release(self, resource: str) -> int:
        """Let everything of a resource that is held go on, and return how many pairs that are."""
        return self.ask(lambda ports: _release_all(ports, ResourceId(resource)))

    def ask(self, question: Callable[[Ports], Awaitable[Answer]]) -> Answer:
        """Connect, have a question answered, and disconnect.

        Raises:
            Trouble: The settings are wrong; the sentence says which and why.
        """
        read = read_settings(self.settings)
        if not isinstance(read, Settings):
            raise Trouble("\n".join(["These settings are wrong:", *(f"  {problem}" for problem in read)]))

        async def connect_and_ask() -> Answer:
            connector = connect(read)
            try:
                return await question(await connector.ports())
            finally:
                await connector.aclose()

        return asyncio.run(connect_and_ask())


async def _count_held(ports: Ports, resource: ResourceId) -> int:
    return sum(held.pair is not None for held in await list_held(ports, resource))


async def _release_all(ports: Ports, resource: ResourceId) -> int:
    pairs = {held.pair for held in await list_held(ports, resource) if held.pair is not None}
    return await release(ports, resource, pairs=pairs)
