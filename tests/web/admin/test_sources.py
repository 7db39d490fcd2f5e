"""Sources are connected, changed and disconnected; nobody's change is lost, and no secret is ever sent or shown."""

from datetime import timedelta
from typing import Any

import pytest

from sync_core.domain.source import DEFAULT_SOURCE, Heard, Refusal, SourceId
from sync_core.flows.sources import MOST_SOURCES
from sync_core.web.admin.access import READER
from tests.web.admin.office import NEW, Office

BOARD: dict[str, Any] = {"proof": "standard_webhooks", "secretNames": ["board-2026"]}
HMAC: dict[str, Any] = {
    "proof": "hmac_body",
    "secretNames": ["board-2026"],
    "header": "X-Signature",
    "prefix": "sha256=",
    "workingHours": {"zone": "Europe/Berlin", "days": ["mon"], "from": "07:00", "to": "17:00", "silenceMinutes": 120},
}


@pytest.fixture
def office() -> Office:
    made = Office()
    made.crew.secrets.held = {"board-2026": None, "board-2027": None}
    return made


async def test_a_source_is_connected_heard_and_green(office: Office) -> None:
    made = await office.call("PUT", "/sources/erp", HMAC, etag=NEW)
    assert (made.status, made.body["status"], made.body["encoding"]) == (201, "amber", "hex")
    assert made.etag == made.body["etag"]
    heard_at = office.crew.clock.now()
    await office.crew.ports.sources.note(SourceId("erp"), Heard(webhook_at=heard_at, ping_at=heard_at))
    green = await office.call("GET", "/sources/erp")
    assert (green.status, green.body["status"], green.etag) == (200, "green", made.etag)
    assert green.body["lastPingAt"] == green.body["lastWebhookAt"] == heard_at.isoformat().replace("+00:00", "Z")
    office.crew.clock.advance(timedelta(days=14))
    silent = (await office.call("GET", "/sources/erp")).body
    assert silent["status"] == "red"
    assert "silent" in silent["words"]


async def test_a_refusal_is_told_with_its_kind(office: Office) -> None:
    await office.call("PUT", "/sources/erp", BOARD, etag=NEW)
    heard = Heard(refusal_at=office.crew.clock.now(), refusal=Refusal.PROOF)
    await office.crew.ports.sources.note(SourceId("erp"), heard)
    shown = (await office.call("GET", "/sources/erp")).body
    assert (shown["status"], shown["lastRefusal"]) == ("red", "proof")


async def test_what_was_read_can_be_sent_back_as_it_is_and_changes_nothing(office: Office) -> None:
    await office.call("PUT", "/sources/erp", HMAC, etag=NEW)
    read = await office.call("GET", "/sources/erp")
    again = await office.call("PUT", "/sources/erp", read.body, etag=read.etag)
    assert (again.status, again.body) == (200, read.body)


async def test_an_edit_names_the_state_it_was_made_from(office: Office) -> None:
    made = await office.call("PUT", "/sources/erp", BOARD, etag=NEW)
    both = {**BOARD, "secretNames": ["board-2026", "board-2027"]}
    changed = await office.call("PUT", "/sources/erp", both, etag=made.etag)
    assert (changed.status, changed.body["secretNames"]) == (200, ["board-2026", "board-2027"])
    assert (await office.call("PUT", "/sources/erp", BOARD, etag=made.etag)).status == 412
    assert (await office.call("PUT", "/sources/erp", BOARD, etag=NEW)).status == 412
    assert (await office.call("PUT", "/sources/erp", BOARD)).status == 428
    assert (await office.call("PUT", "/sources/other", BOARD, etag=made.etag)).status == 412
    assert (await office.call("DELETE", "/sources/erp")).status == 428
    assert (await office.call("DELETE", "/sources/erp", etag=made.etag)).status == 412
    assert (await office.call("DELETE", "/sources/erp", etag=changed.etag)).status == 204
    assert (await office.call("DELETE", "/sources/erp", etag=changed.etag)).status == 404
    assert (await office.call("GET", "/sources/erp")).status == 404


