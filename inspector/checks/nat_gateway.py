"""Every subnet that traffic leaves from has the NAT gateway that the cluster declares.

What: with a NAT gateway as the outbound type, each subnet of nodes, and of pods that have one of
their own, refers to a NAT gateway with a public address or prefix. One that AKS manages lies in
the infrastructure group, and has the SKU, idle timeout and number of addresses of the profile.

Why it matters: a subnet without the gateway has no way out of its own making. Its nodes leave by
Azure's default outbound access with an address that nobody owns, or not at all. Pods with a subnet
of their own do not inherit the gateway of their node's.

How it is decided: from the references of subnets, or of the whole network, and the gateways'
documents. Critical: a subnet without a gateway, a gateway without a public IPv4 address or prefix.
High: a gateway that is not in the infrastructure group although AKS manages the way out. Medium: a
number of addresses, or a SKU, other than the profile's. Low: another idle timeout. Info: a gateway
of SKU Standard, which stands in one zone, for pools in several zones or in another one. Unknown: a
subnet or a gateway could not be seen, or one is missing while the cluster changes. Skipped where
the outbound type is not a NAT gateway. A route in front of the gateway is default-route's to tell.

How to fix: associate the gateway with every subnet that pools name, also for pods. What differs
from the profile is set by ``az aks update`` for a managed gateway.

Source: https://learn.microsoft.com/azure/aks/nat-gateway,
https://learn.microsoft.com/azure/nat-gateway/nat-availability-zones
"""

from collections.abc import Iterator

import msgspec

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Undecided,
    Verdict,
    az,
    az_cluster,
    evidence,
)
from inspector.cluster.egress import OutboundType, leaving_subnets, nat_gateway_of, outbound_type
from inspector.findings import Evidence, Group, Severity
from inspector.resource_id import ResourceId
from inspector.resources import NATGateway, Subnet, VirtualNetwork, same_text
from inspector.wording import count, names, plural, share

_PROFILE = "properties.networkProfile.natGatewayProfile"
_NO_WAY_OUT = "what is in the subnet leaves another way than declared, or not at all"
_RECONCILE = "Reconcile the cluster by an update without changes."


class _Use(msgspec.Struct, frozen=True):
    """A gateway with the subnets that leave through it."""

    gateway: NATGateway
    subnets: list[Subnet]


def decide(subject: Subject) -> Decision:
    """Judge the gateway of every subnet that traffic leaves from."""
    declared = outbound_type(subject.profile)
    if declared is OutboundType.UNRECOGNISED:
        return Undecided(f"outbound type {subject.profile.outbound_type} is not recognised")
    if not declared.is_nat_gateway:
        return Skipped(f"the outbound type is {declared}")
    subnets = subject.once(leaving_subnets)
    verdict = Verdict(subject)
    verdict.miss(*subnets.missing)
    uses: dict[ResourceId, _Use] = {}
    bare: list[Subnet] = []
    for subnet_id in subnets.ids:
        with verdict:
            _look(subject, verdict, subnet_id, uses, bare)
    if not subnets.ids and verdict.is_complete:
        return Skipped("no pool and no node tells a subnet")
    for subnet in bare:
        verdict.add(_without_gateway(subject, subnet, uses))
    for use in uses.values():
        for problem in _judge(subject, use, declared):
            verdict.add(problem)
    for problem in _address_count(subject, declared):
        verdict.add(problem)
    held = share(sum(len(use.subnets) for use in uses.values()), len(subnets.ids), "subnet")
    return verdict.conclude(
        f"NAT gateway {names(use.gateway.title for use in uses.values())} on {held}",
        failed=f"a NAT gateway on {held}, {count(len(verdict.problems), 'finding')}",
        evidence=(_gateway_of(subject, each) for use in uses.values() for each in use.subnets),
    )


def _look(
    subject: Subject,
    verdict: Verdict,
    subnet_id: ResourceId,
    uses: dict[ResourceId, _Use],
    bare: list[Subnet],
) -> None:
    """Put a subnet to its gateway, or to those without one."""
    subnet = subject.topology.get(subnet_id, Subnet)
    target = nat_gateway_of(subject.topology, subnet) if subnet is not None else None
    if subnet is None:
        verdict.doubt(f"subnet {subnet_id.name} does not exist")
    elif target is None:
        bare.append(subnet)
    else:
        gateway = subject.topology.get(target, NATGateway)
        if gateway is None:
            verdict.doubt(f"NAT gateway {target.name} of {subnet.title} does not exist")
        else:
            uses.setdefault(gateway.id, _Use(gateway, [])).subnets.append(subnet)


