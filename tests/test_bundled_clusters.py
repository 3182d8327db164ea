"""What the report shows of each bundled cluster, written down from what the cluster is."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

import pytest

from inspector.cluster.egress import EgressKind
from inspector.cluster.fingerprint import Agreement
from inspector.cluster.ownership import OwnerKind
from inspector.report import Report, Unknown, analyze
from inspector.report.answer import TextAnswer
from inspector.report.devices import DeviceType
from tests.odd_clusters import COHERENT, bundled

AGREES, DIFFERS, UNDECIDED = Agreement.AGREES, Agreement.DIFFERS, Agreement.UNKNOWN
NODE, OTHER_NODE = DeviceType.NODE, DeviceType.OTHER_CLUSTER
BALANCER, ENDPOINT = DeviceType.INTERNAL_BALANCER, DeviceType.PRIVATE_ENDPOINT
API_SERVER = DeviceType.API_SERVER
HIDDEN = "?"
"""Stands for what the report says is unknown."""

OUTBOUND = "cluster's way out"

Way = tuple[str, str, str, EgressKind, tuple[str, ...]]
"""A pool, whose traffic, the family, the kind of way out, and its addresses or next hops."""


def lb(pool: str, *addresses: str, traffic: str = "nodes+pods", family: str = "IPv4") -> Way:
    """Return a way out by a load balancer's outbound rule."""
    return pool, traffic, family, EgressKind.OUTBOUND_RULE, addresses


def no_way(pool: str) -> Way:
    return pool, "nodes+pods", "IPv4", EgressKind.NONE, ()


def nat(pool: str, *addresses: str, traffic: str = "nodes+pods") -> Way:
    return pool, traffic, "IPv4", EgressKind.NAT_GATEWAY, addresses


