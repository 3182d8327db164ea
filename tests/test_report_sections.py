"""What each section of the report says of the bundled clusters, and what it says is missing."""

from typing import Any

import msgspec
import pytest

from fixtures import documents as arm
from fixtures.pools import consecutive_addresses
from inspector.cluster.fingerprint import Agreement
from inspector.cluster.ownership import OwnerKind
from inspector.report import Report, analyze
from inspector.report.answer import Unknown, unknown_of
from inspector.report.connected_devices import NetworkView, SubnetView
from inspector.report.load_balancing import Balancer
from inspector.report.route_tables import RouteTableView
from inspector.resource_id import ResourceId
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    MACHINES,
    NETWORKS,
    PUBLIC_IPS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    SECURITY_GROUPS,
    USAGES,
    VIRTUAL_MACHINES,
    Draft,
    Refusal,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
    refused,
)

SEED, VMSS, CNI = "seed-kubenet", "kubenet-vmss", "cni-nodesubnet"
INVENTORY = "Microsoft.Resources/resourceGroups/resources"
SHOP_NODES = [f"aks-nodepool1-18264093-vmss00000{number}" for number in range(3)]
PAYMENTS_NODES = [f"aks-nodepool1-75130482-vmss00000{number}" for number in range(3)]
SEED_NODE = "aks-nodepool1-19374625-0"


def report(name: str, *refusals: Refusal) -> Report:
    return analyze(refused(bundled(name), refusals))


def without(name: str, kind: str, *, with_documents: bool = True) -> tuple[Report, Unknown]:
    """Return the report without a list, and what should stand for it."""
    refusal = refusal_of_list(bundled(name), kind, with_documents=with_documents)
    return report(name, refusal), unknown_of(gap_of(refusal))


def balancer(of: Report) -> Balancer:
    (found,) = of.load_balancing.balancers
    return found


def network(of: Report) -> NetworkView:
    (found,) = of.virtual_networks.networks
    return found


def subnet(of: Report, name: str) -> SubnetView:
    (found,) = [each for each in network(of).subnets if each.name == name]
    return found


def table(of: Report) -> RouteTableView:
    (found,) = of.route_tables.tables
    return found


@pytest.mark.parametrize(
    ("name", "nodes", "per_node", "ports", "way_out"),
    [
        (SEED, 1, [(1, 1)], [("203.0.113.84", 80), ("203.0.113.84", 443)], "203.0.113.21"),
        (
            VMSS,
            3,
            [(1, 3)],
            [("198.51.100.43", 80), ("198.51.100.97", 80), ("198.51.100.97", 443)],
            "198.51.100.12",
        ),
        (CNI, 3, [(29, 3)], [("203.0.113.140", 80), ("203.0.113.140", 443)], "203.0.113.66"),
    ],
)
def test_summary(
    name: str,
    nodes: int,
    per_node: list[tuple[int, int]],
    ports: list[tuple[str, int]],
    way_out: str,
) -> None:
    summary = report(name).summary
    assert (summary.nodes, summary.pools, summary.gaps) == (nodes, 1, 0)
    assert (summary.nodes_missing, summary.entries_missing) == (0, 0)
    assert [(each.ip_configurations, each.nodes) for each in summary.ips_per_node] == per_node
    assert sorted((str(e.address), e.port or 0) for e in summary.public_entries) == sorted(ports)
    (leaving,) = summary.ways_out
    assert (leaving.words, leaving.addresses) == ("load balancer", (way_out,))
    assert summary.ways_out_agreement is Agreement.AGREES
    assert summary.checks == report(name).checks.counts


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            SEED,
            {
                "cluster": "aks-kubenet-demo",
                "resource_group": "rg-aks-demo",
                "location": "canadacentral",
                "kubernetes_version": "1.17.13",
                "infrastructure_group": "MC_rg-aks-demo_aks-kubenet-demo_canadacentral",
                "model": "kubenet",
                "network_plugin": "kubenet",
                "network_policy": None,
                "pod_cidrs": ("10.244.0.0/16",),
                "service_cidrs": ("10.0.0.0/16",),
                "dns_service_ip": "10.0.0.10",
                "docker_bridge_cidr": "172.17.0.1/16",
                "load_balancer_sku": "Standard",
                "http_application_routing": False,
                "power_state": None,
            },
        ),
        (
            VMSS,
            {
                "cluster": "aks-shop",
                "kubernetes_version": "1.30.9",
                "model": "kubenet",
                "network_policy": "none",
                "ip_families": ("IPv4",),
                "docker_bridge_cidr": None,
                "power_state": "Running",
                "backend_pool_type": "nodeIPConfiguration",
                "http_application_routing": None,
                "outbound_type": "loadBalancer",
            },
        ),
        (
            CNI,
            {
                "cluster": "aks-payments",
                "location": "northeurope",
                "model": "cni-nodesubnet",
                "network_plugin": "azure",
                "network_dataplane": "azure",
                "pod_cidrs": (),
                "service_cidrs": ("10.96.0.0/16",),
                "dns_service_ip": "10.96.0.10",
            },
        ),
    ],
)
def test_networking_profile(name: str, expected: dict[str, object]) -> None:
    profile = report(name).networking_profile
    assert {field: getattr(profile, field) for field in expected} == expected


