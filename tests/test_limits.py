"""Which ceilings apply to a cluster's nodes, and which is met first."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.network import limits
from inspector.network.limits import NodeCeilings, node_ceilings
from inspector.resources import AgentPoolProfile, NetworkProfile, decode

POD_CIDR = ("10.244.0.0/16",)
LARGE_POD_CIDR = ("10.0.0.0/9",)
SCALE_SET = "VirtualMachineScaleSets"


def ceilings(
    kinds: tuple[str | None, ...] = (SCALE_SET,),
    *,
    pod_cidrs: tuple[str, ...] = LARGE_POD_CIDR,
    other_routes: int | None = 0,
    **fields: Any,
) -> NodeCeilings:
    profile = decode(msgspec.json.encode({"loadBalancerSku": "standard", **fields}), NetworkProfile)
    pools = [
        decode(msgspec.json.encode({"name": f"np{number}", "type": kind}), AgentPoolProfile)
        for number, kind in enumerate(kinds)
    ]
    return node_ceilings(profile, pools, pod_cidrs=pod_cidrs, other_routes=other_routes)


def told(found: NodeCeilings) -> list[tuple[int | None, str]]:
    return [(each.nodes, each.reason) for each in found.cluster]


KUBENET: dict[str, Any] = {"networkPlugin": "kubenet"}
OVERLAY: dict[str, Any] = {"networkPlugin": "azure", "networkPluginMode": "overlay"}
DUAL: dict[str, Any] = {"ipFamilies": ["IPv4", "IPv6"]}


@pytest.mark.parametrize(
    ("fields", "binding"),
    [
        (KUBENET, (400, "kubenet")),
        (KUBENET | DUAL, (200, "kubenet, dual stack")),
        (KUBENET | {"loadBalancerSku": "Basic"}, (100, "Basic load balancer")),
        (KUBENET | {"loadBalancerSku": None}, (100, "Basic load balancer")),
        (OVERLAY, (5_000, "one AKS cluster")),
        (OVERLAY | {"networkPolicy": "azure"}, (250, "Azure Network Policy Manager")),
        (OVERLAY | {"networkPolicy": "Azure"}, (250, "Azure Network Policy Manager")),
        (
            OVERLAY | {"networkPolicy": "azure", "networkDataplane": "cilium"},
            (5_000, "one AKS cluster"),
        ),
        (OVERLAY | {"networkPolicy": "calico"}, (5_000, "one AKS cluster")),
        ({"networkPlugin": "azure"}, (5_000, "one AKS cluster")),
        ({"networkPlugin": "none"}, (5_000, "one AKS cluster")),
        ({}, (5_000, "one AKS cluster")),
    ],
)
def test_the_ceiling_that_binds(fields: dict[str, Any], binding: tuple[int, str]) -> None:
    found = ceilings(**fields).binding
    assert (found.nodes, found.reason) == binding
    assert found.source


def test_an_availability_set_ends_at_a_hundred_nodes() -> None:
    assert told(ceilings(("AvailabilitySet",), **KUBENET))[0] == (100, "availability sets")


def test_a_default_pod_cidr_ends_at_256_nodes() -> None:
    for fields in (KUBENET, OVERLAY):
        found = ceilings(pod_cidrs=POD_CIDR, **fields)
        assert (found.binding.nodes, found.binding.reason) == (
            256,
            "pod CIDR 10.244.0.0/16, a /24 per node",
        )


def test_a_pod_cidr_is_no_ceiling_where_pods_are_in_a_subnet() -> None:
    assert told(ceilings(networkPlugin="azure", pod_cidrs=POD_CIDR)) == [(5_000, "one AKS cluster")]


def test_all_ceilings_come_lowest_first() -> None:
    found = ceilings(pod_cidrs=POD_CIDR, other_routes=150, networkPolicy="azure", **KUBENET)
    assert told(found) == [
        (250, "route table of 400 routes, 150 of them not for nodes"),
        (250, "Azure Network Policy Manager"),
        (256, "pod CIDR 10.244.0.0/16, a /24 per node"),
        (400, "kubenet"),
        (5_000, "one AKS cluster"),
    ]
    assert found.is_complete


@given(st.integers(0, 450), st.booleans())
def test_nodes_get_routes_until_the_table_is_full(other_routes: int, is_dual_stack: bool) -> None:
    found = ceilings(other_routes=other_routes, **(KUBENET | DUAL if is_dual_stack else KUBENET))
    routes, nodes = other_routes, 0
    while routes + (2 if is_dual_stack else 1) <= 400:
        routes += 2 if is_dual_stack else 1
        nodes += 1
    assert [each.nodes for each in found.cluster if "route table" in each.reason] == [nodes]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"other_routes": None}, "route table of 400 routes"),
        ({"pod_cidrs": ()}, "pod CIDR not told, a /24 per node"),
        ({"pod_cidrs": ("fd00::/64",)}, "pod CIDR fd00::/64, a /24 per node"),
    ],
)
def test_what_cannot_be_told_comes_last_and_does_not_bind(
    options: dict[str, Any], reason: str
) -> None:
    found = ceilings(**KUBENET, **options)
    assert told(found)[-1] == (None, reason)
    assert found.binding.nodes == 400
    assert not found.is_complete


def test_a_slice_of_another_size_changes_the_ceiling() -> None:
    profile = decode(b'{"networkPlugin": "kubenet", "loadBalancerSku": "standard"}', NetworkProfile)
    found = node_ceilings(profile, [], pod_cidrs=POD_CIDR, other_routes=0, node_prefix_length=23)
    assert told(found)[0] == (128, "pod CIDR 10.244.0.0/16, a /23 per node")


def test_each_scale_set_has_a_ceiling_of_its_own() -> None:
    found = ceilings((SCALE_SET, "VirtualMachines", "virtualmachinescalesets", None), **OVERLAY)
    assert [(each.pool, each.ceiling.nodes) for each in found.pools] == [
        ("np0", 1_000),
        ("np2", 1_000),
    ]


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("KUBENET_NODES", 400),
        ("KUBENET_NODES_DUAL_STACK", 200),
        ("ROUTES_PER_TABLE", 400),
        ("NODES_PER_CLUSTER", 5_000),
        ("NODES_PER_POOL", 1_000),
        ("NODES_WITH_BASIC", 100),
        ("NODES_WITH_NETWORK_POLICY_MANAGER", 250),
        ("RULES_PER_INTERFACE", 300),
        ("PRIVATE_LINK_SERVICES", 8),
        ("RULES_PER_LOAD_BALANCER", 1_500),
        ("SERVICES_PER_CLUSTER", 300),
        ("BACKEND_CONFIGURATIONS_PER_FRONTEND", 10_000),
        ("SECURITY_RULES_PER_GROUP", 1_000),
        ("SECURITY_RULE_ADDRESSES_PER_SIDE", 4_000),
        ("AUTHORIZED_RANGES", 200),
        ("AUTHORIZED_RANGES_WITH_VNET_INTEGRATION", 2_000),
    ],
)
def test_the_documented_figures(name: str, figure: int) -> None:
    assert getattr(limits, name) == figure
