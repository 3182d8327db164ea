"""The three answers: present, absent, and not collected with the gap that says why."""

from datetime import UTC, datetime

import msgspec
import pytest

from fixtures import documents as arm
from inspector.collected import Collected, NotCollected
from inspector.errors import BadDocument
from inspector.resource_id import ResourceId
from inspector.resources import (
    SCALE_SET_INTERFACE_TYPE,
    AgentPool,
    FrontendIPConfiguration,
    InventoryItem,
    IPConfiguration,
    LoadBalancer,
    LoadBalancingRule,
    Machine,
    NetworkInterface,
    PublicIPAddress,
    Resource,
    Route,
    RouteTable,
    ScaleSet,
    SecurityRule,
    Subnet,
    SubnetUsage,
    VirtualNetwork,
)
from inspector.snapshot import Gap, GapReason, Listing, Snapshot
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    MACHINES,
    NETWORKS,
    PUBLIC_IPS,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    USAGES,
    Draft,
    Refusal,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
    refused,
)

GROUP = ResourceId(Draft("kubenet-vmss").group)


def whole() -> Collected:
    return Collected(bundled("kubenet-vmss"))


def without(*refusals: Refusal) -> Collected:
    return Collected(refused(bundled("kubenet-vmss"), refusals))


def only(kind: type[Resource]) -> ResourceId:
    return whole().all(kind)[0].id


def in_group(kind: str, name: str) -> ResourceId:
    return ResourceId(arm.resource_id(str(GROUP), kind, name))


def gap_when_asking(collected: Collected, target: ResourceId, kind: type[Resource]) -> Gap:
    with pytest.raises(NotCollected) as raised:
        collected.get(target, kind)
    return raised.value.gap


@pytest.mark.parametrize(
    "kind", [AgentPool, LoadBalancer, Machine, NetworkInterface, ScaleSet, VirtualNetwork]
)
def test_a_document_is_found_in_any_case(kind: type[Resource]) -> None:
    found = whole().all(kind)
    assert found
    for each in found:
        assert whole().get(ResourceId(str(each.id).upper()), kind) == each


def test_what_comes_inside_a_document_is_found_under_its_own_id() -> None:
    balancer = whole().all(LoadBalancer)[0]
    interface = whole().all(NetworkInterface)[0]
    for part in (*balancer.parts(), *interface.parts()):
        assert whole().get(part.id, type(part)) is not None


def test_holder_is_the_document_a_part_came_in() -> None:
    collected = whole()
    interface = collected.all(NetworkInterface)[1]
    configuration = next(interface.parts())
    assert collected.holder(configuration, NetworkInterface) is interface
    assert collected.holder(configuration, LoadBalancer) is None
    assert collected.holder(interface, NetworkInterface) is None


def test_what_is_of_another_kind_is_not_of_this_one() -> None:
    assert whole().get(only(LoadBalancer), VirtualNetwork) is None


def test_what_arm_answers_404_for_is_absent() -> None:
    foreign = ResourceId(arm.resource_id(arm.group_id("net"), NETWORKS, "vn"))
    snapshot = msgspec.structs.replace(bundled("kubenet-vmss"), absent=(foreign,))
    collected = Collected(snapshot)
    assert collected.get(ResourceId(str(foreign).upper()), VirtualNetwork) is None
    assert collected.get(foreign.child("subnets", "s"), Subnet) is None
    gap_when_asking(whole(), foreign, VirtualNetwork)


@pytest.mark.parametrize(
    ("kind", "arm_type"),
    [(LoadBalancer, LOAD_BALANCERS), (PublicIPAddress, PUBLIC_IPS), (NetworkInterface, INTERFACES)],
)
def test_what_a_complete_list_does_not_hold_is_absent(kind: type[Resource], arm_type: str) -> None:
    target = in_group(arm_type.upper(), "none")
    assert whole().get(target, kind) is None
    gap = gap_when_asking(without(refusal_of_list(bundled("kubenet-vmss"), arm_type)), target, kind)
    assert (gap.target, gap.listing) == (GROUP, arm_type)


