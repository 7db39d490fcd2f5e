"""What a webhook says of resources: that they are named in it, or how the board has one of them."""

from dataclasses import dataclass

from sync_core.domain.resource import Direction, ResourceId


@dataclass(frozen=True, slots=True)
class Mention:
    """A resource that a webhook names, with what it tells for people; empty is not told. `zone` is an IANA name."""

    resource: ResourceId
    name: str = ""
    address: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class ResourceWord:
    """The board's own word on a resource, under a revision; `narrowed` is the most that it wishes for (None: all)."""

    mention: Mention
    revision: int
    narrowed: Direction | None = None
    is_removed: bool = False
