"""How the API server is reached, what applies to which cluster, and what nobody could see."""

from collections.abc import Callable
from typing import Any

import pytest

from fixtures import documents as arm
from inspector.renderers.layout.api_server import lay_out_api_server
from inspector.renderers.markdown import render_markdown
from inspector.renderers.terminal import render_terminal
from inspector.report.answer import Unknown, unknown_of
from inspector.report.api_server import APIServer, EndpointView, IntegrationView, build_api_server
from inspector.report.api_server_zone import LinkView, NodeNetwork, ZoneView
from inspector.resource_id import ResourceId
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    NETWORKS,
    PUBLIC_IPS,
    Draft,
    Refusal,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
    refused,
)

VMSS = "kubenet-vmss"
WHERE = "westeurope"
ENDPOINTS = "Microsoft.Network/privateEndpoints"
ZONES = "Microsoft.Network/privateDnsZones"
LINKS = f"{ZONES}/virtualNetworkLinks"
GUID = arm.guid("zone")
ZONE = f"{GUID}.privatelink.{WHERE}.azmk8s.io"
FQDN = f"aks-shop-1a2b3c4d.{ZONE}"
HUB = arm.group_id("rg-hub")


def built(source: Draft | Snapshot) -> APIServer:
    return build_api_server(Topology(source.snapshot() if isinstance(source, Draft) else source))


def text_of(source: Draft | Snapshot) -> str:
    return render_terminal(lay_out_api_server(built(source), 40), width=10_000, color=False)


def zone_of(source: Draft | Snapshot) -> ZoneView:
    zone = built(source).zone
    assert zone is not None
    return zone


def links_of(source: Draft | Snapshot) -> tuple[LinkView, ...]:
    links = zone_of(source).links
    assert isinstance(links, tuple)
    return links


def endpoint_of(source: Draft | Snapshot) -> EndpointView:
    endpoints = built(source).endpoints
    assert isinstance(endpoints, tuple)
    (found,) = endpoints
    return found


def network_of(source: Draft | Snapshot) -> NodeNetwork:
    (found,) = built(source).networks
    return found


def integration_of(source: Draft | Snapshot) -> IntegrationView:
    found = built(source).integration
    assert found is not None
    return found


def network(draft: Draft) -> Any:
    return draft.one(NETWORKS)


def access(draft: Draft, **fields: Any) -> None:
    draft.cluster["properties"]["apiServerAccessProfile"] = fields


def private(*, zone: str = "system", links: int = 1, status: str = "Approved") -> Draft:
    """Return a private cluster: endpoint, interface, AKS's zone and its link to the network."""
    draft = Draft(VMSS)
    access(draft, enablePrivateCluster=True, privateDNSZone=zone)
    properties = draft.cluster["properties"]
    del properties["fqdn"]
    properties["privateFQDN"] = FQDN
    subnet = network(draft)["properties"]["subnets"][0]["id"]
    name = f"kube-apiserver.nic.{GUID}"
    interface = arm.resource_id(draft.group, INTERFACES, name)
    configuration = arm.ip_configuration(
        interface, f"privateEndpointIpConfig.{GUID}", "10.224.0.40", subnet=subnet
    )
    endpoint = arm.private_endpoint(
        draft.group,
        "kube-apiserver",
        location=WHERE,
        subnet_id=subnet,
        interface=interface,
        service=draft.cluster["id"],
        status=status,
    )
    nic = arm.network_interface(
        draft.group,
        name,
        location=WHERE,
        configurations=[configuration],
        private_endpoint=endpoint["id"],
    )
    draft.add(endpoint, nic)
    if zone == "system":
        add_zone(draft, draft.group, ZONE, links=links)
    return draft


def add_zone(draft: Draft, group: str, name: str, *, links: int = 1) -> str:
    """Add a zone, linked to the nodes' network or to none."""
    zone = arm.private_dns_zone(group, name, links=links)
    draft.add(zone)
    for number in range(links):
        target = network(draft)["id"].upper().replace("/SUBSCR", "/subscr")
        draft.add(arm.virtual_network_link(zone["id"], f"link{number}", network=target))
    return str(zone["id"])


