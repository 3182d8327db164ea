"""Parsing of ARM documents: nulls, absences, odd casing, wrong types, and declared relations."""

from typing import Any

import msgspec
import pytest

from fixtures import documents as arm
from fixtures.scenarios import SCENARIOS
from inspector.resource_id import ResourceId
from inspector.resources import (
    SCALE_SET_INTERFACE_TYPE,
    LoadBalancer,
    Machine,
    ManagedCluster,
    NetworkInterface,
    PublicIPAddress,
    Relation,
    Resource,
    Subnet,
    VirtualNetwork,
    decode,
    parse_document,
)
from tests.odd_clusters import Draft

GROUP = arm.group_id("MC_rg")
WHERE = "westeurope"
CLUSTER = arm.cluster_id("rg", "odd")
NETWORK = arm.resource_id(GROUP, "Microsoft.Network/virtualNetworks", "vn")
SUBNET = f"{NETWORK}/subnets/s"
SCALE_SET = arm.resource_id(GROUP, "Microsoft.Compute/virtualMachineScaleSets", "aks-np-1-vmss")
NIC = arm.resource_id(GROUP, "Microsoft.Network/networkInterfaces", "nic")
PUBLIC_IP = arm.resource_id(GROUP, "Microsoft.Network/publicIPAddresses", "pip")
PREFIX = arm.resource_id(GROUP, "Microsoft.Network/publicIPPrefixes", "prefix")
BALANCER = arm.resource_id(GROUP, "Microsoft.Network/loadBalancers", "kubernetes")
NSG = arm.resource_id(GROUP, "Microsoft.Network/networkSecurityGroups", "nsg")
TABLE = arm.resource_id(GROUP, "Microsoft.Network/routeTables", "rt")
NAT = arm.resource_id(GROUP, "Microsoft.Network/natGateways", "nat")
VM = arm.resource_id(GROUP, "Microsoft.Compute/virtualMachines", "vm")
SET = arm.resource_id(GROUP, "Microsoft.Compute/availabilitySets", "as")
REMOTE = arm.resource_id(arm.group_id("hub"), "Microsoft.Network/virtualNetworks", "hub")


def parsed(document: arm.Document) -> Resource:
    resource = parse_document(ResourceId(document["id"]), msgspec.json.encode(document))
    assert resource is not None
    return resource


def links(document: arm.Document) -> set[tuple[str, Relation, str]]:
    return {(link.source.key, link.relation, link.target.key) for link in parsed(document).links()}


def expect(source: str, relation: Relation, target: str) -> tuple[str, Relation, str]:
    return source.lower(), relation, target.lower()


_MAPS = frozenset({"addonProfiles", "nodeLabels", "tags", "userAssignedIdentities"})


def with_more(value: Any) -> Any:
    """Return the document with a field nobody reads in every object; a map has no fields."""
    if isinstance(value, dict):
        more = {key: each if key in _MAPS else with_more(each) for key, each in value.items()}
        return {**more, "unheardOf": {"a": [1]}}
    return [with_more(each) for each in value] if isinstance(value, list) else value


def cluster(**extras: Any) -> arm.Document:
    pool = arm.agent_pool_profile(
        "np",
        count=1,
        version="1.30.9",
        max_pods=30,
        subnet=SUBNET,
        extras={"podSubnetID": f"{SUBNET}-pods"},
    )
    return arm.managed_cluster(
        CLUSTER,
        location=WHERE,
        version="1.30.9",
        infrastructure_group=GROUP,
        pools=[pool],
        network=arm.network_profile("azure", outbound_ips=[PUBLIC_IP]),
        extras=extras,
    )


def interface() -> arm.Document:
    return arm.network_interface(
        GROUP,
        "nic",
        location=WHERE,
        configurations=[
            arm.ip_configuration(NIC, "ipconfig1", "10.0.0.4", subnet=SUBNET, public_ip=PUBLIC_IP)
        ],
        virtual_machine=VM,
        security_group=NSG,
    )


