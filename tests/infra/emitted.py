"""The names of all app settings that the Bicep emits in any installation, and which of the model's it may lack."""

from functools import cache

from sync_core.settings import setting_names
from tests.infra.rules.flex import settings_of
from tests.infra.samples import deployments

# The model says of most that they are for developing; these go by the identity in Azure, or name a Graph that is none.
ONLY_HERE = frozenset({"AzureWebJobsStorage", "GRAPH_DEVELOPMENT_TOKEN"})


@cache
def emitted_names() -> frozenset[str]:
    """Return the name of every setting that some installation has."""
    return frozenset(name for whole in deployments().values() for name in settings_of(whole))


def developing_only() -> frozenset[str]:
    """Return the settings of the model that no deployment may have."""
    said = {name for name, meaning in setting_names().items() if "when developing" in meaning}
    return ONLY_HERE | said