@pytest.mark.parametrize(
    ("name", "count", "max_pods", "kind", "in_subnet"),
    [
        (SEED, 1, 110, "AvailabilitySet", None),
        (VMSS, 3, 110, "VirtualMachineScaleSets", None),
        (CNI, 3, 30, "VirtualMachineScaleSets", "snet-aks"),
    ],
)
def test_pools(name: str, count: int, max_pods: int, kind: str, in_subnet: str | None) -> None:
    (pool,) = report(name).networking_profile.pools
    assert (pool.name, pool.count, pool.type) == ("nodepool1", count, kind)
    assert pool.max_pods == max_pods
    assert (pool.subnet.rsplit("/", 1)[1] if pool.subnet else None) == in_subnet


def test_infrastructure_of_2020() -> None:
    found = report(SEED).infrastructure
    assert found.group == "MC_rg-aks-demo_aks-kubenet-demo_canadacentral"
    assert found.location == "canadacentral"
    assert found.managed_by == bundled(SEED).cluster
    assert [(each.type, each.purpose) for each in found.resources] == [
        ("Availability set", "nodes of pool nodepool1"),
        ("Disk", f"disk of node {SEED_NODE}"),
        ("Load balancer", "outbound traffic and public services"),
        ("Network interface", f"node {SEED_NODE}"),
        ("Network security group", "filters traffic of the nodes"),
        *sorted(
            [
                ("Public IP address", "cluster's way out"),
                ("Public IP address", "service: ingress-basic/nginx-ingress-controller"),
            ]
        ),
        ("Route table", "routes of the nodes' subnet"),
        ("Virtual machine", f"node {SEED_NODE}"),
        ("Virtual machine extension", f"node {SEED_NODE}"),
        ("Virtual machine extension", f"node {SEED_NODE}"),
        ("Virtual network", "network of the nodes"),
    ]
    assert found.missing == ()


