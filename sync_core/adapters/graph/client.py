"""The hot path to Graph: one kept-alive session, one request at a time per mailbox, short waits inside.

https://learn.microsoft.com/graph/throttling-limits
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit
from weakref import WeakValueDictionary

import aiohttp
from yarl import URL

from sync_core.adapters.graph.tokens import TokenSource
from sync_core.adapters.graph.troubles import Trouble, classify, code_of, error_of, parse_leniently, words
from sync_core.domain.errors import Refused, TryAgain

PREFER = 'IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="text"'
TIMEOUT_SECONDS = 20.0
READ_SECONDS = 30.0
LONGEST_WAIT = 10.0
TRIES = 3
Sleep = Callable[[float], Awaitable[None]]


class NoReply(Exception):
    """Nobody knows whether the request was carried out."""


class NotSent(NoReply):
    """There was no connection: it certainly was not carried out."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `retry_after` is None where none was asked for; `answered_at` is the service's own clock."""

    status: int
    content: bytes = b""
    parsed: Any = None
    retry_after: float | None = None
    answered_at: datetime | None = None

    @property
    def body(self) -> Any:
        """The JSON, parsed leniently; None where there is none."""
        return self.parsed if self.parsed is not None else parse_leniently(self.content)

    @property
    def code(self) -> str:
        return "" if self.status < 400 else code_of(self.body)

    @property
    def error(self) -> dict[str, Any]:
        return error_of(self.body)

    @property
    def trouble(self) -> Trouble:
        return classify(self.status, self.code)

    @property
    def words(self) -> str:
        return words(self.status, self.code)


def segment(text: str) -> str:
    """An id as one segment of a path."""
    return quote(text, safe="@=")


def pause_before(next_try: int, retry_after: float | None) -> float:
    """Seconds to wait; Retry-After may be absent or zero, and then the waits grow with jitter."""
    return retry_after if retry_after else 0.3 * 2**next_try * random.uniform(0.5, 1.5)


class GraphClient:
    """Sends requests to one endpoint.

    Graph takes four requests at once per mailbox, and hands Outlook four of a `$batch` at a time: one request at a
    time per mailbox, which may be a batch, can never break the limit.
    """

    def __init__(
        self, endpoint: str, tokens: TokenSource, max_concurrency: int = 16, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._origin = _origin(endpoint)
        self.root = f"{endpoint.rstrip('/')}/v1.0"
        self._tokens = tokens
        self._sleep = sleep
        self._max_concurrency = max_concurrency
        self._cap = asyncio.Semaphore(max_concurrency)
        self._mailboxes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._session: aiohttp.ClientSession | None = None

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def owns(self, link: str) -> bool:
        """Does a link stay with our endpoint? Only then may a token go with it."""
        return _origin(link) == self._origin and urlsplit(link).path.startswith("/v1.0/")

    def checked(self, link: str) -> str:
        """A link of an answer that may be followed.

        Raises:
            Refused: it leads elsewhere.
        """
        if not self.owns(link):
            raise Refused("Graph named a next page on another host, which is not followed")
        return link

    async def read(self, mailbox: str, url: str, prefer: str = PREFER) -> Reply:
        """GET, repeated after short waits; whatever is answered but asks for no more time is returned.

        Raises:
            TryAgain: no answer, or it asks for a longer wait.
        """
        reason, wait = "", 0.0
        deadline = self.deadline_in(READ_SECONDS)
        for attempt in range(TRIES):
            if attempt:
                await self._sleep(wait)
            try:
                reply = await self.send("GET", mailbox, url, {"Prefer": prefer}, deadline=deadline)
            except NoReply:
                reason, retry_after = "Graph did not answer", None
            else:
                if reply.trouble is Trouble.AUTHENTICATION:
                    raise TryAgain(f"Graph does not take our token ({reply.words})")
                # 412 is answered to plain reads now and then; it means nothing there.
                if reply.trouble not in (Trouble.THROTTLED, Trouble.UNCERTAIN, Trouble.MOVED):
                    return reply
                reason, retry_after = f"Graph asks for time ({reply.words})", reply.retry_after
            wait = pause_before(attempt, retry_after)
            if wait > LONGEST_WAIT:
                break
        raise try_again(reason, wait)

    def deadline_in(self, seconds: float) -> float:
        """An instant of the event loop's clock."""
        return asyncio.get_running_loop().time() + seconds

    async def pause(self, seconds: float, deadline: float) -> bool:
        """Wait while nobody else has to; False, and no wait, where the deadline would pass meanwhile."""
        if seconds > LONGEST_WAIT or asyncio.get_running_loop().time() + seconds >= deadline:
            return False
        await self._sleep(seconds)
        return True

    async def send(
        self,
        method: str,
        mailbox: str,
        url: str,
        headers: dict[str, str] | None = None,
        content: bytes | None = None,
        *,
        deadline: float,
    ) -> Reply:
        """Send one request once (twice where the token was refused, which no request survives) before the deadline.

        Raises:
            NotSent: there was no connection, or the deadline passed while others had their turn.
            NoReply: it may or may not have been carried out.
            TryAgain: there is no token; nothing was sent.
        """
        lock = self._mailboxes.get(mailbox.lower()) or self._mailboxes.setdefault(mailbox.lower(), asyncio.Lock())
        async with lock, self._cap:
            token = await self._tokens.token()
            sent = {"Authorization": f"Bearer {token}", **(headers or {})}
            reply = await self._exchange(method, url, sent, content, deadline)
            if reply.status == 401:
                self._tokens.forget(token)
                sent["Authorization"] = f"Bearer {await self._tokens.token()}"
                reply = await self._exchange(method, url, sent, content, deadline)
            return reply

    async def _exchange(
        self, method: str, url: str, headers: dict[str, str], content: bytes | None, deadline: float
    ) -> Reply:
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            raise NotSent
        try:
            async with self._open_session().request(
                method,
                URL(url, encoded=True),
                headers=headers,
                data=content,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=min(left, TIMEOUT_SECONDS)),
            ) as response:
                body = await response.read()
        except aiohttp.ClientConnectorError as unreachable:
            raise NotSent from unreachable
        except (aiohttp.ClientError, TimeoutError, OSError) as lost:
            raise NoReply from lost
        return Reply(
            status=response.status,
            content=body,
            retry_after=read_retry_after(response.headers.get("Retry-After")),
            answered_at=_read_date(response.headers.get("Date")),
        )

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._max_concurrency, keepalive_timeout=30),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "Tandem"},
            )
        return self._session


def read_retry_after(text: str | None) -> float | None:
    """Seconds of a Retry-After, which may be a number or a date; None where it says nothing."""
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        at = _read_date(text)
        return None if at is None else max(0.0, (at - datetime.now(UTC)).total_seconds())


def try_again(reason: str, seconds: float) -> TryAgain:
    return TryAgain(reason, timedelta(seconds=seconds))


def _read_date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except ValueError:
        return None


def _origin(address: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(address)
        return parts.scheme, (parts.hostname or ""), parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return "", "", None
