"""What a worker keeps in mind of the sources of webhooks, so that a storm of calls reads and writes next to nothing."""

from datetime import datetime, timedelta

from sync_core.domain.errors import Misconfigured, Refused, TryAgain
from sync_core.domain.source import Heard, Source, SourceId
from sync_core.ports import Ports

KEPT_FOR = timedelta(seconds=30)
NOTED_EVERY = timedelta(minutes=1)


class Listening:
    """Knows the sources, half a minute old at most, and when each kind of sign was last written. One per worker."""

    def __init__(self) -> None:
        self._known: dict[SourceId, Source] | None = None
        self._old_at: datetime | None = None
        self._noted_at: dict[tuple[SourceId, str], datetime] = {}

    async def find(self, ports: Ports, source: SourceId) -> Source | None:
        """The source of that name; None if there is none. A name nobody knows costs no reading of its own.

        Raises:
            TryAgain: storage does not answer, and has never answered this worker.
            Misconfigured: a row cannot be read.
        """
        now = ports.clock.now()
        if self._known is None or self._old_at is None or now >= self._old_at:
            self._old_at = now + KEPT_FOR  # whoever comes meanwhile goes by what was known
            try:
                self._known = {one.source.id: one.source for one in await ports.sources.list()}
            except TryAgain:
                if self._known is None:
                    self._old_at = None
                    raise
            except Refused as refusal:
                self._old_at = None
                raise Misconfigured(refusal.reason) from refusal
        return (self._known or {}).get(source)

    async def note(self, ports: Ports, source: SourceId, heard: Heard) -> None:
        """Write what was heard, each kind at most once a minute; one that cannot be written is no fault of the call."""
        now = ports.clock.now()
        webhook_at = heard.webhook_at if self._is_due(source, "webhook", heard.webhook_at, now) else None
        ping_at = heard.ping_at if self._is_due(source, "ping", heard.ping_at, now) else None
        is_refusal_due = self._is_due(source, "refusal", heard.refusal_at, now)
        refusal_at, refusal = (heard.refusal_at, heard.refusal) if is_refusal_due else (None, None)
        due = Heard(webhook_at, ping_at, refusal_at, refusal)
        if due == Heard():
            return
        try:
            await ports.sources.note(source, due)
        except (TryAgain, Refused):
            return  # the next minute writes a newer one

    def _is_due(self, source: SourceId, kind: str, heard_at: datetime | None, now: datetime) -> bool:
        last_at = self._noted_at.get((source, kind))
        if heard_at is None or (last_at is not None and now - last_at < NOTED_EVERY):
            return False
        self._noted_at[source, kind] = now  # before it is written, so that of many at once only one writes
        return True