def own_zone(*, is_there: bool = True, links: int = 1) -> Draft:
    """Return a private cluster with a zone of the user's."""
    target = arm.resource_id(HUB, ZONES, f"privatelink.{WHERE}.azmk8s.io")
    draft = private(zone=target)
    if is_there:
        add_zone(draft, HUB, f"privatelink.{WHERE}.azmk8s.io", links=links)
    return draft


def test_a_public_api_server_is_open_to_all_and_nothing_else_is_shown() -> None:
    found = built(bundled(VMSS))
    assert (found.is_private, found.authorized_ranges) == (False, ())
    assert found.fqdn is not None
    assert (found.endpoints, found.zone, found.integration) == (None, None, None)
    assert (found.networks, found.admitted_addresses, found.missing) == ((), (), ())
    text = text_of(bundled(VMSS))
    assert "public, from anywhere" in text
    for word in ("rivate", "VNet integration", "Authorised", "Public FQDN"):
        assert word not in text


def test_authorised_ranges_are_listed_with_what_aks_admits_besides() -> None:
    draft = Draft(VMSS)
    access(draft, authorizedIPRanges=["203.0.113.0/24", "198.51.100.7/32"])
    found = built(draft)
    assert found.authorized_ranges == ("203.0.113.0/24", "198.51.100.7/32")
    assert found.admitted_addresses == ("198.51.100.12",)
    text = text_of(draft)
    assert "public, from 2 authorised ranges" in text
    assert "without listing it: 198.51.100.12" in text
    assert "nothing but" not in text


def test_the_special_range_is_explained() -> None:
    draft = Draft(VMSS)
    access(draft, authorizedIPRanges=["0.0.0.0/32"])
    text = text_of(draft)
    assert "public, from the cluster's own outbound load balancer alone\n" in text
    assert "0.0.0.0/32  nothing but the cluster's own outbound load balancer" in text


def test_a_range_that_is_everything_restricts_nothing() -> None:
    draft = Draft(VMSS)
    access(draft, authorizedIPRanges=["203.0.113.0/24", "0.0.0.0/0"])
    assert "public, from anywhere: an authorised range is everything\n" in text_of(draft)


def test_the_admitted_address_is_unknown_where_it_was_refused() -> None:
    draft = Draft(VMSS)
    access(draft, authorizedIPRanges=["203.0.113.0/24"])
    snapshot = draft.snapshot()
    cut = refused(snapshot, [refusal_of_list(snapshot, PUBLIC_IPS)])
    (address,) = built(cut).admitted_addresses
    assert isinstance(address, Unknown)
    assert "without listing it: unknown" in text_of(cut)


@pytest.mark.parametrize("outbound", ["managedNATGateway", "userDefinedRouting"])
def test_without_the_load_balancer_the_way_out_has_to_be_listed(outbound: str) -> None:
    draft = Draft(VMSS)
    access(draft, authorizedIPRanges=["203.0.113.0/24"])
    draft.network_profile["outboundType"] = outbound
    assert built(draft).admitted_addresses == ()
    assert f"Outbound type {outbound}: the addresses the nodes leave with must be" in text_of(draft)


@pytest.mark.parametrize("outbound", ["none", "block"])
def test_a_cluster_without_a_way_out_has_nothing_to_list(outbound: str) -> None:
    draft = Draft(VMSS)
    access(draft, authorizedIPRanges=["203.0.113.0/24"])
    draft.network_profile["outboundType"] = outbound
    text = text_of(draft)
    assert "must be in the list" not in text
    assert "AKS admits" not in text


def test_ranges_of_a_private_cluster_are_said_not_to_apply() -> None:
    draft = private()
    draft.cluster["properties"]["apiServerAccessProfile"]["authorizedIPRanges"] = ["10.0.0.0/8"]
    assert built(draft).admitted_addresses == ()
    assert "apply to a public address alone" in text_of(draft)


def test_a_private_cluster_has_its_endpoint_with_state_and_address() -> None:
    draft = private()
    found = endpoint_of(draft)
    assert (found.name, found.state) == ("kube-apiserver", "Approved")
    assert found.interfaces == (f"kube-apiserver.nic.{GUID}",)
    assert (found.addresses, found.subnet) == (("10.224.0.40",), "aks-subnet")
    assert found.network == network(draft)["name"]
    assert built(draft).missing == ()
    text = text_of(draft)
    assert "private, through a private endpoint" in text
    assert FQDN in text


