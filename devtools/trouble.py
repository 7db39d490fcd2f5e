"""The one kind of failure a command ends with: a sentence for the developer, and no traceback."""


class Trouble(Exception):
    """Ends a command with one clear sentence that names what is wrong and what to do about it."""
