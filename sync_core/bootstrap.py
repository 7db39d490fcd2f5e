"""Builds the connector from the settings, on first use; the only place that knows concrete classes.

Nothing of a vendor is imported before something needs it: a cold worker has a second to answer a notification, which
takes tables and a queue, but neither Graph nor the board.
"""

import asyncio
import os
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from pydantic import SecretStr

from sync_core.domain.errors import Misconfigured, TryAgain
from sync_core.domain.identity import ConnectorId
from sync_core.ports import Board, Directory, Outlook, Ports, Secrets, Subscriptions, Wording
from sync_core.schedule import time_since_last_turn
from sync_core.settings import SettingProblem, Settings, read_settings, read_what_is_right

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

    from sync_core.adapters.entra.keys import PublishedKeys
    from sync_core.adapters.graph.connect import Graph
    from sync_core.adapters.queues.bells import QueueBells
    from sync_core.adapters.scheduler import Scheduler
    from sync_core.adapters.tables.connection import Tables
    from sync_core.adapters.tables.proofs import TableInspection, TableTurns
    from sync_core.adapters.vault.secrets import VaultSecrets
    from sync_core.adapters.vault.terms import SecretTerms
    from sync_core.adapters.wording.checking import TemplateProblem
    from sync_core.domain.source import Source
    from sync_core.domain.turns import Timer
    from sync_core.flows.setup import Surroundings
    from sync_core.web.admin.limits import Limits
    from sync_core.web.admin.routing import Administration
    from sync_core.web.bearer import Keys
    from sync_core.web.health import Condition
    from sync_core.web.scheduler import Reception

VERSION = "0.1.0"
# By these it is known who administers: with one of them wrong nobody is let in.
_SIGN_IN = ("ADMIN_AUDIENCE", "ADMIN_ISSUER", "GRAPH_TENANT_ID", "GRAPH_AUTHORITY")
# How much later than its schedule says a turn may have come to its end.
_TURN_TAKES = timedelta(minutes=15)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class UuidNames:
    """Random names."""

    def fresh(self) -> str:
        return uuid.uuid4().hex


class OnFirstUse:
    """Stands for a port until one of its methods is looked up, and has it built then."""

    def __init__(self, build: Callable[[], object]) -> None:
        self._build = build

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._build(), name)


