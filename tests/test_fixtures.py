"""The bundled clusters: in step with their scenarios, and consistent in every direction."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from fixtures import build
from fixtures import documents as arm
from fixtures.assemble import DocumentReader, assemble
from fixtures.connections import connected
from fixtures.pools import ScaleSetPool, consecutive_addresses, pool_documents
from fixtures.scenarios import SCENARIOS
from fixtures.services import Service, internal_balancer, public_balancer, service_public_ip
from inspector.collectors import reads
from inspector.resource_id import ResourceId
from inspector.resources import (
    BackendAddressPool,
    LoadBalancer,
    ManagedCluster,
    NATGateway,
    NetworkInterface,
    PublicIPAddress,
    Relation,
    Resource,
    Route,
    Subnet,
    SubnetUsage,
    decode,
    parse_document,
)
from inspector.snapshot import GapReason, Snapshot, load_snapshot
from inspector.topology import Topology
from tests.odd_clusters import COHERENT

GROUP = arm.group_id("MC_rg_Odd_westeurope")
NETWORK = arm.resource_id(GROUP, "Microsoft.Network/virtualNetworks", "aks-vnet-1")
SUBNET = arm.part_id(NETWORK, "subnets", "aks-subnet")
CLUSTER = arm.cluster_id("rg", "odd")


NEIGHBOURS: dict[str, set[str]] = {
    "private-udr": {"aks-nodepool1-20867413-vmss", "agw-claims", "nic-jump"},
    "virtual-machines": {"pe-crlabmirror-nic"},
}
"""What else is connected to the clusters' subnets, by the resource's name."""

HIDDEN: dict[str, set[str]] = {"half-migrated": {"nsg-snet-aks", "pip-orders-egress-2"}}
"""What the reader may not see."""

USERS_OWN: dict[str, set[str]] = {
    "kubenet-dual-stack": {"id-aks-arena"},
    "cni-nodesubnet": {"vnet-hub", "rt-snet-data"},
    "private-udr": {"id-aks-claims", "vnet-hub-germany"},
    "cni-podsubnet": {"id-aks-analytics", "vnet-hub-eastus2"},
    "virtual-machines": {"id-aks-lab", "crlabmirror"},
    "isolated": {"id-aks-registry", "vnet-hub-norway", "crhubmirror"},
    "half-migrated": {"id-aks-orders", "vnet-hub-us"},
}
"""What documents name outside the infrastructure group and the program does not read."""

OWN_ROUTES: dict[str, set[str]] = {
    "private-udr": {"default-via-firewall", "windows-activation"},
    "half-migrated": {"to-branches"},
}
"""The routes that lead to no node."""

LOST_NODE = "aks-nodepool1-50632197-vmss000002"
"""The node of half-migrated that is missing from a backend pool, and from the stale routes."""

UNATTACHED: dict[str, set[str]] = {"half-migrated": {"198.51.100.242"}}
"""The public addresses attached to nothing."""


@pytest.fixture(params=sorted(COHERENT), scope="module")
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def snapshot(name: str) -> Snapshot:
    return load_snapshot(build.CLUSTERS / f"{name}.json")


def raw(document: arm.Document) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(document))


def parts(snapshot: Snapshot) -> list[Resource]:
    return [part for each in snapshot.resources.values() for part in each.parts()]


def entries(snapshot: Snapshot, kind: str) -> list[Any]:
    listings = [each for each in snapshot.listings if each.type == kind]
    return [msgspec.json.decode(entry) for each in listings for entry in each.entries]


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a document, itself included."""
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            yield from objects(child)


def texts(value: Any) -> Iterator[str]:
    for each in objects(value):
        yield from each
        for child in each.values():
            for text in child if isinstance(child, list) else (child,):
                if isinstance(text, str):
                    yield text


def documents_of(snapshot: Snapshot) -> list[arm.Document]:
    return [msgspec.json.decode(document) for document in snapshot.documents.values()]


def references_in(snapshot: Snapshot) -> set[ResourceId]:
    found = {text for document in documents_of(snapshot) for text in texts(document)}
    return {ResourceId(text) for text in found if text.startswith("/sub")}


def inventory(snapshot: Snapshot) -> set[ResourceId]:
    return {ResourceId(item["id"]) for item in entries(snapshot, reads.INVENTORY.type)}


