"""The address plan: every range with its role, what hides some, where they collide."""

from ipaddress import ip_network
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import documents as arm
from fixtures.scenarios import SCENARIOS
from inspector.cluster.address_plan import (
    CLUSTER_SUBNETS,
    OWN_NETWORKS,
    PRIVATE,
    RESERVED,
    AddressPlan,
    Role,
    collisions,
    free_range,
    note_on_services,
    overlapped,
    plan_addresses,
    with_on_premises,
)
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    NETWORKS,
    SCALE_SET_INTERFACES,
    Draft,
    Refusal,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
    refused,
)

OTHERS = (Role.SERVICE_CIDR, *OWN_NETWORKS, Role.PEER, Role.ON_PREMISES)


def plan_of(cluster: str | Draft | Snapshot, *refusals: Refusal) -> AddressPlan:
    if isinstance(cluster, str):
        cluster = bundled(cluster)
    elif isinstance(cluster, Draft):
        cluster = cluster.snapshot()
    return plan_addresses(Topology(refused(cluster, refusals)))


def lines(plan: AddressPlan) -> list[tuple[str, str, str, str]]:
    return [
        (each.role, each.owner.title, each.field.removeprefix("properties."), each.text)
        for each in plan.ranges
    ]


def network_properties(draft: Draft) -> Any:
    return draft.one(NETWORKS)["properties"]


def test_a_plan_has_every_range_with_its_role_owner_and_field() -> None:
    assert lines(plan_of("cni-podsubnet")) == [
        ("service CIDR", "aks-analytics", "networkProfile.serviceCidrs", "10.97.0.0/16"),
        ("node subnet", "snet-nodes-system", "addressPrefix", "10.70.0.0/26"),
        ("node subnet", "snet-nodes-apps", "addressPrefix", "10.70.0.64/26"),
        ("pod subnet", "snet-pods-system", "addressPrefix", "10.70.4.0/22"),
        ("pod subnet", "snet-pods-apps", "addressPrefix", "10.70.8.0/23"),
        ("virtual network", "vnet-analytics", "addressSpace.addressPrefixes", "10.70.0.0/20"),
        ("peered network", "peer-to-hub", "remoteAddressSpace.addressPrefixes", "10.64.0.0/22"),
    ]


def test_an_older_cluster_has_only_the_singular_fields_and_a_bridge() -> None:
    assert lines(plan_of("seed-kubenet"))[:3] == [
        ("pod CIDR", "aks-kubenet-demo", "networkProfile.podCidr", "10.244.0.0/16"),
        ("service CIDR", "aks-kubenet-demo", "networkProfile.serviceCidr", "10.0.0.0/16"),
        (
            "Docker bridge CIDR",
            "aks-kubenet-demo",
            "networkProfile.dockerBridgeCidr",
            "172.17.0.1/16",
        ),
    ]


def test_both_families_are_there() -> None:
    plan = plan_of("dual-stack")
    assert [each.text for each in plan.of(Role.NODE_SUBNET)] == ["10.90.0.0/24", "fd00:db8:90::/64"]
    assert {each.field for each in plan.of(Role.NODE_SUBNET)} == {"properties.addressPrefixes"}
    assert [each.range.version for each in plan.of(Role.POD_CIDR)] == [4, 6]


def test_the_api_server_s_subnet_is_the_one_delegated_in_aks_s_network() -> None:
    plan = plan_of("automatic")
    assert [each.owner.title for each in plan.of(Role.API_SERVER_SUBNET)] == [
        "aks-apiserver-subnet"
    ]
    assert {each.owner.title for each in plan.of(Role.OTHER_SUBNET)} == {
        "aks-appgateway",
        "aks-virtualkubelet",
    }
    assert [each.name for each in plan.made_by_aks] == ["aks-vnet-14790283"]


