"""YAML whose every part knows its line, so that whatever is wrong with a scenario is said with its place.

Every scalar stays the text that was written: `on`, `no` and `09:00` mean what a planner reads.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Self, cast

import yaml


class NotAScenario(Exception):
    """A scenario file says what nobody understands; the text names file and line."""


class Text(str):
    """A written word or sentence."""

    file: str = ""
    line: int = 0

    @classmethod
    def at(cls, words: str, file: str, line: int) -> Self:
        text = cls(words)
        text.file, text.line = file, line
        return text


class Lines(list["Said"]):
    """A list."""

    file: str = ""
    line: int = 0


class Form(dict[str, "Said"]):
    """Names and what is said under each; taken out one by one, so that what is left over is not understood."""

    file: str = ""
    line: int = 0

    def said(self, name: str) -> "Said":
        """What is said under a name; an empty text where nothing is."""
        return self.get(name, Text(""))

    @property
    def names(self) -> list[Text]:
        """The names as they were written, each with its place."""
        return [cast(Text, name) for name in self]


Said = Text | Lines | Form


def read_yaml(file: Path, name: str) -> Form:
    """Read a file; `name` is what it is called in refusals.

    Raises:
        NotAScenario: it is no YAML, or no form of names and values.
    """
    try:
        node = yaml.compose(file.read_text("utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise NotAScenario(f"{name}:{line}: this is no YAML: {error.problem}") from error
    said = _read(node, name) if node else None
    if not isinstance(said, Form):
        raise NotAScenario(f"{name}:1: a scenario is a form with title, given, when and then")
    return said


def refuse(said: Said, why: str) -> NotAScenario:
    """The refusal of something that was said."""
    return NotAScenario(f"{said.file}:{said.line}: {why}")


def _read(node: yaml.Node, file: str) -> Said:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Text.at(node.value, file, line)
    if isinstance(node, yaml.SequenceNode):
        lines = Lines(_read(each, file) for each in node.value)
        lines.file, lines.line = file, line
        return lines
    form = Form()
    form.file, form.line = file, line
    for key, value in _pairs(node):
        name = Text.at(key.value, file, key.start_mark.line + 1)
        if name in form:
            raise refuse(name, f"{name!r} is said twice")
        form[name] = _read(value, file)
    return form


def _pairs(node: yaml.Node) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    yield from node.value


def as_text(said: Said) -> Text:
    if not isinstance(said, Text):
        raise refuse(said, "one word or sentence belongs here")
    return said


def as_form(said: Said) -> Form:
    if isinstance(said, Text) and not said:
        empty = Form()
        empty.file, empty.line = said.file, said.line
        return empty
    if not isinstance(said, Form):
        raise refuse(said, "names with values belong here")
    return said


def as_lines(said: Said) -> Lines:
    """A list; one thing alone is a list of one, nothing an empty one."""
    if isinstance(said, Lines):
        return said
    lines = Lines([] if isinstance(said, Text) and not said else [said])
    lines.file, lines.line = said.file, said.line
    return lines


def as_words(said: Said) -> list[Text]:
    """A list of words, or words between commas."""
    if isinstance(said, Text):
        return [Text.at(word.strip(), said.file, said.line) for word in said.split(",") if word.strip()]
    return [as_text(each) for each in as_lines(said)]


def as_truth(said: Said) -> bool:
    text = as_text(said).lower()
    if text not in ("yes", "no", "true", "false"):
        raise refuse(said, f"yes or no belongs here, not {text!r}")
    return text in ("yes", "true")


def as_number(said: Said) -> int:
    text = as_text(said)
    try:
        return int(text)
    except ValueError:
        raise refuse(text, f"a whole number belongs here, not {text!r}") from None
