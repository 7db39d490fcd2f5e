"""The page that says whether the app can work as it is set."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sync_core.domain.errors import TryAgain
from sync_core.web.health import Condition, SettingTrouble, report_health
from sync_core.web.http import Headers, Request, Response

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Wrong:
    name: str
    wrong: str
    allowed: str


class Storage:
    def __init__(self, answers: bool = True) -> None:
        self.asked = 0
        self._answers = answers

    async def reach(self) -> None:
        self.asked += 1
        if not self._answers:
            raise TryAgain("account tandem at 10.0.0.4 is silent")


async def ask(storage: Storage, troubles: Sequence[SettingTrouble] = (), deep: str = "") -> tuple[Response, Any]:
    request = Request("GET", "/api/health", Headers({}), {"deep": deep} if deep else {})
    condition = Condition("0.1.0", troubles, {"notifications": "on"})
    response = await report_health(request, condition, NOW, storage.reach)
    assert response.headers["Cache-Control"] == "no-store"
    return response, json.loads(response.body)


async def test_a_healthy_app_says_so_without_asking_anyone() -> None:
    storage = Storage()
    response, said = await ask(storage)
    assert (response.status, response.content_type) == (200, "application/json")
    assert said == {
        "status": "ok",
        "version": "0.1.0",
        "time": "2026-11-21T08:00:00+00:00",
        "parts": {"settings": "ok", "notifications": "on"},
    }
    assert storage.asked == 0


async def test_every_wrong_setting_is_named_with_what_is_allowed() -> None:
    troubles = [
        Wrong("TANDEM_PUBLIC_URL", "is missing", "an https address"),
        Wrong("PULL_SCHEDULE", "has 5 fields", "6"),
    ]
    storage = Storage()
    response, said = await ask(storage, troubles, deep="1")
    assert (response.status, response.content_type) == (503, "application/problem+json")
    assert (said["status"], said["code"], said["version"]) == (503, "misconfigured", "0.1.0")
    assert said["settings"] == [
        {"name": "TANDEM_PUBLIC_URL", "wrong": "is missing", "allowed": "an https address"},
        {"name": "PULL_SCHEDULE", "wrong": "has 5 fields", "allowed": "6"},
    ]
    assert said["detail"] == (
        "TANDEM_PUBLIC_URL is missing; allowed: an https address. PULL_SCHEDULE has 5 fields; allowed: 6"
    )
    assert storage.asked == 0, "what is set wrong cannot be asked"


async def test_a_deep_look_asks_storage() -> None:
    storage = Storage()
    response, said = await ask(storage, deep="1")
    assert response.status == 200
    assert said["parts"]["storage"] == "ok"
    assert storage.asked == 1


async def test_a_deep_look_tells_that_storage_is_silent_and_not_where_it_is() -> None:
    response, said = await ask(Storage(answers=False), deep="1")
    assert response.status == 503
    assert said["code"] == "unavailable"
    assert said["parts"] == {"settings": "ok", "notifications": "on", "storage": "unreachable (TryAgain)"}
    assert b"10.0.0.4" not in response.body
