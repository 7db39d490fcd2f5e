"""A tenant's settings come in as a document: complete and exact, or with every fault named at once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest

from sync_core.contract.tenant import (
    LARGEST_DOCUMENT,
    TenantProblem,
    TenantSettings,
    document_of,
    document_of_overrides,
    parse_overrides,
    parse_tenant_settings,
)
from sync_core.contract.tenant_problems import allowed_words
from sync_core.contract.tenant_settings import PER_CALENDAR, PER_RESOURCE, MappedSettings, OwnerSettings, RuleSettings
from sync_core.domain.appointment import Kind
from sync_core.domain.choices import NO_REMINDER, Choices, InwardWords, Overrides, overridden
from sync_core.domain.content import Field, Sensitivity, ShowAs
from sync_core.domain.look import Mapped
from sync_core.domain.policy import OWNERS, OnClosed, Owner, Winner
from sync_core.domain.rules import Rule
from tests.contracts.tenant_contract import CHOSEN


@dataclass(frozen=True)
class Fault:
    line: int
    reason: str


def check_template(name: str, text: str) -> Fault | None:
    """Stands for the real check, which belongs to an adapter: whatever says `broken` is."""
    return Fault(2, f"no such word in {name}") if "broken" in text else None


def parse(document: bytes | Mapping[str, Any]) -> Choices:
    read = parse_tenant_settings(document, check_template)
    assert isinstance(read, Choices), [str(problem) for problem in read]
    return read


def problems_of(document: bytes | Mapping[str, Any]) -> dict[str, TenantProblem]:
    read = parse_tenant_settings(document, check_template)
    assert not isinstance(read, Choices)
    return {problem.setting: problem for problem in read}


def test_the_document_has_the_names_of_the_choices_in_their_order() -> None:
    assert list(TenantSettings.model_fields) == [one.name for one in fields(Choices)]
    assert list(PER_RESOURCE) == [one.name for one in fields(Overrides)]
    assert set(PER_RESOURCE) >= PER_CALENDAR
    assert {one.name for one in fields(Mapped)} == set(MappedSettings.model_fields)
    assert {one.name for one in fields(Rule)} == set(RuleSettings.model_fields)
    assert list(OwnerSettings.model_fields) == [field.value for field in Field]


def test_every_setting_says_what_it_is_and_what_is_allowed() -> None:
    for model in (TenantSettings, MappedSettings, RuleSettings):
        for name, field in model.model_fields.items():
            assert (field.description or "").endswith((".", "?")), name
            assert allowed_words(model, name)


def test_an_empty_document_is_a_new_tenant() -> None:
    assert parse(b"{}") == parse({}) == Choices()
    assert document_of(Choices()) == {}


@pytest.mark.parametrize("whole", [True, False])
def test_every_choice_comes_back_from_the_document_it_was_written_as(whole: bool) -> None:
    chosen = replace(CHOSEN, subject_template="{{ subject }}", body_template="<p>\n\t{{ notes }}</p>")
    for choices in (chosen, Choices()):
        document = document_of(choices, whole=whole)
        assert parse(document) == choices
        assert parse(json.dumps(document).encode()) == choices


def test_only_what_is_not_as_by_default_is_written() -> None:
    choices = Choices(days_back=7, reminder_minutes=0, owners=tuple({**OWNERS, Field.BODY: Owner.WORKER}.items()))
    assert document_of(choices) == {"days_back": 7, "reminder_minutes": 0, "owners": {"body": "worker"}}
    assert list(document_of(Choices(), whole=True)) == list(TenantSettings.model_fields)


def test_owners_that_choices_leave_out_are_written_as_they_count() -> None:
    choices = Choices(owners=((Field.BODY, Owner.WORKER),))
    assert document_of(choices) == {"owners": {"body": "worker"}}
    assert document_of(choices, whole=True)["owners"] == {field.value: choices.owner_of[field].value for field in Field}


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("days_back", 0, 365),
        ("days_ahead", 1, 730),
        ("pull_minutes", 30, 1440),
        ("pull_minutes_when_notified", 30, 1440),
        ("reminder_minutes", 0, 40_320),
        ("brake_deletions", 1, 1000),
        ("brake_percent", 1, 100),
        ("tenant_brake_deletions", 1, 100_000),
        ("tenant_brake_percent", 1, 100),
        ("journal_days", 1, 400),
        ("trail_days", 30, 3650),
    ],
)
def test_a_number_lies_within_its_bounds_and_both_are_allowed(name: str, low: int, high: int) -> None:
    for allowed in (low, high):
        assert getattr(parse({name: allowed}), name) == allowed
    for beyond in (low - 1, high + 1):
        problem = problems_of({name: beyond})[name]
        assert problem.wrong == "is out of range"
        assert f"{low} to {high}" in problem.allowed
    for wrong in (str(low), low + 0.5, True, [low]):
        assert problems_of({name: wrong})[name].wrong == "is of the wrong type"


def test_no_reminder_is_null_in_the_document() -> None:
    assert parse({"reminder_minutes": None}).reminder_minutes == NO_REMINDER
    assert document_of(Choices(), whole=True)["reminder_minutes"] is None
    assert "null" in problems_of({"reminder_minutes": NO_REMINDER})["reminder_minutes"].allowed


@pytest.mark.parametrize(
    ("given", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Europe/Kyiv", "Europe/Kyiv"),
        ("FLE Standard Time", "Europe/Kiev"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_has_either_name_and_is_kept_by_its_iana_name(given: str, zone: str) -> None:
    assert parse({"zone": given}).zone == zone


@pytest.mark.parametrize("given", ["Mars/Olympus", "tzone://Microsoft/Custom", "", "../etc/passwd", "x" * 65, 1, None])
def test_a_zone_that_nobody_knows_is_refused(given: object) -> None:
    assert problems_of({"zone": given})["zone"].wrong == "is no time zone"


def test_everything_that_is_wrong_is_told_at_once_with_its_place() -> None:
    document = {
        "days_bak": 3,
        "tasks_up": "yes",
        "winner": "nobody",
        "inward_show_as": ["busy", "busy"],
        "inward_sensitivities": [],
        "pilot_resources": ["anna", "anna"],
        "absences": {"sick": {"show_as": "unknown"}, "vacation": {"reminder_minutes": -1}},
        "categories": {"Big Job": {"colour": "red"}, "subject": 7},
        "owners": {"body": "merge", "tme": "worker"},
        "rules": [
            {"name": "first", "goes_up": True},
            {"goes_up": True, "kinds": ["tusk"], "fields": {"depot": 3}},
            {"name": "x", "goes_up": "no", "statuses": [1]},
        ],
        "body_template": "{{ broken }}",
    }
    problems = problems_of(document)
    assert set(problems) == {
        "days_bak",
        "tasks_up",
        "winner",
        "inward_show_as",
        "inward_sensitivities",
        "pilot_resources",
        "absences.sick.show_as",
        "absences.vacation.reminder_minutes",
        'categories["Big Job"].colour',
        "categories.subject",
        "owners.body",
        "owners.tme",
        "rules[1].name",
        "rules[1].kinds",
        "rules[1].fields.depot",
        "rules[2].goes_up",
        "rules[2].statuses[0]",
        "body_template",
    }
    assert str(problems["days_bak"]) == "days_bak is no setting; allowed: the name days_back"
    assert problems["owners.body"].allowed == "`scheduler` or `worker`"
    assert problems["rules[1].kinds"].allowed.endswith("`task`, `unavailability`, `working_day`")
    assert problems["categories.subject"].allowed.startswith("names of the board's categories")
    assert problems["body_template"].wrong == "fails in line 2: no such word in body_template"
    assert problems['categories["Big Job"].colour'].allowed.startswith("subject, show_as")


def test_no_problem_repeats_a_value() -> None:
    secret = "hunter2"
    document = {
        **dict.fromkeys(["zone", "winner", "pilot_group", "days_back", "absences", "rules", "owners"], secret),
        "pilot_resources": [secret, secret],
        "rules": [{"name": secret * 50, "goes_up": secret, "kinds": [secret]}],
    }
    assert not [problem for problem in problems_of(document).values() if secret in str(problem)]


@pytest.mark.parametrize("field", ["time", "subject", "location", "show_as", "sensitivity", "importance"])
def test_a_plain_field_may_be_merged(field: str) -> None:
    assert parse({"owners": {field: "merge"}}).owner_of[Field(field)] is Owner.SHARED


@pytest.mark.parametrize("field", ["body", "categories", "reminder"])
def test_what_cannot_be_merged_belongs_to_one_of_both(field: str) -> None:
    assert f"owners.{field}" in problems_of({"owners": {field: "merge"}})
    assert parse({"owners": {field: "scheduler"}}).owner_of[Field(field)] is Owner.PLANNER


def test_an_owner_that_is_not_named_is_as_by_default() -> None:
    assert parse({"owners": {"body": "worker"}}).owner_of == {**OWNERS, Field.BODY: Owner.WORKER}


def test_a_table_that_is_given_takes_the_place_of_the_default() -> None:
    assert parse({"absences": {}}).absences == ()
    read = parse({"absences": {"vacation": {"subject": "Away", "show_as": "busy", "categories": []}}})
    assert read.absences == (("vacation", Mapped("Away", ShowAs.BUSY, categories=())),)


def test_the_same_table_is_equal_however_it_was_written() -> None:
    one: dict[str, Any] = {"b": {}, "a": {"sensitivity": "private"}}
    assert parse({"categories": one}) == parse({"categories": dict(reversed(one.items()))})


def test_an_absence_that_no_board_knows_is_refused() -> None:
    assert "`vacation`" in problems_of({"absences": {"holiday": {}}})["absences"].allowed


def test_a_rule_is_read_with_its_conditions() -> None:
    rule = {"name": " vans ", "goes_up": False, "kinds": ["task"], "fields": {"b": "2", "a": "1"}, "groups": ["Vans"]}
    expected = Rule("vans", False, (Kind.TASK,), groups=("Vans",), fields=(("a", "1"), ("b", "2")))
    assert parse({"rules": [rule]}).rules == (expected,)


def test_two_rules_never_share_a_name() -> None:
    rules = [{"name": "Vans", "goes_up": True}, {"name": "other", "goes_up": True}, {"name": "vans ", "goes_up": False}]
    problems = problems_of({"rules": rules, "days_back": -1})
    assert list(problems) == ["days_back", "rules"]
    assert problems["rules"].wrong == "gives the one at [2] the name of another"


def test_free_events_may_come_down_if_said_so() -> None:
    assert parse({"inward_show_as": ["free", "busy"]}).inward_show_as == (ShowAs.FREE, ShowAs.BUSY)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"subject_template": "x" * 20_001}, "subject_template"),
        ({"planning_calendar": "x" * 101}, "planning_calendar"),
        ({"planning_calendar": "a\nb"}, "planning_calendar"),
        ({"body_template": "half \ud83d"}, "body_template"),
        ({"pilot_resources": [str(number) for number in range(1_001)]}, "pilot_resources"),
        ({"pilot_resources": ["x" * 129]}, "pilot_resources"),
        ({"pilot_resources": [" "]}, "pilot_resources"),
        ({"rules": [{"name": str(number), "goes_up": True} for number in range(1_001)]}, "rules"),
        ({"rules": [{"name": " ", "goes_up": True}]}, "rules[0].name"),
        ({"categories": {str(number): {} for number in range(1_001)}}, "categories"),
        ({"categories": {"": {}}}, "categories"),
        ({"pilot_group": "not-a-uuid"}, "pilot_group"),
        ({"pilot_group": "00000000-0000-0000-0000-000000000000"}, "pilot_group"),
        ({"pilot_group": 5}, "pilot_group"),
    ],
)
def test_what_is_too_long_or_malformed_is_refused(document: dict[str, Any], place: str) -> None:
    assert list(problems_of(document)) == [place]


def test_a_group_is_kept_in_lower_case() -> None:
    assert parse({"pilot_group": CHOSEN.pilot_group.upper()}).pilot_group == CHOSEN.pilot_group


@pytest.mark.parametrize(
    ("document", "wrong"),
    [
        (b"", "is no JSON"),
        (b"{", "is no JSON"),
        (b"\xff{}", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b'{"days_back": ' + b"9" * 5_000 + b"}", "is no JSON"),
        (b"[]", "is of the wrong type"),
        (b"null", "is of the wrong type"),
        (b'{"days_back": 1, "days_back": 2}', "names a setting twice"),
        (b'{"pad": "' + b"x" * LARGEST_DOCUMENT + b'"}', "is larger than 400 KB"),
    ],
    ids=["nothing", "half", "no text", "deep", "a huge number", "a list", "null", "twice", "too large"],
)
def test_what_is_no_document_is_refused_as_a_whole(document: bytes, wrong: str) -> None:
    assert [(problem.setting, problem.wrong) for problem in problems_of(document).values()] == [("", wrong)]


def test_a_byte_order_mark_of_an_editor_does_no_harm() -> None:
    assert parse(b'\xef\xbb\xbf{"days_back": 7}').days_back == 7


def test_an_empty_template_is_the_products_own_and_is_not_checked() -> None:
    read = parse_tenant_settings({"body_template": ""}, lambda name, text: pytest.fail(f"{name} was checked"))
    assert read == Choices()


def test_a_template_that_is_too_long_is_not_checked_besides() -> None:
    document = {"body_template": "broken " * 10_000, "subject_template": "broken", "days_back": -1}
    assert [problem.wrong for problem in problems_of(document).values()] == [
        "is out of range",
        "is too long",
        "fails in line 2: no such word in subject_template",
    ]
    assert list(problems_of(json.dumps(document).encode())) == ["days_back", "body_template", "subject_template"]


def overrides(document: Mapping[str, Any], *, for_calendar: bool = False) -> Overrides:
    read = parse_overrides(document, for_calendar=for_calendar)
    assert isinstance(read, Overrides), [str(problem) for problem in read]
    return read


def test_what_a_resource_does_not_name_follows_the_tenant() -> None:
    assert overrides({}) == Overrides()
    assert overridden(CHOSEN, overrides({"winner": "outlook"})) == replace(CHOSEN, winner=Winner.OUTLOOK)


def test_a_resources_own_choices_come_back_from_the_document_they_were_written_as() -> None:
    given = {name: getattr(CHOSEN, name) for name in PER_RESOURCE}
    for chosen in (Overrides(**given), Overrides(reminder_minutes=NO_REMINDER), Overrides(on_closed=OnClosed.LEAVE)):
        document = json.dumps(document_of_overrides(chosen)).encode()
        assert parse_overrides(document) == chosen


def test_a_resource_may_be_read_more_often_than_a_tenant() -> None:
    assert overrides({"pull_minutes": 5}).pull_minutes == 5
    read = parse_overrides({"pull_minutes": 4})
    assert read == (TenantProblem("pull_minutes", "is out of range", "5 to 1440 minutes"),)


def test_only_the_owners_that_a_resource_names_are_its_own() -> None:
    assert overrides({"owners": {"body": "worker"}}).owners == ((Field.BODY, Owner.WORKER),)


def test_a_resource_without_a_reminder_is_not_one_that_says_nothing() -> None:
    assert overrides({"reminder_minutes": None}).reminder_minutes == NO_REMINDER


@pytest.mark.parametrize("name", ["brake_percent", "rules", "zone", "direction", "body_template"])
def test_what_only_a_tenant_chooses_is_no_setting_of_a_resource(name: str) -> None:
    read = parse_overrides({name: document_of(Choices(), whole=True)[name]})
    assert not isinstance(read, Overrides)
    assert [problem.wrong for problem in read] == ["is no setting"]


def test_a_setting_named_as_a_place_in_the_answer_is_refused_like_any_other() -> None:
    read = parse_tenant_settings({"[key]": 1}, check_template)
    assert not isinstance(read, Choices)
    assert [(problem.setting, problem.wrong) for problem in read] == [('["[key]"]', "is no setting")]


def test_a_calendar_has_choices_of_its_own_for_the_workers_events_alone() -> None:
    given = {"inward_words": "none", "inward_show_as": ["busy"], "inward_sensitivities": ["normal"]}
    assert overrides(given, for_calendar=True) == Overrides(
        inward_words=InwardWords.NONE, inward_show_as=(ShowAs.BUSY,), inward_sensitivities=(Sensitivity.NORMAL,)
    )
    read = parse_overrides({"days_back": 7}, for_calendar=True)
    assert not isinstance(read, Overrides)
    assert [problem.setting for problem in read] == ["days_back"]


@pytest.mark.parametrize("document", [b"{", b"[]", b'{"winner": null}', {"winer": "outlook"}])
def test_what_is_wrong_with_a_resources_document_is_told_too(document: bytes | Mapping[str, Any]) -> None:
    assert not isinstance(parse_overrides(document), Overrides)
