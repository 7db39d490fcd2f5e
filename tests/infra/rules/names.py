"""Which names Azure takes: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from tests.infra.deployed.values import Later, Whole

GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
WORDS = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9_])?"
DASHED = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
QUEUE = r"[a-z0-9](?:-?[a-z0-9])+"
POISON = "-poison"

# By the type's last two words: how long, and of what; the last part of a child's name.
NAMES: Mapping[str, tuple[int, int, str]] = {
    "Microsoft.Authorization/locks": (1, 90, r"[^<>%&?/]*[^<>%&?/. ]"),
    "Microsoft.Authorization/roleAssignments": (36, 36, GUID),
    "Microsoft.Consumption/budgets": (1, 63, r"[\w-]+"),
    "Microsoft.Insights/actionGroups": (1, 260, r"[^:<>+/&%\\?|]*[^:<>+/&%\\?|. ]"),
    "Microsoft.Insights/activityLogAlerts": (1, 260, r"[^:<>+/&%\\?|]*[^:<>+/&%\\?|. ]"),
    "Microsoft.Insights/components": (1, 255, r"[^%&\\?/]*[^%&\\?/. ]"),
    "Microsoft.Insights/diagnosticSettings": (1, 260, r"[^*#&+:<>?]+"),
    "Microsoft.Insights/metricAlerts": (1, 260, r"[^*#&+:<>?@%{}\\/|]*[^*#&+:<>?@%{}\\/|. ]"),
    "Microsoft.Insights/scheduledQueryRules": (1, 260, r"[^*<>%{}&:\\?/#|]*[^*<>%{}&:\\?/#|. ]"),
    "Microsoft.Insights/workbooks": (36, 36, GUID),
    "Microsoft.KeyVault/vaults": (3, 24, r"[A-Za-z](?:-?[A-Za-z0-9])+"),
    "Microsoft.ManagedIdentity/userAssignedIdentities": (3, 128, r"[A-Za-z0-9][\w-]*"),
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials": (3, 120, r"[A-Za-z0-9][\w-]*"),
    "Microsoft.Network/networkSecurityGroups": (1, 80, WORDS),
    "Microsoft.Network/privateDnsZones": (1, 63, r"[a-z0-9-]+(?:\.[a-z0-9-]+)+"),
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": (1, 80, WORDS),
    "Microsoft.Network/privateEndpoints": (2, 64, WORDS),
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": (1, 80, WORDS),
    "Microsoft.Network/virtualNetworks": (2, 64, WORDS),
    "Microsoft.Network/virtualNetworks/subnets": (1, 80, WORDS),
    "Microsoft.OperationalInsights/workspaces": (4, 63, DASHED),
    "Microsoft.OperationalInsights/workspaces/savedSearches": (1, 260, r".+"),
    "Microsoft.OperationalInsights/workspaces/tables": (1, 63, r"\w+"),
    "Microsoft.Resources/resourceGroups": (1, 90, r"[\w.()-]*[\w()-]"),
    "Microsoft.Storage/storageAccounts": (3, 24, r"[a-z0-9]+"),
    "Microsoft.Storage/storageAccounts/blobServices": (7, 7, "default"),
    "Microsoft.Storage/storageAccounts/blobServices/containers": (3, 63, QUEUE),
    "Microsoft.Storage/storageAccounts/managementPolicies": (7, 7, "default"),
    "Microsoft.Storage/storageAccounts/queueServices": (7, 7, "default"),
    "Microsoft.Storage/storageAccounts/queueServices/queues": (3, 63, QUEUE),
    "Microsoft.Storage/storageAccounts/tableServices": (7, 7, "default"),
    "Microsoft.Storage/storageAccounts/tableServices/tables": (3, 63, r"[A-Za-z][A-Za-z0-9]+"),
    "Microsoft.Web/serverfarms": (1, 60, DASHED),
    "Microsoft.Web/sites": (2, 60, DASHED),
    "Microsoft.Web/sites/config": (3, 30, r"[A-Za-z0-9]+"),
}
# Beyond this length the host would make no poison queue.
LONGEST_QUEUE = 63 - len(POISON)
LONGEST_SHORT_NAME = 12
LONGEST_DEPLOYMENT = 64


def name_faults(whole: Whole) -> Iterator[str]:
    """Yield each name that Azure would refuse, is given twice, or cannot be worked out before."""
    for placed in whole.placed:
        if isinstance(placed.name, Later) or not isinstance(placed.name, str):
            yield f"{placed.symbol} has a name that is known only later: {placed.name}"
            continue
        name = placed.name.rpartition("/")[2]
        rule = NAMES.get(placed.type)
        if rule is None:
            yield f"{placed.symbol} is a {placed.type}, of whose names nothing is known here"
        elif not rule[0] <= len(name) <= rule[1] or not re.fullmatch(rule[2], name):
            yield f"{placed.symbol} is called {name!r}: {rule[0]} to {rule[1]} characters of {rule[2]}"
    yield from _lengths(whole)
    for id_, count in Counter(str(placed.id).lower() for placed in whole.placed).items():
        if count > 1:
            yield f"{id_} is deployed {count} times"
    for name, count in Counter(module.name for module in whole.modules if module.name).items():
        if count > 1 or len(str(name)) > LONGEST_DEPLOYMENT:
            yield f"the module deployment {name!r} is there {count} times, or longer than {LONGEST_DEPLOYMENT}"


def _lengths(whole: Whole) -> Iterator[str]:
    for queue in whole.of_type("Microsoft.Storage/storageAccounts/queueServices/queues"):
        name = str(queue.name).rpartition("/")[2]
        if not name.endswith(POISON) and len(name) > LONGEST_QUEUE:
            yield f"{queue.symbol} is called {name!r}: with more than {LONGEST_QUEUE} it has no poison queue"
    for group in whole.of_type("Microsoft.Insights/actionGroups"):
        if not 1 <= len(str(group.find("properties.groupShortName"))) <= LONGEST_SHORT_NAME:
            yield f"{group.symbol} has a short name that is longer than {LONGEST_SHORT_NAME}"
