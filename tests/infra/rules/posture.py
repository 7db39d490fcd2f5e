"""How what is deployed must be closed: keys off, TLS on, secrets kept, telemetry only for identities.

https://learn.microsoft.com/security/benchmark/azure/security-baselines-overview
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.infra.deployed.values import Placed, Whole

Wanted = Mapping[str, Callable[[Any], bool]]

STORAGE = "Microsoft.Storage/storageAccounts"
CONTAINERS = f"{STORAGE}/blobServices/containers"
VAULT = "Microsoft.KeyVault/vaults"
SITE = "Microsoft.Web/sites"
PLAN = "Microsoft.Web/serverfarms"
COMPONENT = "Microsoft.Insights/components"
WORKSPACE = "Microsoft.OperationalInsights/workspaces"
DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings"
LOCK = "Microsoft.Authorization/locks"


def _is(*allowed: object) -> Callable[[Any], bool]:
    return lambda value: any(value == each and type(value) is type(each) for each in allowed)


def _is_said(value: Any) -> bool:
    return value is not None and value != ""


ON, OFF = _is(True), _is(False)
POSTURE: Mapping[str, Wanted] = {
    STORAGE: {
        "kind": _is("StorageV2"),
        "properties.allowSharedKeyAccess": OFF,
        "properties.allowBlobPublicAccess": OFF,
        "properties.allowCrossTenantReplication": OFF,
        "properties.defaultToOAuthAuthentication": ON,
        # 1.3 is in the published type, but the service does not take it.
        "properties.minimumTlsVersion": _is("TLS1_2"),
        "properties.supportsHttpsTrafficOnly": ON,
        "properties.networkAcls.defaultAction": _is("Allow", "Deny"),
    },
    CONTAINERS: {"properties.publicAccess": _is("None")},
    VAULT: {
        "properties.enableRbacAuthorization": ON,
        "properties.enableSoftDelete": ON,
        "properties.enablePurgeProtection": ON,
        "properties.softDeleteRetentionInDays": lambda days: isinstance(days, int) and 7 <= days <= 90,
        "properties.accessPolicies": lambda policies: not policies,
        "properties.enabledForTemplateDeployment": _is(None, False),
        "properties.tenantId": _is_said,
    },
    SITE: {
        "kind": _is("functionapp,linux"),
        "identity.type": _is("UserAssigned"),
        "properties.httpsOnly": ON,
        "properties.siteConfig.minTlsVersion": _is("1.2", "1.3"),
        "properties.siteConfig.scmMinTlsVersion": _is("1.2", "1.3"),
        "properties.siteConfig.ftpsState": _is("Disabled"),
        "properties.siteConfig.remoteDebuggingEnabled": _is(None, False),
        # Graph and the board call from outside, whatever else is private.
        "properties.publicNetworkAccess": _is(None, "Enabled"),
        "properties.clientCertEnabled": _is(None, False),
    },
    COMPONENT: {
        "properties.DisableLocalAuth": ON,
        "properties.WorkspaceResourceId": _is_said,
        "properties.Application_Type": _is("web"),
    },
    WORKSPACE: {"properties.features.disableLocalAuth": ON},
}


def posture_faults(whole: Whole) -> Iterator[str]:
    """Yield each property that is open, or not written down where it must be."""
    for type_, wanted in POSTURE.items():
        found = whole.of_type(type_)
        if not found:
            yield f"there is no {type_}"
        for placed in found:
            for path, is_right in wanted.items():
                if not is_right(value := placed.find(path)):
                    yield f"{placed.symbol}: {path} is {value}"


def privacy_faults(whole: Whole) -> Iterator[str]:
    """Yield where storage or vault is closed to the network without a private endpoint, or open beside one."""
    endpoints = whole.of_type("Microsoft.Network/privateEndpoints")
    reached = {
        (connection["properties"]["privateLinkServiceId"], part)
        for endpoint in endpoints
        for connection in endpoint.properties.get("privateLinkServiceConnections", ())
        for part in connection["properties"]["groupIds"]
    }
    parts = {STORAGE: ("blob", "queue", "table"), VAULT: ("vault",)}
    for type_, needed in parts.items():
        for placed in whole.of_type(type_):
            is_closed = placed.find("properties.networkAcls.defaultAction") == "Deny"
            is_closed = is_closed or placed.find("properties.publicNetworkAccess") == "Disabled"
            for part in needed:
                if is_closed is not ((placed.id, part) in reached):
                    words = "closed without" if is_closed else "open beside"
                    yield f"{placed.symbol} is {words} a private endpoint for {part}"
    for site in whole.of_type(SITE):
        if bool(endpoints) is not bool(site.find("properties.virtualNetworkSubnetId")):
            yield f"{site.symbol} is not in the network that its private endpoints are in"


def diagnostics_faults(whole: Whole) -> Iterator[str]:
    """Yield each of storage, vault and app that tells the workspace nothing."""
    told: list[Placed] = [each.scope for each in whole.of_type(DIAGNOSTICS) if each.scope]
    for type_ in (STORAGE, VAULT, SITE):
        if not any(each.root.type == type_ for each in told):
            yield f"no diagnostic setting is on {type_}"
    for each in whole.of_type(DIAGNOSTICS):
        if not _is_said(each.find("properties.workspaceId")):
            yield f"{each.symbol} tells no workspace"
        said = [*(each.properties.get("logs") or ()), *(each.properties.get("metrics") or ())]
        if not said or not all(one.get("enabled") is True for one in said):
            yield f"{each.symbol} has nothing to tell, or something that is turned off"


def lock_faults(whole: Whole, *, is_locked: bool) -> Iterator[str]:
    """Yield what is not locked though it should be, and the other way round; a lock may never forbid writing."""
    locked = {each.scope.type: each for each in whole.of_type(LOCK) if each.scope}
    for type_ in (STORAGE, VAULT):
        if (type_ in locked) is not is_locked:
            yield f"{type_} is {'not ' if is_locked else ''}locked"
    for type_, lock in locked.items():
        if lock.find("properties.level") != "CanNotDelete":
            yield f"{lock.symbol} on {type_} is {lock.find('properties.level')}"
