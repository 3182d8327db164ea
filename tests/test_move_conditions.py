"""The conditions of a move, one by one, told from documents."""

from datetime import date
from typing import Any

import pytest

from inspector.cluster.move_conditions import (
    Answer,
    Condition,
    Requirement,
    Situation,
    conditions_of_cilium,
    conditions_of_new_cluster,
    conditions_of_overlay,
    conditions_of_reimage,
)
from inspector.network.models import NetworkModel
from inspector.resource_id import ResourceId
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    NETWORKS,
    ROUTE_TABLES,
    Draft,
    bundled,
    refusal_of,
    refused,
)

MET, NOT_MET, NOT_VISIBLE = Answer.MET, Answer.NOT_MET, Answer.NOT_VISIBLE


def situation(snapshot: Snapshot, *, as_of: date = date(2026, 11, 20)) -> Situation:
    topology = Topology(snapshot)
    return Situation(today=topology, supposed=topology, as_of=as_of)


def overlay(snapshot: Snapshot) -> dict[Condition, Requirement]:
    return {each.condition: each for each in conditions_of_overlay(situation(snapshot))}


def reimage(snapshot: Snapshot, **options: Any) -> dict[Condition, Requirement]:
    found = conditions_of_reimage(situation(snapshot, **options))
    return {each.condition: each for each in found}


def node_subnet(**fields: Any) -> Draft:
    draft = Draft("cni-nodesubnet")
    draft.cluster["properties"]["agentPoolProfiles"][0].update(fields)
    return draft


@pytest.mark.parametrize(
    ("version", "answer"),
    [("1.30.9", MET), ("1.24.0", MET), ("1.23.15", NOT_MET), ("latest", NOT_VISIBLE)],
)
def test_windows_on_docker_ends_with_kubernetes_1_24(version: str, answer: Answer) -> None:
    draft = node_subnet(
        osType="Windows", currentOrchestratorVersion=version, orchestratorVersion=version
    )
    assert overlay(draft.snapshot())[Condition.WINDOWS_DOCKER].answer is answer


def test_linux_has_neither_docker_nor_a_build_of_windows() -> None:
    found = overlay(node_subnet(currentOrchestratorVersion="1.23.15").snapshot())
    assert not {Condition.WINDOWS_DOCKER, Condition.WINDOWS_BUILD} & set(found)


@pytest.mark.parametrize(
    ("image", "answer"),
    [
        ("AKSWindows-2022-containerd-20348.2461.240415", MET),
        ("AKSWindows-2022-containerd-20348.1668.230415", MET),
        ("AKSWindows-2022-containerd-20348.1607.230310", NOT_MET),
        ("AKSWindows-2019-containerd-17763.5696.240415", NOT_MET),
        ("AKSWindows-2025-gen2-26100.2033.241010", MET),
        ("AKSWindows", NOT_VISIBLE),
        (None, NOT_VISIBLE),
    ],
)
def test_the_image_tells_the_build_of_windows(image: str | None, answer: Answer) -> None:
    found = overlay(node_subnet(osType="Windows", nodeImageVersion=image).snapshot())
    assert found[Condition.WINDOWS_BUILD].answer is answer


@pytest.mark.parametrize(
    ("size", "answer"),
    [
        ("Standard_DC2s_v2", NOT_MET),
        ("standard_dc8S_V2", NOT_MET),
        ("Standard_DC2s_v3", MET),
        ("Standard_DC4as_v5", MET),
        ("Standard_D2s_v2", MET),
        (None, NOT_VISIBLE),
    ],
)
def test_overlay_runs_on_all_machines_but_one_series(size: str | None, answer: Answer) -> None:
    found = overlay(node_subnet(vmSize=size).snapshot())
    assert found[Condition.NODE_SIZES].answer is answer


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({}, MET),
        ({"provisioningState": "succeeded"}, MET),
        ({"provisioningState": "Upgrading"}, NOT_MET),
        ({"provisioningState": "Failed"}, NOT_MET),
        ({"provisioningState": None}, NOT_VISIBLE),
        ({"powerState": {"code": "Stopped"}}, NOT_MET),
        ({"powerState": None}, MET),
    ],
)
def test_a_pool_has_to_be_at_rest(fields: dict[str, Any], answer: Answer) -> None:
    assert reimage(node_subnet(**fields).snapshot())[Condition.AT_REST].answer is answer


