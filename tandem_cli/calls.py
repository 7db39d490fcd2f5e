"""Calls the administration API: one token, pages, conditions, and every refusal as a trouble with words."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx

from tandem_cli import VERSION
from tandem_cli.tokens import is_loopback
from tandem_cli.trouble import Code, Trouble, explain

Document = dict[str, Any]
Query = Mapping[str, str | int | bool | None]

_PAGE = 500
# What a person waits for without being asked; a longer one is told.
_LONGEST_WAIT = 30
_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent: how long it is, of which type, in parts so that its sending can be watched."""

    parts: Iterable[bytes]
    length: int
    content_type: str

    @classmethod
    def of_json(cls, document: object, content_type: str = "application/json") -> Self:
        """Return a document as a body."""
        encoded = json.dumps(document, ensure_ascii=False).encode()
        return cls((encoded,), len(encoded), content_type)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app answered; `document` is empty where it has nothing to say, `etag` where there is none."""

    document: Document
    etag: str = ""


def place(*segments: str) -> str:
    """Return a path below /api/admin; each segment may be any id.

    Raises:
        Trouble: A segment is one that addresses cannot carry.
    """
    if {"", ".", ".."} & set(segments):
        raise Trouble(Code.USAGE, "An id is never empty, a dot or two dots.")
    return "/" + "/".join(quote(segment, safe="") for segment in segments)


class Calls:
    """Speaks with one deployment. `token` is asked for once, at the first call."""

    def __init__(self, url: str, token: Callable[[str], str], wait: Callable[[float], None] = time.sleep) -> None:
        self.url = _checked(url)
        self._find_token = token
        self._token = ""
        self._wait = wait
        # A proxy is for what is elsewhere.
        self._client = httpx.Client(
            timeout=httpx.Timeout(30.0),
            trust_env=not is_loopback(self.url),
            headers={"User-Agent": f"tandem-cli/{VERSION}", "Accept": "application/json, application/problem+json"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def read(self, path: str, query: Query | None = None, *, seconds: float = 30) -> Answer:
        """Return what a path shows; it may take that many seconds."""
        return _as_document(self.send("GET", path, query, seconds=seconds))

    def read_text(self, path: str) -> str:
        """Return a path whose answer is no JSON."""
        return self.send("GET", path, seconds=240, accept="text/csv, application/problem+json").text

    def change(
        self, method: str, path: str, query: Query | None = None, *, body: Body | None = None, etag: str | None = None
    ) -> Answer:
        """Change something; `etag` is what it was read with, `*` if there must be none yet, None if it takes none."""
        condition = {} if etag is None else {"If-None-Match": "*"} if etag == "*" else {"If-Match": etag}
        return _as_document(self.send(method, path, query, body=body, headers=condition, seconds=240))

    def walk(self, path: str, query: Query, most: int | None) -> Iterator[Document]:
        """Yield the rows of a list, page by page, `most` of them if a number is given."""
        asked: dict[str, str | int | bool | None] = {**query}
        left = most
        while left is None or left > 0:
            asked["limit"] = _PAGE if left is None else min(_PAGE, left)
            page = self.read(path, asked).document
            rows = page.get("value") or []
            yield from rows[:left]
            left = None if left is None else left - len(rows)
            asked["cursor"] = page.get("nextCursor")
            if not asked["cursor"]:
                return

    def send(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = 30,
        accept: str = "application/json, application/problem+json",
    ) -> httpx.Response:
        """Send one call, again where the app asked for a short pause, and return what it granted.

        Raises:
            Trouble: It was refused, or nothing answers.
        """
        self._token = self._token or self._find_token(self.url)
        sent = {"Authorization": f"Bearer {self._token}", "Accept": accept, **(headers or {})}
        if body is not None:
            sent |= {"Content-Type": body.content_type, "Content-Length": str(body.length)}
        # A 429 has done nothing. A 503 may have, and asking again does no more; but where the change went in, the
        # condition it was made under does not hold any more, and the repeat would tell of a stranger who was faster.
        repeated = {429} if {"If-Match", "If-None-Match"} & sent.keys() else {429, 503}
        for attempt in range(1, _ATTEMPTS + 1):
            answer = self._send_once(method, path, query=_encode(query), headers=sent, body=body, seconds=seconds)
            wait = answer.headers.get("Retry-After", "")
            is_asked_to = answer.status_code in repeated and wait.isdigit() and int(wait) <= _LONGEST_WAIT
            if attempt == _ATTEMPTS or not is_asked_to:
                break
            self._wait(int(wait))
        if not answer.is_success:
            raise self._refused(answer)
        return answer

    def _send_once(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: Body | None,
        seconds: float,
    ) -> httpx.Response:
        try:
            return self._client.request(
                method,
                f"{self.url}/api/admin{path}",
                params=query,
                headers=headers,
                content=None if body is None else body.parts,
                timeout=httpx.Timeout(30.0, read=seconds),
            )
        except httpx.ConnectError:
            sentence = f"Nothing answers at {self.url}. Is that the address, and is the app running?"
        except httpx.TimeoutException:
            sentence = (
                f"{self.url} did not answer in time. The call may be repeated: asking twice does no more than once."
            )
        except httpx.HTTPError:
            # Its own words might repeat a header, and one of them is the token.
            sentence = f"The connection with {self.url} broke. The call may be repeated."
        raise Trouble(Code.UNAVAILABLE, sentence)

    def _refused(self, answer: httpx.Response) -> Trouble:
        problem = _read_json(answer)
        if not isinstance(problem, dict) or "title" not in problem:
            said = f"{self.url} answered {answer.status_code}"
            if answer.status_code >= 500:
                sentence = f"{said} without a word why; its log has more. The call may be repeated."
            else:
                sentence = f"{said}, but not as Tandem does. Is that the address?"
            return Trouble(Code.UNAVAILABLE, sentence)
        return explain(answer.status_code, problem, answer.headers.get("Retry-After", ""))


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise Trouble(Code.USAGE, "Give the app's address as https://host.")
    if parts.username or parts.password:
        raise Trouble(Code.USAGE, "The app's address holds no user and no password.")
    if parts.scheme == "http" and not is_loopback(url):
        raise Trouble(Code.USAGE, "Only https keeps the token to yourself: give the app's address as https://host.")
    return url.rstrip("/").removesuffix("/api/admin")


def _encode(query: Query | None) -> Mapping[str, str]:
    given = {name: value for name, value in (query or {}).items() if value is not None}
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in given.items()}


def _as_document(answer: httpx.Response) -> Answer:
    if not answer.content:
        return Answer({}, answer.headers.get("ETag", ""))
    document = _read_json(answer)
    if not isinstance(document, dict):
        raise Trouble(Code.UNAVAILABLE, "What answers there does not answer as Tandem does. Is that the address?")
    return Answer(document, answer.headers.get("ETag") or document.get("etag") or "")


def _read_json(answer: httpx.Response) -> object:
    try:
        return answer.json()
    except ValueError:
        return None
