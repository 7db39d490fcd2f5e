"""Whatever is asked of the administration, good or bad, is answered as its contract says.

Schemathesis makes the questions of the contract: its examples, every bound of every parameter and member just within
and just without, methods that are not there, calls without a token, and as many random ones as `TANDEM_FUZZ` says.
https://schemathesis.readthedocs.io/
"""

import copy
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from sync_core.domain.resource import ResourceId
from sync_core.flows.administer import enlist
from sync_core.flows.offboard import OnLeaving, offboard
from sync_core.flows.taking_part import activate, pause
from sync_core.ports import Ports
from sync_core.web.admin.routing import all_routes
from tests.contract_document.door import open_door, token
from tests.contract_document.reading import ADMIN_CONTRACT, contract, operations
from tests.flows.crew import ASKED
from tests.flows.stage import hours, now
from tests.flows.test_preview import Worded
from tests.turns import in_turn

RANDOM = int(os.environ.get("TANDEM_FUZZ", "5"))
SEED = int(os.environ.get("TANDEM_FUZZ_SEED", "5"))
KNOWN = ("R-ada", "R-ben", "R-cleo", "R-dan")
# A wrong body may meet what says first that it may not be changed, or that there is nothing of that id.
REFUSALS = [str(status) for status in (400, 401, 403, 404, 405, 409, 412, 413, 415, 428)]
ROUTED = {route.operation_id for route in all_routes()}
# Asks all that Tandem stands on, which this small world has not.
ELSEWHERE = {"checkSetup"}
NAMES = [one["operationId"] for _, _, one in operations(ADMIN_CONTRACT)]
OPERATIONS = in_turn([name for name in NAMES if name in ROUTED - ELSEWHERE])
# Of those there is none in this small world.
WITHOUT_ONE = {"getSource", "deleteSource", "getHeld", "releaseHeld", "rejectHeld"}
# `/resources/import` is also the path of a resource of that id, which other methods read and change.
BESIDE_AN_ID = {"importResources", "releaseHeldMany", "rejectHeldMany"}


def small_world() -> Ports:
    """One who takes part, one who waits, one who is paused and one who left."""
    crew = Worded()
    for name in KNOWN:
        address = f"{name.lower()}@tandem.example"
        crew.add_mailbox(address, f"{name}-id", f"{name}-calendar")
        resource = ResourceId(name)
        now(enlist(crew.ports, replace(ASKED, resource=resource, name=name, mailbox=address)))
        if name != "R-ben":
            now(activate(crew.ports, resource))
    crew.board.plan(crew.key(1), hours(30), ResourceId("R-ada"), subject="planned")
    crew.settle()
    now(pause(crew.ports, ResourceId("R-cleo")))
    now(offboard(crew.ports, ResourceId("R-dan"), OnLeaving.KEEP))
    return crew.ports


def known_first(document: Mapping[str, Any]) -> dict[str, Any]:
    """The contract in which an id may also be one that there is, and a condition one that is met."""
    told = copy.deepcopy(dict(document))
    parts: Any = told["components"]
    for name, values in (("ResourceId", KNOWN), ("IfMatch", ["*"]), ("IfMatchToReplace", ["*"])):
        parameter = parts["parameters"][name]
        parameter["schema"] = {"anyOf": [{"enum": list(values)}, parameter["schema"]]}
        parameter["example"] = values[0]
    return told


@dataclass
class Asked:
    """What was asked of one operation, and what of it was not answered as it should have been."""

    answers: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def ask(address: str, operation: str) -> Asked:
    """Ask everything of one operation."""
    import schemathesis
    from schemathesis.config import SchemathesisConfig
    from schemathesis.engine import Status, events, from_schema

    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "base-url": f"{address}/api/admin",
            "headers": {"Authorization": f"Bearer {token()}"},
            "continue-on-failure": True,
            "generation": {"max-examples": RANDOM, "deterministic": True, "database": "none", "no-shrink": True},
            "phases": {"stateful": {"enabled": False}},
            "checks": {
                # The contract leaves what a setting may be to the page of settings.
                "positive_data_acceptance": {"enabled": False},
                "negative_data_rejection": {"expected-statuses": REFUSALS},
                "missing_required_header": {"expected-statuses": ["400", "401", "428"]},
            },
        }
    )
    schema = schemathesis.openapi.from_dict(known_first(contract(ADMIN_CONTRACT)), config=config)

    @schema.hook
    def filter_failure(context: object, failure: Any, case: Any, response: Any) -> bool:
        if failure.title == "Allow header mismatch":
            return operation not in BESIDE_AN_ID
        return failure.title != "Schema-violating request accepted" or not says_what_is_refused(response)

    asked = Asked()
    for event in from_schema(schema.include(operation_id=operation)).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            asked.faults.append(f"could not be asked: {getattr(event, 'value', event)!r}")
        if not isinstance(event, events.ScenarioFinished):
            continue
        asked.answers.update(
            each.response.status_code for each in event.recorder.interactions.values() if each.response
        )
        failures = [
            check.failure_info
            for checks in event.recorder.checks.values()
            for check in checks
            if check.status is Status.FAILURE and check.failure_info is not None
        ]
        asked.faults += [f"{each.failure.title}: {each.failure.message}\n{each.code_sample}" for each in failures]
    return asked


def says_what_is_refused(response: Any) -> bool:
    """Whether the answer is a report that refuses: what would become of something is told with 200."""
    document = response.json()
    parts = document.get("parts", [document])
    return bool(document.get("problems") or any(part.get("refused") for part in parts))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with open_door(small_world) as opened:
        yield opened


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_question_is_answered_by_the_contract(operation: str, address: str) -> None:
    asked = ask(address, operation)
    assert not asked.faults, f"{len(asked.faults)} faults\n" + "\n\n".join(asked.faults[:3])
    assert asked.answers[401], "nobody came without a token"
    assert asked.answers[405], "no other method was tried"
    assert operation in WITHOUT_ONE or any(status < 300 for status in asked.answers), "none was carried out"