@pytest.mark.parametrize(
    ("holder", "segment", "kind"),
    [
        (VirtualNetwork, "subnets", Subnet),
        (LoadBalancer, "frontendIPConfigurations", FrontendIPConfiguration),
        (LoadBalancer, "loadBalancingRules", LoadBalancingRule),
        (NetworkInterface, "ipConfigurations", IPConfiguration),
        (RouteTable, "routes", Route),
    ],
)
def test_a_part_that_its_present_document_lacks_is_absent(
    holder: type[Resource], segment: str, kind: type[Resource]
) -> None:
    target = only(holder).child(segment, "none")
    assert whole().get(target, kind) is None
    collected = without(Refusal(only(holder)))
    gap = gap_when_asking(collected, target, kind)
    assert (gap.target, gap.listing) == (only(holder), None)


def test_a_default_rule_that_its_security_group_lacks_is_absent() -> None:
    group = whole().snapshot.documents
    target = next(each for each in group if "networkSecurityGroups" in str(each))
    assert whole().get(target.child("defaultSecurityRules", "none"), SecurityRule) is None


def test_a_document_says_nothing_of_what_does_not_come_inside_it() -> None:
    """A scale set has no list of its instances, nor a pool of its machines."""
    snapshot = bundled("kubenet-vmss")
    refusals = [refusal_of_list(snapshot, each) for each in (MACHINES, SCALE_SET_INTERFACES)]
    collected = without(*refusals)
    assert collected.get(only(ScaleSet), ScaleSet) is not None
    assert collected.get(only(AgentPool), AgentPool) is not None
    machine, interface = only(Machine), only(NetworkInterface)
    assert gap_when_asking(collected, machine, Machine) == gap_of(refusals[0])
    assert gap_when_asking(collected, interface, NetworkInterface) == gap_of(refusals[1])
    configuration = interface.child("ipConfigurations", "ipconfig1")
    assert gap_when_asking(collected, configuration, IPConfiguration) == gap_of(refusals[1])


def test_the_address_of_a_scale_set_instance_is_no_part_of_its_interface() -> None:
    """It is listed by the scale set alone, which nobody asked."""
    configuration = next(whole().all(NetworkInterface)[0].parts())
    address = configuration.id.child("publicIPAddresses", "pub")
    gap = gap_when_asking(whole(), address, PublicIPAddress)
    assert (gap.target, gap.reason) == (address, GapReason.NOT_REQUESTED)


def test_an_instance_that_is_missing_from_its_scale_sets_list_is_absent() -> None:
    scale_set = only(ScaleSet)
    target = ResourceId(arm.scale_set_interface_id(str(scale_set), 7))
    assert whole().get(target, NetworkInterface) is None
    assert whole().get(target.child("ipConfigurations", "ipconfig1"), IPConfiguration) is None


def test_a_documents_own_gap_says_why_before_that_of_its_list() -> None:
    snapshot = bundled("kubenet-vmss")
    own = refusal_of(snapshot, SCALE_SET_INTERFACES, 1)
    listed = refusal_of_list(snapshot, SCALE_SET_INTERFACES)
    gap = gap_when_asking(without(own, listed), own.target, NetworkInterface)
    assert gap == gap_of(own)
    other = refusal_of(snapshot, SCALE_SET_INTERFACES, 2).target
    assert gap_when_asking(without(own, listed), other, NetworkInterface) == gap_of(listed)


def test_a_gap_is_found_in_any_case() -> None:
    own = Refusal(ResourceId(str(only(LoadBalancer)).upper()))
    gap = gap_when_asking(without(own), only(LoadBalancer), LoadBalancer)
    assert gap == gap_of(own)


def test_what_nobody_asked_for_says_so() -> None:
    foreign = ResourceId(arm.resource_id(arm.group_id("net"), NETWORKS, "vn"))
    subnet = foreign.child("subnets", "s")
    assert gap_when_asking(whole(), subnet, Subnet) == Gap(
        target=subnet,
        reason=GapReason.NOT_REQUESTED,
        action="Microsoft.Network/virtualNetworks/subnets/read",
    )