def test_images_are_judged_by_the_day() -> None:
    draft = node_subnet(osSKU="AzureLinux", nodeImageVersion="AKSAzureLinux-V2gen2-202502.09.0")
    before = reimage(draft.snapshot(), as_of=date(2026, 3, 30))
    after = reimage(draft.snapshot(), as_of=date(2026, 3, 31))
    assert before[Condition.NODE_IMAGES].answer is MET
    assert after[Condition.NODE_IMAGES].answer is NOT_MET
    (reading,) = after[Condition.NODE_IMAGES].readings
    assert (reading.name, reading.value) == ("nodepool1", "AKSAzureLinux-V2gen2-202502.09.0")


@pytest.mark.parametrize(("length", "answer"), [(63, MET), (64, NOT_MET)])
def test_a_name_of_63_characters_fits_into_a_label(length: int, answer: Answer) -> None:
    draft = node_subnet()
    subnet = ResourceId(draft.cluster["properties"]["agentPoolProfiles"][0]["vnetSubnetID"])
    (there,) = (
        each
        for each in draft.one(NETWORKS)["properties"]["subnets"]
        if ResourceId(each["id"]) == subnet
    )
    named = f"{subnet.parent}/subnets/{'n' * length}"
    there |= {"id": named, "name": "n" * length}
    draft.cluster["properties"]["agentPoolProfiles"][0]["vnetSubnetID"] = named
    assert overlay(draft.snapshot())[Condition.NETWORK_NAMES].answer is answer


def test_only_tables_that_are_there_are_asked_about() -> None:
    of_aks, of_user = Condition.ROUTE_TABLE, Condition.SHARED_TABLE
    assert {of_aks, of_user} & set(overlay(bundled("kubenet-vmss"))) == {of_aks}
    assert {of_aks, of_user} & set(overlay(bundled("broken-kubenet"))) == {of_user}
    assert {of_aks, of_user} & set(overlay(bundled("cni-nodesubnet"))) == set()
    snapshot = bundled("kubenet-vmss")
    hidden = overlay(refused(snapshot, [refusal_of(snapshot, ROUTE_TABLES)]))
    assert {hidden[of_aks].answer, hidden[of_user].answer} == {NOT_VISIBLE}


def test_rights_on_subnets_of_ones_own_are_not_in_what_is_read() -> None:
    assert Condition.IDENTITY_RIGHTS not in overlay(bundled("kubenet-vmss"))
    found = overlay(bundled("kubenet-dual-stack"))[Condition.IDENTITY_RIGHTS]
    assert found.answer is NOT_VISIBLE
    assert [each.name for each in found.readings] == ["snet-nodes"]


def test_a_policy_engine_of_cilium_is_nobody_it_replaces() -> None:
    def engine(policy: str | None) -> Answer:
        draft = node_subnet()
        draft.network_profile["networkPolicy"] = policy
        found = conditions_of_cilium(situation(draft.snapshot()))
        return next(each.answer for each in found if each.condition is Condition.POLICY_ENGINE)

    answers = [engine(each) for each in ("cilium", "none", None, "azure", "calico", "new")]
    assert answers == [MET, MET, MET, NOT_MET, NOT_MET, NOT_MET]


def beside(draft: Draft, model: NetworkModel) -> Requirement:
    (found,) = conditions_of_new_cluster(situation(draft.snapshot()), model)
    return found


