"""What a plan looks like, and that hiding something only ever turns figures into unknown."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from msgspec.structs import replace

from fixtures.scenarios import SCENARIOS
from inspector.planning import Figure, Plan, Target, WhatIf, plan
from inspector.planning.summary import Summary
from inspector.renderers.blocks import Block, Commands, Facts, Paragraph, Table, Text
from inspector.renderers.json_format import json_schema, render_json
from inspector.renderers.layout.planning import lay_out_plan
from inspector.renderers.markdown import render_markdown
from inspector.renderers.terminal import render_terminal
from inspector.report.answer import View
from tests.formulas import value_of, worked_in
from tests.odd_clusters import (
    USAGES,
    Draft,
    bundled,
    refusal_of_list,
    refused,
    whatever_can_be_refused,
)

_WHAT_IF = WhatIf(max_pods={"": 110}, max_surge={"": "33%"})


@cache
def planned(name: str) -> Plan:
    return plan(bundled(name), ports_per_node=2_000)


def texts(blocks: Iterator[Block]) -> Iterator[Text]:
    for block in blocks:
        if isinstance(block, Table):
            yield from (cell for row in block.rows for cell in row)
        elif isinstance(block, Facts):
            yield from (line for _, lines in block.rows for line in lines)
        elif isinstance(block, Paragraph):
            yield block.text


@pytest.mark.parametrize("what_if", [None, _WHAT_IF])
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_formula_on_screen_comes_to_the_number_beside_it(
    name: str, what_if: WhatIf | None
) -> None:
    found = plan(bundled(name), what_if=what_if, ports_per_node=2_000)
    checked = 0
    for each in texts(lay_out_plan(found, show_all=True)):
        for value, formula in worked_in(each.text):
            assert value_of(formula) == value, each.text
            checked += 1
    assert checked > 8


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_cluster_is_shown_in_three_formats(name: str) -> None:
    for width in (80, 100, 200):
        text = render_terminal(lay_out_plan(planned(name), show_all=False), width=width, color=True)
        assert "Runs out first" in text
    assert "## Summary" in render_markdown(lay_out_plan(planned(name), show_all=False))
    assert json.loads(render_json(planned(name)))["schema_version"] == 1


def test_the_schema_names_every_section() -> None:
    schema = json_schema(Plan)
    assert set(schema["$defs"]["Plan"]["properties"]) == set(Plan.__struct_fields__)
    views = [each for name, each in schema["$defs"].items() if each.get("type") == "object"]
    assert all(each.get("description") for each in views)


def test_the_answer_comes_first() -> None:
    text = render_markdown(lay_out_plan(planned("broken-cni"), show_all=False))
    assert text.index("Runs out first") < text.index("Binding ceiling") < text.index("SNAT ports")
    assert text.index("SNAT ports") < text.index("Pools: room to grow")
    assert "| lacks 30 |" in text
    assert "left: -30 = 94 - (5 - 1) x (1 + 30)" in text


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_formula_stands_between_the_numbers_of_a_table(name: str) -> None:
    formulas = 0
    for block in lay_out_plan(planned(name), show_all=True):
        if isinstance(block, Table):
            is_of_formulas = block.columns[-1] == "How the numbers come about"
            formulas += is_of_formulas
            has_formulas = any(" = " in cell.text for row in block.rows for cell in row)
            assert has_formulas == is_of_formulas
    assert formulas > 1


def test_situations_that_are_the_same_are_one_row() -> None:
    text = render_terminal(
        lay_out_plan(planned("cni-nodesubnet"), show_all=False), width=120, color=False
    )
    assert "now, maximum " in text
    assert "upgrade now, upgrade at maximum " in text


def test_what_is_supposed_stands_beside_what_is() -> None:
    found = plan(bundled("cni-nodesubnet"), what_if=WhatIf(nodes={"nodepool1": 50}))
    text = render_markdown(lay_out_plan(found, show_all=False))
    assert "--scale nodepool1=50" in text
    assert "50 (today 3)" in text
    assert "Today, with the pools as they are" in text
    assert "(today" not in render_markdown(lay_out_plan(planned("cni-nodesubnet"), show_all=False))


def test_a_supposition_without_effect_repeats_no_answer() -> None:
    found = plan(bundled("cni-nodesubnet"), what_if=WhatIf(nodes={"nodepool1": 3}))
    assert found.summary == found.summary_today
    assert "Today, with" not in render_markdown(lay_out_plan(found, show_all=False))


def test_long_formulas_are_shown_when_everything_is_asked_for() -> None:
    draft = Draft("cni-overlay")
    profiles = draft.cluster["properties"]["agentPoolProfiles"]
    profiles += [{**profiles[0], "name": f"more{number}"} for number in range(12)]
    found = plan(draft.snapshot())
    short, full = (
        render_markdown(lay_out_plan(found, show_all=show_all)) for show_all in (False, True)
    )
    assert "long formulas are left out: --all shows them" in short
    assert "long formulas" not in full
    assert " + 2 + 2 + 2 + 2 + 2 + 2 + " in full
    assert " + 2 + 2 + 2 + 2 + 2 + 2 + " not in short


def test_why_something_is_unknown_is_said_once() -> None:
    found = plan(bundled("automatic"))
    text = render_markdown(lay_out_plan(found, show_all=False))
    assert text.count("Unknown: node auto-provisioning adds nodes") == 1


def test_what_pods_take_is_said_not_to_show_once_for_a_subnet() -> None:
    text = render_markdown(lay_out_plan(planned("cni-podsubnet"), show_all=False))
    assert text.count("issue 3243") == 2
    assert "ARM does not show addresses given to pods" not in text


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_json_of_a_plan_is_as_its_schema_says(name: str) -> None:
    validator = Draft202012Validator(json_schema(Plan), format_checker=FormatChecker())
    every = [
        planned(name),
        plan(bundled(name), what_if=_WHAT_IF),
        plan(bundled(name), to=Target.CILIUM),
    ]
    for found in every:
        validator.validate(json.loads(render_json(found)))


def test_a_hostile_pool_name_is_quoted_and_escaped() -> None:
    draft = Draft("kubenet-vmss")
    draft.cluster["name"] = "a;b `id` | <b>"
    found = plan(draft.snapshot(), ports_per_node=4_000)
    (line,) = [
        line
        for block in lay_out_plan(found, show_all=True)
        if isinstance(block, Commands)
        for line in block.lines
    ]
    assert "'a;b `id` | <b>'" in line


def told(value: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield every figure with its place: what stands in a list is known by what it is of."""
    if isinstance(value, Summary):
        return
    if isinstance(value, Figure):
        if value.number is not None:
            yield place, value.number
    elif isinstance(value, View):
        for name in value.__struct_fields__:
            yield from told(getattr(value, name), (*place, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from told(each, (*place, _name_of(each)))


def _name_of(value: Any) -> str:
    if not isinstance(value, View):
        return str(value)
    known = ("id", "rule", "backend_pool", "pool", "situation", "kind", "words", "drawer")
    return " ".join(str(getattr(value, each)) for each in known if hasattr(value, each))


def _stable(figures: dict[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    """Leave out ceilings made of several things, whose words name all that were seen.

    So is what a command is enough for: the command follows the situations that can be told.
    """
    return {
        place: value
        for place, value in figures.items()
        if "addresses of" not in str(place) and "enough_for" not in place
    }


@settings(max_examples=120, deadline=None)
@given(data=st.data(), name=st.sampled_from(list(SCENARIOS)))
def test_a_refusal_only_turns_figures_into_unknown(data: st.DataObject, name: str) -> None:
    snapshot = bundled(name)
    refusal = data.draw(st.sampled_from(whatever_can_be_refused(snapshot)))
    before = _stable(dict(told(planned(name))))
    after = _stable(dict(told(plan(refused(snapshot, [refusal]), ports_per_node=2_000))))
    other = {
        place: (before.get(place), value)
        for place, value in after.items()
        if before.get(place) != value
    }
    assert other == {}


def answers(found: Plan) -> Plan:
    """Return a plan without what it says of gaps, and without the notes of its move."""
    move = replace(found.move, notes=()) if found.move is not None else None
    return replace(found, missing=(), move=move)


@settings(max_examples=150, deadline=None)
@given(
    data=st.data(),
    name=st.sampled_from(list(SCENARIOS)),
    target=st.sampled_from([None, *Target]),
)
def test_a_refusal_that_changes_a_plan_is_named_in_it(
    data: st.DataObject, name: str, target: Target | None
) -> None:
    snapshot = bundled(name)
    refusal = data.draw(st.sampled_from(whatever_can_be_refused(snapshot)))
    before = plan(snapshot, to=target)
    after = plan(refused(snapshot, [refusal]), to=target)
    if answers(after) != answers(before):
        assert after.is_incomplete
        assert set(after.missing) - set(before.missing)


def test_what_hides_a_figure_is_named_once() -> None:
    snapshot = bundled("cni-nodesubnet")
    found = plan(refused(snapshot, [refusal_of_list(snapshot, USAGES)]))
    text = render_markdown(lay_out_plan(found, show_all=False))
    assert text.count("Not visible here") == 1


@pytest.mark.parametrize("name", ["automatic", "kubenet-vmss", "cni-podsubnet", "byo-cni"])
def test_a_refusal_of_anything_leaves_a_plan(name: str) -> None:
    snapshot = bundled(name)
    for refusal in whatever_can_be_refused(snapshot):
        found = plan(refused(snapshot, [refusal]))
        assert render_markdown(lay_out_plan(found, show_all=True))
