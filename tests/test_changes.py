"""``diff``: what is a change, what is none, and that each planted one is told once."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from benchmarks.clusters import cni_cluster, kubenet_cluster, overlay_cluster
from fixtures import aging
from fixtures.aging import aged
from fixtures.documents import peering, route
from fixtures.planting import Fault, Garden
from fixtures.scenarios import SCENARIOS
from inspector.changes import Change, Changes, Kind, Thing, Topic, diff
from inspector.changes.areas import AREAS
from inspector.changes.setting import Ledger, Sides, set_against
from inspector.errors import UsageError
from inspector.resource_id import ResourceId
from inspector.snapshot import Snapshot, decode_snapshot
from inspector.topology import Topology
from tests.odd_clusters import USAGES, bundled
from tests.test_snapshot import layout_of, with_recased_ids

names = st.sampled_from(sorted(SCENARIOS))
GENERATED: dict[str, Callable[[], Snapshot]] = {
    "kubenet": lambda: kubenet_cluster(60),
    "cni": lambda: cni_cluster(20, 31),
    "overlay": lambda: overlay_cluster(60, 3, 20),
}
MIRRORED = {Kind.APPEARED: Kind.GONE, Kind.GONE: Kind.APPEARED, Kind.CHANGED: Kind.CHANGED}


@cache
def week(name: str) -> tuple[Snapshot, Snapshot]:
    """Return a bundled cluster and the same a week later, nothing having happened."""
    return bundled(name), aged(bundled(name), ())


def told(changes: Changes) -> list[str]:
    """Return the sentences of all changes that are no consequences, in their order."""
    return [each.sentence for topic in changes.topics for each in topic.changes]


def leaves(changes: Changes) -> Iterator[Change]:
    """Yield every single change, consequences and members included."""
    pending = [each for topic in changes.topics for each in topic.changes]
    while pending:
        change = pending.pop()
        pending += (*change.members, *change.consequences)
        if not change.members:
            yield change


def assert_nothing_changed(changes: Changes) -> None:
    findings = changes.findings
    assert told(changes) == []
    assert (findings.appeared, findings.gone, findings.changed) == ((), (), ())
    assert not changes.has_changes
    assert changes.number == 0


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_cluster_is_as_it_was(name: str) -> None:
    snapshot = bundled(name)
    changes = diff(snapshot, snapshot)
    assert_nothing_changed(changes)
    assert changes.notes == ()
    assert changes.documents.both == changes.documents.old == len(snapshot.documents)


@pytest.mark.parametrize("make", GENERATED.values(), ids=GENERATED.keys())
def test_a_large_cluster_is_as_it_was(make: Callable[[], Snapshot]) -> None:
    assert_nothing_changed(diff(make(), make()))


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_time_alone_changes_nothing(name: str) -> None:
    """Dates are judged by one day on both sides, however far apart the snapshots are."""
    snapshot = bundled(name)
    later = msgspec.structs.replace(
        snapshot, captured_at=snapshot.captured_at + timedelta(days=1500)
    )
    changes = diff(snapshot, later)
    assert_nothing_changed(changes)
    assert changes.as_of == later.captured_at.date()
    assert diff(snapshot, later, as_of=date(2026, 12, 1)).as_of == date(2026, 12, 1)


ORDERED = frozenset({"ipFamilies", "podCidrs", "serviceCidrs"})
"""The lists whose order says which family comes first."""

ENUMS = frozenset(
    {
        "access",
        "direction",
        "nextHopType",
        "outboundType",
        "loadBalancerSku",
        "peeringState",
        "networkPlugin",
        "networkPluginMode",
        "loadDistribution",
        "privateIPAddressVersion",
        "osType",
        "mode",
    }
)


def rewritten(value: Any, rng: random.Random, key: str = "") -> Any:
    """Return a document as ARM may write it another time: lists in another order, other etags."""
    if isinstance(value, list):
        several = [rewritten(each, rng) for each in value]
        if key not in ORDERED:
            rng.shuffle(several)
        return several
    if isinstance(value, dict):
        return {name: rewritten(each, rng, name) for name, each in value.items()}
    if key in {"etag", "resourceGuid"}:
        return f"{value}{rng.randrange(1000)}"
    if key in ENUMS and isinstance(value, str):
        return rng.choice((str.lower, str.upper, str))(value)
    return value


@given(names, st.randoms(use_true_random=False))
@settings(max_examples=40, phases=(Phase.explicit, Phase.generate))
def test_order_casing_and_etags_are_no_change(name: str, rng: random.Random) -> None:
    def recase(text: str) -> str:
        return rng.choice((str.lower, str.upper, str.swapcase, str))(text)

    layout = with_recased_ids(layout_of(bundled(name)), recase)
    documents = [(key, rewritten(each, rng)) for key, each in layout["documents"].items()]
    rng.shuffle(documents)
    layout["documents"] = dict(documents)
    other = decode_snapshot(msgspec.json.encode(layout), "other")
    assert_nothing_changed(diff(bundled(name), other))
    assert_nothing_changed(diff(other, bundled(name)))


SETTLING = ("Microsoft.Network/loadBalancers", "Microsoft.Network/virtualNetworks")


@pytest.mark.parametrize("state", ["Updating", "succeeded"])
def test_a_resource_that_settles_is_no_change(state: str) -> None:
    def change(garden: Garden) -> None:
        for document in garden:
            if ResourceId(document["id"]).type in SETTLING:
                document["properties"]["provisioningState"] = state

    assert_nothing_changed(diff(bundled("kubenet-vmss"), aged(bundled("kubenet-vmss"), [change])))


def pool_of(garden: Garden) -> Any:
    return aging.one(garden, aging.CLUSTERS)["properties"]["agentPoolProfiles"][0]


def profile_of(garden: Garden) -> Any:
    return aging.one(garden, aging.CLUSTERS)["properties"]["networkProfile"]


def first_subnet(garden: Garden) -> Any:
    return aging.one(garden, aging.NETWORKS)["properties"]["subnets"][0]["properties"]


def cluster_fails(garden: Garden) -> None:
    pool_of(garden)["provisioningState"] = "Failed"


def pool_stops(garden: Garden) -> None:
    pool_of(garden)["powerState"] = {"code": "Stopped"}


def pool_is_scaled(garden: Garden) -> None:
    pool_of(garden)["count"] += 2


def outbound_type_changes(garden: Garden) -> None:
    profile_of(garden)["outboundType"] = "userDefinedRouting"


def balancer_becomes_standard(garden: Garden) -> None:
    aging.one(garden, aging.BALANCERS)["sku"]["name"] = "Standard"


def table_is_detached(garden: Garden) -> None:
    del first_subnet(garden)["routeTable"]
    aging.one(garden, aging.TABLES)["properties"].pop("subnets", None)


def group_is_detached(garden: Garden) -> None:
    del first_subnet(garden)["networkSecurityGroup"]
    aging.one(garden, aging.GROUPS)["properties"].pop("subnets", None)


def peering_disconnects(garden: Garden) -> None:
    for network in aging.all_of(garden, aging.NETWORKS):
        for each in network["properties"].get("virtualNetworkPeerings", ()):
            each["properties"]["peeringState"] = "Disconnected"


def network_is_peered(garden: Garden) -> None:
    network = aging.one(garden, aging.NETWORKS)
    hub = network["id"].rsplit("/", 1)[0] + "/vnet-hub"
    joined = peering(network["id"], "to-hub", remote=hub, remote_prefixes=["10.100.0.0/16"])
    network["properties"]["virtualNetworkPeerings"] = [joined]


def address_of_node_changes(garden: Garden) -> None:
    configurations = aging.one(garden, aging.INTERFACES)["properties"]["ipConfigurations"]
    configurations[0]["properties"]["privateIPAddress"] = "10.224.0.99"


def nodes_stop_forwarding(garden: Garden) -> None:
    for each in aging.all_of(garden, aging.INTERFACES):
        each["properties"]["enableIPForwarding"] = False


def route_is_renamed(garden: Garden) -> None:
    route = aging.one(garden, aging.TABLES)["properties"]["routes"][0]
    for field in ("name", "id"):
        route[field] = route[field].split("____")[0]


def probe_changes(garden: Garden) -> None:
    aging.one(garden, aging.BALANCERS)["properties"]["probes"][0]["properties"]["port"] = 30000


def ports_are_allocated(garden: Garden) -> None:
    """Allocate ports as AKS does: in the profile, and with it in the rule."""
    profile_of(garden)["loadBalancerProfile"]["allocatedOutboundPorts"] = 2048
    rules = aging.one(garden, aging.BALANCERS)["properties"]["outboundRules"]
    rules[0]["properties"]["allocatedOutboundPorts"] = 2048


def endpoint_is_rejected(garden: Garden) -> None:
    endpoint = aging.one(garden, "Microsoft.Network/privateEndpoints")
    for field in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
        for each in endpoint["properties"].get(field, ()):
            each["properties"]["privateLinkServiceConnectionState"]["status"] = "Rejected"


def gateway_is_detached(garden: Garden) -> None:
    for network in aging.all_of(garden, aging.NETWORKS):
        for subnet in network["properties"]["subnets"]:
            subnet["properties"].pop("natGateway", None)
    for gateway in aging.all_of(garden, "Microsoft.Network/natGateways"):
        gateway["properties"].pop("subnets", None)


def services_are_reached_from_the_subnet(garden: Garden) -> None:
    endpoints = [{"service": "Microsoft.Storage", "locations": ["westeurope"]}]
    first_subnet(garden)["serviceEndpoints"] = endpoints


def addresses_change_places(garden: Garden) -> None:
    """Give each of two services the other's address."""
    fronts = aging.one(garden, aging.BALANCERS)["properties"]["frontendIPConfigurations"]
    one, other = (each["properties"] for each in fronts[1:3])
    one["publicIPAddress"], other["publicIPAddress"] = (
        other["publicIPAddress"],
        one["publicIPAddress"],
    )


