"""The checks of interfaces on clusters with their faults, one thing hidden at a time."""

from collections.abc import Callable
from copy import deepcopy
from typing import Final

import pytest

from inspector.checking import Check
from inspector.findings import Status
from tests.checks.kit import assert_gaps_only_hide, check_of
from tests.odd_clusters import (
    MACHINES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    Draft,
)

CHECKS: Final[list[Check]] = [
    check_of(each)
    for each in (
        "kubenet-one-ip-per-node",
        "cni-ips-per-node",
        "one-ip-per-node",
        "ip-families",
        "primary-ip-configuration",
        "nic-in-pool-subnet",
        "network-profile",
        "uniform-ip-count",
        "node-inventory",
        "kubenet-ip-forwarding",
    )
]


def declares_node_subnet(draft: Draft) -> None:
    draft.network_profile.pop("networkPluginMode", None)
    draft.network_profile["networkPlugin"] = "azure"


def declares_overlay(draft: Draft) -> None:
    draft.network_profile.update(networkPlugin="azure", networkPluginMode="overlay")


def declares_both_families(draft: Draft) -> None:
    draft.network_profile["ipFamilies"] = ["IPv4", "IPv6"]


def has_a_second_interface(draft: Draft) -> None:
    other = deepcopy(draft.one(SCALE_SET_INTERFACES))
    other["id"] += "-eth1"
    for each in other["properties"]["ipConfigurations"]:
        each["id"] = f"{other['id']}/ipConfigurations/{each['name']}"
    draft.add(other)


def tells_nothing_primary(draft: Draft) -> None:
    has_a_second_interface(draft)
    for each in draft.all(SCALE_SET_INTERFACES):
        each["properties"].pop("primary", None)


def has_one_address_each(draft: Draft) -> None:
    for place in range(len(draft.all(SCALE_SET_INTERFACES))):
        del draft.configurations(SCALE_SET_INTERFACES, place)[1:]


def is_counted_wrong(draft: Draft) -> None:
    pool = draft.cluster["properties"]["agentPoolProfiles"][0]
    pool["count"], pool["enableAutoScaling"] = 9, True


def has_lost_its_tags(draft: Draft) -> None:
    for each in draft.all(SCALE_SETS):
        each["tags"] = {}
    draft.remove(MACHINES, 0)


def has_lost_a_pool(draft: Draft) -> None:
    draft.cluster["properties"]["agentPoolProfiles"][0]["name"] = "other"


FAULTS: Final[list[tuple[str, Callable[[Draft], None]]]] = [
    ("cni-overlay", declares_node_subnet),
    ("kubenet-vmss", declares_node_subnet),
    ("kubenet-vmss", declares_overlay),
    ("cni-nodesubnet", declares_overlay),
    ("multi-balancer", declares_both_families),
    ("byo-cni", declares_both_families),
    ("kubenet-vmss", declares_both_families),
    ("cni-nodesubnet", has_a_second_interface),
    ("cni-nodesubnet", tells_nothing_primary),
    ("cni-nodesubnet", has_one_address_each),
    ("virtual-nodes", is_counted_wrong),
    ("virtual-nodes", has_lost_its_tags),
    ("cni-nodesubnet", has_lost_a_pool),
]


@pytest.mark.parametrize(("cluster", "change"), FAULTS)
def test_a_gap_only_ever_makes_an_outcome_unknown(
    cluster: str, change: Callable[[Draft], None]
) -> None:
    draft = Draft(cluster)
    change(draft)
    before = assert_gaps_only_hide(draft.snapshot(), CHECKS)
    assert {each.status for each in before.values()} > {Status.SKIPPED}
