"""What is held over the API: each kind with its words, both sides, and what a release or a rejection comes to."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from sync_core.domain.content import Content, Sensitivity
from sync_core.domain.overview import Overview, State
from sync_core.domain.policy import OnDeletion
from sync_core.domain.profile import MailboxState
from sync_core.domain.resource import ResourceId
from sync_core.domain.stored import Held, Job
from sync_core.flows.accept import Rejection, file_rejected
from sync_core.flows.jobs import file_poison, file_undecodable
from sync_core.web.admin.access import READER
from tests.flows.crew import ADDRESS, ANNA
from tests.flows.stage import TASK, hours
from tests.web.admin.office import NEW, Answer, Office
from tests.web.admin.test_resources import active

SECRET = "oncologist"


async def listed(office: Office, **query: str) -> list[dict[str, Any]]:
    """Everything that fits, read page by page."""
    found: list[dict[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        page = await office.call("GET", f"/held?{urlencode({**query, **more})}")
        assert page.status == 200, page.text
        found += page.body["value"]
        if page.body["nextCursor"] is None:
            return found
        more = {"cursor": page.body["nextCursor"]}


async def only_held(office: Office) -> dict[str, Any]:
    (one,) = await listed(office)
    return one


async def said(office: Office, verdict: str, held: dict[str, Any]) -> Answer:
    return await office.call("POST", f"/held/{held['id']}/{verdict}")


async def count(office: Office, verdict: str, **choice: Any) -> int:
    answer = await office.call("POST", f"/held/{verdict}", choice)
    assert answer.status == 200, answer.text
    return int(answer.body["count"])


async def denied() -> Office:
    """The planner changed an appointment, and Graph does not take it."""
    office = await active()
    crew = office.crew
    crew.board.plan(TASK, hours(30), ANNA, subject="planned")
    crew.settle()
    crew.board.edit(TASK, subject="changed")
    crew.outlook.operations_to_deny = 1
    crew.settle()
    return office


async def braked(jobs: int = 12) -> Office:
    """The worker's mailbox lost every event of ours."""
    office = await active()
    crew = office.crew
    crew.choose(on_deletion=OnDeletion.UNPLAN)
    for number in range(jobs):
        crew.board.plan(crew.key(number), hours(30 + number), ANNA, subject=f"job {number}")
    crew.settle()
    crew.pull(ANNA)
    for event in crew.outlook.ours(crew.main):
        crew.outlook.worker_deletes(event.ref)
    crew.pull(ANNA)
    return office


async def with_twin() -> Office:
    office = await active()
    crew = office.crew
    crew.board.plan(TASK, hours(30), ANNA, subject="planned")
    crew.settle()
    (first,) = crew.outlook.ours(crew.main)
    crew.outlook.copies_carry_transaction_id = True
    crew.outlook.worker_copies(first.ref)
    crew.pull(ANNA)
    return office


async def unreadable() -> Office:
    office = await active()
    crew = office.crew
    event = crew.outlook.worker_creates(crew.main, Content(hours(30), subject="lunch"))
    crew.outlook.unreadable.add(event.ref.id)
    crew.pull(ANNA)
    return office


async def poisoned() -> Office:
    office = await active()
    crew = office.crew
    await file_poison(crew.ports, Job(ANNA, crew.clock.now(), "board", "c-17"), "every try failed")
    return office


async def rejected() -> Office:
    office = await active()
    words = "/data/appointment/end: must be later than start"
    await file_rejected(office.crew.ports, [Rejection("evt_01", "scheduler.appointment.created", words)])
    return office


async def undecodable() -> Office:
    office = await active()
    await file_undecodable(office.crew.ports, "m-1", "it is no job")
    return office


async def refused() -> Office:
    office = await active()
    office.crew.outlook.refuse(office.crew.main)
    office.crew.pull(ANNA)
    return office


async def unlicensed() -> Office:
    office = Office()
    office.crew.directory.set_state(ADDRESS, MailboxState.UNLICENSED)
    answer = await office.put("anna", {"name": "Anna", "mailbox": {"address": ADDRESS}, "zone": "Europe/Berlin"})
    assert answer.status == 201
    assert (await office.call("POST", "/resources/anna/activate")).status == 202
    office.crew.settle()
    return office


KINDS: list[tuple[Callable[..., Any], str, str | None, list[str], str]] = [
    (denied, "pair", "anna", ["release", "reject"], "held for a person"),
    (braked, "brake", "anna", ["release", "reject"], "held by the brake"),
    (with_twin, "twin", "anna", ["reject"], "a second event with our mark"),
    (unreadable, "unreadable", "anna", ["reject"], "an event that cannot be understood"),
    (poisoned, "bell", "anna", ["release", "reject"], "a run that fails"),
    (rejected, "webhook", None, ["reject"], "an event that breaks the contract"),
    (undecodable, "unreadable", None, ["reject"], "a queue message that cannot be read"),
    (refused, "mailbox", "anna", ["release"], "a calendar that does not answer"),
    (unlicensed, "mailbox", "anna", ["release"], "a mailbox that cannot be used"),
]


