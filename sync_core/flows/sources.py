"""What an admin does with the sources of webhooks: list, read, write, remove, and see which fell silent."""

from collections.abc import Sequence

from sync_core.domain.errors import Refused, VersionMoved
from sync_core.domain.source import Source, SourceId, Standing
from sync_core.domain.source_checks import SourceProblem, check_source
from sync_core.ports import Ports

MOST_SOURCES = 100


class SourceRefused(Refused):
    """A source cannot be as it was written; `problems` says why, field by field."""

    def __init__(self, problems: Sequence[SourceProblem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = tuple(problems)


async def list_sources(ports: Ports) -> Sequence[Standing]:
    """Every source by id, the default one always among them; judge each with `domain.source.line_of`."""
    return await ports.sources.list()


async def get_source(ports: Ports, source: SourceId) -> Standing | None:
    """One source; None if there is none of that name."""
    return next((one for one in await ports.sources.list() if one.source.id == source), None)


async def put_source(ports: Ports, source: Source, tag: str | None) -> str:
    """Write a source over the one under `tag` (None: it has no row yet); returns the new tag. Holds within a minute.

    Raises:
        SourceRefused: it cannot be so; nothing was written.
        VersionMoved: somebody else wrote it meanwhile; nothing was written.
        TryAgain: storage does not answer.
    """
    problems = list(check_source(source))
    if tag is None and not problems and len(await ports.sources.list()) > MOST_SOURCES:
        problems.append(SourceProblem("id", "is one too many", f"remove one: {MOST_SOURCES} can be kept"))
    if problems:
        raise SourceRefused(problems)
    return await ports.sources.put(source, tag)


async def delete_source(ports: Ports, source: SourceId, tag: str | None = None) -> bool:
    """Remove a source, under `tag` if one is given; False if there was none. Its address answers 404 within a minute.

    The default one goes back to what the environment sets.

    Raises:
        VersionMoved: it is not the one under that tag any more.
        TryAgain: storage does not answer.
    """
    known = await get_source(ports, source)
    if known is None or known.tag is None:
        return False
    if tag is not None and known.tag != tag:
        raise VersionMoved("the source was changed meanwhile")
    await ports.sources.delete(source, known.tag)
    return True
