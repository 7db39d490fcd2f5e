"""Until when secrets hold is asked once an hour, what is missing each time; and no value is ever told."""

from collections.abc import AsyncIterator, Callable

import pytest

from sync_core.adapters.vault.terms import SecretTerms
from sync_core.domain.errors import TryAgain
from sync_core.domain.secret import SecretState, SecretTerm
from tests.adapters.vault.loopback import Minutes, Vault, reading
from tests.contracts.secrets_contract import BOARD, CLIENT, END, HELD, NAMED, SecretsContract
from tests.fakes.secrets import FakeSecrets

VALUE = "the-value-itself"


@pytest.fixture
def vault() -> Vault:
    made = Vault()
    made.values = dict.fromkeys(HELD, VALUE)
    made.ends = {name: end for name, end in HELD.items() if end is not None}
    return made


@pytest.fixture
def minutes() -> Minutes:
    return Minutes()


@pytest.fixture
async def secrets(vault: Vault, minutes: Minutes) -> AsyncIterator[SecretTerms]:
    async with reading(vault, minutes) as source:
        yield SecretTerms(source, NAMED, ["given"], minutes)


class TestFakeSecrets(SecretsContract):
    @pytest.fixture
    def secrets(self) -> FakeSecrets:
        made = FakeSecrets()
        made.named, made.held = list(NAMED), dict(HELD)
        return made

    @pytest.fixture
    def silence(self, secrets: FakeSecrets) -> Callable[[], None]:
        def be_silent() -> None:
            secrets.is_silent = True

        return be_silent


class TestSecretTerms(SecretsContract):
    @pytest.fixture
    def silence(self, vault: Vault) -> Callable[[], None]:
        def be_silent() -> None:
            vault.refuses_with = 503

        return be_silent


async def test_a_timer_of_five_minutes_asks_the_vault_once_an_hour(
    vault: Vault, secrets: SecretTerms, minutes: Minutes
) -> None:
    for passed in range(0, 60, 5):
        minutes.passed = passed
        await secrets.terms(["board"])
    # `gone` is asked for each time: it may be stored any minute.
    assert vault.reads == 2 + 12
    minutes.passed = 60
    await secrets.terms(["board"])
    assert vault.reads == 2 + 12 + 3


async def test_a_secret_that_is_stored_at_last_is_seen_at_once(vault: Vault, secrets: SecretTerms) -> None:
    await secrets.terms()
    vault.values["gone"] = VALUE
    assert [term.state for term in await secrets.terms()] == [SecretState.VALID, SecretState.VALID]


async def test_a_disabled_secret_is_missing_and_a_forbidden_one_unknown(vault: Vault, secrets: SecretTerms) -> None:
    vault.disabled.add("board")
    assert (await secrets.terms(["board"]))[-1].state is SecretState.MISSING
    vault.refuses_with = 403
    assert (await secrets.terms(["board"]))[-1] == SecretTerm("board", SecretState.UNKNOWN)


async def test_what_was_learnt_serves_while_the_vault_is_silent(
    vault: Vault, secrets: SecretTerms, minutes: Minutes
) -> None:
    vault.values["gone"] = VALUE
    before = await secrets.terms()
    vault.refuses_with, minutes.passed = 503, 90
    assert await secrets.terms() == before
    with pytest.raises(TryAgain):
        await secrets.terms(["board"])


async def test_no_value_is_told(secrets: SecretTerms) -> None:
    terms = await secrets.terms(["board"])
    assert (terms[0], terms[-1]) == (CLIENT, BOARD)
    assert VALUE not in repr(terms)
    assert VALUE not in repr(vars(secrets))


async def test_what_came_with_the_settings_is_there_and_without_a_vault_the_rest_is_unknown(vault: Vault) -> None:
    terms = await SecretTerms(None, given=["given"]).terms(["given", "board"])
    assert terms == [SecretTerm("given", SecretState.VALID), SecretTerm("board", SecretState.UNKNOWN)]
    assert END not in [term.expires_at for term in terms]