def default_route_appears(garden: Garden) -> None:
    table = aging.one(garden, aging.TABLES)
    added = route(table["id"], "to-firewall", "0.0.0.0/0", "10.100.0.4")
    table["properties"]["routes"].append(added)


def pool_appears(garden: Garden) -> None:
    cluster = aging.one(garden, aging.CLUSTERS)
    pools = cluster["properties"]["agentPoolProfiles"]
    pools.append({**pools[0], "name": "batch", "count": 0, "mode": "User"})


def rule_is_written_in_the_plural(garden: Garden) -> None:
    rule = aging.one(garden, aging.GROUPS)["properties"]["securityRules"][0]["properties"]
    rule["destinationAddressPrefixes"] = [f"{rule.pop('destinationAddressPrefix')}/32"]


TABLE = "route table aks-agentpool-30517864-routetable"
BALANCER = "load balancer kubernetes"
NSG = "network security group aks-agentpool-30517864-nsg"
NODE = "aks-nodepool1-18264093-vmss00000"
WEB_RULE = "security rule k8s-azure-lb_allow_IPv4_583de5a3acb92adaed9c1870881d4bc6"
PLANTED: dict[str, tuple[str, Fault, list[str]]] = {
    "node joins": (
        "kubenet-vmss",
        aging.node_joins,
        [f"node {NODE}3 joined: pool nodepool1, 10.224.0.77"],
    ),
    "node leaves": (
        "kubenet-vmss",
        aging.node_leaves,
        [f"node {NODE}1 left: pool nodepool1, 10.224.0.4"],
    ),
    "route moves": (
        "kubenet-vmss",
        aging.route_moves,
        [f"route 10.244.0.0/24 of {TABLE}: next hop {NODE}2 (10.224.0.5) → {NODE}0 (10.224.0.6)"],
    ),
    "route renamed": ("kubenet-vmss", route_is_renamed, []),
    "service appears": (
        "kubenet-vmss",
        aging.service_appears,
        [
            (
                f"frontend a0b98d3a5193757d4b6f07ac5cb55325 of {BALANCER} added: service shop/api, "
                "198.51.100.61, TCP 443"
            ),
            (
                f"security rule k8s-azure-lb_allow_IPv4_72bcb416123aa45db4737e893bf13347 of {NSG} "
                "added: allow inbound TCP to port 443, from Internet to 198.51.100.61, priority 510"
            ),
        ],
    ),
    "service goes": (
        "kubenet-vmss",
        aging.service_goes,
        [
            (
                f"frontend a336126d516cb5156aea106e4a4f67c2 of {BALANCER} removed: "
                "service shop/web, 198.51.100.43, TCP 80"
            ),
            (
                f"{WEB_RULE} of {NSG} removed: allow inbound TCP to port 80, from Internet to "
                "198.51.100.43, priority 500"
            ),
        ],
    ),
    "member leaves": (
        "kubenet-vmss",
        aging.member_leaves,
        [f"backend pool member {NODE}0 of backend pool kubernetes/kubernetes left"],
    ),
    "load balancing rule": (
        "kubenet-vmss",
        aging.load_balancing_rule_changes,
        [
            (
                f"load balancing rule a336126d516cb5156aea106e4a4f67c2-TCP-80 of {BALANCER}: "
                "idle minutes 4 → 15"
            ),
        ],
    ),
    "probe": (
        "kubenet-vmss",
        probe_changes,
        [f"health probe a336126d516cb5156aea106e4a4f67c2-TCP-80 of {BALANCER}: port 31877 → 30000"],
    ),
    "security rule added": (
        "kubenet-vmss",
        aging.rule_opens,
        [
            (
                f"security rule allow-ssh of {NSG} added: allow inbound TCP to port 22, from any "
                "to any, priority 300"
            ),
        ],
    ),
    "priority": (
        "kubenet-vmss",
        aging.rule_changes_priority,
        [f"{WEB_RULE} of {NSG}: priority 500 → 900"],
    ),
    "security rule removed": (
        "kubenet-vmss",
        aging.rule_goes,
        [
            (
                f"{WEB_RULE} of {NSG} removed: allow inbound TCP to port 80, from Internet to "
                "198.51.100.43, priority 500"
            ),
        ],
    ),
    "singular and plural": ("kubenet-vmss", rule_is_written_in_the_plural, []),
    "subnet grows": (
        "kubenet-vmss",
        aging.subnet_grows,
        [
            (
                "subnet aks-subnet of virtual network aks-vnet-30517864: prefixes 10.224.0.0/16 → "
                "10.224.0.0/15"
            ),
        ],
    ),
    "resolvers": (
        "kubenet-vmss",
        aging.resolvers_change,
        ["virtual network aks-vnet-30517864: DNS servers gained 10.224.255.10, 10.224.255.11"],
    ),
    "version": (
        "kubenet-vmss",
        aging.version_rises,
        ["cluster aks-shop: Kubernetes version 1.30.9 → 1.34.2"],
    ),
    "max surge": (
        "kubenet-vmss",
        aging.surge_changes,
        ["node pool nodepool1: max surge 10% → 33%"],
    ),
    "scaled": ("kubenet-vmss", pool_is_scaled, ["node pool nodepool1: nodes 3 → 5"]),
    "failed": (
        "kubenet-vmss",
        cluster_fails,
        ["node pool nodepool1: provisioning state Succeeded → Failed"],
    ),
    "stopped": ("kubenet-vmss", pool_stops, ["node pool nodepool1: power state Running → Stopped"]),
    "authorized ranges": (
        "kubenet-vmss",
        aging.api_is_restricted,
        ["cluster aks-shop: authorized IP ranges none → 203.0.113.0/24"],
    ),
    "outbound address": (
        "kubenet-vmss",
        aging.outbound_address_changes,
        ["outbound addresses of aks-shop: addresses 198.51.100.12 → 198.51.100.77"],
    ),
    "outbound type": (
        "kubenet-vmss",
        outbound_type_changes,
        ["cluster aks-shop: outbound type loadBalancer → userDefinedRouting"],
    ),
    "allocated ports": (
        "kubenet-vmss",
        ports_are_allocated,
        ["cluster aks-shop: SNAT ports per node automatic → 2048"],
    ),
    "load balancer SKU": (
        "basic-balancer",
        balancer_becomes_standard,
        ["load balancer kubernetes: SKU Basic → Standard"],
    ),
    "table detached": (
        "kubenet-vmss",
        table_is_detached,
        ["route table of subnet aks-subnet detached: aks-agentpool-30517864-routetable"],
    ),
    "group detached": (
        "kubenet-vmss",
        group_is_detached,
        ["security group of subnet aks-subnet detached: aks-agentpool-30517864-nsg"],
    ),
    "peered": (
        "kubenet-vmss",
        network_is_peered,
        ["peering to-hub of virtual network aks-vnet-30517864 added: to vnet-hub"],
    ),
    "peering disconnected": (
        "cni-nodesubnet",
        peering_disconnects,
        ["peering to-hub of virtual network vnet-payments: state Connected → Disconnected"],
    ),
    "node address": (
        "cni-overlay",
        address_of_node_changes,
        ["node aks-spot-90416235-vmss000011: address 10.224.0.4 → 10.224.0.99"],
    ),
    "forwarding": (
        "kubenet-vmss",
        nodes_stop_forwarding,
        [
            (
                "nodes of pool nodepool1: IP forwarding yes → no: 3 nodes changed, "
                f"{NODE}0, {NODE}1, {NODE}2"
            ),
        ],
    ),
    "disk": (
        "kubenet-vmss",
        aging.disk_appears,
        ["resource pvc-2f7f6e0c-6f0b-4a53-8f21-7d2f0d3a9c11 added: Microsoft.Compute/disks"],
    ),
    "endpoint rejected": (
        "private-udr",
        endpoint_is_rejected,
        ["private endpoint kube-apiserver: state Approved → Rejected"],
    ),
    "service endpoint": (
        "kubenet-vmss",
        services_are_reached_from_the_subnet,
        [
            (
                "subnet aks-subnet of virtual network aks-vnet-30517864: service endpoints none → "
                "Microsoft.Storage"
            )
        ],
    ),
    "addresses exchanged": (
        "kubenet-vmss",
        addresses_change_places,
        [
            (
                f"frontend a336126d516cb5156aea106e4a4f67c2 of {BALANCER}: address 198.51.100.43 → "
                "198.51.100.97 (service ingress-nginx/ingress-nginx-controller)"
            ),
            (
                f"frontend a8eaff4026d02587182a32ad84786cca of {BALANCER}: address 198.51.100.97 → "
                "198.51.100.43 (service shop/web)"
            ),
        ],
    ),
    "default route": (
        "kubenet-vmss",
        default_route_appears,
        [
            f"route 0.0.0.0/0 of {TABLE} added: to 10.100.0.4",
            (
                "way out of pool nodepool1 (nodes and pods, IPv4): way outbound rule "
                "aksOutboundRule of load balancer kubernetes → user-defined route 0.0.0.0/0 to "
                "virtual appliance 10.100.0.4; next hops none → 10.100.0.4; addresses "
                "198.51.100.12 → none; SNAT ports per node 1024 → none"
            ),
        ],
    ),
    "pool added": (
        "kubenet-vmss",
        pool_appears,
        ["node pool batch added: User, 0 nodes of size Standard_DS2_v2"],
    ),
    "neighbour": (
        "kubenet-vmss",
        aging.neighbour_appears,
        [
            (
                "device nic-build of subnet aks-subnet joined: Network interface, resource group "
                "rg-shop-tools, 1 IP configuration"
            ),
        ],
    ),
}


