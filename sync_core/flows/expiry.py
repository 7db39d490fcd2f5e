"""Until when the secrets hold that this deployment stands on: those of its environment and of its sources."""

from collections.abc import Sequence

from sync_core.domain.secret import SecretTerm, judge
from sync_core.ports import Ports


async def secret_terms(ports: Ports) -> Sequence[SecretTerm]:
    """Every secret that is named anywhere, as it stands now.

    Raises:
        TryAgain: storage or vault do not answer.
    """
    names = [name for standing in await ports.sources.list() for name in standing.source.secret_names]
    now = ports.clock.now()
    return [judge(term, now) for term in await ports.secrets.terms(names)]
