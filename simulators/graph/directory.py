"""Requests on users and their mailbox settings.

https://learn.microsoft.com/graph/api/user-list, https://learn.microsoft.com/graph/api/user-get-mailboxsettings
"""

from simulators.graph.errors import GraphRefusal, bad_request, no_privileges
from simulators.graph.filters import read_filter
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import Person
from simulators.graph.odata import order, page_size, select, take_page
from simulators.graph.store import Store
from simulators.graph.timezones import WINDOWS_NAMES
from simulators.graph.wire import Answer, Call, JsonObject
from simulators.graph.zone_names import DOCUMENTED_IANA_ZONES

_EXCHANGE_PLAN = "efb87545-963c-4e0d-99df-69c6916d9eb0"
_LICENCE = "6fd2c87f-b296-42f0-b197-1e91e994b900"
_SHOWN_BY_DEFAULT = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)


def show_person(person: Person) -> JsonObject:
    """Show every directory property this simulator knows."""
    given, _, family = person.display_name.partition(" ")
    # Shared mailboxes and rooms live without a licence.
    is_licensed = person.purpose == "user" and person.state not in ("unlicensed", "on-premises")
    plan = {
        "assignedDateTime": "2026-01-01T00:00:00Z",
        "capabilityStatus": "Enabled",
        "service": "exchange",
        "servicePlanId": _EXCHANGE_PLAN,
    }
    return {
        "businessPhones": [],
        "displayName": person.display_name,
        "givenName": given,
        "jobTitle": None,
        "mail": person.mail or None,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": family or None,
        "userPrincipalName": person.user_principal_name,
        "id": person.id,
        "accountEnabled": person.is_enabled,
        "userType": "Member",
        "proxyAddresses": list(person.proxy_addresses),
        "onPremisesSyncEnabled": True if person.state == "on-premises" else None,
        "assignedLicenses": [{"disabledPlans": [], "skuId": _LICENCE}] if is_licensed else [],
        "assignedPlans": [plan] if is_licensed else [],
    }


def _pick(call: Call, shown: JsonObject) -> JsonObject:
    if call.query.get("$select"):
        return select(call, shown)
    return {name: shown[name] for name in _SHOWN_BY_DEFAULT}


def list_users(store: Store, call: Call) -> Answer:
    """List living users; advanced queries need `ConsistencyLevel: eventual`."""
    if not store.switches.may_read_users:
        raise no_privileges()
    people = [show_person(box.owner) for box in store.mailboxes.values() if box.owner.state != "deleted"]
    text = call.query.get("$filter", "")
    is_advanced = "endswith(" in text.lower() or (text and "$orderby" in call.query) or "$search" in call.query
    if is_advanced and call.headers.get("consistencylevel", "").lower() != "eventual":
        raise bad_request("Operator is not supported without ConsistencyLevel: eventual.", "Request_UnsupportedQuery")
    if "$search" in call.query:
        raise bad_request("$search is not simulated.", "Request_UnsupportedQuery")
    if text:
        holds = read_filter(text)
        people = [person for person in people if holds(person)]
    people = order(call, people)
    page = take_page(call, people, page_size(call, 100), lambda person: _pick(call, person))
    counted = {"@odata.count": len(people)} if call.query.get("$count") == "true" else {}
    return Answer(200, {"@odata.context": f"{call.root}/$metadata#users", **counted, **page})


def get_user(store: Store, user: str, call: Call) -> Answer:
    # Who may not ask learns nothing, not even that there is no such user.
    if not store.switches.may_read_users:
        raise no_privileges()
    context = f"{call.root}/$metadata#users/$entity"
    return Answer(200, {"@odata.context": context, **_pick(call, show_person(store.find_mailbox(user).owner))})


def get_mailbox_settings(store: Store, mailbox: Mailbox, call: Call) -> Answer:
    if not store.switches.may_read_mailbox_settings:
        raise GraphRefusal(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    owner = mailbox.owner
    context = f"{call.root}/$metadata#users('{mailbox.id}')/mailboxSettings"
    settings: JsonObject = {
        "archiveFolder": "",
        "timeZone": owner.time_zone,
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "dateFormat": "yyyy-MM-dd",
        "timeFormat": "HH:mm",
        "userPurpose": owner.purpose,
        "automaticRepliesSetting": {
            "status": "disabled",
            "externalAudience": "none",
            "internalReplyMessage": "",
            "externalReplyMessage": "",
        },
        "language": {"locale": "en-US", "displayName": "English (United States)"},
        "workingHours": {
            "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "startTime": "08:00:00.0000000",
            "endTime": "17:00:00.0000000",
            "timeZone": {"name": owner.time_zone},
        },
    }
    return Answer(200, {"@odata.context": context, **select(call, settings)})


def list_time_zones(call: Call, *, is_iana: bool) -> Answer:
    names = sorted(DOCUMENTED_IANA_ZONES) if is_iana else WINDOWS_NAMES
    context = f"{call.root}/$metadata#Collection(microsoft.graph.timeZoneInformation)"
    zones = [{"alias": name, "displayName": name} for name in names]
    return Answer(200, {"@odata.context": context, "value": zones})
