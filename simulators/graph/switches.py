"""Behaviours that the sources leave open or only observed: each a switch, with the documented way as its default."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Switches(BaseModel):
    """Read and changed under `/_control/switches`, by camelCase names."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, validate_assignment=True, extra="forbid")

    latency_ms: float = Field(default=0, ge=0)
    """Added to every request."""
    replication_lag_s: float = Field(default=0, ge=0)
    """How long delta does not see a change."""
    ignore_immutable_ids: bool = False
    """Answer default ids although immutable ones were asked for."""
    ignore_if_match: bool = False
    second_bump_ms: float | None = Field(default=None, ge=0)
    """The server touches each event again after an app's write; None: never."""
    transaction_conflict: Literal["400", "409"] = "400"
    transaction_scope: Literal["mailbox", "calendar"] = "mailbox"
    transaction_retention_s: float | None = Field(default=None, gt=0)
    """None: for ever."""
    transaction_after_delete: Literal["remembered", "forgotten"] = "remembered"
    shows_deleted_events: bool = False
    """GET by an immutable id finds events in Deleted Items, which no calendar lists."""
    calendar_path_is_checked: bool = True
    """An event under the path of another calendar of its mailbox is not found."""
    takes_any_iana_zone: bool = False
    """Accept every IANA zone, not only the documented ones."""
    all_day_floats: bool = True
    """All-day events stay at midnight in whatever zone they are read."""
    page_size: int = Field(default=10, ge=1, le=1000)
    """Entries per page when the caller names none."""
    empty_delta_pages: bool = False
    """Each delta round opens with an empty page that has a nextLink."""
    duplicate_delta_entries: bool = False
    unordered_delta: bool = False
    """Masters come after their occurrences, later changes before earlier ones."""
    evicted_token_status: int = Field(default=400, ge=400, le=499)
    max_concurrency: int = Field(default=4, ge=1)
    """Requests at once per mailbox."""
    budget: int = Field(default=10_000, ge=1)
    """Requests per mailbox and ten minutes."""
    retry_after: str | None = "1"
    """Of refusals for concurrency and budget; None leaves the header out."""
    notify_default_calendar_only: bool = False
    """`/users/{id}/events` notifies of the default calendar only."""
    max_subscription_minutes: int = Field(default=10_080, ge=45)
    subscription_quota: int = Field(default=1000, ge=0)
    handshake_timeout_s: float = Field(default=10, gt=0)
    notification_delay_ms: float = Field(default=20, ge=0)
    """How long changes gather before they are posted together."""
    notification_copies: int = Field(default=1, ge=0, le=10)
    """How often each is delivered; 0 drops all."""
    reorder_notifications: bool = False
    notification_timeout_s: float = Field(default=3, gt=0)
    notification_retry_ms: float = Field(default=500, ge=1)
    """First wait after a failed delivery; it doubles, for four hours at most."""
    watch_slow_endpoints: bool = True
    """Delay, then drop notifications of endpoints that often answer late."""
    token_lifetime_s: float = Field(default=3599, gt=0)
    may_read_users: bool = True
    """The app has User.Read.All; without it `/users` and `/users/{id}` answer 403."""
    may_read_groups: bool = True
    """The app has GroupMember.Read.All."""
    may_read_mailbox_settings: bool = True
    """The app has MailboxSettings.Read."""
    roles: list[str] = Field(default_factory=lambda: ["Calendars.ReadWrite", "MailboxSettings.Read", "User.Read.All"])
    """Application permissions that tokens name from now on; they are told, and open or close nothing."""
    date_skew_s: float = 0
    """How far the Date of an answer is ahead of this machine's clock, as if that went wrong."""
    copies_keep_transaction_id: bool = False
    """A copy made by the worker carries the original's transactionId too."""
    custom_zone: str = ""
    """What zone every event names, whatever zone was asked for; empty for the one asked for."""

    @property
    def lag(self) -> timedelta:
        return timedelta(seconds=self.replication_lag_s)

    def update(self, changes: dict[str, object]) -> None:
        """Set the named switches, all or none. Raises: ValidationError."""
        checked = Switches.model_validate({**self.model_dump(by_alias=True), **changes})
        for name in Switches.model_fields:
            setattr(self, name, getattr(checked, name))