def test_null_and_absent_are_the_same() -> None:
    document = cluster()
    without = cluster()
    document["tags"] = None
    document["properties"].update(addonProfiles=None, apiServerAccessProfile=None, powerState=None)
    document["properties"]["networkProfile"].update(networkPluginMode=None, ipFamilies=None)
    document["properties"]["agentPoolProfiles"][0].update(count=None, minCount=None)
    del without["properties"]["powerState"]
    del without["properties"]["networkProfile"]["ipFamilies"]
    del without["properties"]["agentPoolProfiles"][0]["count"]
    assert parsed(document) == parsed(without)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_unknown_fields_are_ignored_everywhere(name: str) -> None:
    for document in Draft(name).documents:
        assert parsed(with_more(document)) == parsed(document)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda d: d.update(tags=[]), "$.tags"),
        (lambda d: d["properties"].update(fqdn=7), "$.properties.fqdn"),
        (lambda d: d["properties"].update(networkProfile="kubenet"), "$.properties.networkProfile"),
        (
            lambda d: d["properties"]["agentPoolProfiles"][0].update(count="three"),
            "$.properties.agentPoolProfiles[0].count",
        ),
        (
            lambda d: d["properties"]["agentPoolProfiles"][0].update(vnetSubnetID="snet-aks"),
            "$.properties.agentPoolProfiles[0].vnetSubnetID",
        ),
        (lambda d: d.update(id=CLUSTER + "x"), "$.id"),
    ],
)
def test_a_wrong_type_names_the_json_path(change: Any, path: str) -> None:
    document = cluster()
    change(document)
    with pytest.raises(msgspec.ValidationError) as raised:
        parse_document(ResourceId(CLUSTER), msgspec.json.encode(document))
    assert f"`{path}`" in str(raised.value)


def test_a_wrong_type_beside_a_null_still_names_the_path() -> None:
    document = cluster(fqdn=7)
    document["tags"] = None
    with pytest.raises(msgspec.ValidationError, match=r"`\$\.properties\.fqdn`"):
        parsed(document)


def test_an_address_that_is_none_names_the_path() -> None:
    document = interface()
    properties = document["properties"]["ipConfigurations"][0]["properties"]
    properties["privateIPAddress"] = "10.0.0.256"
    with pytest.raises(msgspec.ValidationError, match=r"privateIPAddress`"):
        parsed(document)


def test_the_type_is_told_by_the_id_in_any_case() -> None:
    document = interface()
    document["id"] = document["id"].upper()
    document["type"] = "MICROSOFT.network/Networkinterfaces"
    assert isinstance(parsed(document), NetworkInterface)


def test_a_type_we_do_not_read_is_no_document() -> None:
    disk = arm.resource_id(GROUP, "Microsoft.Compute/disks", "d")
    assert parse_document(ResourceId(disk), b'{"id": 7}') is None


def test_a_subnet_may_have_only_the_plural_prefixes() -> None:
    both = ("10.0.0.0/24", "fd00::/64")
    dual = decode(msgspec.json.encode(arm.subnet(NETWORK, "s", both)), Subnet)
    single = decode(msgspec.json.encode(arm.subnet(NETWORK, "s", both[:1])), Subnet)
    assert dual.properties.address_prefix is None
    assert dual.prefixes == both
    assert single.prefixes == both[:1]


def test_a_scale_set_interface_has_only_name_id_and_properties() -> None:
    target = arm.scale_set_interface_id(SCALE_SET, 7)
    document = arm.scale_set_interface(
        target,
        arm.numbered_configurations(target, ["10.0.0.4"], subnet=SUBNET),
        is_running=False,
    )
    assert not {"type", "location", "tags"} & document.keys()
    found = parsed(document)
    assert isinstance(found, NetworkInterface)
    assert found.id.type == SCALE_SET_INTERFACE_TYPE
    assert (found.location, found.tags) == (None, {})
    assert found.virtual_machine_id == ResourceId(f"{SCALE_SET}/virtualMachines/7")
    assert found.properties.virtual_machine is None


def test_a_cluster_of_2018_has_no_network_profile() -> None:
    document = cluster()
    del document["properties"]["networkProfile"]
    found = parsed(document)
    assert isinstance(found, ManagedCluster)
    assert found.properties.network_profile.network_plugin is None
    assert found.properties.network_profile.all_pod_cidrs == ()
    assert not found.properties.network_profile.is_dual_stack


@pytest.mark.parametrize(
    ("fields", "is_dual"),
    [
        ({"ipFamilies": ["IPv4"]}, False),
        ({"ipFamilies": ["ipv4", "ipv6"]}, True),
        ({"ipFamilies": None, "podCidrs": ["10.244.0.0/16", "fd00::/64"]}, True),
        ({"ipFamilies": None, "podCidrs": ["10.244.0.0/16"]}, False),
    ],
)
def test_dual_stack_is_told_by_families_or_ranges(fields: arm.Document, is_dual: bool) -> None:
    document = cluster()
    document["properties"]["networkProfile"].update(fields)
    found = parsed(document)
    assert isinstance(found, ManagedCluster)
    assert found.properties.network_profile.is_dual_stack is is_dual


