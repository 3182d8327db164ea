"""What a report says where it could not see, and of what it does not follow."""

import json
from typing import Any

import pytest

import fixtures.documents as arm
from inspector.cluster.fingerprint import Agreement
from inspector.cluster.ownership import OwnerKind
from inspector.errors import BadDocument
from inspector.renderers import Format, render
from inspector.report import Report, Unknown, analyze
from inspector.resources import SCALE_SET_PUBLIC_IP_TYPE
from inspector.snapshot import decode_snapshot, encode_snapshot
from tests.odd_clusters import (
    LOAD_BALANCERS,
    NETWORKS,
    PUBLIC_IPS,
    SCALE_SET_INTERFACES,
    USAGES,
    VIRTUAL_MACHINES,
    Draft,
    bundled,
    refusal_of_list,
    refused,
)

VMSS = "kubenet-vmss"


def without(name: str, kind: str) -> Report:
    snapshot = bundled(name)
    return analyze(refused(snapshot, [refusal_of_list(snapshot, kind)]))


def test_refused_load_balancers_make_no_address_outbound_only() -> None:
    found = without(VMSS, LOAD_BALANCERS)
    assert found.ways_in.outbound_only == ()
    assert "outbound only" not in render(found)
    assert found.summary.entries_missing


def test_an_application_gateway_is_a_public_address_not_followed() -> None:
    draft = Draft(VMSS)
    gateway = f"{draft.group}/providers/Microsoft.Network/applicationGateways/agw"
    address = draft.one(PUBLIC_IPS)
    extra = json.loads(json.dumps(address))
    extra["id"] = extra["id"].rsplit("/", 1)[0] + "/agw-ip"
    extra["name"], extra["tags"] = "agw-ip", {}
    extra["properties"]["ipAddress"] = "203.0.113.200"
    extra["properties"]["ipConfiguration"] = {"id": f"{gateway}/frontendIPConfigurations/public"}
    draft.add(extra)
    found = analyze(draft.snapshot())
    (other,) = found.ways_in.others
    assert other.attached_to == "application gateway agw"
    assert "203.0.113.200  attached to application gateway agw, not followed" in render(found)


def test_a_frontend_for_inbound_nat_rules_is_not_nobodys() -> None:
    draft = Draft(VMSS)
    balancer = draft.one(LOAD_BALANCERS)["properties"]
    frontend = balancer["frontendIPConfigurations"][1]
    balancer["loadBalancingRules"] = [
        rule
        for rule in balancer["loadBalancingRules"]
        if rule["properties"]["frontendIPConfiguration"]["id"] != frontend["id"]
    ]
    frontend["properties"]["inboundNatRules"] = [{"id": f"{frontend['id']}/nat/ssh"}]
    (owner,) = [
        each.owner
        for each in analyze(draft.snapshot()).load_balancing.balancers[0].frontends
        if each.name == frontend["name"]
    ]
    assert owner.kind is OwnerKind.UNRECOGNISED


def node_ip(draft: Draft, *, keep_interfaces: bool) -> None:
    """Make the inbound pool one of addresses, as ``backendPoolType: nodeIP`` does."""
    (pool,) = [
        each["properties"]
        for each in draft.one(LOAD_BALANCERS)["properties"]["backendAddressPools"]
        if each["name"] == "kubernetes"
    ]
    if not keep_interfaces:
        del pool["backendIPConfigurations"]
    pool["loadBalancerBackendAddresses"] = [
        {"name": f"node-{last}", "properties": {"ipAddress": f"10.224.0.{last}"}}
        for last in (4, 5, 6)
    ]


@pytest.mark.parametrize("keep_interfaces", [True, False])
def test_a_pool_of_addresses_has_its_nodes_once_in_every_section(keep_interfaces: bool) -> None:
    draft = Draft(VMSS)
    node_ip(draft, keep_interfaces=keep_interfaces)
    found = analyze(draft.snapshot())
    names = {
        node["name"]
        for node in draft.all("Microsoft.ContainerService/managedClusters/agentPools/machines")
    }
    (pool,) = [
        each
        for each in found.load_balancing.balancers[0].backend_pools
        if each.name == "kubernetes"
    ]
    assert {member.node for member in pool.members} == names
    assert len(pool.members) == len(names)
    (entered,) = found.ways_in.pools
    assert entered.id == pool.id
    assert {node.node for node in entered.nodes} == names
    assert [(each.members, each.nodes) for each in pool.node_pools] == [(3, 3)]


