"""pod-cidr-overlap: when it passes, fails, does not know, and does not apply."""

import pytest

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import NETWORKS, Draft, bundled, gap_of, refusal_of, refusal_of_list

CHECK = "pod-cidr-overlap"
NODE_SUBNET = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-lab"
    "/providers/Microsoft.Network/virtualNetworks/vnet-lab/subnets/snet-nodes"
)


def pods_in(cluster: str, *cidrs: str) -> Draft:
    draft = Draft(cluster)
    draft.network_profile.update(podCidr=cidrs[0], podCidrs=list(cidrs))
    return draft


def peered(cluster: str, prefix: str) -> Draft:
    draft = Draft(cluster)
    network = draft.one(NETWORKS)
    hub = network["id"].replace("vnet-lab", "vnet-hub")
    network["properties"]["virtualNetworkPeerings"] = [
        arm.peering(network["id"], "to-hub", remote=hub, remote_prefixes=[prefix])
    ]
    return draft


def test_it_passes_where_nothing_is_shared() -> None:
    outcome = ask(CHECK, "half-migrated")
    assert outcome.status is Status.PASSED
    assert outcome.message == "no overlap of pod CIDR 10.244.0.0/16 with 4 other ranges"
    (evidence,) = outcome.evidence
    assert evidence.field == "properties.networkProfile.podCidrs"
    assert evidence.value == "10.244.0.0/16"


def test_a_pass_names_the_ranges_that_do_not_show() -> None:
    assert ask(CHECK, "byo-cni").message == (
        "no overlap of pod CIDR 10.244.0.0/16 with 3 other ranges; "
        "ranges of ServiceCIDR objects in the cluster do not show in ARM"
    )


def test_it_fires_once_for_a_subnet_of_the_cluster() -> None:
    outcome = ask(CHECK, pods_in("virtual-machines", "10.112.0.0/16"))
    finding = the_finding(outcome)
    assert outcome.message == "overlap of pod CIDR 10.112.0.0/16 with 3 of 4 other ranges"
    assert (finding.cause, finding.severity) == ("node-subnet", Severity.CRITICAL)
    assert str(finding.subject) == NODE_SUBNET
    assert finding.message == (
        "pod CIDR 10.112.0.0/16 overlaps node subnet snet-nodes (10.112.0.0/26)"
    )
    assert [(each.name, each.field, each.value) for each in finding.evidence] == [
        ("aks-lab", "properties.networkProfile.podCidrs", "10.112.0.0/16"),
        ("snet-nodes", "properties.addressPrefix", "10.112.0.0/26"),
    ]
    assert finding.remediation == (
        "Build a new cluster with another pod CIDR, 10.1.0.0/16 for example, which meets no "
        "range seen here: it cannot be moved."
    )
    assert commands_of(finding) == (
        "az aks show --resource-group rg-lab --name aks-lab --query networkProfile",
        f"az resource show --ids {NODE_SUBNET}",
    )


def test_it_fires_for_the_service_cidr() -> None:
    finding = the_finding(ask(CHECK, pods_in("cni-overlay", "10.0.128.0/17")))
    assert (finding.cause, finding.severity) == ("service-cidr", Severity.CRITICAL)
    assert finding.message == "pod CIDR 10.0.128.0/17 overlaps service CIDR 10.0.0.0/16"
    assert finding.name == "aks-retail"
    assert len(commands_of(finding)) == 1


def test_it_fires_for_the_rest_of_a_network() -> None:
    finding = the_finding(ask(CHECK, pods_in("virtual-machines", "10.112.1.0/24")))
    assert (finding.cause, finding.severity) == ("virtual-network", Severity.HIGH)
    assert finding.name == "vnet-lab"
    assert finding.message == (
        "pod CIDR 10.112.1.0/24 overlaps subnet snet-endpoints (10.112.1.0/28), "
        "virtual network vnet-lab (10.112.0.0/22)"
    )
    assert finding.remediation.endswith("or move the other range: it cannot be moved.")


def test_it_fires_for_a_peered_network() -> None:
    finding = the_finding(ask(CHECK, peered("virtual-machines", "10.240.0.0/12")))
    assert (finding.cause, finding.severity) == ("peered-network", Severity.HIGH)
    assert finding.name == "to-hub"
    assert (
        finding.message == "pod CIDR 10.244.0.0/16 overlaps peered network to-hub (10.240.0.0/12)"
    )
    assert finding.evidence[1].field == "properties.remoteAddressSpace.addressPrefixes"