def tcp(address: str, *ports: int, owner: str) -> set[tuple[str, str | None, int | None, str]]:
    """Return the ways in by a public address on TCP ports."""
    return {(address, "Tcp", port, owner) for port in ports}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a cluster is.

    ``nodes`` has, by pool, how many nodes have so many (IPv4, IPv6) configurations. ``entries``
    are address, protocol, port and owner. ``subnets`` are those in use, with used and free
    addresses, ``None`` where ARM cannot tell. ``balancers`` have their SKU and how many members
    of which kind are in each backend pool. ``public_ips`` has the owner of each address.
    """

    model: str
    nodes: Mapping[str, Mapping[tuple[int, int], int]]
    ways_out: set[Way]
    subnets: Mapping[str, tuple[int | None, int | None]]
    devices: Mapping[str, Mapping[DeviceType, int]]
    balancers: Mapping[str, tuple[str, Mapping[str, tuple[str, int]]]]
    entries: set[tuple[str, str | None, int | None, str]] = field(default_factory=set)
    public_ips: Mapping[str, str] = field(default_factory=dict)
    outbound_type: str | None = "loadBalancer"
    pools: int = 1
    agreement: Agreement = AGREES
    ways_agreement: Agreement = AGREES
    gaps: frozenset[str] = frozenset()


def standard(**pools: int) -> tuple[str, Mapping[str, tuple[str, int]]]:
    """Return a Standard balancer with pools of network interfaces."""
    return "standard", {name.replace("__", "-"): ("NICs", count) for name, count in pools.items()}


EXPECTED: dict[str, Facts] = {
    "seed-kubenet": Facts(
        model="kubenet",
        nodes={"nodepool1": {(1, 0): 1}},
        ways_out={lb("nodepool1", "203.0.113.21")},
        entries=tcp("203.0.113.84", 80, 443, owner="ingress-basic/nginx-ingress-controller"),
        public_ips={
            "203.0.113.21": OUTBOUND,
            "203.0.113.84": "ingress-basic/nginx-ingress-controller",
        },
        subnets={"aks-subnet": (1, 65530)},
        devices={"aks-subnet": {NODE: 1}},
        balancers={"kubernetes": standard(kubernetes=1, aksOutboundBackendPool=1)},
    ),
    "kubenet-vmss": Facts(
        model="kubenet",
        nodes={"nodepool1": {(1, 0): 3}},
        ways_out={lb("nodepool1", "198.51.100.12")},
        entries=tcp("198.51.100.43", 80, owner="shop/web")
        | tcp("198.51.100.97", 80, 443, owner="ingress-nginx/ingress-nginx-controller"),
        public_ips={
            "198.51.100.12": OUTBOUND,
            "198.51.100.43": "shop/web",
            "198.51.100.97": "ingress-nginx/ingress-nginx-controller",
        },
        subnets={"aks-subnet": (3, 65528)},
        devices={"aks-subnet": {NODE: 3}},
        balancers={"kubernetes": standard(kubernetes=3, aksOutboundBackendPool=3)},
    ),
    "kubenet-dual-stack": Facts(
        model="kubenet, dual stack",
        nodes={"nodepool1": {(1, 1): 2}},
        ways_out={
            lb("nodepool1", "203.0.113.186"),
            lb("nodepool1", "2001:db8:72::186", family="IPv6"),
        },
        entries={
            ("203.0.113.190", "Udp", 7777, "arena/lobby"),
            ("2001:db8:72::190", "Udp", 7777, "arena/lobby"),
        },
        public_ips={
            "203.0.113.186": OUTBOUND,
            "2001:db8:72::186": OUTBOUND,
            "203.0.113.190": "arena/lobby",
            "2001:db8:72::190": "arena/lobby",
        },
        subnets={"snet-nodes": (2, 249)},
        devices={"snet-nodes": {NODE: 4}},
        balancers={
            "kubernetes": standard(
                kubernetes=2,
                kubernetes__IPv6=2,
                aksOutboundBackendPool=2,
                aksOutboundBackendPool__ipv6=2,
            )
        },
    ),
    "basic-balancer": Facts(
        model="kubenet",
        nodes={"nodepool1": {(1, 0): 2}},
        outbound_type=None,
        ways_out={
            (
                "nodepool1",
                "nodes+pods",
                "IPv4",
                EgressKind.LOAD_BALANCING_RULE,
                ("192.0.2.45",),
            )
        },
        ways_agreement=UNDECIDED,
        entries=tcp("192.0.2.45", 80, 443, owner="default/portal"),
        public_ips={"192.0.2.45": "default/portal"},
        subnets={"aks-subnet": (2, 65529)},
        devices={"aks-subnet": {NODE: 2}},
        balancers={"kubernetes": ("basic", {"kubernetes": ("NICs", 2)})},
    ),
    "cni-nodesubnet": Facts(
        model="Azure CNI, node subnet",
        nodes={"nodepool1": {(29, 0): 3}},
        ways_out={lb("nodepool1", "203.0.113.66")},
        entries=tcp("203.0.113.140", 80, 443, owner="ingress-nginx/ingress-nginx-controller"),
        public_ips={
            "203.0.113.66": OUTBOUND,
            "203.0.113.140": "ingress-nginx/ingress-nginx-controller",
        },
        subnets={"snet-aks": (87, 932)},
        devices={"snet-aks": {NODE: 87}},
        balancers={"kubernetes": standard(kubernetes=3, aksOutboundBackendPool=3)},
    ),
    "virtual-nodes": Facts(
        model="Azure CNI, node subnet, powered by Cilium",
        pools=2,
        nodes={"system": {(29, 0): 2}, "workers": {(29, 0): 1}},
        ways_out={lb("system", "203.0.113.151"), lb("workers", "203.0.113.151")},
        public_ips={"203.0.113.151": OUTBOUND},
        subnets={
            "snet-system": (58, 65),
            "snet-workers": (29, 222),
            "snet-virtual-nodes": (0, None),
        },
        devices={
            "snet-system": {NODE: 58},
            "snet-workers": {NODE: 29},
            "snet-virtual-nodes": {},
        },
        balancers={"kubernetes": standard(kubernetes=3, aksOutboundBackendPool=3)},
    ),
    "private-udr": Facts(
        model="Azure CNI, node subnet",
        nodes={"nodepool1": {(29, 0): 2}},
        outbound_type="userDefinedRouting",
        ways_out={("nodepool1", "nodes+pods", "IPv4", EgressKind.APPLIANCE, ("10.88.0.4",))},
        subnets={"snet-aks": (60, 191), "snet-aks-ilb": (1, 26)},
        devices={
            "snet-aks": {NODE: 58, ENDPOINT: 1, OTHER_NODE: 1},
            "snet-aks-ilb": {BALANCER: 1},
        },
        balancers={"kubernetes-internal": standard(kubernetes=2)},
    ),
    "cni-podsubnet": Facts(
        model=(
            "Azure CNI, pod subnet with dynamic allocation and with static blocks, "
            "powered by Cilium"
        ),
        pools=2,
        nodes={"system": {(1, 0): 2}, "apps": {(1, 0): 2}},
        outbound_type="userAssignedNATGateway",
        ways_out={
            nat(pool, "198.51.100.64/30", "198.51.100.80", traffic=traffic)
            for pool in ("system", "apps")
            for traffic in ("nodes", "pods")
        },
        public_ips={"198.51.100.80": "NAT gateway", "198.51.100.64/30": "NAT gateway"},
        subnets={
            "snet-nodes-system": (2, 57),
            "snet-nodes-apps": (2, 57),
            "snet-pods-system": (None, None),
            "snet-pods-apps": (None, None),
        },
        devices={
            "snet-nodes-system": {NODE: 2},
            "snet-nodes-apps": {NODE: 2},
            "snet-pods-system": {},
            "snet-pods-apps": {},
        },
        balancers={},
    ),
    "cni-overlay": Facts(
        model="Azure CNI Overlay, calico network policy",
        pools=4,
        nodes={"system": {(1, 0): 2}, "win22": {(1, 0): 1}, "spot": {(1, 0): 1}},
        ways_out={
            lb(pool, "198.51.100.20", "198.51.100.21") for pool in ("system", "win22", "spot")
        },
        entries=tcp("198.51.100.170", 80, 443, owner="store/web")
        | tcp("198.51.100.171", 8443, owner="store/api"),
        public_ips={
            "198.51.100.20": OUTBOUND,
            "198.51.100.21": OUTBOUND,
            "198.51.100.170": "store/web",
            "198.51.100.171": "store/api",
        },
        subnets={"aks-subnet": (5, 65526)},
        devices={"aks-subnet": {NODE: 4, BALANCER: 1}},
        balancers={
            "kubernetes": standard(kubernetes=4, aksOutboundBackendPool=4),
            "kubernetes-internal": standard(kubernetes=4),
        },
    ),
    "automatic": Facts(
        model="Azure CNI Overlay, powered by Cilium",
        nodes={"systempool": {(1, 0): 2}, "auto-provisioned": {(1, 0): 3}},
        outbound_type="managedNATGateway",
        ways_out={
            nat(pool, "203.0.113.180", "203.0.113.181")
            for pool in ("systempool", "auto-provisioned")
        },
        entries=tcp("203.0.113.219", 80, 443, owner="app-routing-system/nginx"),
        public_ips={
            "203.0.113.180": "NAT gateway",
            "203.0.113.181": "NAT gateway",
            "203.0.113.219": "app-routing-system/nginx",
        },
        subnets={"aks-subnet": (5, 65526), "aks-apiserver-subnet": (None, None)},
        devices={"aks-subnet": {NODE: 5}, "aks-apiserver-subnet": {API_SERVER: 1}},
        balancers={
            "kubernetes": standard(kubernetes=5),
            "kube-apiserver": ("standard", {"kube-apiserver-backendpool": ("NICs", 0)}),
        },
    ),
    "dual-stack": Facts(
        model="Azure CNI Overlay, dual stack",
        nodes={"nodepool1": {(1, 1): 3}},
        ways_out={
            lb("nodepool1", "203.0.113.10"),
            lb("nodepool1", "2001:db8:10::10", family="IPv6"),
        },
        entries=tcp("203.0.113.30", 80, 443, owner="live/edge")
        | tcp("2001:db8:10::30", 80, 443, owner="live/edge"),
        public_ips={
            "203.0.113.10": OUTBOUND,
            "2001:db8:10::10": OUTBOUND,
            "203.0.113.30": "live/edge",
            "2001:db8:10::30": "live/edge",
        },
        subnets={"snet-aks": (3, 248)},
        devices={"snet-aks": {NODE: 6}},
        balancers={
            "kubernetes": standard(
                kubernetes=3,
                kubernetes__IPv6=3,
                aksOutboundBackendPool=3,
                aksOutboundBackendPool__ipv6=3,
            )
        },
    ),
    "virtual-machines": Facts(
        model="Azure CNI Overlay",
        pools=2,
        nodes={"system": {(1, 0): 3}, "batch": {(1, 0): 2}},
        outbound_type="none",
        ways_out={no_way("system"), no_way("batch")},
        subnets={"snet-nodes": (7, 52)},
        devices={"snet-nodes": {NODE: 5, ENDPOINT: 1, BALANCER: 1}},
        balancers={"kubernetes-internal": standard(kubernetes=5)},
    ),
    "multi-balancer": Facts(
        model="Azure CNI Overlay",
        pools=2,
        nodes={"nodepool1": {(1, 0): 2}, "teamb": {(1, 0): 2}},
        ways_out={lb("nodepool1", "198.51.100.120"), lb("teamb", "198.51.100.120")},
        entries=tcp("198.51.100.130", 80, 443, owner="booking/site")
        | tcp("198.51.100.131", 443, owner="booking/chat")
        | tcp("198.51.100.140", 443, owner="loyalty/points")
        # The address's tag names both services; no backend pool tells whose this port is.
        | tcp("198.51.100.140", 8443, owner="loyalty/points, loyalty/partners"),
        public_ips={
            "198.51.100.120": OUTBOUND,
            "198.51.100.130": "booking/site",
            "198.51.100.131": "booking/chat",
            "198.51.100.140": "loyalty/points, loyalty/partners",
        },
        subnets={"aks-subnet": (4, 65527)},
        devices={"aks-subnet": {NODE: 4}},
        balancers={
            "kubernetes": (
                "standard",
                {
                    "kubernetes": ("addresses", 2),
                    "booking-chat": ("addresses", 1),
                    "aksOutboundBackendPool": ("NICs", 4),
                },
            ),
            "team-b": (
                "standard",
                {"kubernetes": ("addresses", 2), "loyalty-points": ("addresses", 1)},
            ),
        },
    ),
    "isolated": Facts(
        model="Azure CNI Overlay, powered by Cilium",
        nodes={"nodepool1": {(1, 0): 3}},
        outbound_type="block",
        ways_out={no_way("nodepool1")},
        subnets={"aks-subnet": (4, 65527)},
        devices={"aks-subnet": {NODE: 3, ENDPOINT: 1}},
        balancers={},
    ),
    "byo-cni": Facts(
        model="bring your own CNI",
        pools=2,
        nodes={"system": {(1, 0): 2}, "media": {(1, 0): 2}},
        ways_out={
            lb("system", "203.0.113.192/31", traffic="nodes"),
            (
                "media",
                "nodes",
                "IPv4",
                EgressKind.NODE_PUBLIC_IP,
                ("198.51.100.209", "198.51.100.210"),
            ),
        },
        entries={
            ("203.0.113.205", "Tcp", 5061, "voice/signalling"),
            ("198.51.100.209", None, None, "node"),
            ("198.51.100.210", None, None, "node"),
        },
        public_ips={
            "198.51.100.209": "node",
            "198.51.100.210": "node",
            "203.0.113.205": "voice/signalling",
            "198.51.100.208/30": "nodes of pool media",
            "203.0.113.192/31": OUTBOUND,
        },
        subnets={"aks-subnet": (4, 65527)},
        devices={"aks-subnet": {NODE: 4}},
        balancers={"kubernetes": standard(kubernetes=4, aksOutboundBackendPool=4)},
    ),
    "half-migrated": Facts(
        model="Azure CNI Overlay",
        nodes={"nodepool1": {(1, 0): 2, (2, 0): 1}},
        agreement=DIFFERS,
        ways_out={lb("nodepool1", "198.51.100.230", HIDDEN)},
        entries=tcp("198.51.100.240", 80, 443, owner="orders/checkout"),
        public_ips={
            "198.51.100.230": OUTBOUND,
            "pip-orders-egress-2": OUTBOUND,
            "198.51.100.240": "orders/checkout",
            "198.51.100.241": "nobody",
            "198.51.100.242": "nobody",
        },
        subnets={"snet-aks": (4, 247)},
        devices={"snet-aks": {NODE: 4}},
        balancers={"kubernetes": standard(kubernetes=2, aksOutboundBackendPool=3)},
        gaps=frozenset({"nsg-snet-aks", "pip-orders-egress-2"}),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Access:
    """How the API server is reached; ``linked`` are the networks that may ask its private zone.

    ``asks`` are the nodes' networks, and whether they ask nothing but resolvers of the user's.
    """

    is_public: bool = True
    authorized_ranges: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    zone: str | None = None
    linked: frozenset[str] = frozenset()
    asks: Mapping[str, bool] = field(default_factory=dict)
    integrated: tuple[str, str] | None = None


ACCESS: dict[str, Access] = {
    "private-udr": Access(
        is_public=False,
        endpoints=("10.80.0.4",),
        zone="system",
        linked=frozenset({"vnet-claims", "vnet-hub-germany"}),
        asks={"vnet-claims": True},
    ),
    "virtual-machines": Access(
        is_public=False,
        endpoints=("10.112.0.4",),
        zone="system",
        linked=frozenset({"vnet-lab"}),
        asks={"vnet-lab": False},
    ),
    "isolated": Access(
        is_public=False,
        endpoints=("10.224.0.4",),
        zone="own",
        linked=frozenset({"aks-vnet-62083715", "vnet-hub-norway"}),
        asks={"aks-vnet-62083715": False},
    ),
    "automatic": Access(integrated=("aks-apiserver-subnet", "10.226.0.4")),
    "cni-podsubnet": Access(
        authorized_ranges=("203.0.113.64/26", "198.51.100.64/30", "198.51.100.80/32")
    ),
}
"""What is special about the way to the API server; the others' is public, and open to all."""


