"""What the stand-in answers for the subscription: account, vaults, identities, the function app, locks and groups.

https://learn.microsoft.com/cli/azure/keyvault/secret, https://learn.microsoft.com/cli/azure/functionapp/config/appsettings
"""

from pathlib import Path
from typing import Any

from tests.infra_scripts.standin.tenant import TENANT_ID, Refused, Tenant

Given = dict[str, Any]


def show_account(tenant: Tenant, _given: Given) -> object:
    return {"tenantId": TENANT_ID, "user": tenant.user, "environmentName": "AzureCloud", "name": "subscription"}


def show_cloud(tenant: Tenant, _given: Given) -> object:
    return {"endpoints": {"microsoftGraphResourceId": f"{tenant.graph}/"}}


def vault_of(tenant: Tenant, given: Given) -> dict[str, list[dict[str, Any]]]:
    if given["--vault-name"] not in tenant.vaults:
        raise Refused(f"Failed to resolve '{given['--vault-name']}.vault.azure.net'")
    return tenant.vaults[given["--vault-name"]]


def list_secrets(tenant: Tenant, given: Given) -> object:
    return [{**without_value(versions[-1]), "name": name} for name, versions in vault_of(tenant, given).items()]


def list_versions(tenant: Tenant, given: Given) -> object:
    # In no order that means anything.
    return [without_value(each) for each in reversed(vault_of(tenant, given).get(given["--name"], []))]


def without_value(version: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in version.items() if name != "value"}


def set_secret(tenant: Tenant, given: Given) -> object:
    file = Path(given["--file"])
    if file.stat().st_mode & 0o077 or file.parent.stat().st_mode & 0o077:
        raise Refused("the file of a secret can be read by others on this machine")
    tags = dict(each.split("=", 1) for each in given.get("--tags", []))
    number = int(tenant.fresh("0").split("-")[1])
    expires = given["--expires"].replace("Z", "+00:00") if "--expires" in given else None
    version = {
        "id": f"https://{given['--vault-name']}.vault.azure.net/secrets/{given['--name']}/{number:032x}",
        "attributes": {
            "enabled": True,
            "expires": expires,
            "created": f"2026-11-21T{number // 60:02}:{number % 60:02}",
        },
        "tags": {**tags, "file-encoding": given.get("--encoding", "utf-8")},
        "value": file.read_text("utf-8"),
    }
    vault_of(tenant, given).setdefault(given["--name"], []).append(version)
    return version


def show_identity(tenant: Tenant, given: Given) -> object:
    key = f"{given['--resource-group']}/{given['--name']}"
    if key not in tenant.identities:
        raise Refused(f"(ResourceNotFound) the identity {key} was not found")
    return {"principalId": tenant.identities[key], "clientId": "identity-client", "name": given["--name"]}


def settings_of(tenant: Tenant, given: Given) -> dict[str, str]:
    key = f"{given['--resource-group']}/{given['--name']}"
    if key not in tenant.settings:
        raise Refused(f"(ResourceNotFound) the app {key} was not found")
    return tenant.settings[key]


def list_settings(tenant: Tenant, given: Given) -> object:
    return [{"name": name, "slotSetting": False, "value": value} for name, value in settings_of(tenant, given).items()]


def put_settings(tenant: Tenant, given: Given) -> object:
    settings_of(tenant, given).update(each.split("=", 1) for each in given["--settings"])
    return None


def delete_settings(tenant: Tenant, given: Given) -> object:
    for name in given["--setting-names"]:
        settings_of(tenant, given).pop(name, None)
    return None


def does_group_exist(tenant: Tenant, given: Given) -> object:
    return given["--name"] in tenant.groups


def list_resources(tenant: Tenant, given: Given) -> object:
    return tenant.groups.get(given["--resource-group"], [])


def list_locks(tenant: Tenant, given: Given) -> object:
    return [each for each in tenant.locks if each["resourceGroup"] == given["--resource-group"]]


def delete_lock(tenant: Tenant, given: Given) -> object:
    left = [each for each in tenant.locks if each["id"] not in given["--ids"]]
    if left == tenant.locks:
        raise Refused("(LockNotFound) the lock was not found")
    tenant.locks = left
    return None


def delete_workspace(tenant: Tenant, given: Given) -> object:
    if "--yes" not in given:
        raise Refused("Unable to prompt for confirmation as no tty available. Use --yes.")
    group, name = given["--resource-group"], given["--workspace-name"]
    left = [each for each in tenant.groups.get(group, []) if each["name"] != name]
    # One that is not there any more is no fault.
    if group in tenant.groups:
        tenant.groups[group] = left
    return None


def delete_group(tenant: Tenant, given: Given) -> object:
    if "--yes" not in given:
        raise Refused("Unable to prompt for confirmation as no tty available. Use --yes.")
    if any(each["resourceGroup"] == given["--name"] for each in tenant.locks):
        raise Refused("(ScopeLocked) the scope cannot be deleted because it is locked")
    if given["--name"] not in tenant.groups:
        raise Refused("(ResourceGroupNotFound) the group was not found")
    gone = tenant.groups.pop(given["--name"])
    tenant.vaults = {each["name"]: {} for each in gone if each["type"] == "Microsoft.KeyVault/vaults"}
    return None


def list_deleted_vaults(tenant: Tenant, _given: Given) -> object:
    if tenant.groups:
        return []
    place = "/subscriptions/s/resourceGroups/tandem/providers/Microsoft.KeyVault/vaults"
    return [
        {"name": name, "properties": {"vaultId": f"{place}/{name}", "scheduledPurgeDate": "2027-02-19T10:00:00+00:00"}}
        for name in tenant.vaults
    ]


ANSWERS = {
    "account show": show_account,
    "cloud show": show_cloud,
    "keyvault secret list": list_secrets,
    "keyvault secret list-versions": list_versions,
    "keyvault secret set": set_secret,
    "keyvault list-deleted": list_deleted_vaults,
    "identity show": show_identity,
    "functionapp config appsettings list": list_settings,
    "functionapp config appsettings set": put_settings,
    "functionapp config appsettings delete": delete_settings,
    "group exists": does_group_exist,
    "group delete": delete_group,
    "monitor log-analytics workspace delete": delete_workspace,
    "resource list": list_resources,
    "lock list": list_locks,
    "lock delete": delete_lock,
}
