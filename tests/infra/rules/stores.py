"""Queues and tables: made here, and the same as those that the code uses."""

from collections.abc import Iterator, Set

from tests.infra.deployed.values import Whole
from tests.infra.rules.names import POISON

QUEUES = "Microsoft.Storage/storageAccounts/queueServices/queues"
TABLES = "Microsoft.Storage/storageAccounts/tableServices/tables"
CONTAINERS = "Microsoft.Storage/storageAccounts/blobServices/containers"


def names_of(whole: Whole, type_: str) -> set[str]:
    """Return what the children of this type would be called, without their parents' names."""
    return {str(each.name).rpartition("/")[2] for each in whole.of_type(type_)}


def store_faults(whole: Whole, queues: Set[str], tables: Set[str]) -> Iterator[str]:
    """Yield each queue and table that only the code or only the Bicep knows, and each queue without a poison queue."""
    made = names_of(whole, QUEUES)
    for name in sorted(made ^ queues):
        yield f"the queue {name} is {'made, but no function reads it' if name in made else 'read, but not made'}"
    for name in sorted(made):
        if not name.endswith(POISON) and f"{name}{POISON}" not in made:
            yield f"the queue {name} has no poison queue"
    made = names_of(whole, TABLES)
    for name in sorted(made ^ tables):
        yield f"the table {name} is {'made, but not used' if name in made else 'used, but not made'}"
    for site in whole.of_type("Microsoft.Web/sites"):
        package = str(site.find("properties.functionAppConfig.deployment.storage.value"))
        if not any(package.endswith(name) for name in names_of(whole, CONTAINERS)):
            yield f"{site.symbol} is deployed from a container that is not made: {package}"
