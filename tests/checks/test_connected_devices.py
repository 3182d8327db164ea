"""connected-devices: when it passes, fails, and does not know."""

import pytest

from fixtures import documents as arm
from inspector.config import Thresholds
from inspector.findings import Severity, Status
from tests.checks.crowded import (
    OTHER_AKS,
    OTHERS,
    connect,
    gateways,
    instance,
    interfaces,
    resize,
    subnet_of,
)
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    INTERFACES,
    MACHINES,
    NETWORKS,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    VIRTUAL_MACHINES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "connected-devices"
POOL = "aks-nodepool1-18264093-vmss"


def connected(*targets: str, cluster: str = "kubenet-vmss", prefix: str | None = None) -> Draft:
    """Return a cluster with further devices, in a smaller subnet if a prefix is given."""
    draft = Draft(cluster)
    connect(draft, *targets)
    if prefix is not None:
        resize(draft, prefix)
    return draft


def test_it_passes_with_what_is_connected() -> None:
    outcome = ask(CHECK, "virtual-machines")
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "7 connected configurations in 1 subnet, none gone or of another cluster: 5 Node, "
        "1 Internal load balancer, 1 Private endpoint"
    )
    assert [(each.name, each.field, each.value) for each in outcome.evidence] == [
        ("snet-nodes", "properties.ipConfigurations", 7)
    ]


def test_it_says_that_azure_does_not_show_pods_addresses() -> None:
    assert ask(CHECK, "cni-podsubnet").message == (
        "4 connected configurations in 4 subnets, none gone or of another cluster: 4 Node; Azure "
        "does not show addresses of pods in snet-pods-apps, snet-pods-system"
    )


def test_services_of_azure_are_explained_however_many() -> None:
    draft = connected(*gateways(8), prefix="10.224.0.0/28")
    assert ask(CHECK, draft).message == (
        "11 connected configurations in 1 subnet, none gone or of another cluster: 3 Node, "
        "8 Application gateway"
    )


def test_configurations_of_instances_that_are_gone_are_one_finding() -> None:
    draft = Draft("kubenet-vmss")
    targets = [instance(draft.group, POOL, number) for number in (8, 7)]
    connect(draft, *map(arm.back_reference, targets))
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == (
        "1 of 1 subnet with devices that are gone, of another cluster or of unknown purpose"
    )
    assert (finding.cause, finding.severity) == ("dangling", Severity.MEDIUM)
    assert finding.name == "aks-subnet"
    assert finding.message == (
        "resources that do not exist have 2 of 5 connected configurations of subnet aks-subnet: "
        f"{POOL}000007, {POOL}000008"
    )
    assert [(each.name, each.value) for each in finding.evidence] == [
        (f"{POOL}000007", arm.back_reference(targets[1])),
        (f"{POOL}000008", arm.back_reference(targets[0])),
    ]
    assert finding.commands == (f"az network vnet subnet show --ids {subnet_of(draft)['id']}",)


def test_an_interface_or_a_frontend_that_is_gone_is_one() -> None:
    draft = Draft("kubenet-vmss")
    balancer = f"{draft.group}/providers/Microsoft.Network/loadBalancers/kubernetes-internal"
    connect(draft, *interfaces(1, draft.group), f"{balancer}/frontendIPConfigurations/gone")
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.endswith("of subnet aks-subnet: kubernetes-internal, nic-0")


def test_an_interface_whose_machine_is_gone_is_one() -> None:
    draft = Draft("kubenet-vmss")
    with_interface(draft, "nic-batch", arm.resource_id(draft.group, VIRTUAL_MACHINES, "batch"))
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, finding.evidence[0].name) == ("dangling", "nic-batch")
    draft.add(arm.virtual_machine(draft.group, "batch", location="westeurope", interfaces=[]))
    assert ask(CHECK, draft).status is Status.PASSED


def with_interface(draft: Draft, name: str, machine: str | None) -> None:
    """Add an interface of the infrastructure group's to the subnet."""
    target = arm.resource_id(draft.group, INTERFACES, name)
    configuration = arm.ip_configuration(
        target, "ipconfig1", "10.224.0.70", subnet=subnet_of(draft)["id"]
    )
    draft.add(
        arm.network_interface(
            draft.group,
            name,
            location="westeurope",
            configurations=[configuration],
            virtual_machine=machine,
        )
    )
    connect(draft, configuration["id"])


