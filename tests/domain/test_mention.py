"""What a webhook says of resources."""

from sync_core.domain.mention import Mention, ResourceWord
from tests.builders import RESOURCE


def test_a_board_that_says_no_more_than_a_name_narrows_and_removes_nothing() -> None:
    word = ResourceWord(Mention(RESOURCE), 1)

    assert (word.mention.name, word.narrowed, word.is_removed) == ("", None, False)