def test_a_complete_list_is_returned() -> None:
    collected = whole()
    machines = collected.listed(only(AgentPool), Machine)
    interfaces = collected.listed(only(ScaleSet), NetworkInterface, SCALE_SET_INTERFACE_TYPE)
    assert [each.name[-1] for each in machines] == ["0", "1", "2"]
    assert [each.id.parent.name for each in interfaces if each.id.parent] == ["0", "1", "2"]
    assert collected.listed(GROUP, NetworkInterface) == ()
    assert [each.name for each in collected.listed(GROUP, LoadBalancer)] == ["kubernetes"]


def test_a_list_that_was_refused_is_not_empty() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), LOAD_BALANCERS, with_documents=False)
    collected = without(refusal)
    with pytest.raises(NotCollected) as raised:
        collected.listed(GROUP, LoadBalancer)
    assert raised.value.gap == gap_of(refusal)
    assert len(collected.all(LoadBalancer)) == 1


def test_a_list_nobody_asked_for_is_not_empty() -> None:
    with pytest.raises(NotCollected) as raised:
        whole().listed(only(VirtualNetwork), NetworkInterface)
    gap = raised.value.gap
    assert (gap.target, gap.listing) == (only(VirtualNetwork), INTERFACES)
    assert gap.reason is GapReason.NOT_REQUESTED


def test_a_list_with_an_entry_that_was_refused_is_not_complete() -> None:
    own = refusal_of(bundled("kubenet-vmss"), PUBLIC_IPS, 1)
    with pytest.raises(NotCollected) as raised:
        without(own).listed(GROUP, PublicIPAddress)
    assert raised.value.gap == gap_of(own)


def test_entries_are_lists_without_documents() -> None:
    collected = whole()
    network = only(VirtualNetwork)
    assert [each.current_value for each in collected.entries(network, SubnetUsage)] == [3.0]
    assert len(collected.entries(GROUP, InventoryItem)) == 9
    refusal = refusal_of_list(bundled("kubenet-vmss"), USAGES)
    with pytest.raises(NotCollected) as raised:
        without(refusal).entries(network, SubnetUsage)
    assert raised.value.gap == gap_of(refusal)


def test_a_misshapen_entry_names_its_list() -> None:
    listing = Listing(scope=GROUP, type=InventoryItem.arm_type, entries=(msgspec.Raw(b"{}"),))
    snapshot = msgspec.structs.replace(bundled("kubenet-vmss"), listings=(listing,))
    with pytest.raises(BadDocument, match=f"resources at {GROUP}: "):
        Collected(snapshot).entries(GROUP, InventoryItem)


def test_documents_of_one_type_come_by_id() -> None:
    found = [each.id for each in whole().all(PublicIPAddress)]
    assert len(found) == 3
    assert found == sorted(found)
    assert whole().all(SecurityRule) == ()


def test_a_snapshot_without_its_cluster_has_none() -> None:
    cluster = ResourceId(arm.cluster_id("rg", "c"))
    empty = Snapshot(
        cluster=cluster,
        captured_at=datetime(2026, 1, 1, tzinfo=UTC),
        tool_version="0",
        documents={},
    )
    with pytest.raises(NotCollected) as raised:
        _ = Collected(empty).cluster
    assert raised.value.gap.target == cluster


def test_scale_sets_refused_leave_their_instances_unknown() -> None:
    snapshot = bundled("kubenet-vmss")
    sets = refusal_of_list(snapshot, SCALE_SETS)
    instances = refusal_of_list(snapshot, SCALE_SET_INTERFACES)
    kept = tuple(each for each in snapshot.listings if each.type != SCALE_SET_INTERFACES)
    cut = msgspec.structs.replace(refused(snapshot, [sets, instances]), gaps=(gap_of(sets),))
    assert {each.type for each in cut.listings} == {each.type for each in kept} - {SCALE_SETS}
    assert gap_when_asking(Collected(cut), only(NetworkInterface), NetworkInterface) == gap_of(sets)
