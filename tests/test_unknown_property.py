"""The property the design rests on: what is hidden is never taken for absent or for fine."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fixtures import documents as arm
from fixtures.scenarios import SCENARIOS
from inspector.checks import run_checks
from inspector.cluster.egress import EgressKind
from inspector.cluster.fingerprint import Agreement
from inspector.cluster.ownership import OwnerKind
from inspector.findings import Outcome, Status
from inspector.report import Report, analyze
from inspector.report.api_server import APIServer, IntegrationView
from inspector.report.backend_pools import BackendPool
from inspector.report.devices import DeviceType
from inspector.report.load_balancing import Balancer
from inspector.report.network_model import NetworkModels
from inspector.report.public_ips import PublicIPs
from inspector.report.route_tables import RouteTables
from inspector.report.way_in import WaysIn
from inspector.report.ways_out import WaysOut
from inspector.snapshot import GapReason, Snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    MACHINES,
    NETWORKS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    SECURITY_GROUPS,
    VIRTUAL_MACHINES,
    Draft,
    Refusal,
    bundled,
    gap_of,
    refusal_of,
    refused,
    whatever_can_be_refused,
)

NAT_GATEWAYS = "Microsoft.Network/natGateways"
ENDPOINTS = "Microsoft.Network/privateEndpoints"
ZONE_LINKS = "Microsoft.Network/privateDnsZones/virtualNetworkLinks"


def more_addresses(kind: str) -> Callable[[Draft], None]:
    """Break the first node: it gets a second IPv4 configuration."""

    def change(draft: Draft) -> None:
        configurations = draft.configurations(kind)
        interface = draft.one(kind)["id"]
        subnet = configurations[0]["properties"]["subnet"]["id"]
        configurations.append(
            arm.ip_configuration(
                interface, "ipconfig2", "10.224.0.77", subnet=subnet, is_primary=False
            )
        )

    return change


def no_address(draft: Draft) -> None:
    draft.configurations(SCALE_SET_INTERFACES, 2).clear()


def ipv6_declared_and_missing(draft: Draft) -> None:
    draft.network_profile["ipFamilies"] = ["IPv4", "IPv6"]


def machine_without_interface(draft: Draft) -> None:
    draft.remove(SCALE_SET_INTERFACES, 1)


def machine_without_resource(draft: Draft) -> None:
    draft.remove(SCALE_SET_INTERFACES, 1)
    del draft.one(MACHINES, 1)["properties"]["resourceId"]


def fewer_nodes_than_claimed(draft: Draft) -> None:
    draft.remove(MACHINES)
    draft.remove(SCALE_SET_INTERFACES)


def no_nodes(draft: Draft) -> None:
    fewer_nodes_than_claimed(draft)
    draft.cluster["properties"]["agentPoolProfiles"][0]["count"] = 0


def no_machines_listed(draft: Draft) -> None:
    draft.remove(MACHINES)
    more_addresses(SCALE_SET_INTERFACES)(draft)


def jump_box(draft: Draft) -> None:
    interface = arm.resource_id(draft.group, INTERFACES, "nic-jump")
    subnet = draft.configurations(SCALE_SET_INTERFACES)[0]["properties"]["subnet"]["id"]
    machine = arm.resource_id(draft.group, VIRTUAL_MACHINES, "jump")
    addresses = arm.numbered_configurations(
        interface, ["10.224.0.90", "10.224.0.91"], subnet=subnet
    )
    draft.add(
        arm.network_interface(
            draft.group,
            "nic-jump",
            location="westeurope",
            configurations=addresses,
            virtual_machine=machine,
        ),
        arm.virtual_machine(draft.group, "jump", location="westeurope", interfaces=[interface]),
    )


def virtual_machine(draft: Draft, name: str, interfaces: Sequence[str] = ()) -> arm.Document:
    return arm.virtual_machine(
        draft.group,
        name,
        location="westeurope",
        interfaces=interfaces,
        tags={"aks-managed-poolName": "np2"},
    )


def virtual_machine_without_interface(draft: Draft) -> None:
    draft.add(virtual_machine(draft, "aks-np2-12345678-vms0"))


def another_pool_without_fault(draft: Draft) -> None:
    """Leave the fault to a pool that only its scale set and its interfaces tell of."""
    no_machines_listed(draft)
    interface = arm.resource_id(draft.group, INTERFACES, "aks-np2-12345678-vms0-nic")
    subnet = draft.configurations(SCALE_SET_INTERFACES)[0]["properties"]["subnet"]["id"]
    machine = virtual_machine(draft, "aks-np2-12345678-vms0", [interface])
    draft.add(
        machine,
        arm.network_interface(
            draft.group,
            "aks-np2-12345678-vms0-nic",
            location="westeurope",
            configurations=arm.numbered_configurations(interface, ["10.224.0.60"], subnet=subnet),
            virtual_machine=machine["id"],
        ),
    )


def orphans(draft: Draft) -> None:
    """Leave a frontend without rules, routes to nobody and an address of nobody's."""
    draft.one(LOAD_BALANCERS)["properties"]["loadBalancingRules"].clear()
    draft.one(ROUTE_TABLES)["properties"]["routes"].pop()
    draft.add(arm.public_ip(draft.group, "spare", "198.51.100.5", location="westeurope"))


