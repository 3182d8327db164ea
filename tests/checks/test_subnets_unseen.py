"""No check of subnets finds more, or passes, because something is hidden."""

from collections.abc import Callable

import pytest

from fixtures import documents as arm
from inspector.checks import run_checks
from inspector.findings import Finding, Outcome, Status
from inspector.snapshot import Snapshot
from inspector.topology import Topology
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
from tests.checks.kit import check_of
from tests.odd_clusters import ROUTE_TABLES, SCALE_SET_INTERFACES, Draft, Refusal, refused

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


def refusals(snapshot: Snapshot) -> list[Refusal]:
    documents = [Refusal(each) for each in snapshot.documents if each != snapshot.cluster]
    lists = [
        Refusal(each.scope, each.type, with_documents=takes)
        for each in snapshot.listings
        for takes in (True, False)
    ]
    return documents + lists


def outcomes(snapshot: Snapshot) -> dict[str, Outcome]:
    return {each.check: each for each in run_checks(Topology(snapshot), CHECKS)}


def by_fingerprint(outcome: Outcome) -> dict[str, Finding]:
    return {each.fingerprint: each for each in outcome.findings}


@pytest.mark.parametrize("name", DRAFTS)
def test_what_is_hidden_makes_an_outcome_unknown_and_nothing_else(name: str) -> None:
    """No finding is new or worse, and one that is gone leaves word of what is missing."""
    snapshot = DRAFTS[name]().snapshot()
    before = outcomes(snapshot)
    assert any(each.status is Status.FAILED for each in before.values())
    for refusal in refusals(snapshot):
        for check, outcome in outcomes(refused(snapshot, [refusal])).items():
            known = by_fingerprint(before[check])
            place = f"{check} without {refusal.target} {refusal.listing or ''}: {outcome.message}"
            assert outcome.status in {before[check].status, Status.UNKNOWN}, place
            assert by_fingerprint(outcome).keys() <= known.keys(), place
            for fingerprint, finding in by_fingerprint(outcome).items():
                assert finding.severity.rank >= known[fingerprint].severity.rank, place
            if len(outcome.findings) < len(known):
                assert outcome.missing, place
