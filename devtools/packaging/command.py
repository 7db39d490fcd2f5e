"""`dev.py package`: from the pinned requirements to a zip that was tried."""

import shutil
import tempfile
from pathlib import Path

from devtools.packaging.archive import largest_in, write_archive
from devtools.packaging.bytecode import compile_for
from devtools.packaging.contents import PACKAGES, copy_own, leave_behind
from devtools.packaging.proof import index_unpacked
from devtools.packaging.target import target_of
from devtools.packaging.wheels import install_wheels
from devtools.paths import ROOT

DIST = ROOT / "dist"
_SHOWN = 8


def make_package(version: str, archive: Path | None) -> int:
    """Build the package for a Python version, try it, and tell what is in it.

    Raises:
        Trouble: it cannot be built, or does not work by itself.
    """
    target = target_of(version)
    archive = archive or DIST / f"tandem-python{version}.zip"
    with tempfile.TemporaryDirectory(prefix="tandem-package-") as folder:
        root = Path(folder) / "app"
        root.mkdir()
        install_wheels(target, root / PACKAGES)
        copy_own(root)
        leave_behind(root / PACKAGES)
        compiled = ", compiled" if compile_for(target, root) else ""
        write_archive(root, archive)
    print(f"\n{archive}: {archive.stat().st_size / 1e6:.1f} MB, for Linux and Python {version}{compiled}.")
    print("Largest in it:")
    for name, size in largest_in(archive, _SHOWN):
        print(f"  {size / 1e6:6.1f} MB  {name}")
    if target.python is None:
        print(f"This machine has no Python {version}, so it was neither compiled nor tried.")
        return 0
    names = index_unpacked(archive, target)
    print(f"Unpacked alone it indexes {len(names)} functions: {', '.join(names)}.")
    return 0


def fetch_in_place(version: str) -> int:
    """Put the packages beside function_app.py, where tools that make the zip themselves look for them.

    Raises:
        Trouble: they cannot be had for that Python.
    """
    place = ROOT / PACKAGES
    shutil.rmtree(place, ignore_errors=True)
    install_wheels(target_of(version), place)
    leave_behind(place)
    print(f"The packages for Linux and Python {version} are in {PACKAGES}.")
    return 0
