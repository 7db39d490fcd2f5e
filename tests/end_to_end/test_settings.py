"""A host whose app is set wrongly does not start, and says what is wrong."""

import os
import subprocess
import sys

import pytest

from devtools.development import settings_for
from devtools.paths import ROOT

pytestmark = pytest.mark.services


def test_wrong_settings_end_the_host_and_are_named_without_their_secrets() -> None:
    nobody = "http://127.0.0.1:9"
    settings = settings_for("UseDevelopmentStorage=true", nobody, nobody, nobody)
    settings |= {
        "TANDEM_CONNECTOR_ID": "tandem",
        "GRAPH_PAGE_SIZE": "5000",
        "SCHEDULER_WEBHOOK_SECRETS": "hush-hush",
        "SCHEDULER_URL": "",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "simulators.host", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode not in (0, None)
    for name in ("TANDEM_CONNECTOR_ID", "GRAPH_PAGE_SIZE", "SCHEDULER_WEBHOOK_SECRETS", "SCHEDULER_URL is missing"):
        assert name in said
    assert "AzureWebJobsStorage" not in said, "what is right is not named"
    assert "hush-hush" not in said
    assert "ready at" not in said
    assert "Traceback" not in said