class Connector:
    """Everything that one set of settings leads to. Make it anywhere; use it within one event loop, then close it."""

    def __init__(self, settings: Settings, faults: Sequence[SettingProblem] = ()) -> None:
        """`faults` are what is wrong beside these settings: then nothing works, and only that can be told."""
        self.settings = settings
        self._faults = faults
        self._clock = SystemClock()
        self._building = asyncio.Lock()
        self._ports: Ports | None = None
        self._reception: Reception | None = None
        self._is_prepared = False
        self._open: list[Callable[[], Awaitable[None]]] = []
        # One each, however many ask; a cache per connector, so that two in one test are strangers.
        self._credential = cache(self._make_credential)
        self._vault = cache(self._make_vault)
        self._secret_terms = cache(self._make_secret_terms)
        self._limits = cache(_make_limits)
        self._tables = cache(self._make_tables)
        self._bells = cache(self._make_bells)
        self._graph = cache(self._make_graph)
        self._scheduler = cache(self._make_scheduler)
        self._entra_keys = cache(self._make_entra_keys)
        self._wording = cache(_make_wording)

    async def ports(self) -> Ports:
        """Return the ports, built on the first call; an emulator on this machine gets its tables and queue, too.

        Raises:
            Misconfigured: settings are wrong.
        """
        if self._faults:
            raise _wrong(self._faults)
        async with self._building:
            if self.settings.keeps_storage_here and not self._is_prepared:
                await self.prepare()
            if self._ports is None:
                self._ports = self._make_ports()
            return self._ports

    async def prepare(self) -> None:
        """Create the tables and the queue that are missing; a deployment has made them and gives no right to."""
        await self._tables().prepare()
        await self._bells().prepare()
        self._is_prepared = True

    async def webhook_secrets(self) -> Sequence[str]:
        """Return the secrets that may sign a board's webhook now.

        Raises:
            TryAgain: the vault does not answer.
            Misconfigured: none of the secrets can be read.
        """
        if given := self.settings.scheduler_webhook_secrets:
            return [each.get_secret_value() for each in given]
        return await self._read_secrets(self.settings.scheduler_webhook_secret_names)

    async def secrets_of(self, source: "Source") -> Sequence[str]:
        """Return the secrets by which a source may prove itself now; none for one that sends tokens.

        Raises:
            TryAgain: the vault does not answer.
            Misconfigured: none of the secrets can be read.
        """
        from sync_core.domain.source import DEFAULT_SOURCE, Proof

        names = source.secret_names
        if source.proof is Proof.ENTRA_BEARER:
            return ()
        if not names and source.id == DEFAULT_SOURCE:
            return await self.webhook_secrets()
        if given := [value for name, value in self.settings.scheduler_source_secrets if name in names]:
            return [each.get_secret_value() for each in given]
        if not names or not self.settings.key_vault_url:
            raise Misconfigured(f"the source {source.id} has no secret: neither a vault nor a setting holds it")
        return await self._read_secrets(names)

    async def reception(self) -> "Reception":
        """Return what takes in webhooks; one, since it remembers what it has met."""
        from sync_core.web.proofs.prove import Authority
        from sync_core.web.scheduler import Reception

        ports = await self.ports()
        if self._reception is None:
            keys = cast("Keys", OnFirstUse(self._entra_keys))
            self._reception = Reception(ports, self.secrets_of, Authority(self.settings.admin_sign_in[1], keys))
        return self._reception

    async def _read_secrets(self, names: Sequence[str]) -> Sequence[str]:
        found: list[str] = []
        trouble: Misconfigured | None = None
        for name in names:
            try:
                # One secret of the vault may hold the old value and the new one, as the setting may.
                found += (await self._vault().read(name)).split()
            except Misconfigured as error:
                trouble = error  # the other one goes on working: this one is about to be made, or was just retired
        if not found and trouble:
            raise trouble
        return found

    def administration(self) -> "Administration":
        """Return what the administration API stands on."""
        from sync_core.web.admin.access import Access
        from sync_core.web.admin.routing import Administration

        audience = self.settings.admin_audience
        access = Access(self.settings.admin_sign_in[1], audience, self._entra_keys()) if audience else None
        bare = cast(Ports, OnFirstUse(lambda: self._ports or self._make_ports()))
        return Administration(access, self.ports, self._admin_parts(), self._limits(), bare)

    def _admin_parts(self) -> Mapping[str, Any]:
        """What routes of the administration may ask for beside the ports, by name; nothing here is opened yet."""
        return {
            "condition": condition,
            "reach_storage": reach_storage,
            "webhook_secrets": self.webhook_secrets,
            "check_template": _check_template,
            "surroundings": self.surroundings,
        }

    def surroundings(self) -> "Surroundings":
        """Return what the set-up check asks beside the ports; nothing here is opened yet."""
        from sync_core.domain.turns import Timer
        from sync_core.flows.setup import Deployment, Surroundings

        settings, now = self.settings, self._clock.now()
        schedules = (settings.pull_schedule, settings.renew_schedule, settings.tidy_schedule)
        proofs: Any = OnFirstUse
        return Surroundings(
            deployment=Deployment(
                faults=self._faults,
                is_notified=settings.can_be_notified,
                vault_secrets=self._vault_names(),
                is_late_after={
                    timer: time_since_last_turn(schedule, now) + _TURN_TAKES
                    for timer, schedule in zip(Timer, schedules, strict=True)
                },
            ),
            clock=self._clock,
            tables=proofs(self._table_inspection),
            queues=proofs(lambda: self._bells().inspection()),
            turns=proofs(self._turns),
            vault=proofs(self._vault) if settings.key_vault_url else None,
            graph=proofs(lambda: self._graph().proofs),
            board=proofs(lambda: self._scheduler().board),
        )

    async def note_turn(self, timer: "Timer") -> None:
        """Write that a timer came to its end; what it did is done, whether this can be written or not."""
        with suppress(TryAgain):
            await self._turns().note(timer, self._clock.now())

    def _table_inspection(self) -> "TableInspection":
        from sync_core.adapters.tables.proofs import TableInspection

        return TableInspection(self._tables())

    def _turns(self) -> "TableTurns":
        from sync_core.adapters.tables.proofs import TableTurns

        return TableTurns(self._tables())

    async def aclose(self) -> None:
        """Close every connection; the connector is not used again."""
        while self._open:
            await self._open.pop()()

    def _make_ports(self) -> Ports:
        from sync_core.adapters.tables.claims import TableClaims
        from sync_core.adapters.tables.deletions import TableDeletions
        from sync_core.adapters.tables.overview import TableOverviews
        from sync_core.adapters.tables.placements import TablePlacements
        from sync_core.adapters.tables.rows import TableRows
        from sync_core.adapters.tables.sources import TableSources
        from sync_core.adapters.tables.subscription_rows import TableSubscriptionRows
        from sync_core.adapters.tables.tenant import TableTenantRow
        from sync_core.adapters.tables.trail import TableTrail

        tables = self._tables()
        return Ports(
            connector=ConnectorId(self.settings.connector_id),
            clock=self._clock,
            names=UuidNames(),
            rows=TableRows(tables),
            placements=TablePlacements(tables),
            bells=self._bells(),
            outlook=cast(Outlook, OnFirstUse(lambda: self._graph().outlook)),
            board=cast(Board, OnFirstUse(lambda: self._scheduler().board)),
            subscriptions=cast(Subscriptions, OnFirstUse(lambda: self._graph().subscriptions)),
            subscription_rows=TableSubscriptionRows(tables),
            claims=TableClaims(tables),
            directory=cast(Directory, OnFirstUse(lambda: self._graph().directory)),
            tenant=TableTenantRow(tables),
            deletions=TableDeletions(tables),
            wording=cast(Wording, OnFirstUse(self._wording)),
            sources=TableSources(tables),
            overviews=TableOverviews(tables),
            secrets=cast(Secrets, OnFirstUse(self._secret_terms)),
            trail=TableTrail(tables),
        )

    def _make_tables(self) -> "Tables":
        from sync_core.adapters.tables.connection import Tables

        connection, account = self.settings.storage_connection, self.settings.table_service
        tables = (
            Tables.from_connection_string(connection.get_secret_value())
            if connection
            else Tables.from_account(account or "", self._credential())
        )
        self._open.append(tables.aclose)
        return tables

    def _make_bells(self) -> "QueueBells":
        from sync_core.adapters.queues.bells import QueueBells

        connection, account = self.settings.storage_connection, self.settings.queue_service
        bells = (
            QueueBells.from_connection_string(connection.get_secret_value())
            if connection
            else QueueBells.from_account(account or "", self._credential())
        )
        self._open.append(bells.aclose)
        return bells

    def _make_credential(self) -> "AsyncTokenCredential":
        # Named outright: the default chain would try several sources in turn, at each cold start.
        from azure.identity.aio import ManagedIdentityCredential

        credential = ManagedIdentityCredential(client_id=self.settings.identity)
        self._open.append(credential.close)
        return credential

    def _make_vault(self) -> "VaultSecrets":
        from sync_core.adapters.vault.secrets import VaultSecrets

        vault = VaultSecrets(self.settings.key_vault_url or "", self._credential())
        self._open.append(vault.aclose)
        return vault

    def _make_secret_terms(self) -> "SecretTerms":
        from sync_core.adapters.vault.terms import SecretTerms

        settings = self.settings
        return SecretTerms(
            self._vault() if settings.key_vault_url else None,
            self._vault_names(),
            [name for name, _ in settings.scheduler_source_secrets],
        )

    def _vault_names(self) -> list[str]:
        settings = self.settings
        named = (settings.graph_client_secret_name, settings.scheduler_api_key_name)
        return [name for name in (*named, *settings.scheduler_webhook_secret_names) if name]

    def _make_graph(self) -> "Graph":
        from sync_core.adapters.graph.connect import connect_graph
        from sync_core.adapters.graph.federation import assertion_of

        settings = self.settings
        secret_name = settings.graph_client_secret_name
        is_federated = settings.graph_sign_in == "federated"
        routes = f"{settings.public_url}/api/graph"
        graph = connect_graph(
            endpoint=settings.graph_endpoint,
            notification_url=f"{routes}/notifications",
            lifecycle_url=f"{routes}/lifecycle",
            authority=settings.graph_authority,
            scope=settings.graph_scope,
            tenant=settings.graph_tenant_id or "",
            client_id=settings.graph_client_id or "",
            secret=(
                assertion_of(self._credential, settings.graph_authority)
                if is_federated
                else self._reader_of(settings.graph_client_secret, secret_name)
            ),
            forget_secret=lambda: self._vault().forget(secret_name) if secret_name else None,
            is_federated=is_federated,
            development_token=_plain(settings.graph_development_token),
            page_size=settings.graph_page_size,
            max_concurrency=settings.graph_max_concurrency,
        )
        self._open.append(graph.aclose)
        return graph

    def _make_entra_keys(self) -> "PublishedKeys":
        from sync_core.adapters.entra.keys import PublishedKeys

        keys = PublishedKeys(*self.settings.admin_sign_in, self._clock)
        self._open.append(keys.aclose)
        return keys

    def _make_scheduler(self) -> "Scheduler":
        from sync_core.adapters.scheduler import connect_scheduler

        settings = self.settings
        api_key = self._reader_of(settings.scheduler_api_key, settings.scheduler_api_key_name)
        scheduler = connect_scheduler(settings.scheduler_url, api_key, self._clock)
        self._open.append(scheduler.aclose)
        return scheduler

    def _reader_of(self, given: SecretStr | None, name: str | None) -> Callable[[], Awaitable[str]]:
        async def read() -> str:
            return _plain(given) if given else await self._vault().read(name or "")

        return read