def known(snapshot: Snapshot) -> set[ResourceId]:
    """Return every document with its parts, the inventory, and the instances of scale sets.

    A part says more than its id, a reference does not; some parts the program does not read.
    """
    here = {
        ResourceId(each["id"])
        for document in documents_of(snapshot)
        for each in objects(document)
        if {"id", "name"} <= each.keys()
    }
    instances = {
        each.parent
        for each in snapshot.documents
        if "/virtualmachines/" in each.key and each.parent
    }
    return here | inventory(snapshot) | instances


def upwards(resource_id: ResourceId) -> Iterator[ResourceId]:
    here: ResourceId | None = resource_id
    while here is not None:
        yield here
        here = here.parent


def holder_name(resource_id: ResourceId) -> str:
    """Return the name of the resource that lies in a group itself, folded."""
    *_, top, _group, _subscription = upwards(resource_id)
    return top.name.lower()


def test_files_are_in_step_with_their_scenarios() -> None:
    assert build.stale_files() == []


def test_check_tells_a_file_out_of_date(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "CLUSTERS", tmp_path)
    assert build.main(["--check"]) == 1
    assert build.main([]) == 0
    (tmp_path / "index.json").write_text("{}")
    (tmp_path / "nobodys.json").write_text("{}")
    capsys.readouterr()
    assert build.main(["--check"]) == 1
    assert capsys.readouterr().err == "index.json: out of date\nnobodys.json: out of date\n"
    assert build.main([]) == 0
    assert build.main(["--check"]) == 0


def test_index_names_every_cluster_with_one_line() -> None:
    index = json.loads((build.CLUSTERS / "index.json").read_text())
    modules = {path.stem for path in (build.CLUSTERS.parent / "scenarios").glob("[!_]*.py")}
    assert list(index) == list(SCENARIOS)
    assert set(index) == {each.replace("_", "-") for each in modules}
    assert all(line and "\n" not in line for line in index.values())
    assert len(set(index.values())) == len(index)


def test_nothing_is_left_open_but_what_is_hidden_on_purpose(name: str, snapshot: Snapshot) -> None:
    assert {each.target.name for each in snapshot.gaps} == HIDDEN.get(name, set())
    assert {(each.reason, each.status) for each in snapshot.gaps} <= {(GapReason.FORBIDDEN, 403)}
    assert snapshot.absent == ()
    assert len(snapshot.resources) == len(snapshot.documents)


def test_every_list_of_the_infrastructure_group_is_complete(snapshot: Snapshot) -> None:
    cluster = snapshot.resources[snapshot.cluster]
    assert isinstance(cluster, ManagedCluster)
    listed = {each.type for each in snapshot.listings if each.scope == cluster.infrastructure_group}
    always = {read.type for read in (*reads.GROUP_LISTS, reads.INVENTORY)}
    assert (
        always
        <= listed
        <= always
        | {
            reads.AVAILABILITY_SETS.type,
            reads.PRIVATE_DNS_ZONES.type,
        }
    )
    assert all(each in snapshot.documents for listing in snapshot.listings for each in listing.ids)


def test_every_reference_into_the_infrastructure_group_resolves(snapshot: Snapshot) -> None:
    """What only the inventory shows has parts that nobody read."""
    cluster = snapshot.resources[snapshot.cluster]
    assert isinstance(cluster, ManagedCluster)
    group = cluster.infrastructure_group
    inside = {each for each in references_in(snapshot) if each.resource_group_id == group}
    assert inside
    unread = inventory(snapshot) - set(snapshot.documents)
    unresolved = inside - known(snapshot)
    assert {each for each in unresolved if unread.isdisjoint(upwards(each))} == set()


def test_what_is_not_collected_is_the_users_own_or_hidden(name: str, snapshot: Snapshot) -> None:
    cluster = snapshot.resources[snapshot.cluster]
    assert isinstance(cluster, ManagedCluster)
    outside = {
        holder_name(each)
        for each in references_in(snapshot) - known(snapshot)
        if each.resource_group_id != cluster.infrastructure_group
    }
    tables = (USERS_OWN, NEIGHBOURS, HIDDEN)
    assert outside == {each for table in tables for each in table.get(name, set())}


def test_subnets_refer_back_to_what_is_connected(name: str, snapshot: Snapshot) -> None:
    connections = {
        (link.source, link.target)
        for each in snapshot.resources.values()
        if isinstance(each, NetworkInterface | LoadBalancer)
        for link in each.links()
        if link.relation is Relation.IN_SUBNET
    }
    backward = {
        (each.id, part.id)
        for part in parts(snapshot)
        if isinstance(part, Subnet)
        for each in part.properties.ip_configurations
    }
    assert connections <= backward
    neighbours = {device for device, _ in backward - connections}
    assert snapshot.documents.keys().isdisjoint(
        above for each in neighbours for above in upwards(each)
    )
    assert {holder_name(each) for each in neighbours} == NEIGHBOURS.get(name, set())


