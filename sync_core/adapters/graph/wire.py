"""Graph's JSON, as far as it is read: every member optional that Graph is known to leave out, unknown ones ignored.

https://learn.microsoft.com/graph/api/resources/event
"""

from typing import Any

from pydantic import BaseModel, Field

MARKER_PROPERTY = "String {6c1f1e2a-3b0f-4b55-9c9b-5a1d8f0a7e21} Name TandemMarker"


class ZonedTime(BaseModel):
    date_time: str = Field(alias="dateTime")
    zone: str = Field("UTC", alias="timeZone")


class Body(BaseModel):
    kind: str | None = Field(None, alias="contentType")
    content: str | None = None


class Place(BaseModel):
    name: str | None = Field(None, alias="displayName")


class Answer(BaseModel):
    response: str | None = None


class Extended(BaseModel):
    id: str
    value: str | None = None


class WireEvent(BaseModel):
    id: str
    removed: Any = Field(None, alias="@removed")
    etag: str | None = Field(None, alias="@odata.etag")
    change_key: str | None = Field(None, alias="changeKey")
    created: str | None = Field(None, alias="createdDateTime")
    modified: str | None = Field(None, alias="lastModifiedDateTime")
    kind: str | None = Field(None, alias="type")
    series: str | None = Field(None, alias="seriesMasterId")
    original_start: str | None = Field(None, alias="originalStart")
    recurrence: Any = None
    transaction_id: str | None = Field(None, alias="transactionId")
    start: ZonedTime | None = None
    end: ZonedTime | None = None
    is_all_day: bool | None = Field(None, alias="isAllDay")
    subject: str | None = None
    body: Body | None = None
    place: Place | None = Field(None, alias="location")
    show_as: str | None = Field(None, alias="showAs")
    sensitivity: str | None = None
    importance: str | None = None
    categories: list[str] | None = None
    is_reminder_on: bool | None = Field(None, alias="isReminderOn")
    reminder: int | None = Field(None, alias="reminderMinutesBeforeStart")
    is_organizer: bool | None = Field(None, alias="isOrganizer")
    is_cancelled: bool | None = Field(None, alias="isCancelled")
    is_online: bool | None = Field(None, alias="isOnlineMeeting")
    attendees: list[Any] | None = None
    answer: Answer | None = Field(None, alias="responseStatus")
    extended: list[Extended] | None = Field(None, alias="singleValueExtendedProperties")


class EventPage(BaseModel):
    value: list[WireEvent]
    next: str | None = Field(None, alias="@odata.nextLink")
    delta: str | None = Field(None, alias="@odata.deltaLink")


class Named(BaseModel):
    """Anything of which only the id counts."""

    id: str


class BatchAnswer(BaseModel):
    id: str
    status: int
    headers: dict[str, str] | None = None
    body: Any = None


class BatchAnswers(BaseModel):
    responses: list[BatchAnswer]
