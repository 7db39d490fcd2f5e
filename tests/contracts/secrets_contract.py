"""What every `Secrets` keeps, the one in memory and the one on Key Vault alike."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from sync_core.domain.errors import TryAgain
from sync_core.domain.secret import SecretState, SecretTerm
from sync_core.ports import Secrets

END = datetime(2027, 3, 1, tzinfo=UTC)
# The environment names `client` and `gone`; `client` holds until then, `board` for ever, `gone` is not there.
NAMED = ("client", "gone")
HELD: dict[str, datetime | None] = {"client": END, "board": None}

CLIENT = SecretTerm("client", SecretState.VALID, END)
GONE = SecretTerm("gone", SecretState.MISSING)
BOARD = SecretTerm("board", SecretState.VALID)


class SecretsContract:
    """Give it the fixtures `secrets`, which knows the above, and `silence`, after which nobody answers."""

    async def test_what_the_environment_names_is_told_unasked(self, secrets: Secrets) -> None:
        assert list(await secrets.terms()) == [CLIENT, GONE]

    async def test_what_is_named_besides_is_told_after_it_and_each_once(self, secrets: Secrets) -> None:
        assert list(await secrets.terms(["board", "client", "board"])) == [CLIENT, GONE, BOARD]

    async def test_a_secret_that_nobody_stored_is_missing(self, secrets: Secrets) -> None:
        [*_, nobodys] = await secrets.terms(["nobodys"])
        assert nobodys == SecretTerm("nobodys", SecretState.MISSING)

    async def test_silence_is_no_answer(self, secrets: Secrets, silence: Callable[[], None]) -> None:
        silence()
        with pytest.raises(TryAgain):
            await secrets.terms()
