"""kubenet-one-ip-per-node: when it passes, fails, does not know, and does not apply."""

from collections.abc import Callable
from copy import deepcopy

import pytest

from fixtures import documents as arm
from inspector.checks import run_checks
from inspector.checks.kubenet_one_ip_per_node import check
from inspector.findings import Outcome, Severity, Status
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.checks.kit import commands_of
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    MACHINES,
    PUBLIC_IPS,
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
UPGRADE = (
    "az aks nodepool upgrade --resource-group rg-shop --cluster-name aks-shop "
    "--name nodepool1 --node-image-only"
)


def outcome_of(snapshot: Snapshot) -> Outcome:
    (found,) = run_checks(Topology(snapshot), [check])
    return found


def add_configuration(draft: Draft, place: int, address: str) -> None:
    """Give a node's interface one more configuration, not primary."""
    configurations = draft.configurations(SCALE_SET_INTERFACES, place)
    interface = draft.one(SCALE_SET_INTERFACES, place)["id"]
    subnet = configurations[0]["properties"]["subnet"]["id"]
    name = f"ipconfig{len(configurations) + 1}"
    configurations.append(
        arm.ip_configuration(interface, name, address, subnet=subnet, is_primary=False)
    )


def two_on_the_second() -> Draft:
    draft = Draft("kubenet-vmss")
    add_configuration(draft, 1, "10.224.0.44")
    return draft


def dual_stack() -> Draft:
    draft = Draft("kubenet-vmss")
    draft.network_profile["ipFamilies"] = ["IPv4", "IPv6"]
    for place in range(3):
        add_configuration(draft, place, f"fd00::{place + 4}")
    return draft


def test_it_passes_on_scale_set_nodes_and_shows_each_address() -> None:
    outcome = outcome_of(bundled("kubenet-vmss"))
    assert outcome.status is Status.PASSED
    assert outcome.severity is Severity.HIGH
    assert outcome.message == "exactly one IP configuration on 3 of 3 nodes"
    assert [(each.name, each.value) for each in outcome.evidence] == [
        (f"{SET}000000", "ipconfig1 10.224.0.6"),
        (f"{SET}000001", "ipconfig1 10.224.0.4"),
        (f"{SET}000002", "ipconfig1 10.224.0.5"),
    ]
    for number, each in enumerate(outcome.evidence):
        assert each.field == "properties.ipConfigurations"
        assert str(each.resource).endswith(f"/virtualMachines/{number}/networkInterfaces/{SET}")


def test_it_passes_on_the_node_of_2020() -> None:
    outcome = outcome_of(bundled("seed-kubenet"))
    assert outcome.status is Status.PASSED
    assert outcome.message == "exactly one IP configuration on 1 of 1 node"
    (evidence,) = outcome.evidence
    assert (evidence.name, evidence.value) == (
        "aks-nodepool1-19374625-0",
        "ipconfig1 10.240.0.4",
    )


def test_arm_may_leave_version_and_primary_out() -> None:
    draft = Draft("kubenet-vmss")
    properties = draft.configurations(SCALE_SET_INTERFACES, 1)[0]["properties"]
    del properties["primary"], properties["privateIPAddressVersion"]
    assert outcome_of(draft.snapshot()).status is Status.PASSED


def with_none(draft: Draft, place: int) -> None:
    draft.configurations(SCALE_SET_INTERFACES, place).clear()


def with_two(draft: Draft, place: int) -> None:
    add_configuration(draft, place, f"10.224.0.{40 + place}")


def not_primary(draft: Draft, place: int) -> None:
    draft.configurations(SCALE_SET_INTERFACES, place)[0]["properties"]["primary"] = False


def without_address(draft: Draft, place: int) -> None:
    del draft.configurations(SCALE_SET_INTERFACES, place)[0]["properties"]["privateIPAddress"]


def with_ipv6(draft: Draft, place: int) -> None:
    add_configuration(draft, place, "fd00::4")