async def test_the_default_one_is_always_there_and_goes_back_to_what_the_environment_sets(office: Office) -> None:
    read = await office.call("GET", "/sources/default")
    assert (read.status, read.body["secretNames"]) == (200, [])
    assert (await office.call("DELETE", "/sources/default", etag=read.etag)).status == 404
    written = await office.call("PUT", "/sources/default", BOARD, etag=read.etag)
    assert (written.status, written.body["secretNames"]) == (200, ["board-2026"])
    assert (await office.call("DELETE", "/sources/default", etag=written.etag)).status == 204
    assert (await office.call("GET", "/sources/default")).body == read.body


async def test_a_name_that_key_vault_does_not_know_is_refused_with_its_place(office: Office) -> None:
    wrong = {**BOARD, "secretNames": ["board-2026", "board-2028"]}
    refused = await office.call("PUT", "/sources/erp", wrong, etag=NEW)
    assert (refused.status, refused.wrong) == (400, ["secretNames[1]"])
    assert "store it in Key Vault" in refused.text
    assert SourceId("erp") not in office.crew.sources.rows


async def test_a_silent_vault_keeps_nobody_from_changing_a_source_and_is_told(office: Office) -> None:
    office.crew.secrets.is_silent = True
    made = await office.call("PUT", "/sources/erp", BOARD, etag=NEW)
    assert made.status == 201
    assert "could not be asked whether it has board-2026" in made.body["words"]
    office.crew.secrets.is_silent = False
    assert "could not be asked" not in (await office.call("GET", "/sources/erp")).body["words"]


@pytest.mark.parametrize(
    ("document", "places"),
    [
        ({}, ["proof"]),
        ({**BOARD, "secret": "hush-hush"}, ["secret"]),
        ({**BOARD, "secretNames": []}, ["secretNames"]),
        ({**BOARD, "secretNames": ["hush hush"]}, ["secretNames"]),
        ({**HMAC, "header": None}, ["header"]),
        ({**BOARD, "proof": "url_secret"}, ["allowedAddresses"]),
        ({"proof": "entra_bearer"}, ["audience", "app_ids"]),
        ([], [""]),
    ],
)
async def test_every_fault_is_named_and_nothing_that_was_sent_is_repeated(
    office: Office, document: Any, places: list[str]
) -> None:
    refused = await office.call("PUT", "/sources/erp", document, etag=NEW)
    assert refused.status == 400
    assert [place or "" for place in refused.wrong] == [{"app_ids": "appIds"}.get(each, each) for each in places]
    assert "hush" not in refused.text


@pytest.mark.parametrize("name", ["Board", "a_b", "-a", "a" * 64, "a%2Fb"])
async def test_a_name_is_one_that_an_address_can_carry(office: Office, name: str) -> None:
    for method, document in (("GET", None), ("PUT", BOARD), ("DELETE", None)):
        refused = await office.call(method, f"/sources/{name}", document, etag=NEW if method == "PUT" else '"1"')
        assert (refused.status, refused.wrong) == (400, ["id"]), method


async def test_the_list_is_paged_by_id(office: Office) -> None:
    for number in range(4):
        await office.call("PUT", f"/sources/s{number}", BOARD, etag=NEW)
    first = (await office.call("GET", "/sources", limit="3")).body
    second = (await office.call("GET", "/sources", limit="3", cursor=first["nextCursor"])).body
    assert [one["id"] for one in first["value"] + second["value"]] == [DEFAULT_SOURCE, "s0", "s1", "s2", "s3"]
    assert second["nextCursor"] is None


async def test_one_too_many_is_a_conflict(office: Office) -> None:
    for number in range(MOST_SOURCES):
        assert (await office.call("PUT", f"/sources/s{number}", BOARD, etag=NEW)).status == 201
    refused = await office.call("PUT", "/sources/more", BOARD, etag=NEW)
    assert (refused.status, refused.body["type"]) == (409, "/problems/conflict")


async def test_a_reader_sees_sources_and_changes_none(office: Office) -> None:
    made = await office.call("PUT", "/sources/erp", BOARD, etag=NEW)
    office.door.role = READER
    assert (await office.call("GET", "/sources")).status == 200
    assert (await office.call("PUT", "/sources/erp", BOARD, etag=made.etag)).status == 403
    assert (await office.call("DELETE", "/sources/erp", etag=made.etag)).status == 403
