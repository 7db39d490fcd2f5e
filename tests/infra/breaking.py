"""What is sound and how it is broken: the specimen, the snippets, and the lists of breaks in `broken/`."""

from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).parent
SPECIMEN = HERE / "specimen"
SNIPPETS = HERE / "snippets"


@dataclass(frozen=True, slots=True)
class Break:
    """In which file what is written now in place of what was, and what a fault must say of it."""

    file: str
    was: str
    now: str
    says: str

    def applied_to(self, text: str) -> str:
        """Return the text, broken once. Raises ValueError where what was written is not in it."""
        if self.was not in text:
            raise ValueError(f"{self.file} does not say {self.was!r}")
        return text.replace(self.was, self.now, 1)


def load_breaks(group: str) -> dict[str, Break]:
    """Return the breaks of one list by their names."""
    listed = yaml.safe_load((HERE / "broken" / f"{group}.yaml").read_text("utf-8"))
    return {name: Break(**each) for name, each in listed.items()}
