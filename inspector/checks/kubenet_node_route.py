"""Under kubenet every node has a route to its pods.

What: for each node the route table has a pod route, under dual stack one of each family.

Why it matters: Kubernetes calls a node Ready although its route could not be written. Pods are
scheduled onto it, and nothing on the other nodes reaches them, nor do they reach anything there:
the first sign is that DNS fails for them.

How it is decided: a route is a node's by its name, which is the node's or begins with it, and else
by its next hop, if that is the node's own address and the prefix lies in the pod CIDR. The tables
are those of the nodes' subnets, and AKS's own while these hold no pod route: whether the right
table is on the subnets is what kubenet-route-table tells. A node without a route fails (critical),
unless the cluster or the node's pool is changing, for a route comes a little later than its node.
It is unknown while a table, a subnet or a node may be hidden, for a node without a network
interface, and where the only route to a node is named after another one that is gone. Skipped where
there is no node, or no table to hold routes.

How to fix: find out what refuses the write: a missing role of the cluster's identity on the table,
a policy, a lock, or a table that is full. AKS writes the route again by itself.

Sources: https://learn.microsoft.com/azure/aks/configure-kubenet; cloud-provider-azure,
azure_routes.go; Azure/AKS issues 987 and 2681
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from inspector.checking import Check, Decision, Problem, Skipped, Subject, Verdict, az
from inspector.checking.route_tables import (
    is_made_by_aks,
    show_table,
    tables_of_nodes,
    unless_kubenet,
)
from inspector.cluster.node_addresses import node_addresses
from inspector.cluster.pod_routes import ClassifiedTable, RouteKind, pod_routes
from inspector.findings import Evidence, Group, Severity
from inspector.nodes import Node, hidden_interfaces
from inspector.resource_id import ResourceId
from inspector.wording import count, names, share

_IPV4: Final = (4, "IPv4")
_IPV6: Final = (6, "IPv6")
_GRANT: Final = (
    "Give the cluster's identity the role Network Contributor on the table, and look for a policy "
    "or a lock that refuses the write; AKS then writes the route by itself."
)
_LOOK: Final = (
    "Look for a policy or a lock on the infrastructure group that refuses the write; AKS then "
    "writes the route by itself."
)


class _Lack(NamedTuple):
    """A node, and the families that it has no pod route of."""

    node: Node
    families: tuple[str, ...]


def decide(subject: Subject) -> Decision:
    """Look for a pod route of every node."""
    unfit = unless_kubenet(subject)
    if unfit is not None:
        return unfit
    verdict = Verdict(subject)
    tables = tables_of_nodes(subject, verdict)
    nodes = subject.topology.nodes
    claimed = sum(pool.claimed for pool in subject.once(node_addresses))
    if verdict.is_complete and not nodes and not claimed:
        return Skipped("the cluster has no nodes")
    if verdict.is_complete and not tables:
        return Skipped("there is no route table: kubenet-route-table tells of it")
    if not nodes:
        verdict.doubt(f"the pools claim {count(claimed, 'node')}, and none was found")
    _doubt_names(verdict, tables)
    lacking = _without_route(subject, verdict, tables)
    settled = [each for each in lacking if not _is_in_motion(subject, each.node)]
    lacking = settled or lacking
    if lacking and tables:
        verdict.add(_problem(subject, lacking, tables, is_count=not settled))
    routes = "an IPv4 and an IPv6 pod route" if subject.profile.is_dual_stack else "a pod route"
    return verdict.conclude(
        f"{routes} for {share(len(nodes), len(nodes), 'node')}",
        failed=f"no pod route for {share(len(lacking), len(nodes), 'node')}",
        evidence=map(_size, tables),
    )


def _doubt_names(verdict: Verdict, tables: Iterable[ClassifiedTable]) -> None:
    """Doubt routes that are a node's by their next hop, while their name tells of another one."""
    for table in tables:
        for each in table.of(RouteKind.NODE):
            if each.named is None and each.claimed is not None and each.reached is not None:
                verdict.doubt(
                    f"the only route to {each.reached.name} is named after {each.claimed}, "
                    "which is no node"
                )


def _without_route(
    subject: Subject, verdict: Verdict, tables: Iterable[ClassifiedTable]
) -> list[_Lack]:
    """Return the nodes without a route; none while a table may be hidden."""
    routed = set(_routed(tables))
    families = (_IPV4, _IPV6) if subject.profile.is_dual_stack else (_IPV4,)
    found, bare = [], []
    for node in subject.topology.nodes:
        lack = tuple(words for version, words in families if (node.id, version) not in routed)
        hidden = hidden_interfaces(subject.topology, node) if lack else None
        if hidden is not None:
            verdict.miss(hidden)
        if lack and node.interfaces:
            found.append(_Lack(node, lack))
        elif lack and hidden is None:
            bare.append(node.name)
    if bare:
        verdict.doubt(f"neither pod route nor network interface was found for {names(bare)}")
    return [] if subject.once(pod_routes).missing else found


def _is_in_motion(subject: Subject, node: Node) -> bool:
    return subject.motion_of(subject.pool(node.pool)) is not None


def _routed(tables: Iterable[ClassifiedTable]) -> Iterator[tuple[ResourceId, int]]:
    """Yield each node that has a route, or may have it by the next hop, with the family."""
    for table in tables:
        for each in table.of(RouteKind.NODE, RouteKind.UNKNOWN):
            node = each.node or each.reached
            if node is not None and each.range is not None:
                yield node.id, each.range.version


def _problem(
    subject: Subject, lacking: Sequence[_Lack], tables: Sequence[ClassifiedTable], *, is_count: bool
) -> Problem:
    table = tables[0].table
    is_single = len(tables) == 1
    at = table if is_single else subject.cluster
    total = len(subject.topology.nodes)
    most = 2 if subject.profile.is_dual_stack else 1
    words = names(
        each.node.name + ("" if len(each.families) == most else f" ({each.families[0]})")
        for each in lacking
    )
    return Problem(
        cause="no-route",
        resource=at.id,
        name=at.title,
        message=f"no pod route leads to {share(len(lacking), total, 'node')}: {words}",
        impact="the nodes are Ready, but nothing on other nodes reaches their pods",
        evidence=(*map(_size, tables), *map(_address, lacking)),
        remediation=_LOOK if is_single and is_made_by_aks(subject, table) else _GRANT,
        commands=(
            *(show_table(each.table) for each in tables),
            az("role", "assignment", "list", scope=str(table.id), include_inherited=""),
            az("policy", "state", "list", resource=str(table.id)),
        ),
        is_count=is_count,
    )


def _size(found: ClassifiedTable) -> Evidence:
    """Return how many pod routes the table has."""
    return Evidence(
        resource=found.table.id,
        name=found.table.title,
        field="properties.routes",
        value=f"{count(len(found.of(RouteKind.NODE)), 'pod route')} of nodes, "
        f"{count(len(found.routes), 'route')} in all",
    )


def _address(lack: _Lack) -> Evidence:
    """Return the address that a route to the node would have as its next hop."""
    interface = lack.node.interfaces[0]
    addresses = (
        str(each.properties.private_ip_address)
        for each in interface.properties.ip_configurations
        if each.properties.private_ip_address is not None
    )
    return Evidence(
        resource=interface.id,
        name=lack.node.name,
        field="properties.ipConfigurations",
        value=", ".join(addresses) or None,
    )


check = Check(
    id="kubenet-node-route",
    title="kubenet: every node has a pod route",
    group=Group.ROUTES,
    severity=Severity.CRITICAL,
    documentation=__doc__ or "",
    decide=decide,
)