@pytest.mark.parametrize("kind", [SCALE_SET_INTERFACES])
def test_the_subnet_aks_made_is_the_clusters_whatever_is_refused(kind: str) -> None:
    (network,) = without(VMSS, kind).virtual_networks.networks
    (subnet,) = network.subnets
    assert subnet.is_cluster_subnet
    assert len(subnet.devices) == 3


def test_nodes_whose_interfaces_were_refused_are_unknown_and_not_without() -> None:
    found = without(VMSS, SCALE_SET_INTERFACES)
    assert found.node_interfaces.nodes_without_interface == ()
    assert len(found.node_interfaces.nodes_unseen) == 3
    assert found.summary.nodes_unseen == 3
    text = render(found)
    assert "No network interface was found" not in text
    assert "Node network interfaces\n" + "─" * 23 + "\n  The network interfaces are unkno" in text
    assert all(name in text for name in found.node_interfaces.nodes_unseen)


def test_refused_machines_are_nodes_by_the_name_their_interface_gives() -> None:
    found = without("seed-kubenet", VIRTUAL_MACHINES)
    (pool,) = {
        member.node
        for each in found.load_balancing.balancers[0].backend_pools
        for member in each.members
    }
    assert pool == "aks-nodepool1-19374625-0"


def test_the_purpose_of_what_was_refused_is_unknown() -> None:
    found = without(VMSS, PUBLIC_IPS).infrastructure
    purposes = [each.purpose for each in found.resources if each.type == "Public IP address"]
    assert len(purposes) == 3
    assert all(isinstance(each, Unknown) for each in purposes)


def test_free_addresses_are_unknown_without_the_usage_figure() -> None:
    (network,) = without(VMSS, USAGES).virtual_networks.networks
    (subnet,) = network.subnets
    assert subnet.used == 3
    assert isinstance(subnet.free, Unknown)
    assert "at least 3 used" in (subnet.note or "")


def test_node_public_addresses_that_may_not_be_listed_are_unknown() -> None:
    draft = Draft(VMSS)
    configuration = draft.configurations(SCALE_SET_INTERFACES, 1)[0]
    configuration["properties"]["publicIPAddress"] = arm.reference(
        f"{configuration['id']}/publicIPAddresses/pub"
    )
    snapshot = draft.snapshot()
    refusal = refusal_of_list(snapshot, SCALE_SET_PUBLIC_IP_TYPE)
    assert "unknown (pub)" in render(analyze(refused(snapshot, [refusal])))
    assert "unknown (pub)" not in render(analyze(snapshot))


def test_a_scale_set_of_the_users_own_is_no_node_pool() -> None:
    draft = Draft(VMSS)
    for kind in (SCALE_SET_INTERFACES, "Microsoft.Compute/virtualMachineScaleSets"):
        for document in [json.loads(json.dumps(each)) for each in draft.all(kind)]:
            text = json.dumps(document).replace("aks-nodepool1-18264093-vmss", "batch-workers")
            copied = json.loads(text)
            copied["tags"] = {}
            draft.add(copied)
    assert len(analyze(draft.snapshot()).node_interfaces.interfaces) == 3