def test_infrastructure_of_a_scale_set() -> None:
    purposes = {each.type: each.purpose for each in report(VMSS).infrastructure.resources}
    assert purposes["Virtual machine scale set"] == "nodes of pool nodepool1"
    assert purposes["Managed identity"] == "identity of the kubelets"
    assert "Virtual machine" not in purposes
    types = [each.type for each in report(CNI).infrastructure.resources]
    assert "Virtual network" not in types
    assert "Route table" not in types


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            SEED,
            [
                ("203.0.113.21", "cluster's way out", 0, 1),
                ("203.0.113.84", "ingress-basic/nginx-ingress-controller", 2, 0),
            ],
        ),
        (
            VMSS,
            [
                ("198.51.100.12", "cluster's way out", 0, 1),
                ("198.51.100.43", "shop/web", 1, 0),
                ("198.51.100.97", "ingress-nginx/ingress-nginx-controller", 2, 0),
            ],
        ),
        (
            CNI,
            [
                ("203.0.113.66", "cluster's way out", 0, 1),
                ("203.0.113.140", "ingress-nginx/ingress-nginx-controller", 2, 0),
            ],
        ),
    ],
)
def test_frontends_with_owners_and_rules(
    name: str, expected: list[tuple[str, str, int, int]]
) -> None:
    found = balancer(report(name))
    assert (found.name, found.sku) == ("kubernetes", "Standard")
    assert [
        (each.address, each.owner.words, each.rules, each.outbound_rules)
        for each in found.frontends
    ] == expected
    assert all(each.is_public and each.public_ip for each in found.frontends)


@pytest.mark.parametrize(
    ("name", "members", "rules"),
    [
        (SEED, {SEED_NODE: "10.240.0.4"}, 2),
        (VMSS, dict(zip(SHOP_NODES, ("10.224.0.6", "10.224.0.4", "10.224.0.5"), strict=True)), 3),
        (
            CNI,
            dict(zip(PAYMENTS_NODES, ("10.60.0.62", "10.60.0.33", "10.60.0.4"), strict=True)),
            2,
        ),
    ],
)
def test_pools_with_their_members(name: str, members: dict[str, str], rules: int) -> None:
    pools = {each.name: each for each in balancer(report(name)).backend_pools}
    assert sorted(pools) == ["aksOutboundBackendPool", "kubernetes"]
    for pool in pools.values():
        assert {each.node: each.address for each in pool.members} == members
        assert len(pool.members) == len(members)
        assert {each.ip_configuration for each in pool.members} == {"ipconfig1"}
    assert (pools["kubernetes"].rules, pools["kubernetes"].outbound_rules) == (rules, 0)
    outbound = pools["aksOutboundBackendPool"]
    assert (outbound.rules, outbound.outbound_rules) == (0, 1)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (SEED, [("203.0.113.84", 80, 31204), ("203.0.113.84", 443, 30871)]),
        (
            VMSS,
            [
                ("198.51.100.43", 80, 31877),
                ("198.51.100.97", 80, 30245),
                ("198.51.100.97", 443, 32019),
            ],
        ),
        (CNI, [("203.0.113.140", 80, 31506), ("203.0.113.140", 443, 30962)]),
    ],
)
def test_rules_and_the_node_ports_of_their_probes(
    name: str, expected: list[tuple[str, int, int]]
) -> None:
    found = balancer(report(name))
    probes = {each.name: each for each in found.probes}
    assert [
        (rule.frontend_address, rule.frontend_port, probes[rule.probe or ""].port)
        for rule in found.rules
    ] == expected
    for rule in found.rules:
        assert rule.backend_port == rule.frontend_port
        assert (rule.protocol, rule.floating_ip) == ("Tcp", True)
        assert (rule.backend_pools, rule.idle_timeout_minutes) == (("kubernetes",), 4)
        assert rule.service is not None
        assert rule.service.kind is OwnerKind.SERVICE
    assert {(each.interval_seconds, each.threshold, each.rules) for each in found.probes} == {
        (5, 2, 1)
    }


@pytest.mark.parametrize(
    ("name", "address"), [(SEED, "203.0.113.21"), (VMSS, "198.51.100.12"), (CNI, "203.0.113.66")]
)
def test_the_outbound_rule(name: str, address: str) -> None:
    (rule,) = balancer(report(name)).outbound_rules
    assert (rule.name, rule.protocol) == ("aksOutboundRule", "All")
    assert rule.addresses == (address,)
    assert rule.backend_pool == "aksOutboundBackendPool"
    assert (rule.allocated_ports, rule.idle_timeout_minutes, rule.tcp_reset) == (0, 30, True)


