"""Where the board is: one host, fixed by the settings, that no answer and no id can lead us away from."""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import quote, urlencode

from yarl import URL

from sync_core.domain.errors import Misconfigured


class BoardAddress:
    """The base address of a board; it may have a path.

    Raises:
        Misconfigured: no address, or one that would send the key in the clear.
    """

    def __init__(self, base: str) -> None:
        try:
            url = URL(base)
            usable = url.host is not None and not url.query and not url.fragment and url.user is None
        except ValueError:
            usable = False
        if not usable:
            raise Misconfigured("SCHEDULER_URL must be an address such as https://board.example")
        if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host or "")):
            raise Misconfigured("SCHEDULER_URL must begin with https; http is allowed for this machine only")
        self._base = str(url).rstrip("/")

    def at(self, *segments: str, query: Sequence[tuple[str, str]] = ()) -> URL:
        """The address of a path; segments may hold any character."""
        path = "/".join(_segment(segment) for segment in ("v1", *segments))
        return URL(f"{self._base}/{path}" + (f"?{urlencode(query)}" if query else ""), encoded=True)


def _segment(text: str) -> str:
    """Dots are escaped where they alone would climb out of the path."""
    return text.replace(".", "%2E") if text in (".", "..") else quote(text, safe="")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
