"""The next hop of every pod route is the address of the node it is for.

What: a pod route whose name tells of a node has that node's own private address, of the prefix's
family, as its next hop.

Why it matters: the route takes the packets for the node's pods to a machine that does not have
them, or to no machine at all. Kubernetes does not mend it: it compares the prefix, not the next
hop, so a route that was edited or outlived a change of address stays as it is.

How it is decided: each pod route that names a node is compared with the primary configuration of
the node's primary interface. Another address fails (critical). A route without the next hop type
VirtualAppliance has no address to compare: route-shadows-pods tells of it. A route to a node that
is gone is for kubenet-stale-route. It is unknown while a table, a subnet or a node may be hidden,
and for a node whose address is not known. Skipped where the tables hold no pod route.

How to fix: in a table of your own delete the route, and AKS writes it anew. AKS's own table is not
to be edited: replace the node by a node image upgrade of its pool.

Sources: cloud-provider-azure, azure_routes.go; kubernetes/kubernetes issue 98359
"""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, NamedTuple

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
    az_pool,
    evidence,
)
from inspector.checking.route_tables import (
    is_made_by_aks,
    route_commands,
    route_evidence,
    tables_of_nodes,
    unless_kubenet,
)
from inspector.cluster.egress import primary_interface
from inspector.cluster.pod_routes import ClassifiedRoute, RouteKind
from inspector.findings import Evidence, Group, Severity
from inspector.nodes import Node, hidden_interfaces
from inspector.resources import IPConfiguration, RouteTable
from inspector.wording import names, share

_UPGRADE: Final = (
    "Replace the nodes by a node image upgrade of the pool; AKS's own table is not to be edited."
)
_DELETE: Final = "Delete the route, so that AKS writes it anew with the node's address."


class _Astray(NamedTuple):
    """A pod route, the node it is for, and where that node is."""

    found: ClassifiedRoute
    node: Node
    at: IPConfiguration


def decide(subject: Subject) -> Decision:
    """Compare next hops with the nodes' addresses."""
    unfit = unless_kubenet(subject)
    if unfit is not None:
        return unfit
    verdict = Verdict(subject)
    judged: list[ClassifiedRoute] = []
    astray: list[_Astray] = []
    for table in tables_of_nodes(subject, verdict):
        routes = [each for each in table.of(RouteKind.NODE) if each.is_to_appliance]
        judged += routes
        found = list(_astray(subject, verdict, routes))
        astray += found
        if found:
            verdict.add(_problem(subject, table.table, found, len(routes)))
    if not judged and verdict.is_complete:
        return Skipped("there is no pod route to an address: kubenet-node-route tells of it")
    return verdict.conclude(
        f"the node's own address on {share(len(judged), len(judged), 'pod route')}",
        failed=f"another next hop on {share(len(astray), len(judged), 'pod route')}",
        evidence=(part for each in judged for part in route_evidence(each)),
    )


def _astray(
    subject: Subject, verdict: Verdict, routes: Iterable[ClassifiedRoute]
) -> Iterator[_Astray]:
    """Yield the routes that lead elsewhere; a node whose address is not known is noted."""
    for each in routes:
        node = each.named
        if node is None or each.range is None:
            continue
        own = _configuration(subject, node, each.range.version)
        if own is None:
            hidden = hidden_interfaces(subject.topology, node)
            if hidden is not None:
                verdict.miss(hidden)
            else:
                verdict.doubt(f"no IPv{each.range.version} address of {node.name} is known")
        elif _address(each.route.properties.next_hop_ip_address) != (
            own.properties.private_ip_address
        ):
            yield _Astray(each, node, own)


def _configuration(subject: Subject, node: Node, version: int) -> IPConfiguration | None:
    """Return the configuration by which a node has its own address of a family, if it is known."""
    interface = primary_interface(node)
    if interface is None:
        return None
    is_certain = interface.properties.primary is True
    if not is_certain and hidden_interfaces(subject.topology, node) is not None:
        return None
    candidates = [
        each
        for each in interface.properties.ip_configurations
        if each.properties.private_ip_address is not None
        and each.properties.private_ip_address.version == version
        and (each.is_ipv6 or each.properties.primary is not False)
    ]
    return next(iter(candidates), None)


def _address(text: str | None) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text) if text else None
    except ValueError:
        return None


def _problem(
    subject: Subject, table: RouteTable, astray: Sequence[_Astray], routes: int
) -> Problem:
    is_own = is_made_by_aks(subject, table)
    wrong = [each.found.route for each in astray]
    pools = sorted({each.node.pool for each in astray if each.node.pool is not None})
    upgrades = [az_pool(subject.cluster, each, "upgrade", node_image_only="") for each in pools]
    mend = upgrades if is_own else route_commands("delete", wrong)
    return Problem(
        cause="wrong-next-hop",
        resource=table.id,
        name=table.title,
        message=f"{share(len(astray), routes, 'pod route')} of {table.title} "
        f"with another next hop than the node's address: {names(map(_words, astray))}",
        impact="packets for the pods of these nodes go to a machine that does not have them, "
        "or are dropped",
        evidence=tuple(part for each in astray for part in _evidence(each)),
        remediation=_UPGRADE if is_own else _DELETE,
        commands=(*route_commands("show", wrong), *mend),
    )


def _words(each: _Astray) -> str:
    hop = each.found.route.properties.next_hop_ip_address or "no address"
    reached = f", which is {each.found.reached.name}" if each.found.reached is not None else ""
    return f"{each.node.name} has {each.at.properties.private_ip_address}, not {hop}{reached}"


def _evidence(each: _Astray) -> Iterator[Evidence]:
    properties = each.found.route.properties
    yield evidence(each.found.route, "properties.nextHopIpAddress", properties.next_hop_ip_address)
    yield Evidence(
        resource=each.at.id,
        name=each.node.name,
        field="properties.privateIPAddress",
        value=str(each.at.properties.private_ip_address),
    )


check = Check(
    id="kubenet-route-next-hop",
    title="kubenet: pod routes lead to their nodes",
    group=Group.ROUTES,
    severity=Severity.CRITICAL,
    documentation=__doc__ or "",
    decide=decide,
)