@pytest.mark.parametrize(
    ("name", "space", "subnet_name", "usable", "used"),
    [
        (SEED, "10.0.0.0/8", "aks-subnet", 65536 - 5, 1),
        (VMSS, "10.224.0.0/12", "aks-subnet", 65536 - 5, 3),
        (CNI, "10.60.0.0/16", "snet-aks", 1024 - 5, 3 * 29),
    ],
)
def test_used_and_free_addresses(
    name: str, space: str, subnet_name: str, usable: int, used: int
) -> None:
    assert network(report(name)).prefixes == (space,)
    found = subnet(report(name), subnet_name)
    assert found.is_cluster_subnet
    assert (found.usable, found.used, found.free) == (usable, used, usable - used)
    assert found.note is None
    assert len(found.devices) == used
    assert {each.type for each in found.devices} == {"Node"}


def test_connected_devices_come_by_address() -> None:
    devices = subnet(report(CNI), "snet-aks").devices
    assert [str(each.address) for each in devices] == consecutive_addresses("10.60.0.4", 87)
    nodes = [each.device for each in devices]
    assert nodes == [node for node in reversed(PAYMENTS_NODES) for _ in range(29)]
    assert devices[0].ip_configuration == "ipconfig1"
    shop = subnet(report(VMSS), "aks-subnet").devices
    assert [(str(each.address), each.device) for each in shop] == [
        ("10.224.0.4", SHOP_NODES[1]),
        ("10.224.0.5", SHOP_NODES[2]),
        ("10.224.0.6", SHOP_NODES[0]),
    ]


def test_the_users_other_subnet_and_peering() -> None:
    data = subnet(report(CNI), "snet-data")
    assert not data.is_cluster_subnet
    assert (data.usable, data.used, data.route_table) == (251, 0, "rt-snet-data")
    assert data.devices == ()
    (peering,) = network(report(CNI)).peerings
    assert (peering.name, peering.state) == ("to-hub", "Connected")
    assert peering.remote_prefixes == ("10.50.0.0/16",)
    assert network(report(CNI)).resource_group == "rg-network"


def test_arms_usage_counts_where_it_is_larger() -> None:
    snapshot = bundled(VMSS)
    listings = tuple(
        msgspec.structs.replace(each, entries=tuple(with_usage(raw, 40) for raw in each.entries))
        if each.type == USAGES
        else each
        for each in snapshot.listings
    )
    found = subnet(analyze(msgspec.structs.replace(snapshot, listings=listings)), "aks-subnet")
    assert (found.used, found.free) == (40, 65531 - 40)
    assert found.note is not None
    assert "40" in found.note
    assert "3 configurations" in found.note


def with_usage(raw: msgspec.Raw, used: int) -> msgspec.Raw:
    entry: dict[str, Any] = msgspec.json.decode(raw)
    return msgspec.Raw(msgspec.json.encode({**entry, "currentValue": used}))


def test_addresses_in_a_subnet_delegated_to_aks_are_unknown() -> None:
    draft = Draft(VMSS)
    part = draft.one(NETWORKS)["properties"]["subnets"][0]
    service = "Microsoft.ContainerService/managedClusters"
    part["properties"]["delegations"] = [
        {"name": "aks-delegation", "properties": {"serviceName": service}}
    ]
    found = subnet(analyze(draft.snapshot()), "aks-subnet")
    assert isinstance(found.used, Unknown)
    assert isinstance(found.free, Unknown)


