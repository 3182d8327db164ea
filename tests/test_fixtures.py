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
    IPConfiguration,
    LoadBalancer,
    ManagedCluster,
    NetworkInterface,
    PublicIPAddress,
    Resource,
    Route,
    Subnet,
    SubnetUsage,
    decode,
    parse_document,
)
from inspector.snapshot import Snapshot, load_snapshot

GROUP = arm.group_id("MC_rg_Odd_westeurope")
NETWORK = arm.resource_id(GROUP, "Microsoft.Network/virtualNetworks", "aks-vnet-1")
SUBNET = arm.part_id(NETWORK, "subnets", "aks-subnet")
CLUSTER = arm.cluster_id("rg", "odd")


@pytest.fixture(params=sorted(SCENARIOS), scope="module")
def snapshot(request: pytest.FixtureRequest) -> Snapshot:
    return load_snapshot(build.CLUSTERS / f"{request.param}.json")


def raw(document: arm.Document) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(document))


def parts(snapshot: Snapshot) -> list[Resource]:
    return [part for each in snapshot.resources.values() for part in each.parts()]


def entries(snapshot: Snapshot, kind: str) -> list[Any]:
    listings = [each for each in snapshot.listings if each.type == kind]
    return [msgspec.json.decode(entry) for each in listings for entry in each.entries]


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    children = value.values() if isinstance(value, dict) else value
    for child in children if isinstance(value, dict | list) else ():
        if isinstance(child, str):
            yield child
        else:
            yield from texts(child)


def references_in(snapshot: Snapshot) -> set[ResourceId]:
    documents = [msgspec.json.decode(document) for document in snapshot.documents.values()]
    found = {text for document in documents for text in texts(document) if text.startswith("/sub")}
    return {ResourceId(text) for text in found}


def known(snapshot: Snapshot) -> set[ResourceId]:
    here = set(snapshot.documents)
    here |= {part.id for part in parts(snapshot)}
    here |= {ResourceId(item["id"]) for item in entries(snapshot, reads.INVENTORY.type)}
    instances = {
        each.parent
        for each in snapshot.documents
        if "/virtualmachines/" in each.key and each.parent
    }
    return here | instances


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
    assert list(index) == ["seed-kubenet", "kubenet-vmss", "cni-nodesubnet"]
    assert all(line and "\n" not in line for line in index.values())


def test_nothing_is_left_open(snapshot: Snapshot) -> None:
    assert snapshot.gaps == ()
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
    cluster = snapshot.resources[snapshot.cluster]
    assert isinstance(cluster, ManagedCluster)
    group = cluster.infrastructure_group
    inside = {each for each in references_in(snapshot) if each.resource_group_id == group}
    assert inside
    assert inside - known(snapshot) == set()


def test_what_is_not_collected_is_the_users_own(snapshot: Snapshot) -> None:
    outside = {each.name for each in references_in(snapshot) - known(snapshot)}
    is_peered = "payments" in snapshot.cluster.name
    assert outside == ({"vnet-hub", "rt-snet-data"} if is_peered else set())


def test_subnets_refer_back_to_what_is_connected(snapshot: Snapshot) -> None:
    connections = {
        (link.source, link.target)
        for each in snapshot.resources.values()
        if isinstance(each, NetworkInterface | LoadBalancer)
        for link in each.links()
        if link.relation == "in subnet"
    }
    backward = {
        (each.id, part.id)
        for part in parts(snapshot)
        if isinstance(part, Subnet)
        for each in part.properties.ip_configurations
    }
    assert connections == backward


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


def test_backend_pools_hold_the_primary_configuration_of_every_node(snapshot: Snapshot) -> None:
    pools = [each for each in parts(snapshot) if isinstance(each, BackendAddressPool)]
    primaries = {
        each.id
        for each in parts(snapshot)
        if isinstance(each, IPConfiguration) and each.properties.primary
    }
    assert len(pools) == 2
    for pool in pools:
        assert {each.id for each in pool.properties.backend_ip_configurations} == primaries


def test_routes_lead_to_the_nodes_that_name_them(snapshot: Snapshot) -> None:
    routes = {
        route.title.split("____")[0]: route.properties.next_hop_ip_address
        for route in parts(snapshot)
        if isinstance(route, Route)
    }
    addresses = {}
    for each in snapshot.resources.values():
        if isinstance(each, NetworkInterface) and each.virtual_machine_id is not None:
            first = each.properties.ip_configurations[0].properties
            number = each.virtual_machine_id.name
            name = f"{each.title}{int(number):06}" if number.isdigit() else number
            addresses[name] = str(first.private_ip_address)
    assert routes == (addresses if routes else {})


def test_public_addresses_refer_back_to_their_frontends(snapshot: Snapshot) -> None:
    forward = {
        (link.target, link.source)
        for each in snapshot.resources.values()
        if isinstance(each, LoadBalancer)
        for link in each.links()
        if link.relation == "public IP"
    }
    addresses = [e for e in snapshot.resources.values() if isinstance(e, PublicIPAddress)]
    backward = {
        (each.id, each.properties.ip_configuration.id)
        for each in addresses
        if each.properties.ip_configuration
    }
    assert len(backward) == len(addresses)
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
