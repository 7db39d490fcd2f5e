"""Addresses become keys that the service takes, that no two addresses share, and that sort as addresses do."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_core.adapters.tables.keys import LONGEST_KEY, encode_part, partition_key, prefix_range, row_key
from sync_core.domain.errors import Refused
from sync_core.domain.stored import PENDING, Family

words = st.text(max_size=60)
addresses = st.tuples(st.sampled_from(sorted(Family)), st.lists(words, max_size=2)).map(lambda a: (a[0], *a[1]))
LEGAL = re.compile(r"[A-Za-z0-9._~,-]*")


@given(addresses)
def test_a_key_holds_nothing_that_tables_forbid(address: tuple[str, ...]) -> None:
    assert LEGAL.fullmatch(row_key(address))
    assert len(row_key(address)) <= LONGEST_KEY


@given(addresses, addresses)
def test_different_addresses_have_different_keys(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert (row_key(one) == row_key(other)) == (one == other)


@given(st.text(min_size=250), st.text(min_size=250))
def test_different_long_texts_stay_different(one: str, other: str) -> None:
    assert (encode_part(one) == encode_part(other)) == (one == other)
    assert len(encode_part(one)) <= 300


@given(addresses, addresses)
def test_a_range_of_keys_is_a_prefix_of_addresses(prefix: tuple[str, ...], address: tuple[str, ...]) -> None:
    start, end = prefix_range(row_key(prefix))
    assert (start <= row_key(address) < end) == (address[: len(prefix)] == prefix)


@given(addresses)
def test_pending_families_and_only_they_share_a_prefix(address: tuple[str, ...]) -> None:
    assert row_key(address).startswith("p,") == (address[0] in PENDING)


def test_a_resource_never_has_the_partition_of_the_index() -> None:
    assert partition_key("profiles") != "profiles"


def test_a_key_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(Refused):
        row_key(("link", *("x" * 300 for _ in range(4))))
