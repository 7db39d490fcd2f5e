"""What `function_app` declares: its functions, queues, routes and the settings that its triggers name."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from devtools.paths import ROOT

# In an interpreter of its own, since an app tells its functions only once.
ASK = """
import json, function_app
triggers = {}
for function in function_app.app.get_functions():
    [trigger] = [each for each in json.loads(function.get_function_json())["bindings"] if "rigger" in each["type"]]
    triggers[function.get_function_name()] = trigger
print(json.dumps(triggers))
"""


@dataclass(frozen=True, slots=True)
class Declared:
    functions: frozenset[str]
    queues: frozenset[str]
    routes: frozenset[str]
    connections: frozenset[str]
    schedules: frozenset[str]


@cache
def declared_triggers() -> Declared:
    """Ask the app once; the names between `%` in a schedule are those of settings."""
    asked = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, text=True, check=True)
    triggers: Mapping[str, Mapping[str, str]] = json.loads(asked.stdout)

    def said(key: str) -> frozenset[str]:
        return frozenset(str(each[key]).strip("%") for each in triggers.values() if each.get(key))

    return Declared(frozenset(triggers), said("queueName"), said("route"), said("connection"), said("schedule"))