@cache
def report_on(name: str) -> Report:
    return analyze(bundled(name))


@pytest.fixture(params=COHERENT)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def facts(name: str) -> Facts:
    return EXPECTED[name]


@pytest.fixture
def report(name: str) -> Report:
    return report_on(name)


def told(answers: Iterable[TextAnswer]) -> tuple[str, ...]:
    """Return answers in the order of text, what is unknown last."""
    known = sorted(str(each) for each in answers if not isinstance(each, Unknown))
    return (*known, *(HIDDEN for each in answers if isinstance(each, Unknown)))


def number(answer: int | Unknown | None) -> int | None:
    assert answer is not None
    return None if isinstance(answer, Unknown) else answer


def test_every_bundled_cluster_is_written_down() -> None:
    assert EXPECTED.keys() == set(COHERENT)
    assert set(COHERENT) >= ACCESS.keys()


def test_network_model(facts: Facts, report: Report) -> None:
    assert report.summary.network_model == facts.model
    assert report.network_model.agreement is facts.agreement
    assert report.summary.model_agreement is facts.agreement
    differing = [pool.pool for pool in report.network_model.pools if pool.differences]
    assert bool(differing) == (facts.agreement is DIFFERS)


def test_nodes_and_their_addresses(facts: Facts, report: Report) -> None:
    found: dict[str, Counter[tuple[int, int]]] = {}
    for each in report.node_interfaces.interfaces:
        ipv6 = sum(configuration.is_ipv6 for configuration in each.ip_configurations)
        ipv4 = len(each.ip_configurations) - ipv6
        found.setdefault(each.pool, Counter())[ipv4, ipv6] += 1
    assert found == facts.nodes
    assert report.summary.nodes == sum(sum(each.values()) for each in facts.nodes.values())
    assert report.summary.pools == facts.pools
    assert report.summary.nodes_missing == 0
    assert {pool.pool: pool.nodes for pool in report.network_model.pools if pool.nodes} == {
        pool: sum(counts.values()) for pool, counts in facts.nodes.items()
    }


