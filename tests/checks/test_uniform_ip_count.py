"""uniform-ip-count: when it passes, fails, does not know, and does not apply."""

import pytest

from inspector.config import Thresholds
from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    MACHINES,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of_list,
)

CHECK = "uniform-ip-count"
SET = "aks-nodepool1-75130482-vmss"


def with_fewer(**numbers: int) -> Draft:
    """Leave each of some nodes a number of addresses; the others have 29."""
    draft = Draft("cni-nodesubnet")
    for node, number in numbers.items():
        del draft.configurations(SCALE_SET_INTERFACES, int(node.removeprefix("node")))[number:]
    return draft


def test_it_passes_where_all_nodes_of_each_pool_have_the_same_number() -> None:
    outcome = ask(CHECK, "virtual-nodes")
    assert outcome.status is Status.PASSED
    assert outcome.message == ("equally many IPv4 configurations within each pool, on 3 of 3 nodes")
    assert [each.name for each in outcome.evidence] == [
        "system",
        "aks-system-16048375-vmss000000",
        "workers",
        "aks-workers-73529081-vmss000000",
    ]


def test_it_fires_for_nodes_of_two_generations() -> None:
    outcome = ask(CHECK, with_fewer(node1=27))
    finding = the_finding(outcome)
    assert outcome.message == "unequal numbers of IPv4 configurations on 1 of 3 nodes"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.LOW,
        "unequal-counts",
        "nodepool1",
    )
    assert finding.message == (
        f"27 IPv4 configurations instead of 29 on 1 of 3 nodes of pool nodepool1: {SET}000001"
    )
    limit, usual, odd = finding.evidence
    assert (limit.field, limit.value) == ("properties.maxPods", 30)
    assert str(usual.value).startswith("29 configurations: 10.60.0.62-90")
    assert (odd.name, str(odd.value)[:18]) == (f"{SET}000001", "27 configurations:")
    assert commands_of(finding)[-1] == (
        "az aks nodepool upgrade --resource-group rg-payments --cluster-name aks-payments "
        "--name nodepool1 --node-image-only"
    )


def test_three_numbers_are_one_finding_and_the_smallest_of_equals_is_usual() -> None:
    finding = the_finding(ask(CHECK, with_fewer(node0=27, node1=25)))
    assert finding.message.startswith("27 or 29 IPv4 configurations instead of 25 on 2 of 3 nodes")


def test_a_number_that_does_not_fit_is_left_to_cni_ips_per_node() -> None:
    draft = with_fewer(node1=8)
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.PASSED
    assert outcome.message.endswith("on 2 of 3 nodes")
    assert ask("cni-ips-per-node", draft).status is Status.FAILED


def test_no_node_fails_both_checks() -> None:
    draft = with_fewer(node0=8, node1=27)
    (count,) = ask("cni-ips-per-node", draft).findings
    (uniform,) = ask(CHECK, draft).findings
    assert count.evidence[1].name == f"{SET}000000"
    assert uniform.evidence[-1].name != f"{SET}000000"


def test_the_threshold_says_what_fits() -> None:
    outcome = ask(CHECK, with_fewer(node1=27), thresholds=Thresholds(host_network_pods=2))
    assert outcome.status is Status.PASSED
    assert outcome.message.endswith("on 2 of 3 nodes")


def test_it_does_not_know_where_no_number_fits_or_max_pods_is_not_told() -> None:
    outcome = ask(CHECK, with_fewer(node0=8, node1=8, node2=8))
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "no node of pool nodepool1 fits its maxPods: see cni-ips-per-node"
    draft = Draft("cni-nodesubnet")
    del draft.cluster["properties"]["agentPoolProfiles"][0]["maxPods"]
    assert ask(CHECK, draft).message == "ARM does not tell maxPods of pool nodepool1"


def test_a_number_proves_nothing_while_the_pool_is_changing() -> None:
    draft = with_fewer(node1=27)
    draft.cluster["properties"]["agentPoolProfiles"][0]["provisioningState"] = "Upgrading"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("pool nodepool1 is in state Upgrading; 27 IPv4")


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SET_INTERFACES])
def test_it_does_not_know_when_a_list_is_refused(kind: str) -> None:
    refusal = refusal_of_list(bundled("cni-nodesubnet"), kind)
    outcome = ask(CHECK, "cni-nodesubnet", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


@pytest.mark.parametrize("cluster", ["kubenet-vmss", "cni-podsubnet", "automatic", "byo-cni"])
def test_it_does_not_apply_to_other_models(cluster: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no pool is under Azure CNI node subnet",
    )


def test_it_does_not_apply_to_the_nodes_of_an_egress_gateway() -> None:
    draft = with_fewer(node1=27)
    assert ask(CHECK, draft).status is Status.FAILED
    draft.cluster["properties"]["agentPoolProfiles"][0]["mode"] = "Gateway"
    assert ask(CHECK, draft).status is Status.SKIPPED


def test_it_does_not_know_where_the_plugin_is_not_told() -> None:
    draft = Draft("kubenet-vmss")
    del draft.cluster["properties"]["networkProfile"]
    assert ask(CHECK, draft).message == "ARM does not tell the cluster's network plugin"
