"""What a plan supposes: pools of another size, with other settings."""

import re
from typing import Annotated, Any, Final

import typer

from inspector.cli.options import with_options
from inspector.errors import UsageError
from inspector.what_if import WhatIf

_WHOLE: Final = re.compile(r"[0-9]{1,6}")


def _repeated(option: str, about: str, metavar: str) -> Any:
    return typer.Option(option, help=f"{about}; repeatable.", metavar=metavar, show_default=False)


def make_what_if(
    *,
    scale: Annotated[
        list[str] | None,
        _repeated("--scale", "Suppose that a pool has so many nodes", "POOL=N"),
    ] = None,
    max_pods: Annotated[
        list[str] | None,
        _repeated("--max-pods", "Suppose so many pods per node, in a pool or in all", "[POOL=]N"),
    ] = None,
    max_surge: Annotated[
        list[str] | None,
        _repeated(
            "--max-surge",
            "Suppose that an upgrade adds so many nodes, in a pool or in all",
            "[POOL=]N[%]",
        ),
    ] = None,
) -> WhatIf:
    """Return what the options suppose. Raises ``UsageError`` for what is not of their form."""
    nodes = _by_pool("--scale", scale)
    if "" in nodes:
        raise UsageError(f"--scale {nodes['']}: name the pool, as POOL=N")
    return WhatIf(
        nodes={pool: _whole("--scale", text) for pool, text in nodes.items()},
        max_pods={
            pool: _whole("--max-pods", text)
            for pool, text in _by_pool("--max-pods", max_pods).items()
        },
        max_surge=_by_pool("--max-surge", max_surge),
    )


def _by_pool(option: str, texts: list[str] | None) -> dict[str, str]:
    """Return the values by pool, under ``""`` that of every pool."""
    found: dict[str, str] = {}
    for text in texts or ():
        pool, _, value = text.rpartition("=")
        if pool.strip().lower() in found:
            raise UsageError(f"{option} {text}: {pool or 'all pools'} given twice")
        found[pool.strip().lower()] = value.strip()
    return found


def _whole(option: str, text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise UsageError(f"{option} {text!r}: not a whole number")
    return int(text)


with_what_if = with_options("what_if", make_what_if, are_last=True)
