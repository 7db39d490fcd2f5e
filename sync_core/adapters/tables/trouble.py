"""Says in Tandem's words what the table service answered:
https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes.

Words of the service stay out of the messages: they may repeat what was sent.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from azure.core.exceptions import AzureError, HttpResponseError

from sync_core.domain.errors import Misconfigured, Refused, TryAgain

_NOT_NOW = (408, 429, 500, 502, 503, 504)
_NOT_ALLOWED = (401, 403)


_NO_TABLE = "TableNotFound"


def _code(error: AzureError) -> str:
    code = getattr(error, "error_code", None)
    if code is None and _NO_TABLE in str(error):
        # The client decodes most answers, but not each: this one decides whether rows are missing or all of them.
        return _NO_TABLE
    return str(getattr(code, "value", code) or "no code")


def _status(error: AzureError) -> int:
    # A good answer that broke off or cannot be read is no answer.
    status = error.status_code if isinstance(error, HttpResponseError) else None
    return status if status and status >= 400 else 0


def is_absent(error: AzureError) -> bool:
    """Is there no such row? A table that is missing is another matter: it says nothing about rows."""
    return _status(error) == 404 and _code(error) != _NO_TABLE


def is_table_missing(error: AzureError) -> bool:
    """Is there no such table?"""
    return _status(error) == 404 and _code(error) == _NO_TABLE


def is_contested(error: AzureError) -> bool:
    """Was a row not as the call expected: there already, changed, or gone?"""
    return _status(error) in (409, 412) or is_absent(error)


def _wait_of(error: HttpResponseError) -> timedelta:
    headers: Mapping[str, str] = getattr(error.response, "headers", {})
    told = headers.get("Retry-After", "")
    return timedelta(seconds=int(told)) if told.isdecimal() else timedelta(0)


def translate(error: AzureError, table: str) -> Exception:
    """The error of Tandem's family that a caller can act on."""
    status, code = _status(error), _code(error)
    if isinstance(error, HttpResponseError) and status in _NOT_NOW:
        return TryAgain(f"table {table} does not answer now ({status} {code})", _wait_of(error))
    if status in _NOT_ALLOWED:
        return Misconfigured(
            f"table {table} refuses this app ({status} {code}): its identity needs the role Storage Table Data "
            "Contributor on the storage account, or the connection string a valid key"
        )
    if code == _NO_TABLE:
        return Misconfigured(f"table {table} does not exist: deploy the storage as described, or prepare it")
    if status:
        return Refused(f"table {table} did not take a call ({status} {code})")
    return TryAgain(f"table {table} cannot be reached")


@contextmanager
def translated(table: str) -> Iterator[None]:
    """Let whatever the client raises within leave as an error of Tandem's family."""
    try:
        yield
    except AzureError as error:
        raise translate(error, table) from error
    except (OSError, TimeoutError) as error:
        raise TryAgain(f"table {table} cannot be reached") from error
