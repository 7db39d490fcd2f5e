"""Plain HTTP with JSON, for driving the parts."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from devtools.trouble import Trouble


class Refused(Trouble):
    """A part answered a call with an error."""


def call(method: str, url: str, body: object = None, headers: Mapping[str, str] | None = None) -> Any:
    """Send JSON and return the JSON answered, None if the answer is empty.

    Raises:
        Refused: The answer is no success.
        Trouble: Nobody answers.
    """
    content = None if body is None else json.dumps(body).encode()
    every = {"content-type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, content, every, method=method)  # noqa: S310 - addresses of parts started here
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            text = answer.read()
    except urllib.error.HTTPError as error:
        raise Refused(f"{method} {url} was answered {error.code}: {error.read().decode(errors='replace')}") from error
    except OSError as error:
        raise Trouble(f"{method} {url} was not answered: {error}") from error
    return json.loads(text) if text else None
