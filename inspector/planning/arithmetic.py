"""Numbers that carry how they come about, so that a figure and its formula cannot drift apart.

A formula has numbers with separators between thousands, ``+ - x / ^``, brackets, and ``floor``,
``ceil``, ``min`` and ``max`` of what stands in theirs. A quotient stands inside ``floor`` or
``ceil`` alone, so every other part of a formula is a whole number.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

_SUM, _PRODUCT, _WHOLE = range(3)
"""How tightly a formula hangs together: a looser one inside a tighter one gets brackets."""


class Reckoning(msgspec.Struct, frozen=True):
    """A whole number, and the formula that it is the value of."""

    value: int
    formula: str
    tightness: int = _WHOLE

    def __add__(self, other: "Reckoning") -> "Reckoning":
        """Return the sum; one with zero is the other number."""
        if NOTHING in {self, other}:
            return other if self == NOTHING else self
        return Reckoning(self.value + other.value, f"{self.formula} + {other.formula}", _SUM)

    def __sub__(self, other: "Reckoning") -> "Reckoning":
        """Return the difference; one with zero is the number itself."""
        if other == NOTHING:
            return self
        formula = f"{self.formula} - {_inside(other, _PRODUCT)}"
        return Reckoning(self.value - other.value, formula, _SUM)

    def __mul__(self, other: "Reckoning") -> "Reckoning":
        """Return the product; one with zero is zero, one with one the other number."""
        if NOTHING in {self, other}:
            return NOTHING
        if ONE in {self, other}:
            return other if self == ONE else self
        formula = f"{_inside(self, _PRODUCT)} x {_inside(other, _PRODUCT)}"
        return Reckoning(self.value * other.value, formula, _PRODUCT)


def number(value: int) -> Reckoning:
    """Return a number that is not reckoned but given."""
    return Reckoning(value, f"{value:,}", _WHOLE if value >= 0 else _SUM)


NOTHING: Final = number(0)
ONE: Final = number(1)


def total(parts: Iterable[Reckoning]) -> Reckoning:
    """Return the sum of several, zero of none."""
    return sum(parts, NOTHING)


def apart(sum_of_several: Reckoning) -> Reckoning:
    """Return a number whose formula keeps to itself, in brackets if it is a sum."""
    return msgspec.structs.replace(
        sum_of_several, formula=_inside(sum_of_several, _PRODUCT), tightness=_WHOLE
    )


def plain(reckoning: Reckoning) -> Reckoning:
    """Return the value alone, for a formula beside the one that it comes from."""
    return number(reckoning.value)


def power_of_two(exponent: Reckoning) -> Reckoning:
    """Return two to the power of a number that is not below zero."""
    return Reckoning(1 << exponent.value, f"2^({exponent.formula})")


def floor_of(whole: Reckoning, part: Reckoning) -> Reckoning:
    """Return a quotient rounded down; the divisor is above zero."""
    if part == ONE:
        return whole
    return Reckoning(whole.value // part.value, f"floor({_quotient(whole, part)})")


def ceil_of(whole: Reckoning, part: Reckoning) -> Reckoning:
    """Return a quotient rounded up; the divisor is above zero."""
    if part == ONE:
        return whole
    return Reckoning(-(-whole.value // part.value), f"ceil({_quotient(whole, part)})")


def least(*several: Reckoning) -> Reckoning:
    """Return the smallest of several."""
    return _chosen("min", min(each.value for each in several), several)


def largest(*several: Reckoning) -> Reckoning:
    """Return the largest of several."""
    return _chosen("max", max(each.value for each in several), several)


def _chosen(name: str, value: int, several: tuple[Reckoning, ...]) -> Reckoning:
    if len(several) == 1:
        return several[0]
    return Reckoning(value, f"{name}({', '.join(each.formula for each in several)})")


def _quotient(whole: Reckoning, part: Reckoning) -> str:
    return f"{_inside(whole, _PRODUCT)} / {_inside(part, _WHOLE)}"


def _inside(each: Reckoning, tightness: int) -> str:
    return f"({each.formula})" if each.tightness < tightness else each.formula
