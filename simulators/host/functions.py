"""Loads a function app and runs its functions as the Python worker does.

https://learn.microsoft.com/azure/azure-functions/functions-reference-python
"""

import asyncio
import importlib.util
import inspect
import logging
import os
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import azure.functions as func

from simulators.host.options import CannotStart

log = logging.getLogger("simulators.host")
TRIGGERS = ("httpTrigger", "queueTrigger", "timerTrigger")


@dataclass(slots=True)
class Function:
    """One indexed function; the counters are for whoever watches the host."""

    name: str
    call: Callable[..., Any]
    trigger: dict[str, Any]
    timeout: timedelta
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    parameters: frozenset[str] = field(default_factory=frozenset)

    @property
    def kind(self) -> str:
        """The type of its trigger, such as `queueTrigger`."""
        return str(self.trigger["type"])

    async def run(self, argument: object, about: str = "") -> Any:
        """Run the function once and return what it returned.

        `about` goes into the log line and must be free of content. Whatever the function raises is raised.
        """
        began = time.monotonic()
        call_arguments = {str(self.trigger["name"]): argument}
        if "context" in self.parameters:
            call_arguments["context"] = InvocationContext(self.name)
        self.running += 1
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                if inspect.iscoroutinefunction(self.call):
                    result = await self.call(**call_arguments)
                else:
                    result = await asyncio.to_thread(self.call, **call_arguments)
        except Exception as error:
            self.failed += 1
            spent = (time.monotonic() - began) * 1000
            log.error("%s%s failed after %.0f ms: %s", self.name, about, spent, _place_of(error))
            raise
        else:
            self.succeeded += 1
            log.info("%s%s succeeded in %.0f ms", self.name, about, (time.monotonic() - began) * 1000)
            return result
        finally:
            self.running -= 1


class InvocationContext(func.Context):
    """What a function gets that asks for `context`."""

    def __init__(self, function_name: str) -> None:
        self._invocation_id = str(uuid.uuid4())
        self._function_name = function_name
        self._local = threading.local()

    @property
    def invocation_id(self) -> str:
        """A fresh id per invocation."""
        return self._invocation_id

    @property
    def function_name(self) -> str:
        """The name of the function."""
        return self._function_name

    @property
    def function_directory(self) -> str:
        """Where the app lies."""
        return str(Path.cwd())

    @property
    def thread_local_storage(self) -> Any:
        """Storage of this invocation."""
        return self._local

    @property
    def trace_context(self) -> Any:
        """No trace is begun here."""
        return None

    @property
    def retry_context(self) -> Any:
        """Retry policies do not exist for the triggers served here, save timers."""
        return None


def load_app(file: Path) -> ModuleType:
    """Import the app's entry file as `function_app`, from its own directory.

    Raises:
        CannotStart: The import fails, which in Azure hides every function of the app.
    """
    os.chdir(file.parent)
    sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location("function_app", file)
    if spec is None or spec.loader is None or not file.exists():
        raise CannotStart(f"{file.name} is not there, so there is no function app to run.")
    module = importlib.util.module_from_spec(spec)
    sys.modules["function_app"] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise CannotStart(f"{file.name} cannot be imported:\n{traceback.format_exc()}") from error
    return module


def index_functions(module: ModuleType, timeout: timedelta) -> list[Function]:
    """Return every function of the module's `app`.

    Raises:
        CannotStart: The app refuses its settings, or a function has a trigger or parameters no host would accept.
    """
    if problems := list(getattr(module, "configuration_problems", list)()):
        raise CannotStart("\n".join(["The function app refuses its settings:", *(f"  {each}" for each in problems)]))
    # The library allows this call once per app.
    functions = [_describe(each, timeout) for each in module.app.get_functions()]
    if not functions:
        raise CannotStart("The function app has no functions.")
    return functions


def _describe(indexed: Any, timeout: timedelta) -> Function:
    name, trigger = indexed.get_function_name(), indexed.get_trigger().get_dict_repr()
    if trigger["type"] not in TRIGGERS:
        raise CannotStart(f"Function {name} has a {trigger['type']}; this host knows {', '.join(TRIGGERS)}.")
    call = indexed.get_user_function()
    parameters = frozenset(inspect.signature(call).parameters)
    bound = {binding.name for binding in indexed.get_bindings()} - {"$return"}
    if unknown := (bound ^ parameters) - {"context"}:
        raise CannotStart(f"Function {name}: {_listed(unknown)} must be both a parameter and a binding.")
    if extra := bound - {trigger["name"]}:
        raise CannotStart(f"Function {name}: this host fills no binding but the trigger, not {_listed(extra)}.")
    return Function(name, call, trigger, timeout, parameters=parameters)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _place_of(error: BaseException) -> str:
    """Name the error's type and line; its message may carry content and stays out of the log."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
