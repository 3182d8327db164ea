"""The nodes of a node subnet pool hold equally many addresses.

What: within a pool under Azure CNI node subnet every node has the same number of IPv4
configurations.

Why it matters: the number follows from how AKS built nodes at the time. Two numbers in one pool
are nodes of two generations: the older ones take more of the subnet, and a plan made from either
number is wrong. Nothing is broken.

How it is decided: pool by pool, among the nodes whose number fits the pool's ``maxPods``. More
than one number there fails (low). A node whose number does not fit is left to cni-ips-per-node.
It is unknown while the cluster or the pool is changing or stopped, where ``maxPods`` is not told,
where no number fits, and where an interface could not be seen. Other network models give every
node one address, auto-provisioned nodes are in no pool, and a static egress gateway adds addresses
to the nodes of its pool: all three are skipped.

How to fix: nothing needs to be done at once. A node image upgrade of the pool makes all its nodes
alike.

Source: AKS changelog of 2022-01-07
"""

from collections import Counter
from collections.abc import Iterable, Iterator
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
from inspector.checking.node_verdict import configured, pool_evidence
from inspector.cluster.node_addresses import NodeAddresses, PoolNodes, node_addresses
from inspector.findings import Evidence, Group, Severity
from inspector.network.models import (
    NetworkModel,
    expected_configurations,
    is_gateway,
    unrecognised,
)
from inspector.wording import share

_IMPACT: Final = "the nodes take unequal shares of the subnet, and plans for it come out wrong"


def decide(subject: Subject) -> Decision:
    """Compare the numbers of IPv4 configurations within each node subnet pool."""
    if subject.model is NetworkModel.UNRECOGNISED:
        return Undecided(unrecognised(subject.profile))
    pools = [
        each
        for each in subject.once(node_addresses)
        if each.name is not None
        and subject.model_of(each.name) is NetworkModel.CNI_NODE_SUBNET
        and not is_gateway(each.profile)
    ]
    if not pools:
        return Skipped("no pool is under Azure CNI node subnet")
    verdict = NodeVerdict(subject, pools)
    compared = sum(_judge(subject, verdict, each) for each in pools if each.nodes)
    return verdict.nobody or verdict.conclude(
        f"equally many IPv4 configurations within each pool, "
        f"on {share(compared, verdict.total, 'node')}",
        failed=f"unequal numbers of IPv4 configurations on {verdict.faulty}",
        evidence=(each for pool in pools for each in _evidence(subject, pool, pool.nodes[:1])),
    )


def _judge(subject: Subject, verdict: NodeVerdict, pool: PoolNodes) -> int:
    """Note that a pool's nodes differ, and return how many of them could be compared."""
    max_pods = pool.profile.max_pods if pool.profile is not None else None
    most_on_host = subject.thresholds.host_network_pods
    window = expected_configurations(NetworkModel.CNI_NODE_SUBNET, max_pods, most_on_host)
    if window is None:
        verdict.doubt(f"ARM does not tell maxPods of pool {pool.name}")
        return 0
    fitting = [each for each in pool.nodes if len(each.ipv4) in window]
    if not fitting:
        verdict.doubt(f"no node of pool {pool.name} fits its maxPods: see cni-ips-per-node")
        return 0
    counts = Counter(len(each.ipv4) for each in fitting)
    usual = min(counts, key=lambda number: (-counts[number], number))
    others = " or ".join(str(number) for number in sorted(counts) if number != usual)
    words = f"{others} IPv4 configurations instead of {usual}"
    odd = [each for each in fitting if len(each.ipv4) != usual]
    example = next(each for each in fitting if len(each.ipv4) == usual)
    fault = NodeFault("unequal-counts", words, _IMPACT, is_count=True)
    verdict.add_nodes(pool, fault, odd, _evidence(subject, pool, (example, *odd)))
    return len(fitting)


def _evidence(
    subject: Subject, pool: PoolNodes, nodes: Iterable[NodeAddresses]
) -> Iterator[Evidence]:
    if pool.profile is not None:
        yield pool_evidence(subject, pool.profile.name, "maxPods", pool.profile.max_pods)
    for node in nodes:
        yield configured(node, node.ipv4)


check = Check(
    id="uniform-ip-count",
    title="Azure CNI node subnet: equally many IPs on a pool's nodes",
    group=Group.INTERFACES,
    severity=Severity.LOW,
    documentation=__doc__ or "",
    decide=decide,
)