def test_ways_out(facts: Facts, report: Report) -> None:
    found = {
        (
            row.pool,
            "+".join(row.traffic),
            row.family.value,
            row.kind,
            row.next_hops or told(row.addresses),
        )
        for row in report.ways_out.rows
    }
    assert found == facts.ways_out
    assert report.ways_out.outbound_type == facts.outbound_type
    assert report.ways_out.agreement is facts.ways_agreement
    assert report.ways_out.differences == ()


def test_ways_in(facts: Facts, report: Report) -> None:
    found = {
        (str(each.address), each.protocol, each.port, each.owner.words if each.owner else "")
        for each in report.summary.public_entries
    }
    assert found == facts.entries
    assert len(report.summary.public_entries) == len(facts.entries)
    assert report.summary.other_public_addresses == ()


def test_public_addresses_and_their_owners(facts: Facts, report: Report) -> None:
    addresses = {
        str(each.address or each.name): each.owner.words for each in report.public_ips.addresses
    }
    prefixes = {str(each.prefix): each.owner.words for each in report.public_ips.prefixes}
    assert addresses | prefixes == facts.public_ips


def test_subnets_in_use(facts: Facts, report: Report) -> None:
    found = {
        subnet.name: (number(subnet.used), number(subnet.free))
        for network in report.virtual_networks.networks
        for subnet in network.subnets
        if subnet.is_cluster_subnet
    }
    assert found == facts.subnets


