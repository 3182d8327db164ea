"""A figure is always the value of its formula."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.scenarios import SCENARIOS
from inspector.planning import Figure, Plan, WhatIf, plan
from inspector.planning.arithmetic import (
    Reckoning,
    apart,
    ceil_of,
    floor_of,
    largest,
    least,
    number,
    plain,
    power_of_two,
    total,
)
from inspector.report.answer import View
from tests.formulas import value_of
from tests.odd_clusters import bundled

NUMBERS = st.integers(min_value=-2_000, max_value=70_000).map(number)
PARTS = st.integers(min_value=1, max_value=3_000).map(number)


def joined(children: st.SearchStrategy[Reckoning]) -> st.SearchStrategy[Reckoning]:
    pair = st.tuples(children, children)
    two: list[Callable[[Reckoning, Reckoning], Reckoning]] = [
        lambda one, other: one + other,
        lambda one, other: one - other,
        lambda one, other: one * other,
        least,
        largest,
    ]
    return st.one_of(
        st.tuples(st.sampled_from(two), pair).map(lambda each: each[0](*each[1])),
        st.tuples(st.sampled_from([floor_of, ceil_of]), children, PARTS).map(
            lambda each: each[0](each[1], each[2])
        ),
        st.lists(children, max_size=4).map(total),
        children.map(apart),
        children.map(plain),
    )


@given(st.recursive(st.one_of(NUMBERS, PARTS), joined, max_leaves=12))
def test_whatever_is_reckoned_its_formula_comes_to_the_same(reckoning: Reckoning) -> None:
    assert value_of(reckoning.formula) == reckoning.value


@given(st.integers(0, 24))
def test_a_power_of_two_is_one(exponent: int) -> None:
    found = power_of_two(number(32) - number(exponent))
    assert found.value == value_of(found.formula) == 2 ** (32 - exponent)


def figures(value: Any) -> Iterator[Figure]:
    """Yield every figure in a view."""
    if isinstance(value, Figure):
        yield value
    elif isinstance(value, View):
        for name in value.__struct_fields__:
            yield from figures(getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from figures(each)


SUPPOSITIONS = (
    None,
    WhatIf(max_pods={"": 110}, max_surge={"": "33%"}),
    WhatIf(max_pods={"": 10}, max_surge={"": "2"}),
)


@pytest.mark.parametrize("what_if", SUPPOSITIONS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_figure_of_a_plan_is_what_its_formula_comes_to(
    name: str, what_if: WhatIf | None
) -> None:
    every = list(figures(plan(bundled(name), what_if=what_if, ports_per_node=2_000)))
    assert sum(each.number is not None for each in every) > 30
    assert all((each.formula is None) == (each.number is None) for each in every)
    formulas = {each.formula: each.number for each in every if each.formula is not None}
    wrong = {text: number for text, number in formulas.items() if value_of(text) != number}
    assert wrong == {}


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_a_figure_was_is_what_it_is_without_the_supposition(name: str) -> None:
    today = plan(bundled(name))
    supposed = plan(bundled(name), what_if=WhatIf(max_pods={"": 77}, max_surge={"": "5"}))
    after = list(figures(supposed))
    was = [each.value if each.was is None else each.was for each in after]
    told = [each.value for each in figures(today)]
    assert was == told
    assert all(each.was != each.value for each in after)
    assert [each.was for each in figures(today)] == [None] * len(list(figures(today)))
    assert supposed.summary_today == today.summary


def test_a_plan_of_nothing_supposed_has_no_other_summary() -> None:
    found: Plan = plan(bundled("kubenet-vmss"))
    assert found.summary_today is None
    assert found.what_if == ()
