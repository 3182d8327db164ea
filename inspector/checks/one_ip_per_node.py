"""Where pods have ranges of their own, a node takes one address from its subnet.

What: under Azure CNI Overlay, under a pod subnet of either kind and under a CNI of your own, the
interface of every node has exactly one IPv4 configuration.

Why it matters: these models need no addresses of pods on the interface. More than one is what a
node keeps that was built for node subnet and not replaced by the migration: it runs on the old
model and holds addresses the subnet is not sized for. A node without any has no network.

How it is decided: pool by pool, by the model that the cluster declares for it. It fails (high) for
a node with more than one IPv4 configuration or none. A pool that is a static egress gateway gives
its nodes further ones on purpose, and under a CNI of your own that CNI may do so: there more than
one passes for a gateway and is unknown otherwise. A configuration that holds a block of
addresses (``privateIPAddressPrefixLength``) makes it unknown, for how static blocks show on an
interface is not documented; so does an interface that could not be seen. A count that differs
while the cluster or a pool is changing or stopped is unknown as well. kubenet is left to
kubenet-one-ip-per-node, node subnet to cni-ips-per-node.

How to fix: finish the migration: replace the pool's nodes by a node image upgrade. If a new node
shows the same, it is a matter for Azure support.

Sources: AKS changelog of 2022-05-22;
https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay;
https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-pod-subnet
"""

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
from inspector.checking.node_verdict import configured, declared_model
from inspector.cluster.node_addresses import NodeAddresses, PoolNodes, node_addresses
from inspector.findings import Group, Severity
from inspector.network.models import NetworkModel, is_gateway, unrecognised
from inspector.wording import names, share

_ELSEWHERE: Final = {
    NetworkModel.KUBENET: "kubenet-one-ip-per-node",
    NetworkModel.CNI_NODE_SUBNET: "cni-ips-per-node",
}
"""The checks that count the nodes of the other models."""

_POD_SUBNETS: Final = frozenset(
    {NetworkModel.CNI_POD_SUBNET_DYNAMIC, NetworkModel.CNI_POD_SUBNET_STATIC}
)
_SEVERAL: Final = NodeFault(
    "several-ipv4",
    "more than one IPv4 configuration",
    "the node takes addresses that its model does not use, as if it had not been migrated",
    is_count=True,
)
_NONE: Final = NodeFault(
    "no-ipv4",
    "no IPv4 configuration",
    "neither Azure nor the other nodes can reach the node",
    is_count=True,
)


def decide(subject: Subject) -> Decision:
    """Count the IPv4 configurations of every node whose pods have ranges of their own."""
    if subject.model is NetworkModel.UNRECOGNISED:
        return Undecided(unrecognised(subject.profile))
    declared = [subject.model_of(each.name) for each in subject.pools] or [subject.model]
    if all(model in _ELSEWHERE for model in declared):
        return Skipped(f"{_ELSEWHERE[declared[0]]} counts under {declared[0].words}")
    pools = (
        each
        for each in subject.once(node_addresses)
        if declared_model(subject, each) not in _ELSEWHERE
    )
    verdict = NodeVerdict(subject, pools)
    for pool in verdict.pools:
        _judge(subject, verdict, pool)
    return verdict.nobody or verdict.conclude(
        f"exactly one IPv4 configuration on {_passing(verdict)}",
        failed=f"not exactly one IPv4 configuration on {verdict.faulty}",
        evidence=(configured(each, each.ipv4) for each in verdict.nodes),
    )


def _judge(subject: Subject, verdict: NodeVerdict, pool: PoolNodes) -> None:
    if pool.profile is None and subject.model in _POD_SUBNETS:
        verdict.doubt("no pool declares the network model of the nodes that are in none")
        return
    blocks = [each for each in pool.nodes if each.blocks]
    if blocks:
        whose = names(each.node.name for each in blocks)
        verdict.doubt(f"a configuration of {whose} holds a block of addresses")
    several = [] if is_gateway(pool.profile) else _with_several(pool)
    if several and subject.model is NetworkModel.BYO_CNI:
        whose = names(each.node.name for each in several)
        verdict.doubt(f"more than one IPv4 configuration on {whose}: the CNI may have added them")
    else:
        shown = (configured(each, each.ipv4) for each in several)
        verdict.add_nodes(pool, _SEVERAL, several, shown)
    none = [each for each in pool.nodes if not each.ipv4 and not each.blocks]
    verdict.add_nodes(pool, _NONE, none, (configured(each, each.ipv4) for each in none))


def _with_several(pool: PoolNodes) -> list[NodeAddresses]:
    return [each for each in pool.nodes if len(each.ipv4) > 1]


def _passing(verdict: NodeVerdict) -> str:
    """Return how many nodes have one configuration, and whose more of them are meant."""
    more = {each.name: len(found) for each in verdict.pools if (found := _with_several(each))}
    alone = share(verdict.total - sum(more.values()), verdict.total, "node")
    return f"{alone}, more on gateway nodes of {names(filter(None, more))}" if more else alone


check = Check(
    id="one-ip-per-node",
    title="Overlay, pod subnet and your own CNI: one IP per node",
    group=Group.INTERFACES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