@pytest.mark.parametrize(
    ("name", "nodes", "per_node", "forwarding", "group"),
    [
        (SEED, [SEED_NODE], 1, True, None),
        (VMSS, SHOP_NODES, 1, True, None),
        (CNI, PAYMENTS_NODES, 29, False, "aks-agentpool-42906158-nsg"),
    ],
)
def test_node_interfaces(
    name: str, nodes: list[str], per_node: int, forwarding: bool, group: str | None
) -> None:
    found = report(name).node_interfaces
    assert [each.node for each in found.interfaces] == nodes
    assert found.nodes_without_interface == ()
    for each in found.interfaces:
        assert (each.pool, each.ip_forwarding) == ("nodepool1", forwarding)
        assert each.security_group == group
        assert len(each.ip_configurations) == per_node
        first, *others = each.ip_configurations
        assert (first.name, first.primary, first.version) == ("ipconfig1", True, "IPv4")
        assert [each.primary for each in others] == [False] * (per_node - 1)
        assert [each.public_ip for each in each.ip_configurations] == [None] * per_node


def test_interfaces_configurations_come_by_address() -> None:
    for interface, first in zip(
        report(CNI).node_interfaces.interfaces,
        ("10.60.0.62", "10.60.0.33", "10.60.0.4"),
        strict=True,
    ):
        addresses = [str(each.address) for each in interface.ip_configurations]
        assert addresses == consecutive_addresses(first, 29)


def test_a_node_without_an_interface_is_named() -> None:
    draft = Draft(VMSS)
    draft.remove(SCALE_SET_INTERFACES, 1)
    found = analyze(draft.snapshot())
    assert found.node_interfaces.nodes_without_interface == (SHOP_NODES[1],)
    counts = [(each.ip_configurations, each.nodes) for each in found.summary.ips_per_node]
    assert counts == [(0, 1), (1, 2)]


def test_routes_of_kubenet_lead_to_nodes() -> None:
    found = table(report(VMSS))
    assert found.name == "aks-agentpool-30517864-routetable"
    assert (found.subnets, found.bgp_propagation) == (("aks-subnet",), True)
    assert [(each.prefix, each.next_hop, each.node) for each in found.routes] == [
        ("10.244.1.0/24", "10.224.0.6", SHOP_NODES[0]),
        ("10.244.2.0/24", "10.224.0.4", SHOP_NODES[1]),
        ("10.244.0.0/24", "10.224.0.5", SHOP_NODES[2]),
    ]
    assert {each.next_hop_type for each in found.routes} == {"VirtualAppliance"}
    (seed,) = table(report(SEED)).routes
    assert (seed.name, seed.prefix, seed.next_hop, seed.node) == (
        SEED_NODE,
        "10.244.0.0/24",
        "10.240.0.4",
        SEED_NODE,
    )
    for name in (SEED, VMSS):
        assert report(name).route_tables.nodes_without_route == ()
        assert report(name).route_tables.subnets_without_table == ()


def test_a_node_without_its_route_is_named() -> None:
    draft = Draft(VMSS)
    routes = draft.one(ROUTE_TABLES)["properties"]["routes"]
    routes[:] = [each for each in routes if not each["name"].startswith(SHOP_NODES[2])]
    assert analyze(draft.snapshot()).route_tables.nodes_without_route == (SHOP_NODES[2],)


def test_cni_has_no_pod_routes_and_its_subnet_no_table() -> None:
    found = report(CNI).route_tables
    assert (found.tables, found.nodes_without_route) == ((), None)
    assert found.subnets_without_table == ("snet-aks",)
    assert found.missing == ()


@pytest.mark.parametrize(
    ("name", "ports"),
    [
        (
            SEED,
            [(500, ("80",), ("203.0.113.84",)), (501, ("443",), ("203.0.113.84",))],
        ),
        (
            VMSS,
            [
                (500, ("80",), ("198.51.100.43",)),
                (501, ("443", "80"), ("198.51.100.97",)),
            ],
        ),
    ],
)
def test_security_rules_come_in_azures_order(
    name: str, ports: list[tuple[int, tuple[str, ...], tuple[str, ...]]]
) -> None:
    (group,) = report(name).security_groups.groups
    assert (group.subnets, group.interfaces) == (("aks-subnet",), ())
    own = [each for each in group.rules if not each.is_default]
    assert [(each.priority, each.destination_ports, each.destinations) for each in own] == ports
    assert {each.sources for each in own} == {("Internet",)}
    assert [each.name for each in group.rules][len(own) :] == [
        "AllowVnetInBound",
        "AllowAzureLoadBalancerInBound",
        "DenyAllInBound",
        "AllowVnetOutBound",
        "AllowInternetOutBound",
        "DenyAllOutBound",
    ]
    assert list(group.rules[: len(own)]) == own