def test_it_fires_for_a_range_on_premises() -> None:
    finding = the_finding(ask(CHECK, "virtual-machines", on_premises=("10.244.64.0/20",)))
    assert (finding.cause, finding.severity) == ("on-premises-range", Severity.HIGH)
    assert finding.message == ("pod CIDR 10.244.0.0/16 overlaps on-premises range 10.244.64.0/20")
    assert finding.evidence[1].field == "on-premises"
    assert ask(CHECK, "virtual-machines", on_premises=("10.9.0.0/16",)).status is Status.PASSED


def test_it_fires_for_ipv6() -> None:
    finding = the_finding(ask(CHECK, pods_in("dual-stack", "10.244.0.0/16", "fd00:db8:90::/56")))
    assert (finding.cause, finding.severity) == ("node-subnet", Severity.CRITICAL)
    assert "fd00:db8:90::/64" in finding.message


@pytest.mark.parametrize("cluster", ["seed-kubenet", "basic-balancer"])
def test_what_aks_built_itself_is_a_note(cluster: str) -> None:
    finding = the_finding(ask(CHECK, cluster))
    assert (finding.cause, finding.severity) == ("virtual-network", Severity.INFO)
    assert finding.impact.startswith("nothing now")
    assert finding.remediation == "Make no subnet where the pod CIDR is."


def test_a_subnet_made_there_is_more_than_a_note() -> None:
    draft = Draft("seed-kubenet")
    network = draft.one(NETWORKS)
    network["properties"]["subnets"].append(arm.subnet(network["id"], "db", ["10.244.7.0/24"]))
    finding = the_finding(ask(CHECK, draft))
    assert finding.severity is Severity.HIGH
    assert finding.remediation == (
        "Migrate to Azure CNI Overlay with another pod CIDR, 100.64.0.0/16 for example, which "
        "meets no range seen here."
    )


def test_it_fires_for_several_owners() -> None:
    draft = peered("virtual-machines", "10.116.0.0/16")
    draft.network_profile.update(podCidr="10.112.0.0/12", podCidrs=["10.112.0.0/12"])
    outcome = ask(CHECK, draft)
    assert [each.cause for each in outcome.findings] == ["node-subnet", "peered-network"]


def test_it_does_not_know_a_network_that_was_refused() -> None:
    refusal = refusal_of(bundled("virtual-machines"), NETWORKS)
    outcome = ask(CHECK, "virtual-machines", refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_a_fault_that_was_seen_stays_one_and_proposes_nothing() -> None:
    draft = pods_in("cni-overlay", "10.0.128.0/17")
    refusal = refusal_of_list(draft.snapshot(), NETWORKS)
    outcome = ask(CHECK, draft, refusal)
    finding = the_finding(outcome)
    assert outcome.missing == (gap_of(refusal),)
    assert "for example" not in finding.remediation


def test_it_does_not_know_what_is_behind_a_peering_that_hides_it() -> None:
    draft = peered("virtual-machines", "10.50.0.0/16")
    properties = draft.one(NETWORKS)["properties"]["virtualNetworkPeerings"][0]["properties"]
    del properties["remoteAddressSpace"], properties["remoteVirtualNetworkAddressSpace"]
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "ARM does not tell the range of peered network to-hub"


@pytest.mark.parametrize("cluster", ["kubenet-vmss", "cni-overlay"])
def test_it_does_not_know_without_a_pod_cidr(cluster: str) -> None:
    draft = Draft(cluster)
    del draft.network_profile["podCidr"], draft.network_profile["podCidrs"]
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "ARM does not tell the cluster's pod CIDR",
    )


def test_it_does_not_know_without_a_service_cidr() -> None:
    draft = Draft("cni-overlay")
    del draft.network_profile["serviceCidr"], draft.network_profile["serviceCidrs"]
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "ARM does not tell the cluster's service CIDR",
    )


def test_it_does_not_know_a_pod_cidr_that_is_no_range() -> None:
    outcome = ask(CHECK, pods_in("cni-overlay", "10.244/16"))
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "the pod CIDR of aks-retail is no range: '10.244/16'"


@pytest.mark.parametrize("cluster", ["cni-nodesubnet", "cni-podsubnet"])
def test_it_does_not_apply_where_pods_have_addresses_of_subnets(cluster: str) -> None:
    outcome = ask(CHECK, cluster)
    assert outcome.status is Status.SKIPPED
    assert outcome.message.startswith("pods have addresses of subnets: Azure CNI, ")


def test_it_does_not_apply_to_a_cni_of_the_user_s_own_without_a_pod_cidr() -> None:
    draft = Draft("byo-cni")
    del draft.network_profile["podCidr"], draft.network_profile["podCidrs"]
    assert ask(CHECK, draft).status is Status.SKIPPED
    draft.network_profile["podCidr"] = "10.0.0.0/17"
    assert the_finding(ask(CHECK, draft)).cause == "service-cidr"
