"""Names that can be derived again and tell whether this connector made them."""

import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_core.domain.appointment import AppointmentKey, Kind
from sync_core.domain.event import EventId, EventKey
from sync_core.domain.identity import (
    ConnectorId,
    PairId,
    appointment_of_pair,
    birth_id,
    is_ours,
    marker_of,
    pair_of_appointment,
    pair_of_event,
    pair_of_marker,
)
from sync_core.domain.resource import ResourceId
from tests.builders import BOARD_PAIR, CONNECTOR, RESOURCE, event

OTHER = ConnectorId("0b1d2f3a-0000-4000-8000-000000000000")
names = st.text(min_size=1, max_size=40)


@given(names, names, st.integers(0, 10**9))
def test_a_birth_id_is_a_uuid_of_version_8_that_is_ours_and_nobody_elses(resource: str, pair: str, number: int) -> None:
    birth = birth_id(CONNECTOR, ResourceId(resource), PairId(pair), number)

    assert uuid.UUID(birth).version == 8
    assert uuid.UUID(birth).variant == uuid.RFC_4122
    assert birth == birth_id(CONNECTOR, ResourceId(resource), PairId(pair), number)
    assert is_ours(CONNECTOR, birth)
    assert is_ours(CONNECTOR, birth.upper())
    assert not is_ours(OTHER, birth)


def test_each_birth_has_its_own_id() -> None:
    births = {
        birth_id(connector, ResourceId(resource), PairId(pair), number)
        for connector in (CONNECTOR, OTHER)
        for resource in ("a", "b")
        for pair in ("p", "q")
        for number in (1, 2)
    }

    assert len(births) == 16


def test_a_birth_id_stays_what_it_was_in_earlier_versions() -> None:
    assert birth_id(CONNECTOR, RESOURCE, BOARD_PAIR, 1) == "c12ee92e-50b0-80e4-8bd8-d94a431879ce"


@given(st.uuids())
def test_a_forged_id_is_not_ours(other: uuid.UUID) -> None:
    assert not is_ours(CONNECTOR, str(other))


@pytest.mark.parametrize("index", range(16))
def test_an_id_with_one_byte_changed_is_not_ours(index: int) -> None:
    raw = bytearray(uuid.UUID(birth_id(CONNECTOR, RESOURCE, BOARD_PAIR, 1)).bytes)
    raw[index] ^= 1

    assert not is_ours(CONNECTOR, str(uuid.UUID(bytes=bytes(raw))))


@pytest.mark.parametrize("text", ["", "localevent:1234", "not-a-uuid", "c12ee92e"])
def test_what_is_no_uuid_is_not_ours(text: str) -> None:
    assert not is_ours(CONNECTOR, text)


def test_a_marker_names_its_pair_to_its_own_connector_and_resource_only() -> None:
    marker = marker_of(CONNECTOR, RESOURCE, BOARD_PAIR)

    assert pair_of_marker(CONNECTOR, RESOURCE, marker) == BOARD_PAIR
    assert pair_of_marker(OTHER, RESOURCE, marker) is None
    assert pair_of_marker(CONNECTOR, ResourceId("ann"), marker) is None
    neighbour = marker_of(CONNECTOR, ResourceId(f"{RESOURCE}|b"), BOARD_PAIR)
    assert pair_of_marker(CONNECTOR, RESOURCE, neighbour) is None
    assert pair_of_marker(CONNECTOR, ResourceId(f"{RESOURCE}|b"), neighbour) == BOARD_PAIR
    assert pair_of_marker(CONNECTOR, RESOURCE, None) is None
    assert pair_of_marker(CONNECTOR, RESOURCE, "") is None


def test_ids_of_different_kinds_may_collide() -> None:
    pairs = {pair_of_appointment(AppointmentKey(kind, "1")) for kind in Kind}

    assert len(pairs) == len(Kind)


def test_event_ids_differ_by_case_and_so_do_their_pairs() -> None:
    assert pair_of_event(EventKey("AAMk")) != pair_of_event(EventKey("AAMK"))
    assert pair_of_event(EventKey("AAMk")) == pair_of_event(EventKey("AAMk"))


def test_an_occurrence_is_known_by_its_series_and_original_start() -> None:
    start_at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    occurrence = event(series_id=EventId("series"), original_start_at=start_at)

    assert occurrence.key == "series~20261123T080000Z"
    assert event(series_id=EventId("series")).key == "event-1"
    assert event(original_start_at=start_at).key == "event-1"


@pytest.mark.parametrize("name", ["A-1", "with.dots", "o.like-an-event", ""])
def test_a_pair_born_on_the_board_tells_its_appointment_and_one_born_in_outlook_none(name: str) -> None:
    for kind in Kind:
        key = AppointmentKey(kind, name)
        assert appointment_of_pair(pair_of_appointment(key)) == key
    assert appointment_of_pair(pair_of_event(EventKey(name))) is None
