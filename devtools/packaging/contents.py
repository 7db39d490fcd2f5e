"""What goes into the package, and what of the installed packages stays behind.

https://learn.microsoft.com/azure/azure-functions/functions-deployment-technologies
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from devtools.paths import ROOT

# Everything of ours that runs in Azure; .funcignore says the same to other tools, and a test compares them.
OWN = ("function_app.py", "host.json", "requirements.txt", "sync_core")
PACKAGES = Path(".python_packages", "lib", "site-packages")
# Needed to build against, to type-check or to test a package, never to run it.
_LEFT_BEHIND = {"*.pyi", "*.pyx", "*.pxd", "*.c", "*.h", "*.cpp", "*.hpp", "*.a"}
_TESTS = {"test", "tests"}


def copy_own(place: Path) -> None:
    """Copy our own files."""
    for name in OWN:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, place / name)


def leave_behind(packages: Path) -> None:
    """Remove what is not needed to run."""
    shutil.rmtree(packages / "bin", ignore_errors=True)
    for folder in sorted(_test_folders(packages)):
        shutil.rmtree(folder, ignore_errors=True)
    for pattern in _LEFT_BEHIND:
        for file in packages.rglob(pattern):
            file.unlink()


def _test_folders(packages: Path) -> Iterator[Path]:
    for folder in packages.rglob("*"):
        # Below a package only: one that is itself named so would be somebody's own.
        if folder.is_dir() and folder.name in _TESTS and (folder.parent / "__init__.py").exists():
            yield folder
