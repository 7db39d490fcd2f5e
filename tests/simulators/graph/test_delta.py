"""Must-haves 4 and 5: what delta tells, what it leaves out, and how its tokens die."""

import pytest

from .client import ADA, IMMUTABLE, WINDOW, Client, moment

DELTA = f"/users/{ADA}/calendarView/delta"
OUTSIDE = {"start": moment("2027-05-03T08:00:00"), "end": moment("2027-05-03T09:00:00")}


async def test_a_round_gives_every_event_of_the_window_in_pages_of_the_asked_size(graph: Client) -> None:
    made = [(await graph.create())["id"] for _ in range(5)]
    await graph.create(**OUTSIDE)
    prefer = f"{IMMUTABLE}, odata.maxpagesize=2"
    first = await graph.get(DELTA, query=WINDOW, prefer=prefer)
    assert len(first.body["value"]) == 2
    assert first.body["@odata.nextLink"].startswith(str(graph.http.make_url("/v1.0/users/")))
    entries, _ = await graph.read_round(prefer=prefer)
    assert [entry["id"] for entry in entries] == made
    assert entries[0]["@odata.type"] == "#microsoft.graph.event"


async def test_the_next_round_gives_only_what_changed_and_a_quiet_one_nothing(graph: Client) -> None:
    kept, changed = await graph.create(), await graph.create()
    _, link = await graph.read_round()
    entries, link = await graph.read_round(link)
    assert entries == []
    await graph.ask("PATCH", f"/users/{ADA}/events/{changed['id']}", body={"subject": "B"})
    entries, link = await graph.read_round(link)
    assert [(entry["id"], entry["subject"]) for entry in entries] == [(changed["id"], "B")]
    await graph.ask("DELETE", f"/users/{ADA}/events/{kept['id']}")
    entries, _ = await graph.read_round(link)
    assert entries == [{"@odata.type": "#microsoft.graph.event", "id": kept["id"], "@removed": {"reason": "deleted"}}]


async def test_events_outside_the_window_look_removed_when_added_changed_or_moved_out(graph: Client) -> None:
    inside = await graph.create()
    _, link = await graph.read_round()
    added = await graph.create(**OUTSIDE)
    await graph.ask("PATCH", f"/users/{ADA}/events/{inside['id']}", body=OUTSIDE)
    entries, _ = await graph.read_round(link)
    assert {entry["id"] for entry in entries if "@removed" in entry} == {added["id"], inside["id"]}
    assert (await graph.get(f"/users/{ADA}/events/{inside['id']}")).status == 200


async def test_a_change_while_pages_are_read_arrives_in_the_same_round(graph: Client) -> None:
    first, second = await graph.create(), await graph.create()
    prefer = f"{IMMUTABLE}, odata.maxpagesize=1"
    page = (await graph.get(DELTA, query=WINDOW, prefer=prefer)).body
    assert [entry["id"] for entry in page["value"]] == [first["id"]]
    await graph.act("patch", id=first["id"], event={"subject": "later"})
    await graph.act("delete", id=second["id"])
    entries, link = await graph.read_round(page["@odata.nextLink"], prefer=prefer)
    assert [("@removed" in entry, entry["id"]) for entry in entries] == [(False, first["id"]), (True, second["id"])]
    assert (await graph.read_round(link, prefer=prefer))[0] == []


async def test_a_move_between_calendars_leaves_one_feed_and_enters_the_other_under_the_same_id(graph: Client) -> None:
    other = (await graph.control("POST", f"/mailboxes/{ADA}/calendars", {"name": "Other"}))["id"]
    event = await graph.create()
    _, link = await graph.read_round()
    named = f"/users/{ADA}/calendars/{other}/calendarView/delta"
    other_link = (await graph.get(named, query=WINDOW)).body["@odata.deltaLink"]
    await graph.act("move", id=event["id"], calendar=other)
    left, _ = await graph.read_round(link)
    entered, _ = await graph.read_round(other_link)
    assert ("@removed" in left[0], left[0]["id"]) == (True, event["id"])
    assert entered[0]["id"] == event["id"]
    assert entered[0]["subject"] == "Pump service"


@pytest.mark.parametrize("option", ["$select", "$filter", "$expand", "$orderby", "$search"])
async def test_query_options_are_refused(graph: Client, option: str) -> None:
    assert (await graph.get(DELTA, query={**WINDOW, option: "subject"})).status == 400


