"""Answers of the administration: documents, refusals, preconditions, sheets and pages."""

import csv
import io
import json
from typing import Any

import pytest

from sync_core.web.admin.answers import (
    Problem,
    Refusal,
    Wrong,
    answer_csv,
    answer_json,
    answer_nothing,
    answer_problem,
    etag_of,
    invalid,
    read_cell,
    require_match,
)
from sync_core.web.admin.paging import Page, answer_page, wanted_page
from sync_core.web.admin.reading import Query
from sync_core.web.http import Headers, Response

TAG = etag_of({"a": 1})


def said(answer: Response) -> Any:
    return json.loads(answer.body)


def test_a_document_is_json_with_its_etag() -> None:
    answer = answer_json({"name": "Jörg"}, 201, etag=TAG, headers={"Location": "/x"})
    assert (answer.status, answer.content_type, said(answer)) == (201, "application/json", {"name": "Jörg"})
    assert answer.headers == {"Location": "/x", "ETag": TAG}
    assert (answer_nothing().status, answer_nothing().body) == (204, b"")


@pytest.mark.parametrize("problem", Problem)
def test_each_problem_names_its_type_status_and_words(problem: Problem) -> None:
    answer = answer_problem(problem, "What to do.")
    assert answer.content_type == "application/problem+json"
    document = said(answer)
    assert document["type"].startswith("/problems/")
    assert document["status"] == answer.status >= 400
    assert document["title"]
    assert document["detail"] == "What to do."


def test_wrong_input_is_told_by_field_with_the_remedy() -> None:
    answer = invalid(Wrong("zone", "is no time zone", "an IANA name"), Wrong("", "is empty", "a document")).answer
    assert answer.status == 400
    assert said(answer)["errors"] == [
        {"field": "zone", "wrong": "is no time zone", "remedy": "an IANA name"},
        {"field": "", "wrong": "is empty", "remedy": "a document"},
    ]
    assert said(answer)["detail"] == "zone is no time zone; the body is empty."


def test_the_same_content_has_the_same_etag() -> None:
    assert etag_of({"a": 1, "b": [2]}) == etag_of({"b": [2], "a": 1})
    assert etag_of({"a": 1}) != etag_of({"a": 2})
    assert TAG.startswith('"')
    assert TAG.endswith('"')


@pytest.mark.parametrize("given", [TAG, f'"other", {TAG}', "*"])
def test_a_change_from_what_is_there_passes(given: str) -> None:
    require_match(Headers({"If-Match": given}), TAG)


@pytest.mark.parametrize(
    ("headers", "etag", "status"),
    [
        ({}, TAG, 428),
        ({"If-Match": " "}, TAG, 428),
        ({"If-Match": '"other"'}, TAG, 412),
        ({"If-Match": f"W/{TAG}"}, TAG, 412),
        ({"If-Match": "*"}, "", 412),
    ],
    ids=["none", "an empty one", "another state", "a weak one", "nothing there"],
)
def test_a_change_from_something_else_does_not(headers: dict[str, str], etag: str, status: int) -> None:
    with pytest.raises(Refusal) as refusal:
        require_match(Headers(headers), etag)
    assert refusal.value.answer.status == status
    assert said(refusal.value.answer)["detail"]


CELLS = ["plain", "", "a,b", 'say "x"', "line\nbreak", "=1+1", "-", "+49", "@a", "\tx", "'quoted", "''", "it's", "Jörg"]


def test_a_sheet_opens_without_formulas_and_reads_back_as_it_was() -> None:
    answer = answer_csv(["name", "note"], [[cell, cell] for cell in CELLS], "resources.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="resources.csv"'
    head, *rows = csv.reader(io.StringIO(answer.body.decode(), newline=""))
    assert head == ["name", "note"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert [read_cell(row[1]) for row in rows] == CELLS


def query(**given: str) -> Query:
    return Query(given)


def test_a_list_is_walked_page_by_page() -> None:
    first = wanted_page("listHeld", query())
    assert first == Page("listHeld", 100)
    answer = said(answer_page(first, [1, 2], "partition/row ä"))
    assert answer["value"] == [1, 2]
    second = wanted_page("listHeld", query(limit="500", cursor=answer["nextCursor"]))
    assert second == Page("listHeld", 500, "partition/row ä")
    assert said(answer_page(second, [], ""))["nextCursor"] is None


@pytest.mark.parametrize("cursor", ["x", "é", "bnVsbA", "WyJhIiwxXQ", "W1tbW1tb", "a" * 3000, "IiI=", "!!!!"])
def test_a_cursor_that_this_list_did_not_give_is_refused(cursor: str) -> None:
    with pytest.raises(Refusal) as refusal:
        wanted_page("listHeld", query(cursor=cursor))
    assert said(refusal.value.answer)["errors"][0]["field"] == "cursor"


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = said(answer_page(Page("listTrail", 1), [], "x"))["nextCursor"]
    with pytest.raises(Refusal):
        wanted_page("listHeld", query(cursor=cursor))


@pytest.mark.parametrize("limit", ["0", "501", "-1", "ten", "", "1.5", "٣", "9" * 5000])
def test_a_limit_out_of_range_is_refused(limit: str) -> None:
    with pytest.raises(Refusal) as refusal:
        wanted_page("listHeld", query(limit=limit))
    assert said(refusal.value.answer)["errors"] == [
        {"field": "limit", "wrong": "is no such number", "remedy": "a whole number from 1 to 500"}
    ]
