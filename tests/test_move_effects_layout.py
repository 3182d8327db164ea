"""The effects of a move as they are printed: three formats, every bundled cluster and target."""

import re
from functools import cache
from typing import Any, Final

import msgspec
import pytest

from fixtures.scenarios import SCENARIOS
from inspector.network.targets import Target
from inspector.planning.figures import Figure
from inspector.planning.moves.effects import Effects
from inspector.renderers.json_format import json_schema, render_json
from inspector.renderers.layout.planning.effects import lay_out_effects
from inspector.renderers.markdown import render_markdown
from inspector.renderers.terminal import render_terminal
from inspector.report.answer import View
from tests.odd_clusters import NETWORKS, ROUTE_TABLES, Draft, bundled, refusal_of, refused
from tests.test_move_effects import effects, of, with_application_gateway

MOVES: Final = [(name, to) for name in SCENARIOS for to in Target]
LONG: Final = re.compile(r"\S{60,}")


def printed(found: Effects, width: int = 100) -> str:
    """Return the effects as a terminal shows them, in one line each paragraph."""
    return render_terminal(lay_out_effects(found, most=20), width=width, color=False)


def flat(text: str) -> str:
    """Return text with every run of blanks as one."""
    return " ".join(text.split())


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize(("name", "to"), MOVES)
def test_every_move_fits_the_terminal(name: str, to: Target, width: int) -> None:
    text = printed(of(name, to), width)
    too_wide = [each for each in text.splitlines() if len(each) > width and not LONG.search(each)]
    assert too_wide == []
    assert "None" not in text
    assert "Addresses of the virtual network" in text


@pytest.mark.parametrize(("name", "to"), MOVES)
def test_markdown_and_json_say_the_same(name: str, to: Target) -> None:
    found = of(name, to)
    markdown = render_markdown(lay_out_effects(found, most=None))
    decoded = msgspec.json.decode(render_json(found))
    assert decoded["way"] == found.way
    if found.pod_cidr is not None and found.pod_cidr.cidr is not None:
        assert decoded["pod_cidr"]["cidr"] == found.pod_cidr.cidr
        assert found.pod_cidr.cidr in markdown
    assert len(decoded["reach"]["callers"]) == len(found.reach.callers)
    assert all(each.name in markdown for each in found.reach.callers)


def test_every_part_of_the_schema_is_described() -> None:
    definitions = json_schema(Effects)["$defs"]
    assert {"PodCIDRProposal", "Caller", "RuleLeft", "SubnetNeed"} <= {*definitions}
    assert all(each.get("description") for each in definitions.values())


def figures(value: Any) -> list[tuple[int, str]]:
    """Return every number with its formula that stands in a view."""
    if isinstance(value, View):
        found = [one for field in value.__struct_fields__ for one in figures(getattr(value, field))]
        if isinstance(value, Figure) and value.number is not None:
            found.append((value.number, value.formula or ""))
        return found
    return [one for each in value for one in figures(each)] if isinstance(value, tuple) else []


@cache
def evaluated(formula: str) -> int:
    """Return what a formula of sums and products comes to."""
    assert re.fullmatch(r"[0-9, +x()]+", formula)
    return int(eval(formula.replace(",", "").replace("x", "*")))  # noqa: S307  digits, + x ( ) alone


@pytest.mark.parametrize(("name", "to"), MOVES)
def test_every_number_is_the_value_of_its_formula(name: str, to: Target) -> None:
    found = figures(of(name, to))
    assert found
    assert [(value, formula) for value, formula in found if evaluated(formula) != value] == []


def test_the_answer_comes_first() -> None:
    text = flat(printed(of("cni-nodesubnet")))
    assert "Take 10.244.0.0/16: the cluster has no pod CIDR today; 4 slices are needed" in text
    assert (
        "The pools take 3 addresses in place of 93 (ARM shows 87 given out), and 4 at most" in text
    )
    assert "Direct reach is lost by peering to-hub." in text


def test_a_subnet_on_the_table_is_named_with_what_to_do() -> None:
    text = flat(printed(effects(with_application_gateway()), 200))
    assert "Direct reach is lost by subnet snet-agw." in text
    assert "Application gateway agw-shop" in text
    assert "For subnet snet-agw: where the ingress controller" in text
    assert "also on 1 subnet without nodes" in text


def test_what_is_hidden_is_said_and_nothing_is_fine() -> None:
    snapshot = bundled("kubenet-vmss")
    hidden = effects(
        refused(snapshot, [refusal_of(snapshot, each) for each in (NETWORKS, ROUTE_TABLES)])
    )
    text = flat(printed(hidden, 200))
    assert "No pod CIDR is proposed: what it must not meet could not all be seen." in text
    assert "Who reaches pods could not all be seen." in text
    assert "needs Microsoft.Network/virtualNetworks/read" in text
    assert "Subnets of nodes unknown" in text
    assert "The pools take as many addresses as today: 3" in text
    assert " none " not in text


@pytest.mark.parametrize("name", ["a|b*c_[x](y)", "\x1b[31mred", "<b>&", "a`b``c"])
def test_hostile_names_break_no_format(name: str) -> None:
    draft = with_application_gateway()
    draft.one(NETWORKS)["properties"]["subnets"][-1]["name"] = name
    found = effects(draft)
    blocks = list(lay_out_effects(found, most=None))
    assert "\x1b" not in render_terminal(blocks, width=120, color=False)
    assert "\x1b" not in render_markdown(blocks)
    assert msgspec.json.decode(render_json(found))["way"] == "in place"


def test_long_lists_are_cut_and_say_so() -> None:
    draft = Draft("kubenet-vmss")
    table = draft.one(ROUTE_TABLES)
    for number in range(30):
        table["properties"]["routes"].append(
            {
                "id": f"{table['id']}/routes/own-{number}",
                "name": f"own-{number}",
                "properties": {
                    "addressPrefix": f"198.51.{number}.0/24",
                    "nextHopType": "VirtualNetworkGateway",
                },
            }
        )
    found = effects(draft)
    assert len(found.changes.route_tables[0].others) == 30
    assert "own-29" not in render_markdown(lay_out_effects(found, most=5))
    assert "--all shows them" in render_markdown(lay_out_effects(found, most=5))
    assert "own-29" in render_markdown(lay_out_effects(found, most=None))