def test_subnet_usage_counts_what_is_connected(snapshot: Snapshot) -> None:
    usages = {
        ResourceId(entry["id"]): entry["currentValue"]
        for entry in entries(snapshot, reads.SUBNET_USAGES.type)
    }
    counted = {
        part.id: len(part.properties.ip_configurations)
        for part in parts(snapshot)
        if isinstance(part, Subnet)
    }
    assert usages == counted


def test_backend_pools_refer_back_to_the_configurations_that_name_them(snapshot: Snapshot) -> None:
    forward = {
        (ResourceId(pool["id"]), ResourceId(configuration["id"]))
        for document in documents_of(snapshot)
        if ResourceId(document["id"]).type.lower().endswith("/networkinterfaces")
        for configuration in document["properties"]["ipConfigurations"]
        for pool in configuration["properties"].get("loadBalancerBackendAddressPools", ())
    }
    backward = {
        (part.id, each.id)
        for part in parts(snapshot)
        if isinstance(part, BackendAddressPool)
        for each in part.properties.backend_ip_configurations
    }
    assert forward == backward


def test_backend_pools_hold_every_node_by_one_configuration(name: str, snapshot: Snapshot) -> None:
    """IPv6 pools have a node's IPv6 one; the API server's balancer has no node behind it."""
    nodes = Topology(snapshot).nodes
    pools = [each for each in parts(snapshot) if isinstance(each, BackendAddressPool)]
    assert bool(pools) == (name not in {"cni-podsubnet", "isolated"})
    for pool in pools:
        if pool.addresses or holder_name(pool.id) == "kube-apiserver":
            continue
        is_for_ipv6 = pool.title.lower().endswith("-ipv6")
        expected = {
            each.id
            for node in nodes
            if (name, pool.title, node.name) != ("half-migrated", "kubernetes", LOST_NODE)
            for interface in node.interfaces
            for each in interface.properties.ip_configurations
            if (each.is_ipv6 if is_for_ipv6 else each.properties.primary)
        }
        members = [each.id for each in pool.properties.backend_ip_configurations]
        assert set(members) == expected
        assert len(members) == len(expected)


def test_pools_of_addresses_hold_nodes_by_name_and_address(name: str, snapshot: Snapshot) -> None:
    addresses = addresses_of_nodes(snapshot)
    found = [each for each in parts(snapshot) if isinstance(each, BackendAddressPool)]
    pools = [each for each in found if each.addresses]
    assert bool(pools) == (name == "multi-balancer")
    for entry in (entry for pool in pools for entry in pool.addresses):
        assert entry.properties.ip_address == addresses[entry.name, False]


def addresses_of_nodes(snapshot: Snapshot) -> dict[tuple[str, bool], str]:
    """Return each node's own address by its name and whether it is an IPv6 one."""
    return {
        (node.name, each.is_ipv6): str(each.properties.private_ip_address)
        for node in Topology(snapshot).nodes
        for interface in node.interfaces
        for each in interface.properties.ip_configurations
        if each.is_ipv6 or each.properties.primary
    }


def test_routes_lead_to_the_nodes_that_name_them(name: str, snapshot: Snapshot) -> None:
    """Under kubenet each node has a route to each family of its pods, else there is none."""
    cluster = snapshot.resources[snapshot.cluster]
    assert isinstance(cluster, ManagedCluster)
    addresses = addresses_of_nodes(snapshot)
    reached, others = set(), set()
    for route in (each for each in parts(snapshot) if isinstance(each, Route)):
        is_ipv6 = ":" in (route.properties.address_prefix or "")
        key = route.title.split("____")[0], is_ipv6
        if key in addresses:
            assert route.properties.next_hop_ip_address == addresses[key]
            assert key not in reached
            reached.add(key)
        else:
            others.add(route.title)
    assert others == OWN_ROUTES.get(name, set())
    if cluster.properties.network_profile.network_plugin == "kubenet":
        assert reached == addresses.keys()
    else:
        stale = addresses.keys() - {(LOST_NODE, False)} if name == "half-migrated" else set()
        assert reached == stale