@pytest.mark.parametrize("status", ["Pending", "Rejected", "Disconnected"])
def test_the_state_of_the_connection_is_told(status: str) -> None:
    assert endpoint_of(private(status=status)).state == status


def test_an_endpoint_whose_connection_needs_approval_has_its_state() -> None:
    draft = private(status="Pending")
    properties = draft.one(ENDPOINTS)["properties"]
    connections = properties["privateLinkServiceConnections"]
    properties["manualPrivateLinkServiceConnections"] = connections
    properties["privateLinkServiceConnections"] = []
    assert endpoint_of(draft).state == "Pending"


def test_a_private_cluster_without_an_endpoint_says_so() -> None:
    draft = private()
    draft.remove(ENDPOINTS)
    assert built(draft).endpoints == ()
    assert "none: no private endpoint" in text_of(draft)


def test_another_endpoint_is_not_taken_for_the_api_servers() -> None:
    draft = private()
    endpoint = draft.one(ENDPOINTS)
    endpoint["id"] = arm.resource_id(draft.group, ENDPOINTS, "pe-logs")
    endpoint["name"] = "pe-logs"
    connection = endpoint["properties"]["privateLinkServiceConnections"][0]["properties"]
    connection["privateLinkServiceId"] = f"{HUB}/providers/Microsoft.Storage/storageAccounts/logs"
    assert built(draft).endpoints == ()


@pytest.mark.parametrize("with_documents", [True, False])
def test_refused_endpoints_are_unknown_and_not_none(with_documents: bool) -> None:
    snapshot = private().snapshot()
    refusal = refusal_of_list(snapshot, ENDPOINTS, with_documents=with_documents)
    cut = refused(snapshot, [refusal])
    hidden = unknown_of(gap_of(refusal))
    assert hidden in built(cut).missing
    if with_documents:
        assert built(cut).endpoints == hidden
        assert "none: no private endpoint" not in text_of(cut)
    else:
        assert endpoint_of(cut).state == "Approved"


def test_an_endpoints_address_is_unknown_where_its_interface_was_refused() -> None:
    snapshot = private().snapshot()
    refusal = refusal_of_list(snapshot, INTERFACES)
    found = built(refused(snapshot, [refusal]))
    assert isinstance(found.endpoints, tuple)
    assert found.endpoints[0].addresses == (unknown_of(gap_of(refusal)),)
    assert unknown_of(gap_of(refusal)) in found.missing


def test_refused_endpoints_say_nothing_about_a_public_cluster() -> None:
    snapshot = bundled(VMSS)
    cut = refused(snapshot, [refusal_of_list(snapshot, ENDPOINTS)])
    assert built(cut).endpoints is None
    assert built(cut).missing == ()


def test_akss_own_zone_is_told_by_the_private_name_and_linked() -> None:
    draft = private()
    for other in ("0.example", "privatelink.database.windows.net"):
        add_zone(draft, draft.group, other)
    found = zone_of(draft)
    assert (found.setting, found.zone, found.exists) == ("system", ZONE, True)
    assert found.resource_group == ResourceId(draft.group).name
    (link,) = links_of(draft)
    assert (link.name, link.state) == ("link0", "Completed")
    assert network_of(draft).is_linked is True


def test_a_private_cluster_that_says_nothing_of_a_zone_has_akss_own() -> None:
    draft = private()
    del draft.cluster["properties"]["apiServerAccessProfile"]["privateDNSZone"]
    assert zone_of(draft).setting == "system"
    assert zone_of(draft).exists is True


def test_a_network_that_is_not_linked_is_told() -> None:
    draft = private(links=0)
    assert links_of(draft) == ()
    assert network_of(draft).is_linked is False
    (row,) = [line for line in text_of(draft).splitlines() if network(draft)["name"] in line][-1:]
    assert row.split()[1:] == ["no", "Azure's", "own"]


