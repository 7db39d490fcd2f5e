"""Resources as documents: what was said of one, how it stands, and the ETag of what was said."""

from datetime import UTC, datetime
from typing import Any

from sync_core.contract.admin_resources import said_document
from sync_core.contract.tenant_problems import TenantProblem
from sync_core.domain.overview import State
from sync_core.domain.profile import Profile
from sync_core.flows.bulk import Fault
from sync_core.flows.progress import Course
from sync_core.flows.roster import Member
from sync_core.web.admin.answers import Wrong, etag_of


def etag_of_resource(profile: Profile) -> str:
    """The ETag of what an admin said of a resource: how it fares meanwhile changes nothing about it."""
    return etag_of({"id": profile.resource, **said_document(profile)})


def show_resource(member: Member) -> dict[str, Any]:
    """A resource as it is now."""
    profile = member.profile
    said = said_document(profile)
    search = profile.mailbox
    return {
        "id": profile.resource,
        "state": member.state.value,
        "heldReason": (member.reason or "it cannot go on") if member.state is State.HELD else None,
        **said,
        "mailbox": {
            **said["mailbox"],
            "state": search.state.value,
            "reason": search.reason,
            "nextTryAt": instant(search.again_at),
        },
        "warnings": list(member.warnings),
        "etag": etag_of_resource(profile),
    }


def show_course(resource: str, course: Course) -> dict[str, Any]:
    """How far something has come."""
    return {
        "resource": resource,
        "state": course.pace.value,
        "found": course.found,
        "written": course.written,
        "left": course.left,
        "held": course.held,
        "walked": course.walked,
        "beganAt": instant(course.began_at),
        "endedAt": instant(course.ended_at),
    }


def instant(at: datetime | None) -> str | None:
    """An instant as RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at is not None else None


def wrong_of(problem: TenantProblem, under: str = "") -> Wrong:
    """A problem of a document as one thing to put right, its place `under` that of the document."""
    place = f"{under}.{problem.setting}".strip(".") if under else problem.setting
    return Wrong(place, problem.wrong, problem.allowed)


def wrong_of_fault(fault: Fault, under: str = "") -> Wrong:
    """Why a resource was refused, as one thing to put right."""
    return Wrong(f"{under}.{fault.place}".strip(".") if under else fault.place, fault.wrong, fault.remedy)
