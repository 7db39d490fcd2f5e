"""What Flex Consumption asks of plan, app and settings, and what it does not take.

https://learn.microsoft.com/azure/azure-functions/flex-consumption-how-to
"""

from collections.abc import Iterator, Mapping

from tests.infra.deployed.values import Placed, Value, Whole

SITE = "Microsoft.Web/sites"
CONFIG = "Microsoft.Web/sites/config"
PLAN = "Microsoft.Web/serverfarms"

FORBIDDEN = (
    "FUNCTIONS_WORKER_RUNTIME",
    "FUNCTIONS_EXTENSION_VERSION",
    "FUNCTIONS_WORKER_PROCESS_COUNT",
    "FUNCTIONS_MAX_HTTP_CONCURRENCY",
    "SCM_DO_BUILD_DURING_DEPLOYMENT",
    "ENABLE_ORYX_BUILD",
    "WEBSITE_RUN_FROM_PACKAGE",
    "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
    "WEBSITE_CONTENTSHARE",
    "WEBSITE_CONTENTOVERVNET",
    "WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT",
    "WEBSITE_VNET_ROUTE_ALL",
    "WEBSITE_TIME_ZONE",
    "WEBSITE_LOAD_CERTIFICATES",
    "TZ",
)
RUNTIMES = ("3.11", "3.12", "3.13")
MEMORIES = (512, 2048, 4096)
# What the host and the worker read; the app's own model does not know them.
HOST_SETTINGS: Mapping[str, str] = {
    "AzureWebJobsStorage__credential": "managedidentity",
    "AzureWebJobsStorage__blobServiceUri": "",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "Authorization=AAD",
    "PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY": "true",
}


def settings_of(whole: Whole) -> dict[str, Value]:
    """Return the app settings that would be emitted, from wherever they are written."""
    emitted: dict[str, Value] = {}
    for config in _settings_children(whole):
        emitted |= dict(config.properties)
    for listed in _listed(whole):
        emitted |= {each["name"]: each["value"] for each in listed}
    return emitted


def flex_faults(whole: Whole) -> Iterator[str]:
    """Yield what Flex Consumption would refuse or quietly ignore."""
    for plan in whole.of_type(PLAN):
        if (plan.find("sku.name"), plan.find("sku.tier")) != ("FC1", "FlexConsumption"):
            yield f"{plan.symbol} is no Flex Consumption plan"
        if plan.find("properties.reserved") is not True:
            yield f"{plan.symbol} is not on Linux"
    for site in whole.of_type(SITE):
        yield from _site_faults(site)
    if len(whole.of_type(SITE)) != len(whole.of_type(PLAN)):
        yield "a Flex Consumption plan has room for one app, and for no more"
    if [each for each in whole.placed if each.type.endswith("/basicPublishingCredentialsPolicies")]:
        yield "basicPublishingCredentialsPolicies break deploying on Flex Consumption"
    yield from _settings_faults(whole)


def _site_faults(site: Placed) -> Iterator[str]:
    config = "properties.functionAppConfig"
    storage = site.find(f"{config}.deployment.storage") or {}
    if storage.get("type") != "blobContainer" or not storage.get("value"):
        yield f"{site.symbol} is deployed from no blob container"
    if (storage.get("authentication") or {}).get("type") != "UserAssignedIdentity":
        yield f"{site.symbol} reads its package with something else than its identity"
    if site.find(f"{config}.runtime.name") != "python" or site.find(f"{config}.runtime.version") not in RUNTIMES:
        yield f"{site.symbol} runs no Python that Tandem knows"
    if site.find(f"{config}.scaleAndConcurrency.instanceMemoryMB") not in MEMORIES:
        yield f"{site.symbol} has an instance size that does not exist"
    if not isinstance(site.find(f"{config}.scaleAndConcurrency.triggers.http.perInstanceConcurrency"), int):
        yield f"{site.symbol} says nothing of calls per instance, of which Python would get one"
    for forbidden in ("linuxFxVersion", "healthCheckPath", "netFrameworkVersion", "alwaysOn"):
        if site.find(f"properties.siteConfig.{forbidden}") is not None:
            yield f"{site.symbol} has {forbidden}, which is not for Flex Consumption"


def _settings_faults(whole: Whole) -> Iterator[str]:
    settings = settings_of(whole)
    if bool(_settings_children(whole)) is any(_listed(whole)):
        yield "settings stand in the site and in its child at once, or nowhere: the child replaces all others"
    for name, value in settings.items():
        if name in FORBIDDEN:
            yield f"{name} is not for Flex Consumption"
        if not _is_text(value):
            yield f"{name} is {value!r}: a setting is a text"
    for name, part in HOST_SETTINGS.items():
        if part not in str(settings.get(name)) or name not in settings:
            yield f"{name} is {settings.get(name)}, but must be there with {part!r}"
    if "AzureWebJobsStorage" in settings:
        yield "AzureWebJobsStorage is there as a whole, so that keys would be used"


def _is_text(value: Value) -> bool:
    return isinstance(value, str) or type(value).__name__ == "Later"


def _settings_children(whole: Whole) -> list[Placed]:
    return [each for each in whole.of_type(CONFIG) if str(each.name).endswith("/appsettings")]


def _listed(whole: Whole) -> list[list[dict[str, Value]]]:
    return [listed for site in whole.of_type(SITE) if (listed := site.find("properties.siteConfig.appSettings"))]
