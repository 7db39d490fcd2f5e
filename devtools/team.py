"""Loads the demo team of `demo/resources.json`."""

from collections.abc import Mapping


def load_team(settings: Mapping[str, str]) -> None:
    """Make each resource known to the connector that these settings describe."""
