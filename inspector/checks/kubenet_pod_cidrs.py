"""The nodes' slices of the pod CIDR are apart from each other and inside it.

What: the prefixes of the nodes' pod routes do not overlap, each lies in a pod CIDR of the cluster,
and a route whose name holds a prefix holds its own.

Why it matters: of two nodes with overlapping slices only one gets the packets, and the pods of the
other cannot be reached. A slice outside the pod CIDR is taken for the world outside the cluster:
its packets leave under the node's address, and network rules for the pod CIDR do not cover it.

How it is decided: from the pod routes of nodes, each family by itself. Slices of two nodes that
overlap fail (critical), and so does a slice outside every pod CIDR of its family (critical). A
name that holds another prefix than the route's own is a sign of an edit by hand (low). The size of
a slice is not judged: a /24 is the default, another one is named in the answer. A slice that
overlaps with the route of a node that is gone is told by kubenet-stale-route, and so are two
slices of one node. It is unknown while a table, a subnet or a node may be hidden, and where the
cluster names no pod CIDR of a family. Skipped where the tables hold no pod route.

How to fix: remove routes of nodes that are gone first. If both nodes are there, replace one of
them, so that it gets a new slice.

Sources: cloud-provider-azure, azure_routes.go; https://learn.microsoft.com/azure/aks/configure-kubenet
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
    evidence,
)
from inspector.checking.route_tables import show_table, tables_of_nodes, unless_kubenet
from inspector.cluster.pod_routes import (
    ClassifiedRoute,
    ClassifiedTable,
    RouteKind,
    encoded_prefix,
    encodings,
    pod_cidrs,
)
from inspector.findings import Evidence, Group, Severity
from inspector.network.address_needs import NODE_POD_PREFIX_LENGTH
from inspector.network.ranges import IPRange, LabelledRange, is_within, overlaps
from inspector.nodes import Node
from inspector.resource_id import ResourceId
from inspector.wording import names, share

_IPV4: Final = 4
_REPLACE: Final = (
    "Remove routes of nodes that are gone first; if both nodes are there, replace one of them by "
    "a node image upgrade of its pool."
)


class Slice(NamedTuple):
    """A node's slice of the pod CIDR, and the route it is known by."""

    route: ClassifiedRoute
    node: Node
    range: IPRange

    @property
    def words(self) -> str:
        """The slice with its node."""
        return f"{self.range} of {self.node.name}"


def decide(subject: Subject) -> Decision:
    """Set the nodes' slices against each other and the pod CIDR."""
    unfit = unless_kubenet(subject)
    if unfit is not None:
        return unfit
    verdict = Verdict(subject)
    pods = pod_cidrs(subject.topology)
    is_unread = len(pods) < len(subject.profile.all_pod_cidrs)
    slices: list[Slice] = []
    faulty: set[ResourceId] = set()
    for table in tables_of_nodes(subject, verdict):
        found = list(_slices(table))
        slices += found
        for problem, hit in _judge(table, found, pods):
            verdict.add(problem)
            faulty.update(each.route.route.id for each in hit)
    if not slices and verdict.is_complete:
        return Skipped("there is no pod route of a node: kubenet-node-route tells of it")
    for version in sorted({each.range.version for each in slices}):
        if is_unread or not any(each.version == version for each in pods):
            verdict.doubt(f"the cluster names no IPv{version} pod CIDR that can be read")
    return verdict.conclude(
        f"{share(len(slices), len(slices), 'slice')} apart and inside "
        f"{names(map(str, pods))}{_other_sizes(slices)}",
        failed=f"wrong on {share(len(faulty), len(slices), 'slice')}",
        evidence=map(_prefix, slices),
    )


def _slices(table: ClassifiedTable) -> Iterator[Slice]:
    for each in table.of(RouteKind.NODE):
        if each.node is not None and each.range is not None:
            yield Slice(each, each.node, each.range)


