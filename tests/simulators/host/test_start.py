"""Timers, settings, and the sentences of a host that cannot start."""

import json
import socket
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from devtools.processes import Part
from devtools.trouble import Trouble
from tests.services import wait_until
from tests.simulators.host.sample import Sample

pytestmark = pytest.mark.services

TIMER = """
    @app.timer_trigger("timer", "%WHEN%")
    async def tick(timer: func.TimerRequest) -> None:
        note(f"tick {timer.past_due}")
"""


def post(host: Part, path: str) -> tuple[int, object]:
    request = urllib.request.Request(host.address + path, b"", method="POST")  # noqa: S310 - the part's address
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_a_timer_runs_when_it_is_due(sample: Sample) -> None:
    sample.write(TIMER)
    sample.start(WHEN="* * * * * *")
    wait_until(lambda: len(sample.calls()) >= 2, "two ticks")
    assert set(sample.calls()) == {"tick False"}


def test_a_timer_runs_out_of_turn_when_asked_and_never_at_the_start(sample: Sample) -> None:
    sample.write(TIMER)
    host = sample.start(WHEN="0 0 0 29 2 *")
    assert sample.calls() == []
    assert post(host, "/_host/timers/tick") == (200, {"succeeded": True})
    assert sample.calls() == ["tick False"]


def test_a_timer_never_runs_beside_itself(sample: Sample) -> None:
    sample.write("""
        @app.timer_trigger("timer", "0 0 0 29 2 *")
        async def tick(timer: func.TimerRequest) -> None:
            note("began")
            await asyncio.sleep(0.2)
            note("ended")
    """)
    host = sample.start()
    with ThreadPoolExecutor(2) as pool:
        assert len(list(pool.map(lambda _: post(host, "/_host/timers/tick"), range(2)))) == 2
    assert sample.calls() == ["began", "ended"] * 2


def test_an_unknown_timer_is_not_found(sample: Sample) -> None:
    sample.write(TIMER)
    assert post(sample.start(WHEN="0 0 0 * * *"), "/_host/timers/tock")[0] == 404


def test_a_failing_timer_says_so_to_whoever_ran_it(sample: Sample) -> None:
    sample.write("""
        @app.timer_trigger("timer", "0 0 0 * * *")
        def tick(timer: func.TimerRequest) -> None:
            raise ValueError("no")
    """)
    assert post(sample.start(), "/_host/timers/tick") == (200, {"succeeded": False})


def test_the_environment_wins_over_the_settings_file(sample: Sample) -> None:
    sample.write("""
        import os

        @app.timer_trigger("timer", "0 0 0 * * *")
        def tick(timer: func.TimerRequest) -> None:
            note(os.environ["FIRST"] + os.environ["SECOND"])
    """)
    settings = sample.directory / "local.settings.json"
    settings.write_text(json.dumps({"IsEncrypted": False, "Values": {"FIRST": "file ", "SECOND": "file"}}))
    host = sample.start("--settings", str(settings), SECOND="environment")
    post(host, "/_host/timers/tick")
    assert sample.calls() == ["file environment"]


REFUSALS = [
    (
        "the app's own words about its settings",
        TIMER
        + "\n    def configuration_problems() -> list[str]:\n        return ['GRAPH_ENDPOINT is no https address']\n",
        ["refuses its settings", "GRAPH_ENDPOINT is no https address"],
    ),
    ("a schedule's setting that is missing", TIMER.replace("WHEN", "ELSE"), ["tick needs the setting ELSE"]),
    ("a schedule that is none", TIMER.replace("%WHEN%", "0 61 * * * *"), ["schedule of function tick", "minute"]),
    ("an import that fails", "import nowhere_to_be_found", ["cannot be imported", "nowhere_to_be_found"]),
    ("no functions", "", ["has no functions"]),
    (
        "a parameter that is no binding",
        TIMER.replace("timer: func.TimerRequest", "clock: func.TimerRequest"),
        ["Function tick: clock, timer must be both"],
    ),
    (
        "a connection that is missing",
        '\n    @app.queue_trigger("msg", "q", "Elsewhere")\n    def run(msg: str) -> None: ...\n',
        ["run needs the setting Elsewhere"],
    ),
    (
        "two functions on one route",
        '\n    @app.route("a", methods=["GET"])\n    def one(req: func.HttpRequest) -> str: ...\n'
        '\n    @app.route("A", methods=["GET"])\n    def two(req: func.HttpRequest) -> str: ...\n',
        ["one and two both serve GET"],
    ),
]


@pytest.mark.parametrize(("source", "words"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_a_host_that_cannot_start_says_why(sample: Sample, source: str, words: list[str]) -> None:
    sample.write(source)
    with pytest.raises(Trouble) as refusal:
        sample.start(WHEN="0 0 0 * * *")
    assert all(word in str(refusal.value) for word in words), str(refusal.value)


def test_a_taken_port_ends_the_start(sample: Sample) -> None:
    sample.write(TIMER)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with pytest.raises(Trouble, match=f"Port {port} is taken"):
            sample.start("--port", port, WHEN="0 0 0 * * *")
