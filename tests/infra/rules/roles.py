"""Who may do what: the least role for each use, on the least that it is needed on.

https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from tests.infra.bicep.expressions import Call
from tests.infra.deployed.values import Later, Placed, Value, Whole

ASSIGNMENT = "Microsoft.Authorization/roleAssignments"
STORAGE = "Microsoft.Storage/storageAccounts"
QUEUE = f"{STORAGE}/queueServices/queues"
VAULT = "Microsoft.KeyVault/vaults"
COMPONENT = "Microsoft.Insights/components"

Who = Literal["app", "deployer"]


@dataclass(frozen=True, slots=True)
class Use:
    """What a role is for. `on` are the types of which it must be given on every one that is made."""

    role: str
    who: Who
    on: str
    why: str


# Nothing that is not in this table may be given, and everything in it must be.
USES: Mapping[str, Use] = {
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": Use(
        "Storage Blob Data Owner", "app", STORAGE, "the host's keys, the locks of timers, the package"
    ),
    # The narrower Processor and Sender cannot update a message, which the host does to renew and to hand it back.
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": Use(
        "Storage Queue Data Contributor", "app", QUEUE, "ringing, answering, and what cannot be answered"
    ),
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": Use(
        "Storage Table Data Contributor", "app", STORAGE, "rows, and the host's own diagnostic events"
    ),
    "3913510d-42f4-4e42-8a64-420c390055eb": Use(
        "Monitoring Metrics Publisher", "app", COMPONENT, "telemetry without a key"
    ),
    "4633458b-17de-408a-b874-0445c86b69e6": Use("Key Vault Secrets User", "app", VAULT, "reading secrets"),
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": Use("Key Vault Secrets Officer", "deployer", VAULT, "putting secrets in"),
}


def role_faults(whole: Whole, deployer: str) -> Iterator[str]:
    """Yield each role that is too much, on too much, for somebody else, or missing; `deployer` is who deploys."""
    given: set[tuple[str, Value]] = set()
    for assignment in whole.of_type(ASSIGNMENT):
        yield from _form_faults(assignment)
        role = str(assignment.find("properties.roleDefinitionId")).rpartition("/")[2]
        use = USES.get(role)
        if use is None:
            yield f"{assignment.symbol} gives the role {role}, which nothing here needs"
            continue
        yield from _use_faults(assignment, use, deployer)
        given.add((role, assignment.scope.id if assignment.scope else None))
    for role, use in USES.items():
        for needed in whole.of_type(use.on):
            if (role, needed.id) not in given and (role, needed.root.id) not in given:
                yield f"nobody gives {use.role} on {needed.symbol}: {use.why}"


def _use_faults(assignment: Placed, use: Use, deployer: str) -> Iterator[str]:
    principal = assignment.find("properties.principalId")
    is_identity = isinstance(principal, Later) and principal.words.endswith(".principalId")
    is_right = is_identity if use.who == "app" else principal == deployer
    if not is_right:
        yield f"{assignment.symbol} gives {use.role} to {principal}, not to the {use.who}"
    scope = assignment.scope
    if scope is None:
        yield f"{assignment.symbol} gives {use.role} on the whole group"
    elif scope.type != use.on:
        yield f"{assignment.symbol} gives {use.role} on a {scope.type}; the least is a {use.on}"


def _form_faults(assignment: Placed) -> Iterator[str]:
    name = assignment.declared.body.get("name")
    if not isinstance(name, Call) or name.function != "guid" or len(name.arguments) < 3:
        yield f"{assignment.symbol} is not named guid(scope, principal, role)"
    # Without it Azure looks the principal up, and does not find one that was made a moment ago.
    if assignment.find("properties.principalType") not in {"ServicePrincipal", "User", "Group"}:
        yield f"{assignment.symbol} has no principalType"
