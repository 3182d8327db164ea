"""The API server is reached as the cluster declares, and by nobody else.

What: a private cluster has an approved private endpoint in its nodes' network, and a DNS zone that
this network can ask. An API server with VNet integration has its load balancer, in a delegated
subnet of at least /28. A public one admits a list of public ranges that holds the addresses the
nodes leave with.

Why it matters: nodes that cannot resolve or reach the API server become NotReady, and no command
gets through. A public API server without a list answers the whole internet.

How it is decided: from the access profile, the endpoint, the zone with its links, and the load
balancer. High: no endpoint, or one that is not approved; no zone, or nodes' networks that are not
linked to it (medium with VNet integration, whose nodes ask no zone); neither a zone nor a public
name; no load balancer of the integrated API server, a subnet not delegated or too small; addresses
of the nodes or pods that the list leaves out. Medium: an endpoint in another network, ranges on a
private cluster, where they count for nothing, a list that admits everybody, more ranges than are
allowed. Low: private ranges, and ranges that do not begin with their first address. Info: no list
at all, and networks with DNS servers of their own, which must forward the zone to Azure's resolver:
ARM does not show whether they do. Unknown: a part could not be seen, such as a zone on the user's
side, or traffic leaves through a firewall whose addresses are not read. The outbound address of the
cluster's own load balancer is admitted without being listed, ``0.0.0.0/32`` means that one alone.
The list is compared as exact ranges. An integrated API server is reached inside the network, so
its list needs no address of the nodes.

How to fix: approve the endpoint, link the zone to the nodes' network, add the missing addresses.

Source: https://learn.microsoft.com/azure/aks/private-clusters,
https://learn.microsoft.com/azure/aks/api-server-vnet-integration,
https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Subject,
    Verdict,
    az,
    az_at,
    az_cluster,
    evidence,
)
from inspector.cluster.api_server_faults import (
    ACCESS,
    Cause,
    Fault,
    endpoint_faults,
    integration_faults,
    list_faults,
    networks_of_nodes,
    source_faults,
    zone_faults,
)
from inspector.cluster.egress import leaving_subnets, public_sources
from inspector.findings import Group, Severity
from inspector.network.authorized_ranges import OWN_OUTBOUND_ONLY
from inspector.resources import (
    ManagedCluster,
    PrivateDNSZone,
    PrivateEndpoint,
    Resource,
    Subnet,
    same_text,
)
from inspector.wording import count


class _Text(NamedTuple):
    """What is said of a fault beside its message."""

    severity: Severity
    impact: str
    remediation: str


_CUT_OFF: Final = "nodes become NotReady, and no command reaches the API server"
_RECONCILE: Final = "Reconcile the cluster by an update without changes."
_LIST_LINKS: Final = ("network", "private-dns", "link", "vnet", "list")
_TEXTS: Final = {
    Cause.NO_ENDPOINT: _Text(Severity.HIGH, _CUT_OFF, _RECONCILE),
    Cause.NOT_APPROVED: _Text(Severity.HIGH, _CUT_OFF, _RECONCILE),
    Cause.ENDPOINT_ELSEWHERE: _Text(
        Severity.MEDIUM,
        "nodes reach the API server only while the two networks are connected",
        "Stop and start the cluster, so that AKS makes the endpoint anew.",
    ),
    Cause.NO_NAME: _Text(Severity.HIGH, _CUT_OFF, "Enable the public name, or declare a zone."),
    Cause.NO_ZONE: _Text(Severity.HIGH, _CUT_OFF, "Make the zone again, with record and links."),
    Cause.NOT_LINKED: _Text(
        Severity.HIGH,
        "machines in the network cannot resolve the API server's name",
        "Link the zone to the network.",
    ),
    Cause.OWN_RESOLVERS: _Text(
        Severity.INFO,
        "unless these servers forward the zone, nodes cannot resolve the API server's name",
        "See to it that they forward the zone to 168.63.129.16 from a network linked to it.",
    ),
    Cause.NO_LOAD_BALANCER: _Text(Severity.HIGH, _CUT_OFF, _RECONCILE),
    Cause.NOT_DELEGATED: _Text(
        Severity.HIGH,
        "AKS cannot place the API server in the subnet",
        "Delegate the subnet to Microsoft.ContainerService/managedClusters.",
    ),
    Cause.SUBNET_TOO_SMALL: _Text(
        Severity.HIGH,
        "the API server cannot scale, and fails when the subnet is full",
        "Use a subnet of /28 or larger.",
    ),
    Cause.RANGES_ON_PRIVATE: _Text(
        Severity.MEDIUM, "the list neither admits anybody nor keeps anybody out", "Empty the list."
    ),
    Cause.OPEN: _Text(
        Severity.INFO,
        "anybody may try credentials on the API server",
        "Set authorised ranges, or make the cluster private.",
    ),
    Cause.EVERYBODY: _Text(Severity.MEDIUM, "the list keeps out nobody", "Narrow the ranges."),
    Cause.TOO_MANY: _Text(
        Severity.MEDIUM, "the next change of the list is refused", "Merge ranges that adjoin."
    ),
    Cause.PRIVATE_RANGES: _Text(
        Severity.LOW,
        "nobody arrives from such an address, so that nobody is admitted",
        "List the public addresses behind which these networks are.",
    ),
    Cause.UNALIGNED: _Text(
        Severity.LOW,
        "more addresses are admitted than the text suggests, or an update is refused",
        "Write each range by its first address.",
    ),
    Cause.EGRESS: _Text(
        Severity.HIGH,
        "what leaves by these addresses is turned away, and nodes become NotReady",
        "Add the addresses to the list.",
    ),
}


def decide(subject: Subject) -> Decision:
    """Judge the way to the API server that the cluster declares."""
    cluster, topology = subject.cluster, subject.topology
    access = cluster.properties.api_server_access_profile
    verdict = Verdict(subject)
    is_integrated = access.enable_vnet_integration is True
    told = ["private" if access.enable_private_cluster else "public"]
    if is_integrated:
        told.append("inside the network")
        with verdict:
            _note(subject, verdict, integration_faults(topology))
    elif access.enable_private_cluster:
        told.append("private endpoint approved")
        with verdict:
            _note(subject, verdict, endpoint_faults(topology))
    if access.enable_private_cluster:
        networks = count(len(networks_of_nodes(topology)), "network")
        has_zone = not same_text(access.private_dns_zone, "none")
        told.append(f"DNS zone linked to {networks}" if has_zone else "no private DNS zone")
        verdict.miss(*subject.once(leaving_subnets).missing)
        with verdict:
            _note(subject, verdict, zone_faults(topology))
    _note(subject, verdict, list_faults(cluster))
    if access.authorized_ip_ranges and not access.enable_private_cluster:
        told.append(count(len(access.authorized_ip_ranges), "authorised range"))
        if not is_integrated:
            sources = subject.once(public_sources)
            verdict.miss(*sources.missing)
            _note(subject, verdict, source_faults(cluster, sources))
    fields = {
        "enablePrivateCluster": access.enable_private_cluster,
        "enableVnetIntegration": access.enable_vnet_integration,
        "privateDNSZone": access.private_dns_zone,
        "authorizedIPRanges": access.authorized_ip_ranges,
    }
    return verdict.conclude(
        f"API server {', '.join(told)}",
        failed=f"{told[0]} API server, {count(len(verdict.problems), 'finding')}",
        evidence=(evidence(cluster, f"{ACCESS}.{name}", value) for name, value in fields.items()),
    )


def _note(subject: Subject, verdict: Verdict, found: Iterable[Fault | str]) -> None:
    """Tell the verdict of faults, and of what ARM does not tell."""
    for each in found:
        if isinstance(each, str):
            verdict.doubt(each)
        else:
            verdict.add(_problem(subject, each))


def _problem(subject: Subject, fault: Fault) -> Problem:
    text, severity = _TEXTS[fault.cause], _TEXTS[fault.cause].severity
    access = subject.cluster.properties.api_server_access_profile
    if fault.cause is Cause.NOT_LINKED and access.enable_vnet_integration:
        severity = Severity.MEDIUM  # the nodes use the address, without asking for a name
    commands = [_show(fault.at)]
    if fault.cause is Cause.EGRESS:
        kept = [each for each in access.authorized_ip_ranges if each != OWN_OUTBOUND_ONLY]
        added = [str(each.value) for each in fault.fields]
        ranges = ",".join((*kept, *added))
        commands.append(
            az_cluster(subject.cluster, "update", api_server_authorized_ip_ranges=ranges)
        )
    return Problem(
        cause=fault.cause,
        resource=fault.at.id,
        name=fault.at.title,
        message=fault.words,
        impact=text.impact,
        evidence=tuple(evidence(*each) for each in fault.fields),
        remediation=text.remediation,
        commands=tuple(commands),
        severity=severity,
    )


def _show(at: Resource) -> str:
    """Return the command that confirms what is said of a resource."""
    match at:
        case ManagedCluster():
            return az_cluster(at, "show", query="apiServerAccessProfile")
        case PrivateDNSZone():
            return az_at(at.id, *_LIST_LINKS, zone_name=at.title)
        case PrivateEndpoint():
            return az("network", "private-endpoint", "show", ids=str(at.id))
        case Subnet():
            return az("network", "vnet", "subnet", "show", ids=str(at.id))
        case _:
            return az("network", "vnet", "show", ids=str(at.id), query="dhcpOptions")


check = Check(
    id="api-server-access",
    title="API server reached as declared",
    group=Group.LIFECYCLE,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
