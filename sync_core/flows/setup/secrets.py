"""Secrets: does Key Vault answer, and until when does each one hold?"""

from collections.abc import Sequence

from sync_core.domain.errors import Misconfigured, TryAgain
from sync_core.domain.secret import SecretState, SecretTerm, judge
from sync_core.domain.setup import SetupLine, Subject
from sync_core.flows.setup.needs import Check

KEY_VAULT = Subject("key-vault", "Key Vault")
SECRETS = Subject("secret", "Secrets")
# Asked where the settings name none: whether it is there does not matter, only that somebody answers.
_ANY_NAME = "tandem-set-up-check"

_RENEW = "Make a new one and store it under the same name; both hold until the old one is taken away."


async def check_key_vault(check: Check) -> Sequence[SetupLine]:
    """Does the vault answer now, and give out secrets?"""
    vault = check.around.vault
    if vault is None:
        return [KEY_VAULT.green("None is set: the secrets stand in the settings, as when developing.")]
    try:
        term = await vault.term(next(iter(check.around.deployment.vault_secrets), _ANY_NAME))
    except TryAgain as trouble:
        remedy = (
            "See whether KEY_VAULT_URL names the vault, and whether its firewall or private endpoint lets this app in."
        )
        return [KEY_VAULT.red(f"It does not answer: {trouble}.", remedy)]
    except Misconfigured as refusal:
        return [
            KEY_VAULT.red(
                f"It refuses this app: {refusal}.", "Give the app's identity the role Key Vault Secrets User."
            )
        ]
    if term.state is SecretState.UNKNOWN:
        return [KEY_VAULT.red("It refuses this app.", "Give the app's identity the role Key Vault Secrets User on it.")]
    return [KEY_VAULT.green("It answers and gives out secrets.")]


async def check_secrets(check: Check) -> Sequence[SetupLine]:
    """Until when does each secret hold that the settings or a source name?"""
    named = [name for standing in await check.ports.sources.list() for name in standing.source.secret_names]
    terms = await check.ports.secrets.terms(named)
    now = check.ports.clock.now()
    return [_line(judge(term, now), has_vault=check.around.vault is not None) for term in terms]


def _line(term: SecretTerm, *, has_vault: bool) -> SetupLine:
    subject = Subject(f"secret:{term.name}", f"The secret {term.name}")
    until = f"until {term.expires_at:%Y-%m-%d}" if term.expires_at else "without a stated end"
    match term.state:
        case SecretState.VALID:
            return subject.green(f"It is there, {until}.")
        case SecretState.EXPIRING:
            return subject.amber(f"It holds {until} only.", _RENEW)
        case SecretState.EXPIRED:
            return subject.red(f"It held {until}.", _RENEW)
        case SecretState.MISSING:
            return subject.red(
                "There is none of this name, or it is disabled.", "Store it in Key Vault under this name."
            )
        case SecretState.UNKNOWN if has_vault:
            return subject.amber("The vault does not say.", "Put the line Key Vault right first.")
    return subject.red(
        "Neither a vault nor a setting holds it.", "Set KEY_VAULT_URL and store it there under this name."
    )