def test_rules_of_equal_direction_are_sorted_by_priority_whatever_their_order() -> None:
    draft = Draft(SEED)
    draft.one(SECURITY_GROUPS)["properties"]["securityRules"].reverse()
    assert analyze(draft.snapshot()).security_groups == report(SEED).security_groups


def test_security_groups_on_interfaces_name_the_nodes() -> None:
    groups = {each.name: each for each in report(CNI).security_groups.groups}
    assert groups["aks-agentpool-42906158-nsg"].interfaces == tuple(PAYMENTS_NODES)
    assert groups["aks-agentpool-42906158-nsg"].subnets == ()
    assert groups["nsg-snet-aks"].subnets == ("snet-aks",)
    first = groups["nsg-snet-aks"].rules[0]
    assert (first.name, first.priority, first.destination_ports) == (
        "allow-web-inbound",
        200,
        ("80", "443"),
    )


@pytest.mark.parametrize(
    ("name", "entries", "nodes"),
    [
        (
            SEED,
            {"203.0.113.84": ("ingress-basic/nginx-ingress-controller", [80, 443])},
            [SEED_NODE],
        ),
        (
            VMSS,
            {
                "198.51.100.43": ("shop/web", [80]),
                "198.51.100.97": ("ingress-nginx/ingress-nginx-controller", [80, 443]),
            },
            SHOP_NODES,
        ),
        (
            CNI,
            {"203.0.113.140": ("ingress-nginx/ingress-nginx-controller", [80, 443])},
            PAYMENTS_NODES,
        ),
    ],
)
def test_ways_in_lead_to_every_node(
    name: str, entries: dict[str, tuple[str, list[int]]], nodes: list[str]
) -> None:
    found = report(name).ways_in
    assert {
        str(entry.address): (
            entry.owner.words,
            [rule.frontend_port for each in entry.frontends for rule in each.rules],
        )
        for entry in found.entries
    } == entries
    (pool,) = found.pools
    assert pool.name == "kubernetes"
    assert sorted(str(each.node) for each in pool.nodes) == nodes
    for entry in found.entries:
        assert entry.nodes == ()
        for frontend in entry.frontends:
            assert frontend.load_balancer == "kubernetes"
            for rule in frontend.rules:
                assert rule.pools == (pool.id,)
    assert [len(each.public_ip) for each in found.outbound_only] == [len(arm.guid("x"))]
    assert found.missing == ()


@pytest.mark.parametrize(
    ("section", "kind"),
    [
        ("infrastructure", INVENTORY),
        ("load_balancing", LOAD_BALANCERS),
        ("virtual_networks", NETWORKS),
        ("virtual_networks", USAGES),
        ("node_interfaces", MACHINES),
        ("node_interfaces", INTERFACES),
        ("node_interfaces", SCALE_SETS),
        ("node_interfaces", SCALE_SET_INTERFACES),
        ("node_interfaces", VIRTUAL_MACHINES),
        ("route_tables", ROUTE_TABLES),
        ("route_tables", SCALE_SET_INTERFACES),
        ("security_groups", SECURITY_GROUPS),
        ("ways_in", LOAD_BALANCERS),
        ("ways_in", PUBLIC_IPS),
        ("ways_in", INTERFACES),
        ("ways_in", SCALE_SETS),
        ("ways_in", SCALE_SET_INTERFACES),
    ],
)
@pytest.mark.parametrize("with_documents", [True, False])
def test_a_section_names_the_list_it_could_not_see(
    section: str, kind: str, with_documents: bool
) -> None:
    found, hidden = without(VMSS, kind, with_documents=with_documents)
    assert hidden in getattr(found, section).missing
    assert getattr(report(VMSS), section).missing == ()
    assert hidden.unknown.endswith(f"({kind})")
    assert found.summary.gaps == 1