def _without_gateway(subject: Subject, subnet: Subnet, uses: dict[ResourceId, _Use]) -> Problem:
    """Return a subnet without a gateway: AKS associates those it made itself."""
    known = str(next(iter(uses))) if len(uses) == 1 else "NAT_GATEWAY"
    target = str(subnet.id)
    is_aks_s = subnet.id.resource_group_id == subject.cluster.infrastructure_group
    associate = az("network", "vnet", "subnet", "update", ids=target, nat_gateway=known)
    return Problem(
        cause="no-gateway",
        resource=subnet.id,
        name=subnet.title,
        message=f"subnet {subnet.title} has no NAT gateway",
        impact=_NO_WAY_OUT,
        evidence=(_gateway_of(subject, subnet),),
        remediation=_RECONCILE if is_aks_s else "Associate the NAT gateway with the subnet.",
        commands=(
            az("network", "vnet", "subnet", "show", ids=target, query="natGateway.id"),
            az_cluster(subject.cluster, "update") if is_aks_s else associate,
        ),
        is_count=subject.is_changing,
    )


def _judge(subject: Subject, use: _Use, declared: OutboundType) -> Iterator[Problem]:
    """Yield what is wrong with a gateway."""
    gateway = use.gateway
    properties = gateway.properties
    if not properties.public_ip_addresses and not properties.public_ip_prefixes:
        yield Problem(
            cause="no-address",
            resource=gateway.id,
            name=gateway.title,
            message=f"NAT gateway {gateway.title} has no public IPv4 address or prefix",
            impact="nothing leaves through it",
            evidence=(evidence(gateway, "properties.publicIpAddresses", None),),
            remediation="Give the gateway a public address or prefix.",
            commands=(_show(gateway),),
        )
    is_managed = declared is not OutboundType.USER_ASSIGNED_NAT_GATEWAY
    if is_managed and gateway.id.resource_group_id != subject.cluster.infrastructure_group:
        yield _not_managed(subject, use)
    elif is_managed:
        yield from _against_profile(subject, gateway, declared)
    yield from _zonal(subject, use)


def _not_managed(subject: Subject, use: _Use) -> Problem:
    title = use.gateway.title
    return Problem(
        cause="not-managed",
        resource=use.gateway.id,
        name=title,
        message=f"NAT gateway {title} is not in the infrastructure group, though AKS manages "
        "the way out",
        impact="traffic leaves with addresses that the cluster does not report",
        evidence=tuple(_gateway_of(subject, each) for each in use.subnets),
        remediation="Associate AKS's own gateway, or declare userAssignedNATGateway.",
        commands=(_show(use.gateway),),
        severity=Severity.HIGH,
    )


def _against_profile(
    subject: Subject, gateway: NATGateway, declared: OutboundType
) -> Iterator[Problem]:
    """Yield what differs from what the cluster says of the gateway AKS manages."""
    cluster, profile = subject.cluster, subject.profile.nat_gateway_profile
    is_v2 = declared is OutboundType.MANAGED_NAT_GATEWAY_V2
    sku = profile.sku or ("StandardV2" if is_v2 else None)
    if sku is not None and not same_text(gateway.sku.name, sku):
        yield Problem(
            cause="sku",
            resource=gateway.id,
            name=gateway.title,
            message=f"NAT gateway {gateway.title} is of SKU {gateway.sku.name}, not {sku}",
            impact="it lacks the zone redundancy or the IPv6 that the cluster declares",
            evidence=(
                evidence(gateway, "sku.name", gateway.sku.name),
                evidence(cluster, f"{_PROFILE}.sku", profile.sku),
            ),
            remediation=_RECONCILE,
            commands=(_show(gateway), az_cluster(cluster, "update")),
            severity=Severity.MEDIUM,
        )
    wanted, found = profile.idle_timeout_in_minutes, gateway.properties.idle_timeout_in_minutes
    if wanted is not None and found is not None and wanted != found:
        timeout = az_cluster(cluster, "update", nat_gateway_idle_timeout=str(wanted))
        yield Problem(
            cause="idle-timeout",
            resource=gateway.id,
            name=gateway.title,
            message=f"NAT gateway {gateway.title} drops idle flows after "
            f"{count(found, 'minute')}, not {wanted}",
            impact="connections end earlier or hold their ports longer than declared",
            evidence=(
                evidence(gateway, "properties.idleTimeoutInMinutes", found),
                evidence(cluster, f"{_PROFILE}.idleTimeoutInMinutes", wanted),
            ),
            remediation="Set the timeout on the cluster again.",
            commands=(_show(gateway), timeout),
            severity=Severity.LOW,
        )


