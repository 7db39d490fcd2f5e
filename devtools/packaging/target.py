"""The Python that a package is for: another than the one at hand, perhaps, and always on Linux.

https://packaging.python.org/specifications/platform-compatibility-tags/
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from devtools.trouble import Trouble

VERSIONS = ("3.11", "3.12", "3.13")
# What `pythonVersion` in infra/main.bicep is by default; a test compares them.
USUAL = "3.12"
# The worker's images have a newer libc than the newest of these.
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")


@dataclass(frozen=True, slots=True)
class Target:
    """A Python version such as 3.12, and that Python itself where this machine has it."""

    version: str
    python: Path | None

    @property
    def markers(self) -> dict[str, str]:
        """What the environment markers of requirements are judged by."""
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.version}.0",
            "os_name": "posix",
            "platform_machine": "x86_64",
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": f"{self.version}.0",
            "python_version": self.version,
            "sys_platform": "linux",
            "extra": "",
        }


def target_of(version: str) -> Target:
    """Return what to build for.

    Raises:
        Trouble: the app runs on no such version.
    """
    if version not in VERSIONS:
        raise Trouble(f"Tandem runs on Python {', '.join(VERSIONS)}, not on {version}.")
    return Target(version, _find_python(version))


def _find_python(version: str) -> Path | None:
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return Path(sys.executable)
    script = "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)"
    for folder in os.get_exec_path():
        named = shutil.which(f"python{version}", path=folder)
        if named is None:
            continue
        answer = subprocess.run([named, "-c", script], capture_output=True, text=True, check=False)
        # What lies there may be the shim of a version manager, without a Python behind it.
        said, _, where = answer.stdout.strip().partition(" ")
        if answer.returncode == 0 and said == version:
            return Path(where)
    return None