def test_the_summary_counts_what_may_hide_nodes_and_entries() -> None:
    machines, _ = without(VMSS, MACHINES)
    assert (machines.summary.nodes_missing, machines.summary.entries_missing) == (1, 0)
    addresses, _ = without(VMSS, PUBLIC_IPS)
    assert (addresses.summary.nodes_missing, addresses.summary.entries_missing) == (0, 1)


def test_a_refused_group_is_named() -> None:
    refusal = refusal_of(bundled(VMSS), "Microsoft.Resources/resourceGroups")
    found = report(VMSS, refusal).infrastructure
    assert (found.location, found.managed_by) == (None, None)
    assert found.missing == (unknown_of(gap_of(refusal)),)
    assert found.resources == report(VMSS).infrastructure.resources


def test_an_address_whose_public_ip_was_refused_is_unknown_wherever_it_is_shown() -> None:
    found, hidden = without(VMSS, PUBLIC_IPS)
    (rule,) = balancer(found).outbound_rules
    assert {each.address for each in balancer(found).frontends} == {hidden}
    assert {each.frontend_address for each in balancer(found).rules} == {hidden}
    assert rule.addresses == (hidden,)
    assert {each.address for each in found.ways_in.entries} == {hidden}
    assert {each.owner.services for each in found.ways_in.entries} == {()}
    assert {each.addresses for each in found.summary.ways_out} == {(hidden,)}
    assert {each.address for each in found.summary.public_entries} == {hidden}


def test_one_refused_address_leaves_the_others() -> None:
    (document,) = [
        each
        for each in Draft(VMSS).all(PUBLIC_IPS)
        if each["properties"]["ipAddress"] == "198.51.100.43"
    ]
    refusal = Refusal(ResourceId(document["id"]))
    addresses = [each.address for each in balancer(report(VMSS, refusal)).frontends]
    assert addresses == ["198.51.100.12", unknown_of(gap_of(refusal)), "198.51.100.97"]


def test_an_address_that_is_not_allocated_is_absent_and_not_unknown() -> None:
    draft = Draft(VMSS)
    for document in draft.all(PUBLIC_IPS):
        del document["properties"]["ipAddress"]
    found = balancer(analyze(draft.snapshot()))
    assert [each.address for each in found.frontends] == [None] * 3


@pytest.mark.parametrize("with_documents", [True, False])
def test_nodes_whose_interfaces_were_refused_have_unknown_addresses(with_documents: bool) -> None:
    found, hidden = without(VMSS, SCALE_SET_INTERFACES, with_documents=with_documents)
    members = [each for pool in balancer(found).backend_pools for each in pool.members]
    assert len(members) == 6
    if with_documents:
        assert {(each.node, each.address) for each in members} == {(hidden, hidden)}
        assert found.summary.ips_per_node == ()
        assert found.route_tables.nodes_without_route is None
    else:
        assert {each.node for each in members} == set(SHOP_NODES)


def test_devices_whose_interface_was_refused_say_what_hides_them() -> None:
    refusal = refusal_of(bundled(VMSS), SCALE_SET_INTERFACES, 1)
    devices = subnet(report(VMSS, refusal), "aks-subnet").devices
    (hidden,) = [each for each in devices if each.address is None]
    assert hidden.unseen == unknown_of(gap_of(refusal))
    assert (hidden.device, hidden.type) == (SHOP_NODES[1], "Node")
    assert subnet(report(VMSS, refusal), "aks-subnet").used == 3


def test_the_same_snapshot_gives_the_same_report() -> None:
    for name in (SEED, VMSS, CNI):
        assert report(name) == report(name)
        assert report(name).cluster == bundled(name).cluster
        assert report(name).captured_at == bundled(name).captured_at
