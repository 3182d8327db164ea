"""No check of ranges finds more, or passes, because something is hidden."""

from collections.abc import Callable
from typing import Any

import pytest

from fixtures import documents as arm
from inspector.findings import Status
from tests.checks.kit import assert_gaps_only_hide, check_of
from tests.odd_clusters import NETWORKS, SCALE_SET_INTERFACES, Draft

CHECKS = [
    check_of(each)
    for each in (
        "cidr-shape",
        "dns-service-ip",
        "docker-bridge-cidr",
        "pod-cidr-overlap",
        "pools-share-vnet",
        "reserved-range",
        "service-cidr-overlap",
    )
]


def ranges_over_everything(cluster: str) -> Callable[[], Draft]:
    """Let pods, services and the bridge overlap each other, every network and every peer."""

    def draft() -> Draft:
        found = Draft(cluster)
        found.network_profile.update(
            podCidr="0.0.0.0/1",
            podCidrs=["0.0.0.0/1"],
            serviceCidr="0.0.0.0/0",
            serviceCidrs=["0.0.0.0/0"],
            dockerBridgeCidr="0.0.0.0/0",
        )
        return found

    return draft


def node_outside_its_pool() -> Draft:
    """Let auto-provisioning put a node into a subnet that no pool names, in the pods' range."""
    draft = Draft("automatic")
    network: Any = draft.one(NETWORKS)
    network["properties"]["addressSpace"]["addressPrefixes"].append("10.244.0.0/20")
    network["properties"]["subnets"].append(arm.subnet(network["id"], "nap", ["10.244.0.0/24"]))
    move_interfaces(draft, f"{network['id']}/subnets/nap", places=[0])
    return draft


def move_interfaces(draft: Draft, subnet: str, places: list[int]) -> None:
    for place in places:
        for each in draft.configurations(SCALE_SET_INTERFACES, place):
            each["properties"]["subnet"]["id"] = subnet


def network_told_by_interfaces() -> Draft:
    """Leave two subnets that only interfaces tell to be the nodes'."""
    draft = Draft("kubenet-vmss")
    network: Any = draft.one(NETWORKS)
    network["properties"]["subnets"] = [
        arm.subnet(network["id"], "one", ["10.224.0.0/24"]),
        arm.subnet(network["id"], "two", ["10.225.0.0/24"]),
    ]
    move_interfaces(draft, f"{network['id']}/subnets/one", places=[0])
    move_interfaces(draft, f"{network['id']}/subnets/two", places=[1, 2])
    draft.network_profile.update(podCidr="10.224.0.0/15", podCidrs=["10.224.0.0/15"])
    return draft


def peered_with_itself() -> Draft:
    """Put one pool into a network that the other pool's is peered to."""
    draft = Draft("virtual-nodes")
    network: Any = draft.one(NETWORKS)
    other = network["id"].replace("vnet-jobs", "vnet-batch")
    space = arm.virtual_network(
        other.partition("/providers/")[0],
        "vnet-batch",
        location="westeurope",
        prefixes=["10.99.0.0/17"],
        subnets=[arm.subnet(other, "snet-batch", ["10.99.0.0/24"])],
    )
    peering = arm.peering(network["id"], "to-batch", remote=other, remote_prefixes=["10.99.0.0/17"])
    network["properties"]["virtualNetworkPeerings"] = [peering]
    draft.cluster["properties"]["agentPoolProfiles"][1]["vnetSubnetID"] = (
        f"{other}/subnets/snet-batch"
    )
    draft.add(space)
    return draft


DRAFTS: dict[str, Callable[[], Draft]] = {
    "Overlay": ranges_over_everything("isolated"),
    "kubenet of 2020": ranges_over_everything("seed-kubenet"),
    "pod subnets": ranges_over_everything("cni-podsubnet"),
    "API server's subnet": ranges_over_everything("automatic"),
    "node outside its pool": node_outside_its_pool,
    "network told by interfaces": network_told_by_interfaces,
    "peered with itself": peered_with_itself,
}


@pytest.mark.parametrize("name", DRAFTS)
def test_what_is_hidden_makes_an_outcome_unknown_and_nothing_else(name: str) -> None:
    before = assert_gaps_only_hide(DRAFTS[name]().snapshot(), CHECKS)
    assert any(each.status is Status.FAILED for each in before.values())
