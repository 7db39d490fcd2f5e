"""Reads the command lines of a page: from its shell blocks, and what stands in a sentence as code.

https://spec.commonmark.org/0.31.2/#fenced-code-blocks
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

_BLOCK = re.compile(r"^ *```(sh)?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_ANY_BLOCK = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
_DOCUMENT = re.compile(r"<<'?(\w+)'?([^\n]*)\n.*?^\s*\1$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$", re.MULTILINE)
# A block that names no language may be an output; only lines of these are commands.
_PLAIN = re.compile(r"^(?:az|tandem|python3 dev\.py) .*$", re.MULTILINE)
_GAP = re.compile(r"<[a-z][^<>|]*>")
_ASSIGNMENT = re.compile(r"\w+=")
_OPENING = {"{", "do", "then", "if", "!"}


def commands_in_blocks(page: Path) -> Iterator[Sequence[str]]:
    """Yield every simple command of the shell blocks as words; what is to be filled in is the word X."""
    for language, block in _BLOCK.findall(page.read_text("utf-8")):
        text = _DOCUMENT.sub(r"\2", block) if language else "\n".join(_PLAIN.findall(block))
        yield from _simple_commands(_COMMENT.sub("", _GAP.sub("X", text.replace("\\\n", " "))))


def commands_in_sentences(page: Path, program: str) -> Iterator[Sequence[str]]:
    """Yield what begins with this program where code stands within a sentence; options may lack their values."""
    for code in _CODE.findall(_ANY_BLOCK.sub("", page.read_text("utf-8"))):
        words = " ".join(code.split()).split(" … ")[0]
        if words.startswith(f"{program} "):
            yield [word for word in shlex.split(_GAP.sub("X", words))[1:] if word != "…"]


def _simple_commands(text: str) -> Iterator[Sequence[str]]:
    reader = shlex.shlex(text, posix=True, punctuation_chars="();<>|&\n")
    reader.whitespace_split, reader.whitespace, reader.commenters = True, " \t", ""
    words: list[str] = []
    for word in [*reader, ";"]:
        if word and set(word) <= set("();<>|&\n"):
            if command := _without_opening(words):
                yield command
            words = []
        else:
            words.append(word)


def _without_opening(words: Sequence[str]) -> Sequence[str]:
    """A command without what the shell takes for itself: `do`, `{`, and variables that are set for it."""
    first = next((at for at, word in enumerate(words) if word not in _OPENING and not _ASSIGNMENT.match(word)), None)
    return [] if first is None else words[first:]
