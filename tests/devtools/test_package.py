"""What `dev.py package` puts into the zip; that the whole works by itself it tries each time it makes one."""

import os
from pathlib import Path

import pathspec
import pytest

from devtools.packaging.archive import largest_in, write_archive
from devtools.packaging.contents import OWN, PACKAGES, copy_own, leave_behind
from devtools.packaging.target import target_of
from devtools.packaging.wheels import missing_in, pinned_for
from devtools.paths import ROOT
from devtools.trouble import Trouble


def _install(place: Path, name: str, version: str, *wants: str) -> None:
    folder = place / f"{name}-{version}.dist-info"
    folder.mkdir(parents=True)
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {each}" for each in wants),
    ]
    (folder / "METADATA").write_text("\n".join(lines), "utf-8")


@pytest.mark.parametrize(("version", "library"), [("3.11", "1.26.0"), ("3.12", "1.26.0"), ("3.13", "2.3.0")])
def test_a_marker_is_judged_by_the_python_that_is_packaged_for(version: str, library: str) -> None:
    chosen = pinned_for(target_of(version).markers, (ROOT / "requirements.txt").read_text("utf-8"))
    assert [line for line in chosen if line.startswith("azure-functions")] == [f"azure-functions=={library}"]


def test_what_a_package_wants_on_the_target_and_lacks_is_named(tmp_path: Path) -> None:
    _install(
        tmp_path, "board", "2.0", "chalk>=1; python_version < '3.13'", "sponge", "lamp>3", "duster; extra == 'clean'"
    )
    _install(tmp_path, "lamp", "3.0")
    found = sorted(missing_in(tmp_path, target_of("3.12").markers))
    assert found == ["chalk >=1 (for board)", "lamp >3 (for board)", "sponge  (for board)"]
    assert len(list(missing_in(tmp_path, target_of("3.13").markers))) == 2


def test_tests_and_sources_of_packages_stay_behind_and_licences_go_along(tmp_path: Path) -> None:
    kept = ["lib/__init__.py", "lib/fast.so", "lib/py.typed", "lib-1.dist-info/METADATA", "lib-1.dist-info/LICENSE"]
    left = ["lib/tests/test_it.py", "lib/fast.c", "lib/fast.pyi", "bin/lib"]
    for name in kept + left:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", "utf-8")
    leave_behind(tmp_path)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()) == sorted(
        kept
    )


def test_a_package_named_tests_is_somebodys_own(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "__init__.py").write_text("", "utf-8")
    leave_behind(tmp_path)
    assert (tmp_path / "tests" / "__init__.py").exists()


def test_the_same_content_gives_the_same_bytes_whenever_it_was_written(tmp_path: Path) -> None:
    root = tmp_path / "app"
    for name, text in (("host.json", "{}"), (str(PACKAGES / "lib" / "a.py"), "a" * 5000)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    write_archive(root, tmp_path / "one.zip")
    os.utime(root / "host.json", (1, 1))
    write_archive(root, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert {name for name, _ in largest_in(tmp_path / "one.zip", 5)} == {"lib", "tandem"}


def test_only_what_runs_in_azure_goes_there_and_funcignore_agrees(tmp_path: Path) -> None:
    copy_own(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(OWN)
    assert not list(tmp_path.rglob("__pycache__"))
    ignored = pathspec.PathSpec.from_lines("gitignore", (ROOT / ".funcignore").read_text("utf-8").splitlines())
    tracked = {path.name for path in ROOT.iterdir() if path.is_file() or any(path.iterdir())}
    going = {name for name in tracked if not ignored.match_file(name) and not ignored.match_file(f"{name}/")}
    assert going == set(OWN)


def test_a_python_that_the_app_does_not_run_on_is_refused() -> None:
    with pytest.raises(Trouble, match=r"3\.11, 3\.12, 3\.13, not on 3\.9"):
        target_of("3.9")
