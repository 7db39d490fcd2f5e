"""Where it is told what to do about a message: the page `docs/admin/mend.md`, by the section's anchor.

Links are paths from the root of the repository, the same in alerts, in the set-up check and of what is held.
"""

import re

PAGE = "docs/admin/mend.md"
_NO_ANCHOR = re.compile(r"[^\w\- ]")


def link_to_remedy(family: str, name: str) -> str:
    """The link of one message; what stands behind a colon names one of a kind, and all of a kind have one section."""
    heading = f"{family} {name.partition(':')[0]}"
    return f"{PAGE}#{_NO_ANCHOR.sub('', heading.lower()).replace(' ', '-')}"
