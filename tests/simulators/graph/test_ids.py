"""Must-have 1: two formats per id, checked before anything is looked up."""

from simulators.graph.ids import EventKey, make_event_id, read_event_id

from .client import ADA, BEN, IMMUTABLE, Client


async def test_an_event_has_another_id_per_format_and_both_find_it(graph: Client) -> None:
    event = await graph.create()
    by_default = (await graph.get(f"/users/{ADA}/events/{event['id']}", prefer="")).body["id"]
    assert by_default != event["id"]
    found = await graph.get(f"/users/{ADA}/events/{by_default}", prefer=IMMUTABLE)
    assert found.body["id"] == event["id"]


async def test_the_default_id_changes_on_a_move_and_the_immutable_one_does_not(graph: Client) -> None:
    event = await graph.create()
    before = (await graph.get(f"/users/{ADA}/events/{event['id']}", prefer="")).body["id"]
    other = await graph.control("POST", f"/mailboxes/{ADA}/calendars", {"name": "Other"})
    await graph.act("move", id=event["id"], calendar=other["id"])
    stale = await graph.get(f"/users/{ADA}/events/{before}")
    assert (stale.status, stale.code) == (404, "ErrorItemNotFound")
    assert (await graph.get(f"/users/{ADA}/events/{event['id']}")).status == 200
    assert (await graph.get(f"/users/{ADA}/events/{event['id']}", prefer="")).body["id"] != before


async def test_truncated_foreign_and_invented_ids_are_malformed_not_missing(graph: Client) -> None:
    event_id = (await graph.create())["id"]
    foreign = (await graph.create(BEN))["id"]
    for wrong in (event_id[:-6], foreign, "nonsense", event_id.swapcase()):
        reply = await graph.get(f"/users/{ADA}/events/{wrong}")
        assert (reply.status, reply.code) == (400, "ErrorInvalidIdMalformed")


async def test_a_well_formed_id_of_no_event_is_not_found(graph: Client) -> None:
    mailbox = graph.simulator.store.find_mailbox(ADA)
    reply = await graph.get(f"/users/{ADA}/events/{make_event_id(mailbox.id, EventKey(987654))}")
    assert (reply.status, reply.code) == (404, "ErrorItemNotFound")


async def test_default_ids_come_although_immutable_ones_were_asked_for_when_switched_so(graph: Client) -> None:
    await graph.switch(ignoreImmutableIds=True)
    key = read_event_id(graph.simulator.store.find_mailbox(ADA).id, (await graph.create())["id"])
    assert key is not None
    assert key.placed == 1


async def test_ids_are_translated_between_the_formats(graph: Client) -> None:
    event = await graph.create()
    wanted = {"inputIds": [event["id"], "nonsense"], "sourceIdType": "restImmutableEntryId", "targetIdType": "restId"}
    reply = await graph.ask("POST", f"/users/{ADA}/translateExchangeIds", body=wanted)
    found, missing = reply.body["value"]
    assert (await graph.get(f"/users/{ADA}/events/{event['id']}", prefer="")).body["id"] == found["targetId"]
    assert missing["errorDetails"]["code"] == "ErrorInvalidIdMalformed"
