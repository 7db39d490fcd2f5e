"""What the triggers of the code need of settings, instances and addresses.

https://learn.microsoft.com/azure/azure-functions/functions-triggers-bindings
"""

from collections.abc import Iterator

from tests.infra.declared import Declared
from tests.infra.deployed.values import Whole
from tests.infra.rules.flex import settings_of

# HTTP, blob and durable functions scale together; every other one alone, by its name.
GROUPS = ("http", "blob", "durable")
ADDRESSES = ("WEBHOOK_URL", "NOTIFICATION_URL")


def trigger_faults(whole: Whole, declared: Declared) -> Iterator[str]:
    """Yield each trigger without its setting, each instance kept for no function, each address without a route."""
    settings = settings_of(whole)
    for name in sorted(declared.schedules):
        if not settings.get(name):
            yield f"a timer runs by {name}, which is not set"
    for connection in sorted(declared.connections):
        if not any(name.startswith(f"{connection}__") for name in settings):
            yield f"a queue is read with {connection}, which is not set"
    for site in whole.of_type("Microsoft.Web/sites"):
        for kept in site.find("properties.functionAppConfig.scaleAndConcurrency.alwaysReady") or ():
            name = kept["name"].removeprefix("function:")
            if name not in (declared.functions if name != kept["name"] else GROUPS):
                yield f"{site.symbol} keeps instances ready for {kept['name']}, which is no function"
    for output in ADDRESSES:
        address = str(whole.outputs.get(output))
        if not any(address.endswith(f"/api/{route}") for route in declared.routes):
            yield f"the output {output} is {address}, where no function listens"
