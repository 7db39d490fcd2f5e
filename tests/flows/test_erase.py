"""A person's data is erased: afterwards no word of theirs is in any table, and nobody else has lost one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.content import Content, ShowAs
from sync_core.domain.resource import ResourceId
from sync_core.domain.trail import TrailEntry
from sync_core.flows.administer import enlist
from sync_core.flows.erase import Erasure, erase
from sync_core.flows.keep_subscriptions import keep_subscriptions
from sync_core.flows.offboard import OnLeaving, offboard
from sync_core.flows.overview import note_resource
from sync_core.flows.profiles import find_profile
from sync_core.flows.taking_part import take_off
from tests.flows.crew import ADDRESS, ANNA, ASKED, BERT, Crew
from tests.flows.stage import hours, now
from tests.machine.peril import Crash, Worker, drive
from tests.machine.world import MONDAY

WORDS = ("Anna", ADDRESS, "anna-id", "boiler", "dentist", "anna")


def stored(crew: Crew) -> str:
    """Every table as text."""
    subscriptions = now(crew.ports.subscription_rows.list())
    trail = [(entry.before, entry.after) for entry in crew.trail.newest_first()]
    return repr([crew.rows.partitions, crew.placements.placed, crew.overviews.rows, crew.owners, subscriptions, trail])


def busy() -> Crew:
    """Anna with a task of her own, one that she shares, an event of her own that came down, and a journal of edits."""
    crew = Crew()
    crew.ask()
    bert = replace(ASKED, resource=BERT, name="Bert", mailbox="anna.new@tandem.example")
    now(enlist(crew.ports, replace(bert, mailbox="")))
    crew.settle()
    crew.board.plan(crew.key(0), hours(30), ANNA, subject="boiler")
    crew.board.plan(crew.key(1), hours(32), ANNA, BERT, subject="roof")
    crew.board.plan(crew.key(2), hours(34), BERT, subject="cellar")
    crew.outlook.worker_creates(crew.main, Content(hours(40), subject="dentist", show_as=ShowAs.BUSY))
    crew.settle()
    crew.pull(ANNA)
    crew.board.plan(crew.key(0), hours(31), ANNA, subject="boiler again")
    crew.settle()
    now(keep_subscriptions(crew.ports))
    crew.settle()
    crew.pull(ANNA)
    now(crew.trail.write([_told("putResource", ADDRESS), replace(_told("patchResource", "Bert"), resource=BERT)]))
    assert ANNA in crew.overviews.rows
    assert all(word in stored(crew) for word in WORDS)
    return crew


def _told(what: str, name: str) -> TrailEntry:
    return TrailEntry(MONDAY, what, "ada", what, "/resources/anna", ANNA, None, {"name": name})


def asked(crew: Crew, events: OnLeaving) -> Erasure:
    found = now(erase(crew.ports, ANNA, events))
    assert found is not None
    return found


def test_events_are_kept_and_no_word_of_the_person_is_left_in_any_table() -> None:
    crew = busy()
    report = asked(crew, OnLeaving.KEEP)
    assert report.is_done
    removed = {part.what: part.count for part in report.removed}
    assert removed["links"] == 3
    assert removed["profile"] == 1
    assert removed["subscriptions"] == 1
    assert removed["journal entries"] > 0
    assert removed["appointments"] >= 1
    left = [word for word in WORDS if word in _without_shared(crew, stored(crew))]
    assert left == []
    assert ANNA not in crew.overviews.rows
    assert removed["changes told in the trail"] == 1
    assert crew.ours_in(crew.main) == ["boiler again", "roof"]


def _without_shared(crew: Crew, text: str) -> str:
    """The tables without what is Bert's as well: the one appointment that both were planned on."""
    shared = crew.placements.placed[crew.key(1)]
    text = text.replace(repr(shared), "")
    for row in crew.rows.all_rows(BERT):
        text = text.replace(repr(row), "")
    return text


def test_what_others_have_is_left_as_it_is() -> None:
    crew = busy()
    before = crew.rows.all_rows(BERT)
    placements = {key: crew.placements.placed[key] for key in (crew.key(1), crew.key(2))}
    asked(crew, OnLeaving.KEEP)
    assert crew.rows.all_rows(BERT) == before
    assert {key: crew.placements.placed[key] for key in placements} == placements


def test_the_trail_keeps_who_did_what_and_when_and_what_others_were_told_of() -> None:
    crew = busy()
    erasure = replace(_told("eraseResource", ""), after={"events": "keep", "state": "running"})
    now(crew.trail.write([erasure]))
    asked(crew, OnLeaving.KEEP)
    kept = {entry.what: (entry.who, entry.at, entry.after) for entry in crew.trail.newest_first()}
    assert kept == {
        "putResource": ("ada", MONDAY, None),
        "patchResource": ("ada", MONDAY, {"name": "Bert"}),
        "eraseResource": ("ada", MONDAY, {"events": "keep", "state": "running"}),
    }


def test_of_one_of_whom_only_the_trail_tells_the_words_go_too() -> None:
    crew = Crew()
    now(crew.trail.write([_told("deleteResource", "Anna")]))
    report = asked(crew, OnLeaving.KEEP)
    assert (report.is_done, [part.count for part in report.removed]) == (True, [1])
    assert now(erase(crew.ports, ANNA, OnLeaving.KEEP)) is None