def test_devices(facts: Facts, report: Report) -> None:
    found = {
        subnet.name: Counter(device.type for device in subnet.devices)
        for network in report.virtual_networks.networks
        for subnet in network.subnets
        if subnet.is_cluster_subnet
    }
    assert found == facts.devices


def test_load_balancers(facts: Facts, report: Report) -> None:
    found = {
        balancer.name: (
            (balancer.sku or "").lower(),
            {
                pool.name: ("addresses" if pool.holds_addresses else "NICs", len(pool.members))
                for pool in balancer.backend_pools
            },
        )
        for balancer in report.load_balancing.balancers
    }
    assert found == facts.balancers
    members = [
        member
        for balancer in report.load_balancing.balancers
        for pool in balancer.backend_pools
        for member in pool.members
    ]
    assert all(isinstance(member.node, str) for member in members)


def test_gaps(facts: Facts, report: Report) -> None:
    assert {gap.target.name for gap in report.gaps} == facts.gaps
    assert report.summary.gaps == len(facts.gaps)


def test_api_server(name: str, report: Report) -> None:
    access, api_server = ACCESS.get(name, Access()), report.api_server
    assert api_server.is_private is not access.is_public
    assert api_server.authorized_ranges == access.authorized_ranges
    assert api_server.admitted_addresses == ()
    endpoints = api_server.endpoints or ()
    assert not isinstance(endpoints, Unknown)
    assert told(address for each in endpoints for address in each.addresses) == access.endpoints
    assert {each.state for each in endpoints} <= {"Approved"}
    assert {each.name: each.must_forward for each in api_server.networks} == access.asks
    assert all(each.is_linked is True for each in api_server.networks)
    zone = api_server.zone
    assert (zone.setting if zone else None) == access.zone
    links = zone.links if zone else ()
    assert isinstance(links, tuple)
    assert {each.network for each in links} == access.linked
    integration = api_server.integration
    found = (integration.subnet, *told(integration.addresses)) if integration else None
    assert found == access.integrated
    assert api_server.missing == ()


