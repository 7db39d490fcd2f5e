"""The port `Directory` on Graph: users and their calendars.

https://learn.microsoft.com/graph/api/user-get
https://learn.microsoft.com/graph/api/user-list-calendars
"""

from functools import partial
from typing import TYPE_CHECKING

from sync_core.adapters.graph.sdk import Forbidden, NotThere, Sdk
from sync_core.domain.errors import CalendarRefused, TandemError
from sync_core.ports import Mailbox

if TYPE_CHECKING:
    from msgraph.generated.models.calendar_collection_response import CalendarCollectionResponse
    from msgraph.graph_service_client import GraphServiceClient


class GraphDirectory:
    """Looks people up by what an admin would type."""

    def __init__(self, sdk: Sdk) -> None:
        self._sdk = sdk

    async def find_mailbox(self, address: str) -> Mailbox:
        user = await self._find_user(address)
        default = await self._sdk.call(lambda client: client.users.by_user_id(user).calendar.get())
        if default is None or not default.id:
            raise CalendarRefused("the mailbox has no default calendar")
        return Mailbox(id=user, default_calendar=default.id, calendars=await self._read_calendars(user))

    async def _find_user(self, address: str) -> str:
        """The directory id, which outlives a change of name; the name itself where we may not look people up."""
        try:
            user = await self._sdk.call(lambda client: client.users.by_user_id(address).get())
        except Forbidden:
            return address
        except NotThere as unknown:
            return await self._find_by_mail(address, unknown)
        return user.id if user and user.id else address

    async def _find_by_mail(self, address: str, unknown: TandemError) -> str:
        """A path takes the principal name only; mail addresses and aliases are searched for."""
        quoted = address.replace("'", "''")
        for condition in (
            f"mail eq '{quoted}'",
            # The primary address carries the prefix in capitals.
            f"proxyAddresses/any(x:x eq 'smtp:{quoted}' or x eq 'SMTP:{quoted}')",
        ):
            found = await self._search(condition)
            if len(found) == 1:
                return found[0]
            if found:
                raise CalendarRefused("more than one mailbox answers to this address; use the principal name")
        raise CalendarRefused("no mailbox answers to this address") from unknown

    async def _search(self, condition: str) -> list[str]:
        from kiota_abstractions.base_request_configuration import RequestConfiguration
        from msgraph.generated.users.users_request_builder import UsersRequestBuilder

        wanted = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(filter=condition, select=["id"])
        page = await self._sdk.call(lambda client: client.users.get(RequestConfiguration(query_parameters=wanted)))
        return [user.id for user in (page.value if page else None) or [] if user.id]

    async def _read_calendars(self, user: str) -> dict[str, str]:
        page = await self._sdk.call(lambda client: client.users.by_user_id(user).calendars.get())
        listed = list((page.value if page else None) or [])
        while page and page.odata_next_link:
            link = self._sdk.check(page.odata_next_link)
            page = await self._sdk.call(partial(_follow, user, link))
            listed += (page.value if page else None) or []
        return {one.name or one.id: one.id for one in listed if one.id}


async def _follow(user: str, link: str, client: "GraphServiceClient") -> "CalendarCollectionResponse | None":
    return await client.users.by_user_id(user).calendars.with_url(link).get()