def test_a_link_to_another_network_is_not_the_nodes() -> None:
    draft = private()
    other = arm.resource_id(HUB, NETWORKS, "vnet-hub")
    draft.one(LINKS)["properties"]["virtualNetwork"] = arm.reference(other)
    assert [each.network for each in links_of(draft)] == ["vnet-hub"]
    assert network_of(draft).is_linked is False


def test_akss_own_zone_that_is_gone_is_absent() -> None:
    draft = private()
    draft.remove(ZONES)
    draft.remove(LINKS)
    found = zone_of(draft)
    assert (found.exists, found.zone, found.links) == (False, ZONE, ())
    assert network_of(draft).is_linked is False


def test_refused_zones_leave_zone_and_link_unknown() -> None:
    snapshot = private().snapshot()
    refusal = refusal_of_list(snapshot, ZONES)
    cut = refused(snapshot, [refusal])
    hidden = unknown_of(gap_of(refusal))
    found = zone_of(cut)
    assert (found.exists, found.links, found.zone) == (hidden, hidden, ZONE)
    assert network_of(cut).is_linked == hidden
    assert built(cut).missing == (hidden,)


@pytest.mark.parametrize("with_documents", [True, False])
def test_refused_links_leave_the_link_unknown(with_documents: bool) -> None:
    snapshot = private().snapshot()
    refusal = refusal_of_list(snapshot, LINKS, with_documents=with_documents)
    cut = refused(snapshot, [refusal])
    hidden = unknown_of(gap_of(refusal))
    assert (zone_of(cut).exists, zone_of(cut).links) == (True, hidden)
    assert network_of(cut).is_linked == hidden
    assert built(cut).missing == (hidden,)


@pytest.mark.parametrize("links", [0, 1])
def test_the_users_own_zone_in_another_group(links: int) -> None:
    found = built(own_zone(links=links))
    assert found.zone is not None
    assert (found.zone.setting, found.zone.exists) == ("own", True)
    assert found.zone.zone == f"privatelink.{WHERE}.azmk8s.io"
    assert found.zone.resource_group == "rg-hub"
    assert found.networks[0].is_linked is bool(links)


def test_the_users_own_zone_that_is_gone_is_absent() -> None:
    draft = own_zone(is_there=False)
    found = zone_of(draft)
    assert (found.exists, found.zone) == (False, f"privatelink.{WHERE}.azmk8s.io")
    assert network_of(draft).is_linked is False
    assert built(draft).missing == ()


def test_the_users_own_zone_that_was_refused_is_unknown() -> None:
    draft = own_zone()
    refusal = Refusal(ResourceId(draft.one(ZONES)["id"]))
    cut = refused(draft.snapshot(), [refusal])
    hidden = unknown_of(gap_of(refusal))
    found = zone_of(cut)
    assert (found.exists, found.links) == (hidden, hidden)
    assert found.zone == f"privatelink.{WHERE}.azmk8s.io"
    assert network_of(cut).is_linked == hidden


def test_without_a_zone_there_is_nothing_to_be_linked_to() -> None:
    draft = private(zone="none")
    draft.cluster["properties"]["fqdn"] = "aks-shop.hcp.westeurope.azmk8s.io"
    network(draft)["properties"]["dhcpOptions"] = {"dnsServers": ["10.0.0.10"]}
    found = built(draft)
    assert found.zone is not None
    assert (found.zone.exists, found.zone.links, found.zone.zone) == (None, None, None)
    assert (network_of(draft).is_linked, network_of(draft).must_forward) == (None, False)
    text = text_of(draft)
    assert "Public FQDN" in text
    assert "a public name for the private address" in text
    assert "must forward" not in text


@pytest.mark.parametrize(
    ("servers", "must_forward"),
    [
        ([], False),
        (["168.63.129.16"], False),
        (["10.0.0.10", "168.63.129.16"], False),
        (["10.0.0.10", "10.0.0.11"], True),
    ],
)
def test_own_resolvers_must_forward_the_zone(servers: list[str], must_forward: bool) -> None:
    draft = private()
    network(draft)["properties"]["dhcpOptions"] = {"dnsServers": servers}
    found = network_of(draft)
    assert (found.dns_servers, found.must_forward) == (tuple(servers), must_forward)
    text = text_of(draft)
    assert (f"ask 10.0.0.10, 10.0.0.11: these must forward {ZONE}" in text) == must_forward
    assert ("is not visible in ARM" in text) == must_forward


