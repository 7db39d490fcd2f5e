"""Whether one kind of value fits where another is asked for."""

from collections.abc import Mapping

from tests.infra.bicep.kinds import ANY, BOOL, INT, NULL, STRING, Either, Kind, Many, Named, Shape, Words

OF_WORD = {str: STRING, bool: BOOL, int: INT}


def fits(given: Kind, asked: Kind, kinds: Mapping[str, Kind]) -> bool:
    """Does every value of one kind fit the other? Null fits all: it leaves a property out.

    A word that was not published fails also where the service may know more words: it is more often misspelt. A
    string that can be any fails where the words are closed, since the compiler would say so, too.
    """
    given, asked = (kinds.get(each.name, ANY) if isinstance(each, Named) else each for each in (given, asked))
    if ANY in (given, asked) or given == NULL:
        return True
    if isinstance(given, Either):
        return all(fits(each, asked, kinds) for each in given.kinds)
    if isinstance(asked, Either):
        return any(fits(given, each, kinds) for each in asked.kinds)
    if isinstance(given, Words):
        return all(_word_fits(word, asked) for word in given.allowed)
    if isinstance(asked, Words):
        return asked.is_open and given == OF_WORD[type(asked.allowed[0])]
    if isinstance(given, Many) and isinstance(asked, Many):
        return fits(given.of, asked.of, kinds)
    if isinstance(given, Shape) and isinstance(asked, Shape):
        return _shape_fits(given, asked, kinds)
    return given == asked


def _word_fits(word: str | int | bool, asked: Kind) -> bool:
    if isinstance(asked, Words):
        return any(word == allowed and type(word) is type(allowed) for allowed in asked.allowed)
    return asked == OF_WORD[type(word)]


def _shape_fits(given: Shape, asked: Shape, kinds: Mapping[str, Kind]) -> bool:
    if asked.variants:
        return True
    for name, field in given.fields.items():
        known = asked.fields.get(name)
        kind = known.kind if known else asked.others
        if kind is None or not fits(field.kind, kind, kinds):
            return False
    is_whole = given.others is None
    return not is_whole or all(name in given.fields for name, field in asked.fields.items() if field.is_required)
