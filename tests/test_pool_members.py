"""Backend pools: what they are for, and what their entries lead to."""

import msgspec
import pytest

from fixtures import documents as arm
from inspector.cluster.pool_members import (
    Member,
    MemberKind,
    PoolMembers,
    PoolPurpose,
    hidden_balancers,
    members_by_balancer,
    members_of,
    rules_of,
)
from inspector.resources import BackendAddressPool, Relation
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.checks.balancers import POOLS, RULES, addresses, balancer, members, part, parts, values
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    MACHINES,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
    refused,
)

SET = "aks-nodepool1-18264093-vmss"


def pools(snapshot: Snapshot | Draft) -> dict[str, PoolMembers]:
    """Return the pools of all load balancers by balancer and name."""
    found = snapshot.snapshot() if isinstance(snapshot, Draft) else snapshot
    return {
        f"{balancer.title}/{pool.pool.title}": pool
        for balancer, several in members_by_balancer(Topology(found))
        for pool in several
    }


def kubernetes(snapshot: Snapshot | Draft) -> PoolMembers:
    return pools(snapshot)["kubernetes/kubernetes"]


def test_interfaces_are_told_as_nodes() -> None:
    found = kubernetes(bundled("kubenet-vmss"))
    assert [each.title for each in found.members] == [f"{SET}00000{number}" for number in range(3)]
    assert {each.kind for each in found.members} == {MemberKind.NODE}
    assert not found.holds_addresses
    assert found.members[1].entry.endswith(
        f"/virtualMachines/1/networkInterfaces/{SET}/ipConfigurations/ipconfig1"
    )


def test_addresses_are_told_as_nodes() -> None:
    found = kubernetes(bundled("multi-balancer"))
    assert found.holds_addresses
    assert [each.entry for each in found.members] == ["10.224.0.4", "10.224.0.6"]
    assert {each.kind for each in found.members} == {MemberKind.NODE}
    assert found.unconverted == ()


@pytest.mark.parametrize(
    ("cluster", "name", "purpose", "is_ipv6"),
    [
        ("dual-stack", "kubernetes/kubernetes", PoolPurpose.EVERY_NODE, False),
        ("dual-stack", "kubernetes/kubernetes-IPv6", PoolPurpose.EVERY_NODE, True),
        ("dual-stack", "kubernetes/aksOutboundBackendPool", PoolPurpose.WAY_OUT, False),
        ("dual-stack", "kubernetes/aksOutboundBackendPool-ipv6", PoolPurpose.WAY_OUT, True),
        ("cni-overlay", "kubernetes-internal/kubernetes", PoolPurpose.EVERY_NODE, False),
        ("multi-balancer", "kubernetes/booking-chat", PoolPurpose.LOCAL_SERVICE, False),
        ("multi-balancer", "team-b/loyalty-points", PoolPurpose.LOCAL_SERVICE, False),
    ],
)
def test_names_and_rules_tell_what_a_pool_is_for(
    cluster: str, name: str, purpose: PoolPurpose, is_ipv6: bool
) -> None:
    found = pools(bundled(cluster))[name]
    assert (found.purpose, found.is_ipv6) == (purpose, is_ipv6)


def test_a_name_that_begins_like_aks_s_is_not_aks_s() -> None:
    draft = Draft("multi-balancer")
    part(draft, POOLS, "booking-chat")["name"] = "kubernetes-dashboard-web"
    part(draft, POOLS, "aksOutboundBackendPool")["name"] = "aksOutboundBackendPool-old"
    found = pools(draft)
    purposes = {name.rpartition("/")[2]: each.purpose for name, each in found.items()}
    assert purposes["kubernetes-dashboard-web"] is PoolPurpose.LOCAL_SERVICE
    assert purposes["aksOutboundBackendPool-old"] is PoolPurpose.WAY_OUT


def test_a_pool_without_rules_is_for_something_else() -> None:
    draft = Draft("multi-balancer")
    parts(draft, RULES).clear()
    assert pools(draft)["kubernetes/booking-chat"].purpose is PoolPurpose.OTHER


def test_the_api_server_s_pool_is_left_out() -> None:
    assert {"kube-apiserver", "kubernetes"} == {
        each["name"] for each in Draft("automatic").all(LOAD_BALANCERS)
    }
    assert list(pools(bundled("automatic"))) == ["kubernetes/kubernetes"]


def test_what_does_not_exist_is_dangling() -> None:
    draft = Draft("kubenet-vmss")
    members(draft).append({"id": members(draft)[0]["id"].replace("Machines/0/", "Machines/35/")})
    found = kubernetes(draft).members[3]
    assert found.kind is MemberKind.DANGLING
    assert found.title == f"{SET}00000z"


@pytest.mark.parametrize(("name", "title"), [("old-node", "old-node"), ("", "10.224.0.99")])
def test_an_address_of_nobody_is_dangling(name: str, title: str) -> None:
    draft = Draft("multi-balancer")
    addresses(draft).append({"name": name, "properties": {"ipAddress": "10.224.0.99"}})
    found = kubernetes(draft).members[2]
    assert (found.kind, found.title) == (MemberKind.DANGLING, title)