def _zonal(subject: Subject, use: _Use) -> Iterator[Problem]:
    """Yield that the gateway's zone can take the way out of nodes in other zones."""
    served = {each.id for each in use.subnets}
    pools = [
        each
        for each in subject.pools
        if each.vnet_subnet_id is None or served & {each.vnet_subnet_id, each.pod_subnet_id}
    ]
    zones = sorted({zone for each in pools for zone in each.availability_zones})
    gateway = use.gateway
    is_apart = bool(gateway.zones) and bool(zones) and set(gateway.zones) != set(zones)
    if not same_text(gateway.sku.name, "Standard") or not (len(zones) > 1 or is_apart):
        return
    where = f"zone {names(gateway.zones)}" if gateway.zones else "a zone of Azure's choice"
    of_pools = (
        Evidence(
            resource=subject.cluster.pool_id(each.name),
            name=each.name,
            field="properties.availabilityZones",
            value=", ".join(each.availability_zones) or None,
        )
        for each in pools
    )
    yield Problem(
        cause="zonal",
        resource=gateway.id,
        name=gateway.title,
        message=f"NAT gateway {gateway.title} of SKU Standard is in {where}, its nodes are in "
        f"{'zone' if len(zones) == 1 else plural('zone')} {names(zones)}",
        impact="when the gateway's zone fails, nodes in the others have no way out",
        evidence=(evidence(gateway, "zones", gateway.zones), *of_pools),
        remediation="Move to a StandardV2 gateway, or give each zone its own subnet and gateway.",
        commands=(_show(gateway),),
        severity=Severity.INFO,
    )


def _address_count(subject: Subject, declared: OutboundType) -> Iterator[Problem]:
    """Yield that AKS has made more or fewer addresses than the cluster asks for."""
    if declared is OutboundType.USER_ASSIGNED_NAT_GATEWAY:
        return
    profile, cluster = subject.profile.nat_gateway_profile, subject.cluster
    managed = profile.managed_outbound_ip_profile
    wanted = (managed.count or 0) + (managed.count_ipv6 or 0)
    found = [each.id for each in profile.effective_outbound_ips]
    if wanted and len(found) != wanted:
        yield Problem(
            cause="address-count",
            resource=cluster.id,
            name=cluster.title,
            message=f"the NAT gateway has {count(len(found), 'outbound address')}, not {wanted}",
            impact="SNAT ports and the addresses that others admit are not as planned",
            evidence=(
                evidence(cluster, f"{_PROFILE}.managedOutboundIPProfile.count", managed.count),
                evidence(cluster, f"{_PROFILE}.effectiveOutboundIPs", found),
            ),
            remediation=_RECONCILE,
            commands=(az_cluster(cluster, "update"),),
            severity=Severity.MEDIUM,
            is_count=True,
        )


def _show(gateway: NATGateway) -> str:
    return az("network", "nat", "gateway", "show", ids=str(gateway.id))


def _gateway_of(subject: Subject, subnet: Subnet) -> Evidence:
    gateway = nat_gateway_of(subject.topology, subnet)
    network = subject.topology.holder(subnet, VirtualNetwork)
    if gateway is None or subnet.properties.nat_gateway is not None or network is None:
        return evidence(subnet, "properties.natGateway.id", gateway)
    return evidence(network, "properties.defaultPublicNatGateway.id", gateway)


check = Check(
    id="nat-gateway",
    title="NAT gateway on every subnet",
    group=Group.EGRESS,
    severity=Severity.CRITICAL,
    documentation=__doc__ or "",
    decide=decide,
)
