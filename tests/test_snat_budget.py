"""How an outbound rule's ports are divided, as far as no report and no check says it already."""

from typing import Any

import pytest

import fixtures.documents as arm
from inspector.cluster.snat_budget import SNATBudget, Untold, budgets_of_rule
from inspector.resources import OutboundRule
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    LOAD_BALANCERS,
    MACHINES,
    SCALE_SET_INTERFACES,
    Draft,
    gap_of,
    refusal_of,
    refusal_of_list,
    refused,
)


def budget_of(cluster: Draft | Snapshot) -> SNATBudget:
    snapshot = cluster.snapshot() if isinstance(cluster, Draft) else cluster
    topology = Topology(snapshot)
    (rule,) = [
        each
        for resource in snapshot.resources.values()
        for each in resource.parts()
        if isinstance(each, OutboundRule)
    ]
    (found,) = budgets_of_rule(topology, rule)
    return found


def allocating(ports: int) -> Draft:
    draft = Draft("kubenet-vmss")
    balancer(draft)["outboundRules"][0]["properties"]["allocatedOutboundPorts"] = ports
    return draft


def balancer(draft: Draft) -> Any:
    return draft.one(LOAD_BALANCERS)["properties"]


def outbound_frontend(draft: Draft) -> Any:
    (reference,) = balancer(draft)["outboundRules"][0]["properties"]["frontendIPConfigurations"]
    frontends = balancer(draft)["frontendIPConfigurations"]
    return next(each for each in frontends if each["id"] == reference["id"])


def listen(draft: Draft, *ports: int) -> None:
    """Let load balancing rules listen on the frontend of the outbound rule."""
    rules = balancer(draft)["loadBalancingRules"]
    frontend = outbound_frontend(draft)["id"]
    for port in ports:
        properties = {
            **rules[0]["properties"],
            "frontendIPConfiguration": {"id": frontend},
            "frontendPort": port,
        }
        name = f"listener-{port}"
        made = {**rules[0], "id": f"{rules[0]['id']}-{port}", "name": name}
        rules.append({**made, "properties": properties})


@pytest.mark.parametrize(
    ("ports", "taken", "supported"),
    [((), 0, 8), ((443,), 8, 7), ((80, 81, 443), 16, 7), ((8, 15, 16), 16, 7)],
)
def test_rules_on_the_same_frontend_keep_a_block_of_ports(
    ports: tuple[int, ...], taken: int, supported: int
) -> None:
    draft = allocating(8_000)
    listen(draft, *ports)
    found = budget_of(draft)
    assert (found.taken, found.nodes_supported) == (taken, supported)
    assert found.headroom == supported - 4


def test_each_nat_rule_keeps_a_block_of_its_own() -> None:
    draft = allocating(8_000)
    frontend = outbound_frontend(draft)
    place = draft.one(LOAD_BALANCERS)["id"]
    frontend["properties"]["inboundNatRules"] = [
        {"id": f"{place}/inboundNatRules/ssh-{number}"} for number in range(2)
    ]
    listen(draft, 443)
    assert budget_of(draft).taken == 24


def test_rules_on_other_frontends_keep_nothing() -> None:
    assert len(balancer(Draft("kubenet-vmss"))["loadBalancingRules"]) == 3
    assert budget_of(allocating(8_000)).taken == 0


def test_a_spot_pool_has_no_surge_at_the_maximum() -> None:
    draft = allocating(8_000)
    draft.cluster["properties"]["agentPoolProfiles"][0]["scaleSetPriority"] = "Spot"
    assert budget_of(draft).nodes_at_maximum == 3


def test_an_empty_pool_may_be_one_whose_nodes_are_hidden() -> None:
    draft = allocating(8_000)
    profile = draft.cluster["properties"]["agentPoolProfiles"][0]
    draft.cluster["properties"]["agentPoolProfiles"].append({**profile, "name": "burst"})
    snapshot = draft.snapshot()
    assert budget_of(snapshot).nodes_at_maximum == 8
    refusal = refusal_of_list(snapshot, MACHINES)
    found = budget_of(refused(snapshot, [refusal])).nodes_at_maximum
    assert isinstance(found, Untold)
    assert found.gap == gap_of(refusal)


def test_a_member_that_was_refused_leaves_the_maximum_untold() -> None:
    snapshot = allocating(8_000).snapshot()
    refusal = refusal_of(snapshot, SCALE_SET_INTERFACES)
    found = budget_of(refused(snapshot, [refusal]))
    assert isinstance(found.nodes_at_maximum, Untold)
    assert found.nodes_at_maximum.gap == gap_of(refusal)
    assert (found.nodes, found.nodes_supported) == (3, 8)
    assert isinstance(found.headroom, Untold)


def test_a_prefix_counts_with_all_its_addresses() -> None:
    draft = allocating(1_000)
    prefix = arm.public_ip_prefix(draft.group, "own", "203.0.113.8/30", location="westeurope")
    draft.add(prefix)
    properties = outbound_frontend(draft)["properties"]
    properties.pop("publicIPAddress")
    properties["publicIPPrefix"] = {"id": prefix["id"]}
    found = budget_of(draft)
    assert (found.addresses, found.nodes_supported) == (4, 256)
