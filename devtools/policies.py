"""Judges `infra/` by checkov's policies, in an environment of its own, and proves each time that they would find
something.

checkov leaves a file that it cannot parse out with exit code 0, and a check that meets no resource says nothing: both
count as failures here. https://www.checkov.io/2.Basics/CLI%20Command%20Reference.html
"""

import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from devtools.paths import ROOT, STATE
from devtools.progress import run_with_progress
from devtools.trouble import Trouble

PINNED = ROOT / "requirements-policies.txt"
HOME = STATE / "policies"
CHECKOV = HOME / "bin" / "checkov"

# Each must find a resource to judge, and judge it well.
FITTING = {
    "CKV_AZURE_3": "storage over https",
    "CKV_AZURE_9": "no RDP from the internet",
    "CKV_AZURE_10": "no SSH from the internet",
    "CKV_AZURE_14": "the app over https",
    "CKV_AZURE_15": "TLS of the app",
    "CKV_AZURE_16": "the app has an identity",
    "CKV_AZURE_18": "HTTP/2",
    "CKV_AZURE_34": "containers are private",
    "CKV_AZURE_36": "storage lets trusted services in",
    "CKV_AZURE_42": "the vault can be recovered",
    "CKV_AZURE_43": "the name of the storage account",
    "CKV_AZURE_44": "TLS of storage",
    "CKV_AZURE_57": "no CORS for everyone",
    "CKV_AZURE_59": "no public blobs",
    "CKV_AZURE_67": "HTTP/2 of the function app",
    "CKV_AZURE_70": "the function app over https",
    "CKV_AZURE_71": "the web app has an identity",
    "CKV_AZURE_72": "no remote debugging",
    "CKV_AZURE_78": "no FTP",
    "CKV_AZURE_110": "purge protection",
    "CKV_AZURE_111": "soft delete",
    "CKV_AZURE_145": "TLS of the function app",
    "CKV_AZURE_160": "no plain HTTP from the internet",
}
# In any file; these look for a form and say nothing where there is none.
SECRETS = {
    "CKV_SECRET_3": "key of a storage account",
    "CKV_SECRET_4": "name and password in an address",
    "CKV_SECRET_9": "token",
    "CKV_SECRET_13": "private key",
}
# They look at what is here, too, but do not fit it.
LEFT_OUT = {
    "CKV_AZURE_13": "the app checks tokens itself; Easy Auth would stand before the webhooks as well",
    "CKV_AZURE_17": "neither Graph nor a board has a client certificate",
    "CKV_AZURE_35": "storage is closed by the network only where a private network is chosen",
    "CKV_AZURE_56": "as CKV_AZURE_13; it also takes any settings for the ones that it means",
    "CKV_AZURE_62": "the same as CKV_AZURE_57",
    "CKV_AZURE_63": "the log of requests is telemetry; this one is not for Flex Consumption",
    "CKV_AZURE_65": "pages of errors are not for Flex Consumption",
    "CKV_AZURE_66": "tracing of failed requests is not for Flex Consumption",
    "CKV_AZURE_80": "there is no .NET in it",
    "CKV_AZURE_88": "Flex Consumption runs from a blob container, not from Azure Files",
    "CKV_AZURE_109": "the vault is closed by the network only where a private network is chosen",
    "CKV_AZURE_153": "Flex Consumption has no slots",
    "CKV_AZURE_155": "Flex Consumption has no slots",
    "CKV_AZURE_182": "the network has no name servers of its own",
    "CKV_AZURE_183": "the network has no name servers of its own",
    "CKV_AZURE_189": "as CKV_AZURE_109; it also breaks on a value with a condition",
    "CKV_AZURE_206": "how often storage keeps each byte is a parameter",
    "CKV_AZURE_212": "without work there is no instance, on purpose; instances can be kept ready by parameter",
    "CKV_AZURE_213": "Flex Consumption has no health check; an alert watches the timers instead",
    "CKV_AZURE_222": "Graph and the board call the app from outside",
    "CKV_AZURE_225": "a plan over several zones keeps two instances ready and paid for",
    "CKV_SECRET_6": "it takes the names of secrets for secrets",
}

