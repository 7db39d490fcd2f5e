"""One working day through the whole product."""

from devtools.trouble import Trouble


def run_day() -> int:
    """Drive the day and return 0 only if every change arrived.

    Raises:
        Trouble: A part could not start.
    """
    raise Trouble("The demo day is not written yet.")
