"""Which nodes there are: machines, scale-set instances and virtual machines, joined."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import documents as arm
from fixtures.scenarios import SCENARIOS
from inspector.collected import Collected
from inspector.nodes import Node, derive_nodes, instance_name, missing_for_nodes, pool_profiles
from inspector.resource_id import ResourceId
from inspector.topology import Topology
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    MACHINES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    VIRTUAL_MACHINES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
    refused,
)

SET = "aks-nodepool1-18264093-vmss"


def nodes(draft: Draft) -> dict[str, Node]:
    found = derive_nodes(Collected(draft.snapshot()))
    assert list(found) == sorted(found, key=lambda node: node.id)
    return {node.name: node for node in found}


def jump_box(draft: Draft, name: str, tags: dict[str, str] | None = None) -> None:
    """Add a virtual machine with an interface to the infrastructure group."""
    target = arm.resource_id(draft.group, INTERFACES, f"{name}-nic")
    machine = arm.resource_id(draft.group, VIRTUAL_MACHINES, name)
    interface = arm.network_interface(
        draft.group,
        f"{name}-nic",
        location="westeurope",
        configurations=[arm.ip_configuration(target, "ipconfig1", "10.224.0.99", subnet="/sub")],
        virtual_machine=machine,
    )
    interface["properties"]["ipConfigurations"][0]["properties"].pop("subnet")
    draft.add(
        interface,
        arm.virtual_machine(
            draft.group, name, location="westeurope", interfaces=[target], tags=tags
        ),
    )


@given(st.integers(0, 36**6 - 1), st.sampled_from([SET, "aksnpwin"]))
def test_instances_are_named_in_base_36(number: int, prefix: str) -> None:
    name = instance_name(prefix, str(number))
    assert name.startswith(prefix)
    assert len(name) == len(prefix) + 6
    assert name == name.lower()
    assert int(name[-6:], 36) == number


@pytest.mark.parametrize(
    ("instance", "name"),
    [
        ("0", "x000000"),
        ("35", "x00000z"),
        ("36", "x000010"),
        ("150", "x000046"),
        ("ab12", "x_ab12"),
    ],
)
def test_known_instance_names(instance: str, name: str) -> None:
    assert instance_name("x", instance) == name


def test_a_machine_its_instance_and_its_interface_are_one_node() -> None:
    found = nodes(Draft("kubenet-vmss"))
    assert list(found) == [f"{SET}00000{number}" for number in range(3)]
    for number, address in enumerate(("10.224.0.6", "10.224.0.4", "10.224.0.5")):
        node = found[f"{SET}00000{number}"]
        assert node.pool == "nodepool1"
        assert node.id.name == node.name
        assert node.virtual_machine is not None
        assert str(node.virtual_machine).endswith(f"{SET}/virtualMachines/{number}")
        (interface,) = node.interfaces
        (configuration,) = interface.properties.ip_configurations
        assert str(configuration.properties.private_ip_address) == address


def test_instances_are_nodes_where_aks_lists_no_machines() -> None:
    draft, whole = Draft("kubenet-vmss"), nodes(Draft("kubenet-vmss"))
    draft.remove(MACHINES)
    assert nodes(draft) == whole


def test_an_instance_without_a_machine_stands_beside_the_machines() -> None:
    draft, whole = Draft("kubenet-vmss"), nodes(Draft("kubenet-vmss"))
    draft.remove(MACHINES, 1)
    assert nodes(draft) == whole


def test_a_machine_without_an_interface_is_a_node() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(SCALE_SET_INTERFACES, 1)
    found = nodes(draft)
    assert [len(node.interfaces) for node in found.values()] == [1, 0, 1]


@pytest.mark.parametrize("change", [str, str.upper])
def test_a_machine_that_names_no_resource_is_matched_by_name(change: Callable[[str], str]) -> None:
    draft = Draft("kubenet-vmss")
    for document in draft.all(MACHINES):
        del document["properties"]["resourceId"]
        document["name"] = change(document["name"])
    found = nodes(draft)
    assert sorted(found) == [f"{SET}00000{number}" for number in range(3)]
    assert all(node.interfaces for node in found.values())


def test_a_machine_that_names_no_resource_and_matches_none_stays() -> None:
    draft = Draft("kubenet-vmss")
    document = draft.one(MACHINES, 2)
    del document["properties"]["resourceId"]
    draft.remove(SCALE_SET_INTERFACES, 2)
    lost = nodes(draft)[f"{SET}000002"]
    assert (lost.pool, lost.virtual_machine, lost.interfaces) == ("nodepool1", None, ())


def test_a_virtual_machine_of_an_availability_set_is_a_node() -> None:
    (node,) = nodes(Draft("seed-kubenet")).values()
    assert node.name == "aks-nodepool1-19374625-0"
    assert node.pool == "nodepool1"
    assert len(node.interfaces) == 1
    parent = node.id.parent
    assert parent is not None
    assert parent.name == "nodepool1"


def test_a_machine_with_nothing_but_a_name_is_a_node_only_under_auto_provisioning() -> None:
    draft = Draft("seed-kubenet")
    jump_box(draft, "aks-jumpbox")
    assert set(nodes(draft)) == {"aks-nodepool1-19374625-0"}
    draft.cluster["properties"]["nodeProvisioningProfile"] = {"mode": "Auto"}
    assert set(nodes(draft)) == {"aks-nodepool1-19374625-0", "aks-jumpbox"}


@pytest.mark.parametrize(
    ("tags", "name", "pool"),
    [
        ({"aks-managed-poolName": "new", "poolName": "old"}, "aks-named-12345678-0", "new"),
        ({"poolName": "old"}, "aks-named-12345678-0", "old"),
        ({"owner": "me"}, "aks-named-12345678-0", "named"),
        ({}, "AKS-named-12345678-vms3", "named"),
        ({"karpenter.sh_nodepool": "default"}, "aks-x7k2p", None),
    ],
)
def test_the_pool_is_told_by_tags_then_by_the_name(
    tags: dict[str, str], name: str, pool: str | None
) -> None:
    draft = Draft("seed-kubenet")
    draft.remove(VIRTUAL_MACHINES)
    draft.remove(INTERFACES)
    jump_box(draft, name, tags)
    (node,) = nodes(draft).values()
    assert (node.name, node.pool) == (name, pool)
    assert len(node.interfaces) == 1


@pytest.mark.parametrize("cluster", ["seed-kubenet", "kubenet-vmss"])
def test_a_jump_box_in_the_infrastructure_group_is_no_node(cluster: str) -> None:
    draft, whole = Draft(cluster), nodes(Draft(cluster))
    jump_box(draft, "jumpbox", {"owner": "me"})
    assert nodes(draft) == whole


def test_windows_nodes_are_named_after_the_computer_prefix() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(MACHINES)
    profile = draft.one(SCALE_SETS)["properties"]["virtualMachineProfile"]
    profile["osProfile"]["computerNamePrefix"] = "aksnpwin"
    assert list(nodes(draft)) == [f"aksnpwin00000{number}" for number in range(3)]


def test_the_scale_sets_own_name_stands_in_for_the_prefix() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(MACHINES)
    del draft.one(SCALE_SETS)["properties"]["virtualMachineProfile"]["osProfile"]
    assert list(nodes(draft)) == [f"{SET}00000{number}" for number in range(3)]


def test_pools_come_in_the_clusters_order() -> None:
    profiles = pool_profiles(Collected(bundled("kubenet-vmss")))
    assert [(each.name, each.count) for each in profiles] == [("nodepool1", 3)]


@pytest.mark.parametrize("cluster", sorted(SCENARIOS))
def test_nothing_is_missing_from_a_complete_snapshot(cluster: str) -> None:
    assert missing_for_nodes(Collected(bundled(cluster))) == ()


@pytest.mark.parametrize(
    "kind", [MACHINES, SCALE_SETS, SCALE_SET_INTERFACES, VIRTUAL_MACHINES, INTERFACES]
)
@pytest.mark.parametrize("with_documents", [True, False])
def test_every_list_that_may_hide_a_node_is_named(kind: str, with_documents: bool) -> None:
    snapshot = bundled("kubenet-vmss")
    refusal = refusal_of_list(snapshot, kind, with_documents=with_documents)
    assert missing_for_nodes(Collected(refused(snapshot, [refusal]))) == (gap_of(refusal),)


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SETS, SCALE_SET_INTERFACES])
def test_every_document_that_may_hide_a_node_is_named(kind: str) -> None:
    snapshot = bundled("kubenet-vmss")
    refusal = refusal_of(snapshot, kind)
    assert missing_for_nodes(Collected(refused(snapshot, [refusal]))) == (gap_of(refusal),)


def test_what_hides_no_node_is_not_named() -> None:
    snapshot = bundled("kubenet-vmss")
    cut = refused(snapshot, [refusal_of_list(snapshot, LOAD_BALANCERS)])
    assert missing_for_nodes(Collected(cut)) == ()


def test_instances_of_a_flexible_scale_set_are_virtual_machines() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(MACHINES)
    draft.remove(SCALE_SET_INTERFACES)
    draft.one(SCALE_SETS)["properties"]["orchestrationMode"] = "flexible"
    jump_box(draft, "aks-nodepool1-18264093-vmss_0", {"aks-managed-poolName": "nodepool1"})
    snapshot = draft.snapshot()
    assert not [each for each in snapshot.listings if each.type == SCALE_SET_INTERFACES]
    assert missing_for_nodes(Collected(snapshot)) == ()
    (node,) = derive_nodes(Collected(snapshot))
    assert node.pool == "nodepool1"
    assert node.virtual_machine == ResourceId(
        arm.resource_id(draft.group, VIRTUAL_MACHINES, "aks-nodepool1-18264093-vmss_0")
    )


@pytest.mark.parametrize("name", ["a/b", ".", "..", "x" * 3000])
def test_hostile_pool_names_make_no_fault(name: str) -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(MACHINES)
    draft.one(SCALE_SETS)["tags"]["aks-managed-poolName"] = name
    profile = draft.one(SCALE_SETS)["properties"]["virtualMachineProfile"]
    profile["osProfile"]["computerNamePrefix"] = name
    nodes = Topology(draft.snapshot()).nodes
    assert [node.pool for node in nodes] == [name] * 3
