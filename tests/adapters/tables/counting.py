"""Counts on the wire what a call costs."""

from typing import Any

from azure.core.pipeline.transport import AioHttpTransport


class Counting(AioHttpTransport):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.requests = 0

    async def send(self, request: Any, **options: Any) -> Any:
        self.requests += 1
        return await super().send(request, **options)

    def count(self) -> int:
        """Requests since the last time."""
        counted, self.requests = self.requests, 0
        return counted
