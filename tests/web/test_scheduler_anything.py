"""Whatever a sender with a valid secret posts, the answer is one of the contract's."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract_document.reading import contract
from tests.web.posting import BATCH, EVENT, Door, document_of

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["9999-12-31T23:59:59-14:00", "2026-11-24T08:00:00Z", "2026-02-30", "Europe", "\ud800", "1.0"])
)
_JSON = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
_EXAMPLES = [one["value"] for one in contract()["components"]["examples"].values()]


def _places(document: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    members = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [at, *(place for name, inner in members for place in _places(inner, (*at, name)))]


@st.composite
def bent_events(draw: st.DrawFn) -> Any:
    """An example of the contract with up to three members replaced by anything, or taken away."""
    document = copy.deepcopy(draw(st.sampled_from(_EXAMPLES)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(_places(document)))
        if not place:
            return draw(_JSON)
        inner = document
        for step in place[:-1]:
            inner = inner[step]
        if draw(st.booleans()):
            inner[place[-1]] = draw(_JSON)
        else:
            del inner[place[-1]]
    return document


@settings(max_examples=400, deadline=None)
@given(st.one_of(bent_events(), _JSON), st.sampled_from([EVENT, "application/json"]))
async def test_any_single_document_is_answered_by_the_contract(document: Any, content_type: str) -> None:
    door = Door()
    response = await door.post(document, content_type)
    assert response.status in (202, 400)
    assert response.status == 202 or door.is_untouched
    document_of(response)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(bent_events(), _JSON), min_size=1, max_size=5))
async def test_any_batch_is_accepted_with_every_member_counted_once(documents: list[Any]) -> None:
    response = await Door().post(documents, BATCH)
    assert response.status == 202
    answer = document_of(response)
    counted = answer["accepted"] + answer["superseded"] + answer["ignored"] + len(answer["rejected"])
    assert counted == len(documents)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=40))
async def test_any_bytes_of_any_type_are_refused_in_words(body: bytes, content_type: str) -> None:
    response = await Door().post(body, content_type)
    assert response.status in (400, 401, 415)
    assert "title" in document_of(response)
