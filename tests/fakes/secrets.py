"""What is known of secrets, in memory."""

from collections.abc import Sequence
from datetime import datetime

from sync_core.domain.errors import TryAgain
from sync_core.domain.secret import SecretState, SecretTerm


class FakeSecrets:
    """`named` are those of the environment; `held` are there, each with its end; `asked` counts the calls."""

    def __init__(self) -> None:
        self.named: list[str] = []
        self.held: dict[str, datetime | None] = {}
        self.is_silent = False
        self.asked = 0

    async def terms(self, names: Sequence[str] = ()) -> Sequence[SecretTerm]:
        self.asked += 1
        if self.is_silent:
            raise TryAgain("no answer")
        return [self._term(name) for name in dict.fromkeys([*self.named, *names])]

    def _term(self, name: str) -> SecretTerm:
        if name not in self.held:
            return SecretTerm(name, SecretState.MISSING)
        return SecretTerm(name, SecretState.VALID, self.held[name])
