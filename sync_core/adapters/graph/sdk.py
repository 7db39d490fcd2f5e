"""The Graph SDK for rare calls: imported where it is first used, since it costs a second and thousands of modules.

https://learn.microsoft.com/graph/sdks/create-client
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sync_core.adapters.graph.client import TIMEOUT_SECONDS, read_retry_after
from sync_core.adapters.graph.tokens import TokenSource
from sync_core.adapters.graph.troubles import Trouble, classify, words
from sync_core.domain.errors import CalendarRefused, Refused, TandemError, TryAgain

if TYPE_CHECKING:
    from httpx import AsyncClient
    from kiota_abstractions.api_error import APIError
    from kiota_abstractions.serialization import ParseNode
    from msgraph.graph_service_client import GraphServiceClient

T = TypeVar("T")
IMMUTABLE_IDS = 'IdType="ImmutableId"'


class Unanswered(CalendarRefused):
    """A mailbox, calendar or directory that does not answer us; `code` is Graph's own word, or empty."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code


class Forbidden(Unanswered):
    """403: we may not."""


class NotThere(Unanswered):
    """404: there is no such thing."""


class Exists(Refused):
    """409: there is one already."""


class Sdk:
    """One SDK client on our endpoint with our tokens; it neither repeats nor follows anything by itself.

    `check` refuses a link that leads elsewhere.
    """

    def __init__(self, endpoint: str, tokens: TokenSource, check: Callable[[str], str]) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._tokens = tokens
        self.check = check
        self._http: AsyncClient | None = None
        self._client: GraphServiceClient | None = None

    def client(self) -> "GraphServiceClient":
        if self._client is None:
            from httpx import AsyncClient
            from kiota_abstractions.authentication import AuthenticationProvider
            from kiota_abstractions.request_information import RequestInformation
            from kiota_http import httpx_request_adapter
            from msgraph.generated.models.entity import Entity
            from msgraph.graph_request_adapter import GraphRequestAdapter
            from msgraph.graph_service_client import GraphServiceClient
            from opentelemetry.trace import NoOpTracer

            # Its spans carry whole addresses, and with them mailboxes, and what Graph says in a refusal.
            httpx_request_adapter.tracer = NoOpTracer()
            # Its own looks up a thousand models for these two fields, for every user and calendar that is read: ten
            # milliseconds of computing each, most of what looking for a mailbox costs.
            setattr(Entity, "get_field_deserializers", _fields_of_entity)  # noqa: B010 - no method to a type checker
            tokens = self._tokens

            class OurTokens(AuthenticationProvider):
                """The SDK's own provider refuses plain http, which a simulator speaks; ours pins the host elsewhere."""

                async def authenticate_request(
                    self,
                    request: RequestInformation,
                    additional_authentication_context: dict[str, Any] | None = None,
                ) -> None:
                    request.headers.add("Authorization", f"Bearer {await tokens.token()}")

            self._http = AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False)
            adapter = GraphRequestAdapter(OurTokens(), self._http)
            adapter.base_url = f"{self._endpoint}/v1.0"
            self._client = GraphServiceClient(request_adapter=adapter)
        return self._client

    async def aclose(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = self._client = None

    async def call(self, ask: "Callable[[GraphServiceClient], Awaitable[T]]") -> T:
        """Ask once, and once more where the token was refused; what goes wrong is raised as one of our family."""
        from httpx import HTTPError
        from kiota_abstractions.api_error import APIError

        try:
            try:
                return await ask(self.client())
            except APIError as refusal:
                if refusal.response_status_code != 401:
                    raise
                self._tokens.forget(await self._tokens.token())
                return await ask(self.client())
        except HTTPError as lost:
            raise TryAgain("Graph did not answer") from lost
        except APIError as refusal:
            raise _fault_of(refusal) from refusal


def _fields_of_entity(entity: Any) -> "dict[str, Callable[[ParseNode], None]]":
    return {
        "id": lambda node: setattr(entity, "id", node.get_str_value()),
        "@odata.type": lambda node: setattr(entity, "odata_type", node.get_str_value()),
    }


def _fault_of(refusal: "APIError") -> TandemError:
    status = refusal.response_status_code or 500
    code = getattr(getattr(refusal, "error", None), "code", None) or ""
    headers = {name.lower(): value for name, value in (refusal.response_headers or {}).items()}
    wait = timedelta(seconds=read_retry_after(headers.get("retry-after")) or 0)
    said = words(status, code)
    match classify(status, code):
        case _ if status == 409:
            return Exists(f"Graph has it already ({said})")
        case Trouble.CALENDAR | Trouble.NOT_FOUND:
            kind = {403: Forbidden, 404: NotThere}.get(status, Unanswered)
            return kind(f"the mailbox or calendar does not answer us ({said})", code)
        case Trouble.THROTTLED | Trouble.UNCERTAIN | Trouble.MOVED | Trouble.AUTHENTICATION:
            return TryAgain(f"Graph asks for time ({said})", wait)
        case _:
            return Refused(f"Graph does not take this request ({said})")
