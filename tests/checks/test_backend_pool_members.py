"""backend-pool-members: when it passes, fails, does not know, and does not apply."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.balancers import (
    OUTBOUND_RULES,
    POOLS,
    RULES,
    addresses,
    balancer,
    members,
    parts,
    shown,
    values,
    with_jump_host,
)
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    NETWORKS,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "backend-pool-members"
SET = "aks-nodepool1-18264093-vmss"
OUTBOUND = "aksOutboundBackendPool"
LABEL = "node.kubernetes.io/exclude-from-external-load-balancers"


def test_it_passes_where_each_node_is_in_each_pool() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert outcome.status is Status.PASSED
    assert outcome.message == "2 of 2 backend pools with the right members: 3 nodes"
    assert [(each.name, each.field, each.value) for each in outcome.evidence] == [
        ("kubernetes", "length(properties.backendIPConfigurations)", 3),
        (OUTBOUND, "length(properties.backendIPConfigurations)", 3),
    ]


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("seed-kubenet", "2 of 2 backend pools with the right members: 1 node"),
        ("cni-nodesubnet", "2 of 2 backend pools with the right members: 3 nodes"),
        ("dual-stack", "4 of 4 backend pools with the right members: 3 nodes"),
        ("automatic", "1 of 1 backend pool with the right members: 5 nodes"),
        ("virtual-machines", "1 of 1 backend pool with the right members: 5 nodes"),
        ("multi-balancer", "5 of 5 backend pools with the right members: 4 nodes"),
    ],
)
def test_it_passes_on_every_kind_of_node(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)


def test_a_node_in_no_pool_is_one_suspicion() -> None:
    draft = Draft("kubenet-vmss")
    for pool in ("kubernetes", OUTBOUND):
        del members(draft, pool)[1]
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "2 of 2 backend pools with missing or wrong members"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "missing",
        "kubernetes",
    )
    assert finding.message == (
        "load balancer kubernetes: 1 of 3 nodes not in backend pools "
        f"{OUTBOUND}, kubernetes: {SET}000001; a label may leave them out, "
        "or their machines may not be running"
    )
    assert finding.impact == "they have no way out through the load balancer"
    assert shown(finding) == [
        (OUTBOUND, "length(properties.backendIPConfigurations)", 2),
        ("kubernetes", "length(properties.backendIPConfigurations)", 2),
        (
            f"{SET}000001",
            "properties.ipConfigurations[0].properties.privateIPAddress",
            "10.224.0.4",
        ),
    ]
    show, *pools, update = commands_of(finding)
    assert show == (
        "az aks nodepool show --resource-group rg-shop --cluster-name aks-shop --name nodepool1 "
        "--query nodeLabels"
    )
    assert [each.rpartition("/")[2] for each in pools] == [OUTBOUND, "kubernetes"]
    assert all(each.startswith("az network lb address-pool show --ids /") for each in pools)
    assert update == "az aks update --resource-group rg-shop --name aks-shop"


def test_no_label_keeps_a_node_out_of_the_way_out() -> None:
    draft = Draft("kubenet-vmss")
    del members(draft, OUTBOUND)[2]
    finding = the_finding(ask(CHECK, draft))
    assert finding.message == (
        f"load balancer kubernetes: 1 of 3 nodes not in backend pool {OUTBOUND}: {SET}000002; "
        "their machines may not be running"
    )


def test_pools_that_lack_other_nodes_are_told_apart() -> None:
    draft = Draft("kubenet-vmss")
    del members(draft)[0]
    del members(draft, OUTBOUND)[2]
    finding = the_finding(ask(CHECK, draft))
    assert f"1 of 3 nodes not in backend pool {OUTBOUND}: {SET}000002" in finding.message
    assert f"1 of 3 nodes not in backend pool kubernetes: {SET}000000" in finding.message


def test_a_member_that_does_not_exist_is_dangling() -> None:
    draft = Draft("kubenet-vmss")
    for pool in ("kubernetes", OUTBOUND):
        gone = members(draft, pool)[0]["id"].replace("/virtualMachines/0/", "/virtualMachines/36/")
        members(draft, pool).append({"id": gone})
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert (finding.severity, finding.cause) == (Severity.HIGH, "dangling")
    assert finding.message == (
        f"2 of 8 members of kubernetes, {OUTBOUND} in load balancer kubernetes of no node: "
        f"{SET}000010"
    )
    assert shown(finding) == [
        ("kubernetes", "properties.backendIPConfigurations[].id", gone),
        (OUTBOUND, "properties.backendIPConfigurations[].id", gone),
    ]
    assert commands_of(finding)[-1] == "az aks update --resource-group rg-shop --name aks-shop"


def test_a_member_outside_any_scale_set_is_called_by_its_interface() -> None:
    draft = Draft("seed-kubenet")
    interface = arm.resource_id(draft.group, INTERFACES, "aks-nodepool1-19374625-nic-7")
    members(draft).append({"id": f"{interface}/ipConfigurations/ipconfig1"})
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.endswith(" of no node: aks-nodepool1-19374625-nic-7")


def jump_box(draft: Draft) -> str:
    """Add a machine that is no node, and return its IP configuration."""
    interface = arm.resource_id(draft.group, INTERFACES, "nic-jump")
    subnet = draft.configurations(SCALE_SET_INTERFACES)[0]["properties"]["subnet"]["id"]
    machine = arm.resource_id(draft.group, "Microsoft.Compute/virtualMachines", "jump")
    configurations = arm.numbered_configurations(interface, ["10.224.0.90"], subnet=subnet)
    draft.add(
        arm.network_interface(
            draft.group,
            "nic-jump",
            location="westeurope",
            configurations=configurations,
            virtual_machine=machine,
        ),
        arm.virtual_machine(draft.group, "jump", location="westeurope", interfaces=[interface]),
    )
    found: str = configurations[0]["id"]
    return found


def test_a_member_that_is_no_node_s_is_a_stranger() -> None:
    draft = Draft("kubenet-vmss")
    members(draft).append({"id": jump_box(draft)})
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.HIGH, "stranger")
    assert finding.message == (
        "1 of 4 members of kubernetes in load balancer kubernetes of a network interface that is "
        "no node's: nic-jump"
    )


def test_a_secondary_configuration_is_not_the_node_s_own() -> None:
    draft = Draft("cni-nodesubnet")
    reference = members(draft)[1]
    reference["id"] = reference["id"].replace("/ipconfig1", "/ipconfig7")
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.HIGH, "not-own")
    assert finding.message == (
        "1 of 3 members of kubernetes in load balancer kubernetes of a node's configuration that "
        "is not its own: aks-nodepool1-75130482-vmss000001"
    )
    assert finding.evidence[0].value == reference["id"]


def test_an_ipv4_configuration_does_not_belong_into_a_pool_of_ipv6() -> None:
    draft = Draft("dual-stack")
    reference = members(draft, "kubernetes-IPv6")[0]
    reference["id"] = members(draft, "kubernetes")[0]["id"]
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, len(finding.evidence)) == ("not-own", 1)


@given(absent=st.sets(st.integers(0, 2)), gone=st.sets(st.integers(3, 40), max_size=4))
def test_exactly_the_missing_and_the_dangling_are_named(absent: set[int], gone: set[int]) -> None:
    draft = Draft("kubenet-vmss")
    references = members(draft)
    text = references[0]["id"]
    kept = [*(number for number in range(3) if number not in absent), *sorted(gone)]
    references[:] = [
        {"id": text.replace("/virtualMachines/0/", f"/virtualMachines/{number}/")}
        for number in kept
    ]
    found = {each.cause: each for each in ask(CHECK, draft).findings}
    missing = found["missing"].evidence[1:] if "missing" in found else ()
    dangling = found["dangling"].evidence if "dangling" in found else ()
    wanted = absent if kept else set()
    assert {each.name for each in missing} == {f"{SET}00000{number}" for number in wanted}
    assert len(dangling) == len(gone)


def windows(draft: Draft, sku: str | None) -> None:
    profile = draft.cluster["properties"]["agentPoolProfiles"][0]
    profile.update({"osType": "Windows", "osSKU": sku})


@pytest.mark.parametrize(
    ("sku", "is_found"), [("Windows2019", False), (None, False), ("Windows2022", True)]
)
def test_windows_2019_may_be_missing_from_ipv6(sku: str | None, is_found: bool) -> None:
    draft = Draft("dual-stack")
    windows(draft, sku)
    for pool in ("kubernetes-IPv6", "aksOutboundBackendPool-ipv6"):
        del members(draft, pool)[0]
    assert (ask(CHECK, draft).status is Status.FAILED) is is_found


def labelled(draft: Draft) -> None:
    draft.cluster["properties"]["agentPoolProfiles"][0]["nodeLabels"] = {LABEL: "true"}


def of_gateways(draft: Draft) -> None:
    draft.cluster["properties"]["agentPoolProfiles"][0]["mode"] = "Gateway"


def that_deallocates(draft: Draft) -> None:
    draft.cluster["properties"]["agentPoolProfiles"][0]["scaleDownMode"] = "Deallocate"


def test_a_node_that_only_services_lack_is_a_suspicion() -> None:
    draft = Draft("kubenet-vmss")
    del members(draft, "kubernetes")[1]
    assert the_finding(ask(CHECK, draft)).severity is Severity.MEDIUM


def test_the_pool_of_a_users_load_balancer_may_hold_other_machines() -> None:
    assert ask(CHECK, with_jump_host(Draft("kubenet-vmss"))).status is Status.PASSED


@pytest.mark.parametrize("leave_out", [labelled, of_gateways, that_deallocates])
def test_nodes_of_a_pool_that_is_left_out_may_be_missing_from_services_alone(
    leave_out: Callable[[Draft], None],
) -> None:
    draft = Draft("cni-overlay")
    leave_out(draft)
    for place in (0, 1):
        del members(draft, "kubernetes", place)[:2]
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.PASSED
    assert (
        outcome.message
        == "3 of 3 backend pools with the right members: 4 nodes, 2 of them for services"
    )
    del members(draft, OUTBOUND)[0]
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("pool batch is stopped; load balancer kubernetes: 1 of 4 ")


def test_members_with_the_label_are_kept_against_it() -> None:
    draft = Draft("kubenet-vmss")
    labelled(draft)
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.LOW, "labelled")
    assert finding.message == (
        "3 of 3 nodes in kubernetes of load balancer kubernetes although node pool nodepool1 has "
        f"the label {LABEL}: {SET}000000, {SET}000001, {SET}000002"
    )
    assert shown(finding) == [("nodepool1", "properties.nodeLabels", LABEL)]


def test_a_pool_that_no_rule_uses_lacks_nobody() -> None:
    draft = Draft("kubenet-vmss")
    parts(draft, RULES).clear()
    parts(draft, OUTBOUND_RULES).clear()
    for pool in ("kubernetes", OUTBOUND):
        del members(draft, pool)[1]
    assert ask(CHECK, draft).status is Status.PASSED


def test_the_pool_of_a_service_that_keeps_to_its_nodes_may_be_a_part() -> None:
    draft = Draft("kubenet-vmss")
    own = values(draft, POOLS, "kubernetes")
    document = arm.backend_address_pool(balancer(draft)["id"], "shop-web-ipv6")
    document["properties"]["backendIPConfigurations"] = own["backendIPConfigurations"][:1]
    parts(draft, POOLS).append(document)
    rule = parts(draft, RULES)[0]["properties"]
    rule["backendAddressPool"] = {"id": document["id"]}
    rule["backendAddressPools"] = [{"id": document["id"]}]
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "3 of 3 backend pools with the right members: 3 nodes",
    )


def test_a_pool_whose_name_only_begins_like_aks_s_is_a_service_s() -> None:
    draft = Draft("multi-balancer")
    pool = values(draft, POOLS, "booking-chat")
    document = next(each for each in parts(draft, POOLS) if each["properties"] is pool)
    document["name"] = "kubernetes-dashboard-kubernetes-dashboard"
    assert ask(CHECK, draft).status is Status.PASSED


def test_several_load_balancers_hold_the_nodes_together() -> None:
    draft = Draft("multi-balancer")
    gone = addresses(draft, "kubernetes", 1).pop()
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, finding.name) == ("missing", "aks-travel")
    assert finding.message == (
        f"every load balancer: 1 of 4 nodes not in backend pool kubernetes: {gone['name']}; "
        "a label may leave them out, or their machines may not be running"
    )
    assert finding.impact == "no service's traffic comes in through them"


def internal_twin(draft: Draft) -> list[arm.Document]:
    """Give the second load balancer an internal one, and return the entries of its pool."""
    group, name = draft.group, "abb3c12fa9c315482ba99a17ac299373"
    twin = arm.resource_id(group, LOAD_BALANCERS, "team-b-internal")
    subnet = draft.one(NETWORKS)["properties"]["subnets"][0]["id"]
    nodes = {each["name"]: each["properties"]["ipAddress"] for each in addresses(draft, place=1)}
    draft.add(
        arm.load_balancer(
            group,
            "team-b-internal",
            location="japaneast",
            frontends=[arm.frontend(twin, name, private_address="10.224.0.99", subnet=subnet)],
            backend_pools=[arm.backend_address_pool(twin, "kubernetes", addresses=nodes)],
            rules=[arm.load_balancing_rule(twin, f"{name}-TCP-80", frontend_name=name, port=80)],
        )
    )
    return addresses(draft, place=2)


def test_an_internal_one_of_several_holds_what_its_public_one_holds() -> None:
    draft = Draft("multi-balancer")
    entries = internal_twin(draft)
    assert ask(CHECK, draft).message == "6 of 6 backend pools with the right members: 4 nodes"
    gone = entries.pop()
    finding = the_finding(ask(CHECK, draft))
    assert finding.name == "team-b-internal"
    assert f"1 of 2 nodes not in backend pool kubernetes: {gone['name']}" in finding.message


def test_an_address_of_no_node_is_dangling() -> None:
    draft = Draft("multi-balancer")
    addresses(draft).append({"name": "old", "properties": {"ipAddress": "10.224.0.77"}})
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "dangling"
    assert finding.message.endswith(" in load balancer kubernetes of no node: old")
    assert shown(finding) == [
        (
            "kubernetes",
            "properties.loadBalancerBackendAddresses[].properties.ipAddress",
            "10.224.0.77",
        )
    ]


def test_an_empty_pool_is_left_to_another_check() -> None:
    draft = Draft("kubenet-vmss")
    members(draft).clear()
    assert ask(CHECK, draft).message == "1 of 1 backend pool with the right members: 3 nodes"


def test_counts_prove_nothing_while_the_cluster_changes() -> None:
    draft = Draft("kubenet-vmss")
    draft.cluster["properties"]["provisioningState"] = "Upgrading"
    del members(draft)[0]
    members(draft, OUTBOUND).append({"id": f"{members(draft, OUTBOUND)[0]['id']}-gone"})
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("the cluster is in state Upgrading; ")
    assert "of no node" in outcome.message
    assert "1 of 3 nodes not in backend pool kubernetes" in outcome.message


@pytest.mark.parametrize("kind", [LOAD_BALANCERS, SCALE_SET_INTERFACES])
@pytest.mark.parametrize("with_documents", [True, False])
def test_it_does_not_know_when_a_list_is_refused(kind: str, with_documents: bool) -> None:
    draft = Draft("kubenet-vmss")
    refusal = refusal_of_list(draft.snapshot(), kind, with_documents=with_documents)
    outcome = ask(CHECK, draft, refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_a_node_is_not_missing_while_a_member_is_unseen() -> None:
    draft = Draft("kubenet-vmss")
    del members(draft)[0]
    refusal = refusal_of(bundled("kubenet-vmss"), SCALE_SET_INTERFACES, 1)
    outcome = ask(CHECK, draft, refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_a_fault_that_was_seen_stays_one_beside_a_gap() -> None:
    draft = Draft("kubenet-vmss")
    members(draft).append({"id": f"{members(draft)[0]['id']}-gone"})
    outcome = ask(CHECK, draft, refusal_of(bundled("kubenet-vmss"), SCALE_SET_INTERFACES, 1))
    assert outcome.status is Status.FAILED
    assert outcome.missing


@pytest.mark.parametrize("cluster", ["cni-podsubnet", "isolated"])
def test_it_does_not_apply_without_members(cluster: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no backend pool of the cluster has a member",
    )
