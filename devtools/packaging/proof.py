"""Has a package's functions indexed where there is nothing else, as a worker would.

https://learn.microsoft.com/azure/azure-functions/functions-reference-python
"""

import json
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from devtools.packaging.contents import PACKAGES
from devtools.packaging.target import Target
from devtools.trouble import Trouble

_INDEX = """
import json, sys
sys.path[:0] = sys.argv[1:3]
import function_app
found = function_app.app.get_functions()
json.dump(sorted(each.get_function_name() for each in found), sys.stdout)
"""
# Much is imported only when a timer or an admin comes; what is missing there must not wait for that.
_ALL = """
import importlib, json, pkgutil, sys
sys.path[:0] = sys.argv[1:3]
sys.dont_write_bytecode = True
import sync_core
for module in pkgutil.walk_packages(sync_core.__path__, "sync_core."):
    importlib.import_module(module.name)
import azure.monitor.opentelemetry
json.dump(sorted(file for each in list(sys.modules.values()) if (file := getattr(each, "__file__", None))), sys.stdout)
"""


def index_unpacked(archive: Path, target: Target) -> list[str]:
    """Unpack a package into an empty folder and return the names of its functions; every module can be imported, too.

    Raises:
        Trouble: this machine lacks that Python, or the package does not work by itself.
    """
    if target.python is None:
        raise Trouble(f"This machine has no Python {target.version} to try the package with.")
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(folder)
        root = Path(folder)
        names: list[str] = json.loads(run_alone(target.python, _INDEX, [str(root), str(root / PACKAGES)]))
        loaded_by_app(target.python, root)
    return names


def loaded_by_app(python: Path, root: Path) -> list[Path]:
    """Import everything that the unpacked app ever imports, and return the files.

    Raises:
        Trouble: something cannot be imported; the last line of the fault is told.
    """
    files: list[str] = json.loads(run_alone(python, _ALL, [str(root), str(root / PACKAGES)]))
    return [Path(file) for file in files]


def run_alone(python: Path, script: str, arguments: Sequence[str]) -> str:
    """Run a script without the interpreter's own site-packages: what is lacking must not be found elsewhere.

    Raises:
        Trouble: it fails; the last line of the fault is told.
    """
    command = [str(python), "-I", "-S", "-c", script, *arguments]
    done = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    if done.returncode:
        fault = ((done.stderr.strip() or done.stdout.strip()).splitlines() or ["it ended without a word"])[-1]
        raise Trouble(f"The package does not work by itself: {fault}")
    return done.stdout
