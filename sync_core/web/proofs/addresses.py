"""From where a call came, as the platform's front end says:
https://github.com/Azure/app-service-linux-docs/blob/master/Things_You_Should_Know/headers.md.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence

_FORWARDED = "x-forwarded-for"
_WITH_PORT = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<four>[0-9.]+))(?::[0-9]{1,5})?")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_from(networks: Sequence[str], headers: Mapping[str, str]) -> bool:
    """Did the last hop, the only one that our own front end wrote, come from one of these networks?

    All before it is the sender's own word. Without the header, or with one that cannot be read, it did not.
    """
    address = last_hop(headers)
    return address is not None and any(address in ipaddress.ip_network(each, strict=False) for each in networks)


def last_hop(headers: Mapping[str, str]) -> Address | None:
    """The address that called the platform, None if it does not say."""
    text = headers.get(_FORWARDED, "").rpartition(",")[2].strip()
    found = _WITH_PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address((found["six"] or found["four"]) if found else text)
    except ValueError:
        return None
    # The front end listens on both families at once, where an address of version 4 may look like one of 6.
    return getattr(address, "ipv4_mapped", None) or address