def test_while_the_cluster_changes_what_is_gone_proves_nothing() -> None:
    draft = Draft("kubenet-vmss")
    connect(draft, instance(draft.group, POOL, 7))
    draft.cluster["properties"]["provisioningState"] = "Scaling"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("the cluster is in state Scaling; resources that do not")


def test_nodes_of_another_kubenet_cluster_are_a_fault() -> None:
    outcome = ask(
        CHECK, connected(*(instance(OTHER_AKS, "aks-b-87654321-vmss", n) for n in (0, 1)))
    )
    finding = the_finding(outcome)
    assert (finding.cause, finding.severity) == ("other-cluster", Severity.MEDIUM)
    assert finding.message == (
        "nodes of another AKS cluster have 2 of 5 connected configurations of subnet aks-subnet: "
        "aks-b-87654321-vmss_0, aks-b-87654321-vmss_1"
    )
    assert "route table" in finding.impact


def test_under_other_models_they_are_a_note() -> None:
    finding = the_finding(ask(CHECK, "private-udr"))
    assert (finding.cause, finding.severity) == ("other-cluster", Severity.INFO)
    assert finding.message.startswith("nodes of another AKS cluster have 1 of 60 connected")


@pytest.mark.parametrize(("others", "fails"), [(1, False), (2, True)])
def test_devices_of_unknown_purpose_above_the_threshold(others: int, fails: bool) -> None:
    """A tenth of 11 addresses is one."""
    draft = connected(*interfaces(others), prefix="10.224.0.0/28")
    outcome = ask(CHECK, draft)
    if not fails:
        assert outcome.status is Status.PASSED
        return
    finding = the_finding(outcome)
    assert (finding.cause, finding.severity) == ("unexplained", Severity.LOW)
    assert finding.message == (
        "devices with no known part in the cluster have 2 of 5 connected configurations of subnet "
        "aks-subnet: nic-0, nic-1"
    )
    limits = Thresholds(foreign_devices_percent=20)
    assert ask(CHECK, draft, thresholds=limits).status is Status.PASSED


def test_scale_sets_and_things_of_unknown_types_count_too() -> None:
    thing = f"{OTHERS}/providers/Contoso.Net/things/thing/ipConfigurations/conf"
    draft = connected(instance(OTHERS, "batch", 0), thing, prefix="10.224.0.0/28")
    assert the_finding(ask(CHECK, draft)).message.endswith(": batch_0, thing")


def test_causes_of_one_subnet_are_findings_of_their_own() -> None:
    draft = connected(
        *interfaces(2), instance(OTHER_AKS, "aks-b-87654321-vmss", 0), prefix="10.224.0.0/28"
    )
    connect(draft, instance(draft.group, POOL, 7))
    outcome = ask(CHECK, draft)
    assert {each.cause for each in outcome.findings} == {"dangling", "other-cluster", "unexplained"}
    assert outcome.message.startswith("1 of 1 subnet with")


def test_an_own_device_that_is_hidden_may_be_gone() -> None:
    refusal = refusal_of(bundled("kubenet-vmss"), SCALE_SET_INTERFACES)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))
    refusal = refusal_of(bundled("kubenet-vmss"), NETWORKS)
    assert gap_of(refusal) in ask(CHECK, "kubenet-vmss", refusal).missing


def test_own_interfaces_are_of_unknown_purpose_only_while_all_nodes_are_known() -> None:
    draft = connected(prefix="10.224.0.0/28")
    for name in ("nic-a", "nic-b"):
        with_interface(draft, name, None)
    snapshot = draft.snapshot()
    assert the_finding(ask(CHECK, snapshot)).cause == "unexplained"
    for kind in (MACHINES, SCALE_SETS):
        outcome = ask(CHECK, snapshot, refusal_of_list(snapshot, kind))
        assert outcome.status is Status.UNKNOWN
