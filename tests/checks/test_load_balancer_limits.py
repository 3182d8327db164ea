"""load-balancer-limits: rules, ports, services and private link services against the limits."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.cluster.interface_rules import interface_loads
from inspector.config import Thresholds
from inspector.findings import Severity, Status
from inspector.resources import InventoryItem
from inspector.topology import Topology
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    LOAD_BALANCERS,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "load-balancer-limits"
LINKS = "Microsoft.Network/privateLinkServices"


def balancer(draft: Draft, place: int = 0) -> Any:
    return draft.one(LOAD_BALANCERS, place)["properties"]


def with_rules(
    number: int, cluster: str = "kubenet-vmss", *, place: int = 0, services: int = 1
) -> Draft:
    """Return a cluster whose load balancer has so many rules, of so many services."""
    draft = Draft(cluster)
    first = balancer(draft, place)["loadBalancingRules"][0]
    parent = first["id"].rpartition("/")[0]
    made = []
    for port in range(number):
        name = f"a{port % services:031x}-TCP-{port}"
        properties = {**first["properties"], "frontendPort": port + 1, "backendPort": port + 1}
        made.append({**first, "id": f"{parent}/{name}", "name": name, "properties": properties})
    balancer(draft, place)["loadBalancingRules"] = made
    return draft


def with_links(cluster: str, number: int) -> Draft:
    draft = Draft(cluster)
    draft.add(
        *(
            {
                "id": f"{draft.group}/providers/{LINKS}/pls-{each}",
                "name": f"pls-{each}",
                "type": LINKS,
                "location": "westeurope",
            }
            for each in range(number)
        )
    )
    return draft


def test_it_passes_with_all_numbers_and_their_limits() -> None:
    outcome = ask(CHECK, "cni-overlay")
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "2 load balancers: at most 4 of 300 rules for an interface; 3 of 1,500 rules in a load "
        "balancer; 8 of 10,000 backend configurations for a frontend; 3 of 300 services; 0 of 8 "
        "private link services"
    )
    assert [(each.name, each.field, each.value) for each in outcome.evidence] == [
        ("kubernetes", "length(properties.loadBalancingRules)", 3),
        ("kubernetes-internal", "length(properties.loadBalancingRules)", 1),
    ]


@pytest.mark.parametrize(
    ("rules", "severity"),
    [(240, None), (241, Severity.LOW), (300, Severity.LOW), (301, Severity.MEDIUM)],
)
def test_rules_for_an_interface(rules: int, severity: Severity | None) -> None:
    outcome = ask(CHECK, with_rules(rules, services=2))
    if severity is None:
        assert outcome.status is Status.PASSED
        return
    finding = the_finding(outcome)
    assert outcome.message == "1 load balancer: 1 limit passed or near"
    assert (finding.severity, finding.cause) == (severity, "rules-per-interface")
    assert finding.name == "kubernetes"
    assert finding.message.startswith(
        f"{rules} load balancing rules lead to one interface, 300 are possible: 3 nodes (aks-"
    )
    assert [(each.name, each.value) for each in finding.evidence] == [("kubernetes", rules)]
    assert finding.commands == (
        (
            f"az network lb show --ids {finding.subject} "
            "--query 'loadBalancingRules[].[name, frontendPort]' --output table"
        ),
    )


def test_the_services_with_most_rules_are_named() -> None:
    draft = with_rules(299, services=1)
    frontends = balancer(draft)["frontendIPConfigurations"]
    rules = balancer(draft)["loadBalancingRules"]
    for rule in rules[:100]:
        rule["properties"]["frontendIPConfiguration"] = {"id": frontends[2]["id"]}
    assert the_finding(ask(CHECK, draft)).message.endswith(
        "; most rules have shop/web (199), ingress-nginx/ingress-nginx-controller (100)"
    )


def test_the_percentage_is_the_users() -> None:
    draft = with_rules(31)
    thresholds = Thresholds(rules_per_interface_percent=10)
    assert the_finding(ask(CHECK, draft, thresholds=thresholds)).severity is Severity.LOW
    assert ask(CHECK, with_rules(30), thresholds=thresholds).status is Status.PASSED


def test_public_and_internal_rules_count_together() -> None:
    draft = with_rules(240, "cni-overlay")
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.startswith("241 load balancing rules lead to one interface")
    assert [(each.name, each.value) for each in finding.evidence] == [
        ("kubernetes", 240),
        ("kubernetes-internal", 1),
    ]
    assert len(finding.commands) == 2


def test_rules_count_for_the_interfaces_of_their_own_pool() -> None:
    first, second = with_rules(200, "multi-balancer"), with_rules(200, "multi-balancer", place=1)
    balancer(first, 1)["loadBalancingRules"] = balancer(second, 1)["loadBalancingRules"]
    assert ask(CHECK, first).status is Status.PASSED


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 3), max_size=8))
def test_an_interface_has_the_rules_of_all_pools_that_hold_it(places: list[int]) -> None:
    """Each number is a set of pools that a rule leads to, as bits: kubernetes and outbound."""
    draft = with_rules(len(places))
    pools = [each["id"] for each in balancer(draft)["backendAddressPools"]][:2]
    for bits, rule in zip(places, balancer(draft)["loadBalancingRules"], strict=True):
        named = [{"id": pool} for bit, pool in enumerate(pools) if bits >> bit & 1]
        rule["properties"].pop("backendAddressPool", None)
        rule["properties"]["backendAddressPools"] = named
    loads = interface_loads(Topology(draft.snapshot())).every
    assert {len(each.rules) for each in loads} <= {sum(bits > 0 for bits in places)}
    assert sum(len(each.members) for each in loads) in {0, 3}


def test_rules_of_a_load_balancer_nat_rules_among_them() -> None:
    draft = with_rules(1_499)
    for frontend in balancer(draft)["frontendIPConfigurations"][:2]:
        place = frontend["id"].rpartition("/frontend")[0]
        frontend["properties"]["inboundNatRules"] = [{"id": f"{place}/inboundNatRules/ssh"}]
    assert {each.cause for each in ask(CHECK, draft).findings} == {"rules-per-interface"}
    frontend["properties"]["inboundNatRules"].append({"id": f"{place}/inboundNatRules/more"})
    (finding,) = [each for each in ask(CHECK, draft).findings if each.cause == "rules"]
    assert finding.severity is Severity.MEDIUM
    assert finding.message == "load balancer kubernetes has 1,501 rules, 1,500 are possible"
    assert finding.evidence[0].value == 1_499


def test_ports_times_nodes_of_a_frontend() -> None:
    draft = with_rules(200)
    pool = balancer(draft)["backendAddressPools"]
    rule = balancer(draft)["loadBalancingRules"][0]
    target = rule["properties"]["backendAddressPool"]["id"]
    (held,) = [each["properties"] for each in pool if each["id"].lower() == target.lower()]
    member = held["backendIPConfigurations"][0]["id"]
    held["backendIPConfigurations"] = [
        {"id": member.replace("/virtualMachines/0/", f"/virtualMachines/{number}/")}
        for number in range(50)
    ]
    assert ask(CHECK, draft).status is not Status.FAILED
    held["backendIPConfigurations"].append(
        {"id": member.replace("/virtualMachines/0/", "/virtualMachines/50/")}
    )
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "backend-configurations")
    assert finding.message == (
        "1 frontend of load balancer kubernetes with up to 10,200 backend configurations (ports "
        f"times nodes), 10,000 are possible: {finding.evidence[0].name}"
    )
    assert finding.evidence[0].value == 200


@pytest.mark.parametrize(("services", "is_passed"), [(298, False), (299, True)])
def test_services_of_the_cluster(services: int, is_passed: bool) -> None:
    """The two services of the cluster are told by their frontends, the others by their rules."""
    outcome = ask(CHECK, with_rules(services, services=services))
    found = [each for each in outcome.findings if each.cause == "services"]
    assert bool(found) is is_passed
    if is_passed:
        assert found[0].message == "301 services of type LoadBalancer, 300 are possible"
        assert found[0].name == "aks-shop"
        assert found[0].evidence[0].field == "length(properties.frontendIPConfigurations)"


def test_private_link_services_of_one_internal_load_balancer() -> None:
    assert ask(CHECK, with_links("cni-overlay", 8)).status is Status.PASSED
    finding = the_finding(ask(CHECK, with_links("cni-overlay", 9)))
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "private-link-services")
    assert finding.message == (
        "9 private link services, 8 are possible for each of 1 internal load balancer"
    )
    assert len(finding.evidence) == 9
    assert "kubernetes-internal" in finding.commands[0]


def test_it_does_not_know_where_many_private_link_services_are() -> None:
    outcome = ask(CHECK, with_links("kubenet-vmss", 9))
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        (
            "9 private link services, 8 are possible for a load balancer, and the inventory does "
            "not tell on which they are"
        ),
    )


@pytest.mark.parametrize("listing", [LOAD_BALANCERS, InventoryItem.arm_type])
def test_it_does_not_know_without_a_list(listing: str) -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), listing)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_know_whose_an_address_is() -> None:
    refusal = refusal_of(bundled("multi-balancer"), SCALE_SET_INTERFACES)
    outcome = ask(CHECK, "multi-balancer", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_an_interface_that_was_refused_is_counted_by_its_id() -> None:
    refusal = refusal_of(bundled("kubenet-vmss"), SCALE_SET_INTERFACES)
    assert ask(CHECK, "kubenet-vmss", refusal).status is Status.PASSED


@pytest.mark.parametrize(
    ("cluster", "reason"),
    [
        ("isolated", "there is no load balancer"),
        ("basic-balancer", "the load balancers are Basic, whose limits are others"),
    ],
)
def test_it_does_not_apply(cluster: str, reason: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.SKIPPED, reason)
