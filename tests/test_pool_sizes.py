"""How large a pool may get: its autoscaler, its count, and the surge of an upgrade."""

from math import ceil
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.network.pool_sizes import (
    most_nodes,
    most_nodes_with_surge,
    surge_at,
    surge_nodes,
)
from inspector.resources import AgentPoolProfile, decode


def pool(**fields: Any) -> AgentPoolProfile:
    return decode(msgspec.json.encode({"name": "np", **fields}), AgentPoolProfile)


def scaled(scale: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a pool of single virtual machines, two of which there are."""
    return {
        "type": "VirtualMachines",
        "virtualMachineNodesStatus": [{"count": 2}],
        "virtualMachinesProfile": {"scale": scale},
    }


def surging(count: int | None, max_surge: str | None, **fields: Any) -> AgentPoolProfile:
    return pool(count=count, upgradeSettings={"maxSurge": max_surge, **fields})


@pytest.mark.parametrize(
    ("fields", "nodes"),
    [
        ({"count": 3}, 3),
        ({"count": 3, "enableAutoScaling": False, "maxCount": 9}, 3),
        ({"count": 3, "enableAutoScaling": True, "maxCount": 9}, 9),
        ({"count": 12, "enableAutoScaling": True, "maxCount": 9}, 12),
        ({"enableAutoScaling": True, "maxCount": 9}, 9),
        ({"count": 3, "enableAutoScaling": True}, None),
        ({"count": 0}, 0),
        ({}, None),
        ({"virtualMachineNodesStatus": [{"count": 2}, {"count": 1}]}, 3),
        (scaled({}), 2),
        (scaled({"autoscale": [{"maxCount": 3}, {"maxCount": 4}]}), 7),
        (scaled({"autoscale": [{"maxCount": 3}, {"minCount": 1}]}), None),
    ],
)
def test_the_most_nodes_of_a_pool(fields: dict[str, Any], nodes: int | None) -> None:
    assert most_nodes(pool(**fields)) == nodes


@pytest.mark.parametrize(
    ("count", "max_surge", "nodes"),
    [
        (10, "10%", 1),
        (11, "10%", 2),
        (3, "33%", 1),
        (4, "33%", 2),
        (10, "100%", 10),
        (10, "0%", 0),
        (10, "2", 2),
        (10, "0", 0),
        (10, None, 1),
        (25, None, 3),
        (25, "", 3),
        (0, None, 0),
        (0, "50%", 0),
        (3, "5", 3),
        (None, "2", 2),
        (None, "10%", None),
        (None, None, None),
    ],
)
def test_surge(count: int | None, max_surge: str | None, nodes: int | None) -> None:
    assert surge_nodes(surging(count, max_surge)) == nodes


def test_a_percentage_is_of_the_autoscalers_maximum() -> None:
    scaled = pool(count=2, enableAutoScaling=True, maxCount=20, upgradeSettings={"maxSurge": "33%"})
    assert surge_nodes(scaled) == 7
    assert most_nodes_with_surge(scaled) == 27
    assert surge_at(scaled, 2) == 1
    assert surge_at(scaled, None) is None


@pytest.mark.parametrize("unavailable", ["2", "10%"])
def test_a_pool_that_upgrades_by_unavailable_nodes_does_not_surge(unavailable: str) -> None:
    in_place = surging(10, "0", maxUnavailable=unavailable)
    assert in_place.upgrade_settings.max_unavailable == unavailable
    assert surge_nodes(in_place) == 0
    assert most_nodes_with_surge(in_place) == 10


@pytest.mark.parametrize("max_surge", [None, "50%", "many"])
@pytest.mark.parametrize("priority", ["Spot", "spot"])
def test_a_spot_pool_does_not_surge(max_surge: str | None, priority: str) -> None:
    spot = pool(count=10, scaleSetPriority=priority, upgradeSettings={"maxSurge": max_surge})
    assert surge_nodes(spot) == 0
    assert most_nodes_with_surge(spot) == 10


def test_a_pool_with_both_tries_to_surge_first() -> None:
    assert surge_nodes(surging(10, "33%", maxUnavailable="3")) == 4


@given(st.integers(0, 1_000), st.one_of(st.integers(0, 200), st.none()), st.booleans())
def test_a_surge_is_never_more_than_the_nodes_there_are(
    nodes: int, amount: int | None, percent: bool
) -> None:
    text = None if amount is None else f"{amount}%" if percent else str(amount)
    surge = surge_at(surging(7, text), nodes)
    assert surge is not None
    assert 0 <= surge <= nodes


@pytest.mark.parametrize("text", ["ten", "-1", "1.5", "%", "10 %", "5%%", "٣", "9" * 5000, " "])
def test_text_that_is_no_amount_is_unknown(text: str) -> None:
    assert surge_nodes(surging(10, text)) is None
    assert most_nodes_with_surge(surging(10, text)) is None


@given(st.text(max_size=12))
def test_no_text_makes_it_fail(text: str) -> None:
    nodes = surge_nodes(surging(10, text))
    assert nodes is None or nodes >= 0


@given(st.integers(0, 1_000), st.integers(0, 100))
def test_percentages_round_up(count: int, percent: int) -> None:
    assert surge_nodes(surging(count, f"{percent}%")) == ceil(count * percent / 100)
