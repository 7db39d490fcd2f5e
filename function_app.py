"""Every trigger of the app: bind, call, hand over. No rules, and no work while it is imported or indexed.

What only one trigger needs is imported when it fires: a cold worker answers a notification before it has loaded what
only the engine needs. https://learn.microsoft.com/azure/azure-functions/functions-reference-python
"""

from collections.abc import Awaitable, Callable

import azure.functions as func

from sync_core import bootstrap, telemetry
from sync_core.domain.errors import Misconfigured, Refused, TryAgain
from sync_core.logs import closing_line, facts_of, quieten_libraries
from sync_core.schedule import time_since_last_turn
from sync_core.web.correlation import correlation_of
from sync_core.web.http import Headers, Request, Response
from sync_core.web.problem import unavailable

QUEUE = "sync-resource"
STORAGE = "AzureWebJobsStorage"
# Graph and boards call without keys: the client state or a signature tells who they are.
OPEN = func.AuthLevel.ANONYMOUS

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
quieten_libraries()


def configuration_problems() -> list[str]:
    """Say each setting that is wrong or missing, in words, for a host that will not start with it."""
    return [str(problem) for problem in bootstrap.setting_problems()]


@app.route("scheduler/events", methods=["POST"], auth_level=OPEN)
async def scheduler_events(req: func.HttpRequest) -> func.HttpResponse:
    """Take in what a board posts."""
    return await _serve("scheduler_events", req, _receive_board_events)


@app.route("scheduler/events/{source}/{secret?}", methods=["POST"], auth_level=OPEN)
async def scheduler_source_events(req: func.HttpRequest) -> func.HttpResponse:
    """Take in what a source with a name of its own posts."""
    return await _serve("scheduler_source_events", req, _receive_board_events)


@app.route("graph/notifications", methods=["POST"], auth_level=OPEN)
async def graph_notifications(req: func.HttpRequest) -> func.HttpResponse:
    """Ring for what changed in calendars."""
    return await _serve("graph_notifications", req, _receive_notifications)


@app.route("graph/lifecycle", methods=["POST"], auth_level=OPEN)
async def graph_lifecycle(req: func.HttpRequest) -> func.HttpResponse:
    """Ring for what became of subscriptions."""
    return await _serve("graph_lifecycle", req, _receive_notifications)


@app.route("health", methods=["GET"], auth_level=OPEN)
async def health(req: func.HttpRequest) -> func.HttpResponse:
    """Tell whether the app can work as it is set."""
    return await _serve("health", req, _report_health)