@pytest.mark.parametrize(
    ("made", "kind", "resource", "verdicts", "reason"), KINDS, ids=[each[0].__name__ for each in KINDS]
)
async def test_each_kind_is_listed_and_shown_with_words_and_the_answers_that_make_sense(
    made: Callable[..., Any], kind: str, resource: str | None, verdicts: list[str], reason: str
) -> None:
    office = await made()
    found = await listed(office)
    assert found
    assert {(one["kind"], one["resource"], one["reason"]) for one in found} == {(kind, resource, reason)}
    one = found[0]
    assert one["verdicts"] == verdicts
    assert all(len(one[words]) > 10 for words in ("what", "why", "remedy"))
    shown = await office.call("GET", f"/held/{one['id']}")
    assert {name: value for name, value in shown.body.items() if name != "sides"} == one
    for verdict in {"release", "reject"} - set(verdicts):
        answer = await said(office, verdict, one)
        assert answer.status == 409
        assert one["remedy"] in answer.body["detail"]
        assert await count(office, verdict, ids=[one["id"]]) == 0
    assert await listed(office, kind=kind, reason=reason) == found
    assert await listed(office, kind="bell" if kind != "bell" else "pair") == []
    assert await listed(office, reason="else") == []
    assert await listed(office, resource="bert") == []
    assert await listed(office, since="2100-01-01T00:00:00Z") == []
    assert await listed(office, since=one["since"]) == found


async def test_a_webhook_member_is_shown_without_sides_and_what_was_wrong_with_it() -> None:
    office = await rejected()
    one = await only_held(office)
    shown = (await office.call("GET", f"/held/{one['id']}")).body
    assert shown["sides"] == {"board": None, "event": None}
    assert "must be later than start" in shown["why"]
    assert "evt_01" in shown["what"]


async def test_both_sides_are_shown_as_last_seen() -> None:
    office = await denied()
    one = await only_held(office)
    assert one["appointment"] == {"id": TASK.id, "kind": "task"}
    sides = (await office.call("GET", f"/held/{one['id']}")).body["sides"]
    assert (sides["board"]["subject"], sides["event"]["subject"]) == ("changed", "planned")
    braking = await braked()
    first = (await listed(braking))[0]
    sides = (await braking.call("GET", f"/held/{first['id']}")).body["sides"]
    assert sides["event"] is None
    assert sides["board"]["subject"].startswith("job")


async def test_a_second_event_tells_which_appointment_it_is_a_copy_of_and_when_it_begins() -> None:
    office = await with_twin()
    one = await only_held(office)
    assert one["appointment"] == {"id": TASK.id, "kind": "task"}
    assert f"{hours(30).start_at:%Y-%m-%d %H:%M}" in one["why"]


async def test_of_a_private_event_only_its_time_is_shown_and_its_words_lie_nowhere() -> None:
    office = await active()
    crew = office.crew
    private = Content(hours(30), subject=SECRET, body=SECRET, location=SECRET, sensitivity=Sensitivity.PRIVATE)
    event = crew.outlook.worker_creates(crew.main, private)
    crew.pull(ANNA)
    crew.outlook.worker_edits(event.ref, span=hours(33, 0))  # which the board does not take
    crew.pull(ANNA)
    one = await only_held(office)
    shown = await office.call("GET", f"/held/{one['id']}")
    at = hours(33).start_at.isoformat().replace("+00:00", "Z")
    assert shown.body["sides"]["event"] == {"start": at, "end": at, "allDay": False}
    assert set(shown.body["sides"]["board"]) == {"start", "end", "allDay"}
    assert SECRET not in shown.text
    assert SECRET not in repr(crew.rows.partitions)


async def test_a_release_is_carried_out_once_and_said_twice_it_counts_once() -> None:
    office = await denied()
    one = await only_held(office)
    before = office.crew.outlook.writes
    counts = [(await said(office, verdict, one)).body["count"] for verdict in ("release", "release", "reject")]
    assert counts == [1, 0, 0]
    assert (await only_held(office))["verdicts"] == []
    office.crew.settle()
    assert await listed(office) == []
    assert office.crew.outlook.writes == before + 1
    assert office.crew.ours_in(office.crew.main) == ["changed"]
    assert (await said(office, "release", one)).status == 404


