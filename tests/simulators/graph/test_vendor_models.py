"""A second opinion: what the simulator answers parses with msgraph-sdk's models and uses only names of v1.0."""

from typing import Any, TypeVar

import pytest
from kiota_abstractions.serialization import Parsable
from kiota_serialization_json.json_parse_node import JsonParseNode
from msgraph.generated.models.calendar import Calendar
from msgraph.generated.models.calendar_collection_response import CalendarCollectionResponse
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_collection_response import EventCollectionResponse
from msgraph.generated.models.event_type import EventType
from msgraph.generated.models.free_busy_status import FreeBusyStatus
from msgraph.generated.models.group import Group
from msgraph.generated.models.mailbox_settings import MailboxSettings
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.subscription import Subscription
from msgraph.generated.models.user import User
from msgraph.generated.models.user_collection_response import UserCollectionResponse
from msgraph.generated.users.item.calendar_view.delta.delta_get_response import DeltaGetResponse
from msgraph.generated.users.item.check_member_groups.check_member_groups_post_response import (
    CheckMemberGroupsPostResponse,
)

from .client import ADA, MARKER, WINDOW, Client, event_body, moment, series_body
from .listener import Listener
from .test_subscriptions import subscribe

T = TypeVar("T", bound=Parsable)


def parse(kind: type[T], body: dict[str, Any]) -> T:
    """Parse strictly: whatever the model does not know lands in additional data, annotations apart."""
    node: Any = JsonParseNode(body)
    parsed = node.get_object_value(kind)
    assert isinstance(parsed, kind)
    unknown = [name for name in getattr(parsed, "additional_data", {}) if "@odata." not in name]
    assert unknown == []
    return parsed


async def test_an_event_parses_with_all_it_holds(graph: Client) -> None:
    made = await graph.create(
        body={"contentType": "text", "content": "x"},
        location={"displayName": "Site 7"},
        attendees=[{"emailAddress": {"address": "eve@example.org"}}],
        singleValueExtendedProperties=[{"id": MARKER, "value": "c|p"}],
    )
    expand = f"singleValueExtendedProperties($filter=id eq '{MARKER}'),calendar"
    event = parse(Event, (await graph.get(f"/users/{ADA}/events/{made['id']}", query={"$expand": expand})).body)
    assert (event.type, event.show_as) == (EventType.SingleInstance, FreeBusyStatus.Busy)
    assert event.start is not None
    assert (event.start.date_time, event.start.time_zone) == ("2026-11-23T08:00:00.0000000", "UTC")
    assert event.last_modified_date_time is not None
    assert event.location is not None
    assert event.location.display_name == "Site 7"
    assert event.single_value_extended_properties is not None
    assert event.single_value_extended_properties[0].value == "c|p"
    assert event.calendar is not None
    assert event.calendar.is_default_calendar


async def test_an_online_meeting_and_a_group_parse(graph: Client) -> None:
    made = await graph.create(isOnlineMeeting=True)
    event = parse(Event, (await graph.get(f"/users/{ADA}/events/{made['id']}")).body)
    assert event.online_meeting is not None
    assert event.online_meeting.join_url
    group = "00000000-0000-0000-0000-000000000001"
    await graph.control("PUT", f"/groups/{group}", {"members": [ADA]})
    assert parse(Group, (await graph.get(f"/groups/{group}")).body).id == group
    reply = await graph.ask("POST", f"/users/{ADA}/checkMemberGroups", body={"groupIds": [group]})
    assert parse(CheckMemberGroupsPostResponse, reply.body).value == [group]


async def test_collections_and_delta_pages_parse(graph: Client) -> None:
    gone = await graph.create()
    await graph.ask("POST", f"/users/{ADA}/events", body=series_body())
    listed = parse(EventCollectionResponse, (await graph.get(f"/users/{ADA}/events")).body)
    assert listed.value is not None
    assert len(listed.value) == 2
    page = await graph.get(f"/users/{ADA}/calendarView/delta", query=WINDOW)
    delta = parse(DeltaGetResponse, page.body)
    assert delta.odata_delta_link == page.body["@odata.deltaLink"]
    assert delta.value is not None
    assert {event.type for event in delta.value} == {
        EventType.SingleInstance,
        EventType.SeriesMaster,
        EventType.Occurrence,
    }
    await graph.act("delete", id=gone["id"])
    following = parse(DeltaGetResponse, (await graph.get(page.body["@odata.deltaLink"])).body)
    assert following.value is not None
    assert following.value[0].additional_data["@removed"] == {"reason": "deleted"}


async def test_users_calendars_and_settings_parse(graph: Client) -> None:
    user = parse(User, (await graph.get(f"/users/{ADA}")).body)
    assert user.user_principal_name == ADA
    assert len(parse(UserCollectionResponse, (await graph.get("/users")).body).value or []) == 6
    assert parse(Calendar, (await graph.get(f"/users/{ADA}/calendar")).body).is_default_calendar
    assert parse(CalendarCollectionResponse, (await graph.get(f"/users/{ADA}/calendars")).body).value
    settings = parse(MailboxSettings, (await graph.get(f"/users/{ADA}/mailboxSettings")).body)
    assert settings.working_hours is not None


async def test_subscriptions_parse(graph: Client, listener: Listener) -> None:
    subscription = parse(Subscription, (await subscribe(graph, listener.url)).body)
    assert subscription.expiration_date_time is not None


async def test_errors_parse(graph: Client) -> None:
    error = parse(ODataError, (await graph.get(f"/users/{ADA}/events/nonsense")).body).error
    assert error is not None
    assert error.code == "ErrorInvalidIdMalformed"
    assert error.inner_error is not None


async def test_the_models_know_every_property_of_an_event_answer(graph: Client) -> None:
    body = event_body(
        isAllDay=True,
        start=moment("2026-11-23T00:00:00"),
        end=moment("2026-11-24T00:00:00"),
        recurrence=series_body()["recurrence"],
    )
    master = (await graph.ask("POST", f"/users/{ADA}/events", body=body)).body
    days = await graph.get(f"/users/{ADA}/events/{master['id']}/instances", query=WINDOW)
    known = set(Event().get_field_deserializers())
    for shown in (master, days.body["value"][0]):
        assert {name for name in shown if "@odata." not in name} <= known


def test_a_property_of_no_model_is_noticed() -> None:
    with pytest.raises(AssertionError):
        parse(Event, {"id": "x", "colour": "red"})
