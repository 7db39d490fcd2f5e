"""The words of an event: by the tenant's templates, by the product's own where it has none, plain where one fails."""

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Template

from sync_core.adapters.wording.markup import clean_body
from sync_core.adapters.wording.sandbox import Faulty, compile_tree, parse, render
from sync_core.adapters.wording.variables import variables_of
from sync_core.domain.appointment import Appointment
from sync_core.domain.choices import Choices
from sync_core.domain.look import Notes, Words, WordsOf, plain_words

SUBJECT, LOCATION, BODY = "subject_template", "location_template", "body_template"
_FILES = {SUBJECT: "subject.txt.j2", LOCATION: "location.txt.j2", BODY: "body.html.j2"}
_log = logging.getLogger("tandem")


@lru_cache(maxsize=1)
def default_templates() -> Mapping[str, str]:
    """The product's own templates, by the names of the settings that replace them."""
    folder = Path(__file__).parent
    return {name: (folder / file).read_text("utf-8") for name, file in _FILES.items()}


class TemplateWording:
    """Puts appointments into words by Jinja2 templates; implements `Wording`."""

    def words_of(self, choices: Choices) -> WordsOf:
        return _words_by(choices.subject_template, choices.location_template, choices.body_template)


# The same function for the same templates, so that what is built with it compares equal.
@lru_cache(maxsize=16)
def _words_by(subject: str, location: str, body: str) -> WordsOf:
    texts = {
        name: text or default_templates()[name] for name, text in zip(_FILES, (subject, location, body), strict=True)
    }

    def words(appointment: Appointment, notes: Notes, zone: ZoneInfo) -> Words:
        plain = plain_words(appointment, notes, zone)
        lines, page = (variables_of(appointment, notes, zone, is_html=is_html) for is_html in (False, True))
        return Words(
            subject=_fill(SUBJECT, texts[SUBJECT], lines, plain.subject),
            location=_fill(LOCATION, texts[LOCATION], lines, plain.location),
            body=_fill(BODY, texts[BODY], page, plain.body),
        )

    return words


def _fill(name: str, text: str, variables: Mapping[str, object], plain: str) -> str:
    try:
        return fill(_compiled(name, text), name, variables)
    except Faulty as fault:
        _tell_once(name, text, fault.line, fault.reason)
        return plain


def fill(template: Template, name: str, variables: Mapping[str, object]) -> str:
    """Render one of the three; of a body only what a calendar may be told stays.

    Raises:
        Faulty: with the line.
    """
    filled = render(template, variables)
    return clean_body(filled) if name == BODY else filled.strip()


@lru_cache(maxsize=64)
def _compiled(name: str, text: str) -> Template:
    is_html = name == BODY
    return compile_tree(parse(text, is_html=is_html), is_html=is_html)


@lru_cache(maxsize=64)
def _tell_once(name: str, text: str, line: int, reason: str) -> None:
    _log.warning("%s fails in line %d, plain words are used: %s", name, line, reason)