def test_internal_services_are_known_by_their_uid_alone() -> None:
    """ARM has no tag for what has no public address."""
    owners = {
        (name, str(frontend.address)): frontend.owner
        for name in COHERENT
        for balancer in report_on(name).load_balancing.balancers
        for frontend in balancer.frontends
        if balancer.name == "kubernetes-internal"
    }
    assert owners.keys() == {
        ("private-udr", "10.80.1.4"),
        ("cni-overlay", "10.224.0.6"),
        ("virtual-machines", "10.112.0.10"),
    }
    assert {each.kind for each in owners.values()} == {OwnerKind.SERVICE}
    assert all(each.service_uid and not each.services for each in owners.values())


def test_a_stopped_pool_is_counted_without_nodes() -> None:
    report = report_on("cni-overlay")
    assert report.summary.pools_stopped == 1
    stopped = next(pool for pool in report.network_model.pools if pool.pool == "batch")
    assert (stopped.nodes, stopped.differences) == (0, ())


def test_auto_provisioned_nodes_are_counted_apart() -> None:
    summary = report_on("automatic").summary
    assert (summary.nodes_outside_pools, summary.outside_pools) == (3, "auto-provisioned")


def test_node_routes_of_kubenet_lead_to_every_node() -> None:
    for name in ("seed-kubenet", "kubenet-vmss", "kubenet-dual-stack", "basic-balancer"):
        tables = report_on(name).route_tables
        assert tables.nodes_without_route == ()
        assert tables.subnets_without_table == ()
        assert all(route.node for table in tables.tables for route in table.routes)
    families = Counter(
        ":" in (route.prefix or "")
        for table in report_on("kubenet-dual-stack").route_tables.tables
        for route in table.routes
    )
    assert families == {False: 2, True: 2}