def with_subnet(prefix: str, **properties: Any) -> Draft:
    """Return a cluster whose network has one subnet beside the nodes' own."""
    draft = node_subnet()
    network = draft.one(NETWORKS)
    own = draft.cluster["properties"]["agentPoolProfiles"][0]["vnetSubnetID"].rpartition("/")[2]
    kept = [each for each in network["properties"]["subnets"] if each["name"] == own]
    subnet = {
        "id": f"{network['id']}/subnets/spare",
        "name": "spare",
        "properties": {"addressPrefix": prefix, **properties},
    }
    network["properties"]["subnets"] = [*kept, subnet]
    return draft


AKS = "Microsoft.ContainerService/managedClusters"
DELEGATED = [{"name": "aks", "properties": {"serviceName": AKS}}]
OTHERS = [{"name": "aci", "properties": {"serviceName": "Microsoft.ContainerInstance/c"}}]


@pytest.mark.parametrize(
    ("prefix", "properties", "of_nodes", "of_pods"),
    [
        # 3 nodes and 1 of the upgrade: 4 x 31 addresses of nodes and pods, 4 x 32 of pods alone
        ("10.60.9.0/25", {}, NOT_MET, NOT_MET),
        ("10.60.9.0/24", {}, MET, MET),
        ("10.60.9.0/24", {"delegations": DELEGATED}, NOT_MET, MET),
        ("10.60.9.0/24", {"delegations": OTHERS}, NOT_MET, NOT_MET),
        (
            "10.60.9.0/24",
            {"delegations": DELEGATED, "serviceAssociationLinks": [{"name": "AzureKubernetes"}]},
            NOT_MET,
            NOT_MET,
        ),
        ("10.60.9.0/24", {"ipConfigurations": [{"id": "/subscriptions/s"}]}, NOT_MET, NOT_MET),
    ],
)
def test_a_subnet_for_a_new_cluster_is_empty_and_large_enough(
    prefix: str, properties: dict[str, Any], of_nodes: Answer, of_pods: Answer
) -> None:
    draft = with_subnet(prefix, **properties)
    assert beside(draft, NetworkModel.CNI_NODE_SUBNET).answer is of_nodes
    assert beside(draft, NetworkModel.CNI_POD_SUBNET_DYNAMIC).answer is of_pods


def test_what_a_new_cluster_needs_is_told_in_addresses() -> None:
    draft = with_subnet("10.60.9.0/24")
    assert "with 124 addresses" in beside(draft, NetworkModel.CNI_NODE_SUBNET).words
    assert "with 128 addresses" in beside(draft, NetworkModel.CNI_POD_SUBNET_DYNAMIC).words


def test_a_network_that_could_not_be_seen_may_have_such_a_subnet() -> None:
    snapshot = with_subnet("10.60.9.0/29").snapshot()
    blind = refused(snapshot, [refusal_of(snapshot, NETWORKS)])
    found = list(conditions_of_new_cluster(situation(blind), NetworkModel.CNI_NODE_SUBNET))
    assert [(each.answer, bool(each.gaps)) for each in found] == [(NOT_VISIBLE, True)]


def test_the_room_for_a_reimage_is_told_in_addresses() -> None:
    found = reimage(bundled("cni-nodesubnet"))[Condition.SUBNET_ROOM]
    assert found.answer is MET
    assert found.words.endswith(" free, 31 needed")


def test_large_numbers_are_told_with_separators() -> None:
    found = reimage(bundled("kubenet-vmss"))[Condition.SUBNET_ROOM]
    assert found.words.endswith(": aks-subnet 65,528 free, 1 needed")


def test_pools_that_never_surge_need_no_room() -> None:
    draft = node_subnet(upgradeSettings={"maxSurge": "0", "maxUnavailable": "1"})
    found = reimage(draft.snapshot())[Condition.SUBNET_ROOM]
    assert found.words.endswith(" 0 needed")
    snapshot = draft.snapshot()
    blind = refused(snapshot, [refusal_of(snapshot, NETWORKS)])
    assert reimage(blind)[Condition.SUBNET_ROOM].answer is MET
