"""A page that shows the default body as an event in a phone's calendar; docs/images/event-body.png is its picture.

`python -m tests.adapters.wording.event_page > page.html`, then a browser of 420 by 760 points.
"""

from html import escape

from sync_core.adapters.wording import TemplateWording
from sync_core.adapters.wording.filters import show_day
from sync_core.adapters.wording.samples import FULL, SAMPLES, ZONE
from sync_core.domain.choices import Choices
from sync_core.domain.timespan import TimeSpan

_STYLE = """
* { box-sizing: border-box }
body { margin: 0; background: #fff; color: #242424; font: 15px/1.45 "Segoe UI", Helvetica, Arial, sans-serif }
header { display: flex; justify-content: space-between; padding: 14px 20px; color: #0f6cbd; background: #f7f9fc }
header b { color: #242424; font-weight: 600 }
section { padding: 16px 20px 14px; border-bottom: 1px solid #edebe9; border-left: 5px solid #0f6cbd }
h1 { font-size: 23px; line-height: 1.25; margin: 0 0 6px; font-weight: 600 }
section div { color: #605e5c; font-size: 14px }
main { padding: 16px 20px }
"""


def page() -> str:
    """The page, as HTML."""
    notes = SAMPLES[0][1]
    words = TemplateWording().words_of(Choices())(FULL, notes, ZONE)
    assert isinstance(FULL.span, TimeSpan)
    start, end = FULL.span.start_at.astimezone(ZONE), FULL.span.end_at.astimezone(ZONE)
    return (
        f'<!doctype html><meta charset="utf-8"><style>{_STYLE}</style>'
        "<header><span>‹ Calendar</span><b>Event</b><span>Edit</span></header>"
        f"<section><h1>{escape(words.subject)}</h1>"
        f"<div>{show_day(start)} · {start:%H:%M}–{end:%H:%M}</div><div>{escape(words.location)}</div></section>"
        f"<main>{words.body}</main>"
    )


if __name__ == "__main__":
    print(page())
