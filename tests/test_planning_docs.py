"""The page on planning: what it quotes is real, and comes to the numbers it names."""

import re
import shlex
from pathlib import Path

import pytest

from inspector.demo import load_demo
from inspector.network.pool_sizes import Situation
from inspector.planning import Plan, Target, WhatIf, plan
from inspector.planning.moves.reasons import REASONS
from inspector.renderers.layout.planning import lay_out_plan
from inspector.renderers.terminal import render_terminal
from tests.formulas import value_of, worked_in

PAGE = (Path(__file__).parent.parent / "docs" / "planning.md").read_text(encoding="utf-8")
_BLOCK = re.compile(
    r"```console\n\$ aks-inspector plan demo:(?P<arguments>[^\n]*)\n(?P<lines>.*?)```", re.DOTALL
)
EXAMPLES = [(each["arguments"], each["lines"].splitlines()) for each in _BLOCK.finditer(PAGE)]
WIDE = 220


def planned(arguments: str) -> Plan:
    """Return the plan of a command as the page has it."""
    name, *options = shlex.split(arguments)
    nodes: dict[str, int] = {}
    surge: dict[str, str] = {}
    ports = to = None
    for option, value in zip(options[::2], options[1::2], strict=True):
        if option == "--scale":
            pool, _, number = value.partition("=")
            nodes[pool] = int(number)
        elif option == "--max-surge":
            surge[""] = value
        elif option == "--to":
            to = Target(value)
        else:
            assert option == "--ports-per-node"
            ports = int(value)
    what_if = WhatIf(nodes=nodes, max_surge=surge)
    return plan(load_demo(name), what_if=what_if, ports_per_node=ports, to=to)


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(("arguments", "lines"), EXAMPLES)
def test_what_the_page_quotes_is_what_the_command_prints(arguments: str, lines: list[str]) -> None:
    blocks = lay_out_plan(planned(arguments), show_all=False)
    shown = render_terminal(blocks, width=WIDE, color=False).splitlines()
    printed = {words(each) for each in shown}
    assert len(lines) >= 3
    assert [each for each in lines if words(each) not in printed] == []


@pytest.mark.parametrize("lines", [lines for each, lines in EXAMPLES if "--to" not in each])
def test_every_formula_on_the_page_comes_to_its_number(lines: list[str]) -> None:
    cells = [cell for line in lines for cell in re.split(r"\s{2,}", line)]
    found = [worked for cell in cells for worked in worked_in(cell)]
    for value, formula in found:
        assert value_of(formula) == value


def test_the_page_quotes_formulas() -> None:
    found = [worked for _, lines in EXAMPLES for line in lines for worked in worked_in(line)]
    assert len(found) > 8


def test_every_condition_of_a_move_is_on_the_page() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| (blocker|risk) \|", PAGE, re.MULTILINE)
    assert dict(rows) == {str(key): str(reason.weight) for key, reason in REASONS.items()}


def test_the_page_has_its_examples() -> None:
    assert [name.split()[0] for name, _ in EXAMPLES] == [
        "cni-nodesubnet",
        "cni-overlay",
        "kubenet-vmss",
        "kubenet-vmss",
        "kubenet-vmss",
    ]


def test_the_documented_example_comes_to_what_the_page_says_of_it() -> None:
    (subnet,) = planned(EXAMPLES[0][0]).subnets
    upgrade = subnet.stretches[1]
    assert upgrade.situation is Situation.UPGRADE
    assert upgrade.needed.number == value_of("(50 + 1) x (1 + 30)") == 1_581
    assert subnet.smallest_prefix == 21
    assert (value_of("2^(32 - 22) - 5"), value_of("2^(32 - 21) - 5")) == (1_019, 2_043)
    assert value_of("48 x (1 + 30)") == 1_488
    for number in ("1,581", "1,019", "2,043", "1,488"):
        assert number in PAGE


def test_overlay_has_no_slice_for_a_node_more() -> None:
    found = planned(EXAMPLES[1][0]).pod_cidr
    assert found is not None
    assert (found.slices.number, found.stretches[-1].left.number) == (256, 0)
    name, _, _ = EXAMPLES[1][0].partition(" ")
    surging = plan(load_demo(name), what_if=WhatIf(nodes={"system": 250}, max_surge={"": "1"}))
    assert surging.pod_cidr is not None
    assert surging.pod_cidr.stretches[-1].left.is_lacking


def test_four_addresses_are_enough_for_64_nodes_of_4000_ports() -> None:
    assert value_of("floor(64,000 x 4 / 4,000)") == 64
    assert "enough for 64 nodes" in words(PAGE)
