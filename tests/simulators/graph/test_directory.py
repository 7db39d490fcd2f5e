"""Must-have 10, and the rest that is not an event: users, mailbox states, calendars, settings."""

import pytest

from .client import ADA, BEN, WINDOW, Client, event_body


async def test_a_user_is_found_by_id_and_principal_name_but_not_by_another_address(graph: Client) -> None:
    body = {
        "name": "gil",
        "mail": "gil.g@tandem.example",
        "proxyAddresses": ["SMTP:gil.g@tandem.example", "smtp:gg@x.example"],
    }
    made = await graph.control("POST", "/users", body)
    for key in (made["id"], "gil@tandem.example", "GIL@tandem.example"):
        assert (await graph.get(f"/users/{key}")).body["id"] == made["id"]
    reply = await graph.get("/users/gil.g@tandem.example")
    assert (reply.status, reply.code) == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    "text",
    [
        "mail eq 'gil.g@tandem.example'",
        "proxyAddresses/any(x:x eq 'smtp:gg@x.example' or x eq 'SMTP:gg@x.example')",
        "userPrincipalName eq 'gil@tandem.example' and accountEnabled eq true",
        "startswith(displayName,'O''Hara')",
    ],
)
async def test_users_are_looked_up_by_filter(graph: Client, text: str) -> None:
    body = {
        "name": "gil",
        "displayName": "O'Hara",
        "mail": "gil.g@tandem.example",
        "proxyAddresses": ["SMTP:gil.g@tandem.example", "smtp:gg@x.example"],
    }
    await graph.control("POST", "/users", body)
    found = await graph.get("/users", query={"$filter": text, "$select": "id,mail,userPrincipalName,accountEnabled"})
    assert [each["mail"] for each in found.body["value"]] == ["gil.g@tandem.example"]
    assert set(found.body["value"][0]) == {"id", "mail", "userPrincipalName", "accountEnabled"}


async def test_advanced_queries_need_eventual_consistency(graph: Client) -> None:
    query = {"$filter": "endswith(mail,'tandem.example')", "$count": "true", "$top": "2"}
    assert (await graph.get("/users", query=query)).status == 400
    reply = await graph.get("/users", query=query, headers={"ConsistencyLevel": "eventual"})
    assert (reply.body["@odata.count"], len(reply.body["value"])) == (6, 2)
    assert "@odata.nextLink" in reply.body


@pytest.mark.parametrize(
    ("state", "status", "code", "in_directory"),
    [
        ("none", 404, "MailboxNotEnabledForRESTAPI", 200),
        ("blocked", 403, "ErrorAccessDenied", 200),
        ("deleted", 404, "Request_ResourceNotFound", 404),
    ],
)
async def test_a_mailbox_that_cannot_be_used_says_why(
    graph: Client, state: str, status: int, code: str, in_directory: int
) -> None:
    event = await graph.create()
    await graph.control("PUT", f"/users/{ADA}/state", {"state": state})
    for path in (f"/events/{event['id']}", "/calendar", "/calendarView/delta", "/mailboxSettings"):
        reply = await graph.get(f"/users/{ADA}{path}", query=WINDOW)
        assert (reply.status, reply.code) == (status, code)
    assert (await graph.ask("POST", f"/users/{ADA}/events", body=event_body())).status == status
    assert (await graph.get(f"/users/{ADA}")).status == in_directory
    assert (await graph.get(f"/users/{BEN}/calendar")).status == 200
    await graph.control("PUT", f"/users/{ADA}/state", {"state": "active"})
    assert (await graph.get(f"/users/{ADA}/events/{event['id']}")).status == 200


async def test_the_policy_refusal_has_the_documented_words(graph: Client) -> None:
    await graph.control("PUT", f"/users/{ADA}/state", {"state": "blocked"})
    reply = await graph.get(f"/users/{ADA}/calendar")
    assert reply.body["error"]["message"] == "Access to OData is disabled."


async def test_calendars_are_made_renamed_and_deleted_with_their_events(graph: Client) -> None:
    path = f"/users/{ADA}/calendars"
    made = await graph.ask("POST", path, body={"name": "Planning"})
    assert (made.status, made.body["isDefaultCalendar"]) == (201, False)
    again = await graph.ask("POST", path, body={"name": "planning"})
    assert (again.status, again.code) == (409, "ErrorFolderExists")
    address = f"{path}/{made.body['id']}"
    assert (await graph.ask("PATCH", address, body={"name": "Board", "color": "lightBlue"})).body["name"] == "Board"
    event = (await graph.ask("POST", f"{address}/events", body=event_body())).body
    assert (await graph.ask("DELETE", address)).status == 204
    assert (await graph.get(f"{address}/calendarView/delta", query=WINDOW)).code == "ErrorItemNotFound"
    assert (await graph.get(f"/users/{ADA}/events/{event['id']}")).code == "ErrorItemNotFound"
    default = (await graph.get(f"/users/{ADA}/calendar")).body
    assert (await graph.ask("DELETE", f"{path}/{default['id']}")).status == 400
    assert [each["id"] for each in (await graph.get(path)).body["value"]] == [default["id"]]


async def test_mailbox_settings_and_zones_are_answered(graph: Client) -> None:
    settings = (await graph.get(f"/users/{ADA}/mailboxSettings")).body
    assert settings["timeZone"] == "W. Europe Standard Time"
    assert settings["workingHours"]["startTime"] == "08:00:00.0000000"
    zones = (await graph.get(f"/users/{ADA}/outlook/supportedTimeZones")).body["value"]
    assert {"alias": "W. Europe Standard Time", "displayName": "W. Europe Standard Time"} in zones
    iana = f"/users/{ADA}/outlook/supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')"
    assert {"alias": "Europe/Berlin", "displayName": "Europe/Berlin"} in (await graph.get(iana)).body["value"]


async def test_errors_come_in_graphs_envelope(graph: Client) -> None:
    request_id = "1f0c6d5e-0000-4000-8000-000000000001"
    reply = await graph.get("/nonsense", headers={"client-request-id": request_id})
    assert reply.status == 400
    assert set(reply.body["error"]) == {"code", "message", "innerError"}
    assert reply.body["error"]["innerError"]["client-request-id"] == request_id
    assert (await graph.ask("PUT", f"/users/{ADA}/events")).status == 405
    assert (await graph.get("/me/events")).status == 400
