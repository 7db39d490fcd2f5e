"""What the board may see of a worker's own event."""

from typing import Any

import pytest

from sync_core.domain.choices import Choices, InwardWords
from sync_core.domain.content import Sensitivity, ShowAs
from sync_core.domain.event import Response
from sync_core.domain.inward import (
    CANCELLED,
    DECLINED,
    FREE,
    KEPT_BY_SENSITIVITY,
    KEPT_BY_SHOW_AS,
    shown,
)
from tests.builders import content, event, span

DEFAULT = Choices()


@pytest.mark.parametrize(
    ("look", "marks", "choices", "refusal"),
    [
        ({}, {}, DEFAULT, ""),
        ({}, {"is_cancelled": True}, DEFAULT, CANCELLED),
        ({}, {"response": Response.DECLINED}, DEFAULT, DECLINED),
        ({"show_as": ShowAs.FREE}, {}, DEFAULT, FREE),
        ({"show_as": ShowAs.FREE}, {}, Choices(inward_show_as=(ShowAs.FREE,)), ""),
        ({"show_as": ShowAs.UNKNOWN}, {}, DEFAULT, ""),
        ({"show_as": ShowAs.OOF}, {}, Choices(inward_show_as=(ShowAs.BUSY,)), KEPT_BY_SHOW_AS),
        ({"show_as": ShowAs.FREE}, {"response": Response.TENTATIVE}, DEFAULT, FREE),
        ({}, {"response": Response.TENTATIVE}, Choices(inward_show_as=(ShowAs.BUSY,)), KEPT_BY_SHOW_AS),
        (
            {"sensitivity": Sensitivity.PRIVATE},
            {},
            Choices(inward_sensitivities=(Sensitivity.NORMAL,)),
            KEPT_BY_SENSITIVITY,
        ),
    ],
)
def test_an_event_comes_down_or_is_refused_with_its_reason(
    look: dict[str, Any], marks: dict[str, Any], choices: Choices, refusal: str
) -> None:
    assert shown(event(content(**look), **marks), choices).refusal == refusal


def test_an_unanswered_invitation_is_tentative_or_busy_as_the_tenant_likes() -> None:
    asked = event(content(), response=Response.TENTATIVE)

    assert shown(asked, DEFAULT).content.show_as is ShowAs.TENTATIVE
    assert shown(asked, Choices(inward_tentative=ShowAs.BUSY)).content.show_as is ShowAs.BUSY


def test_free_busy_only_leaves_nothing_but_time() -> None:
    told = shown(
        event(content(subject="Dentist", location="Street", sensitivity=Sensitivity.PRIVATE, show_as=ShowAs.OOF)),
        Choices(inward_words=InwardWords.NONE),
    )

    assert told.content == content(subject="Busy", span=span())


def test_no_body_no_place_and_no_category_come_down() -> None:
    told = shown(event(content(body="words", location="Street", categories=("mine",))), DEFAULT)

    assert told.content == content()