def test_resolvers_of_a_network_that_was_refused_are_unknown() -> None:
    draft = private()
    draft.cluster["properties"]["agentPoolProfiles"][0]["vnetSubnetID"] = network(draft)[
        "properties"
    ]["subnets"][0]["id"]
    refusal = refusal_of(draft.snapshot(), NETWORKS)
    cut = refused(draft.snapshot(), [refusal])
    hidden = unknown_of(gap_of(refusal))
    found = network_of(cut)
    assert (found.dns_servers, found.must_forward) == (hidden, hidden)
    assert found.is_linked is True
    assert hidden in built(cut).missing


def test_a_network_nobody_knows_of_is_missing() -> None:
    snapshot = private().snapshot()
    kinds = [
        NETWORKS,
        "Microsoft.Compute/virtualMachineScaleSets",
        "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces",
        ENDPOINTS,
        INTERFACES,
    ]
    cut = refused(snapshot, [refusal_of_list(snapshot, kind) for kind in kinds])
    found = built(cut)
    assert found.networks == ()
    assert unknown_of(gap_of(refusal_of_list(snapshot, NETWORKS))) in found.missing


def test_every_network_the_nodes_are_in_is_told() -> None:
    draft = private()
    other = arm.resource_id(HUB, NETWORKS, "vnet-two")
    draft.add(
        arm.virtual_network(
            HUB,
            "vnet-two",
            location=WHERE,
            prefixes=["10.9.0.0/16"],
            subnets=[arm.subnet(other, "nodes", ["10.9.0.0/24"])],
        )
    )
    pools = draft.cluster["properties"]["agentPoolProfiles"]
    pools.append({**pools[0], "name": "np2", "vnetSubnetID": f"{other}/subnets/nodes"})
    links = {each.name: each.is_linked for each in built(draft).networks}
    assert links == {network(draft)["name"]: True, "vnet-two": False}


def test_a_network_that_only_something_else_is_in_is_not_the_nodes() -> None:
    draft = private()
    other = arm.resource_id(HUB, NETWORKS, "vnet-two")
    endpoint = arm.private_endpoint(
        draft.group,
        "pe-logs",
        location=WHERE,
        subnet_id=f"{other}/subnets/apps",
        interface=arm.resource_id(draft.group, INTERFACES, "nic"),
        service=f"{HUB}/providers/Microsoft.Storage/storageAccounts/logs",
    )
    draft.add(endpoint)
    assert [each.name for each in built(draft).networks] == [network(draft)["name"]]


def integrated(*, is_own: bool = True, is_private: bool = False) -> Draft:
    """Return a cluster with its API server in a delegated subnet of its network."""
    draft = Draft(VMSS)
    part = arm.subnet(
        network(draft)["id"],
        "aks-apiserver-subnet",
        ["10.226.0.0/28"],
        delegated_to="Microsoft.ContainerService/managedClusters",
    )
    network(draft)["properties"]["subnets"].append(part)
    access(
        draft,
        enablePrivateCluster=is_private,
        enableVnetIntegration=True,
        subnetId=part["id"] if is_own else "",
    )
    target = arm.resource_id(draft.group, LOAD_BALANCERS, "kube-apiserver")
    frontend = arm.frontend(
        target, "kube-apiserver-frontend", private_address="10.226.0.4", subnet=part["id"]
    )
    draft.add(
        arm.load_balancer(draft.group, "kube-apiserver", location=WHERE, frontends=[frontend])
    )
    return draft


@pytest.mark.parametrize("is_own", [True, False])
def test_an_integrated_api_server_has_its_subnet_and_address(is_own: bool) -> None:
    draft = integrated(is_own=is_own)
    found = integration_of(draft)
    assert (found.subnet, found.network) == ("aks-apiserver-subnet", network(draft)["name"])
    assert found.delegations == ("Microsoft.ContainerService/managedClusters",)
    assert (found.load_balancer, found.addresses) == ("kube-apiserver", ("10.226.0.4",))
    assert (built(draft).endpoints, built(draft).missing) == (None, ())
    assert "the nodes reach it inside the virtual network" in text_of(draft)


