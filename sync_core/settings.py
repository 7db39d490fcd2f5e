"""Reads the environment once into typed, validated settings; what is wrong is said by name, with what is allowed.

https://learn.microsoft.com/azure/azure-functions/functions-app-settings
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from sync_core.setting_forms import (
    AUDIENCE,
    ISSUER,
    ROOT,
    SCHEDULE,
    SCOPE,
    SECRET,
    SOURCE_SECRETS,
    STORAGE,
    URL,
    UUID,
    VAULT_NAME,
    VAULT_NAMES,
    WEBHOOK_SECRETS,
    Form,
    is_loopback,
    one_of,
    whole_number,
)

_NOWHERE, _YEARLY = "http://127.0.0.1:9", "0 0 0 1 1 *"
_HARMLESS = {
    "TANDEM_CONNECTOR_ID": "00000000-0000-4000-8000-000000000000",
    "TANDEM_PUBLIC_URL": _NOWHERE,
    "SCHEDULER_URL": _NOWHERE,
    **dict.fromkeys(("RENEW_SCHEDULE", "PULL_SCHEDULE", "TIDY_SCHEDULE"), _YEARLY),
}
OWN_PREFIXES = ("TANDEM_", "GRAPH_", "SCHEDULER_", "KEY_VAULT_", "ADMIN_")


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One setting that is wrong or missing. `wrong` continues the name and quotes no secret."""

    name: str
    wrong: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.name} {self.wrong}; allowed: {self.allowed}"


def _named(name: str, meaning: str, default: Any = ...) -> Any:
    return Field(default, alias=name, description=meaning)


class Settings(BaseModel):
    """Everything the deployment decides. A setting that is empty counts as not set; None is not set."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    storage_connection: Annotated[SecretStr | None, STORAGE] = _named(
        "AzureWebJobsStorage", "Storage account of tables and queues, by connection string.", None
    )
    queue_service: Annotated[str | None, URL] = _named(
        "AzureWebJobsStorage__queueServiceUri", "Queue endpoint of the storage account, reached by identity.", None
    )
    table_service: Annotated[str | None, URL] = _named(
        "AzureWebJobsStorage__tableServiceUri", "Table endpoint of the storage account, reached by identity.", None
    )
    identity: Annotated[str | None, UUID] = _named(
        "AzureWebJobsStorage__clientId",
        "Client id of the user-assigned identity for storage and Key Vault; without it the app's own identity.",
        None,
    )
    connector_id: Annotated[str, UUID] = _named(
        "TANDEM_CONNECTOR_ID", "Names this deployment on every event it makes; never change it."
    )
    public_url: Annotated[str, URL] = _named("TANDEM_PUBLIC_URL", "Where Graph reaches this app, without /api.")
    graph_endpoint: Annotated[str, ROOT] = _named(
        "GRAPH_ENDPOINT", "Microsoft Graph of the tenant's cloud.", "https://graph.microsoft.com"
    )
    graph_authority: Annotated[str, ROOT] = _named(
        "GRAPH_AUTHORITY", "Sign-in of the tenant's cloud.", "https://login.microsoftonline.com"
    )
    graph_scope_given: Annotated[str | None, SCOPE] = _named(
        "GRAPH_SCOPE", "Scope of the token; without it the endpoint with /.default.", None
    )
    graph_tenant_id: Annotated[str | None, UUID] = _named("GRAPH_TENANT_ID", "Directory (tenant) id.", None)
    graph_client_id: Annotated[str | None, UUID] = _named("GRAPH_CLIENT_ID", "Application (client) id.", None)
    graph_sign_in: Annotated[str, one_of("secret", "federated")] = _named(
        "GRAPH_SIGN_IN", "How the application proves itself: by a secret, or by the app's own identity.", "secret"
    )
    graph_client_secret_name: Annotated[str | None, VAULT_NAME] = _named(
        "GRAPH_CLIENT_SECRET_NAME", "Key Vault secret that holds the application's secret.", None
    )
    graph_client_secret: Annotated[SecretStr | None, SECRET] = _named(
        "GRAPH_CLIENT_SECRET", "The application's secret itself, when developing.", None
    )
    graph_development_token: Annotated[SecretStr | None, SECRET] = _named(
        "GRAPH_DEVELOPMENT_TOKEN", "Token for a simulated Graph on this machine.", None
    )
    graph_page_size: Annotated[int, whole_number(1, 500)] = _named("GRAPH_PAGE_SIZE", "Events per page of a read.", 100)
    graph_max_concurrency: Annotated[int, whole_number(1, 128)] = _named(
        "GRAPH_MAX_CONCURRENCY", "Requests to Graph at once, over all mailboxes, per instance.", 16
    )
    key_vault_url: Annotated[str | None, ROOT] = _named("KEY_VAULT_URL", "Key Vault of the secrets.", None)
    scheduler_url: Annotated[str, URL] = _named("SCHEDULER_URL", "Base address of the scheduler, without /v1.")
    scheduler_api_key_name: Annotated[str | None, VAULT_NAME] = _named(
        "SCHEDULER_API_KEY_NAME", "Key Vault secret that holds the scheduler's key.", None
    )
    scheduler_api_key: Annotated[SecretStr | None, SECRET] = _named(
        "SCHEDULER_API_KEY", "The scheduler's key itself, when developing.", None
    )
    scheduler_webhook_secret_names: Annotated[tuple[str, ...], VAULT_NAMES] = _named(
        "SCHEDULER_WEBHOOK_SECRET_NAMES", "Key Vault secrets that sign the scheduler's webhooks.", ()
    )
    scheduler_webhook_secrets: Annotated[tuple[SecretStr, ...], WEBHOOK_SECRETS] = _named(
        "SCHEDULER_WEBHOOK_SECRETS", "The signing secrets themselves, when developing.", ()
    )
    scheduler_source_secrets: Annotated[tuple[tuple[str, SecretStr], ...], SOURCE_SECRETS] = _named(
        "SCHEDULER_SOURCE_SECRETS", "Secrets of other sources by their names, when developing.", ()
    )
    admin_audience: Annotated[str | None, AUDIENCE] = _named(
        "ADMIN_AUDIENCE", "Application whose roles open the administration; without it nobody administers.", None
    )
    admin_issuer: Annotated[str | None, ISSUER] = _named(
        "ADMIN_ISSUER", "Issuer of tokens on this machine in place of the tenant's, when developing.", None
    )
    renew_schedule: Annotated[str, SCHEDULE] = _named("RENEW_SCHEDULE", "When subscriptions are renewed; hourly.")
    pull_schedule: Annotated[str, SCHEDULE] = _named(
        "PULL_SCHEDULE", "When calendars that are due are asked for changes; every few minutes."
    )
    tidy_schedule: Annotated[str, SCHEDULE] = _named("TIDY_SCHEDULE", "When the daily tidying runs; in the night.")

    @property
    def graph_scope(self) -> str:
        return self.graph_scope_given or f"{self.graph_endpoint}/.default"

    @property
    def can_be_notified(self) -> bool:
        """Can the Graph that is set reach this app? Without that only the pulling timer reads calendars."""
        return is_loopback(self.graph_endpoint) or not is_loopback(self.public_url)

    @property
    def admin_sign_in(self) -> tuple[str, str]:
        """Whose tokens open the administration: the authority and the tenant's id at it."""
        if self.admin_issuer:
            authority, tenant, _ = self.admin_issuer.rsplit("/", 2)
            return authority, tenant
        return self.graph_authority, self.graph_tenant_id or ""

    @property
    def keeps_storage_here(self) -> bool:
        """Is storage an emulator on this machine, whose tables and queues nobody else makes?"""
        connection = self.storage_connection.get_secret_value() if self.storage_connection else ""
        endpoints = [part.partition("=")[2] for part in connection.split(";") if "Endpoint=" in part]
        return bool(endpoints) and all(is_loopback(each) for each in endpoints)


