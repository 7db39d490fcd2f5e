"""The control API's routes for users, the states of their mailboxes, and groups."""

import uuid
from dataclasses import replace

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from simulators.graph.errors import bad_request
from simulators.graph.groups import show_group
from simulators.graph.model import Group, MailboxState, Person
from simulators.graph.simulator import Simulator, make_person
from simulators.graph.wire import JsonObject


class Body(BaseModel):
    """A request body of the control API: camelCase, and nothing that is not known."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class _NewUser(Body):
    name: str = Field(min_length=1)
    """Local part or whole user principal name."""
    display_name: str | None = None
    mail: str | None = None
    proxy_addresses: list[str] = []
    purpose: str = "user"
    time_zone: str = "W. Europe Standard Time"
    is_enabled: bool = True
    state: MailboxState = "active"


class _State(Body):
    state: MailboxState | None = None
    """None leaves it as it is."""
    purpose: str | None = None


class _Group(Body):
    display_name: str = "Group"
    members: list[str] = []
    """User principal names, directory ids of users, or ids of groups."""
    visibility: str | None = None


class People:
    """Answers them."""

    def __init__(self, simulator: Simulator) -> None:
        self._store = simulator.store

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_control/users", self.list_users),
            web.post("/_control/users", self.add_user),
            web.put("/_control/users/{user}/state", self.set_state),
            web.get("/_control/groups", self.list_groups),
            web.put("/_control/groups/{group}", self.put_group),
        ]

    async def list_users(self, request: web.Request) -> web.Response:
        return web.json_response({"value": [_show_person(box.owner) for box in self._store.mailboxes.values()]})

    async def add_user(self, request: web.Request) -> web.Response:
        wanted = _NewUser.model_validate(await request.json())
        made = make_person(wanted.name, wanted.display_name)
        person = replace(
            made,
            mail=made.mail if wanted.mail is None else wanted.mail,
            proxy_addresses=tuple(wanted.proxy_addresses) or made.proxy_addresses,
            purpose=wanted.purpose,
            time_zone=wanted.time_zone,
            is_enabled=wanted.is_enabled,
            state=wanted.state,
        )
        self._store.put_person(person)
        return web.json_response(_show_person(person), status=201)

    async def set_state(self, request: web.Request) -> web.Response:
        wanted = _State.model_validate(await request.json())
        owner = self._store.find_any_mailbox(request.match_info["user"]).owner
        changed = replace(owner, state=wanted.state or owner.state, purpose=wanted.purpose or owner.purpose)
        self._store.put_person(changed)
        return web.json_response(_show_person(changed))

    async def list_groups(self, request: web.Request) -> web.Response:
        return web.json_response({"value": [show_group(group) for group in self._store.groups.values()]})

    async def put_group(self, request: web.Request) -> web.Response:
        wanted = _Group.model_validate(await request.json())
        members = tuple(self._member(each) for each in wanted.members)
        group = Group(_group_id(request.match_info["group"]), wanted.display_name, members, wanted.visibility)
        self._store.put_group(group)
        return web.json_response(show_group(group))

    def _member(self, name: str) -> str:
        return name.lower() if name.lower() in self._store.groups else self._store.find_any_mailbox(name).id


def _group_id(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise bad_request("The id of a group is a UUID.") from None


def _show_person(person: Person) -> JsonObject:
    return {
        "id": person.id,
        "userPrincipalName": person.user_principal_name,
        "displayName": person.display_name,
        "mail": person.mail,
        "state": person.state,
        "purpose": person.purpose,
    }
