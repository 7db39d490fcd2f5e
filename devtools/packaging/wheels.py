"""Installs what requirements.txt pins, as wheels for the target, and proves that nothing is missing there.

pip judges environment markers by the Python that it runs on, not by the one it installs for, so they are judged here.
https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-python-version
"""

import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from devtools.packaging.target import PLATFORMS, Target
from devtools.paths import ROOT
from devtools.progress import run_with_progress
from devtools.trouble import Trouble


def install_wheels(target: Target, place: Path) -> None:
    """Install everything into `place`.

    Raises:
        Trouble: something cannot be had as a wheel for the target, or a package wants one that is not there.
    """
    place.mkdir(parents=True)
    asked = ["--python-version", target.version, "--implementation", "cp", "--only-binary=:all:"]
    for platform in PLATFORMS:
        asked += ["--platform", platform]
    with tempfile.TemporaryDirectory(prefix="tandem-wheels-") as folder:
        wheels, chosen = Path(folder), Path(folder, "chosen.txt")
        pinned = pinned_for(target.markers, (ROOT / "requirements.txt").read_text("utf-8"))
        chosen.write_text("\n".join(pinned), "utf-8")
        # Only a download is resolved for another Python; what is installed then is what was downloaded.
        run_with_progress(
            f"Fetching the packages for Linux and Python {target.version}",
            [sys.executable, "-m", "pip", "download", "--dest", str(wheels), "-r", str(chosen), *asked],
            "The packages could not be fetched; the lines above say which.",
        )
        install = [sys.executable, "-m", "pip", "install", "--target", str(place), "--no-deps", "--no-index"]
        install += ["--no-compile", "--ignore-requires-python", *asked, *map(str, sorted(wheels.glob("*.whl")))]
        run_with_progress("Unpacking them", install, "The packages could not be unpacked.")
    if missing := sorted(set(missing_in(place, target.markers))):
        raise Trouble(f"For Python {target.version} these are missing: {', '.join(missing)}. Pin them.")


def pinned_for(markers: Mapping[str, str], requirements: str) -> list[str]:
    """The lines of a requirements file that hold for the target, without their markers."""
    chosen = []
    for line in requirements.splitlines():
        if text := line.partition("#")[0].strip():
            wanted = Requirement(text)
            if wanted.marker is None or wanted.marker.evaluate(dict(markers)):
                wanted.marker = None
                chosen.append(str(wanted))
    return chosen


def missing_in(place: Path, markers: Mapping[str, str]) -> Iterator[str]:
    """What installed packages require for the target, and is not installed there as it should be."""
    known: dict[str, tuple[str, list[Requirement]]] = {}
    for metadata in sorted(place.glob("*.dist-info/METADATA")):
        headers = HeaderParser().parsestr(metadata.read_text("utf-8"))
        wants = [Requirement(text) for text in headers.get_all("Requires-Dist") or ()]
        known[canonicalize_name(headers["Name"])] = (headers["Version"], wants)
    for name, (_, wants) in known.items():
        for wanted in wants:
            if wanted.marker is not None and not wanted.marker.evaluate(dict(markers)):
                continue
            there = known.get(canonicalize_name(wanted.name))
            if there is None or not wanted.specifier.contains(there[0], prereleases=True):
                yield f"{wanted.name} {wanted.specifier} (for {name})"


def top_level_of(file: Path) -> str:
    """The package that a file of the installed tree belongs to, by its first folder."""
    return re.split(r"[-.]", file.parts[0], maxsplit=1)[0] if file.parts[0].endswith(".dist-info") else file.parts[0]
