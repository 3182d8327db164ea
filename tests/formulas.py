"""Formulas as a plan prints them, worked out anew."""

import math
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_ALLOWED = re.compile(r"(?:[0-9+\-/^() x]|, |floor|ceil|min|max)+")
_REMARKS = re.compile(r"(?: \((?:for its pods|pool|now|upgrade|maximum|today)[^()]*\))+$")
_WORKED = re.compile(r"(?P<value>-?[0-9,]+) = (?P<formula>.+)$")
_WORDS: dict[str, Any] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "min": min,
    "max": max,
    "Fraction": Fraction,
    "__builtins__": {},
}


def value_of(formula: str) -> int:
    """Return what a formula comes to; it must be a whole number."""
    text = _THOUSANDS.sub("", formula)
    assert _ALLOWED.fullmatch(text), formula
    program = re.sub(r"\d+", r"Fraction(\g<0>)", text).replace(" x ", " * ").replace("^", "**")
    found = Fraction(eval(program, _WORDS))  # noqa: S307  digits and operators alone, see above
    assert found.denominator == 1, formula
    return int(found)


def worked_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield each number of a text that stands with its formula: ``left: 901 = 932 - 31``."""
    for part in re.split(r"; |: ", text):
        match = _WORKED.match(_REMARKS.sub("", part))
        if match is not None:
            yield int(match["value"].replace(",", "")), match["formula"]
