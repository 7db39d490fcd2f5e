"""Whether what is written fits the kind that is asked for, property by property, with words where it does not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from tests.infra.bicep.expressions import (
    Array,
    Binary,
    Call,
    Choice,
    Expression,
    Loop,
    Name,
    Null,
    Object,
    Property,
    Text,
)
from tests.infra.bicep.kinds import ANY, BOOL, Field, Kind, Many, Named, Shape
from tests.infra.bicep.model import Fault
from tests.infra.types.fitting import fits
from tests.infra.types.inferring import Place

# These put together what they are given, so that each argument is judged as a part.
MERGES = ("union", "shallowMerge")


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges one expression at its place; `path` says where in the resource it stands."""

    place: Place
    kinds: Mapping[str, Kind]
    path: str

    def judge(self, expression: Expression, asked: Kind) -> Iterator[Fault]:
        """Yield whatever in the expression does not fit; what is known only in Azure passes."""
        asked = self.kinds.get(asked.name, ANY) if isinstance(asked, Named) else asked
        match expression:
            case Choice(_, test, yes, no):
                yield from self.judge(test, BOOL)
                yield from self.judge(yes, asked)
                yield from self.judge(no, asked)
            case Binary(_, "??", left, right):
                yield from self.judge(left, asked)
                yield from self.judge(right, asked)
            case Name(_, name) if self._is_variable(name):
                # In a variable stands a literal like any other.
                value = self.place.template.variables[name].value
                yield from replace(self, place=Place(self.place.template)).judge(value, asked)
            case Object() if isinstance(asked, Shape):
                yield from self._judge_object((expression,), asked)
            case Call(_, None, function, arguments) if function in MERGES and isinstance(asked, Shape):
                yield from self._judge_merged(arguments, asked)
            case Call(_, None, "concat", arguments) if isinstance(asked, Many):
                for argument in arguments:
                    yield from self.judge(argument, asked)
            case Array(_, members) if isinstance(asked, Many):
                for at, member in enumerate(members):
                    yield from self._at(f"[{at}]").judge(member, asked.of)
            case Loop(body=body) if isinstance(asked, Many):
                yield from replace(self._at("[]"), place=self.place.inside(expression)).judge(body, asked.of)
            case _:
                given = self.place.kind_of(expression)
                if not fits(given, asked, self.kinds):
                    yield self._fault(expression.line, f"is {given}, but must be {asked}")

    def _is_variable(self, name: str) -> bool:
        return name in self.place.template.variables and name not in self.place.names

    def _judge_merged(self, arguments: Sequence[Expression], asked: Shape) -> Iterator[Fault]:
        objects = [each for each in arguments if isinstance(each, Object)]
        if len(objects) == len(arguments):
            yield from self._judge_object(objects, asked)
            return
        # Only one of them need bring what is required, and it may be one that is known only in Azure.
        optional = replace(asked, fields={name: replace(f, is_required=False) for name, f in asked.fields.items()})
        for argument in arguments:
            yield from self.judge(argument, optional)

    def _judge_object(self, objects: Sequence[Object], asked: Shape) -> Iterator[Fault]:
        properties = [each for part in objects for each in part.properties]
        named = {each.name: each for each in properties if each.name is not None}
        line = objects[0].line
        fields = dict(asked.fields)
        if asked.discriminator:
            chosen = self._variant(asked, named.get(asked.discriminator))
            if chosen is None:
                yield self._fault(line, f"says none of the known words as {asked.discriminator}: {words_of(asked)}")
                return
            fields |= chosen.fields
            fields.setdefault(asked.discriminator, Field(ANY, True))
            asked = replace(asked, others=chosen.others)
        for written in properties:
            yield from self._judge_property(written, fields, asked.others)
        is_whole = all(each.name is not None for each in properties)
        for name, field in fields.items():
            is_left_out = name not in named or isinstance(named[name].value, Null)
            if field.is_required and not field.is_fixed and is_left_out and is_whole:
                yield self._fault(line, f"lacks the property {name}")

    def _variant(self, asked: Shape, said: Property | None) -> Shape | None:
        word = said.value.literal if said and isinstance(said.value, Text) else None
        kind = (asked.variants or {}).get(word or "")
        kind = self.kinds.get(kind.name) if isinstance(kind, Named) else kind
        return kind if isinstance(kind, Shape) else None

    def _judge_property(self, written: Property, fields: Mapping[str, Field], others: Kind | None) -> Iterator[Fault]:
        known = fields.get(written.name or "")
        if known and known.is_fixed:
            yield self._fault(written.line, f"has the property {written.name}, which cannot be written")
        elif known or others:
            kind = known.kind if known else others or ANY
            yield from self._at(f".{written.name}").judge(written.value, kind)
        elif written.name is not None:
            close = get_close_matches(written.name, fields, 1)
            hint = f"; {close[0]}?" if close else ""
            yield self._fault(written.line, f"has no property {written.name}{hint}")

    def _at(self, step: str) -> "Judge":
        return replace(self, path=f"{self.path}{step}")

    def _fault(self, line: int, words: str) -> Fault:
        return self.place.template.fault(line, f"{self.path} {words}")


def words_of(asked: Shape) -> str:
    return ", ".join(asked.variants or ())
