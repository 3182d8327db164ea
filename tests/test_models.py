"""Which network model a profile declares: the decision table, row by row."""

from collections.abc import Callable
from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import documents as arm
from inspector.network.models import (
    NetworkModel,
    describe_network,
    expected_configurations,
    network_model,
    unrecognised,
)
from inspector.resources import AgentPoolProfile, NetworkProfile, decode

SUBNET = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/p"

CASINGS = (str, str.upper, str.title)


def profile(plugin: str | None, mode: str | None = None, **more: object) -> NetworkProfile:
    extras = {"networkPlugin": plugin, "networkPluginMode": mode, **more}
    document = arm.network_profile("azure", extras=extras)
    return decode(msgspec.json.encode(document), NetworkProfile)


def pool(subnet: str | None = None, allocation: str | None = None) -> AgentPoolProfile:
    extras = {"podSubnetID": subnet, "podIPAllocationMode": allocation}
    document = arm.agent_pool_profile("np", count=1, version="1", max_pods=30, extras=extras)
    return decode(msgspec.json.encode(document), AgentPoolProfile)


NODE = pool()
DYNAMIC = pool(SUBNET)
INDIVIDUAL = pool(SUBNET, "DynamicIndividual")
STATIC = pool(SUBNET, "StaticBlock")


@pytest.mark.parametrize("change", CASINGS)
@pytest.mark.parametrize(
    ("plugin", "mode", "pools", "model"),
    [
        ("none", None, (NODE,), NetworkModel.BYO_CNI),
        ("none", "overlay", (DYNAMIC,), NetworkModel.BYO_CNI),
        ("kubenet", None, (NODE,), NetworkModel.KUBENET),
        ("kubenet", "overlay", (DYNAMIC,), NetworkModel.KUBENET),
        ("azure", "overlay", (NODE,), NetworkModel.CNI_OVERLAY),
        ("azure", "overlay", (DYNAMIC,), NetworkModel.CNI_OVERLAY),
        ("azure", None, (STATIC,), NetworkModel.CNI_POD_SUBNET_STATIC),
        ("azure", None, (STATIC, NODE), NetworkModel.CNI_POD_SUBNET_STATIC),
        ("azure", None, (DYNAMIC,), NetworkModel.CNI_POD_SUBNET_DYNAMIC),
        ("azure", None, (INDIVIDUAL,), NetworkModel.CNI_POD_SUBNET_DYNAMIC),
        ("azure", None, (STATIC, DYNAMIC), NetworkModel.CNI_POD_SUBNET_DYNAMIC),
        ("azure", None, (NODE,), NetworkModel.CNI_NODE_SUBNET),
        ("azure", "", (NODE,), NetworkModel.CNI_NODE_SUBNET),
        ("azure", None, (), NetworkModel.CNI_NODE_SUBNET),
        ("calico", None, (NODE,), NetworkModel.UNRECOGNISED),
        ("", None, (NODE,), NetworkModel.UNRECOGNISED),
    ],
)
def test_decision_table(
    change: Callable[[str], str],
    plugin: str,
    mode: str | None,
    pools: tuple[AgentPoolProfile, ...],
    model: NetworkModel,
) -> None:
    written = change(mode) if mode else mode
    assert network_model(profile(change(plugin), written), pools) is model


def test_an_absent_plugin_is_not_guessed_at() -> None:
    assert network_model(profile(None), (NODE,)) is NetworkModel.UNRECOGNISED
    assert network_model(NetworkProfile(), ()) is NetworkModel.UNRECOGNISED


@given(st.text(max_size=8), st.sampled_from([None, "overlay", "new"]))
def test_a_plugin_we_do_not_know_is_never_taken_for_one_we_do(name: str, mode: str | None) -> None:
    if name.lower() not in {"azure", "kubenet", "none"}:
        assert network_model(profile(name, mode), (DYNAMIC,)) is NetworkModel.UNRECOGNISED


def test_words_tell_every_model_and_differ() -> None:
    assert len({model.words for model in NetworkModel}) == len(NetworkModel)


@pytest.mark.parametrize(
    ("dataplane", "policy", "families"),
    [
        *product(
            (None, "azure", "Cilium"), (None, "none", "cilium", "calico"), ([], ["IPv4", "IPv6"])
        )
    ],
)
def test_words_add_dataplane_policy_and_families(
    dataplane: str | None, policy: str | None, families: list[str]
) -> None:
    found = profile(
        "kubenet", networkDataplane=dataplane, networkPolicy=policy, ipFamilies=families
    )
    words = describe_network(found, ()).split(", ")
    assert words[0] == "kubenet"
    assert ("powered by Cilium" in words) is (dataplane == "Cilium")
    assert ("calico network policy" in words) is (policy == "calico")
    assert ("dual stack" in words) is bool(families)
    assert len(words) == 1 + (dataplane == "Cilium") + (policy == "calico") + bool(families)


@given(st.integers(0, 250), st.integers(0, 30))
def test_node_subnet_gives_the_node_and_each_pod_an_address(max_pods: int, on_host: int) -> None:
    window = expected_configurations(NetworkModel.CNI_NODE_SUBNET, max_pods, on_host)
    assert window is not None
    least = max(2, 1 + max_pods - on_host)
    assert list(window) == list(range(least, 1 + max_pods + 1))


def test_other_models_give_the_node_one_address_and_nothing_tells_without_max_pods() -> None:
    counted = {model: expected_configurations(model, None) for model in NetworkModel}
    unknown = {model for model, window in counted.items() if window is None}
    assert unknown == {NetworkModel.CNI_NODE_SUBNET, NetworkModel.UNRECOGNISED}
    assert {*counted.values()} == {None, range(1, 2)}


def test_it_is_said_why_a_model_is_not_recognised() -> None:
    assert unrecognised(profile("antrea")) == "network plugin antrea is not recognised"
    assert unrecognised(profile(None)) == "ARM does not tell the cluster's network plugin"