def changed(path: tuple[str | int, ...], value: Any) -> bytes:
    """Return a bundled cluster's file with one value of its cluster document replaced."""
    snapshot = json.loads(encode_snapshot(bundled(VMSS)))
    cluster = next(
        each for each in snapshot["documents"].values() if "agentPoolProfiles" in each["properties"]
    )
    here = cluster["properties"]
    for step in path[:-1]:
        here = here.setdefault(step, {}) if isinstance(step, str) else here[step]
    here[path[-1]] = value
    return json.dumps(snapshot).encode()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("nodeResourceGroup",), "a/b"),
        (("agentPoolProfiles", 0, "name"), ""),
        (("agentPoolProfiles", 0, "name"), "a/b"),
        (("apiServerAccessProfile", "subnetId"), "junk"),
        (("agentPoolProfiles", 0, "vnetSubnetID"), "/subscriptions/s" + "/providers/M.N/a/b" * 500),
    ],
)
def test_names_that_cannot_be_are_bad_documents(path: tuple[str | int, ...], value: str) -> None:
    with pytest.raises(BadDocument, match="managedClusters"):
        decode_snapshot(changed(path, value), "file")


def test_a_range_that_is_none_is_a_bad_document() -> None:
    snapshot = encode_snapshot(bundled(VMSS)).replace(b'"10.224.0.0/16"', b'"10.224.0.0/99"')
    with pytest.raises(BadDocument, match="virtualNetworks"):
        decode_snapshot(snapshot, "file")


def test_an_entry_of_another_shape_is_a_bad_document() -> None:
    snapshot = encode_snapshot(bundled(VMSS)).replace(b'"currentValue":3.0', b'"currentValue":"x"')
    with pytest.raises(BadDocument, match="entry 0"):
        decode_snapshot(snapshot, "file")


def test_json_escapes_what_acts_on_a_terminal() -> None:
    draft = Draft(VMSS)
    draft.cluster["location"] = "a\x9b31m\u202eb\x7f"
    text = render(analyze(draft.snapshot()), Format.JSON)
    assert json.loads(text)["summary"]["location"] == "a\x9b31m\u202eb\x7f"
    assert not {"\x9b", "\u202e", "\x7f"} & set(text)


def test_an_own_nat_gateway_gives_its_addresses() -> None:
    draft = Draft("cni-nodesubnet")
    draft.network_profile["outboundType"] = "userAssignedNATGateway"
    draft.network_profile["loadBalancerProfile"] = {}
    group = arm.group_id("rg-network")
    address = arm.public_ip(group, "nat-ip", "203.0.113.77", location="northeurope")
    gateway = arm.nat_gateway(group, "nat", location="northeurope", public_ips=[address["id"]])
    network = draft.one(NETWORKS)
    network["properties"]["subnets"][0]["properties"]["natGateway"] = {"id": gateway["id"]}
    draft.add(address, gateway)
    summary = analyze(draft.snapshot()).summary
    (leaving,) = summary.ways_out
    assert (leaving.words, leaving.addresses) == ("NAT gateway", ("203.0.113.77",))
    assert summary.ways_out_agreement is Agreement.AGREES


def test_what_serves_nobody_in_the_group_is_not_said_to_serve_the_nodes() -> None:
    draft = Draft(VMSS)
    location = "westeurope"
    network = arm.virtual_network(
        draft.group, "vnet-spare", location=location, prefixes=["10.9.0.0/16"], subnets=[]
    )
    draft.add(
        arm.network_security_group(draft.group, "nsg-spare", location=location),
        arm.route_table(draft.group, "rt-spare", location=location),
        network,
    )
    found = analyze(draft.snapshot()).infrastructure.resources
    purposes = {each.name: each.purpose for each in found}
    assert purposes["nsg-spare"] == "attached to nothing"
    assert purposes["rt-spare"] == "used by no subnet"
    assert purposes["vnet-spare"] is None
    assert purposes["aks-vnet-30517864"] == "network of the nodes"


def test_a_pool_half_converted_to_addresses_keeps_its_interfaces() -> None:
    draft = Draft(VMSS)
    pool = draft.one(LOAD_BALANCERS)["properties"]["backendAddressPools"][0]["properties"]
    entry = {"name": "one", "properties": {"ipAddress": "10.224.0.4"}}
    pool["loadBalancerBackendAddresses"] = [entry]
    (found,) = analyze(draft.snapshot()).load_balancing.balancers
    members = [each.node for each in found.backend_pools[0].members]
    assert len(members) == 3
    assert len(set(members)) == 3