def test_the_api_server_s_subnet_is_the_one_the_cluster_names() -> None:
    draft = Draft("cni-nodesubnet")
    data = network_properties(draft)["subnets"][1]["id"]
    draft.cluster["properties"]["apiServerAccessProfile"] = {"subnetId": data}
    plan = plan_of(draft)
    assert [each.owner.title for each in plan.of(Role.API_SERVER_SUBNET)] == ["snet-data"]
    assert plan.made_by_aks == frozenset()


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_bundled_cluster_is_planned_in_full(name: str) -> None:
    plan = plan_of(name)
    assert plan.of(Role.SERVICE_CIDR)
    assert plan.of(Role.NODE_SUBNET)
    assert plan.of(Role.NETWORK)
    assert plan.gaps == ()
    assert plan.doubts == ()


def test_a_network_that_was_refused_is_a_gap() -> None:
    refusal = refusal_of(bundled("cni-nodesubnet"), NETWORKS)
    plan = plan_of("cni-nodesubnet", refusal)
    assert plan.gaps == (gap_of(refusal),)
    assert lines(plan) == lines(plan_of("cni-nodesubnet"))[:1]


def test_a_refused_list_of_networks_hides_the_one_that_aks_made() -> None:
    refusal = refusal_of_list(bundled("cni-overlay"), NETWORKS)
    plan = plan_of("cni-overlay", refusal)
    assert plan.gaps == (gap_of(refusal),)
    assert plan.doubts == ()


def test_interfaces_do_not_matter_where_pools_name_their_subnets() -> None:
    refusal = refusal_of_list(bundled("cni-nodesubnet"), SCALE_SET_INTERFACES)
    assert plan_of("cni-nodesubnet", refusal) == plan_of("cni-nodesubnet")


def without_managed_subnet() -> Draft:
    """Return a cluster whose pools name no subnet, in a network that is not called AKS's."""
    draft = Draft("kubenet-vmss")
    (subnet,) = network_properties(draft)["subnets"]
    renamed = subnet["id"].replace("aks-subnet", "odd")
    subnet.update(id=renamed, name="odd")
    for interface in draft.all(SCALE_SET_INTERFACES):
        for each in interface["properties"]["ipConfigurations"]:
            each["properties"]["subnet"]["id"] = renamed
    return draft


def test_interfaces_tell_the_network_where_nothing_else_does() -> None:
    draft = without_managed_subnet()
    plan = plan_of(draft)
    assert [each.owner.title for each in plan.of(Role.OTHER_SUBNET)] == ["odd"]
    assert plan.of(Role.NETWORK)
    assert plan.gaps == ()
    refusal = refusal_of_list(draft.snapshot(), SCALE_SET_INTERFACES)
    hidden = plan_of(draft, refusal)
    assert gap_of(refusal) in hidden.gaps
    assert not hidden.of(Role.NETWORK)


def test_nodes_without_pool_may_be_in_hidden_networks() -> None:
    refusal = refusal_of_list(
        bundled("automatic"), "Microsoft.Network/networkInterfaces", with_documents=False
    )
    assert gap_of(refusal) in plan_of("automatic", refusal).gaps


def test_a_cluster_without_any_subnet_is_doubted() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(NETWORKS)
    draft.remove(SCALE_SET_INTERFACES)
    assert plan_of(draft).doubts_about(Role.NETWORK) == ("no subnet of the nodes was found",)


def test_a_subnet_that_does_not_exist_is_doubted() -> None:
    draft = Draft("cni-nodesubnet")
    (pool,) = draft.cluster["properties"]["agentPoolProfiles"]
    pool["vnetSubnetID"] = pool["vnetSubnetID"].replace("snet-aks", "snet-gone")
    assert plan_of(draft).doubts_about(Role.NETWORK) == ("subnet snet-gone does not exist",)


def test_a_network_that_does_not_exist_is_doubted() -> None:
    snapshot = bundled("cni-nodesubnet")
    (network,) = (each for each in snapshot.documents if each.type == NETWORKS)
    without = msgspec.structs.replace(
        snapshot,
        documents={key: raw for key, raw in snapshot.documents.items() if key != network},
        absent=(network,),
    )
    assert plan_of(without).doubts_about(Role.NETWORK) == ("network vnet-payments does not exist",)


