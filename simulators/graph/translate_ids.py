"""translateExchangeIds: from one id format to the other.

https://learn.microsoft.com/graph/api/user-translateexchangeids
"""

from dataclasses import replace

from simulators.graph.errors import GraphRefusal, bad_request
from simulators.graph.ids import make_event_id
from simulators.graph.mailboxes import Mailbox
from simulators.graph.wire import Answer, Call, JsonObject

_FORMATS = ("restId", "restImmutableEntryId")


def translate_ids(mailbox: Mailbox, call: Call) -> Answer:
    """Translate up to 1,000 ids between the two REST formats; each answers for itself."""
    body = call.body if isinstance(call.body, dict) else {}
    ids, target = body.get("inputIds"), body.get("targetIdType")
    if not isinstance(ids, list) or len(ids) > 1000 or {target, body.get("sourceIdType")} - set(_FORMATS):
        raise bad_request("Only restId and restImmutableEntryId are simulated, up to 1,000 at once.")
    answers: list[JsonObject] = []
    for source in ids:
        try:
            event, key = mailbox.find_event(str(source), shows_deleted=True)
        except GraphRefusal as refusal:
            answers.append({"sourceId": source, "errorDetails": {"code": refusal.code, "message": refusal.message}})
            continue
        placed = None if target == "restImmutableEntryId" else event.placed
        answers.append({"sourceId": source, "targetId": make_event_id(mailbox.id, replace(key, placed=placed))})
    context = f"{call.root}/$metadata#Collection(microsoft.graph.convertIdResult)"
    return Answer(200, {"@odata.context": context, "value": answers})
