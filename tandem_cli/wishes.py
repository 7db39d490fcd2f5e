"""From options to what the API takes as a wish for a resource, and as a change of one.

https://www.rfc-editor.org/rfc/rfc7396
"""

import json
from collections.abc import Sequence
from typing import Any

from tandem_cli.calls import Document
from tandem_cli.options import as_object
from tandem_cli.trouble import Code, Trouble

_MEMBERS = {"zone", "direction", "group", "mailbox", "calendars"}


def read_wish(
    said: Document,
    mailbox: str | None,
    calendars: Sequence[str] | None,
    settings: Sequence[str] | None,
) -> Document:
    """Return what was said, and no member for what was not; what is None in `said` was not said.

    Raises:
        Trouble: A calendar or a setting cannot be understood.
    """
    wish = {member: value for member, value in said.items() if value is not None}
    if mailbox is not None:
        wish["mailbox"] = {"address": mailbox}
    if calendars:
        wish["calendars"] = [_read_calendar(each) for each in calendars]
    if settings:
        wish["settings"] = dict(_read_setting(each) for each in settings)
    return wish


def read_patch(wish: Document, unset: Sequence[str]) -> Document:
    """Return a wish as a merge patch, in which what is unset follows the tenant again."""
    patch = dict(wish)
    for name in unset:
        if name in _MEMBERS:
            patch[name] = None
        else:
            patch["settings"] = {**(patch.get("settings") or {}), name: None}
    return patch


def _read_calendar(words: str) -> Document:
    return as_object(words, "--calendar") if words.lstrip().startswith("{") else {"name": words}


def _read_setting(words: str) -> tuple[str, Any]:
    name, equals, value = words.partition("=")
    if not equals or not name:
        raise Trouble(Code.USAGE, "Write a setting as NAME=VALUE, such as days_ahead=90.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value  # a word needs no quotes
