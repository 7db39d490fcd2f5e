"""What every `CalendarClaims` keeps, the one in memory and the one on Table Storage alike."""

from sync_core.domain.resource import CalendarRef, ResourceId
from sync_core.ports import CalendarClaims
from tests.contracts.sample_rows import NASTY_IDS

ADA, BEN = ResourceId("ada@tandem.example"), ResourceId("ben/#?")
CALENDAR = CalendarRef("ada@tandem.example", "AAMk/=")


class ClaimsContract:
    """Give it the fixture `claims`: an empty storage."""

    async def test_who_comes_first_owns_it(self, claims: CalendarClaims) -> None:
        assert await claims.claim(CALENDAR, ADA) == ADA
        assert await claims.claim(CALENDAR, BEN) == ADA
        assert await claims.claim(CALENDAR, ADA) == ADA

    async def test_only_the_owner_gives_it_back(self, claims: CalendarClaims) -> None:
        await claims.claim(CALENDAR, ADA)
        await claims.release(CALENDAR, BEN)
        assert await claims.claim(CALENDAR, BEN) == ADA
        await claims.release(CALENDAR, ADA)
        await claims.release(CALENDAR, ADA)
        assert await claims.claim(CALENDAR, BEN) == BEN

    async def test_asking_whose_it_is_claims_nothing(self, claims: CalendarClaims) -> None:
        assert await claims.find_owner(CALENDAR) is None
        assert await claims.claim(CALENDAR, BEN) == BEN
        assert await claims.find_owner(CALENDAR) == BEN

    async def test_several_own_different_calendars_of_one_mailbox(self, claims: CalendarClaims) -> None:
        ids = [*NASTY_IDS, "PLAIN-1"]
        owners = {CalendarRef("box", identity): ResourceId(f"r-{number}") for number, identity in enumerate(ids)}
        for calendar, owner in owners.items():
            assert await claims.claim(calendar, owner) == owner
        assert {calendar: await claims.claim(calendar, BEN) for calendar in owners} == owners
