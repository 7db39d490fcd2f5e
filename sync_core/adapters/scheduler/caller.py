"""One call to the board: sent and answered, or words on how far it got."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from sync_core.contract.answers import Problem
from sync_core.contract.faults import Invalid, check, legible

ApiKey = Callable[[], Awaitable[str]]

_LARGEST_ANSWER = 32 * 1024 * 1024
_CONNECT_SECONDS = 5.0
_LONGEST_WAIT = timedelta(hours=1)
_ETAG = re.compile(r'(?:W/)?"([1-9][0-9]{0,15})"')


class NotSent(Exception):
    """The request never reached the board."""


class NoAnswer(Exception):
    """The request may have reached the board; its answer did not reach us."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def revision(self) -> int | None:
        """The revision in the ETag."""
        found = _ETAG.fullmatch(self.headers.get("ETag", ""))
        return int(found[1]) if found else None

    @property
    def asks_for_time(self) -> bool:
        """Does it say that nothing was done and when to come back? A bare 503 may be a gateway's that gave up."""
        return self.status == 429 or (self.status == 503 and "Retry-After" in self.headers)

    @property
    def is_broken(self) -> bool:
        """Does it leave open whether anything was done?"""
        return self.status >= 500 and not self.asks_for_time and self.status != 501

    @property
    def wait(self) -> timedelta:
        """What Retry-After asks for, at most an hour; zero where it names no seconds."""
        text = self.headers.get("Retry-After", "").strip()
        seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
        return min(timedelta(seconds=seconds), _LONGEST_WAIT)

    def document(self) -> object:
        """The JSON of the body, None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def words(self) -> str:
        """Status and title of a refusal; its other words may quote what was sent and stay out of rows and logs."""
        try:
            problem = check(Problem, self.document())
        except Invalid:
            problem = Problem()
        said = ", ".join(legible(text) for text in (problem.title, problem.code) if text)
        return f"the board answers {self.status}" + (f" ({said})" if said else "")


class Caller:
    """Calls one board. The session is made at the first call, inside the loop that then runs."""

    def __init__(self, api_key: ApiKey) -> None:
        self._api_key = api_key
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self, method: str, url: URL, seconds: float, headers: Mapping[str, str] | None = None, body: Any = None
    ) -> Answer:
        """Send one request; redirects are answers like any other and never followed.

        Raises:
            NotSent: it did not go out.
            NoAnswer: nothing, or only half of it, came back in time.
        """
        sent = {"X-API-KEY": await self._api_key(), "Accept": "application/json", **(headers or {})}
        content = None if body is None else json.dumps(body).encode()
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, _CONNECT_SECONDS))
        try:
            async with self._open().request(
                method, url, headers=sent, data=content, timeout=timeout, allow_redirects=False
            ) as response:
                return Answer(response.status, response.headers, await _read(response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent("the board cannot be reached") from error
        except (TimeoutError, aiohttp.ClientError) as error:
            raise NoAnswer("no answer from the board") from error

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), middlewares=(_send_writes_once,))
        return self._session


async def _send_writes_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """aiohttp repeats PUT and DELETE by itself when a connection breaks, and a repeat that then finds nobody would
    pass for one that was never sent. Whether a write may be repeated is decided where its key is known.
    """
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        if request.method == "GET":
            raise
        raise NoAnswer("no answer from the board") from error


async def _read(response: aiohttp.ClientResponse) -> bytes:
    chunks = bytearray()
    async for chunk in response.content.iter_chunked(65536):
        chunks += chunk
        if len(chunks) > _LARGEST_ANSWER:
            raise NoAnswer("the board's answer is too large")
    return bytes(chunks)
