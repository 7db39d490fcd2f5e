"""A deployment is worked out as Azure would: names, conditions, loops, what is known later, and what would fail."""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import pytest

from tests.infra.deployed.carrying_out import carry_out
from tests.infra.deployed.values import Later, Unsound, Value, Whole

NEEDED = """
param name string
var token = uniqueString(resourceGroup().id, name)
"""


def deploy(folder: Path, text: str, **given: Value) -> Whole:
    file = folder / "main.bicep"
    file.write_text(text, "utf-8")
    return carry_out(file, given)


@pytest.mark.parametrize(
    ("bicep", "value"),
    [
        ("toLower(take(replace('${name}-x', '-', ''), 4))", "abbx"),
        ("toUpper(name)", "A-BB"),
        ("length(token)", 13),
        ("length(guid(name))", 36),
        ("name == 'A-bb' ? 1 + 2 : 0", 3),
        ("empty('') && !empty(name) || false", True),
        ("contains(name, 'bb')", True),
        ("'${true}${5}'", "true5"),
        ("[for (each, i) in ['a', 'b']: '${each}${i}']", ["a0", "b1"]),
        ("[for i in range(1, 3): i * 2]", [2, 4, 6]),
        ("join(split('a,b', ','), '-')", "a-b"),
        ("format('{0}-{1}', name, 3)", "A-bb-3"),
        ("concat([1], [2])", [1, 2]),
        ("union({ a: { b: 1 } }, { a: { c: 2 } })", {"a": {"b": 1, "c": 2}}),
        ("map([1, 2], x => x + 1)", [2, 3]),
        ("filter([1, 2], x => x > 1)", [2]),
        ("toObject(['a'], x => x, x => length(x))", {"a": 1}),
        ("items({ b: 1, a: 2 })", [{"key": "a", "value": 2}, {"key": "b", "value": 1}]),
        ("{ a: 1 }.?b ?? 'none'", "none"),
        ("first(skip(['a', 'b'], 1))", "b"),
        ("substring('abcdef', 1, 2)", "bc"),
        ("padLeft('7', 3, '0')", "007"),
        ("json('[1]')[0]", 1),
        ("coalesce(null, 'b')", "b"),
        ("last(split(subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r'), '/'))", "r"),
        ("resourceId('A.B/c/d', 'x', 'y')", "{group}/providers/A.B/c/x/d/y"),
        ("environment().suffixes.storage", "core.windows.net"),
        ("-3 % 2", -1),
        ("-7 / 2", -3),
    ],
)
def test_an_expression_comes_to_what_azure_would_make_of_it(tmp_path: Path, bicep: str, value: Value) -> None:
    whole = deploy(tmp_path, f"{NEEDED}output o object = {bicep}\noutput t string = token\n", name="A-bb")
    group = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-tandem"
    assert whole.outputs["o"] == (value.replace("{group}", group) if isinstance(value, str) else value)


def test_a_unique_string_depends_on_all_that_it_is_made_of(tmp_path: Path) -> None:
    one, same, other = (deploy(tmp_path, f"{NEEDED}output o string = token\n", name=name) for name in "aab")
    assert one.outputs == same.outputs != other.outputs


STORAGE = """
param isWanted bool = true
resource st 'Microsoft.Storage/storageAccounts@2025-06-01' = if (isWanted) {
  name: 'st'
}
resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {
  parent: st
  name: 'default'
}
resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (isWanted) {
  name: guid(st.id, 'keep')
  scope: st
}
output name string = queues.name
output blob string = isWanted ? '${st.properties.primaryEndpoints.blob}x' : ''
"""


def test_a_child_and_an_extension_stand_under_what_they_belong_to(tmp_path: Path) -> None:
    whole = deploy(tmp_path, STORAGE)
    [st, queues, lock] = whole.placed
    assert queues.id == f"{st.id}/queueServices/default"
    assert queues.name == "st/default"
    assert queues.root is st
    assert str(lock.id).startswith(f"{st.id}/providers/Microsoft.Authorization/locks/")
    assert UUID(lock.name)
    assert lock.scope is st


def test_what_only_azure_knows_stays_as_words(tmp_path: Path) -> None:
    outputs = deploy(tmp_path, STORAGE).outputs
    assert outputs == {"name": "default", "blob": Later("‹st.properties.primaryEndpoints.blob›x")}


def test_what_is_not_wanted_is_not_deployed_nor_are_its_children(tmp_path: Path) -> None:
    assert deploy(tmp_path, STORAGE, isWanted=False).placed == []


WRONG: Mapping[str, tuple[str, Mapping[str, Value], str]] = {
    "a parameter that is not given": ("param a string\n", {}, "main.bicep:1: a is not given"),
    "a parameter that is none": ("var a = 1\n", {"b": 1}, "has no parameter b"),
    "a text that is too short": ("@minLength(3)\nparam a string\n", {"a": "ab"}, "a is 'ab': @minLength is 3"),
    "a list that is too long": ("@maxLength(1)\nparam a array\n", {"a": [1, 2]}, "@maxLength is 1"),
    "a number that is too small": ("@minValue(3)\nparam a int\n", {"a": 2}, "a is 2: @minValue is 3"),
    "a default that is too large": ("@maxValue(3)\nparam a int = 4\n", {}, "a is 4: @maxValue is 3"),
    "a word that is not allowed": ("@allowed(['x'])\nparam a string\n", {"a": "y"}, "a is 'y', which is not allowed"),
    "a variable that needs itself": ("var a = b\nvar b = a\n", {}, "needs itself"),
    "a property that is not there": ("var a = {}\noutput b string = a.c\n", {}, "main.bicep:2: there is no c"),
    "a member that is not there": ("var a = []\noutput b string = a[0]\n", {}, "there is no [0]"),
    "a function that fails": ("var a = int('x')\n", {}, "int fails"),
    "what is not deployed": (
        f"{STORAGE}output p string = st.properties.x\n",
        {"isWanted": False},
        "reads st, which is",
    ),
    "a child without all its names": (
        "resource a 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {\n  name: 'a'\n}\n",
        {},
        "the wrong number of names: a",
    ),
    "a module that needs itself": ("module a 'main.bicep' = {\n  name: 'a'\n}\n", {}, "a needs itself"),
    "a module that is not there": ("module a 'b.bicep' = {\n  name: 'a'\n}\n", {}, "b.bicep does not exist"),
    "a loop known only later": (
        f"{STORAGE}resource more 'A.B/c@1' = [for each in st.properties.x: {{\n  name: each\n}}]\n",
        {},
        "made for each of what is not known before",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_deployment_that_would_fail_fails_here_with_its_line(tmp_path: Path, name: str) -> None:
    text, given, words = WRONG[name]
    with pytest.raises(Unsound) as trouble:
        deploy(tmp_path, text, **given)
    assert words in str(trouble.value)