def form_of(name: str) -> Form:
    """Return the form of the setting with this name in the environment."""
    field = next(each for each in Settings.model_fields.values() if each.alias == name)
    return next(each for each in field.metadata if isinstance(each, Form))


def setting_names() -> Mapping[str, str]:
    """Return every setting's name with what it is for, in the order in which they are shown."""
    return {field.alias or "": field.description or "" for field in Settings.model_fields.values()}


def read_settings(environ: Mapping[str, str]) -> Settings | tuple[SettingProblem, ...]:
    """Read the settings, or every problem they have, each name once."""
    names = setting_names()
    given = {name: text for name in names if (text := environ.get(name, "").strip())}
    problems = [*_combinations(given), *_misspelt(environ, [name for name in names if name not in given])]
    try:
        settings = Settings.model_validate(given)
    except ValidationError as refusal:
        # What is wrong in itself is told before what is wrong beside others.
        problems[:0] = [_explain(str(error["loc"][0]), error, given) for error in refusal.errors()]
    else:
        if not problems:
            return settings
    order = list(names)
    first = {problem.name: problem for problem in reversed(problems)}
    return tuple(sorted(first.values(), key=lambda each: order.index(each.name) if each.name in names else len(order)))


def read_what_is_right(environ: Mapping[str, str]) -> Settings:
    """Read the settings with those left out that are wrong, and harmless ones for those that must be there.

    For telling what else is wrong, never for working.
    """
    read = read_settings(environ)
    if isinstance(read, Settings):
        return read
    wrong = {problem.name for problem in read}
    given = {name: text for name in setting_names() if (text := environ.get(name, "").strip()) and name not in wrong}
    return Settings.model_validate({**_HARMLESS, **given})