@pytest.mark.parametrize(
    ("break_node", "message", "value"),
    [
        (with_two, "more than one IPv4", "ipconfig1 10.224.0.4, ipconfig2 10.224.0.41"),
        (with_none, "no IPv4 configuration", "none"),
        (not_primary, "not primary or has no private address", "ipconfig1 10.224.0.4"),
        (without_address, "not primary or has no private address", "ipconfig1 no address"),
        (
            with_ipv6,
            "an IPv6 configuration, undeclared,",
            "ipconfig1 10.224.0.4, ipconfig2 fd00::4",
        ),
    ],
)
def test_it_fails_for_a_broken_node(
    break_node: Callable[[Draft, int], None], message: str, value: str
) -> None:
    draft = Draft("kubenet-vmss")
    break_node(draft, 1)
    outcome = outcome_of(draft.snapshot())
    assert outcome.status is Status.FAILED
    assert outcome.message == "broken on 1 of 3 nodes"
    (finding,) = outcome.findings
    assert finding.check == "kubenet-one-ip-per-node"
    assert finding.severity is Severity.HIGH
    assert message in finding.message
    assert finding.message.endswith(f" on 1 of 3 nodes: {SET}000001")
    assert finding.impact
    assert UPGRADE in commands_of(finding)
    assert [(each.name, each.value) for each in finding.evidence] == [(f"{SET}000001", value)]


def test_a_second_interface_is_a_second_configuration() -> None:
    draft = Draft("kubenet-vmss")
    second = deepcopy(draft.one(SCALE_SET_INTERFACES, 1))
    second["id"] += "-2"
    second["properties"]["ipConfigurations"][0]["id"] = f"{second['id']}/ipConfigurations/c"
    draft.add(second)
    outcome = outcome_of(draft.snapshot())
    assert outcome.status is Status.FAILED
    assert "more than one IPv4" in outcome.findings[0].message


def test_nodes_with_the_same_fault_are_one_finding() -> None:
    draft = Draft("kubenet-vmss")
    with_two(draft, 0)
    with_two(draft, 2)
    with_none(draft, 1)
    outcome = outcome_of(draft.snapshot())
    assert outcome.message == "broken on 3 of 3 nodes"
    first, second = outcome.findings
    assert first.message.startswith("more than one IPv4")
    assert "on 2 of 3 nodes" in first.message
    assert first.message.endswith(f": {SET}000000, {SET}000002")
    assert second.message.startswith("no IPv4 configuration")
    assert commands_of(first).count(UPGRADE) == 1


def test_dual_stack_passes_with_one_of_each() -> None:
    outcome = outcome_of(dual_stack().snapshot())
    assert outcome.status is Status.PASSED
    assert outcome.message == "one IPv4 and one IPv6 IP configuration on 3 of 3 nodes"
    assert outcome.evidence[1].value == "ipconfig1 10.224.0.4, ipconfig2 fd00::5"


def test_an_egress_gateway_gives_its_nodes_more() -> None:
    draft = Draft("kubenet-vmss")
    with_two(draft, 0)
    assert outcome_of(draft.snapshot()).status is Status.FAILED
    draft.cluster["properties"]["agentPoolProfiles"][0]["mode"] = "Gateway"
    outcome = outcome_of(draft.snapshot())
    assert outcome.status is Status.PASSED
    assert outcome.message.endswith("; nodes of the gateway pool nodepool1 may have more")


def test_dual_stack_fails_without_ipv6_and_with_two() -> None:
    draft = dual_stack()
    draft.configurations(SCALE_SET_INTERFACES, 0).pop()
    add_configuration(draft, 2, "fd00::66")
    outcome = outcome_of(draft.snapshot())
    assert outcome.status is Status.FAILED
    (finding,) = outcome.findings
    assert finding.message.startswith("not exactly one IPv6 configuration on 2 of 3")
    assert finding.message.endswith(f": {SET}000000, {SET}000002")


def test_dual_stack_fails_with_two_ipv4() -> None:
    draft = dual_stack()
    with_two(draft, 0)
    (finding,) = outcome_of(draft.snapshot()).findings
    assert "more than one IPv4" in finding.message