def test_public_addresses_refer_back_to_their_users(name: str, snapshot: Snapshot) -> None:
    addresses = [each for each in snapshot.resources.values() if isinstance(each, PublicIPAddress)]
    seen = {each.id for each in addresses}
    forward = {
        (link.target, link.source)
        for each in snapshot.resources.values()
        if isinstance(each, LoadBalancer | NATGateway | NetworkInterface)
        for link in each.links()
        if link.relation is Relation.PUBLIC_IP and link.target in seen
    }
    backward = {
        (each.id, user.id)
        for each in addresses
        for user in (each.properties.ip_configuration, each.properties.nat_gateway)
        if user is not None
    }
    assert forward == backward
    used = {address for address, _ in backward}
    free = {str(each.properties.ip_address) for each in addresses if each.id not in used}
    assert free == UNATTACHED.get(name, set())


def test_prefixes_refer_back_to_their_users(snapshot: Snapshot) -> None:
    forward = {
        (link.target, link.source)
        for each in snapshot.resources.values()
        if isinstance(each, LoadBalancer | NATGateway | PublicIPAddress)
        for link in each.links()
        if link.relation is Relation.PUBLIC_IP_PREFIX
    }
    backward = set()
    for document in documents_of(snapshot):
        if "ipPrefix" in document.get("properties", {}):
            properties = document["properties"]
            singles = (
                properties.get(field)
                for field in ("loadBalancerFrontendIpConfiguration", "natGateway")
            )
            users = [*filter(None, singles), *properties.get("publicIPAddresses", ())]
            backward |= {(ResourceId(document["id"]), ResourceId(each["id"])) for each in users}
    assert forward == backward


def test_ids_are_written_in_the_case_each_service_uses() -> None:
    text = (build.CLUSTERS / "kubenet-vmss.json").read_text()
    for quirk in (
        "/resourcegroups/rg-shop/",
        '"Microsoft.ContainerService/ManagedClusters"',
        "/resourceGroups/mc_rg-shop_aks-shop_westeurope/providers/Microsoft.Network/loadBalancers",
        "/MC_RG-SHOP_AKS-SHOP_WESTEUROPE/PROVIDERS/MICROSOFT.COMPUTE/VIRTUALMACHINESCALESETS/",
        "AKS-NODEPOOL1-18264093-VMSS/ipConfigurations/IPCONFIG1",
    ):
        assert quirk in text


def _documents(*more: arm.Document) -> list[arm.Document]:
    pool = arm.agent_pool_profile("np", count=2, version="1.30.9", max_pods=30)
    cluster = arm.managed_cluster(
        CLUSTER,
        location="westeurope",
        version="1.30.9",
        infrastructure_group=GROUP,
        pools=[pool],
        network=arm.network_profile("azure"),
    )
    network = arm.virtual_network(
        GROUP,
        "aks-vnet-1",
        location="westeurope",
        prefixes=["10.224.0.0/12"],
        subnets=[
            arm.subnet(NETWORK, "aks-subnet", ["10.224.0.0/16"]),
            arm.subnet(NETWORK, "dual", ["10.225.0.0/24", "fd00::/64"]),
            arm.subnet(NETWORK, "GatewaySubnet", ["10.226.0.0/27"]),
        ],
        peerings=[
            arm.peering(NETWORK, "hub", remote=NETWORK + "x", remote_prefixes=["10.0.0.0/16"])
        ],
    )
    return [cluster, arm.resource_group(GROUP, location="westeurope"), network, *more]


def test_internal_frontends_and_stand_alone_interfaces_are_connected_devices() -> None:
    service = Service(
        namespace="a", name="b", ports={80: 30080}, address="10.224.0.7", subnet=SUBNET
    )
    interface_id = arm.resource_id(GROUP, "Microsoft.Network/networkInterfaces", "nic-0")
    interface = arm.network_interface(
        GROUP,
        "nic-0",
        location="westeurope",
        configurations=arm.numbered_configurations(
            interface_id,
            ["10.224.0.4"],
            subnet=SUBNET,
            backend_pools=[arm.backend_pool_id(GROUP, "kubernetes", "kubernetes-internal")],
        ),
    )
    balancer = internal_balancer(GROUP, location="westeurope", services=[service])
    found = connected(_documents(interface, balancer))
    devices = found[2]["properties"]["subnets"][0]["properties"]["ipConfigurations"]
    upper = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/"
    upper += "MC_RG_ODD_WESTEUROPE/providers/Microsoft.Network/"
    frontend = f"loadBalancers/KUBERNETES-INTERNAL/frontendIPConfigurations/{service.base.upper()}"
    assert devices == [
        arm.reference(f"{upper}{frontend}"),
        arm.reference(f"{upper}networkInterfaces/NIC-0/ipConfigurations/IPCONFIG1"),
    ]
    pool = found[-1]["properties"]["backendAddressPools"][0]["properties"]
    assert pool["backendIPConfigurations"] == [
        arm.reference(f"{interface_id}/ipConfigurations/ipconfig1")
    ]