def _explain(name: str, error: Any, given: Mapping[str, str]) -> SettingProblem:
    form = form_of(name)
    if error["type"] == "missing":
        return SettingProblem(name, "is missing", form.allowed)
    why = str(error["ctx"]["error"])
    text = given[name]
    # Text with an @ may be an address that carries a password.
    is_shown = not form.is_secret and "@" not in text
    return SettingProblem(name, f"{why} ('{text[:80]}')" if is_shown else why, form.allowed)


def _missing(name: str, why: str) -> SettingProblem:
    return SettingProblem(name, f"is missing{why}", form_of(name).allowed)


def _combinations(given: Mapping[str, str]) -> Iterator[SettingProblem]:
    """What is wrong only beside other settings."""
    yield from _storage(given)
    yield from _graph_sign_in(given)
    yield from _admin_sign_in(given)
    yield from _one_of(given, "SCHEDULER_API_KEY_NAME", "SCHEDULER_API_KEY")
    yield from _one_of(given, "SCHEDULER_WEBHOOK_SECRET_NAMES", "SCHEDULER_WEBHOOK_SECRETS")
    by_name = ("GRAPH_CLIENT_SECRET_NAME", "SCHEDULER_API_KEY_NAME", "SCHEDULER_WEBHOOK_SECRET_NAMES")
    if (needing := [name for name in by_name if name in given]) and "KEY_VAULT_URL" not in given:
        yield _missing("KEY_VAULT_URL", f", but {needing[0]} names a secret in it")


def _storage(given: Mapping[str, str]) -> Iterator[SettingProblem]:
    whole = "AzureWebJobsStorage"
    endpoints = (f"{whole}__queueServiceUri", f"{whole}__tableServiceUri")
    named = [name for name in endpoints if name in given]
    if whole in given and named:
        yield SettingProblem(named[0], f"is set beside {whole}", "only one of the two")
    elif named:
        yield from (_missing(name, f", but {named[0]} is set") for name in endpoints if name not in given)
    elif whole not in given:
        allowed = f"{form_of(whole).allowed}; or {' and '.join(endpoints)} to use the app's identity"
        yield SettingProblem(whole, "is missing", allowed)


def _graph_sign_in(given: Mapping[str, str]) -> Iterator[SettingProblem]:
    token = "GRAPH_DEVELOPMENT_TOKEN"  # noqa: S105 - the name of a setting
    if is_loopback(given.get("GRAPH_ENDPOINT", "")):
        if token not in given:
            yield _missing(token, ", but GRAPH_ENDPOINT is on this machine")
        return
    if token in given:
        yield SettingProblem(token, "is set for a Graph that is elsewhere", "only with a loopback GRAPH_ENDPOINT")
        return
    yield from (_missing(name, "") for name in ("GRAPH_TENANT_ID", "GRAPH_CLIENT_ID") if name not in given)
    by_name, by_value = "GRAPH_CLIENT_SECRET_NAME", "GRAPH_CLIENT_SECRET"
    if given.get("GRAPH_SIGN_IN") != "federated":
        yield from _one_of(given, by_name, by_value)
        return
    for name in (by_name, by_value):
        if name in given:
            yield SettingProblem(name, "is set, but GRAPH_SIGN_IN is federated", "nothing: there is no secret then")
    if "AzureWebJobsStorage__clientId" not in given:
        yield _missing(
            "AzureWebJobsStorage__clientId", ", but GRAPH_SIGN_IN is federated, which takes a user-assigned identity"
        )


def _admin_sign_in(given: Mapping[str, str]) -> Iterator[SettingProblem]:
    if "ADMIN_AUDIENCE" in given and "ADMIN_ISSUER" not in given and "GRAPH_TENANT_ID" not in given:
        yield _missing("GRAPH_TENANT_ID", ", but ADMIN_AUDIENCE is set, and only this tenant may administer")


def _one_of(given: Mapping[str, str], by_name: str, by_value: str) -> Iterator[SettingProblem]:
    if by_name in given and by_value in given:
        yield SettingProblem(by_value, f"is set beside {by_name}", "only one of the two")
    elif by_name not in given and by_value not in given:
        yield SettingProblem(
            by_name, "is missing", f"{form_of(by_name).allowed}; or, when developing, {by_value}: the secret itself"
        )


def _misspelt(environ: Mapping[str, str], unset: Sequence[str]) -> Iterator[SettingProblem]:
    # Only what resembles a setting: others may share the prefix, but a typing error must not become a silent default.
    for name in environ:
        if name.startswith(OWN_PREFIXES) and name not in setting_names():
            yield from (
                SettingProblem(name, "is no setting", f"the name {close}")
                for close in get_close_matches(name, unset, 1, 0.92)
            )
