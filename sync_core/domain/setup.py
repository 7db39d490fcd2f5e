"""One line of the set-up check: what was looked at, whether it is well, and what to do where it is not."""

from dataclasses import dataclass

from sync_core.domain.mend import link_to_remedy
from sync_core.domain.source import Level


@dataclass(frozen=True, slots=True)
class SetupLine:
    """`id` is stable, such as `key-vault` or `mailbox:R-ada`; `remedy` is empty on a green line."""

    id: str
    title: str
    level: Level
    words: str
    remedy: str = ""

    @property
    def link(self) -> str | None:
        """Where it is told how this is put right; None where nothing is to be."""
        return None if self.level is Level.GREEN else link_to_remedy("setup", self.id)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a line is about, before it is judged."""

    id: str
    title: str

    def green(self, words: str) -> SetupLine:
        return SetupLine(self.id, self.title, Level.GREEN, words)

    def amber(self, words: str, remedy: str) -> SetupLine:
        return SetupLine(self.id, self.title, Level.AMBER, words, remedy)

    def red(self, words: str, remedy: str) -> SetupLine:
        return SetupLine(self.id, self.title, Level.RED, words, remedy)