# The host refuses a route whose text begins with `admin`; it does not look into a constraint:
# https://github.com/Azure/azure-functions-host/issues/1781
@app.route("{area:regex(^admin$)}/{*rest}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], auth_level=OPEN)
async def admin(req: func.HttpRequest) -> func.HttpResponse:
    """Let an admin or a reader of the tenant see to the app."""
    return await _serve("admin", req, _administer)


@app.queue_trigger("msg", QUEUE, STORAGE)
async def sync_resource(msg: func.QueueMessage) -> None:
    """Run the engine for one bell; one that cannot be read raises, and so reaches the poison queue."""
    from sync_core.adapters.queues.messages import job_from_message
    from sync_core.flows import sync_resource as engine

    ports = await bootstrap.connector().ports()
    job = job_from_message(msg.get_body())
    known = {"resource": job.resource, "correlation": job.correlation_id}
    with telemetry.span("run", job.traceparent, **known), closing_line("sync_resource", **known) as facts:
        report = await engine.sync_resource(ports, job)
        facts.update(ended=report.ended, **facts_of(report))


@app.queue_trigger("msg", f"{QUEUE}-poison", STORAGE)
async def sync_resource_poison(msg: func.QueueMessage) -> None:
    """File a bell that failed each time, where an admin sees it."""
    from sync_core.adapters.queues.messages import job_from_message
    from sync_core.flows import jobs

    ports = await bootstrap.connector().ports()
    with closing_line("sync_resource_poison", message=msg.id or "") as facts:
        try:
            job = job_from_message(msg.get_body())
        except Refused as refusal:
            await jobs.file_undecodable(ports, msg.id or "", refusal.reason)
        else:
            facts.update(resource=job.resource, correlation=job.correlation_id)
            await jobs.file_poison(ports, job, "every try of this run failed; the log tells why")


@app.timer_trigger("timer", "%RENEW_SCHEDULE%")
async def renew_subscriptions(timer: func.TimerRequest) -> None:
    """Create, renew and heal subscriptions, look again for mailboxes, and take in who waits and fits the pilot."""
    from sync_core.domain.turns import Timer
    from sync_core.flows.keep_subscriptions import keep_subscriptions
    from sync_core.flows.mailboxes import find_mailboxes
    from sync_core.flows.meet_resources import activate_matched

    connector = bootstrap.connector()
    ports = await connector.ports()
    with closing_line("renew_subscriptions", late=timer.past_due) as facts:
        if connector.settings.can_be_notified:
            facts.update(facts_of(await keep_subscriptions(ports)))
        facts.update(facts_of(await find_mailboxes(ports)))
        facts.update(facts_of(await activate_matched(ports)))
        await connector.note_turn(Timer.RENEW)


@app.timer_trigger("timer", "%PULL_SCHEDULE%")
async def pull_due_calendars(timer: func.TimerRequest) -> None:
    """Ring for calendars that have been due since the last turn, finish what crashed webhooks left owing, and warn."""
    from sync_core.domain.turns import Timer
    from sync_core.flows.alerts import watch_pull

    connector = bootstrap.connector()
    ports = await connector.ports()
    with closing_line("pull_due_calendars", late=timer.past_due) as facts:
        tick = time_since_last_turn(connector.settings.pull_schedule, ports.clock.now())
        is_notified = connector.settings.can_be_notified
        facts["rung"], facts["alerts"] = await watch_pull(ports, tick, is_notified=is_notified)
        await connector.note_turn(Timer.PULL)


@app.timer_trigger("timer", "%TIDY_SCHEDULE%")
async def tidy_up(timer: func.TimerRequest) -> None:
    """Move windows, retire what is old, read the board where it can be read."""
    from sync_core.domain.turns import Timer
    from sync_core.flows import tidy_up as tidying

    connector = bootstrap.connector()
    ports = await connector.ports()
    with closing_line("tidy_up", late=timer.past_due) as facts:
        facts.update(facts_of(await tidying.tidy_up(ports)))
        await connector.note_turn(Timer.TIDY)


async def _receive_board_events(request: Request, _: str) -> Response:
    return await (await bootstrap.connector().reception()).receive(request)


async def _receive_notifications(request: Request, correlation_id: str) -> Response:
    from sync_core.web import notifications

    if handshake := notifications.answer_handshake(request):
        return handshake
    return await notifications.receive_notifications(await bootstrap.connector().ports(), request, correlation_id)


async def _administer(request: Request, correlation_id: str) -> Response:
    from sync_core.web.admin.routing import answer_call

    return await answer_call(bootstrap.administration(), request, correlation_id)


async def _report_health(request: Request, _: str) -> Response:
    from sync_core.web import health as checks

    now = bootstrap.SystemClock().now()
    return await checks.report_health(request, bootstrap.condition(), now, bootstrap.reach_storage)


async def _serve(
    name: str, req: func.HttpRequest, receive: Callable[[Request, str], Awaitable[Response]]
) -> func.HttpResponse:
    request = Request(req.method, req.url, Headers(req.headers), req.params, req.get_body())
    correlation_id = correlation_of(request.headers)
    with telemetry.span(name, correlation=correlation_id), closing_line(name, correlation=correlation_id) as facts:
        try:
            response = await receive(request, correlation_id)
        except Misconfigured:
            response = unavailable("Tandem is not set up yet. An administrator finds the reason at /api/health.")
        except TryAgain as trouble:
            response = unavailable("What Tandem stands on does not answer. Repeat the call.", trouble.after)
        facts["status"] = response.status
    headers = {**response.headers, "Content-Type": response.content_type}
    return func.HttpResponse(response.body, status_code=response.status, headers=headers)