def test_a_private_integrated_api_server_needs_no_endpoint() -> None:
    draft = integrated(is_private=True)
    snapshot = draft.snapshot()
    cut = refused(snapshot, [refusal_of_list(snapshot, ENDPOINTS)])
    assert built(cut).endpoints is None
    assert "private, inside the virtual network" in text_of(cut)
    assert built(cut).zone is not None


@pytest.mark.parametrize("is_own", [True, False])
def test_a_refused_load_balancer_leaves_the_address_unknown(is_own: bool) -> None:
    snapshot = integrated(is_own=is_own).snapshot()
    refusal = refusal_of_list(snapshot, LOAD_BALANCERS)
    hidden = unknown_of(gap_of(refusal))
    cut = refused(snapshot, [refusal])
    found = integration_of(cut)
    assert found.load_balancer == hidden
    assert found.subnet == ("aks-apiserver-subnet" if is_own else hidden)
    assert isinstance(found.delegations, tuple) == is_own
    assert hidden in built(cut).missing


def test_a_load_balancer_that_is_gone_is_absent() -> None:
    draft = integrated()
    draft.documents = [each for each in draft.documents if each["name"] != "kube-apiserver"]
    found = integration_of(draft)
    assert (found.load_balancer, found.addresses) == (None, ())
    assert built(draft).missing == ()


def test_a_refused_subnet_leaves_its_delegation_unknown() -> None:
    snapshot = integrated().snapshot()
    refusal = refusal_of_list(snapshot, NETWORKS)
    cut = refused(snapshot, [refusal])
    found = integration_of(cut)
    assert found.subnet == "aks-apiserver-subnet"
    assert found.delegations == unknown_of(gap_of(refusal))


def test_a_subnet_that_is_gone_has_no_delegation() -> None:
    draft = integrated()
    del network(draft)["properties"]["subnets"][1]
    assert integration_of(draft).delegations is None


def single_refusals(snapshot: Snapshot) -> list[Refusal]:
    """Return the refusal of each document but the cluster's, and of each list, both ways."""
    lists = [
        Refusal(each.scope, each.type, with_documents=takes)
        for each in snapshot.listings
        for takes in (True, False)
    ]
    return [*(Refusal(each) for each in snapshot.documents if each != snapshot.cluster), *lists]


@pytest.mark.parametrize("make", [private, own_zone, integrated], ids=lambda make: make.__name__)
def test_nothing_that_is_hidden_is_said_to_be_absent(make: Callable[[], Draft]) -> None:
    snapshot = make().snapshot()
    full = built(snapshot)
    assert full.missing == ()
    for refusal in single_refusals(snapshot):
        found = built(refused(snapshot, [refusal]))
        assert found.endpoints != ()
        if found.zone is not None:
            assert found.zone.exists is not False
        assert all(each.is_linked is not False for each in found.networks)
        if found.integration is not None:
            assert found.integration.load_balancer is not None
            assert found.integration.delegations
        if found != full:
            assert found.missing


def test_names_from_azure_cannot_act() -> None:
    evil = "x|\x1b[31m\u202e<b>"
    draft = private()
    network(draft)["properties"]["dhcpOptions"] = {"dnsServers": [f"10.0.0.9{evil}"]}
    draft.cluster["properties"]["apiServerAccessProfile"]["authorizedIPRanges"] = [evil]
    draft.one(LINKS)["properties"]["virtualNetworkLinkState"] = evil
    endpoint = draft.one(ENDPOINTS)["properties"]["privateLinkServiceConnections"][0]["properties"]
    endpoint["privateLinkServiceConnectionState"]["status"] = evil
    blocks = list(lay_out_api_server(built(draft), 40))
    for text in (render_markdown(blocks), render_terminal(blocks, width=300, color=False)):
        assert not {"\x1b", "\u202e"} & set(text)
        assert "must forward" in text
    assert "<b>" not in render_markdown(blocks)