def test_neighbours_of_the_private_cluster_are_none_of_its_own() -> None:
    network = next(
        each
        for each in report_on("private-udr").virtual_networks.networks
        if each.name == "vnet-claims"
    )
    subnets = {each.name: each for each in network.subnets}
    assert network.dns_servers == ("10.88.1.4", "10.88.1.5")
    assert not subnets["snet-agw"].is_cluster_subnet
    assert not subnets["snet-mgmt"].is_cluster_subnet
    (other,) = (each for each in subnets["snet-aks"].devices if each.type is OTHER_NODE)
    assert other.address is None
    assert other.belongs_to == "resource group MC_RG-CLAIMS-TEST_AKS-CLAIMS-TEST_GERMANYWESTCENTRAL"


def test_the_blocked_cluster_has_a_rule_that_denies_the_internet() -> None:
    (row,) = report_on("isolated").ways_out.rows
    (denial,) = row.denied_by
    assert (denial.rule, denial.is_total) == ("deny-internet", True)
    assert denial.attached_to == "subnet aks-subnet"


class TestHalfMigrated:
    """Every planted fault that ``fixtures/README.md`` names."""

    report = report_on("half-migrated")

    def test_stale_pod_routes(self) -> None:
        (pool,) = self.report.network_model.pools
        assert "pod routes of kubenet lead to 2 of 3 nodes" in pool.differences
        (table,) = self.report.route_tables.tables
        assert {route.name.split("____")[0]: route.node for route in table.routes} == {
            "to-branches": None,
            "aks-nodepool1-50632197-vmss000000": "aks-nodepool1-50632197-vmss000000",
            "aks-nodepool1-50632197-vmss000001": "aks-nodepool1-50632197-vmss000001",
        }

    def test_a_second_configuration(self) -> None:
        (pool,) = self.report.network_model.pools
        assert "1 node with 2 IPv4 configurations, not 1" in pool.differences
        interfaces = self.report.node_interfaces
        (place,) = interfaces.pools[0].exceptions
        assert interfaces.interfaces[place].node == "aks-nodepool1-50632197-vmss000001"

    def test_a_node_missing_from_a_backend_pool(self) -> None:
        (balancer,) = self.report.load_balancing.balancers
        pools = {each.name: each for each in balancer.backend_pools}
        shares = {
            name: [(share.members, share.nodes) for share in pool.node_pools]
            for name, pool in pools.items()
        }
        assert shares == {"kubernetes": [(2, 3)], "aksOutboundBackendPool": [(3, 3)]}
        members = {each.node for each in pools["kubernetes"].members}
        assert "aks-nodepool1-50632197-vmss000002" not in members

    def test_a_frontend_without_rules(self) -> None:
        (balancer,) = self.report.load_balancing.balancers
        idle = [each for each in balancer.frontends if each.owner.kind is OwnerKind.NOBODY]
        assert [(each.address, each.rules) for each in idle] == [("198.51.100.241", 0)]

    def test_an_address_attached_to_nothing(self) -> None:
        strays = {
            str(each.address): each.owner.because
            for each in self.report.public_ips.addresses
            if each.owner.kind is OwnerKind.NOBODY
        }
        assert strays["198.51.100.242"] == (
            "attached to nothing; its tags still name orders/legacy-api"
        )
        assert strays["198.51.100.241"].startswith("no rule uses the frontend")

    def test_a_lost_peering(self) -> None:
        (network,) = self.report.virtual_networks.networks
        (peering,) = network.peerings
        assert (peering.name, peering.state) == ("to-hub-us", "Disconnected")
        assert peering.remote_prefixes == ("10.40.0.0/20",)
        (table,) = self.report.route_tables.tables
        hops = {route.name: route.next_hop for route in table.routes}
        assert hops["to-branches"] == "10.40.0.4"

    def test_what_the_reader_may_not_see(self) -> None:
        missing = {each.unknown.rpartition("/")[2] for each in self.report.security_groups.missing}
        assert missing == {"nsg-snet-aks"}
        unseen = [each for each in self.report.public_ips.addresses if each.unseen]
        assert [each.name for each in unseen] == ["pip-orders-egress-2"]
        ways = {each.unknown.rpartition("/")[2] for each in self.report.ways_out.missing}
        assert ways == {"nsg-snet-aks", "pip-orders-egress-2"}
        assert self.report.summary.ways_out_missing == len(self.report.ways_out.missing)
