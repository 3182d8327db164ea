"""The SNAT budget of a plan, and what wanted ports would take."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.scenarios import SCENARIOS
from inspector.checks import run_checks
from inspector.cluster.egress import EgressKind
from inspector.errors import UsageError
from inspector.network.pool_sizes import Situation
from inspector.network.snat import default_ports
from inspector.planning import Figure, Plan, WhatIf, plan
from inspector.planning.balancer_ports import BalancerPorts
from inspector.planning.gateway_ports import GatewayPorts
from inspector.planning.outlook import Outlook
from inspector.report.answer import Unknown
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    LOAD_BALANCERS,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    refusal_of,
    refusal_of_list,
    refused,
)

NOW, UPGRADE, MAXIMUM, BOTH = Situation
AT = "--resource-group rg-shop"


def value(answer: Figure | None) -> int:
    assert answer is not None
    assert answer.number is not None
    return answer.number


def shown(answers: Iterable[Figure | None]) -> list[str]:
    found = []
    for each in answers:
        assert each is not None
        found.append(f"{each.formula} = {value(each):,}")
    return found


def of_pool(nodes: int, surge: str = "1") -> WhatIf:
    return WhatIf(nodes={"nodepool1": nodes}, max_surge={"": surge})


def division(found: Plan) -> BalancerPorts:
    (only,) = found.snat.balancers
    return only


def gateway(found: Plan) -> GatewayPorts:
    (only,) = found.snat.gateways
    return only


def allocating(ports: int, *, most: int | None = None) -> Snapshot:
    """Return a cluster of three nodes whose outbound rule allocates ports."""
    draft = Draft("kubenet-vmss")
    (rule,) = draft.one(LOAD_BALANCERS)["properties"]["outboundRules"]
    rule["properties"]["allocatedOutboundPorts"] = ports
    if most is not None:
        (pool,) = draft.cluster["properties"]["agentPoolProfiles"]
        pool.update({"enableAutoScaling": True, "minCount": 1, "maxCount": most})
    return draft.snapshot()


def test_the_fifty_first_node_halves_the_ports() -> None:
    found = division(plan(bundled("kubenet-vmss"), what_if=of_pool(50)))
    assert [value(each.ports_per_node) for each in found.stretches] == [1_024, 512, 1_024, 512]
    assert shown(each.nodes for each in found.stretches) == [
        "50 = 50",
        "50 + 1 = 51",
        "50 = 50",
        "50 + 1 = 51",
    ]
    assert found.next_cut is not None
    assert (found.next_cut.nodes, found.next_cut.ports_per_node) == (51, 512)
    assert [each.headroom for each in found.stretches] == [None] * 4


def test_the_cap_of_azures_division_is_in_the_formula() -> None:
    found = division(plan(bundled("half-migrated"), what_if=of_pool(120)))
    assert shown([found.stretches[0].ports_per_node]) == ["256 x 2 = 512"]
    few = division(plan(bundled("half-migrated")))
    assert shown([few.stretches[0].ports_per_node]) == ["min(1,024 x 2, 1,024) = 1,024"]


def test_nothing_is_known_beyond_the_table() -> None:
    found = division(plan(bundled("kubenet-vmss"), what_if=of_pool(1_000)))
    assert value(found.stretches[0].ports_per_node) == 32
    assert found.stretches[1].ports_per_node.unknown is not None
    assert found.next_cut is None


def test_an_allocation_is_enough_for_so_many_nodes() -> None:
    found = plan(allocating(8_000, most=8))
    budget = division(found)
    assert shown([budget.nodes_supported]) == ["floor(64,000 / 8,000) = 8"]
    assert shown(each.headroom for each in budget.stretches) == [
        "8 - 3 = 5",
        "8 - 4 = 4",
        "8 - 8 = 0",
        "8 - 9 = -1",
    ]
    (verdict,) = found.summary.ports
    assert verdict.outlook is Outlook.SHORT
    assert verdict.words.endswith("; enough for 8 nodes: it lacks 1")


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_allocation_lacks_nodes_where_the_check_says_so(name: str) -> None:
    check_agrees(bundled(name))


@pytest.mark.parametrize("most", [6, 7, 8, 20])
def test_an_allocation_at_its_limit_is_judged_as_by_the_check(most: int) -> None:
    check_agrees(allocating(8_000, most=most))


def check_agrees(snapshot: Snapshot) -> None:
    causes = {
        finding.cause
        for outcome in run_checks(Topology(snapshot))
        if outcome.check == "snat-ports"
        for finding in outcome.findings
    }
    heads = [
        each.headroom
        for found in plan(snapshot).snat.balancers
        for each in found.stretches
        if each.headroom is not None
    ]
    is_short = any(each.is_lacking for each in heads)
    assert is_short == ("over-allocated" in causes)


def test_the_addresses_for_wanted_ports_come_with_the_command() -> None:
    found = plan(bundled("kubenet-vmss"), what_if=of_pool(50), ports_per_node=4_000)
    budget = division(found)
    assert shown(each.addresses_wanted for each in budget.stretches) == [
        "ceil(4,000 x 50 / 64,000) = 4",
        "ceil(4,000 x 51 / 64,000) = 4",
        "ceil(4,000 x 50 / 64,000) = 4",
        "ceil(4,000 x 51 / 64,000) = 4",
    ]
    assert value(budget.stretches[-1].addresses_to_add) == 3
    assert found.snat.wanted is not None
    (command,) = found.snat.wanted.commands
    assert command.startswith("az aks update ")
    assert "--load-balancer-managed-outbound-ip-count 4" in command
    assert command.endswith("--load-balancer-outbound-ports 4000")
    assert found.snat.wanted.counts_for is BOTH
    assert shown([found.snat.wanted.enough_for]) == ["floor(64,000 x 4 / 4,000) = 64"]


def test_addresses_there_are_already_are_kept() -> None:
    found = plan(bundled("cni-overlay"), ports_per_node=64)
    assert found.snat.wanted is not None
    (command,) = found.snat.wanted.commands
    assert "--load-balancer-managed-outbound-ip-count 2" in command
    assert value(division(found).stretches[-1].addresses_to_add) == 0


def test_own_addresses_have_to_be_made_first() -> None:
    found = plan(bundled("kubenet-dual-stack"), ports_per_node=32_000)
    assert found.snat.wanted is not None
    assert found.snat.wanted.notes[0].startswith("create 1 public address (IPv4, SKU Standard, ")
    (command,) = found.snat.wanted.commands
    assert command.count("NEW-PUBLIC-IP-ID") == 2
    assert command.count("/publicIPAddresses/") == 2
    assert "managed" not in command
    assert command.endswith("--load-balancer-outbound-ports 32000")


def test_two_families_are_set_in_one_command() -> None:
    found = plan(bundled("dual-stack"), ports_per_node=32_000)
    assert found.snat.wanted is not None
    (command,) = found.snat.wanted.commands
    assert "--load-balancer-managed-outbound-ip-count 2" in command
    assert "--load-balancer-managed-outbound-ipv6-count 2" in command


def test_a_basic_load_balancer_allocates_nothing() -> None:
    found = plan(bundled("basic-balancer"), ports_per_node=64).snat
    assert found.wanted is not None
    assert found.wanted.commands == ()
    assert found.wanted.enough_for is None
    assert "Basic load balancer" in found.wanted.notes[0]


def test_a_nat_gateway_shares_its_ports() -> None:
    found = plan(bundled("automatic"), ports_per_node=64_000)
    shared = gateway(found)
    assert shown([shared.ports]) == ["64,512 x 2 = 129,024"]
    assert shown(each.even_share for each in shared.stretches[:2]) == [
        "floor(129,024 / 5) = 25,804",
        "floor(129,024 / 6) = 21,504",
    ]
    assert shared.stretches[2].nodes.unknown is not None
    assert found.snat.wanted is not None
    (command,) = found.snat.wanted.commands
    assert command.endswith("--nat-gateway-managed-outbound-ip-count 6")
    assert found.snat.wanted.counts_for is UPGRADE
    assert shown([found.snat.wanted.enough_for]) == ["floor(64,512 x 6 / 64,000) = 6"]


def test_the_addresses_of_a_gateway_of_ones_own_are_made_first() -> None:
    found = plan(bundled("cni-podsubnet"), ports_per_node=64_000).snat
    assert found.wanted is not None
    assert any(each.startswith("create 1 public address") for each in found.wanted.notes)
    (command,) = found.wanted.commands
    assert command.startswith("az network nat gateway update --resource-group rg-spoke-analytics ")
    assert " --name ng-analytics --public-ip-addresses /subscriptions/" in command
    assert command.endswith(" NEW-PUBLIC-IP-ID")
    gateway = Draft("cni-podsubnet").one("Microsoft.Network/natGateways")["properties"]
    assert command.count("/publicIPAddresses/") == len(gateway["publicIpAddresses"])


def with_prefix(ports: int) -> Snapshot:
    """Return a cluster of three nodes that goes out by a prefix of two addresses of its own."""
    draft = Draft("kubenet-vmss")
    frontend = draft.one(LOAD_BALANCERS)["properties"]["frontendIPConfigurations"][0]
    prefix = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/publicIPPrefixes/out"
    del frontend["properties"]["publicIPAddress"]
    frontend["properties"]["publicIPPrefix"] = {"id": prefix}
    draft.add({"id": prefix, "name": "out", "properties": {"ipPrefix": "20.0.0.0/31"}})
    profile = draft.network_profile["loadBalancerProfile"]
    profile.pop("managedOutboundIPs")
    profile["outboundIPPrefixes"] = {"publicIPPrefixes": [{"id": prefix}]}
    profile["allocatedOutboundPorts"] = ports
    return draft.snapshot()


@pytest.mark.parametrize(
    ("nodes", "note", "places"),
    [
        (3, "create 1 public IP prefix (a /31, IPv4, SKU Standard) first", 1),
        (6, "create 1 public IP prefix (a /29, IPv4, SKU Standard) first", 1),
        (40, "create 3 public IP prefixes (a /28, IPv4, SKU Standard) first", 3),
    ],
)
def test_own_prefixes_have_to_be_made_first(nodes: int, note: str, places: int) -> None:
    found = plan(with_prefix(0), what_if=of_pool(nodes), ports_per_node=64_000).snat.wanted
    assert found is not None
    assert found.notes[0].startswith(note)
    (command,) = found.commands
    assert command.count("NEW-PUBLIC-IP-PREFIX-ID") == places
    assert "--load-balancer-outbound-ip-prefixes /subscriptions/s/" in command


def test_addresses_that_no_profile_names_are_aks_own() -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile["loadBalancerProfile"] = None
    found = plan(draft.snapshot(), ports_per_node=64_000).snat.wanted
    assert found is not None
    (command,) = found.commands
    assert "--load-balancer-managed-outbound-ip-count 4" in command
    assert "NEW" not in command


def test_a_gateway_has_no_more_than_sixteen_addresses() -> None:
    what_if = WhatIf(nodes={"systempool": 40})
    found = plan(bundled("automatic"), what_if=what_if, ports_per_node=64_000).snat
    assert found.wanted is not None
    assert found.wanted.commands == ()
    assert any("at most 16 addresses" in each for each in found.wanted.notes)


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("private-udr", EgressKind.APPLIANCE, "out of ARM's sight"),
        ("virtual-machines", EgressKind.NONE, "no ports are needed"),
        ("byo-cni", EgressKind.NODE_PUBLIC_IP, "address of its own"),
    ],
)
def test_ways_out_without_a_budget_say_why(name: str, kind: EgressKind, words: str) -> None:
    found = plan(bundled(name))
    (other,) = found.snat.others
    assert other.kind is kind
    assert words in other.why
    assert any(words in each.words for each in found.summary.ports)


def test_ports_that_cannot_be_set_are_said_to_be_none() -> None:
    found = plan(bundled("private-udr"), ports_per_node=64).snat
    assert found.wanted is not None
    assert found.wanted.notes == (
        "no way out of this cluster divides or shares ports that could be set",
    )


@pytest.mark.parametrize("ports", [0, -8, 4, 12, 63_999, 64_008])
def test_ports_no_node_can_have_are_an_error(ports: int) -> None:
    with pytest.raises(UsageError, match=f"--ports-per-node {ports}: give a multiple of 8"):
        plan(bundled("kubenet-vmss"), ports_per_node=ports)


def test_a_hidden_prefix_leaves_the_ports_open() -> None:
    snapshot = bundled("byo-cni")
    hidden = refused(snapshot, [refusal_of(snapshot, "Microsoft.Network/publicIPPrefixes")])
    budget = division(plan(hidden))
    assert budget.addresses.unknown is not None
    assert all(each.ports_per_node.unknown is not None for each in budget.stretches)


def test_a_hidden_address_is_of_no_family() -> None:
    snapshot = bundled("dual-stack")
    hidden = refused(snapshot, [refusal_of_list(snapshot, "Microsoft.Network/publicIPAddresses")])
    found = plan(hidden, ports_per_node=2_000)
    assert found.is_incomplete
    assert all(isinstance(each.family, Unknown) for each in found.snat.balancers)
    assert found.snat.wanted is not None
    assert found.snat.wanted.commands == ()
    assert "whether its addresses are IPv4 or IPv6" in found.snat.wanted.notes[0]


def test_hidden_nodes_leave_the_share_open() -> None:
    snapshot = bundled("automatic")
    kinds = [SCALE_SET_INTERFACES]
    found = plan(refused(snapshot, [refusal_of_list(snapshot, each) for each in kinds]))
    for each in found.snat.gateways:
        assert all(one.nodes.unknown is not None for one in each.stretches)
    assert found.snat.missing


PORTS = st.integers(1, 8_000).map(lambda each: each * 8)


@settings(max_examples=60, deadline=None)
@given(nodes=st.integers(1, 900), surge=st.integers(0, 100), ports=PORTS)
def test_addresses_wanted_are_the_fewest_that_give_the_ports(
    nodes: int, surge: int, ports: int
) -> None:
    what_if = of_pool(nodes, f"{surge}%")
    found = division(plan(bundled("kubenet-vmss"), what_if=what_if, ports_per_node=ports))
    for each in found.stretches:
        wanted = value(each.addresses_wanted)
        taken = value(each.nodes) * ports + found.taken
        assert 64_000 * wanted >= taken
        assert wanted == 1 or 64_000 * (wanted - 1) < taken
        assert value(each.addresses_to_add) == max(0, wanted - value(found.addresses))


@settings(max_examples=60, deadline=None)
@given(nodes=st.integers(1, 900), ports=PORTS)
def test_the_command_is_enough_for_every_node_and_for_no_more_than_said(
    nodes: int, ports: int
) -> None:
    made = plan(bundled("kubenet-vmss"), what_if=of_pool(nodes), ports_per_node=ports)
    wanted, found = made.snat.wanted, division(made)
    assert wanted is not None
    assert (wanted.enough_for is None) == (not wanted.commands)
    if wanted.enough_for is not None:
        enough = value(wanted.enough_for)
        addresses = max(value(each.addresses_wanted) for each in found.stretches)
        assert enough >= max(value(each.nodes) for each in found.stretches)
        spare = 64_000 * addresses - found.taken - enough * ports
        assert 0 <= spare < ports


def test_no_number_is_shown_with_two_formulas() -> None:
    for name in SCENARIOS:
        found = plan(bundled(name), ports_per_node=2_000)
        every = [one.nodes for each in found.snat.balancers for one in each.stretches]
        every += [one.nodes for each in found.snat.gateways for one in each.stretches]
        told = {(each.number, each.formula) for each in every}
        worked = [number for number, formula in told if formula and not formula.isdecimal()]
        assert len(worked) == len(set(worked)), name


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(["kubenet-vmss", "half-migrated"]),
    nodes=st.tuples(st.integers(1, 450), st.integers(1, 450)),
)
def test_ports_per_node_never_rise_with_nodes(name: str, nodes: tuple[int, int]) -> None:
    few, many = (division(plan(bundled(name), what_if=of_pool(each))) for each in sorted(nodes))
    for one, other in zip(few.stretches, many.stretches, strict=True):
        assert value(other.ports_per_node) <= value(one.ports_per_node)
        assert value(one.ports_per_node) == default_ports(value(one.nodes), value(few.addresses))


def test_only_the_pools_behind_a_balancer_change_its_members() -> None:
    def members(what_if: WhatIf | None) -> dict[str, int]:
        found: Any = plan(bundled("multi-balancer"), what_if=what_if).snat.balancers
        return {each.words: value(each.stretches[0].nodes) for each in found}

    today = members(None)
    then = members(WhatIf(nodes={"teamb": 12}))
    changed = {words: (today[words], then[words]) for words in today if today[words] != then[words]}
    assert set(changed.values()) == {(2, 12)} or set(changed.values()) == {(4, 14)}
    assert then.keys() == today.keys()
