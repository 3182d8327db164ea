"""nsg-attached: when it passes, fails, does not know, and does not apply."""

import pytest

from inspector.findings import Severity, Status
from tests.checks.balancers import shown
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    NETWORKS,
    SCALE_SET_INTERFACES,
    SECURITY_GROUPS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "nsg-attached"
FIELD = "properties.networkSecurityGroup.id"


def bare(cluster: str = "kubenet-vmss") -> Draft:
    """Return a cluster whose subnets and interfaces name no security group."""
    draft = Draft(cluster)
    for part in draft.one(NETWORKS)["properties"]["subnets"]:
        part["properties"].pop("networkSecurityGroup", None)
    for each in draft.all(SCALE_SET_INTERFACES):
        each["properties"].pop("networkSecurityGroup", None)
    return draft


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("kubenet-vmss", "security group aks-agentpool-30517864-nsg before 3 of 3 nodes"),
        ("cni-podsubnet", "security group aks-agentpool-71364209-nsg before 4 of 4 nodes"),
        ("virtual-machines", "security group aks-agentpool-15908347-nsg before 5 of 5 nodes"),
    ],
)
def test_it_passes_with_a_group_at_the_subnet_or_at_the_interface(
    cluster: str, message: str
) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)
    assert {each.field for each in outcome.evidence} == {FIELD}


def test_it_fails_without_a_group_at_either_place() -> None:
    draft = bare()
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "no security group before 3 of 3 nodes"
    assert (finding.severity, finding.cause, finding.name) == (Severity.HIGH, "none", "aks-subnet")
    nodes = [f"aks-nodepool1-18264093-vmss00000{place}" for place in range(3)]
    assert finding.message == (
        "neither subnet aks-subnet nor the interfaces of 3 nodes in it have a security group: "
        f"{', '.join(nodes)}"
    )
    assert shown(finding) == [(name, FIELD, None) for name in ("aks-subnet", *nodes)]
    assert finding.commands == (
        f"az network vnet subnet show --ids {finding.subject}",
        (
            f"az network vnet subnet update --ids {finding.subject} "
            "--network-security-group SECURITY_GROUP_ID"
        ),
    )


@pytest.mark.parametrize(("sku", "is_said"), [("standard", True), ("basic", False)])
def test_services_answer_nobody_at_standard_addresses_alone(sku: str, is_said: bool) -> None:
    draft = bare()
    draft.network_profile["loadBalancerSku"] = sku
    assert ("answer nobody" in the_finding(ask(CHECK, draft)).impact) is is_said


def test_nodes_without_a_group_are_told_by_subnet() -> None:
    outcome = ask(CHECK, bare("cni-podsubnet"))
    assert [each.name for each in outcome.findings] == ["snet-nodes-apps", "snet-nodes-system"]


def test_a_group_that_does_not_exist_is_none() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(SECURITY_GROUPS)
    gone = draft.one(SCALE_SET_INTERFACES)["properties"]
    gone["networkSecurityGroup"] = {"id": f"{draft.group}/providers/{SECURITY_GROUPS}/gone"}
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, len(finding.evidence)) == ("none", 4)


def test_other_groups_at_the_two_places_are_a_note() -> None:
    outcome = ask(CHECK, "cni-nodesubnet")
    finding = the_finding(outcome)
    assert outcome.message == "two security groups before 3 of 3 nodes"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.INFO,
        "two-groups",
        "snet-aks",
    )
    assert finding.message == (
        "3 nodes in subnet snet-aks behind nsg-snet-aks at the subnet and "
        "aks-agentpool-42906158-nsg at the interface"
    )
    assert len(shown(finding)) == 1 + 3
    assert [each.split(" --query")[0].rpartition("/")[2] for each in finding.commands] == [
        "nsg-snet-aks",
        "aks-agentpool-42906158-nsg",
    ]


def test_it_does_not_know_without_the_group() -> None:
    refusal = refusal_of(bundled("kubenet-vmss"), SECURITY_GROUPS)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_know_without_the_interfaces() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), SCALE_SET_INTERFACES)
    outcome = ask(CHECK, bare().snapshot(), refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_it_does_not_apply_without_nodes() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(SCALE_SET_INTERFACES)
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no node with a subnet was found",
    )