async def test_what_was_rejected_stays_undone_until_the_board_says_more() -> None:
    office = await denied()
    crew = office.crew
    assert (await said(office, "reject", await only_held(office))).body["count"] == 1
    crew.settle()
    crew.tidy()  # every link is looked at
    crew.pull(ANNA)
    assert await listed(office) == []
    assert crew.ours_in(crew.main) == ["planned"]
    crew.board.edit(TASK, subject="changed again")
    crew.settle()
    assert crew.ours_in(crew.main) == ["changed again"]


async def test_what_was_rejected_stays_undone_until_the_worker_changes_it() -> None:
    office = await denied()
    crew = office.crew
    await said(office, "reject", await only_held(office))
    crew.settle()
    (event,) = crew.outlook.ours(crew.main)
    crew.outlook.worker_edits(event.ref, span=hours(35))
    crew.pull(ANNA)
    assert crew.board.state(TASK).span == hours(35)
    assert crew.ours_in(crew.main) == ["changed"]


@pytest.mark.parametrize("verdict", ["release", "reject"])
async def test_a_brakes_whole_list_is_judged_by_its_reason(verdict: str) -> None:
    office = await braked()
    crew = office.crew
    assert len(await listed(office, reason="held by the brake", limit="5")) == 12
    assert await count(office, verdict, resource="anna", reason="held by the brake") == 12
    assert await count(office, verdict, resource="anna", reason="held by the brake") == 0
    crew.settle()
    crew.pull(ANNA)
    assert await listed(office) == []
    assert any(crew.board.state(crew.key(number)).resources for number in range(12)) is (verdict == "reject")


async def test_some_are_chosen_by_hand_and_the_others_stay() -> None:
    office = await braked()
    found = await listed(office)
    chosen = [one["id"] for one in found[:3]]
    assert await count(office, "release", ids=chosen, reason="else") == 0
    assert await count(office, "release", ids=chosen) == 3
    office.crew.settle()
    assert sorted(one["id"] for one in await listed(office)) == sorted(one["id"] for one in found[3:])


@pytest.mark.parametrize(
    "made", [with_twin, unreadable, poisoned, rejected, undecodable], ids=lambda made: made.__name__
)
async def test_what_belongs_to_no_pair_is_put_aside_and_comes_again_only_if_it_happens_again(
    made: Callable[..., Any],
) -> None:
    office = await made()
    one = await only_held(office)
    assert (await said(office, "reject", one)).body["count"] == 1
    assert (await said(office, "reject", one)).status == 404
    office.crew.settle()
    office.crew.pull(ANNA)
    assert await listed(office) == []


async def test_a_run_that_fails_again_is_held_again() -> None:
    office = await poisoned()
    await said(office, "reject", await only_held(office))
    assert await listed(office) == []
    await file_poison(office.crew.ports, Job(ANNA, office.crew.clock.now(), "board", "c-18"), "every try failed")
    assert "c-18" in (await only_held(office))["why"]


async def test_a_released_run_is_started_at_once_and_its_row_goes() -> None:
    office = await poisoned()
    office.crew.bells.waiting.clear()
    assert (await said(office, "release", await only_held(office))).body["count"] == 1
    assert [one.job.resource for one in office.crew.bells.waiting] == [ANNA]
    assert await listed(office) == []


async def test_a_calendar_that_answers_again_is_read_at_once_when_it_is_released() -> None:
    office = await refused()
    crew = office.crew
    crew.board.plan(TASK, hours(30), ANNA, subject="planned")
    crew.deliver()
    crew.outlook.allow(crew.main)
    one = await only_held(office)
    assert one["what"].startswith("the main calendar")
    assert (await said(office, "release", one)).body["count"] == 1
    assert (await said(office, "release", one)).body["count"] == 0
    crew.run(ANNA)
    assert crew.ours_in(crew.main) == ["planned"]
    assert await listed(office) == []


async def test_a_mailbox_that_got_its_licence_is_found_at_once_when_it_is_released() -> None:
    office = await unlicensed()
    one = await only_held(office)
    assert "licence" in one["remedy"]
    assert (await said(office, "release", one)).body["count"] == 1
    assert await only_held(office) == one, "it has no licence yet"
    office.crew.directory.set_state(ADDRESS, MailboxState.READY)
    assert (await said(office, "release", one)).body["count"] == 1
    assert await listed(office) == []
    assert (await office.call("GET", "/resources/anna")).body["mailbox"]["state"] == "ready"


async def test_the_worker_who_deletes_the_second_event_has_settled_it() -> None:
    office = await with_twin()
    crew = office.crew
    (first,) = crew.outlook.ours(crew.main)[:1]
    copies = [event for event in crew.outlook.living(crew.main) if event.ref != first.ref]
    crew.outlook.worker_deletes(copies[0].ref)
    crew.pull(ANNA)
    assert await listed(office) == []