def flexible(draft: Draft) -> None:
    draft.one(SCALE_SETS)["properties"]["orchestrationMode"] = "Flexible"


def tag_of_overlay(draft: Draft) -> None:
    """Mark the nodes of another model as Overlay's."""
    draft.one(SCALE_SETS)["tags"]["aks-managed-azure-cni-overlay"] = "true"


def routes_past_the_nodes(draft: Draft) -> None:
    draft.one(ROUTE_TABLES)["properties"]["routes"].clear()


def pod_subnet_not_delegated(draft: Draft) -> None:
    for subnet in draft.one(NETWORKS)["properties"]["subnets"]:
        subnet["properties"]["delegations"] = []


def no_outbound_rule(draft: Draft) -> None:
    """Leave the nodes of a Standard load balancer without a way out."""
    draft.one(LOAD_BALANCERS)["properties"]["outboundRules"].clear()


def default_access(draft: Draft) -> None:
    """Let Azure's default outbound access out of a cluster that says nothing gets out."""
    for subnet in draft.one(NETWORKS)["properties"]["subnets"]:
        subnet["properties"].pop("defaultOutboundAccess", None)


def default_access_undenied(draft: Draft) -> None:
    default_access(draft)
    draft.one(SECURITY_GROUPS)["properties"]["securityRules"].clear()


def nat_gateway_without_address(draft: Draft) -> None:
    properties = draft.one(NAT_GATEWAYS)["properties"]
    properties.pop("publicIpAddresses", None)
    properties.pop("publicIpPrefixes", None)


def zone_without_link(draft: Draft) -> None:
    draft.remove(ZONE_LINKS)


def no_endpoint(draft: Draft) -> None:
    draft.remove(ENDPOINTS)


