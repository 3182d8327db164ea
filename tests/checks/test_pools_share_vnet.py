"""pools-share-vnet: when it passes, fails, does not know, and does not apply."""

from typing import Any

from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import NETWORKS, Draft, gap_of, refusal_of_list

CHECK = "pools-share-vnet"
NETWORK = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-jobs-network"
    "/providers/Microsoft.Network/virtualNetworks"
)


def pools(draft: Draft) -> list[Any]:
    found: list[Any] = draft.cluster["properties"]["agentPoolProfiles"]
    return found


def apart() -> Draft:
    """Return a cluster with its second pool in another network."""
    draft = Draft("virtual-nodes")
    pools(draft)[1]["vnetSubnetID"] = f"{NETWORK}/vnet-batch/subnets/snet-workers"
    return draft


def api_server_in(draft: Draft, subnet: str) -> Draft:
    draft.cluster["properties"]["apiServerAccessProfile"] = {
        "enableVnetIntegration": True,
        "subnetId": subnet,
    }
    return draft


def test_it_passes_where_all_subnets_are_of_one_network() -> None:
    outcome = ask(CHECK, "virtual-nodes")
    assert outcome.status is Status.PASSED
    assert outcome.message == "2 of 2 pools in network vnet-jobs"
    assert [each.name for each in outcome.evidence] == ["system", "workers"]


def test_the_network_s_name_may_be_in_any_case() -> None:
    draft = Draft("virtual-nodes")
    pools(draft)[1]["vnetSubnetID"] = pools(draft)[1]["vnetSubnetID"].upper()
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_fires_for_pools_in_two_networks() -> None:
    outcome = ask(CHECK, apart())
    finding = the_finding(outcome)
    assert outcome.message == "2 of 2 pools in 2 networks"
    assert (finding.cause, finding.severity) == ("several-networks", Severity.HIGH)
    assert finding.message == "pool system in vnet-jobs; pool workers in vnet-batch"
    assert [(each.name, each.field) for each in finding.evidence] == [
        ("system", "properties.vnetSubnetID"),
        ("workers", "properties.vnetSubnetID"),
    ]
    assert finding.evidence[1].value == f"{NETWORK}/vnet-batch/subnets/snet-workers"
    assert commands_of(finding) == (
        "az aks nodepool list --resource-group rg-jobs --cluster-name aks-jobs",
        "az aks show --resource-group rg-jobs --name aks-jobs --query apiServerAccessProfile",
    )


def test_it_fires_for_an_api_server_in_another_network() -> None:
    draft = api_server_in(Draft("virtual-nodes"), f"{NETWORK}/vnet-api/subnets/snet-api")
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "2 of 2 pools and the API server in 2 networks"
    assert finding.message == "pool system, pool workers in vnet-jobs; the API server in vnet-api"
    assert finding.evidence[2].field == "properties.apiServerAccessProfile.subnetId"


def test_it_passes_with_the_api_server_in_the_same_network() -> None:
    subnet = str(pools(Draft("virtual-nodes"))[0]["vnetSubnetID"])
    outcome = ask(CHECK, api_server_in(Draft("virtual-nodes"), subnet))
    assert outcome.message == "2 of 2 pools and the API server in network vnet-jobs"


def test_pod_subnets_are_left_to_another_check() -> None:
    draft = Draft("cni-podsubnet")
    pools(draft)[0]["podSubnetID"] = f"{NETWORK}/vnet-pods/subnets/snet-pods"
    assert ask(CHECK, draft).status is Status.PASSED


def half_named() -> Draft:
    """Return a cluster in AKS's own network with one pool that names a subnet elsewhere."""
    draft = Draft("byo-cni")
    pools(draft)[1]["vnetSubnetID"] = f"{NETWORK}/vnet-media/subnets/snet-media"
    return draft


def test_a_pool_without_subnet_is_in_the_network_that_aks_made() -> None:
    finding = the_finding(ask(CHECK, half_named()))
    assert finding.message == "pool media in vnet-media; pool system in aks-vnet-71394062"
    assert [each.value for each in finding.evidence] == [
        f"{NETWORK}/vnet-media/subnets/snet-media",
        None,
    ]


def test_it_does_not_know_where_that_network_was_refused() -> None:
    draft = half_named()
    refusal = refusal_of_list(draft.snapshot(), NETWORKS)
    outcome = ask(CHECK, draft, refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_know_where_there_is_no_such_network() -> None:
    draft = half_named()
    draft.remove(NETWORKS)
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "ARM does not tell the subnet of system",
    )


def test_it_does_not_apply_where_no_subnet_is_named() -> None:
    outcome = ask(CHECK, "cni-overlay")
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no subnet is named: the cluster is in the network that AKS made",
    )
