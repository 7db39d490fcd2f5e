"""Compiles a package for a Python that is at hand: a cold worker then starts in a fifth of the time.

By hash and unchecked: unpacking changes the files' times, and bytecode judged by them would be thrown away.
https://docs.python.org/3/library/py_compile.html#py_compile.PycInvalidationMode
"""

from pathlib import Path

from devtools.packaging.contents import PACKAGES
from devtools.packaging.proof import loaded_by_app, run_alone
from devtools.packaging.target import Target

# Some 17,000 modules, of which the app loads a few hundred; the bytecode of all would double the zip.
_VAST = "msgraph"
_WWWROOT = "wwwroot"


def compile_for(target: Target, root: Path) -> bool:
    """Compile what is below `root`; False where this machine does not have that Python.

    Raises:
        Trouble: something does not compile, or the app does not import.
    """
    if target.python is None:
        return False
    vast = root / PACKAGES / _VAST
    _compile(target.python, root, ["-x", f"/{_VAST}/", str(root)])
    used = [file for file in loaded_by_app(target.python, root) if file.is_relative_to(vast)]
    if used:
        _compile(target.python, root, list(map(str, used)))
    return True


def _compile(python: Path, root: Path, what: list[str]) -> None:
    # The paths in tracebacks are those of the app in Azure, not of the folder that it was built in.
    options = ["-q", "-f", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", _WWWROOT]
    run_alone(python, "import runpy; runpy.run_module('compileall', run_name='__main__')", [*options, *what])
