"""Cuts work into groups that one transaction takes."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")
MOST_OPERATIONS = 90
LARGEST_TRANSACTION = 3 * 1024 * 1024


def cut(weighed: Iterable[tuple[T, int]], most: int = MOST_OPERATIONS) -> list[list[T]]:
    """Cut into groups of at most `most` that weigh at most 3 MiB, in order; none is empty."""
    groups: list[list[T]] = []
    weight = LARGEST_TRANSACTION
    for one, its_weight in weighed:
        weight += its_weight
        if weight > LARGEST_TRANSACTION or len(groups[-1]) == most:
            groups.append([])
            weight = its_weight
        groups[-1].append(one)
    return groups