def test_text_that_is_no_range_is_doubted_and_nothing_else_is() -> None:
    draft = Draft("cni-overlay")
    draft.network_profile.update(podCidr="ten", podCidrs=["ten"])
    plan = plan_of(draft)
    reason = "the pod CIDR of aks-retail is no range: 'ten'"
    assert plan.doubts_about(Role.POD_CIDR) == (reason,)
    assert plan.doubts_about(Role.SERVICE_CIDR, *OWN_NETWORKS, Role.PEER) == ()
    assert plan.of(Role.SERVICE_CIDR)


def peering(draft: Draft) -> Any:
    return network_properties(draft)["virtualNetworkPeerings"][0]["properties"]


def test_the_space_behind_a_peering_is_what_is_peered_and_what_is_there_now() -> None:
    draft = Draft("cni-nodesubnet")
    peering(draft)["remoteVirtualNetworkAddressSpace"]["addressPrefixes"].append("10.51.0.0/16")
    assert [(each.field, each.text) for each in plan_of(draft).of(Role.PEER)] == [
        ("properties.remoteAddressSpace.addressPrefixes", "10.50.0.0/16"),
        ("properties.remoteVirtualNetworkAddressSpace.addressPrefixes", "10.51.0.0/16"),
    ]
    peering(draft)["peerCompleteVnets"] = False
    assert [each.text for each in plan_of(draft).of(Role.PEER)] == ["10.50.0.0/16"]


def test_a_peering_that_hides_its_space_is_doubted() -> None:
    draft = Draft("cni-nodesubnet")
    for field in ("remoteAddressSpace", "remoteVirtualNetworkAddressSpace"):
        del peering(draft)[field]
    reason = "ARM does not tell the range of peered network to-hub"
    assert plan_of(draft).doubts_about(Role.PEER) == (reason,)
    assert plan_of(draft).doubts_about(Role.NETWORK) == ()


def test_a_peering_between_the_cluster_s_networks_adds_no_range() -> None:
    draft = Draft("cni-nodesubnet")
    hub = peering(draft)["remoteVirtualNetwork"]["id"]
    draft.cluster["properties"]["apiServerAccessProfile"] = {"subnetId": f"{hub}/subnets/api"}
    assert plan_of(draft).of(Role.PEER) == ()


def test_ranges_on_premises_are_part_of_a_plan() -> None:
    topology = Topology(bundled("cni-overlay"))
    plan = with_on_premises(plan_addresses(topology), topology.cluster, ["10.244.8.0/22"])
    (met,) = collisions(plan, Role.POD_CIDR, OTHERS)
    assert met.words == "pod CIDR 10.244.0.0/16 overlaps on-premises range 10.244.8.0/22"
    with pytest.raises(ValueError, match="ten"):
        with_on_premises(plan, topology.cluster, ["ten"])


def pods_in(draft: Draft, *cidrs: str) -> AddressPlan:
    draft.network_profile.update(podCidr=cidrs[0], podCidrs=list(cidrs))
    return plan_of(draft)


def test_a_range_in_a_subnet_is_not_laid_to_the_network_as_well() -> None:
    plan = pods_in(Draft("virtual-machines"), "10.112.0.0/16")
    found = collisions(plan, Role.POD_CIDR, OTHERS)
    assert [(each.role, each.owner.title) for each in found] == [(Role.NODE_SUBNET, "snet-nodes")]
    assert overlapped(plan, Role.POD_CIDR, OTHERS) == 3


def test_a_network_comes_with_what_is_in_the_shared_part() -> None:
    plan = pods_in(Draft("virtual-machines"), "10.112.1.0/24")
    (met,) = collisions(plan, Role.POD_CIDR, OTHERS)
    assert met.words == (
        "pod CIDR 10.112.1.0/24 overlaps subnet snet-endpoints (10.112.1.0/28), "
        "virtual network vnet-lab (10.112.0.0/22)"
    )
    assert (met.role, met.owner.title, met.is_latent) == (Role.NETWORK, "vnet-lab", False)
    assert [each.text for each in met.ranges] == ["10.112.1.0/24", "10.112.1.0/28", "10.112.0.0/22"]