async def test_the_window_is_asked_for_on_the_first_call(graph: Client) -> None:
    assert (await graph.get(DELTA)).status == 400
    assert (await graph.get(f"{DELTA}()", query=WINDOW)).status == 200


async def test_410_names_where_to_start_anew(graph: Client) -> None:
    event = await graph.create()
    _, link = await graph.read_round()
    await graph.fault("deltaGone")
    gone = await graph.get(link)
    assert gone.status == 410
    entries, _ = await graph.read_round(gone.headers["Location"])
    assert [entry["id"] for entry in entries] == [event["id"]]
    assert (await graph.get(link)).status == 200


async def test_an_evicted_token_stays_evicted_and_a_new_round_works(graph: Client) -> None:
    _, link = await graph.read_round()
    await graph.fault("deltaEvicted", mailbox=ADA)
    for _ in range(2):
        reply = await graph.get(link)
        assert (reply.status, reply.code) == (400, "SyncStateNotFound")
    _, link = await graph.read_round()
    assert (await graph.get(link)).status == 200
    assert (await graph.get(f"{DELTA}?$deltatoken=garbage")).status == 400


async def test_delta_lags_behind_the_store_and_shows_the_old_state_meanwhile(graph: Client) -> None:
    event = await graph.create()
    _, link = await graph.read_round()
    await graph.switch(replicationLagS=60)
    await graph.ask("PATCH", f"/users/{ADA}/events/{event['id']}", body={"subject": "B"})
    assert (await graph.get(f"/users/{ADA}/events/{event['id']}")).body["subject"] == "B"
    assert (await graph.read_round(link))[0] == []
    assert [entry["subject"] for entry in (await graph.read_round())[0]] == ["Pump service"]
    await graph.control("POST", "/clock", {"seconds": 61})
    assert [entry["subject"] for entry in (await graph.read_round(link))[0]] == ["B"]


async def test_replays_bring_old_states_back(graph: Client) -> None:
    event = await graph.create()
    _, link = await graph.read_round()
    await graph.act("delete", id=event["id"])
    _, link = await graph.read_round(link)
    await graph.fault("deltaReplay")
    entries, link = await graph.read_round(link)
    assert ["@removed" in entry for entry in entries] == [False, True]
    assert (await graph.read_round(link))[0] == []


async def test_duplicates_and_empty_pages_and_disorder_come_when_switched_on(graph: Client) -> None:
    made = [(await graph.create())["id"] for _ in range(2)]
    await graph.switch(emptyDeltaPages=True, duplicateDeltaEntries=True, unorderedDelta=True)
    first = (await graph.get(DELTA, query=WINDOW)).body
    assert first["value"] == []
    entries, link = await graph.read_round(first["@odata.nextLink"])
    assert [entry["id"] for entry in entries] == [made[1], made[1], made[0], made[0]]
    following = (await graph.get(link)).body
    assert following["value"] == []
    assert "@odata.nextLink" in following


async def test_a_page_may_break_off_in_the_middle(graph: Client) -> None:
    await graph.create()
    await graph.fault("truncated", operation="view.delta")
    with pytest.raises(Exception, match=r"ContentLengthError|payload"):
        await graph.get(DELTA, query=WINDOW)
    assert (await graph.get(DELTA, query=WINDOW)).status == 200


async def test_both_id_formats_may_take_turns_on_one_token(graph: Client) -> None:
    event = await graph.create()
    _, link = await graph.read_round()
    await graph.act("touch", id=event["id"])
    by_default = (await graph.get(link, prefer="")).body["value"][0]["id"]
    assert (await graph.get(link)).body["value"][0]["id"] == event["id"] != by_default


async def test_a_thousand_events_are_read_in_linear_time(graph: Client) -> None:
    mailbox = graph.simulator.store.find_mailbox(ADA)
    body = {"start": moment("2026-11-23T08:00:00"), "end": moment("2026-11-23T09:00:00")}
    for _ in range(1000):
        graph.simulator.events.create(mailbox, mailbox.default_calendar, body)
    entries, _ = await graph.read_round(prefer=f"{IMMUTABLE}, odata.maxpagesize=100")
    assert len({entry["id"] for entry in entries}) == 1000


async def test_a_replay_stays_within_its_calendar(graph: Client) -> None:
    other = (await graph.control("POST", f"/mailboxes/{ADA}/calendars", {"name": "Other"}))["id"]
    await graph.create()
    await graph.read_round()
    await graph.fault("deltaReplay")
    assert (await graph.get(f"/users/{ADA}/calendars/{other}/calendarView/delta", query=WINDOW)).body["value"] == []
