"""What is traced of a question to the directory, by an SDK that traces itself, names nobody."""

import pytest

from devtools.calls import call
from tests.test_telemetry import SET_UP, run_python

ASK = (
    SET_UP
    + """
import os
from sync_core.domain.errors import MailboxRefused
from tests.adapters.graph.conftest import Waits, connect

async def main():
    graph = connect(os.environ["GRAPH"], Waits())
    try:
        await graph.directory.find_mailbox("nobody.of.that.name@tandem.example")
    except MailboxRefused as refusal:
        return refusal.state
    finally:
        await graph.aclose()

state = asyncio.run(main())
print(json.dumps({"state": state, "spans": [span.to_json() for span in exporter.get_finished_spans()]}))
"""
)


@pytest.mark.services
def test_no_span_of_a_question_to_graph_names_the_mailbox(simulator: str) -> None:
    call("POST", f"{simulator}/_control/reset")  # what an earlier test switched
    seen = run_python(ASK, {"GRAPH": simulator})
    assert seen["state"] == "missing"
    assert [span for span in seen["spans"] if "nobody.of.that.name" in span] == []
