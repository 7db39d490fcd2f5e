"""Zone names of both families; nobody's name is ever guessed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tzlocal import windows_tz

from sync_core.domain.errors import Refused
from sync_core.domain.zones import WINDOWS_ZONES, zone_name

MOMENTS = [datetime(2026, month, 15, 12, tzinfo=UTC) for month in range(1, 13)]


def test_every_windows_name_of_the_cldr_is_known() -> None:
    assert set(windows_tz.win_tz) <= set(WINDOWS_ZONES)


@pytest.mark.parametrize("name", sorted(set(windows_tz.win_tz) & set(WINDOWS_ZONES)))
def test_a_windows_name_means_what_the_cldr_says(name: str) -> None:
    ours, theirs = ZoneInfo(WINDOWS_ZONES[name]), ZoneInfo(windows_tz.win_tz[name])

    assert [moment.astimezone(ours).utcoffset() for moment in MOMENTS] == [
        moment.astimezone(theirs).utcoffset() for moment in MOMENTS
    ]


@pytest.mark.parametrize("name", sorted(WINDOWS_ZONES))
def test_a_windows_name_leads_to_a_zone_that_exists(name: str) -> None:
    assert zone_name(name) == ZoneInfo(WINDOWS_ZONES[name]).key


@pytest.mark.parametrize("name", ["Europe/Berlin", "Europe/Kiev", "Europe/Kyiv", "Etc/UTC", "Asia/Calcutta"])
def test_an_iana_name_and_its_links_stand_for_themselves(name: str) -> None:
    assert zone_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "tzone://Microsoft/Custom", "Europe", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "a\0b", "W. Europe"],
)
def test_a_name_nobody_knows_is_refused_with_words(name: str) -> None:
    with pytest.raises(Refused, match="no time zone") as refusal:
        zone_name(name)
    assert "Europe/Berlin" in refusal.value.reason