def test_with_remove_the_events_go_first_and_asking_again_ends_it() -> None:
    crew = busy()
    report = asked(crew, OnLeaving.REMOVE)
    assert not report.is_done
    assert [(part.what, bool(part.why), bool(part.remedy)) for part in report.left] == [
        ("events in the calendar", True, True)
    ]
    crew.settle()
    assert crew.ours_in(crew.main) == []
    assert [event.content.subject for event in crew.outlook.living(crew.main)] == ["dentist"]
    assert asked(crew, OnLeaving.REMOVE).is_done
    assert not crew.rows.all_rows(ANNA)
    assert now(erase(crew.ports, ANNA, OnLeaving.REMOVE)) is None


def test_what_was_asked_is_ended_by_the_night_if_nobody_asks_again() -> None:
    crew = busy()
    asked(crew, OnLeaving.REMOVE)
    crew.settle()
    crew.clock.advance(timedelta(hours=12))
    crew.tidy()
    assert not crew.rows.all_rows(ANNA)


def test_a_mailbox_that_does_not_answer_is_told_and_keeping_ends_it() -> None:
    crew = busy()
    crew.outlook.refuse(crew.main)
    asked(crew, OnLeaving.REMOVE)
    crew.settle()
    assert not asked(crew, OnLeaving.REMOVE).is_done
    assert asked(crew, OnLeaving.KEEP).is_done
    assert not crew.rows.all_rows(ANNA)


@pytest.mark.parametrize("moment", range(1, 90, 6))
def test_killed_at_any_step_asking_again_completes_it(moment: int) -> None:
    crew = busy()
    worker = Worker(crash_at=moment)
    try:
        drive(erase(crew.ports_of(worker), ANNA, OnLeaving.KEEP))
    except Crash:
        now(erase(crew.ports, ANNA, OnLeaving.KEEP))
    assert not crew.rows.all_rows(ANNA)
    assert crew.key(0) not in crew.placements.placed
    assert ANNA not in crew.owners.values()


def test_what_waits_for_somebody_nobody_enlisted_is_erased_and_of_a_stranger_there_is_nothing() -> None:
    crew = Crew()
    crew.board.plan(crew.key(0), hours(30), ANNA, subject="boiler")
    crew.settle()
    assert asked(crew, OnLeaving.KEEP).is_done
    assert "boiler" not in stored(crew)
    assert now(erase(crew.ports, ANNA, OnLeaving.KEEP)) is None


def test_who_was_off_boarded_long_ago_leaves_no_words_of_an_event_of_their_own() -> None:
    crew = busy()
    now(offboard(crew.ports, ANNA, OnLeaving.KEEP))
    crew.settle()
    assert "boiler" in repr(crew.placements.placed)
    assert asked(crew, OnLeaving.KEEP).is_done
    assert [word for word in WORDS if word in _without_shared(crew, stored(crew))] == []


def test_who_comes_back_has_each_event_of_their_own_on_the_board_once() -> None:
    crew = busy()
    now(offboard(crew.ports, ANNA, OnLeaving.KEEP))
    crew.settle()
    crew.ask()
    crew.pull(ANNA)
    crew.deliver(crew.board.outbox)
    crew.settle()
    blocks = [state for state in crew.board.living() if state.subject == "dentist"]
    assert len(blocks) == 1
    assert [event.content.subject for event in crew.outlook.living(crew.main)].count("dentist") == 1


def test_who_was_taken_off_the_list_can_be_erased_with_the_journal_that_was_left() -> None:
    crew = busy()
    now(offboard(crew.ports, ANNA, OnLeaving.KEEP))
    profile = now(find_profile(crew.ports, ANNA))
    assert profile is not None
    now(take_off(crew.ports, ANNA, profile))
    assert "boiler" in crew.journal(ANNA)
    assert asked(crew, OnLeaving.KEEP).is_done
    assert not crew.rows.all_rows(ANNA)


def test_a_run_that_ends_amid_the_erasing_leaves_no_numbers_behind() -> None:
    crew = busy()
    forget = crew.trail.forget

    async def forget_slowly(resource: ResourceId) -> int:
        await note_resource(crew.ports, resource)
        return await forget(resource)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crew.trail, "forget", forget_slowly)
        assert asked(crew, OnLeaving.KEEP).is_done
    assert ANNA not in crew.overviews.rows


def test_of_one_that_was_taken_off_the_list_not_even_the_empty_shell_stays() -> None:
    crew = Crew()
    crew.ask()
    now(offboard(crew.ports, ANNA, OnLeaving.KEEP))
    profile = now(find_profile(crew.ports, ANNA))
    assert profile is not None
    now(take_off(crew.ports, ANNA, profile))
    assert crew.rows.all_rows(ANNA)
    assert asked(crew, OnLeaving.KEEP).is_done
    assert not crew.rows.all_rows(ANNA)
    assert now(erase(crew.ports, ANNA, OnLeaving.KEEP)) is None


def test_numbers_that_outlived_their_resource_are_erased_and_said_to_be() -> None:
    crew = busy()
    left = crew.overviews.rows[ANNA]
    asked(crew, OnLeaving.KEEP)
    now(crew.overviews.put(left))
    assert asked(crew, OnLeaving.KEEP).is_done
    assert ANNA not in crew.overviews.rows


def test_one_that_the_board_names_again_begins_anew() -> None:
    crew = busy()
    asked(crew, OnLeaving.KEEP)
    crew.ask()
    crew.board.plan(crew.key(9), hours(50), ANNA, subject="new")
    crew.settle()
    crew.pull(ANNA)
    assert "new" in crew.ours_in(crew.main)
