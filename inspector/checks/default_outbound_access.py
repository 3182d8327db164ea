"""No node relies on Azure's default outbound access.

What: every node, and every pod that does not leave as its node, has a way out to the internet that
somebody made: a load balancer's rule, a NAT gateway, a route, or a public address of the node's.

Why it matters: default outbound access gives a machine without any of these an address of Azure's
that may change at any time, that nobody can put on an allow list, and that networks made since
31 March 2026 do not have. Where a subnet has it switched off the machine reaches nothing.

How it is decided: for each node's IPv4 traffic in Azure's order of precedence, from route, NAT
gateway, public address, outbound rule and load balancing rule. High: nodes for which nothing is
left but default outbound access. Unknown: something that could give nodes another way out could not
be seen. Azure has no default access for IPv6. Skipped where another check judges each subnet of the
declared way out (default-route for ``userDefinedRouting``, nat-gateway for NAT gateways), where
nothing is to leave (``none``, ``block``), and without nodes. Nodes without any way out do not rely
on default access and are only counted in the message: outbound-resources tells that there is no
outbound rule, empty-backend-pool and backend-pool-members that it serves none of them, or not all.

How to fix: choose an explicit outbound type, or put the nodes into the load balancer's outbound
backend pool by reconciling the cluster.

Source: https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access,
https://learn.microsoft.com/azure/aks/egress-outboundtype
"""

from collections.abc import Iterable

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
    az,
    az_cluster,
    evidence,
)
from inspector.cluster.egress import (
    EgressGroup,
    EgressKind,
    OutboundType,
    derive_egress,
    outbound_type,
    primary_interface,
)
from inspector.findings import Evidence, Group, Severity
from inspector.network.spaces import Family
from inspector.nodes import Node
from inspector.resource_id import ResourceId
from inspector.resources import Subnet
from inspector.wording import count, names, share

_WHAT = "default outbound access"


def decide(subject: Subject) -> Decision:
    """Look for nodes whose traffic leaves by nothing that somebody made."""
    elsewhere = _told_elsewhere(outbound_type(subject.profile))
    if elsewhere is not None:
        return Skipped(elsewhere)
    verdict = Verdict(subject)
    verdict.miss(*subject.topology.hidden_nodes)
    groups = [each for each in subject.once(derive_egress) if each.family is Family.IPV4]
    whole = len({node.id for each in groups for node in each.nodes})
    if not whole and verdict.is_complete:
        return Skipped("the cluster has no nodes")
    relying: dict[ResourceId | None, list[EgressGroup]] = {}
    lost: list[EgressGroup] = []
    for each in groups:
        verdict.miss(*each.missing)
        if each.egress.kind is EgressKind.DEFAULT_ACCESS:
            relying.setdefault(each.subnet, []).append(each)
        elif each.egress.kind is EgressKind.NONE and all(map(_has_address, each.nodes)):
            lost.append(each)
        elif each.egress.kind in {EgressKind.NONE, EgressKind.UNKNOWN} and not each.missing:
            whose = names(node.name for node in each.nodes)
            verdict.doubt(f"{whose}: {each.egress.words}")
    for subnet, having in relying.items():
        verdict.add(_problem(subject, subnet, _nodes(having), whole))
    bad = {node.id for having in relying.values() for node in _nodes(having)}
    stranded = _nodes(lost)
    note = f"; {count(len(stranded), 'node')} with no way out at all" if stranded else ""
    return verdict.conclude(
        f"no {_WHAT} for {share(whole, whole, 'node')}{note}",
        failed=f"no way out that somebody made for {share(len(bad), whole, 'node')}{note}",
        evidence=_evidence_of(subject, (each.subnet for each in groups)),
    )


def _told_elsewhere(declared: OutboundType) -> str | None:
    """Return why the way out is not for this check to judge."""
    if declared.lets_nothing_out:
        return f"the outbound type is {declared}: nothing is to leave"
    if declared.is_nat_gateway:
        return f"nat-gateway judges the subnets of outbound type {declared}"
    if declared is OutboundType.USER_DEFINED_ROUTING:
        return f"default-route judges the subnets of outbound type {declared}"
    return None


def _has_address(node: Node) -> bool:
    """Whether the node has an IPv4 address at all: one without is another check's to tell."""
    interface = primary_interface(node)
    configurations = interface.properties.ip_configurations if interface is not None else ()
    return any(not each.is_ipv6 for each in configurations)


def _nodes(groups: Iterable[EgressGroup]) -> list[Node]:
    found = (node for group in groups for node in group.nodes)
    return list({node.id: node for node in found}.values())


def _problem(
    subject: Subject, subnet_id: ResourceId | None, nodes: list[Node], whole: int
) -> Problem:
    cluster = subject.cluster
    place = f" of subnet {subnet_id.name}" if subnet_id is not None else ""
    show = (
        az("network", "vnet", "subnet", "show", ids=str(subnet_id), query="defaultOutboundAccess")
        if subnet_id is not None
        else None
    )
    own = az_cluster(cluster, "show", query="networkProfile.outboundType")
    return Problem(
        cause="default-access",
        resource=subnet_id or cluster.id,
        name=subnet_id.name if subnet_id is not None else cluster.title,
        message=f"{share(len(nodes), whole, 'node')}{place} "
        f"{'leaves' if len(nodes) == 1 else 'leave'} by Azure's {_WHAT}: "
        f"{names(each.name for each in nodes)}",
        impact="their address may change at any time, and nobody can put it on an allow list",
        evidence=(*_evidence_of(subject, [subnet_id]), *map(_evidence_of_node, nodes)),
        remediation="Choose an explicit outbound type, or reconcile the cluster so that its load "
        "balancer takes the nodes.",
        commands=(*filter(None, (show,)), own),
    )


def _evidence_of(subject: Subject, subnets: Iterable[ResourceId | None]) -> tuple[Evidence, ...]:
    """Return the declared way out, and whether the subnets have default access."""
    declared = "properties.networkProfile.outboundType"
    seen = (subject.topology.seen(each, Subnet) for each in dict.fromkeys(subnets) if each)
    return (
        evidence(subject.cluster, declared, subject.profile.outbound_type),
        *(
            evidence(
                each, "properties.defaultOutboundAccess", each.properties.default_outbound_access
            )
            for each in seen
            if each is not None
        ),
    )


def _evidence_of_node(node: Node) -> Evidence:
    """Return that the node has no public address of its own."""
    interface = primary_interface(node)
    return Evidence(
        resource=interface.id if interface is not None else node.id,
        name=node.name,
        field="properties.ipConfigurations[].properties.publicIPAddress",
        value=None,
    )


check = Check(
    id="default-outbound-access",
    title="No reliance on default outbound access",
    group=Group.EGRESS,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
