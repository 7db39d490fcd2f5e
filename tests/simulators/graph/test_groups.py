"""Directory groups and what an app may ask of the directory."""

import uuid

import pytest
from aiohttp import ServerDisconnectedError

from .client import ADA, BEN, Client

FIELD, CREW = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))


async def groups_of(graph: Client, user: str, *groups: str) -> list[str]:
    reply = await graph.ask("POST", f"/users/{user}/checkMemberGroups", body={"groupIds": list(groups)})
    assert reply.status == 200, reply.body
    return list(reply.body["value"])


async def test_membership_is_told_through_groups_in_groups(graph: Client) -> None:
    await graph.control("PUT", f"/groups/{CREW}", {"members": [ADA]})
    await graph.control("PUT", f"/groups/{FIELD}", {"members": [CREW, BEN], "displayName": "Field"})
    assert await groups_of(graph, ADA, FIELD, CREW) == [FIELD, CREW]
    assert await groups_of(graph, BEN, FIELD, CREW) == [FIELD]
    assert await groups_of(graph, ADA, str(uuid.UUID(int=9))) == []


async def test_groups_that_hold_each_other_are_asked_once(graph: Client) -> None:
    await graph.control("PUT", f"/groups/{CREW}", {})
    await graph.control("PUT", f"/groups/{FIELD}", {"members": [CREW]})
    await graph.control("PUT", f"/groups/{CREW}", {"members": [FIELD]})
    assert await groups_of(graph, ADA, FIELD) == []


async def test_a_group_is_read_by_its_id_and_an_unknown_one_is_not_there(graph: Client) -> None:
    await graph.control("PUT", f"/groups/{FIELD}", {"displayName": "Field"})
    assert (await graph.get(f"/groups/{FIELD}")).body["displayName"] == "Field"
    reply = await graph.get(f"/groups/{CREW}")
    assert (reply.status, reply.code) == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize("body", [{}, {"groupIds": []}, {"groupIds": ["field"]}, {"groupIds": [FIELD] * 21}])
async def test_a_question_about_no_proper_group_is_refused(graph: Client, body: dict[str, list[str]]) -> None:
    reply = await graph.ask("POST", f"/users/{ADA}/checkMemberGroups", body=body)
    assert (reply.status, reply.code) == (400, "Request_BadRequest")


async def test_who_may_not_ask_the_directory_learns_nothing_from_it(graph: Client) -> None:
    await graph.control("PUT", f"/groups/{FIELD}", {"members": [ADA]})
    await graph.switch(mayReadUsers=False)
    body = {"groupIds": [FIELD]}
    for user in (ADA, "nobody@tandem.example"):
        reply = await graph.get(f"/users/{user}")
        assert (reply.status, reply.code) == (403, "Authorization_RequestDenied")
    assert (await graph.get("/users", query={"$filter": f"mail eq '{ADA}'"})).status == 403
    assert (await graph.ask("POST", f"/users/{ADA}/checkMemberGroups", body=body)).status == 403
    assert (await graph.get(f"/users/{ADA}/calendar")).status == 200
    await graph.switch(mayReadUsers=True, mayReadGroups=False)
    assert (await graph.ask("POST", f"/users/{ADA}/checkMemberGroups", body=body)).status == 403
    assert (await graph.get(f"/groups/{FIELD}")).status == 403


async def test_mailbox_settings_need_a_permission_of_their_own(graph: Client) -> None:
    await graph.control("PUT", f"/users/{ADA}/state", {"purpose": "shared"})
    assert (await graph.get(f"/users/{ADA}/mailboxSettings")).body["userPurpose"] == "shared"
    await graph.switch(mayReadMailboxSettings=False)
    reply = await graph.get(f"/users/{ADA}/mailboxSettings")
    assert (reply.status, reply.code) == (403, "ErrorAccessDenied")


@pytest.mark.parametrize(
    ("state", "has_licence", "is_synced"),
    [("active", True, None), ("none", True, None), ("unlicensed", False, None), ("on-premises", False, True)],
)
async def test_the_directory_tells_why_there_is_no_mailbox(
    graph: Client, state: str, has_licence: bool, is_synced: bool | None
) -> None:
    await graph.control("PUT", f"/users/{ADA}/state", {"state": state})
    reply = await graph.get(f"/users/{ADA}", query={"$select": "assignedLicenses,assignedPlans,onPremisesSyncEnabled"})
    assert (bool(reply.body["assignedLicenses"]), bool(reply.body["assignedPlans"])) == (has_licence, has_licence)
    assert reply.body["onPremisesSyncEnabled"] is is_synced
    reply = await graph.get(f"/users/{ADA}/calendar")
    assert reply.status == 200 if state == "active" else reply.code == "MailboxNotEnabledForRESTAPI"


async def test_a_calendar_whose_answer_is_lost_was_made_all_the_same(graph: Client) -> None:
    await graph.fault("lostReply", operation="calendar.create")
    with pytest.raises(ServerDisconnectedError):
        await graph.ask("POST", f"/users/{ADA}/calendars", body={"name": "Planning"})
    reply = await graph.ask("POST", f"/users/{ADA}/calendars", body={"name": "Planning"})
    assert (reply.status, reply.code) == (409, "ErrorFolderExists")
