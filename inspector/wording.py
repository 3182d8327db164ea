"""Numbers and names in sentences."""

from collections.abc import Iterable, Sequence
from typing import Final

_MOST_NAMES: Final = 5
_PAIR: Final = 2


def count(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is one."""
    return f"{number} {noun if number == 1 else plural(noun)}"


def share(part: int, whole: int, noun: str) -> str:
    """Return how many of how many there are: ``3 of 4 nodes``."""
    return f"{part} of {count(whole, noun)}"


def plural(noun: str) -> str:
    """Return the plural of an English noun that forms it by rule."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch")) else f"{noun}s"


def names(several: Iterable[str], most: int = _MOST_NAMES) -> str:
    """Return names as a list for a sentence, the first ones and how many more there are."""
    every = list(several)
    if len(every) <= most:
        return ", ".join(every)
    return f"{', '.join(every[:most])} and {len(every) - most} more"


def pair(several: Sequence[str], more: str) -> str:
    """Return one or two joined by "and", of several ``more`` in their place."""
    return " and ".join(several) if len(several) <= _PAIR else more