def test_singular_ranges_of_older_clusters_stand_for_the_plural() -> None:
    document = cluster()
    profile = arm.network_profile("kubenet", pod_cidr="10.244.0.0/16", is_recent=False)
    document["properties"]["networkProfile"] = profile
    found = parsed(document)
    assert isinstance(found, ManagedCluster)
    network = found.properties.network_profile
    assert (network.pod_cidrs, network.service_cidrs) == ((), ())
    assert network.all_pod_cidrs == ("10.244.0.0/16",)
    assert network.all_service_cidrs == ("10.0.0.0/16",)


def test_an_empty_text_for_the_api_servers_subnet_is_none() -> None:
    found = links(cluster(apiServerAccessProfile={"subnetId": "", "enableVnetIntegration": True}))
    assert not {each for each in found if each[:2] == (CLUSTER.lower(), Relation.IN_SUBNET)}


def test_an_address_not_allocated_yet_is_absent() -> None:
    found = parsed(arm.public_ip(GROUP, "pip", None, location=WHERE))
    assert isinstance(found, PublicIPAddress)
    assert found.properties.ip_address is None


def test_a_name_left_out_comes_from_the_id() -> None:
    found = Machine.parse(b'{"id": "%s"}' % f"{CLUSTER}/agentPools/np/machines/m".encode())
    assert (found.name, found.title) == ("", "m")


def test_links_of_a_cluster() -> None:
    pool = f"{CLUSTER}/agentPools/np"
    profile = {
        "outboundIPs": {"publicIPs": [arm.reference(f"{PUBLIC_IP}-own")]},
        "outboundIPPrefixes": {"publicIPPrefixes": [arm.reference(PREFIX)]},
        "effectiveOutboundIPs": [arm.reference(PUBLIC_IP)],
    }
    nat = {"effectiveOutboundIPs": [arm.reference(f"{PUBLIC_IP}-nat")]}
    document = cluster(apiServerAccessProfile={"subnetId": f"{SUBNET}-api"})
    document["properties"]["networkProfile"].update(
        loadBalancerProfile=profile, natGatewayProfile=nat
    )
    assert links(document) == {
        expect(CLUSTER, Relation.MANAGES, GROUP),
        expect(CLUSTER, Relation.CONTAINS, pool),
        expect(pool, Relation.IN_SUBNET, SUBNET),
        expect(pool, Relation.PODS_IN_SUBNET, f"{SUBNET}-pods"),
        expect(CLUSTER, Relation.IN_SUBNET, f"{SUBNET}-api"),
        expect(CLUSTER, Relation.PUBLIC_IP, PUBLIC_IP),
        expect(CLUSTER, Relation.PUBLIC_IP, f"{PUBLIC_IP}-own"),
        expect(CLUSTER, Relation.PUBLIC_IP, f"{PUBLIC_IP}-nat"),
        expect(CLUSTER, Relation.PUBLIC_IP_PREFIX, PREFIX),
    }


def test_links_of_an_interface() -> None:
    configuration = f"{NIC}/ipConfigurations/ipconfig1"
    assert links(interface()) == {
        expect(NIC, Relation.CONTAINS, configuration),
        expect(NIC, Relation.ATTACHED_TO, VM),
        expect(NIC, Relation.PROTECTED_BY, NSG),
        expect(configuration, Relation.IN_SUBNET, SUBNET),
        expect(configuration, Relation.PUBLIC_IP, PUBLIC_IP),
    }


def test_links_of_a_network() -> None:
    near = f"{NETWORK}/virtualNetworkPeerings/to-hub"
    document = arm.virtual_network(
        GROUP,
        "vn",
        location=WHERE,
        prefixes=["10.0.0.0/16"],
        subnets=[
            arm.subnet(
                NETWORK,
                "s",
                ["10.0.0.0/24"],
                route_table=TABLE,
                security_group=NSG,
                nat_gateway=NAT,
            )
        ],
        peerings=[arm.peering(NETWORK, "to-hub", remote=REMOTE, remote_prefixes=["10.9.0.0/16"])],
    )
    assert isinstance(parsed(document), VirtualNetwork)
    assert links(document) == {
        expect(NETWORK, Relation.CONTAINS, SUBNET),
        expect(NETWORK, Relation.CONTAINS, near),
        expect(SUBNET, Relation.ROUTED_BY, TABLE),
        expect(SUBNET, Relation.PROTECTED_BY, NSG),
        expect(SUBNET, Relation.LEAVES_THROUGH, NAT),
        expect(near, Relation.PEERED_WITH, REMOTE),
    }