def _judge(
    table: ClassifiedTable, slices: Sequence[Slice], pods: tuple[IPRange, ...]
) -> Iterator[tuple[Problem, Sequence[Slice]]]:
    """Yield each fault of a table's slices with those that have it."""
    pairs = _overlapping(slices)
    hit = {each.route.route.id: each for pair in pairs for each in pair}
    if pairs:
        words = names(f"{one.words} and {other.words}" for one, other in pairs)
        message = f"slices overlap in {table.table.title}: {words}"
        yield _problem(table, "overlap", message, list(hit.values())), list(hit.values())
    versions = {each.version for each in pods}
    outside = [
        each
        for each in slices
        if each.range.version in versions and not is_within(each.range, pods)
    ]
    if outside:
        message = (
            f"{share(len(outside), len(slices), 'slice')} in {table.table.title} outside "
            f"{names(map(str, pods))}: {names(each.words for each in outside)}"
        )
        yield _problem(table, "outside", message, outside), outside
    renamed = [each for each in slices if _has_other_prefix_in_name(each.route)]
    if renamed:
        message = (
            f"{share(len(renamed), len(slices), 'pod route')} in {table.table.title} named after "
            f"another prefix: {names(_named_and_routed(each) for each in renamed)}"
        )
        yield _problem(table, "name", message, renamed), renamed


def _overlapping(slices: Iterable[Slice]) -> list[tuple[Slice, Slice]]:
    """Return the pairs of slices of two nodes that overlap."""
    pairs = overlaps(LabelledRange(each, each.range) for each in slices)
    found = [(one.label, other.label) for one, other in pairs]
    return [(one, other) for one, other in found if one.node.id != other.node.id]


def _has_other_prefix_in_name(found: ClassifiedRoute) -> bool:
    written = encoded_prefix(found.route)
    return written is not None and written not in encodings(found.route.properties.address_prefix)


def _named_and_routed(each: Slice) -> str:
    return f"{each.route.route.title} for {each.range}"


_IMPACT: Final = {
    "overlap": "only one of the nodes gets the packets for the pods of both",
    "outside": "packets to these pods leave the cluster's own network under a node's address",
    "name": "the route was edited, and its prefix may not be the node's slice",
}
_REMEDIATION: Final = {
    "overlap": _REPLACE,
    "outside": "Compare the node's podCIDR in Kubernetes; replace the node if it is outside too, "
    "else delete the route so that AKS writes it anew.",
    "name": "Compare the node's podCIDR in Kubernetes; delete the route if it differs, so that AKS "
    "writes it anew.",
}


def _problem(table: ClassifiedTable, cause: str, message: str, hit: Iterable[Slice]) -> Problem:
    return Problem(
        cause=cause,
        resource=table.table.id,
        name=table.table.title,
        message=message,
        impact=_IMPACT[cause],
        evidence=tuple(map(_prefix, hit)),
        remediation=_REMEDIATION[cause],
        commands=(show_table(table.table),),
        severity=Severity.LOW if cause == "name" else Severity.CRITICAL,
    )


def _prefix(each: Slice) -> Evidence:
    route = each.route.route
    return evidence(route, "properties.addressPrefix", route.properties.address_prefix)


def _other_sizes(slices: Iterable[Slice]) -> str:
    """Return what IPv4 slices there are that are not of the default size."""
    lengths = Counter(each.range.prefixlen for each in slices if each.range.version == _IPV4)
    del lengths[NODE_POD_PREFIX_LENGTH]
    if not lengths:
        return ""
    return "; " + names(
        f"{number} of them a /{length}" for length, number in sorted(lengths.items())
    )


check = Check(
    id="kubenet-pod-cidrs",
    title="kubenet: nodes' slices of the pod CIDR",
    group=Group.ROUTES,
    severity=Severity.CRITICAL,
    documentation=__doc__ or "",
    decide=decide,
)