def test_connecting_changes_nothing_given_and_nothing_the_second_time() -> None:
    pool = ScaleSetPool(
        cluster=CLUSTER,
        group=GROUP,
        name="np",
        number="12345678",
        location="westeurope",
        subnet=SUBNET,
        addresses=[consecutive_addresses("10.224.0.4", 12)],
        security_group=arm.resource_id(GROUP, "Microsoft.Network/networkSecurityGroups", "nsg"),
    )
    given = _documents(
        *pool_documents(pool),
        public_balancer(GROUP, location="westeurope", outbound_ips=[], services=[]),
        arm.network_security_group(GROUP, "nsg", location="westeurope"),
        arm.route_table(GROUP, "table", location="westeurope"),
    )
    before = msgspec.json.encode(given)
    once = connected(given)
    assert msgspec.json.encode(given) == before
    assert msgspec.json.encode(once) != before
    assert connected(once) == once


def test_nodes_are_named_in_base_36() -> None:
    pool = ScaleSetPool(
        cluster=CLUSTER,
        group=GROUP,
        name="np",
        number="12345678",
        location="westeurope",
        subnet=SUBNET,
        addresses=[],
    )
    assert pool.node_name(0) == "aks-np-12345678-vmss000000"
    assert pool.node_name(150) == "aks-np-12345678-vmss000046"


def test_usages_are_counted_unless_given() -> None:
    counted = assemble(connected(_documents()), CLUSTER)
    given = assemble(connected(_documents()), CLUSTER, usages=[arm.usage(SUBNET, 7, 11)])
    kind = reads.SUBNET_USAGES.type
    numbers = [(e["currentValue"], e["limit"]) for e in entries(counted, kind)]
    assert numbers == [(0.0, 65531.0), (0.0, 251.0), (-1.0, -1.0)]
    assert [decode(raw(each), SubnetUsage).limit for each in entries(given, kind)] == [11.0]


def test_the_reader_answers_that_what_is_not_there_is_absent() -> None:
    reader = DocumentReader(_documents())
    target = ResourceId(NETWORK + "x")
    assert reader.read(reads.Request(reads.GROUP_LISTS[0], target, is_list=False)).is_absent
    assert reader.read(reads.Request(reads.GROUP_LISTS[0], target, is_list=True)).items == ()


def test_every_kind_of_document_has_the_shape_the_program_reads() -> None:
    service = Service(namespace="a", name="b", ports={80: 30080}, address="203.0.113.9")
    scale_set = arm.resource_id(GROUP, "Microsoft.Compute/virtualMachineScaleSets", "vmss")
    nsg = arm.resource_id(GROUP, "Microsoft.Network/networkSecurityGroups", "nsg")
    where = "westeurope"
    documents = [
        arm.nat_gateway(
            GROUP, "nat", location=where, public_ips=[NETWORK], public_ip_prefixes=[NETWORK]
        ),
        arm.public_ip_prefix(GROUP, "prefix", "203.0.113.0/28", location=where),
        arm.public_ip(GROUP, "dynamic", None, location=where, sku="Basic", allocation="Dynamic"),
        service_public_ip(GROUP, service, location=where),
        arm.private_endpoint(
            GROUP, "pe", location=where, subnet_id=SUBNET, interface=NETWORK, service=CLUSTER
        ),
        arm.network_security_group(
            GROUP,
            "nsg",
            location=where,
            rules=[
                arm.security_rule(nsg, "ssh", priority=100, ports=["22", "80-90"], access="Deny")
            ],
        ),
        arm.scale_set_interface(arm.scale_set_interface_id(scale_set, 3), [], is_running=False),
        arm.machine(
            f"{CLUSTER}/agentPools/np", "node", runs_on=scale_set, addresses=["10.0.0.4", "fd::4"]
        ),
    ]
    for document in documents:
        resource_id_ = ResourceId(document["id"])
        resource = parse_document(resource_id_, raw(document))
        assert resource is not None
        assert resource.title == document["name"] == resource_id_.name
    assert [document["id"] for document in documents if "ipAddress" in document["properties"]] == [
        documents[3]["id"]
    ]
