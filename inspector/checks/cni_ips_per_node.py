"""Under Azure CNI node subnet a node holds an address for itself and for each of its pods.

What: the interface of every node in a node subnet pool has 1 + ``maxPods`` IPv4 configurations,
less one for each pod that shares the node's own address because it is on the host's network.

Why it matters: pods take their addresses from the interface and nowhere else. A node with too few
cannot start the pods it is counted for, one with a single address can start none, and one with too
many empties the subnet sooner than anybody planned.

How it is decided: pool by pool, against the pool's ``maxPods``. Nodes made since January 2022
leave out two host-network pods, older ones none; any number up to the threshold
``host-network-pods`` (10 unless set) passes, and the message names the counts. More than
1 + ``maxPods``, fewer than that window, a single configuration or none fails (high). More pass in a
pool that is a static egress gateway, which gives its nodes further ones. It is unknown
while the cluster or the pool is changing or stopped, where ``maxPods`` is not told, as for
auto-provisioned nodes, and where an interface could not be seen. A pool of which every node has
one address and bears the marks of another model is left to network-profile. Other network models
are skipped: kubenet-one-ip-per-node and one-ip-per-node count their nodes.

How to fix: make sure that the subnet has free addresses (subnet-free-addresses), for a node made
while it is full gets too few. Then replace the node by a node image upgrade of its pool.

Sources: AKS changelog of 2022-01-07;
https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning;
karpenter-provider-azure, vminstance.go
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from inspector.checking import (
    Check,
    Decision,
    NodeFault,
    NodeVerdict,
    Skipped,
    Subject,
    Undecided,
)
from inspector.checking.node_verdict import configured, declared_model, pool_evidence
from inspector.cluster.fingerprint import fingerprints, marked_model
from inspector.cluster.node_addresses import NodeAddresses, PoolNodes, node_addresses
from inspector.findings import Evidence, Group, Severity
from inspector.network.models import (
    NetworkModel,
    expected_configurations,
    is_gateway,
    unrecognised,
)
from inspector.wording import count, names, share

_FULL = "pods beyond the addresses stay pending on the node"
_ALONE = "no pod can start on the node, but those on the host's network"
_UNREACHABLE = "neither Azure nor the other nodes can reach the node"
_TOO_MANY = "the node takes addresses that no pod will use, and the subnet fills up early"
_WITHOUT_PODS: Final = (
    NodeFault("no-address", "no IPv4 configuration", _UNREACHABLE, is_count=True),
    NodeFault(
        "no-pod-addresses", "one IPv4 configuration and none for pods", _ALONE, is_count=True
    ),
)
"""The faults of nodes with no configuration, and with one."""


def decide(subject: Subject) -> Decision:
    """Count the IPv4 configurations of every node of a node subnet pool."""
    if subject.model is NetworkModel.UNRECOGNISED:
        return Undecided(unrecognised(subject.profile))
    declared = {subject.model_of(each.name) for each in subject.pools} or {subject.model}
    if NetworkModel.CNI_NODE_SUBNET not in declared:
        return Skipped(f"nodes hold no addresses of pods under {subject.model.words}")
    pools = (
        each
        for each in subject.once(node_addresses)
        if declared_model(subject, each) is NetworkModel.CNI_NODE_SUBNET
    )
    verdict = NodeVerdict(subject, pools)
    for pool in verdict.pools:
        _judge(subject, verdict, pool)
    fitting = names(map(_histogram, filter(_max_pods, verdict.pools)))
    return verdict.nobody or verdict.conclude(
        f"IPv4 configurations fit maxPods on {share(verdict.total, verdict.total, 'node')}: "
        f"{fitting}",
        failed=f"IPv4 configurations do not fit maxPods on {verdict.faulty}",
        evidence=(each for pool in verdict.pools for each in _evidence(subject, pool, ())),
    )


def _judge(subject: Subject, verdict: NodeVerdict, pool: PoolNodes) -> None:
    """Note the faults of a pool, one per cause, and the doubt where maxPods is not told."""
    max_pods = _max_pods(pool)
    most_on_host = subject.thresholds.host_network_pods
    window = expected_configurations(NetworkModel.CNI_NODE_SUBNET, max_pods, most_on_host)
    if window is None and pool.nodes:
        whose = f"pool {pool.name}" if pool.name is not None else "nodes of no pool"
        verdict.doubt(f"ARM does not tell maxPods of {whose}")
    if _may_be_of_another_model(subject, verdict, pool):
        return
    by_cause: dict[str, list[NodeAddresses]] = {}
    for node in pool.nodes:
        cause = _cause(len(node.ipv4), window, may_have_more=is_gateway(pool.profile))
        if cause is not None:
            by_cause.setdefault(cause, []).append(node)
    for cause, hit in by_cause.items():
        fault = _fault(cause, window, sorted({len(each.ipv4) for each in hit}))
        verdict.add_nodes(pool, fault, hit, _evidence(subject, pool, hit))


def _may_be_of_another_model(subject: Subject, verdict: NodeVerdict, pool: PoolNodes) -> bool:
    """Whether all nodes hold one address, and other signs tell why or could not be seen."""
    if pool.profile is None or not pool.nodes or any(len(each.ipv4) != 1 for each in pool.nodes):
        return False
    seen = next(each for each in subject.once(fingerprints) if each.pool == pool.name)
    verdict.miss(*seen.missing)
    marked = marked_model(seen, pool.profile, subject.thresholds.host_network_pods)
    if marked is not None:
        verdict.doubt(f"pool {pool.name} looks like {marked.words}: see network-profile")
    return marked is not None or bool(seen.missing)


def _cause(number: int, window: range | None, *, may_have_more: bool) -> str | None:
    """Return what is wrong with a node that has so many IPv4 configurations."""
    if number < len(_WITHOUT_PODS):
        return _WITHOUT_PODS[number].cause
    if window is None or number in window or (may_have_more and number >= window.stop):
        return None
    return "too-many" if number >= window.stop else "too-few"


def _fault(cause: str, window: range | None, numbers: Sequence[int]) -> NodeFault:
    """Return a cause in words, with the numbers of configurations that the nodes have."""
    for each in _WITHOUT_PODS:
        if each.cause == cause:
            return each
    found = f"{names(map(str, numbers))} IPv4 configurations"
    least, max_pods = (window.start, window.stop - 2) if window is not None else (0, 0)
    if cause == "too-many":
        words = f"{found}, more than 1 + maxPods = {1 + max_pods},"
        return NodeFault(cause, words, _TOO_MANY, is_count=True)
    words = f"{found}, fewer than {least}, where maxPods is {max_pods},"
    return NodeFault(cause, words, _FULL, is_count=True)


def _evidence(
    subject: Subject, pool: PoolNodes, nodes: Iterable[NodeAddresses]
) -> Iterator[Evidence]:
    if pool.name is not None and pool.nodes:
        yield pool_evidence(subject, pool.name, "maxPods", _max_pods(pool))
    for node in nodes:
        yield configured(node, node.ipv4)


def _histogram(pool: PoolNodes) -> str:
    """Return how many nodes have how many configurations, and what the rest of maxPods is."""
    max_pods = _max_pods(pool) or 0
    counts = Counter(len(each.ipv4) for each in pool.nodes)
    described = (
        f"{number} on {count(nodes, 'node')} ({_rest(1 + max_pods - number)})"
        for number, nodes in sorted(counts.items())
    )
    return f"pool {pool.name} at maxPods {max_pods} has {' and '.join(described)}"


def _rest(without: int) -> str:
    """Return what the difference to one address and one for each pod is."""
    gateways = f"{count(-without, 'address')} of the egress gateway"
    return gateways if without < 0 else count(without, "host-network pod")


def _max_pods(pool: PoolNodes) -> int | None:
    return pool.profile.max_pods if pool.profile is not None else None


check = Check(
    id="cni-ips-per-node",
    title="Azure CNI node subnet: an IP for each pod of a node",
    group=Group.INTERFACES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