BROKEN: dict[str, tuple[str, Callable[[Draft], None]]] = {
    "two addresses": ("kubenet-vmss", more_addresses(SCALE_SET_INTERFACES)),
    "two addresses in 2020": ("seed-kubenet", more_addresses(INTERFACES)),
    "no address": ("kubenet-vmss", no_address),
    "IPv6 missing": ("kubenet-vmss", ipv6_declared_and_missing),
    "machine without interface": ("kubenet-vmss", machine_without_interface),
    "machine without resource": ("kubenet-vmss", machine_without_resource),
    "fewer nodes than claimed": ("kubenet-vmss", fewer_nodes_than_claimed),
    "no nodes": ("kubenet-vmss", no_nodes),
    "no machines listed": ("kubenet-vmss", no_machines_listed),
    "virtual machine without interface": ("seed-kubenet", virtual_machine_without_interface),
    "another pool without fault": ("kubenet-vmss", another_pool_without_fault),
    "jump box": ("kubenet-vmss", jump_box),
    "orphans": ("kubenet-vmss", orphans),
    "flexible": ("kubenet-vmss", flexible),
    "tag of overlay": ("byo-cni", tag_of_overlay),
    "routes past the nodes": ("kubenet-dual-stack", routes_past_the_nodes),
    "pod subnet not delegated": ("cni-podsubnet", pod_subnet_not_delegated),
    "no outbound rule": ("cni-overlay", no_outbound_rule),
    "default access denied": ("isolated", default_access),
    "default access": ("isolated", default_access_undenied),
    "NAT gateway without address": ("automatic", nat_gateway_without_address),
    "zone without link": ("private-udr", zone_without_link),
    "no endpoint": ("virtual-machines", no_endpoint),
}
CLUSTERS = (*SCENARIOS, *BROKEN)


@cache
def cluster(name: str) -> Snapshot:
    if name not in BROKEN:
        return bundled(name)
    origin, change = BROKEN[name]
    draft = Draft(origin)
    change(draft)
    return draft.snapshot()


@cache
def in_full(name: str) -> Report:
    return analyze(cluster(name))


@cache
def refusals_of(name: str) -> tuple[Refusal, ...]:
    return whatever_can_be_refused(cluster(name))


def once(refusals: list[Refusal]) -> tuple[Refusal, ...]:
    """Leave one refusal of each list: it cannot both take its documents and leave them."""
    return tuple({(each.target, each.listing): each for each in refusals}.values())


@st.composite
def inspections(draw: st.DrawFn) -> tuple[str, tuple[Refusal, ...]]:
    """Draw a cluster and what of it is refused: a few things, about half, or nearly all."""
    name = draw(st.sampled_from(CLUSTERS))
    possible = refusals_of(name)
    few = draw(st.lists(st.sampled_from(possible), unique=True, max_size=5))
    match draw(st.sampled_from(("few", "half", "most"))):
        case "few":
            chosen = few
        case "half":
            choice = draw(st.lists(st.booleans(), min_size=len(possible), max_size=len(possible)))
            chosen = [each for each, is_hit in zip(possible, choice, strict=True) if is_hit]
        case _:
            chosen = [each for each in possible if each not in few]
    return name, once(chosen)


def statuses(outcomes: Iterable[Outcome]) -> dict[str, Status]:
    return {each.check: each.status for each in outcomes}


def without_counts(sentence: str) -> str:
    """Return a sentence about some nodes as it is about any number of them."""
    return re.sub(r"\b\d+( of \d+)? nodes?\b", "nodes", sentence)


