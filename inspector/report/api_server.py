"""How the API server is reached: from where, by which address and by which name."""

from inspector.cluster.api_server import endpoints_seen, find_load_balancer, subnet_of_api_server
from inspector.report.addresses import frontend_address, name_of, public_address
from inspector.report.answer import TextAnswer, Unknown, View, ask
from inspector.report.api_server_zone import NodeNetwork, ZoneView, build_zone, node_networks
from inspector.resource_id import ResourceId
from inspector.resources import (
    LoadBalancer,
    NetworkInterface,
    PrivateEndpoint,
    Relation,
    Subnet,
    same_text,
)
from inspector.topology import Topology


class EndpointView(View, frozen=True):
    """A private endpoint of the API server; ``state`` is that of its connection."""

    name: str
    id: ResourceId
    state: str | None
    interfaces: tuple[str, ...]
    addresses: tuple[TextAnswer, ...]
    subnet: str | None
    network: str | None


class IntegrationView(View, frozen=True):
    """API server VNet integration: a delegated subnet, and an internal load balancer in it.

    ``delegations`` is ``None`` where the subnet does not exist, or none could be named.
    """

    subnet: TextAnswer
    network: str | None
    delegations: tuple[str, ...] | Unknown | None
    load_balancer: TextAnswer
    addresses: tuple[TextAnswer, ...]


class APIServer(View, frozen=True):
    """Access to the API server; what does not apply to the cluster is ``None`` or empty.

    ``admitted_addresses`` are those AKS admits beside the authorised ranges without listing them:
    its own outbound load balancer's, where the nodes leave by it (facts, H).
    """

    is_private: bool
    fqdn: str | None
    private_fqdn: str | None
    authorized_ranges: tuple[str, ...]
    outbound_type: str | None
    admitted_addresses: tuple[TextAnswer, ...]
    endpoints: tuple[EndpointView, ...] | Unknown | None
    zone: ZoneView | None
    networks: tuple[NodeNetwork, ...]
    integration: IntegrationView | None
    missing: tuple[Unknown, ...]


def build_api_server(topology: Topology) -> APIServer:
    """Return how the cluster's API server is reached."""
    missing: list[Unknown] = []
    properties = topology.cluster.properties
    access = properties.api_server_access_profile
    is_private = access.enable_private_cluster is True
    is_integrated = access.enable_vnet_integration is True
    zone = build_zone(topology, missing) if is_private else None
    return APIServer(
        is_private=is_private,
        fqdn=properties.fqdn or None,
        private_fqdn=properties.private_fqdn or None,
        authorized_ranges=access.authorized_ip_ranges,
        outbound_type=properties.network_profile.outbound_type,
        admitted_addresses=_admitted(topology),
        endpoints=_endpoints(topology, missing, is_due=is_private and not is_integrated),
        zone=zone,
        networks=node_networks(topology, zone, missing) if zone is not None else (),
        integration=_integration(topology, missing) if is_integrated else None,
        missing=tuple(dict.fromkeys(missing)),
    )


def _admitted(topology: Topology) -> tuple[TextAnswer, ...]:
    cluster = topology.cluster
    access = cluster.properties.api_server_access_profile
    outbound = cluster.properties.network_profile.outbound_type
    if access.enable_private_cluster or not access.authorized_ip_ranges:
        return ()
    if outbound is not None and not same_text(outbound, "loadBalancer"):
        return ()
    return tuple(
        public_address(topology, target)
        for relation in (Relation.PUBLIC_IP, Relation.PUBLIC_IP_PREFIX)
        for target in topology.linked(cluster.id, relation)
    )


def _endpoints(
    topology: Topology, missing: list[Unknown], *, is_due: bool
) -> tuple[EndpointView, ...] | Unknown | None:
    """Return the endpoints of the infrastructure group that lead to the API server."""
    found = tuple(_endpoint(topology, each, missing) for each in endpoints_seen(topology))
    if not is_due:
        return found or None
    cluster = topology.cluster
    group = cluster.infrastructure_group or cluster.id
    listed = ask(lambda: topology.listed(group, PrivateEndpoint))
    if isinstance(listed, Unknown):
        missing.append(listed)
        return found or listed
    return found


def _endpoint(
    topology: Topology, endpoint: PrivateEndpoint, missing: list[Unknown]
) -> EndpointView:
    properties, connections = endpoint.properties, endpoint.connections
    states = (each.properties.private_link_service_connection_state for each in connections)
    subnet = properties.subnet.id if properties.subnet is not None else None
    return EndpointView(
        name=endpoint.title,
        id=endpoint.id,
        state=next((each.status for each in states if each.status), None),
        interfaces=tuple(each.id.name for each in properties.network_interfaces),
        addresses=tuple(
            address
            for each in properties.network_interfaces
            for address in _addresses_of_interface(topology, each.id, missing)
        ),
        subnet=name_of(properties.subnet),
        network=subnet.parent.name if subnet is not None and subnet.parent is not None else None,
    )


def _addresses_of_interface(
    topology: Topology, interface_id: ResourceId, missing: list[Unknown]
) -> tuple[TextAnswer, ...]:
    interface = ask(lambda: topology.get(interface_id, NetworkInterface))
    if isinstance(interface, Unknown):
        missing.append(interface)
        return (interface,)
    configurations = interface.properties.ip_configurations if interface is not None else ()
    addresses = (each.properties.private_ip_address for each in configurations)
    return tuple(str(each) for each in addresses if each is not None)


def _integration(topology: Topology, missing: list[Unknown]) -> IntegrationView:
    balancer = ask(lambda: find_load_balancer(topology))
    if isinstance(balancer, Unknown):
        missing.append(balancer)
    found = balancer if isinstance(balancer, LoadBalancer) else None
    frontends = found.properties.frontend_ip_configurations if found is not None else ()
    subnet = subnet_of_api_server(topology, found)
    unseen = balancer if isinstance(balancer, Unknown) else None
    return IntegrationView(
        subnet=subnet.name if subnet is not None else unseen,
        network=subnet.parent.name if subnet is not None and subnet.parent is not None else None,
        delegations=_delegations(topology, subnet, missing) if subnet is not None else unseen,
        load_balancer=found.title if found is not None else unseen,
        addresses=tuple(frontend_address(topology, each) for each in frontends),
    )


def _delegations(
    topology: Topology, subnet_id: ResourceId, missing: list[Unknown]
) -> tuple[str, ...] | Unknown | None:
    subnet = ask(lambda: topology.get(subnet_id, Subnet))
    if isinstance(subnet, Unknown):
        missing.append(subnet)
        return subnet
    return subnet.delegated_to if subnet is not None else None
