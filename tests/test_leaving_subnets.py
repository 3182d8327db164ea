"""The outbound type, and the subnets that traffic leaves from."""

import pytest

from inspector.cluster.egress import OutboundType, leaving_subnets, outbound_type
from inspector.resources import NetworkProfile
from inspector.topology import Topology
from tests.odd_clusters import (
    MACHINES,
    NETWORKS,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of_list,
    refused,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("loadBalancer", OutboundType.LOAD_BALANCER),
        ("LOADBALANCER", OutboundType.LOAD_BALANCER),
        ("managednatgatewayv2", OutboundType.MANAGED_NAT_GATEWAY_V2),
        ("block", OutboundType.BLOCK),
        (None, OutboundType.LOAD_BALANCER),
        ("teleport", OutboundType.UNRECOGNISED),
    ],
)
def test_the_outbound_type_is_read_in_any_case(text: str | None, expected: OutboundType) -> None:
    assert outbound_type(NetworkProfile(outbound_type=text)) is expected


def test_every_outbound_type_is_a_nat_gateway_or_lets_nothing_out_or_neither() -> None:
    nat = {each for each in OutboundType if each.is_nat_gateway}
    shut = {each for each in OutboundType if each.lets_nothing_out}
    assert nat == {
        OutboundType.MANAGED_NAT_GATEWAY,
        OutboundType.MANAGED_NAT_GATEWAY_V2,
        OutboundType.USER_ASSIGNED_NAT_GATEWAY,
    }
    assert shut == {OutboundType.NONE, OutboundType.BLOCK}


@pytest.mark.parametrize(
    ("cluster", "names"),
    [
        ("kubenet-vmss", ["aks-subnet"]),
        ("virtual-nodes", ["snet-system", "snet-workers"]),
        (
            "cni-podsubnet",
            ["snet-nodes-apps", "snet-nodes-system", "snet-pods-apps", "snet-pods-system"],
        ),
    ],
)
def test_nodes_and_pods_leave_from_these_subnets(cluster: str, names: list[str]) -> None:
    found = leaving_subnets(Topology(bundled(cluster)))
    assert [each.name for each in found.ids] == names
    assert found.missing == ()


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SET_INTERFACES, NETWORKS])
def test_what_may_hide_a_subnet_is_missing(kind: str) -> None:
    snapshot = bundled("kubenet-vmss")
    refusal = refusal_of_list(snapshot, kind)
    assert leaving_subnets(Topology(refused(snapshot, [refusal]))).missing == (gap_of(refusal),)


def test_a_network_of_the_users_hides_no_subnet_that_pools_name() -> None:
    snapshot = bundled("cni-podsubnet")
    refusal = refusal_of_list(snapshot, NETWORKS)
    assert leaving_subnets(Topology(refused(snapshot, [refusal]))).missing == ()


def test_the_subnet_that_aks_made_is_told_without_any_node() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(MACHINES)
    draft.remove(SCALE_SET_INTERFACES)
    found = leaving_subnets(Topology(draft.snapshot()))
    assert [each.name for each in found.ids] == ["aks-subnet"]