def _make_limits() -> "Limits":
    from sync_core.web.admin.limits import Limits

    return Limits()


def _make_wording() -> Wording:
    from sync_core.adapters.wording import TemplateWording

    return TemplateWording()


def _check_template(name: str, text: str) -> "TemplateProblem | None":
    """Judge a template as saving does; what that takes is imported only then."""
    from sync_core.adapters.wording import check_template

    return check_template(name, text)


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def connect(settings: Settings) -> Connector:
    """Return a connector for these settings; it opens nothing until its ports are used."""
    return Connector(settings)


@cache
def settings_of_environment() -> Settings | tuple[SettingProblem, ...]:
    """Read the environment once for the life of the app; a changed setting restarts it."""
    return read_settings(os.environ)


def setting_problems() -> tuple[SettingProblem, ...]:
    """Return what is wrong with the environment; empty if all is well."""
    settings = settings_of_environment()
    return () if isinstance(settings, Settings) else settings


@cache
def connector() -> Connector:
    """Return the app's one connector.

    Raises:
        Misconfigured: the settings are wrong; the text names each of them.
    """
    settings = settings_of_environment()
    if not isinstance(settings, Settings):
        raise _wrong(settings)
    return connect(settings)


def administration() -> "Administration":
    """Return the administration of the app; where settings are wrong, the one that can only tell what is wrong.

    Raises:
        Misconfigured: the settings are wrong by which whoever calls is known.
    """
    faults = setting_problems()
    if not faults:
        return connector().administration()
    if any(fault.name in _SIGN_IN for fault in faults):
        raise _wrong(faults)
    return _halting_connector().administration()


@cache
def _halting_connector() -> Connector:
    return Connector(read_what_is_right(os.environ), setting_problems())


def _wrong(faults: Sequence[SettingProblem]) -> Misconfigured:
    return Misconfigured("settings are wrong or missing: " + "; ".join(map(str, faults)))


def condition() -> "Condition":
    """Return what the app knows of itself without asking anyone."""
    from sync_core.web.health import Condition

    settings = settings_of_environment()
    if not isinstance(settings, Settings):
        return Condition(VERSION, settings, {})
    hears = "on" if settings.can_be_notified else "off: Graph cannot reach TANDEM_PUBLIC_URL, so calendars are pulled"
    return Condition(VERSION, (), {"notifications": hears})


async def reach_storage() -> None:
    """Read one row that need not exist.

    Raises:
        TryAgain: storage does not answer.
    """
    await (await connector().ports()).subscription_rows.get("health")
