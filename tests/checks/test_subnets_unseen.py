"""No check of subnets finds more, or passes, because something is hidden."""

from collections.abc import Callable

import pytest

from fixtures import documents as arm
from inspector.findings import Status
from tests.checks.crowded import (
    OTHER_AKS,
    connect,
    instance,
    interfaces,
    pool_of,
    resize,
    scale,
    subnet_of,
)
from tests.checks.kit import assert_gaps_only_hide, check_of
from tests.odd_clusters import ROUTE_TABLES, SCALE_SET_INTERFACES, Draft

CHECKS = [
    check_of(each)
    for each in (
        "connected-devices",
        "pod-cidr-size",
        "pod-subnet-delegation",
        "pod-subnet-size",
        "subnet-free-addresses",
        "subnet-headroom",
    )
]


def kubenet_of_small_slices() -> Draft:
    """Let the routes alone tell that there are slices enough; the subnet is full of others."""
    draft = Draft("kubenet-vmss")
    resize(draft, "10.224.0.0/28")
    connect(
        draft,
        *interfaces(4),
        *interfaces(2, draft.group),
        instance(OTHER_AKS, "aks-b-87654321-vmss", 0),
        instance(draft.group, "aks-nodepool1-18264093-vmss", 9),
    )
    scale(draft, 12)
    draft.network_profile.update(podCidr="10.244.0.0/22", podCidrs=["10.244.0.0/22"])
    for route in draft.one(ROUTE_TABLES)["properties"]["routes"]:
        first = route["properties"]["addressPrefix"].partition("/")[0]
        route["properties"]["addressPrefix"] = f"{first}/27"
        route["name"] = route["name"].partition("____")[0]
    return draft


def older_nodes() -> Draft:
    """Let the nodes alone tell how little a node takes."""
    draft = Draft("cni-nodesubnet")
    resize(draft, "10.60.0.0/25")
    connect(draft, *interfaces(6))
    return draft


def pods_everywhere() -> Draft:
    """Let nothing of the pod subnets be as it should."""
    draft = Draft("cni-podsubnet")
    subnet_of(draft, 0)["properties"]["delegations"] = [
        {"name": "d", "properties": {"serviceName": "Microsoft.Web/serverFarms"}}
    ]
    subnet_of(draft, 3)["properties"]["serviceAssociationLinks"] = []
    pool_of(draft, 1)["podSubnetID"] = pool_of(draft, 0)["podSubnetID"]
    resize(draft, "10.70.4.0/26", place=2)
    resize(draft, "10.70.0.0/29", place=0)
    scale(draft, 30)
    return draft


def two_families() -> Draft:
    draft = Draft("dual-stack")
    resize(draft, "10.90.0.0/28", "fd00:db8:90::/64")
    connect(draft, *interfaces(5))
    scale(draft, 10)
    return draft


def nodes_of_no_pool() -> Draft:
    """Let auto-provisioning put a node into a subnet that no pool names, and fill it."""
    draft = Draft("automatic")
    target = subnet_of(draft)["id"].rpartition("/")[0] + "/nap"
    network = target.partition("/subnets/")[0]
    subnets = draft.one("Microsoft.Network/virtualNetworks")["properties"]["subnets"]
    subnets.append(arm.subnet(network, "nap", ["10.225.0.0/29"], devices=interfaces(3)))
    for each in draft.configurations(SCALE_SET_INTERFACES):
        each["properties"]["subnet"]["id"] = target
    return draft


DRAFTS: dict[str, Callable[[], Draft]] = {
    "kubenet of small slices": kubenet_of_small_slices,
    "older nodes": older_nodes,
    "pods everywhere": pods_everywhere,
    "two families": two_families,
    "nodes of no pool": nodes_of_no_pool,
}


@pytest.mark.parametrize("name", DRAFTS)
def test_what_is_hidden_makes_an_outcome_unknown_and_nothing_else(name: str) -> None:
    before = assert_gaps_only_hide(DRAFTS[name]().snapshot(), CHECKS)
    assert any(each.status is Status.FAILED for each in before.values())
