"""``virtualNetworks`` with their subnets and peerings, and the usage of each subnet."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import ClassVar

from inspector.resource_id import ResourceId
from inspector.resources.arm import Link, Reference, Relation, Resource, Wire, refer


class AddressSpace(Wire, frozen=True):
    """The prefixes of a network."""

    address_prefixes: tuple[str, ...] = ()


class DelegationProperties(Wire, frozen=True):
    """``properties`` of a delegation."""

    service_name: str | None = None


class Delegation(Wire, frozen=True):
    """The service a subnet is delegated to."""

    name: str = ""
    properties: DelegationProperties = DelegationProperties()


class ServiceAssociationLink(Wire, frozen=True):
    """What a service leaves on a subnet it has claimed; AKS names its own after itself."""

    name: str = ""


class ServiceEndpoint(Wire, frozen=True):
    """A service that a subnet reaches by Azure's backbone, such as ``Microsoft.Storage``."""

    service: str | None = None


class SubnetProperties(Wire, frozen=True):
    """``properties`` of a subnet; ``ip_configurations`` is absent when nothing is connected."""

    address_prefix: str | None = None
    address_prefixes: tuple[str, ...] = ()
    network_security_group: Reference | None = None
    route_table: Reference | None = None
    nat_gateway: Reference | None = None
    ip_configurations: tuple[Reference, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    service_endpoints: tuple[ServiceEndpoint, ...] = ()
    service_association_links: tuple[ServiceAssociationLink, ...] = ()
    default_outbound_access: bool | None = None

    def __post_init__(self) -> None:
        for prefix in (self.address_prefix, *self.address_prefixes):
            if prefix:
                ip_network(prefix, strict=False)


class Subnet(Resource, frozen=True):
    """A subnet; it comes inside its network's document."""

    arm_type: ClassVar[str] = "Microsoft.Network/virtualNetworks/subnets"

    properties: SubnetProperties = SubnetProperties()

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The subnet's ranges: a dual-stack subnet has only the plural field."""
        properties = self.properties
        single = (properties.address_prefix,) if properties.address_prefix else ()
        return properties.address_prefixes or single

    @property
    def delegated_to(self) -> tuple[str, ...]:
        """The services the subnet is delegated to."""
        delegations = self.properties.delegations
        return tuple(each.properties.service_name or each.name for each in delegations)

    def links(self) -> Iterator[Link]:
        """Yield the route table, security group and NAT gateway."""
        properties = self.properties
        yield from refer(self.id, Relation.ROUTED_BY, properties.route_table)
        yield from refer(self.id, Relation.PROTECTED_BY, properties.network_security_group)
        yield from refer(self.id, Relation.LEAVES_THROUGH, properties.nat_gateway)


class PeeringProperties(Wire, frozen=True):
    """``properties`` of a peering.

    ``remote_address_space`` is what is peered, ``remote_virtual_network_address_space`` what the
    remote network has now. ``peer_complete_vnets`` is false where only some subnets are peered.
    """

    peering_state: str | None = None
    peering_sync_level: str | None = None
    remote_virtual_network: Reference | None = None
    allow_virtual_network_access: bool | None = None
    allow_forwarded_traffic: bool | None = None
    allow_gateway_transit: bool | None = None
    use_remote_gateways: bool | None = None
    remote_address_space: AddressSpace = AddressSpace()
    remote_virtual_network_address_space: AddressSpace = AddressSpace()
    peer_complete_vnets: bool | None = None


class Peering(Resource, frozen=True):
    """One side of a peering."""

    arm_type: ClassVar[str] = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings"

    properties: PeeringProperties = PeeringProperties()

    def links(self) -> Iterator[Link]:
        """Yield the remote network."""
        return refer(self.id, Relation.PEERED_WITH, self.properties.remote_virtual_network)


class DHCPOptions(Wire, frozen=True):
    """``properties.dhcpOptions``: the resolvers of the network, none for Azure's own."""

    dns_servers: tuple[str, ...] = ()


class VirtualNetworkProperties(Wire, frozen=True):
    """``properties`` of a network.

    ``default_public_nat_gateway`` is a StandardV2 gateway for all subnets without one of their own.
    """

    address_space: AddressSpace = AddressSpace()
    dhcp_options: DHCPOptions = DHCPOptions()
    subnets: tuple[Subnet, ...] = ()
    virtual_network_peerings: tuple[Peering, ...] = ()
    default_public_nat_gateway: Reference | None = None


class VirtualNetwork(Resource, frozen=True):
    """A virtual network."""

    arm_type: ClassVar[str] = "Microsoft.Network/virtualNetworks"

    properties: VirtualNetworkProperties = VirtualNetworkProperties()

    def parts(self) -> Iterator[Resource]:
        """Yield subnets, then peerings."""
        yield from self.properties.subnets
        yield from self.properties.virtual_network_peerings

    def links(self) -> Iterator[Link]:
        """Yield the NAT gateway of the whole network, and what its parts refer to."""
        gateway = self.properties.default_public_nat_gateway
        yield from refer(self.id, Relation.LEAVES_THROUGH, gateway)
        yield from Resource.links(self)


class SubnetUsage(Wire, frozen=True):
    """How many addresses of a subnet are taken; ``id`` is the subnet's.

    ``limit`` is already net of the five addresses Azure reserves; both are counts sent as floats,
    and a gateway subnet reports -1 (Learn: Get-AzVirtualNetworkUsageList).
    """

    arm_type: ClassVar[str] = "Microsoft.Network/virtualNetworks/usages"

    id: ResourceId
    current_value: float | None = None
    limit: float | None = None
