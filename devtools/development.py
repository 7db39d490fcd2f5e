"""The addresses and harmless values that everything on one machine agrees on."""

import json
import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from devtools.paths import ROOT
from devtools.trouble import Trouble

HOST_PORT, GRAPH_PORT, BOARD_PORT, ISSUER_PORT = 7071, 7081, 7082, 7083
CONNECTOR_ID = "7a4f3c1e-9b52-4c8e-8d1a-2f6b0c9e5d31"
ISSUER_TENANT = "5d0b7e1c-64a9-4f2e-8c37-0f9a1b2c3d4e"
ADMIN_AUDIENCE = "2c6f0e52-8d0b-4a57-9f0e-3b1d7a64c0aa"
GRAPH_TOKEN = "development-token"  # noqa: S105 - opens nothing but the simulator, and is refused for any other host
BOARD_KEY = "development-key"
WEBHOOK_SECRET = "whsec_dGFuZGVtLWRldmVsb3BtZW50LXNlY3JldC0wMDE="  # noqa: S105 - as above
OWN_SETTINGS = ROOT / "local.settings.json"


def loopback(port: int) -> str:
    """Return the address of a part on this machine."""
    return f"http://127.0.0.1:{port}"


def settings_for(storage: str, host: str, graph: str, board: str, issuer: str = "") -> dict[str, str]:
    """Return the function app's settings for parts at these addresses; `storage` is a connection string.

    Without an issuer nobody administers over HTTP.
    """
    return {
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "AzureWebJobsStorage": storage,
        "TANDEM_CONNECTOR_ID": CONNECTOR_ID,
        "TANDEM_PUBLIC_URL": host,
        "GRAPH_ENDPOINT": graph,
        "GRAPH_DEVELOPMENT_TOKEN": GRAPH_TOKEN,
        "SCHEDULER_URL": board,
        "SCHEDULER_API_KEY": BOARD_KEY,
        "SCHEDULER_WEBHOOK_SECRETS": WEBHOOK_SECRET,
        "ADMIN_AUDIENCE": ADMIN_AUDIENCE if issuer else "",
        "ADMIN_ISSUER": f"{issuer}/{ISSUER_TENANT}/v2.0" if issuer else "",
        "RENEW_SCHEDULE": "0 0 * * * *",
        "PULL_SCHEDULE": "0 */5 * * * *",
        "TIDY_SCHEDULE": "0 30 3 * * *",
    }


def with_own_settings(defaults: Mapping[str, str]) -> dict[str, str]:
    """Return the defaults as the developer's local.settings.json and environment change them; the environment wins.

    Raises:
        Trouble: The file is not what Core Tools would read either.
    """
    chosen = {**defaults, **_read_own_settings()}
    chosen = {name: os.environ.get(name, value) for name, value in chosen.items()}
    # A default that would contradict what was chosen instead of it.
    if not speaks_to_loopback(chosen, "GRAPH_ENDPOINT"):
        chosen["GRAPH_DEVELOPMENT_TOKEN"] = ""
    if chosen["ADMIN_AUDIENCE"] != defaults["ADMIN_AUDIENCE"] and chosen["ADMIN_ISSUER"] == defaults["ADMIN_ISSUER"]:
        chosen["ADMIN_ISSUER"] = ""
    for by_name, by_value in (
        ("SCHEDULER_API_KEY_NAME", "SCHEDULER_API_KEY"),
        ("SCHEDULER_WEBHOOK_SECRET_NAMES", "SCHEDULER_WEBHOOK_SECRETS"),
    ):
        if chosen.get(by_name):
            chosen[by_value] = ""
    if chosen["AzureWebJobsStorage"] == "UseDevelopmentStorage=true":
        chosen["AzureWebJobsStorage"] = defaults["AzureWebJobsStorage"]
    return chosen


def _read_own_settings() -> dict[str, str]:
    if not OWN_SETTINGS.exists():
        return {}
    try:
        values = json.loads(OWN_SETTINGS.read_text("utf-8")).get("Values", {})
        return {str(name): str(value) for name, value in values.items()}
    except (ValueError, AttributeError) as error:
        raise Trouble(f"{OWN_SETTINGS.name} cannot be read as JSON with an object `Values`: {error}") from error


def speaks_to_loopback(settings: Mapping[str, str], name: str) -> bool:
    """Whether the address in this setting is on this machine, and so served by a simulator."""
    return urlsplit(settings.get(name, "")).hostname in {"127.0.0.1", "localhost", "::1"}
