"""Who may administer: an Entra token with one of two app roles, checked here and by no header that others could set.

https://learn.microsoft.com/entra/identity-platform/howto-add-app-roles-in-apps
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sync_core.web.admin.answers import Problem, answer_problem
from sync_core.web.bearer import Keys, Untrusted, audiences_of, token_of, verify_token
from sync_core.web.http import Response

ADMIN, READER = "Tandem.Admin", "Tandem.Reader"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls; `object_id` of a person or of an app, `name` for showing only and never for logs."""

    object_id: str
    name: str
    roles: frozenset[str]

    @property
    def may_change(self) -> bool:
        return ADMIN in self.roles


class Access:
    """Admits whoever the tenant gave a role; `audience` is the client id or URI of the app that has the roles."""

    def __init__(self, tenant: str, audience: str, keys: Keys) -> None:
        self._tenant = tenant
        self._audiences = audiences_of(audience)
        self._keys = keys

    async def who(self, headers: Mapping[str, str]) -> Caller | Response:
        """Return the caller, or the refusal: 401 if it is not known who calls, 403 if they have no role here.

        Raises:
            TryAgain: the tenant's keys are not known, and its sign-in cannot be asked.
        """
        token = token_of(headers)
        if not token:
            return _unknown("Send a token for Tandem as Authorization: Bearer …", "Bearer")
        try:
            claims = await verify_token(token, self._keys, self._tenant, self._audiences)
        except Untrusted as refusal:
            return _unknown(str(refusal), f'Bearer error="invalid_token", error_description="{refusal}"')
        given = claims.get("roles")
        roles = frozenset(role for role in (ADMIN, READER) if isinstance(given, list) and role in given)
        object_id = str(claims.get("oid") or claims.get("azp") or claims.get("appid"))
        if not roles:
            detail = f"You are signed in, but have neither of the roles {ADMIN} and {READER}: have one assigned to you."
            return answer_problem(Problem.FORBIDDEN, detail)
        name = claims.get("name") or claims.get("app_displayname")
        return Caller(object_id, name if isinstance(name, str) else "", roles)


def _unknown(detail: str, challenge: str) -> Response:
    return answer_problem(Problem.UNAUTHENTICATED, detail, headers={"WWW-Authenticate": challenge})
