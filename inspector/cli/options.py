"""Options that several commands share, given to each of them by name."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")


def with_options(
    name: str, make: Callable[..., Any], *, are_last: bool = False
) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Return a decorator: a function gets the options of ``make``, and what that makes of them.

    The parameter ``name`` holds it. The options come before the function's own, or behind them.
    """
    shared = list(inspect.signature(make).parameters.values())
    shared_names = {parameter.name for parameter in shared}

    def decorate(function: Callable[..., T]) -> Callable[..., T]:
        own = [
            parameter.replace(kind=parameter.KEYWORD_ONLY)
            for parameter in inspect.signature(function).parameters.values()
            if parameter.name != name
        ]
        given = [each.replace(kind=each.KEYWORD_ONLY) for each in shared]
        every = [*own, *given] if are_last else [*given, *own]

        @wraps(function)
        def run(**values: Any) -> T:
            made = make(**{each: values.pop(each) for each in shared_names})
            return function(**{name: made}, **values)

        run.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]  # read by typer
        run.__annotations__ = {each.name: each.annotation for each in every}
        return run

    return decorate