def test_two_ranges_that_meet_one_owner_are_one_collision() -> None:
    draft = Draft("dual-stack")
    plan = pods_in(draft, "10.90.0.0/25", "fd00:db8:90::/80")
    (met,) = collisions(plan, Role.POD_CIDR, OTHERS)
    assert met.words == (
        "pod CIDR 10.90.0.0/25 overlaps node subnet snet-aks (10.90.0.0/24); "
        "pod CIDR fd00:db8:90::/80 overlaps node subnet snet-aks (fd00:db8:90::/64)"
    )


@pytest.mark.parametrize("cluster", ["seed-kubenet", "basic-balancer"])
def test_what_aks_built_around_its_own_ranges_is_latent(cluster: str) -> None:
    (met,) = collisions(plan_of(cluster), Role.POD_CIDR, OTHERS)
    assert met.is_latent


def test_a_subnet_put_there_later_makes_it_real() -> None:
    draft = Draft("seed-kubenet")
    network = draft.one(NETWORKS)
    network["properties"]["subnets"].append(arm.subnet(network["id"], "later", ["10.244.7.0/24"]))
    (met,) = collisions(plan_of(draft), Role.POD_CIDR, OTHERS)
    assert not met.is_latent
    assert "subnet later (10.244.7.0/24)" in met.words


@st.composite
def cidrs(draw: st.DrawFn) -> str:
    """Draw a range near those of the cluster."""
    length = draw(st.integers(8, 30))
    number = int(ip_network("10.112.0.0/14")[draw(st.integers(0, 2**18 - 1))])
    return str(ip_network((number, length), strict=False))


@given(cidrs())
def test_collisions_lay_every_overlap_to_an_owner(pods: str) -> None:
    """Compared with a look at each pair; nothing is left out but networks of reported subnets."""
    plan = pods_in(Draft("virtual-machines"), pods)
    meets = [each for each in plan.of(*OTHERS) if each.range.overlaps(ip_network(pods))]
    found = collisions(plan, Role.POD_CIDR, OTHERS)
    told = [each for met in found for each in met.ranges[1:]]
    left_out = [each for each in meets if each not in told]
    assert overlapped(plan, Role.POD_CIDR, OTHERS) == len(meets)
    assert all(each in meets for each in told)
    in_subnet = any(each.role in CLUSTER_SUBNETS for each in told)
    assert {each.role for each in left_out} <= (
        {Role.NETWORK, Role.OTHER_SUBNET} if in_subnet else set()
    )


@given(st.integers(8, 30))
def test_a_free_range_meets_nothing(length: int) -> None:
    plan = pods_in(Draft("seed-kubenet"), f"10.128.0.0/{length}")
    free = free_range(plan, plan.of(Role.POD_CIDR)[0])
    if free is None:  # 10.0.0.0/8 is taken
        assert length <= 10
        return
    assert free.prefixlen == length
    taken = (*RESERVED, *(each.range for each in plan.ranges))
    assert not any(free.overlaps(each) for each in taken)
    assert any(free.version == each.version and free.overlaps(each) for each in PRIVATE)


def test_no_range_is_called_free_while_something_is_hidden() -> None:
    plan = plan_of("cni-overlay", refusal_of_list(bundled("cni-overlay"), NETWORKS))
    assert free_range(plan, plan.of(Role.POD_CIDR)[0]) is None


def test_no_ipv6_range_is_proposed() -> None:
    plan = plan_of("dual-stack")
    assert free_range(plan, plan.of(Role.POD_CIDR)[1]) is None


@pytest.mark.parametrize(
    ("version", "is_open"),
    [("1.32.9", False), ("1.33", True), ("1.33.1", True), ("2.0", True), (None, True)],
)
def test_service_ranges_inside_the_cluster_are_pointed_at(
    version: str | None, is_open: bool
) -> None:
    draft = Draft("cni-overlay")
    properties = draft.cluster["properties"]
    properties.update(kubernetesVersion=version, currentKubernetesVersion=version)
    assert bool(note_on_services(Topology(draft.snapshot()).cluster)) is is_open