@pytest.mark.parametrize(("name", "plant", "expected"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_change_is_told_once(name: str, plant: Fault, expected: list[str]) -> None:
    before, _ = week(name)
    changes = diff(before, aged(before, [plant]))
    assert told(changes) == expected
    assert changes.number == sum(each.number for topic in changes.topics for each in topic.changes)
    assert changes.not_comparable == ()


@pytest.mark.parametrize("name", ["cni-nodesubnet", "cni-overlay"])
@pytest.mark.parametrize("plant", [aging.node_joins, aging.node_leaves])
def test_a_node_comes_and_goes_with_its_pool_memberships(name: str, plant: Fault) -> None:
    before, _ = week(name)
    changes = diff(before, aged(before, [plant]))
    (change,) = (each for topic in changes.topics for each in topic.changes)
    assert change.thing is Thing.NODE
    assert Thing.MEMBER in {each.thing for each in change.consequences}


def test_what_comes_with_a_node_is_below_it() -> None:
    before, _ = week("kubenet-vmss")
    (topic,) = diff(before, aged(before, [aging.node_joins])).topics
    (node,) = topic.changes
    assert topic.topic is Topic.NODES
    assert {each.sentence for each in node.consequences} == {
        "node pool nodepool1: nodes 3 → 4",
        f"route 10.244.3.0/24 of {TABLE} added: to {NODE}3 (10.224.0.77)",
        f"backend pool member {NODE}3 of backend pool kubernetes/kubernetes joined",
        f"backend pool member {NODE}3 of backend pool kubernetes/aksOutboundBackendPool joined",
    }
    assert node.with_it == (
        "1 route added, 2 backend pool members joined, node pool nodepool1: nodes 3 → 4"
    )


def test_what_comes_with_a_service_is_below_its_frontend() -> None:
    before, _ = week("kubenet-vmss")
    changes = diff(before, aged(before, [aging.service_appears]))
    frontend = next(each for each in changes.topics[0].changes if each.thing is Thing.FRONTEND)
    assert {each.thing for each in frontend.consequences} == {
        Thing.RULE,
        Thing.PROBE,
        Thing.PUBLIC_IP,
    }


def test_an_outbound_address_that_is_exchanged_takes_all_its_traces_along() -> None:
    before, _ = week("kubenet-vmss")
    changes = diff(before, aged(before, [aging.outbound_address_changes]))
    ((change,),) = (topic.changes for topic in changes.topics)
    (field,) = change.fields
    assert isinstance(field.before, tuple)
    assert isinstance(field.after, tuple)
    assert field.after[0].endswith("/7c1b2f64-33aa-5d0b-9a7e-0c3f6be1d901")
    assert sorted((each.kind, each.thing) for each in leaves(changes) if each is not change) == [
        (Kind.APPEARED, Thing.PUBLIC_IP),
        (Kind.CHANGED, Thing.FRONTEND),
        (Kind.CHANGED, Thing.WAY_OUT),
        (Kind.GONE, Thing.PUBLIC_IP),
    ]


@pytest.mark.parametrize(("name", "pools"), [("kubenet-vmss", 1), ("cni-overlay", 3)])
def test_nodes_that_leave_together_are_one_change_for_each_pool(name: str, pools: int) -> None:
    def empty(garden: Garden) -> None:
        for kind in (aging.INTERFACES, aging.MACHINES):
            for document in aging.all_of(garden, kind):
                garden.remove(document["id"])

    before, _ = week(name)
    changes = diff(before, aged(before, [empty]))
    (nodes,) = (topic for topic in changes.topics if topic.topic is Topic.NODES)
    assert len(nodes.changes) == pools
    assert sum(each.number for each in nodes.changes) == len(Topology(before).nodes)


def mirrored(changes: Changes) -> set[tuple[object, ...]]:
    """Return every single change as it is seen from the other side."""
    return {
        (
            MIRRORED[each.kind],
            each.thing,
            each.subject.key,
            each.name.lower(),
            tuple((field.name, field.after, field.before) for field in each.fields),
        )
        for each in leaves(changes)
    }


def plain(changes: Changes) -> set[tuple[object, ...]]:
    return {
        (
            each.kind,
            each.thing,
            each.subject.key,
            each.name.lower(),
            tuple((field.name, field.before, field.after) for field in each.fields),
        )
        for each in leaves(changes)
    }


of_kubenet = st.sampled_from(
    [fault for name, fault, _ in PLANTED.values() if name == "kubenet-vmss"]
)


@given(st.lists(of_kubenet, max_size=5, unique=True))
@settings(max_examples=25)
def test_the_way_back_mirrors_the_way_there(plants: list[Fault]) -> None:
    before, _ = week("kubenet-vmss")
    after, day = aged(before, plants), date(2026, 11, 20)
    there, back = diff(before, after, as_of=day), diff(after, before, as_of=day)
    assert plain(there) == mirrored(back)
    assert there.number == back.number
    assert there.has_changes is back.has_changes
    assert there.findings.appeared == back.findings.gone
    assert there.findings.gone == back.findings.appeared


def test_findings_appear_and_go() -> None:
    before, _ = week("kubenet-vmss")
    after = aged(before, [aging.route_moves, aging.api_is_restricted])
    findings = diff(before, after).findings
    assert [each.check for each in findings.appeared] == ["kubenet-route-next-hop"]
    assert [each.check for each in findings.gone] == ["api-server-access"]
    assert findings.changed == ()
    assert findings.unsure == ()


def test_a_finding_that_says_something_else_has_changed() -> None:
    def third_node_too(garden: Garden) -> None:
        routes = aging.one(garden, aging.TABLES)["properties"]["routes"]
        for each in routes:
            each["properties"]["nextHopIpAddress"] = "10.224.0.6"

    before = aged(bundled("kubenet-vmss"), [aging.route_moves])
    changes = diff(before, aged(before, [third_node_too]))
    (changed,) = changes.findings.changed
    assert changed.after.check == "kubenet-route-next-hop"
    assert changed.before.message != changed.after.message


def test_a_list_of_names_that_was_cut_is_not_compared() -> None:
    """Which names come first goes by the order in which ARM lists them."""
    before = overlay_cluster(20, 20, 160)
    after = aged(before, [cluster_fails])
    (change,) = (each for topic in diff(before, after).topics for each in topic.changes)
    assert change.thing is Thing.NODE_POOL
    assert diff(before, after).findings.changed == ()


def filled(snapshot: Snapshot, share: float) -> Snapshot:
    """Return a cluster whose subnets have that share of their addresses taken."""

    def taken(raw: msgspec.Raw) -> msgspec.Raw:
        usage = msgspec.json.decode(raw)
        usage["currentValue"] = float(int(usage["limit"] * share))
        return msgspec.Raw(msgspec.json.encode(usage))

    listings = (
        msgspec.structs.replace(each, entries=tuple(map(taken, each.entries)))
        if each.type == USAGES
        else each
        for each in snapshot.listings
    )
    return msgspec.structs.replace(snapshot, listings=tuple(listings))


def test_a_finding_alone_is_a_change() -> None:
    """How full a subnet is says nothing of the network, until a check minds it."""
    before = bundled("cni-nodesubnet")
    changes = diff(before, filled(before, 1))
    assert told(changes) == []
    assert changes.number == 0
    assert "subnet-free-addresses" in {each.check for each in changes.findings.appeared}
    assert changes.has_changes


def test_a_finding_of_another_severity_is_a_change() -> None:
    lax, strict = (filled(bundled("cni-overlay"), share) for share in (0.85, 0.92))
    for before, after in ((lax, strict), (strict, lax)):
        changes = diff(before, after)
        assert changes.number == 0
        assert (changes.findings.appeared, changes.findings.gone) == ((), ())
        severities = [
            (each.before.severity, each.after.severity) for each in changes.findings.changed
        ]
        assert any(was is not now for was, now in severities)
        assert changes.has_changes


def test_snapshots_of_two_clusters_are_refused() -> None:
    with pytest.raises(UsageError) as refusal:
        diff(bundled("kubenet-vmss"), bundled("cni-overlay"))
    text = str(refusal.value)
    assert str(bundled("kubenet-vmss").cluster) in text
    assert str(bundled("cni-overlay").cluster) in text
    assert "compare" in text
    assert "\n" not in text


def test_the_wrong_order_is_said_first() -> None:
    before, after = week("kubenet-vmss")
    changes = diff(after, before)
    assert_nothing_changed(changes)
    assert len(changes.notes) == 1
    assert "perhaps they are in the wrong order" in changes.notes[0]


def notes_after(change: Fault) -> tuple[str, ...]:
    before, _ = week("kubenet-vmss")
    return diff(before, aged(before, [change])).notes


def test_a_cluster_that_was_made_anew_is_noted() -> None:
    def another(garden: Garden) -> None:
        properties = aging.one(garden, aging.CLUSTERS)["properties"]
        properties["fqdn"] = "aks-shop-99999999.hcp.westeurope.azmk8s.io"

    assert notes_after(another) == (
        "The cluster seems to have been made anew under the same id: another FQDN.",
    )


def test_a_cluster_in_motion_is_noted() -> None:
    def upgrading(garden: Garden) -> None:
        aging.one(garden, aging.CLUSTERS)["properties"]["provisioningState"] = "Upgrading"

    assert notes_after(upgrading) == (
        "In the new snapshot the cluster is Upgrading: what is in motion may look changed.",
    )


def test_another_release_is_noted() -> None:
    before, after = week("kubenet-vmss")
    newer = msgspec.structs.replace(after, tool_version="0.9.0")
    assert diff(before, newer).notes == (
        "Different releases took the snapshots, 0.1.0 and 0.9.0: the later one may read more.",
    )


@given(names, st.randoms(use_true_random=False))
@settings(max_examples=25, phases=(Phase.explicit, Phase.generate))
def test_nothing_is_lost_when_changes_are_folded(name: str, rng: random.Random) -> None:
    """Two clusters' worth of differences: each is there once, whatever it is folded under."""
    before = bundled(name)
    documents = [each for each in before.documents if each != before.cluster and rng.random() > 0.3]
    kept = {*documents, before.cluster}
    after = msgspec.structs.replace(
        before,
        documents={each: raw for each, raw in before.documents.items() if each in kept},
        absent=tuple(each for each in before.documents if each not in kept),
    )
    sides = Sides(Topology(before), Topology(after))
    differences = [one for area in AREAS for one in set_against(area, sides, Ledger())]
    assert len(list(leaves(diff(before, after)))) == len(differences)