def claims_of_absence(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield what is said not to exist, to belong to nobody, or not to be as declared."""
    report = analyze(snapshot)
    yield from claims_of_nodes(report)
    yield from claims_of_models(report.network_model)
    yield from claims_of_networks(report)
    yield from claims_of_routes(report.route_tables)
    yield from claims_of_ways_in(report.ways_in)
    yield from claims_of_ways_out(report.ways_out)
    for balancer in report.load_balancing.balancers:
        yield from claims_of_balancer(balancer)
    yield from claims_of_public_ips(report.public_ips)
    yield from claims_of_api_server(report.api_server)


def claims_of_nodes(report: Report) -> Iterator[tuple[str, str]]:
    if any(count.ip_configurations == 0 for count in report.summary.ips_per_node):
        yield "nodes without configuration", report.summary.cluster
    for node in report.node_interfaces.nodes_without_interface:
        yield "node without interface", node
    for pool in report.node_interfaces.pools:
        if pool.exceptions:
            yield "interfaces that differ", pool.pool


def claims_of_models(models: NetworkModels) -> Iterator[tuple[str, str]]:
    for pool in models.pools:
        yield from (
            (f"model of {pool.pool} differs", without_counts(each)) for each in pool.differences
        )
        for count in pool.ipv4_configurations:
            if count.ip_configurations == 0:
                yield "nodes without IPv4 configuration", pool.pool
        for count in pool.ipv6_configurations:
            if count.ip_configurations == 0:
                yield "nodes without IPv6 configuration", pool.pool


def claims_of_networks(report: Report) -> Iterator[tuple[str, str]]:
    for network in report.virtual_networks.networks:
        for subnet in network.subnets:
            place = f"{network.name}/{subnet.name}"
            if not subnet.is_cluster_subnet:
                yield "subnet of others", place
            if subnet.used is None or subnet.free is None:
                yield "subnet without IPv4 addresses", place
            for device in subnet.devices:
                if device.address is None and device.unseen is None:
                    yield "device of others", f"{place}/{device.ip_configuration.lower()}"
                if device.type is DeviceType.OTHER_CLUSTER:
                    yield "node of another cluster", device.device


def claims_of_routes(tables: RouteTables) -> Iterator[tuple[str, str]]:
    yield from (("subnet without table", each) for each in tables.subnets_without_table)
    yield from (("node without route", each) for each in tables.nodes_without_route or ())
    for table in tables.tables:
        for route in table.routes:
            if route.next_hop is not None and route.node is None:
                yield "route to no node", f"{table.name}/{route.name}"


def claims_of_ways_in(ways_in: WaysIn) -> Iterator[tuple[str, str]]:
    yield from (
        ("address that nothing enters by", each.public_ip) for each in ways_in.outbound_only
    )
    for entry in ways_in.entries:
        if entry.address is None:
            yield "entry without address", entry.public_ip
        if entry.owner.kind in {OwnerKind.NOBODY, OwnerKind.UNRECOGNISED}:
            yield "entry of nobody", entry.public_ip
        yield from (("entry to no node", entry.public_ip) for each in entry.nodes if not each.node)
    for pool in ways_in.pools:
        if any(each.node is None for each in pool.nodes):
            yield "pool leads to no node", f"{pool.id.parent} {pool.name}"


def claims_of_ways_out(ways_out: WaysOut) -> Iterator[tuple[str, str]]:
    yield from (("way out differs", each) for each in ways_out.differences)
    for row in ways_out.rows:
        whose = f"{row.pool} {'+'.join(row.traffic)} {row.family} {row.subnet}"
        if row.kind in {EgressKind.NONE, EgressKind.DEFAULT_ACCESS, EgressKind.DROPPED}:
            yield row.kind, f"{whose}: {row.words}"
        if "no public address" in row.words:
            yield "way out without address", f"{whose}: {row.words}"
        if any(address is None for address in row.addresses):
            yield "way out without address", f"{whose}: {row.words}"


def claims_of_balancer(balancer: Balancer) -> Iterator[tuple[str, str]]:
    for frontend in balancer.frontends:
        if frontend.owner.kind in {OwnerKind.NOBODY, OwnerKind.UNRECOGNISED}:
            yield "frontend of nobody", frontend.name
        if frontend.address is None:
            yield "frontend without address", frontend.name
    for rule in balancer.rules:
        if rule.service is None or rule.service.kind is OwnerKind.NOBODY:
            yield "rule of no service", rule.name
    for outbound in balancer.outbound_rules:
        if None in outbound.addresses or not outbound.addresses:
            yield "outbound rule without address", outbound.name
    for pool in balancer.backend_pools:
        yield from claims_of_backend_pool(pool)


def claims_of_backend_pool(pool: BackendPool) -> Iterator[tuple[str, str]]:
    if not pool.members:
        yield "empty pool", pool.name
    for member in pool.members:
        if member.address is None:
            yield "member without address", f"{pool.name} {member.ip_configuration}"
        if member.node is None:
            yield "member that is no node", f"{pool.name} {member.address}"
    for share in pool.node_pools:
        if share.members < share.nodes:
            yield "nodes that are no members", f"{pool.name} {share.node_pool}"


def claims_of_public_ips(public_ips: PublicIPs) -> Iterator[tuple[str, str]]:
    for address in public_ips.addresses:
        if address.is_absent:
            yield "public address that does not exist", address.name
        if address.address is None and address.unseen is None:
            yield "public address without address", address.name
        if address.owner.kind in {OwnerKind.NOBODY, OwnerKind.UNRECOGNISED}:
            yield "public address of nobody", address.name
    for prefix in public_ips.prefixes:
        if prefix.prefix is None:
            yield "prefix without range", prefix.name
        if prefix.owner.kind is OwnerKind.NOBODY:
            yield "prefix of nobody", prefix.name


def claims_of_api_server(api_server: APIServer) -> Iterator[tuple[str, str]]:
    if api_server.endpoints == ():
        yield "API server without endpoint", ""
    for endpoint in api_server.endpoints if isinstance(api_server.endpoints, tuple) else ():
        if not endpoint.addresses or None in endpoint.addresses:
            yield "endpoint without address", endpoint.name
    if api_server.zone is not None and api_server.zone.exists is False:
        yield "API server without zone", ""
    if api_server.zone is not None and api_server.zone.links == ():
        yield "zone without link", ""
    for network in api_server.networks:
        if network.is_linked is False:
            yield "network not linked", network.name
    if api_server.integration is not None:
        yield from claims_of_integration(api_server.integration)


def claims_of_integration(integration: IntegrationView) -> Iterator[tuple[str, str]]:
    if integration.load_balancer is None:
        yield "API server without load balancer", ""
    if isinstance(integration.load_balancer, str) and not integration.addresses:
        yield "API server without address", ""
    if integration.subnet is None or not integration.delegations:
        yield "API server without subnet", ""


@cache
def claims_in_full(name: str) -> frozenset[tuple[str, str]]:
    return frozenset(claims_of_absence(cluster(name)))


def new_claims(name: str, refusals: Sequence[Refusal]) -> set[tuple[str, str]]:
    """Return what is said to be absent for want of what was refused."""
    return {*claims_of_absence(refused(cluster(name), refusals))} - claims_in_full(name)


def agreements(report: Report) -> tuple[Agreement, Agreement]:
    return report.network_model.agreement, report.ways_out.agreement


def assert_undecided_or_as_before(name: str, refusals: Sequence[Refusal]) -> None:
    """Nothing becomes passed, failed or skipped for want of a document: only unknown."""
    before = statuses(in_full(name).checks.outcomes)
    after = statuses(run_checks(Topology(refused(cluster(name), refusals))))
    assert after.keys() == before.keys()
    for check, status in after.items():
        assert status in {before[check], Status.UNKNOWN}, check


@settings(max_examples=1000)
@given(inspections())
def test_what_is_hidden_never_decides_a_check(
    inspection: tuple[str, tuple[Refusal, ...]],
) -> None:
    assert_undecided_or_as_before(*inspection)


@pytest.mark.parametrize("name", CLUSTERS)
def test_no_single_thing_that_is_hidden_decides_a_check(name: str) -> None:
    for refusal in refusals_of(name):
        assert_undecided_or_as_before(name, [refusal])


@settings(max_examples=300)
@given(inspections())
def test_what_is_hidden_is_never_said_to_be_absent(
    inspection: tuple[str, tuple[Refusal, ...]],
) -> None:
    assert new_claims(*inspection) == set()


@pytest.mark.parametrize("name", CLUSTERS)
def test_no_single_thing_that_is_hidden_is_said_to_be_absent(name: str) -> None:
    found = {refusal: new_claims(name, [refusal]) for refusal in refusals_of(name)}
    assert {refusal: claims for refusal, claims in found.items() if claims} == {}


def assert_no_verdict_for_want_of_a_document(name: str, refusals: Sequence[Refusal]) -> None:
    """Nothing comes to agree, or to differ, for want of a document: only to be unknown."""
    before = agreements(in_full(name))
    after = agreements(analyze(refused(cluster(name), refusals)))
    for was, now in zip(before, after, strict=True):
        assert now in {was, Agreement.UNKNOWN}


@settings(max_examples=300)
@given(inspections())
def test_what_is_hidden_never_makes_the_cluster_what_it_declares(
    inspection: tuple[str, tuple[Refusal, ...]],
) -> None:
    assert_no_verdict_for_want_of_a_document(*inspection)


@pytest.mark.parametrize("name", CLUSTERS)
def test_no_single_thing_that_is_hidden_makes_the_cluster_what_it_declares(name: str) -> None:
    for refusal in refusals_of(name):
        assert_no_verdict_for_want_of_a_document(name, [refusal])


def test_nodes_that_are_hidden_may_be_those_with_routes() -> None:
    """The one node that is seen is the one whose route was lost: that says nothing of the rest."""
    snapshot = cluster("orphans")
    hidden = [refusal_of(snapshot, MACHINES, place) for place in (0, 1)]
    hidden.append(refusal_of(snapshot, SCALE_SETS))
    assert new_claims("orphans", hidden) == set()
    assert_no_verdict_for_want_of_a_document("orphans", hidden)


def test_an_interface_is_nobodys_only_while_all_nodes_are_known() -> None:
    """An instance's public address leads to a node that neither list shows."""
    snapshot = cluster("byo-cni")
    pool = next(each.scope for each in snapshot.listings if each.scope.name == "media")
    scale_set = next(
        each
        for each in snapshot.documents
        if each.name.startswith("aks-media-") and each.type == SCALE_SETS
    )
    hidden = [Refusal(pool, MACHINES, with_documents=True), Refusal(scale_set)]
    assert new_claims("byo-cni", hidden) == set()


@settings(max_examples=150)
@given(inspections())
@example(("kubenet-vmss", ()))
def test_no_gap_is_lost(inspection: tuple[str, tuple[Refusal, ...]]) -> None:
    name, refusals = inspection
    report = analyze(refused(cluster(name), refusals))
    expected = [*cluster(name).gaps, *map(gap_of, refusals)]
    assert len(report.gaps) == len(expected)
    assert set(report.gaps) == set(expected)
    assert report.summary.gaps == len(expected)
    unknown = [each for each in report.checks.outcomes if each.status is Status.UNKNOWN]
    missing = {gap for each in unknown for gap in each.missing}
    asked = {gap for gap in missing if gap.reason is not GapReason.NOT_REQUESTED}
    assert asked <= set(report.gaps)


def test_the_search_starts_from_every_status() -> None:
    """A property of failed and unknown says nothing where neither comes up."""
    found = {
        status for name in CLUSTERS for status in statuses(in_full(name).checks.outcomes).values()
    }
    assert found == set(Status)


def test_the_search_starts_from_every_agreement() -> None:
    found = {verdict for name in CLUSTERS for verdict in agreements(in_full(name))}
    assert found == set(Agreement)


def test_the_search_starts_from_claims_of_every_kind() -> None:
    """What no cluster is said to lack, no refusal can be seen to add to."""
    kinds = {kind for name in CLUSTERS for kind, _ in claims_in_full(name)}
    assert kinds >= {
        "node without interface",
        "nodes without configuration",
        "subnet of others",
        "device of others",
        "node of another cluster",
        "subnet without table",
        "node without route",
        "route to no node",
        "address that nothing enters by",
        "way out differs",
        EgressKind.NONE,
        EgressKind.DEFAULT_ACCESS,
        "way out without address",
        "frontend of nobody",
        "nodes that are no members",
        "public address of nobody",
        "API server without endpoint",
        "zone without link",
        "network not linked",
    }
