"""Writes the zip: the same content gives the same bytes, whoever builds it and whenever.

https://reproducible-builds.org/docs/archives/
"""

import zipfile
from collections import Counter
from pathlib import Path

from devtools.packaging.contents import PACKAGES
from devtools.packaging.wheels import top_level_of

# The oldest instant a zip can name.
_EVER = (1980, 1, 1, 0, 0, 0)


def write_archive(root: Path, archive: Path) -> None:
    """Write every file below `root`, in order of its name."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for file in sorted(path for path in root.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(root).as_posix(), _EVER)
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED, 9)


def largest_in(archive: Path, count: int) -> list[tuple[str, int]]:
    """The parts that take most of the zip, each with its bytes in it: packages by name, and our own as one."""
    sizes: Counter[str] = Counter()
    with zipfile.ZipFile(archive) as zipped:
        for entry in zipped.infolist():
            path = Path(entry.filename)
            inside = path.is_relative_to(PACKAGES)
            sizes[top_level_of(path.relative_to(PACKAGES)) if inside else "tandem"] += entry.compress_size
    return sizes.most_common(count)
