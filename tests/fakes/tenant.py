"""The table `settings` in memory."""

from sync_core.domain.choices import Choices
from sync_core.domain.errors import VersionMoved
from sync_core.ports import Tenant


class FakeTenantRow:
    """`tenant` may be looked at and set by tests."""

    def __init__(self, choices: Choices | None = None) -> None:
        self.tenant = Tenant() if choices is None else Tenant(choices, "tag-0")
        self._writes = 0

    async def read(self) -> Tenant:
        return self.tenant

    async def write(self, choices: Choices, tag: str | None) -> str:
        if tag != self.tenant.tag:
            raise VersionMoved("the settings were changed meanwhile")
        self._writes += 1
        mark = f"tag-{self._writes}"
        self.tenant = Tenant(choices, mark)
        return mark
