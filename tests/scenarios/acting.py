"""The table of everything that may happen in a scenario: one small function per act, found by its words.

`planner: moves Boiler` is found under "planner" and "moves"; what follows the words is the function's first argument,
and each further line of the act one of its keywords (`for` and `as` with an underscore behind them, spaces as one).
"""

import inspect
import keyword
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import TYPE_CHECKING, Any, NewType, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from tests.scenarios.said import (
    Form,
    Lines,
    NotAScenario,
    Said,
    Text,
    as_form,
    as_lines,
    as_number,
    as_text,
    as_truth,
    as_words,
    refuse,
)
from tests.scenarios.times import Almanac, Unreadable

if TYPE_CHECKING:
    from tests.scenarios.play import Play

At = NewType("At", Text)
"""A parameter that says when, in the zone of the one it is about."""

_READERS: Mapping[Any, Callable[[Said], Any]] = {
    str: as_text,
    Text: as_text,
    bool: as_truth,
    int: as_number,
    list: as_words,
    Form: as_form,
    Lines: as_lines,
    At: as_text,
}


@dataclass(frozen=True, slots=True)
class Act:
    """One kind of act; `takes` are the readers of its further lines, `needs` those it cannot do without."""

    words: str
    do: Callable[..., None]
    has_object: bool
    takes: Mapping[str, Callable[[Said], Any]]
    needs: frozenset[str]
    times: frozenset[str]


@dataclass(frozen=True, slots=True)
class Done:
    """One act of a scenario, checked and ready to be done."""

    said: Text
    act: Act
    about: Text | None
    arguments: Mapping[str, Any]

    def do(self, play: "Play") -> None:
        """Do it.

        Raises:
            NotAScenario: it cannot be done, such as a time that is none.
        """
        first = (self.about,) if self.about is not None else ()
        try:
            self.act.do(play, *first, **self.arguments)
        except Unreadable as unreadable:
            raise refuse(self.said, str(unreadable)) from unreadable


_ANY_ZONE = ZoneInfo("Europe/Berlin")
ACTS: dict[str, dict[str, Act]] = {}


def act(who: str, words: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Enter a function into the table."""

    def enter(do: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(do)
        parameters = list(inspect.signature(do).parameters.values())[1:]
        keywords = [each for each in parameters if each.kind is inspect.Parameter.KEYWORD_ONLY]
        takes = {_as_said(each.name): _reader(hints[each.name]) for each in keywords}
        ACTS.setdefault(who, {})[words] = Act(
            words,
            do,
            has_object=len(parameters) > len(keywords),
            takes=takes,
            needs=frozenset(_as_said(each.name) for each in keywords if each.default is inspect.Parameter.empty),
            times=frozenset(_as_said(each.name) for each in keywords if "At" in str(hints[each.name])),
        )
        return do

    return enter


def _reader(kind: Any) -> Callable[[Said], Any]:
    kinds = (
        [one for one in get_args(kind) if one is not type(None)] if get_origin(kind) in (UnionType, Union) else [kind]
    )
    return _READERS[get_origin(kinds[0]) or kinds[0]]


def read_act(said: Said, almanac: Almanac) -> Done:
    """Find an act and read what belongs to it.

    Raises:
        NotAScenario: nobody does such a thing, or a line of it is not understood.
    """
    form = as_form(said)
    doers = [name for name in form.names if name in ACTS]
    if len(doers) != 1:
        raise refuse(form, f"an act begins with one of {', '.join(sorted(ACTS))}")
    sentence = as_text(form[doers[0]])
    table = ACTS[doers[0]]
    fitting = [words for words in table if sentence == words or sentence.startswith(words + " ")]
    if not fitting:
        raise refuse(sentence, f"a {doers[0]} does not {sentence!r}; known are: {'; '.join(sorted(table))}")
    found = table[max(fitting, key=len)]
    about = Text.at(sentence[len(found.words) :].strip(), sentence.file, sentence.line)
    if bool(about) != found.has_object:
        missing = "lacks what it is about" if found.has_object else f"takes nothing behind it, not {about!r}"
        raise refuse(sentence, f"'{doers[0]}: {found.words}' {missing}")
    rest = {name: value for name, value in form.items() if name != doers[0]}
    for name in form.names:
        if name in rest and name not in found.takes:
            known = ", ".join(found.takes) or "nothing"
            raise refuse(name, f"'{doers[0]}: {found.words}' takes {known}, not {name!r}")
    if lacks := found.needs - set(rest):
        raise refuse(sentence, f"'{doers[0]}: {found.words}' needs {', '.join(sorted(lacks))}")
    for timed in found.times & set(rest):
        check_time(as_text(rest[timed]), almanac)
    arguments = {_as_parameter(name): found.takes[name](value) for name, value in rest.items()}
    whole = Text.at(f"{doers[0]}: {sentence}", sentence.file, sentence.line)
    return Done(whole, found, about or None, arguments)


def check_time(text: Text, almanac: Almanac) -> None:
    """Refuse words that say no time in any zone."""
    try:
        almanac.read(text, _ANY_ZONE)
    except Unreadable as unreadable:
        raise NotAScenario(f"{text.file}:{text.line}: {unreadable}") from unreadable


def _as_said(parameter: str) -> str:
    return parameter.rstrip("_").replace("_", " ")


def _as_parameter(said: str) -> str:
    name = said.replace(" ", "_")
    return f"{name}_" if name in keyword.kwlist else name
