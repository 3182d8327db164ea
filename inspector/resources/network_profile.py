"""``networkProfile`` of a cluster: plugin, ranges, and the ways out it declares."""

import msgspec

from inspector.resources.arm import Reference, Wire, same_text


class ManagedOutboundIPs(Wire, frozen=True):
    """How many outbound addresses AKS makes itself."""

    count: int | None = None
    count_ipv6: int | None = msgspec.field(name="countIPv6", default=None)


class OutboundIPs(Wire, frozen=True):
    """Outbound addresses the user brought."""

    public_ips: tuple[Reference, ...] = msgspec.field(name="publicIPs", default=())


class OutboundIPPrefixes(Wire, frozen=True):
    """Outbound prefixes the user brought."""

    public_ip_prefixes: tuple[Reference, ...] = msgspec.field(name="publicIPPrefixes", default=())


class LoadBalancerProfile(Wire, frozen=True):
    """``networkProfile.loadBalancerProfile``; absent with a Basic load balancer."""

    managed_outbound_ips: ManagedOutboundIPs | None = msgspec.field(
        name="managedOutboundIPs", default=None
    )
    outbound_ips: OutboundIPs = msgspec.field(name="outboundIPs", default=OutboundIPs())
    outbound_ip_prefixes: OutboundIPPrefixes = msgspec.field(
        name="outboundIPPrefixes", default=OutboundIPPrefixes()
    )
    effective_outbound_ips: tuple[Reference, ...] = msgspec.field(
        name="effectiveOutboundIPs", default=()
    )
    allocated_outbound_ports: int | None = None
    idle_timeout_in_minutes: int | None = None
    backend_pool_type: str | None = None
    enable_multiple_standard_load_balancers: bool | None = None
    cluster_service_load_balancer_health_probe_mode: str | None = None


class ManagedOutboundIPProfile(Wire, frozen=True):
    """How many addresses AKS makes for its NAT gateway."""

    count: int | None = None
    count_ipv6: int | None = msgspec.field(name="countIPv6", default=None)


class NATGatewayProfile(Wire, frozen=True):
    """``networkProfile.natGatewayProfile``."""

    sku: str | None = None
    managed_outbound_ip_profile: ManagedOutboundIPProfile = msgspec.field(
        name="managedOutboundIPProfile", default=ManagedOutboundIPProfile()
    )
    effective_outbound_ips: tuple[Reference, ...] = msgspec.field(
        name="effectiveOutboundIPs", default=()
    )
    idle_timeout_in_minutes: int | None = None


class NetworkProfile(Wire, frozen=True):
    """``properties.networkProfile`` as stored; clusters of 2018 have none."""

    network_plugin: str | None = None
    network_plugin_mode: str | None = None
    network_policy: str | None = None
    network_dataplane: str | None = None
    pod_cidr: str | None = None
    pod_cidrs: tuple[str, ...] = ()
    service_cidr: str | None = None
    service_cidrs: tuple[str, ...] = ()
    dns_service_ip: str | None = msgspec.field(name="dnsServiceIP", default=None)
    docker_bridge_cidr: str | None = None
    ip_families: tuple[str, ...] = ()
    outbound_type: str | None = None
    load_balancer_sku: str | None = None
    load_balancer_profile: LoadBalancerProfile = LoadBalancerProfile()
    nat_gateway_profile: NATGatewayProfile = NATGatewayProfile()

    @property
    def all_pod_cidrs(self) -> tuple[str, ...]:
        """The plural field, else the singular one that older clusters have alone."""
        return self.pod_cidrs or _one(self.pod_cidr)

    @property
    def all_service_cidrs(self) -> tuple[str, ...]:
        """The plural field, else the singular one that older clusters have alone."""
        return self.service_cidrs or _one(self.service_cidr)

    @property
    def is_dual_stack(self) -> bool:
        """Whether nodes and pods carry IPv6 beside IPv4."""
        ranges = (*self.all_pod_cidrs, *self.all_service_cidrs)
        families = any(same_text(family, "IPv6") for family in self.ip_families)
        return families or any(":" in each for each in ranges)


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()