@pytest.mark.parametrize("with_documents", [True, False])
@pytest.mark.parametrize(
    ("cluster", "kind"),
    [
        ("kubenet-vmss", MACHINES),
        ("kubenet-vmss", SCALE_SETS),
        ("kubenet-vmss", SCALE_SET_INTERFACES),
        ("kubenet-vmss", VIRTUAL_MACHINES),
        ("kubenet-vmss", INTERFACES),
        ("seed-kubenet", VIRTUAL_MACHINES),
        ("seed-kubenet", INTERFACES),
        ("seed-kubenet", SCALE_SETS),
    ],
)
def test_it_does_not_know_when_a_list_is_refused(
    cluster: str, kind: str, with_documents: bool
) -> None:
    snapshot = bundled(cluster)
    refusal = refusal_of_list(snapshot, kind, with_documents=with_documents)
    outcome = outcome_of(refused(snapshot, [refusal]))
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)
    assert "could not be seen" in outcome.message
    assert outcome.evidence == ()


@pytest.mark.parametrize(
    ("cluster", "kind"),
    [
        ("kubenet-vmss", MACHINES),
        ("kubenet-vmss", SCALE_SETS),
        ("kubenet-vmss", SCALE_SET_INTERFACES),
        ("seed-kubenet", VIRTUAL_MACHINES),
        ("seed-kubenet", INTERFACES),
    ],
)
def test_it_does_not_know_when_a_document_is_refused(cluster: str, kind: str) -> None:
    snapshot = bundled(cluster)
    refusal = refusal_of(snapshot, kind)
    outcome = outcome_of(refused(snapshot, [refusal]))
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_know_about_a_machine_without_an_interface() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(SCALE_SET_INTERFACES, 2)
    outcome = outcome_of(draft.snapshot())
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == f"no network interface was found for {SET}000002"
    assert outcome.missing == ()


@pytest.mark.parametrize("kind", [LOAD_BALANCERS, PUBLIC_IPS])
def test_what_it_does_not_need_may_be_refused(kind: str) -> None:
    snapshot = bundled("kubenet-vmss")
    outcome = outcome_of(refused(snapshot, [refusal_of_list(snapshot, kind)]))
    assert outcome.status is Status.PASSED


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SETS, INTERFACES, VIRTUAL_MACHINES])
def test_a_fault_that_was_seen_stays_a_fault(kind: str) -> None:
    snapshot = two_on_the_second().snapshot()
    refusal = refusal_of_list(snapshot, kind, with_documents=kind != SCALE_SETS)
    outcome = outcome_of(refused(snapshot, [refusal]))
    assert outcome.status is Status.FAILED
    assert f"{SET}000001" in outcome.findings[0].message


def test_a_fault_that_was_seen_stays_a_fault_beside_a_node_without_an_interface() -> None:
    draft = two_on_the_second()
    draft.remove(SCALE_SET_INTERFACES, 2)
    outcome = outcome_of(draft.snapshot())
    assert outcome.status is Status.FAILED
    assert outcome.message == "broken on 1 of 3 nodes"


def test_a_fault_on_an_interface_that_was_refused_is_unknown() -> None:
    snapshot = two_on_the_second().snapshot()
    outcome = outcome_of(refused(snapshot, [refusal_of(snapshot, SCALE_SET_INTERFACES, 1)]))
    assert outcome.status is Status.UNKNOWN


def test_it_does_not_apply_to_cni() -> None:
    outcome = outcome_of(bundled("cni-nodesubnet"))
    assert outcome.status is Status.SKIPPED
    assert outcome.message == "the network plugin is azure, not kubenet"


def test_it_does_not_know_where_the_plugin_is_not_given() -> None:
    draft = Draft("kubenet-vmss")
    del draft.cluster["properties"]["networkProfile"]
    outcome = outcome_of(draft.snapshot())
    assert outcome.status is Status.UNKNOWN
    assert "plugin" in outcome.message


def without_nodes(count: int) -> Draft:
    draft = Draft("kubenet-vmss")
    draft.remove(MACHINES)
    draft.remove(SCALE_SET_INTERFACES)
    draft.cluster["properties"]["agentPoolProfiles"][0]["count"] = count
    return draft


def test_it_does_not_apply_to_a_cluster_without_nodes() -> None:
    outcome = outcome_of(without_nodes(0).snapshot())
    assert outcome.status is Status.SKIPPED
    assert outcome.message == "the cluster has no nodes"


def test_it_does_not_know_where_nodes_are_claimed_and_none_is_found() -> None:
    outcome = outcome_of(without_nodes(3).snapshot())
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == "the pools claim 3 nodes, and none was found"
