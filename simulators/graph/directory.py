"""Requests on users and their mailbox settings.

https://learn.microsoft.com/graph/api/user-list, https://learn.microsoft.com/graph/api/user-get-mailboxsettings
"""

from simulators.graph.errors import bad_request
from simulators.graph.filters import read_filter
from simulators.graph.mailboxes import Mailbox
from simulators.graph.model import Person
from simulators.graph.odata import order, page_size, select, take_page
from simulators.graph.store import Store
from simulators.graph.timezones import WINDOWS_NAMES
from simulators.graph.wire import Answer, Call, JsonObject
from simulators.graph.zone_names import DOCUMENTED_IANA_ZONES

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
    }


def _pick(call: Call, shown: JsonObject) -> JsonObject:
    if call.query.get("$select"):
        return select(call, shown)
    return {name: shown[name] for name in _SHOWN_BY_DEFAULT}


def list_users(store: Store, call: Call) -> Answer:
    """List living users; advanced queries need `ConsistencyLevel: eventual`."""
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


def get_user(mailbox: Mailbox, call: Call) -> Answer:
    context = f"{call.root}/$metadata#users/$entity"
    return Answer(200, {"@odata.context": context, **_pick(call, show_person(mailbox.owner))})


def get_mailbox_settings(mailbox: Mailbox, call: Call) -> Answer:
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
