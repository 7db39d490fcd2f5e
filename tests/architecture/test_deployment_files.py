"""What the platform reads: host.json, the pinned requirements and what stays out of the package."""

import json
import re
import subprocess

import pathspec

from devtools.paths import ROOT


def test_the_host_retries_and_polls_as_the_product_expects() -> None:
    """At most 16 + 8 jobs run at once on an instance, each of one resource.

    A job waits for the network nearly all its time, so fewer would leave the instance idle; the messages of a crashed
    instance stay hidden for ten minutes, so many more would delay many resources.
    """
    host = json.loads((ROOT / "host.json").read_text("utf-8"))
    assert host["extensions"]["queues"] == {
        "batchSize": 16,
        "newBatchThreshold": 8,
        "maxDequeueCount": 5,
        "visibilityTimeout": "00:00:30",
        "maxPollingInterval": "00:00:00.500",
        "messageEncoding": "base64",
    }
    assert host["telemetryMode"] == "OpenTelemetry"
    assert host["extensionBundle"] == {"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)"}


def test_every_requirement_is_pinned() -> None:
    for file in ROOT.glob("requirements*.txt"):
        for line in file.read_text("utf-8").splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert re.match(r"[\w.\-]+==[\w.]+(; .+)?$", line), f"{file.name}: {line}"


def test_only_the_product_is_deployed_and_nothing_that_an_admin_keeps_beside_it() -> None:
    """The Azure Developer CLI reads .funcignore like a .gitignore."""
    ignored = pathspec.PathSpec.from_lines("gitignore", (ROOT / ".funcignore").read_text("utf-8").splitlines())
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    # By the names at the root: what is ignored there is not looked into.
    roots = {path.split("/")[0] for path in listed.stdout.splitlines()}
    assert {name for name in roots if not ignored.match_file(name)} == {
        "function_app.py",
        "host.json",
        "requirements.txt",
        "sync_core",
    }
    kept = ("tandem.env", "key.txt", "webhook.txt", "tenant.json", "pilot.csv", ".azure", ".venv", "anything.else")
    assert [name for name in kept if not ignored.match_file(name)] == []
    assert not ignored.match_file(".python_packages/lib/site-packages/azure/functions/__init__.py")


def test_the_continuous_check_runs_the_documented_command() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text("utf-8").rstrip().endswith("python3 dev.py test")
