"""The scheduler: can it be reached, what can it not do, and is each source of webhooks heard?"""

from collections.abc import Sequence

from sync_core.domain.choices import Choices
from sync_core.domain.errors import Misconfigured, TandemError
from sync_core.domain.policy import OnDeletion
from sync_core.domain.setup import SetupLine, Subject
from sync_core.domain.source import Level, SourceLine, line_of
from sync_core.flows.setup.needs import Check

SCHEDULER = Subject("scheduler", "The scheduler")
SOURCES = Subject("source", "Sources of webhooks")

_MEANING = {
    "read_appointments": "what a lost webhook said is not read again (read_appointments)",
    "sync_status": "planners do not see what arrived in Outlook (sync_status)",
    "conditional_writes": "a planner's edit of the same second may be overwritten (conditional_writes)",
    "idempotency_keys": "a write whose answer was lost waits to be looked up (idempotency_keys)",
    "origin_echoed": "our own writes come back and are compared once more (origin_echoed)",
}
_WITH_CHANGES_DOWN = {"write_appointments": "what workers change does not reach the board (write_appointments)"}
_WITH_EVENTS_DOWN = {
    "write_unavailabilities": "workers' own events do not reach the board (write_unavailabilities)",
    "delete_unavailabilities": "workers' events that are gone stay on the board (delete_unavailabilities)",
}
_WITH_PROPOSALS = {"proposals": "planners are not asked about what a worker deleted; it is restored (proposals)"}


async def check_scheduler(check: Check) -> Sequence[SetupLine]:
    """Ask the board what it can do, and say what is missing for what is chosen."""
    try:
        abilities = await check.around.board.ask_abilities()
    except (TandemError, Misconfigured) as trouble:
        remedy = "See whether SCHEDULER_URL is right and open to this app, and whether its key is the board's."
        return [SCHEDULER.red(f"It does not tell what it can do: {trouble}.", remedy)]
    choices = (await check.ports.tenant.read()).choices
    if missing := [words for name, words in _wanted(choices).items() if not abilities.get(name, False)]:
        words = f"It answers, but cannot do all: {'; '.join(missing)}."
        return [SCHEDULER.amber(words, "Have it opened on the board where you need it; everything else works without.")]
    return [SCHEDULER.green("It answers, and can do all that is chosen.")]


def _wanted(choices: Choices) -> dict[str, str]:
    asks = choices.changes_down and choices.on_deletion is OnDeletion.PROPOSE
    return {
        **_MEANING,
        **(_WITH_CHANGES_DOWN if choices.changes_down else {}),
        **(_WITH_EVENTS_DOWN if choices.events_down else {}),
        **(_WITH_PROPOSALS if asks else {}),
    }


async def check_sources(check: Check) -> Sequence[SetupLine]:
    """Is each source heard, and not silent?"""
    now = check.ports.clock.now()
    standings = await check.ports.sources.list()
    return [_source_line(str(standing.source.id), line_of(standing, now)) for standing in standings]


def _source_line(source: str, line: SourceLine) -> SetupLine:
    subject = Subject(f"source:{source}", f"Webhooks of the source {source}")
    words = f"{line.words[:1].upper()}{line.words[1:]}."
    if line.level is Level.GREEN:
        return subject.green(words)
    remedy = "Have the board send scheduler.ping; if it is refused, its secret or proof differs from what is set here."
    return SetupLine(subject.id, subject.title, line.level, words, remedy)
