"""The port `Directory` on Graph: users, their mailboxes and calendars, and the groups they are in.

https://learn.microsoft.com/graph/api/user-get
https://learn.microsoft.com/graph/api/user-list-calendars
https://learn.microsoft.com/graph/api/user-post-calendars
https://learn.microsoft.com/graph/api/user-checkmembergroups
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from sync_core.adapters.graph.mailbox_states import (
    ambiguous,
    has_no_mailbox,
    missing,
    state_behind,
    unreadable_directory,
    without_mailbox,
)
from sync_core.adapters.graph.sdk import Exists, Forbidden, NotThere, Sdk, Unanswered
from sync_core.domain.choices import PrincipalLookup
from sync_core.domain.errors import CalendarRefused, MailboxRefused, Refused, TandemError, TryAgain
from sync_core.domain.profile import MailboxState
from sync_core.ports import Mailbox

if TYPE_CHECKING:
    from msgraph.generated.models.calendar import Calendar
    from msgraph.generated.models.calendar_collection_response import CalendarCollectionResponse
    from msgraph.generated.models.user import User
    from msgraph.graph_service_client import GraphServiceClient

_MAY_NOT_ASK = (
    "group membership may not be asked: consent to GroupMember.Read.All and User.Read.All for the application, "
    "or name the pilot's resources one by one"
)


class GraphDirectory:
    """Looks people up by what an admin would type."""

    def __init__(self, sdk: Sdk) -> None:
        self._sdk = sdk

    async def find_mailbox(self, address: str, lookup: PrincipalLookup = PrincipalLookup.DIRECTORY) -> Mailbox:
        asks = lookup is PrincipalLookup.DIRECTORY
        # Principal names have no case: written otherwise it must not become another mailbox.
        user = await self._find_user(address.strip()) if asks else address.strip().lower()
        try:
            default = await self._sdk.call(lambda client: client.users.by_user_id(user).calendar.get())
            calendars = await self._read_calendars(user)
        except Unanswered as refusal:
            raise await self._explain(user, refusal, asks=asks) from refusal
        if default is None or not default.id:
            raise CalendarRefused("the mailbox has no default calendar")
        names = {one.name or one.id: one.id for one in calendars if one.id}
        return Mailbox(user, default.id, names, await self._read_state(user))

    async def create_calendar(self, mailbox: str, name: str) -> str:
        from msgraph.generated.models.calendar import Calendar

        try:
            found = await self._find_calendar(mailbox, name)
            if found:
                return found
            try:
                made = await self._sdk.call(
                    lambda client: client.users.by_user_id(mailbox).calendars.post(Calendar(name=name))
                )
            except (Exists, TryAgain):
                # Somebody was faster, or it may have been made although no answer came.
                found = await self._find_calendar(mailbox, name)
                if found:
                    return found
                raise
        except Unanswered as refusal:
            raise await self._explain(mailbox, refusal, asks=False) from refusal
        if made is None or not made.id:
            raise Refused("Graph answered a new calendar without an id")
        return made.id

    async def is_member(self, group: str, mailbox: str) -> bool:
        from msgraph.generated.users.item.check_member_groups.check_member_groups_post_request_body import (
            CheckMemberGroupsPostRequestBody,
        )

        try:
            wanted = str(UUID(group))
        except ValueError:
            raise Refused("a group is named by its object id, a UUID") from None
        body = CheckMemberGroupsPostRequestBody(group_ids=[wanted])
        try:
            answer = await self._sdk.call(
                lambda client: client.users.by_user_id(mailbox).check_member_groups.post(body)
            )
        except Forbidden as refusal:
            raise Refused(_MAY_NOT_ASK) from refusal
        except NotThere as refusal:
            raise Refused("the directory does not know this mailbox's user") from refusal
        if wanted in [each.lower() for each in (answer.value if answer else None) or []]:
            return True
        await self._check_group(wanted)
        return False

    async def _check_group(self, group: str) -> None:
        """An answer without the group proves nothing while the group is unknown, or hides its members from us."""
        from kiota_abstractions.base_request_configuration import RequestConfiguration
        from msgraph.generated.groups.item.group_item_request_builder import GroupItemRequestBuilder

        wanted = GroupItemRequestBuilder.GroupItemRequestBuilderGetQueryParameters(select=["id", "visibility"])
        try:
            known = await self._sdk.call(
                lambda client: client.groups.by_group_id(group).get(RequestConfiguration(query_parameters=wanted))
            )
        except Forbidden as refusal:
            raise Refused(_MAY_NOT_ASK) from refusal
        except NotThere as refusal:
            raise Refused("there is no group with this object id: correct it, or choose another") from refusal
        if known is not None and known.visibility == "HiddenMembership":
            raise Refused("this group hides its members, so nobody can be found in it: choose another")

    async def _find_user(self, address: str) -> str:
        """The directory id, which outlives a change of name."""
        try:
            user = await self._read_user(address, "id")
        except Forbidden as refusal:
            # Going on by the name would be another mailbox, once the permission is there.
            raise unreadable_directory() from refusal
        except NotThere as unknown:
            return await self._find_by_mail(address, unknown)
        if user is None or not user.id:
            raise Refused("Graph answered a user without an id")
        return user.id

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
                raise ambiguous()
        raise missing() from unknown

    async def _search(self, condition: str) -> list[str]:
        from kiota_abstractions.base_request_configuration import RequestConfiguration
        from msgraph.generated.users.users_request_builder import UsersRequestBuilder

        wanted = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(filter=condition, select=["id"])
        page = await self._sdk.call(lambda client: client.users.get(RequestConfiguration(query_parameters=wanted)))
        return [user.id for user in (page.value if page else None) or [] if user.id]

    async def _read_user(self, user: str, *properties: str) -> "User | None":
        from kiota_abstractions.base_request_configuration import RequestConfiguration
        from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder

        wanted = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=list(properties))
        return await self._sdk.call(
            lambda client: client.users.by_user_id(user).get(RequestConfiguration(query_parameters=wanted))
        )

    async def _explain(self, user: str, refusal: Unanswered, *, asks: bool) -> MailboxRefused:
        if not has_no_mailbox(refusal):
            return state_behind(refusal)
        if not asks:
            return without_mailbox(None)
        try:
            return without_mailbox(await self._read_user(user, "mail", "onPremisesSyncEnabled", "assignedPlans"))
        except Refused:
            return without_mailbox(None)

    async def _read_state(self, user: str) -> MailboxState:
        from msgraph.generated.models.user_purpose import UserPurpose

        try:
            settings = await self._sdk.call(lambda client: client.users.by_user_id(user).mailbox_settings.get())
        except Refused:
            # A permission of its own, which nothing else needs.
            return MailboxState.READY
        match settings.user_purpose if settings else None:
            case UserPurpose.Shared:
                return MailboxState.SHARED
            case UserPurpose.Room | UserPurpose.Equipment:
                return MailboxState.ROOM
        return MailboxState.READY

    async def _find_calendar(self, user: str, name: str) -> str | None:
        """A calendar of the mailbox's own by its name, whose case Exchange does not tell apart."""
        return next(
            (
                one.id
                for one in await self._read_calendars(user)
                if one.id and one.can_edit is not False and (one.name or "").casefold() == name.casefold()
            ),
            None,
        )

    async def _read_calendars(self, user: str) -> "Sequence[Calendar]":
        page = await self._sdk.call(lambda client: client.users.by_user_id(user).calendars.get())
        listed = list((page.value if page else None) or [])
        while page and page.odata_next_link:
            link = self._sdk.check(page.odata_next_link)
            page = await self._sdk.call(partial(_follow, user, link))
            listed += (page.value if page else None) or []
        return listed


async def _follow(user: str, link: str, client: "GraphServiceClient") -> "CalendarCollectionResponse | None":
    return await client.users.by_user_id(user).calendars.with_url(link).get()
