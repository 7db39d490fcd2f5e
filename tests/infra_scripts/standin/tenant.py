"""What the stand-in for the Azure CLI keeps between two calls: one tenant and one subscription, in a file."""

import json
from pathlib import Path
from typing import Any

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
TENANT_ID = "5d0b7e1c-64a9-4f2e-8c37-0f9a1b2c3d4e"
PERSON = "11111111-0000-4000-8000-00000000000a"
# Ids of permissions are what the service principal of Graph says, so these are nobody's but the stand-in's.
OFFERED = (
    "Calendars.Read",
    "Calendars.ReadWrite",
    "MailboxSettings.Read",
    "MailboxSettings.ReadWrite",
    "User.Read.All",
    "GroupMember.Read.All",
    "Mail.Send",
    "Directory.Read.All",
)


class Refused(Exception):
    """What az prints before it ends with this code."""

    def __init__(self, words: str, code: int = 1) -> None:
        super().__init__(words)
        self.code = code


# What Graph says of something that was made a moment ago, by what it is asked for:
# https://github.com/Azure/azure-cli/issues/21674, https://github.com/microsoftgraph/msgraph-bicep-types/issues/193
NOT_KNOWN_YET = (
    "(Request_ResourceNotFound) Resource does not exist or is not known here yet.",
    "The appId 'a' of the service principal does not reference a valid application object.",
    "(Request_BadRequest) Not a valid reference update.",
    "(Request_BadRequest) Permission being assigned was not found on application 'a'.",
)


class Tenant:
    """Everything that is there, as JSON would show it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.graph = "https://graph.microsoft.com"
        self.user = {"name": "ada@tandem.example", "type": "user"}
        self.applications: list[dict[str, Any]] = []
        self.services: list[dict[str, Any]] = []
        self.assignments: list[dict[str, Any]] = []
        self.vaults: dict[str, dict[str, list[dict[str, Any]]]] = {"tandem-kv": {}}
        self.identities = {"tandem/tandem-id": "identity-object-1"}
        self.settings: dict[str, dict[str, str]] = {"tandem/tandem-app": {"KEEP": "me"}}
        self.groups: dict[str, list[dict[str, str]]] = {}
        self.locks: list[dict[str, str]] = []
        self.made = 0
        self.lag = 0

    @classmethod
    def load(cls, path: Path) -> "Tenant":
        """Read it, or begin with one that has nothing but Graph in it."""
        tenant = cls(path)
        if path.exists():
            vars(tenant).update(json.loads(path.read_text("utf-8")))
            return tenant
        roles = [{"id": f"graph-role-{name}", "value": name} for name in OFFERED]
        tenant.services.append({"id": "graph-service", "appId": GRAPH_APP, "appRoles": roles})
        return tenant

    def save(self) -> None:
        kept = {name: value for name, value in vars(self).items() if name != "path"}
        self.path.write_text(json.dumps(kept), "utf-8")

    def fresh(self, kind: str) -> str:
        """A name that nothing had before."""
        self.made += 1
        return f"{kind}-{self.made}"

    def application(self, key: str) -> dict[str, Any]:
        """Find one by application id or object id; one that was just made may not be known everywhere yet."""
        for each in self.applications:
            if key in (each["appId"], each["id"]):
                self.delay()
                return each
        raise Refused(
            f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
        )

    def service(self, key: str) -> dict[str, Any]:
        for each in self.services:
            if key in (each["appId"], each["id"]):
                return each
        raise Refused(f"Service principal '{key}' does not exist.")

    def delay(self) -> None:
        if self.lag:
            self.lag -= 1
            self.save()
            raise Refused(NOT_KNOWN_YET[self.lag % len(NOT_KNOWN_YET)])