def stranger(draft: Draft) -> None:
    """Put an interface without a machine into the pool."""
    interface = arm.resource_id(draft.group, INTERFACES, "nic-loose")
    subnet = draft.configurations(SCALE_SET_INTERFACES)[0]["properties"]["subnet"]["id"]
    loose = arm.numbered_configurations(interface, ["10.224.0.90"], subnet=subnet)
    draft.add(
        arm.network_interface(draft.group, "nic-loose", location="westeurope", configurations=loose)
    )
    members(draft).append({"id": loose[0]["id"]})


def test_an_interface_of_no_node_is_a_stranger_unless_a_node_may_be_hidden() -> None:
    draft = Draft("kubenet-vmss")
    stranger(draft)
    assert kubernetes(draft).members[3].kind is MemberKind.STRANGER
    assert kubernetes(draft).members[3].title == "nic-loose"
    refusal = refusal_of_list(draft.snapshot(), MACHINES)
    found = kubernetes(refused(draft.snapshot(), [refusal])).members[3]
    assert (found.kind, found.gap) == (MemberKind.HIDDEN, gap_of(refusal))


def test_a_configuration_that_was_refused_is_hidden() -> None:
    snapshot = bundled("kubenet-vmss")
    refusal = refusal_of(snapshot, SCALE_SET_INTERFACES, 1)
    found = kubernetes(refused(snapshot, [refusal])).members
    assert [each.kind for each in found] == [MemberKind.NODE, MemberKind.HIDDEN, MemberKind.NODE]
    assert found[1].gap == gap_of(refusal)
    assert found[1].title == f"{SET}000001"


def test_an_address_whose_node_was_refused_is_hidden() -> None:
    snapshot = bundled("multi-balancer")
    refusal = refusal_of_list(snapshot, SCALE_SET_INTERFACES)
    found = kubernetes(refused(snapshot, [refusal])).members
    assert {each.kind for each in found} == {MemberKind.HIDDEN}


def test_interfaces_without_an_address_in_the_pool_are_unconverted() -> None:
    draft = Draft("kubenet-vmss")
    entry = {"name": "one", "properties": {"ipAddress": "10.224.0.4"}}
    values(draft, POOLS, "kubernetes")["loadBalancerBackendAddresses"] = [entry]
    found = kubernetes(draft)
    assert found.holds_addresses
    assert {each.title for each in found.unconverted} == {f"{SET}000000", f"{SET}000002"}
    assert found.members[0].title == f"{SET}000001"
    assert len(found.members) == 3


def own(cluster: str, name: str, configuration: int) -> tuple[PoolMembers, Member]:
    """Return a pool, and its first member by the configuration at a place of its interface."""
    draft = Draft(cluster)
    place = draft.configurations(SCALE_SET_INTERFACES)[configuration]["id"]
    members(draft, name)[0]["id"] = place
    found = pools(draft)[f"kubernetes/{name}"]
    return found, found.members[0]


@pytest.mark.parametrize(
    ("cluster", "name", "configuration", "is_own"),
    [
        ("cni-nodesubnet", "kubernetes", 0, True),
        ("cni-nodesubnet", "kubernetes", 3, False),
        ("dual-stack", "kubernetes", 0, True),
        ("dual-stack", "kubernetes", 1, False),
        ("dual-stack", "kubernetes-IPv6", 0, False),
        ("dual-stack", "kubernetes-IPv6", 1, True),
    ],
)
def test_a_node_is_in_a_pool_by_its_own_configuration_of_the_family(
    cluster: str, name: str, configuration: int, is_own: bool
) -> None:
    found, member = own(cluster, name, configuration)
    assert member.kind is MemberKind.NODE
    assert found.is_own(member) is is_own


def test_an_interface_that_says_it_is_a_second_one_is_not_the_node_s_own() -> None:
    draft = Draft("kubenet-vmss")
    draft.one(SCALE_SET_INTERFACES)["properties"]["primary"] = False
    found = kubernetes(draft)
    assert [found.is_own(each) for each in found.members] == [False, True, True]


def test_rules_of_both_kinds_are_counted() -> None:
    topology = Topology(bundled("kubenet-vmss"))
    found = {
        pool.title: rules_of(topology, pool.id, Relation.BACKEND_POOL)
        for balancer, several in members_by_balancer(topology)
        for pool in balancer.properties.backend_address_pools
    }
    assert found == {"kubernetes": (3, 0), "aksOutboundBackendPool": (0, 1)}


def test_an_empty_pool_has_no_members() -> None:
    topology = Topology(bundled("kubenet-vmss"))
    identity = balancer(Draft("kubenet-vmss"))["id"]
    document = arm.backend_address_pool(identity, "empty")
    pool = BackendAddressPool.parse(msgspec.json.encode(document))
    assert members_of(topology, pool).members == ()


def test_a_list_that_was_refused_may_hide_load_balancers() -> None:
    snapshot = bundled("kubenet-vmss")
    assert hidden_balancers(Topology(snapshot)) == ()
    for with_documents in (True, False):
        refusal = refusal_of_list(snapshot, LOAD_BALANCERS, with_documents=with_documents)
        assert hidden_balancers(Topology(refused(snapshot, [refusal]))) == (gap_of(refusal),)


def test_a_cluster_that_names_no_group_hides_its_load_balancers() -> None:
    draft = Draft("kubenet-vmss")
    del draft.cluster["properties"]["nodeResourceGroup"]
    (gap,) = hidden_balancers(Topology(draft.snapshot()))
    assert gap.listing == LOAD_BALANCERS
