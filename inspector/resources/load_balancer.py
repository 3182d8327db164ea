"""``loadBalancers`` with everything that comes inside their document."""

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from inspector.resources.arm import IPAddress, Link, Reference, Relation, Resource, Wire, refer

_BALANCER = "Microsoft.Network/loadBalancers"


class FrontendIPConfigurationProperties(Wire, frozen=True):
    """``properties`` of a frontend: a public address, or a private one in a subnet.

    The rules are ARM's references back to those that use it.
    """

    public_ip_address: Reference | None = msgspec.field(name="publicIPAddress", default=None)
    public_ip_prefix: Reference | None = msgspec.field(name="publicIPPrefix", default=None)
    private_ip_address: IPAddress | None = msgspec.field(name="privateIPAddress", default=None)
    private_ip_address_version: str | None = msgspec.field(
        name="privateIPAddressVersion", default=None
    )
    private_ip_allocation_method: str | None = msgspec.field(
        name="privateIPAllocationMethod", default=None
    )
    subnet: Reference | None = None
    load_balancing_rules: tuple[Reference, ...] = ()
    inbound_nat_rules: tuple[Reference, ...] = ()
    inbound_nat_pools: tuple[Reference, ...] = ()


class FrontendIPConfiguration(Resource, frozen=True):
    """An address the load balancer answers on or sends from."""

    arm_type: ClassVar[str] = f"{_BALANCER}/frontendIPConfigurations"

    properties: FrontendIPConfigurationProperties = FrontendIPConfigurationProperties()

    def links(self) -> Iterator[Link]:
        """Yield the public address or prefix, or the subnet."""
        properties = self.properties
        yield from refer(self.id, Relation.PUBLIC_IP, properties.public_ip_address)
        yield from refer(self.id, Relation.PUBLIC_IP_PREFIX, properties.public_ip_prefix)
        yield from refer(self.id, Relation.IN_SUBNET, properties.subnet)


class BackendAddressProperties(Wire, frozen=True):
    """``properties`` of a backend address; ``ip_address`` is empty in a pool of NICs.

    The network, or the subnet, says where an address is; the pool may say it for all.
    """

    ip_address: str | None = None
    virtual_network: Reference | None = None
    subnet: Reference | None = None


class BackendAddress(Wire, frozen=True):
    """An entry of ``loadBalancerBackendAddresses``."""

    name: str = ""
    properties: BackendAddressProperties = BackendAddressProperties()


class BackendAddressPoolProperties(Wire, frozen=True):
    """``properties`` of a pool; ``backendIPConfigurations`` is absent when it is empty.

    ``virtual_network`` is that of a pool of addresses; the rules are ARM's references back.
    """

    backend_ip_configurations: tuple[Reference, ...] = msgspec.field(
        name="backendIPConfigurations", default=()
    )
    load_balancer_backend_addresses: tuple[BackendAddress, ...] = ()
    virtual_network: Reference | None = None
    load_balancing_rules: tuple[Reference, ...] = ()


class BackendAddressPool(Resource, frozen=True):
    """Where a load balancer sends traffic: NIC configurations, or plain addresses."""

    arm_type: ClassVar[str] = f"{_BALANCER}/backendAddressPools"

    properties: BackendAddressPoolProperties = BackendAddressPoolProperties()

    @property
    def addresses(self) -> tuple[BackendAddress, ...]:
        """The entries of a pool of addresses; in a pool of NICs they have no address."""
        entries = self.properties.load_balancer_backend_addresses
        return tuple(entry for entry in entries if entry.properties.ip_address)

    def links(self) -> Iterator[Link]:
        """Yield each NIC configuration's membership; addresses are matched by the topology."""
        for member in self.properties.backend_ip_configurations:
            yield Link(member.id, Relation.MEMBER_OF, self.id)