Report = Mapping[str, Any]


def judge(reports: Sequence[Report]) -> Iterator[str]:
    """Yield in words whatever in checkov's reports is no clean bill."""
    by_kind = {report.get("check_type"): report for report in reports}
    for kind, report in by_kind.items():
        results = report.get("results", {})
        if errors := report.get("summary", {}).get("parsing_errors") or len(results.get("parsing_errors", ())):
            yield f"{kind}: {errors} file(s) could not be parsed, and so were not judged"
        for failed in results.get("failed_checks", ()):
            yield f"{failed['check_id']} {failed['check_name']}: {failed['file_path']}"
    judged = by_kind.get("bicep", {}).get("results", {})
    seen = {each["check_id"] for group in ("passed_checks", "failed_checks") for each in judged.get(group, ())}
    yield from (f"{check} ({what}) met nothing to judge" for check, what in FITTING.items() if check not in seen)


def read_reports(printed: str) -> Sequence[Report]:
    """Return what checkov printed as a list: it prints one report alone, and a bare summary where nothing was parsed.

    Raises:
        Trouble: It printed something else.
    """
    try:
        read = json.loads(printed)
    except ValueError as error:
        raise Trouble("checkov printed no report.") from error
    reports = read if isinstance(read, list) else [read]
    # The bare summary has its counts at top level.
    return [each if "check_type" in each else {"check_type": "bicep", "summary": each} for each in reports]


def main() -> int:
    """Judge what is deployed, print what is wrong with it, and return 0 only if nothing is."""
    _ensure()
    wrong = [*_proof(), *judge(_ask(ROOT / "infra"))]
    for words in wrong:
        print(words)
    print(f"{len(FITTING)} policies, {len(wrong)} fault(s); {len(LEFT_OUT)} left out, each with its reason.")
    return 1 if wrong else 0


def _ensure() -> None:
    stamp = HOME / "pinned.txt"
    pinned = PINNED.read_text("utf-8")
    if CHECKOV.exists() and stamp.exists() and stamp.read_text("utf-8") == pinned:
        return
    made = "The environment of the policies could not be made."
    run_with_progress(
        "Making the environment of the policies", (sys.executable, "-m", "venv", "--clear", str(HOME)), made
    )
    install = (str(HOME / "bin" / "python"), "-m", "pip", "install", "--quiet", "-r", str(PINNED))
    run_with_progress("Installing checkov", install, made)
    stamp.write_text(pinned, "utf-8")


def _ask(folder: Path) -> Sequence[Report]:
    checks = ",".join((*FITTING, *SECRETS))
    command = [str(HOME / "bin" / "python"), str(CHECKOV), "--skip-download", "-d", str(folder)]
    command += ["--framework", "bicep", "secrets", "--check", checks, "-o", "json"]
    # Nothing is asked of anyone else: without an account and with --skip-download all of it happens here.
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return read_reports(asked.stdout)


def _proof() -> Iterator[str]:
    """Yield what the policies do not find in files that are wrong on purpose."""
    key = base64.b64encode(bytes(range(64))).decode()
    storage = "resource a 'Microsoft.Storage/storageAccounts@2025-06-01' = {\n  name: 'a'\n  properties: {\n"
    planted = {
        "old.bicep": f"{storage}    minimumTlsVersion: 'TLS1_0'\n  }}\n}}\n",
        "secret.bicep": f"var connection = 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey={key}'\n",
        "broken.bicep": "resource a = {\n",
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, text in planted.items():
            (Path(folder) / name).write_text(text, "utf-8")
        found = list(judge(_ask(Path(folder))))
    for words in ("CKV_AZURE_44 Ensure", "CKV_SECRET_3 Azure", "1 file(s) could not be parsed"):
        if not any(words in each for each in found):
            yield f"checkov does not find what is wrong on purpose: {words}"


if __name__ == "__main__":
    sys.exit(main())
