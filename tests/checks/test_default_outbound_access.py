"""default-outbound-access: nodes that leave by nothing that somebody made."""

from collections.abc import Callable

import pytest

from inspector.findings import Severity, Status
from inspector.snapshot import Snapshot
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    MACHINES,
    NETWORKS,
    SCALE_SET_INTERFACES,
    VIRTUAL_MACHINES,
    Draft,
    Refusal,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "default-outbound-access"
SET = "aks-nodepool1-18264093-vmss"
SUBNET = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/"
    "MC_rg-shop_aks-shop_westeurope/providers/Microsoft.Network/virtualNetworks/"
    "aks-vnet-30517864/subnets/aks-subnet"
)


def lost(*nodes: int) -> Draft:
    """Return a cluster with some nodes in none of the load balancer's backend pools."""
    draft = Draft("kubenet-vmss")
    gone = {f"/{SET}/virtualMachines/{each}/".lower() for each in nodes}
    for pool in draft.one(LOAD_BALANCERS)["properties"]["backendAddressPools"]:
        properties = pool["properties"]
        properties["backendIPConfigurations"] = [
            each
            for each in properties["backendIPConfigurations"]
            if not any(part in each["id"].lower() for part in gone)
        ]
    return draft


def before_the_first_service() -> Draft:
    """Return a cluster of 2019 whose Basic load balancer does not exist yet."""
    draft = Draft("basic-balancer")
    draft.remove(LOAD_BALANCERS)
    return draft


def make_private(draft: Draft) -> None:
    for subnet in draft.one(NETWORKS)["properties"]["subnets"]:
        subnet["properties"]["defaultOutboundAccess"] = False


def test_it_passes_where_a_load_balancer_takes_every_node() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "no default outbound access for 3 of 3 nodes",
    )
    assert [(each.name, each.field, each.value) for each in outcome.evidence] == [
        ("aks-shop", "properties.networkProfile.outboundType", "loadBalancer"),
        ("aks-subnet", "properties.defaultOutboundAccess", None),
    ]


def test_it_passes_where_rules_of_a_basic_load_balancer_translate() -> None:
    assert ask(CHECK, "basic-balancer").status is Status.PASSED


def test_it_passes_for_nodes_with_addresses_of_their_own() -> None:
    outcome = ask(CHECK, "byo-cni")
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "no default outbound access for 4 of 4 nodes",
    )


def test_it_fires_for_a_cluster_without_any_way_out() -> None:
    outcome = ask(CHECK, before_the_first_service())
    finding = the_finding(outcome)
    assert outcome.message == "no way out that somebody made for 2 of 2 nodes"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "default-access",
        "aks-subnet",
    )
    assert finding.message == (
        "2 of 2 nodes of subnet aks-subnet leave by Azure's default outbound access: "
        "aks-nodepool1-43719260-0, aks-nodepool1-43719260-1"
    )
    assert "allow list" in finding.impact
    assert [(each.name, each.value) for each in finding.evidence] == [
        ("aks-intranet", None),
        ("aks-subnet", None),
        ("aks-nodepool1-43719260-0", None),
        ("aks-nodepool1-43719260-1", None),
    ]
    assert commands_of(finding)[1] == (
        "az aks show --resource-group rg-intranet --name aks-intranet "
        "--query networkProfile.outboundType"
    )


def test_it_names_the_nodes_that_the_load_balancer_does_not_take() -> None:
    finding = the_finding(ask(CHECK, lost(1)))
    assert finding.message == (
        f"1 of 3 nodes of subnet aks-subnet leaves by Azure's default outbound access: {SET}000001"
    )
    assert commands_of(finding)[0] == (
        f"az network vnet subnet show --ids {SUBNET} --query defaultOutboundAccess"
    )


@pytest.mark.parametrize("nodes", [(0, 2), (0, 1, 2)])
def test_nodes_with_nothing_at_all_are_told_by_the_checks_of_pools(nodes: tuple[int, ...]) -> None:
    draft = lost(*nodes)
    make_private(draft)
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        f"no default outbound access for 3 of 3 nodes; {len(nodes)} nodes with no way out at all",
    )
    of_pools = ("backend-pool-members", "empty-backend-pool")
    assert any(ask(each, draft).status is Status.FAILED for each in of_pools)


def test_the_lack_of_any_outbound_rule_is_another_checks_to_tell() -> None:
    draft = Draft("cni-overlay")
    draft.one(LOAD_BALANCERS)["properties"]["outboundRules"].clear()
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "no default outbound access for 4 of 4 nodes; 4 nodes with no way out at all",
    )


def one_lost() -> Draft:
    return lost(1)


@pytest.mark.parametrize(
    ("broken", "refuse", "kind"),
    [
        (one_lost, refusal_of, LOAD_BALANCERS),
        (one_lost, refusal_of_list, LOAD_BALANCERS),
        (one_lost, refusal_of, NETWORKS),
        (before_the_first_service, refusal_of_list, LOAD_BALANCERS),
        (before_the_first_service, refusal_of, NETWORKS),
        (before_the_first_service, refusal_of_list, INTERFACES),
    ],
)
def test_it_claims_no_reliance_while_something_is_hidden(
    broken: Callable[[], Draft], refuse: Callable[[Snapshot, str], Refusal], kind: str
) -> None:
    snapshot = broken().snapshot()
    assert ask(CHECK, snapshot).status is Status.FAILED
    hidden = refuse(snapshot, kind)
    outcome = ask(CHECK, snapshot, hidden)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(hidden) in outcome.missing


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SET_INTERFACES])
def test_it_does_not_know_where_nodes_may_hide(kind: str) -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), kind)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_reliance_that_was_seen_stays_when_a_node_may_hide() -> None:
    snapshot = before_the_first_service().snapshot()
    refusal = refusal_of_list(snapshot, VIRTUAL_MACHINES, with_documents=False)
    outcome = ask(CHECK, snapshot, refusal)
    assert outcome.status is Status.FAILED
    assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_know_about_a_node_without_interface() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(SCALE_SET_INTERFACES, 1)
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        f"{SET}000001: no way out: the node has no network interface",
    )


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("private-udr", "default-route judges the subnets of outbound type userDefinedRouting"),
        ("cni-podsubnet", "nat-gateway judges the subnets of outbound type userAssignedNATGateway"),
        ("isolated", "the outbound type is block: nothing is to leave"),
        ("virtual-machines", "the outbound type is none: nothing is to leave"),
    ],
)
def test_it_does_not_apply_to_other_outbound_types(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.SKIPPED, message)


def test_it_does_not_apply_without_nodes() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(MACHINES)
    draft.remove(SCALE_SET_INTERFACES)
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (Status.SKIPPED, "the cluster has no nodes")


def test_an_outbound_type_that_is_new_is_judged_by_what_nodes_have() -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile["outboundType"] = "teleport"
    assert ask(CHECK, draft).status is Status.PASSED