def test_links_of_a_load_balancer() -> None:
    pool = arm.backend_address_pool(BALANCER, "kubernetes")
    member = f"{NIC}/ipConfigurations/ipconfig1"
    pool["properties"]["backendIPConfigurations"] = [arm.reference(member)]
    document = arm.load_balancer(
        GROUP,
        "kubernetes",
        location=WHERE,
        frontends=[
            arm.frontend(BALANCER, "public", public_ip=PUBLIC_IP),
            arm.frontend(BALANCER, "prefix", public_ip_prefix=PREFIX),
            arm.frontend(BALANCER, "private", private_address="10.0.0.9", subnet=SUBNET),
        ],
        backend_pools=[pool],
        rules=[
            arm.load_balancing_rule(
                BALANCER, "r", frontend_name="public", port=80, probe_name="probe"
            )
        ],
        probes=[arm.probe(BALANCER, "probe", port=30080)],
        outbound_rules=[arm.outbound_rule(BALANCER, ["public"], name="o", pool_name="kubernetes")],
    )
    assert isinstance(parsed(document), LoadBalancer)
    rule, out = f"{BALANCER}/loadBalancingRules/r", f"{BALANCER}/outboundRules/o"
    front, probe = f"{BALANCER}/frontendIPConfigurations", f"{BALANCER}/probes/probe"
    contained = {rule, out, probe, pool["id"]} | {
        f"{front}/{name}" for name in ("public", "prefix", "private")
    }
    assert links(document) == {
        *(expect(BALANCER, Relation.CONTAINS, each) for each in contained),
        expect(f"{front}/public", Relation.PUBLIC_IP, PUBLIC_IP),
        expect(f"{front}/prefix", Relation.PUBLIC_IP_PREFIX, PREFIX),
        expect(f"{front}/private", Relation.IN_SUBNET, SUBNET),
        expect(member, Relation.MEMBER_OF, pool["id"]),
        expect(rule, Relation.FRONTEND, f"{front}/public"),
        expect(rule, Relation.BACKEND_POOL, pool["id"]),
        expect(rule, Relation.PROBE, probe),
        expect(out, Relation.FRONTEND, f"{front}/public"),
        expect(out, Relation.BACKEND_POOL, pool["id"]),
    }


def test_an_older_rule_has_only_the_singular_pool() -> None:
    rule = arm.load_balancing_rule(BALANCER, "r", frontend_name="f", port=80)
    del rule["properties"]["backendAddressPools"]
    pool = arm.backend_address_pool(BALANCER, "kubernetes")
    document = arm.load_balancer(
        GROUP, "kubernetes", location=WHERE, backend_pools=[pool], rules=[rule]
    )
    assert expect(rule["id"], Relation.BACKEND_POOL, pool["id"]) in links(document)


def test_links_of_machines_addresses_and_endpoints() -> None:
    machine = arm.virtual_machine(
        GROUP, "vm", location=WHERE, interfaces=[NIC], availability_set=SET, scale_set=SCALE_SET
    )
    address = arm.public_ip(GROUP, "pip", "203.0.113.9", location=WHERE, prefix=PREFIX)
    gateway = arm.nat_gateway(
        GROUP, "nat", location=WHERE, public_ips=[PUBLIC_IP], public_ip_prefixes=[PREFIX]
    )
    endpoint = arm.private_endpoint(
        GROUP, "pe", location=WHERE, subnet_id=SUBNET, interface=NIC, service=CLUSTER
    )
    assert links(machine) == {
        expect(VM, Relation.IN_AVAILABILITY_SET, SET),
        expect(VM, Relation.INSTANCE_OF, SCALE_SET),
    }
    assert links(address) == {expect(PUBLIC_IP, Relation.PUBLIC_IP_PREFIX, PREFIX)}
    assert links(gateway) == {
        expect(NAT, Relation.PUBLIC_IP, PUBLIC_IP),
        expect(NAT, Relation.PUBLIC_IP_PREFIX, PREFIX),
    }
    assert links(endpoint) == {
        expect(endpoint["id"], Relation.IN_SUBNET, SUBNET),
        expect(endpoint["id"], Relation.CONNECTED_BY, NIC),
    }
