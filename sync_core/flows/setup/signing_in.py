"""Who we are to Graph: a token that it takes, and permissions that are neither too few nor too many."""

import re
from collections.abc import Sequence

from sync_core.domain.choices import Choices, PrincipalLookup
from sync_core.domain.errors import CalendarRefused, Misconfigured, TandemError
from sync_core.domain.setup import SetupLine, Subject
from sync_core.flows.setup.needs import Check
from sync_core.flows.setup.probe import find_probe, marker_of_check

TOKEN = Subject("token", "Sign-in to Microsoft Graph")
PERMISSIONS = Subject("permissions", "Permissions in Microsoft Graph")

READ, WRITE = "Calendars.Read", "Calendars.ReadWrite"
# What Tandem ever asks for; https://learn.microsoft.com/graph/permissions-reference
KNOWN = frozenset(
    {READ, WRITE, "MailboxSettings.Read", "MailboxSettings.ReadWrite", "User.Read.All", "GroupMember.Read.All"}
)
_GREATER = {
    READ: frozenset({WRITE}),
    "User.Read.All": frozenset({"User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}),
    "GroupMember.Read.All": frozenset({"Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All"}),
}
_NAME = re.compile(r"[A-Za-z0-9.\-]{1,80}")
_CONSENT = "Consent to it for the application, as docs/admin/permissions.md says; a new token shows it within an hour."


async def check_token(check: Check) -> Sequence[SetupLine]:
    """Is a token given out, and does Graph take it?"""
    try:
        await check.around.graph.knock()
    except Misconfigured as refusal:
        remedy = "Compare tenant, application and secret with the app registration; an expired secret is made anew."
        return [TOKEN.red(f"No token is given out: {refusal}.", remedy)]
    except TandemError as trouble:
        remedy = "See whether this app may reach login and Graph of its cloud (GRAPH_AUTHORITY, GRAPH_ENDPOINT)."
        return [TOKEN.red(f"Graph cannot be asked: {trouble}.", remedy)]
    return [TOKEN.green("A token is given out, and Graph takes it.")]


async def check_permissions(check: Check) -> Sequence[SetupLine]:
    """Does the token allow what is chosen, and nothing that Tandem never asks for?"""
    roles = await check.around.graph.read_roles()
    if roles is None:
        return [
            PERMISSIONS.green("The token for developing names none; the simulated Graph allows what it is switched to.")
        ]
    choices = (await check.ports.tenant.read()).choices
    if lacking := [each for each in await _needed(check, choices) if not _allows(roles, each)]:
        is_only_calendars = not set(lacking) - {READ, WRITE} and not roles & {READ, WRITE}
        return [await _from_exchange(check, lacking) if is_only_calendars else _too_few(lacking)]
    return [_judge_many(roles, choices)]


def _judge_many(roles: frozenset[str], choices: Choices) -> SetupLine:
    if more := sorted(each for each in roles - KNOWN if _NAME.fullmatch(each)):
        words = f"The token allows more than Tandem ever asks for: {', '.join(more)}."
        return PERMISSIONS.amber(
            words, "Take these permissions from the app registration; nothing of Tandem needs them."
        )
    unused = (
        "" if _reads_users(choices) or "User.Read.All" not in roles else " User.Read.All is not needed as it is set."
    )
    return PERMISSIONS.green(f"The token allows what the settings need.{unused}")


async def _needed(check: Check, choices: Choices) -> list[str]:
    calendars = WRITE if choices.direction.writes_outlook or await _any_writes(check) else READ
    users = ["User.Read.All"] if _reads_users(choices) else []
    return [calendars, *users, *(["GroupMember.Read.All"] if choices.pilot_group else [])]


async def _any_writes(check: Check) -> bool:
    """A resource may have a direction of its own; asked only where the tenant's writes nothing."""
    profiles = [row.profile for row in await check.ports.rows.list_profiles()]
    return any(profile.direction is not None and profile.direction.writes_outlook for profile in profiles)


def _reads_users(choices: Choices) -> bool:
    return choices.principal_lookup is PrincipalLookup.DIRECTORY or bool(choices.pilot_group)


def _allows(roles: frozenset[str], wanted: str) -> bool:
    return bool(roles & {wanted, *_GREATER.get(wanted, ())})


def _too_few(lacking: Sequence[str]) -> SetupLine:
    return PERMISSIONS.red(f"The token does not allow what is chosen: {', '.join(lacking)} is missing.", _CONSENT)


async def _from_exchange(check: Check, lacking: Sequence[str]) -> SetupLine:
    """Granted in Exchange for chosen mailboxes, a permission stands in no token: only a mailbox can tell.

    https://learn.microsoft.com/exchange/permissions-exo/application-rbac
    """
    probe = await find_probe(check)
    if probe is None:
        words = f"The token names no {lacking[0]}. Where it is granted in Exchange instead, only a mailbox can tell."
        return PERMISSIONS.amber(words, "Activate a resource, or name one, and check again.")
    try:
        await check.ports.outlook.find_marked(probe.calendar, marker_of_check(check.ports.connector))
    except CalendarRefused:
        return _too_few(lacking)
    words = f"The token names no {lacking[0]}, but a mailbox answers: it is granted in Exchange, for chosen mailboxes."
    return PERMISSIONS.green(words)
