"""How the API is called: pages, pauses, ids, addresses."""

import socket
from collections.abc import Iterator

import pytest

from tandem_cli.calls import Calls, place
from tandem_cli.trouble import Code, Trouble
from tests.tandem_cli.contract_server import TOKEN, ContractServer, Script


@pytest.fixture
def waited() -> list[float]:
    return []


@pytest.fixture
def calls(server: ContractServer, waited: list[float]) -> Iterator[Calls]:
    with Calls(server.url, lambda url: TOKEN, waited.append) as made:
        yield made


def page(*ids: str, next_cursor: str | None = None) -> Script:
    return Script(parts={"value": [{"id": each} for each in ids], "nextCursor": next_cursor})


def test_a_list_is_walked_to_its_end_also_over_an_empty_page(server: ContractServer, calls: Calls) -> None:
    server.says("listResources", page("a", next_cursor="1"), page(next_cursor="2"), page("b"))
    assert [row["id"] for row in calls.walk("/resources", {"state": "held"}, None)] == ["a", "b"]
    assert [sent.query.get("cursor") for sent in server.sent] == [None, "1", "2"]
    assert {sent.query["state"] for sent in server.sent} == {"held"}


def test_a_list_is_walked_no_further_than_was_asked(server: ContractServer, calls: Calls) -> None:
    server.says("listResources", page("a", "b", next_cursor="1"))
    assert [row["id"] for row in calls.walk("/resources", {}, 2)] == ["a", "b"]
    assert [sent.query["limit"] for sent in server.sent] == ["2"]


def test_a_short_pause_that_the_app_asks_for_is_kept(server: ContractServer, calls: Calls, waited: list[float]) -> None:
    server.says("getStatus", Script(429, headers={"Retry-After": "7"}), Script())
    assert calls.read("/status").document["held"] == 1
    assert waited == [7]


def test_a_pause_that_never_ends_is_told(server: ContractServer, calls: Calls, waited: list[float]) -> None:
    server.says("getStatus", Script(429, headers={"Retry-After": "7"}))
    with pytest.raises(Trouble, match="wait for 7 s") as told:
        calls.read("/status")
    assert told.value.code is Code.UNAVAILABLE
    assert waited == [7, 7, 7]


def test_an_app_that_catches_its_breath_is_asked_again_since_asking_twice_does_no_more(
    server: ContractServer, calls: Calls, waited: list[float]
) -> None:
    server.says("pauseResource", Script(503, headers={"Retry-After": "5"}), Script())
    calls.change("POST", "/resources/R-ada/pause")
    assert waited == [5]
    server.says("getStatus", Script(503, headers={"Retry-After": "5"}))
    with pytest.raises(Trouble):
        calls.read("/status")
    assert waited == [5] * 4


def test_a_change_under_a_condition_that_may_have_gone_in_is_not_repeated_unasked(
    server: ContractServer, calls: Calls, waited: list[float]
) -> None:
    server.says("deleteSource", Script(503, headers={"Retry-After": "1"}))
    with pytest.raises(Trouble):
        calls.change("DELETE", "/sources/board", etag='"3b"')
    assert (len(server.sent), waited) == (1, [])


def test_an_app_that_does_not_say_for_how_long_is_not_asked_again(
    server: ContractServer, calls: Calls, waited: list[float]
) -> None:
    server.says("getStatus", Script(503, headers={"Retry-After": "soon"}))
    with pytest.raises(Trouble):
        calls.read("/status")
    assert (len(server.sent), waited) == (1, [])


@pytest.mark.parametrize("identity", ["R/1", "R 1%", "ü?#", "a..b", "%2F"])
def test_any_id_arrives_as_it_is(identity: str, server: ContractServer, calls: Calls) -> None:
    calls.read(place("resources", identity))
    assert server.sent[0].path == ("resources", identity)


@pytest.mark.parametrize("identity", ["", ".", ".."])
def test_an_id_that_would_lead_elsewhere_is_refused(identity: str) -> None:
    with pytest.raises(Trouble):
        place("resources", identity)


@pytest.mark.parametrize(
    "url",
    [
        "http://tandem.example",
        "http://127.0.0.1.tandem.example",
        "https://ada:secret@tandem.example",
        "tandem.example",
        "ftp://tandem.example",
        "https://tandem.example/?a=b",
    ],
)
def test_an_address_that_would_give_the_token_away_is_refused(url: str) -> None:
    with pytest.raises(Trouble) as told:
        Calls(url, lambda url: TOKEN)
    assert told.value.code is Code.USAGE
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("url", ["https://tandem.example/", "https://tandem.example/api/admin/"])
def test_an_address_may_be_given_with_what_stands_behind_it(url: str) -> None:
    assert Calls(url, lambda url: TOKEN).url == "https://tandem.example"


def test_a_redirect_is_not_followed_with_the_token(server: ContractServer, calls: Calls) -> None:
    server.says("getStatus", Script(302, headers={"Location": f"{server.url}/api/admin/me"}))
    with pytest.raises(Trouble, match="not as Tandem does"):
        calls.read("/status")
    assert len(server.sent) == 1


def test_an_app_that_broke_is_not_taken_for_a_wrong_address(server: ContractServer, calls: Calls) -> None:
    server.says("getStatus", Script(500))
    with pytest.raises(Trouble, match="without a word why") as told:
        calls.read("/status")
    assert told.value.code is Code.UNAVAILABLE


def test_an_app_that_is_not_there_is_told_with_its_address() -> None:
    with socket.socket() as bound:  # bound and not listening: nobody else takes the port, and nobody answers
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        with pytest.raises(Trouble, match=f"Nothing answers at {url}"):
            Calls(url, lambda url: TOKEN).read("/status")