async def test_what_belongs_to_nobody_comes_last_and_every_page_size_tells_each_once() -> None:
    office = await braked()
    crew = office.crew
    members = [Rejection(f"evt_{number:02}", "an event", "it breaks the contract") for number in range(7)]
    await file_rejected(crew.ports, members)
    everything = await listed(office)
    assert [one["resource"] for one in everything] == ["anna"] * 12 + [None] * 7
    for limit in ("1", "5", "12", "13", "19"):
        assert await listed(office, limit=limit) == everything
    assert await listed(office, kind="webhook", limit="2") == everything[12:]
    assert await listed(office, resource="anna", limit="7") == everything[:12]
    assert await count(office, "reject", reason="an event that breaks the contract") == 7
    assert await listed(office) == everything[:12]


async def test_the_list_reads_nobody_of_whom_nothing_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    office = await denied()
    rows, read = office.crew.rows, []
    whole = rows.read_pending

    async def counted(resource: ResourceId) -> Any:
        read.append(resource)
        return await whole(resource)

    for number in range(300):
        await office.crew.overviews.put(Overview(ResourceId(f"r{number}"), "", State.ACTIVE))
    monkeypatch.setattr(rows, "read_pending", counted)
    assert len(await listed(office)) == 1
    assert await count(office, "release", reason="held for a person") == 1
    assert set(read) == {ANNA}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, [""]),
        ([], [""]),
        ({"resource": ""}, ["resource"]),
        ({"resource": None}, ["resource"]),
        ({"reason": ""}, ["reason"]),
        ({"ids": []}, ["ids"]),
        ({"ids": ["YQ.Yg", "YQ.Yg"]}, ["ids"]),
        ({"ids": ["YQ.Yg", "nonsense"]}, ["ids[1]"]),
        ({"kind": "brake"}, ["kind"]),
        ({"resource": "anna", "ids": "YQ.Yg"}, ["ids"]),
    ],
    ids=repr,
)
async def test_a_choice_that_is_none_is_refused_by_its_field(body: Any, fields: list[str]) -> None:
    office = Office()
    for verdict in ("release", "reject"):
        answer = await office.call("POST", f"/held/{verdict}", body)
        assert (answer.status, [error["field"] for error in answer.body["errors"]]) == (400, fields)


async def test_what_is_no_id_is_refused_and_what_is_not_held_is_not_found() -> None:
    office = await active()
    for name, status in (("nonsense", 400), ("YQ.", 400), ("Y.Yg", 400), ("YQ.Yg", 404), (".Yg", 404)):
        assert (await office.call("GET", f"/held/{name}")).status == status, name
        assert (await office.call("POST", f"/held/{name}/release")).status == status, name
    assert (await office.call("POST", "/held/release", {"resource": "nobody"})).status == 404
    for query in ({"kind": "else"}, {"since": "yesterday"}, {"reason": ""}, {"cursor": "abc"}, {"of": "anna"}):
        assert (await office.call("GET", f"/held?{urlencode(query)}")).wrong == list(query)


async def test_where_rejected_members_lie_is_no_resource_that_could_be_enlisted_or_erased() -> None:
    office = await active()
    await file_rejected(office.crew.ports, [Rejection("e-1", "scheduler.appointment.updated", "span is missing")])
    assert (await office.call("POST", "/resources/~webhooks/erase?events=keep")).status == 400
    assert (await office.call("PUT", "/resources/~webhooks", {"name": "x"}, etag=NEW)).status == 400
    assert (await only_held(office))["kind"] == "webhook"


async def test_a_reader_sees_all_and_judges_nothing() -> None:
    office = await denied()
    one = await only_held(office)
    office.door.role = READER
    assert await only_held(office) == one
    assert (await office.call("GET", f"/held/{one['id']}")).status == 200
    assert (await said(office, "release", one)).status == 403
    assert (await office.call("POST", "/held/reject", {"ids": [one["id"]]})).status == 403


async def test_ids_and_pages_bear_whatever_a_board_calls_its_own() -> None:
    office = await active()
    name = "\U0001f9f0" * 128
    office.crew.resources = (*office.crew.resources, ResourceId(name))
    rows = [Held(f"poison.{number}", office.crew.clock.now(), "a run", "it failed", "look") for number in range(3)]
    await office.crew.rows.insert(ResourceId(name), rows)
    await office.crew.overviews.put(Overview(ResourceId(name), "", State.ACTIVE, held=(("a run that fails", 3),)))
    found = await listed(office, limit="1")
    assert [one["resource"] for one in found] == [name] * 3
    assert await count(office, "reject", ids=[one["id"] for one in found]) == 3
