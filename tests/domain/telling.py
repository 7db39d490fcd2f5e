"""A plan in one line, so that a table of cases reads like a table."""

from sync_core.domain.plan import (
    CreateAppointment,
    CreateEvent,
    DeleteAppointment,
    DeleteEvent,
    Operation,
    Plan,
    ProposeUnplan,
    Unplan,
    UpdateAppointment,
    UpdateEvent,
)


def tell(plan: Plan) -> str:
    """Verdict and remembered condition, then each operation, then conflicts and what loses."""
    condition = plan.link.condition if plan.link else "unknown"
    parts = [tell_operation(operation) for operation in plan.operations]
    parts += [f"conflict in {conflict.field}: {conflict.winner}" for conflict in plan.conflicts]
    parts += ["event's words kept"] if plan.lost_event else []
    parts += ["appointment's words kept"] if plan.lost_appointment else []
    head = f"{plan.verdict} {condition}"
    return f"{head}: {'; '.join(parts)}" if parts else f"{head}, {plan.reason}"


def tell_operation(operation: Operation) -> str:
    match operation:
        case CreateEvent(is_put_back=is_put_back):
            return "restore event" if is_put_back else "create event"
        case UpdateEvent(is_put_back=is_put_back, fields=fields):
            return f"{'put back' if is_put_back else 'update'} event ({', '.join(sorted(fields))})"
        case DeleteEvent(leaves=leaves, heir=heir):
            return f"delete event for its heir {heir.ref.id}" if heir else f"delete event → {leaves}"
        case CreateAppointment(is_put_back=is_put_back):
            return "restore block" if is_put_back else "create block"
        case UpdateAppointment(is_put_back=is_put_back, fields=fields):
            return f"{'put back' if is_put_back else 'update'} appointment ({', '.join(sorted(fields))})"
        case DeleteAppointment(leaves=leaves):
            return f"delete block → {leaves}"
        case Unplan(remaining=remaining):
            return f"unplan, {len(remaining)} remain"
        case ProposeUnplan(is_withdrawn=is_withdrawn):
            return "withdraw the proposal" if is_withdrawn else "propose to unplan"
