"""The list of rules and how each is broken: small edits to the product, told in `rules/*.yaml`."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from devtools.paths import ROOT
from devtools.trouble import Trouble

RULES = Path(__file__).parent / "rules"
SCENARIOS = ROOT / "tests" / "scenarios"


@dataclass(frozen=True, slots=True)
class Breaking:
    """One rule, and the edit that breaks it. `seen_by` names scenarios, or groups of them, one of which must fall."""

    rule: str
    file: str
    old: str
    new: str
    seen_by: tuple[str, ...]

    @property
    def scenarios(self) -> list[str]:
        """The scenarios by name, those of groups among them.

        Raises:
            Trouble: there is no such scenario or group.
        """
        found: list[str] = []
        for name in self.seen_by:
            files = sorted((SCENARIOS / name).glob("*.yaml")) or [SCENARIOS / f"{name}.yaml"]
            if not files[0].exists():
                raise Trouble(f"'{self.rule}' is seen by {name}, but there is no such scenario.")
            found += [file.relative_to(SCENARIOS).with_suffix("").as_posix() for file in files]
        return found

    def breaks(self, text: str) -> str:
        """The file's text with the rule broken.

        Raises:
            Trouble: what is to be replaced is not there exactly once.
        """
        count = text.count(self.old)
        if count != 1:
            raise Trouble(f"'{self.rule}': what is to be replaced is found {count} times in {self.file}.")
        return text.replace(self.old, self.new)


def read_rules() -> list[Breaking]:
    """Every rule, in the order of the files."""
    return [
        Breaking(each["rule"], each["file"], each["old"], each["new"], tuple(each["seen_by"]))
        for file in sorted(RULES.glob("*.yaml"))
        for each in yaml.safe_load(file.read_text("utf-8"))
    ]
