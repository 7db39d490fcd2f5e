"""HTTP functions under the host."""

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from devtools.processes import Part, Parts
from devtools.trouble import Trouble
from tests.services import wait_until
from tests.simulators.host.sample import Sample

pytestmark = pytest.mark.services

APP = """
    import json

    meeting = asyncio.Barrier(2)
    thread_meeting = threading.Barrier(2)

    @app.route("echo/{name}/{word?}", methods=["POST"])
    async def echo(req: func.HttpRequest) -> func.HttpResponse:
        seen = {
            "method": req.method, "route": dict(req.route_params), "query": dict(req.params),
            "body": req.get_body().decode(), "header": req.headers.get("X-Mark"),
        }
        return func.HttpResponse(json.dumps(seen), mimetype="application/json", status_code=202)

    @app.route("echo/special", methods=["POST"])
    def special(req: func.HttpRequest) -> str:
        return "special"

    @app.route("{area:regex(^back$)}/{*rest}", methods=["GET"])
    async def back(req: func.HttpRequest) -> func.HttpResponse:
        return func.HttpResponse(json.dumps(dict(req.route_params)))

    @app.route("meet")
    async def meet(req: func.HttpRequest) -> func.HttpResponse:
        await asyncio.wait_for(meeting.wait(), 10)
        return func.HttpResponse("met")

    @app.route("meet-in-threads", methods=["GET"])
    def meet_in_threads(req: func.HttpRequest) -> func.HttpResponse:
        thread_meeting.wait(10)
        return func.HttpResponse("met")

    @app.route("fail", methods=["GET"])
    async def fail(req: func.HttpRequest) -> func.HttpResponse:
        raise RuntimeError("a secret subject")
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Parts() as parts:
        sample = Sample(Path(tmp_path_factory.mktemp("app")), parts)
        sample.write(APP)
        yield sample.start()


def ask(host: Part, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, str]:
    """Return status and text of one call."""
    request = urllib.request.Request(host.address + path, body, headers, method=method)  # noqa: S310 - the part's address
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_request_reaches_its_function_whole(host: Part) -> None:
    status, text = ask(host, "/api/echo/ada%20b/x?day=1", "POST", b'{"a": 1}', **{"X-Mark": "m"})
    assert status == 202
    assert json.loads(text) == {
        "method": "POST",
        "route": {"name": "ada b", "word": "x"},
        "query": {"day": "1"},
        "body": '{"a": 1}',
        "header": "m",
    }


def test_an_optional_parameter_may_be_absent(host: Part) -> None:
    assert json.loads(ask(host, "/api/echo/ada", "POST", b"")[1])["route"] == {"name": "ada"}


def test_a_parameter_may_be_held_to_a_pattern(host: Part) -> None:
    assert json.loads(ask(host, "/api/back/a/b")[1]) == {"area": "back", "rest": "a/b"}
    assert ask(host, "/api/front/a/b")[0] == 404


@pytest.mark.parametrize("route", ["admin/{*rest}", "Administration", "runtime"])
def test_a_route_that_the_host_keeps_to_itself_does_not_start(route: str, tmp_path: Path, parts: Parts) -> None:
    sample = Sample(tmp_path, parts)
    sample.write(f"""
        @app.route("{route}")
        async def taken(req: func.HttpRequest) -> func.HttpResponse:
            return func.HttpResponse("taken")
    """)
    with pytest.raises(Trouble, match="conflicts with one or more built in routes"):
        sample.start()


def test_the_case_of_a_path_does_not_matter(host: Part) -> None:
    assert ask(host, "/API/Echo/Special", "POST", b"") == (200, "special")


def test_the_more_specific_route_wins(host: Part) -> None:
    assert ask(host, "/api/echo/special", "POST", b"") == (200, "special")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/nowhere"), ("GET", "/echo/ada"), ("GET", "/api/echo/ada"), ("HEAD", "/api/fail")],
    ids=["an unknown route", "without the prefix", "another method", "HEAD is not GET"],
)
def test_what_no_function_serves_is_not_found(host: Part, method: str, path: str) -> None:
    assert ask(host, path, method)[0] == 404


@pytest.mark.parametrize("path", ["/api/meet", "/api/meet-in-threads"])
def test_functions_run_beside_each_other(host: Part, path: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda _: ask(host, path), range(2))) == [(200, "met"), (200, "met")]


def test_a_failing_function_answers_500_and_its_words_stay_out_of_answer_and_log(host: Part) -> None:
    assert ask(host, "/api/fail") == (500, "")
    wait_until(lambda: "fail GET fail failed" in host.last_lines(100), "the call is in the log")
    log = host.last_lines(100)
    assert "RuntimeError at function_app.py" in log
    assert "a secret subject" not in log