class LoadBalancingRuleProperties(Wire, frozen=True):
    """``properties`` of a rule; ports 0 with protocol ``All`` mean every port."""

    protocol: str | None = None
    frontend_port: int | None = None
    backend_port: int | None = None
    enable_floating_ip: bool | None = msgspec.field(name="enableFloatingIP", default=None)
    enable_tcp_reset: bool | None = None
    disable_outbound_snat: bool | None = None
    idle_timeout_in_minutes: int | None = None
    load_distribution: str | None = None
    frontend_ip_configuration: Reference | None = msgspec.field(
        name="frontendIPConfiguration", default=None
    )
    backend_address_pool: Reference | None = None
    backend_address_pools: tuple[Reference, ...] = ()
    probe: Reference | None = None


class LoadBalancingRule(Resource, frozen=True):
    """A way in: frontend and port to pool and port."""

    arm_type: ClassVar[str] = f"{_BALANCER}/loadBalancingRules"

    properties: LoadBalancingRuleProperties = LoadBalancingRuleProperties()

    def links(self) -> Iterator[Link]:
        """Yield frontend, backend pools and probe."""
        properties = self.properties
        pools = properties.backend_address_pools
        yield from refer(self.id, Relation.FRONTEND, properties.frontend_ip_configuration)
        yield from refer(
            self.id, Relation.BACKEND_POOL, *(pools or (properties.backend_address_pool,))
        )
        yield from refer(self.id, Relation.PROBE, properties.probe)


class ProbeProperties(Wire, frozen=True):
    """``properties`` of a probe; both threshold fields occur, the rules refer back."""

    protocol: str | None = None
    port: int | None = None
    request_path: str | None = None
    interval_in_seconds: int | None = None
    number_of_probes: int | None = None
    probe_threshold: int | None = None
    load_balancing_rules: tuple[Reference, ...] = ()


class Probe(Resource, frozen=True):
    """How a load balancer asks a node whether it may send traffic."""

    arm_type: ClassVar[str] = f"{_BALANCER}/probes"

    properties: ProbeProperties = ProbeProperties()


class OutboundRuleProperties(Wire, frozen=True):
    """``properties`` of an outbound rule; 0 allocated ports means Azure decides."""

    protocol: str | None = None
    allocated_outbound_ports: int | None = None
    idle_timeout_in_minutes: int | None = None
    enable_tcp_reset: bool | None = None
    backend_address_pool: Reference | None = None
    frontend_ip_configurations: tuple[Reference, ...] = msgspec.field(
        name="frontendIPConfigurations", default=()
    )


class OutboundRule(Resource, frozen=True):
    """A way out: the pool's members leave with the frontends' addresses."""

    arm_type: ClassVar[str] = f"{_BALANCER}/outboundRules"

    properties: OutboundRuleProperties = OutboundRuleProperties()

    def links(self) -> Iterator[Link]:
        """Yield the frontends and the pool."""
        properties = self.properties
        yield from refer(self.id, Relation.FRONTEND, *properties.frontend_ip_configurations)
        yield from refer(self.id, Relation.BACKEND_POOL, properties.backend_address_pool)


class Sku(Wire, frozen=True):
    """``Basic`` or ``Standard``, in any case."""

    name: str | None = None


class LoadBalancerProperties(Wire, frozen=True):
    """``properties`` of a load balancer; ``outboundRules`` is often absent."""

    frontend_ip_configurations: tuple[FrontendIPConfiguration, ...] = msgspec.field(
        name="frontendIPConfigurations", default=()
    )
    backend_address_pools: tuple[BackendAddressPool, ...] = ()
    load_balancing_rules: tuple[LoadBalancingRule, ...] = ()
    probes: tuple[Probe, ...] = ()
    outbound_rules: tuple[OutboundRule, ...] = ()


class LoadBalancer(Resource, frozen=True):
    """A load balancer."""

    arm_type: ClassVar[str] = _BALANCER

    sku: Sku = Sku()
    properties: LoadBalancerProperties = LoadBalancerProperties()

    def parts(self) -> Iterator[Resource]:
        """Yield frontends, backend pools, rules, probes and outbound rules."""
        yield from self.properties.frontend_ip_configurations
        yield from self.properties.backend_address_pools
        yield from self.properties.load_balancing_rules
        yield from self.properties.probes
        yield from self.properties.outbound_rules
