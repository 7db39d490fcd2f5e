"""Where requests go and what they hold: addresses that leak nothing, bodies that keep the contract."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_core.adapters.scheduler.address import BoardAddress
from sync_core.contract.outbound import PATCHABLE, appointment_patch, new_block, overwritten, unavailability_put
from sync_core.domain.content import Content, Field, Importance, Sensitivity, ShowAs
from sync_core.domain.errors import Misconfigured, Refused
from sync_core.domain.resource import ResourceId
from sync_core.domain.timespan import DaySpan, Span, TimeSpan
from tests.adapters.scheduler.scripted import CAPABILITIES
from tests.contract_document.reading import complaints_about
from tests.contracts.board_contract import BLOCK, hours


@pytest.mark.parametrize(
    "url",
    ["", "board.example", "http://board.example", "ftp://board.example", "https://user:word@board.example", "https://"],
)
def test_an_address_that_would_leak_the_key_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured):
        BoardAddress(url)


@pytest.mark.parametrize(
    "url", ["https://board.example/base/", "http://127.0.0.1:7082", "http://localhost", "http://[::1]:1"]
)
def test_https_anywhere_and_http_on_this_machine_are_taken(url: str) -> None:
    assert str(BoardAddress(url).at("capabilities")).startswith(url.rstrip("/") + "/v1/")


_instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
_lengths = st.timedeltas(timedelta(seconds=1), timedelta(400))
_spans: st.SearchStrategy[Span] = st.one_of(
    st.builds(
        lambda at, length: TimeSpan(at, at + length), _instants, st.timedeltas(timedelta(seconds=1), timedelta(400))
    ),
    st.builds(lambda on, days: DaySpan(on, on + timedelta(days)), _days, st.integers(1, 30)),
)
_contents = st.builds(
    Content,
    _spans,
    subject=st.text(max_size=255),
    location=st.text(max_size=255),
    show_as=st.sampled_from(ShowAs),
    sensitivity=st.sampled_from(Sensitivity),
    importance=st.sampled_from(Importance),
)
_fields = st.sets(st.sampled_from(sorted(PATCHABLE)), min_size=1).map(frozenset)
_zones = st.sampled_from(["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu"])
_ALL = frozenset(CAPABILITIES["writableAppointmentFields"])


@settings(max_examples=200, deadline=None)
@given(_contents, _fields, st.none() | _contents, _zones)
def test_every_patch_keeps_the_contract(
    content: Content, fields: frozenset[Field], before: Content | None, zone: str
) -> None:
    patch = appointment_patch(content, fields, before=before, zone=zone, writable=_ALL, key="k")
    assert complaints_about("AppointmentPatch", patch) == []
    assert (patch.get("allDay") is True) == (Field.TIME in fields and isinstance(content.span, DaySpan))


@settings(max_examples=200, deadline=None)
@given(_contents, _contents, _fields, _zones)
def test_every_put_keeps_the_contract(one: Content, other: Content, fields: frozenset[Field], zone: str) -> None:
    block = new_block(BLOCK, ResourceId("R"), one)
    carried = fields - {Field.IMPORTANCE} or frozenset({Field.TIME})
    put = unavailability_put(overwritten(block, other, carried), zone, "k")
    assert complaints_about("UnavailabilityPut", put) == []


def test_hours_that_stay_hours_need_no_days() -> None:
    writable = frozenset({"start", "end"})
    patch = appointment_patch(
        Content(hours(1, 2)),
        frozenset({Field.TIME}),
        before=Content(hours(0, 1)),
        zone="UTC",
        writable=writable,
        key="k",
    )
    assert set(patch) == {"start", "end", "origin"}


def test_days_cannot_become_hours_where_the_board_has_no_days() -> None:
    with pytest.raises(Refused, match="allDay"):
        appointment_patch(
            Content(hours(1, 2)),
            frozenset({Field.TIME}),
            before=Content(DaySpan(date(2026, 1, 1), date(2026, 1, 2))),
            zone="UTC",
            writable=frozenset({"start", "end"}),
            key="k",
        )
