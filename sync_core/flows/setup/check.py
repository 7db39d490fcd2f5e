"""Ask every line at once, each within its time; a line that cannot be told is a line, too."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sync_core.domain.errors import Misconfigured, TandemError
from sync_core.domain.setup import SetupLine, Subject
from sync_core.flows.setup.clock import CLOCK, check_clock
from sync_core.flows.setup.mailboxes import MAILBOXES, check_mailboxes
from sync_core.flows.setup.needs import Check
from sync_core.flows.setup.proving import CONTROL, WRITING, check_control, check_writing
from sync_core.flows.setup.reachability import REACHABILITY, SUBSCRIPTIONS, check_reachability, check_subscriptions
from sync_core.flows.setup.scheduler import SCHEDULER, SOURCES, check_scheduler, check_sources
from sync_core.flows.setup.secrets import KEY_VAULT, SECRETS, check_key_vault, check_secrets
from sync_core.flows.setup.signing_in import PERMISSIONS, TOKEN, check_permissions, check_token
from sync_core.flows.setup.standing import SETTINGS, STORAGE, TIMERS, check_settings, check_storage, check_timers

PATIENCE = timedelta(seconds=20)
_STORAGE, _GRAPH, _VAULT = "AzureWebJobsStorage", "GRAPH_", "KEY_VAULT_"


@dataclass(frozen=True, slots=True)
class _Line:
    """`needs` are how settings begin without which the line cannot be told."""

    subject: Subject
    tell: Callable[[Check], Awaitable[Sequence[SetupLine]]]
    needs: tuple[str, ...] = ()


# In the order in which they are put right: what stands further up is what those below stand on.
LINES = (
    _Line(SETTINGS, check_settings),
    _Line(STORAGE, check_storage, (_STORAGE,)),
    _Line(KEY_VAULT, check_key_vault, (_VAULT, _STORAGE)),
    _Line(SECRETS, check_secrets, (_VAULT, _STORAGE)),
    _Line(TOKEN, check_token, (_GRAPH,)),
    _Line(PERMISSIONS, check_permissions, (_GRAPH, _STORAGE)),
    _Line(WRITING, check_writing, (_GRAPH, _STORAGE, "TANDEM_CONNECTOR_ID")),
    _Line(CONTROL, check_control, (_GRAPH,)),
    _Line(MAILBOXES, check_mailboxes, (_STORAGE,)),
    _Line(REACHABILITY, check_reachability, (_GRAPH, _STORAGE, "TANDEM_PUBLIC_URL")),
    _Line(SUBSCRIPTIONS, check_subscriptions, (_STORAGE,)),
    _Line(SCHEDULER, check_scheduler, ("SCHEDULER_URL", "SCHEDULER_API_KEY", _STORAGE)),
    _Line(SOURCES, check_sources, (_STORAGE,)),
    _Line(CLOCK, check_clock, (_STORAGE, _GRAPH)),
    _Line(TIMERS, check_timers, (_STORAGE, "RENEW_SCHEDULE", "PULL_SCHEDULE", "TIDY_SCHEDULE")),
)


async def check_setup(check: Check, patience: timedelta = PATIENCE) -> Sequence[SetupLine]:
    """Return every line, in the order in which they are put right. Raises nothing."""
    told = await asyncio.gather(*(_tell(line, check, patience) for line in LINES))
    return [line for lines in told for line in lines]


async def _tell(line: _Line, check: Check, patience: timedelta) -> Sequence[SetupLine]:
    subject = line.subject
    if wrong := [fault.name for fault in check.around.deployment.faults if fault.name.startswith(line.needs)]:
        return [_untold(subject, f"{wrong[0]} is missing or wrong")]
    try:
        async with asyncio.timeout(patience.total_seconds()):
            return await line.tell(check)
    except TimeoutError:
        words = f"No answer within {patience.total_seconds():.0f} seconds."
        return [subject.red(words, "Check again; if it lasts, see what hangs there.")]
    except (TandemError, Misconfigured) as trouble:
        # Whoever does not answer has a line of its own, which is red.
        return [_untold(subject, str(trouble))]
    except Exception as fault:
        # One line that breaks must not take the others along. What it said stays out of the log: nobody checked that.
        place = traceback.extract_tb(fault.__traceback__)[-1]
        said = (subject.id, type(fault).__name__, place.name, place.lineno)
        logging.getLogger(__name__).error("the line %s of the set-up check broke: %s in %s, line %s", *said)
        words = f"The check of this line failed ({type(fault).__name__})."
        return [subject.red(words, "Check again; if it lasts, the log of this call says at which place.")]


def _untold(subject: Subject, why: str) -> SetupLine:
    return subject.amber(f"Cannot be told now: {why}.", "Put right first what is red, and check again.")
