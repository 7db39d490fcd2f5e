"""The way into an online meeting: Graph appends it to the body, and whoever writes the body can lose it.

https://learn.microsoft.com/graph/api/event-update (the note on updating the body of an online meeting)
"""

import re

from simulators.graph.bodies import show_html
from simulators.graph.wire import JsonObject

_END_OF_BODY = re.compile(r"</body\s*>", re.I)


def open_meeting(properties: JsonObject, uid: int) -> JsonObject:
    """Return the properties as they are once the event is an online meeting: with its address, and that in the body."""
    url = f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{uid:08x}%40thread.v2/0"
    block = (
        '<br><div style="font-size:14px">________________________________________________________________________'
        f'<br>Microsoft Teams meeting<br><a href="{url}">Join the meeting now</a></div>'
    )
    body = properties["body"]
    page = show_html(body["contentType"], body["content"])
    found = _END_OF_BODY.search(page)
    at = found.start() if found else len(page)
    provider = properties["onlineMeetingProvider"]
    return {
        **properties,
        "isOnlineMeeting": True,
        "onlineMeetingProvider": "teamsForBusiness" if provider == "unknown" else provider,
        "onlineMeeting": {"joinUrl": url},
        "body": {"contentType": "html", "content": page[:at] + block + page[at:]},
    }


def is_intact(properties: JsonObject) -> bool | None:
    """Does the body still carry the way in? None for an event that is no online meeting."""
    meeting = properties.get("onlineMeeting")
    return None if meeting is None else meeting["joinUrl"] in properties["body"]["content"]
