"""Everybody counts the same nodes.

What: for every pool the number of nodes it declares, the machines AKS lists, the instances of its
scale set or its virtual machines, and the nodes with a network interface are the same, and they
are the same nodes. No node belongs to a pool that the cluster does not have.

Why it matters: AKS scales and upgrades by its own list, Azure bills for what runs, and pods run
where there is an interface. A machine that AKS lost is never upgraded, one that Azure lost is
waited for, and what belongs to no pool nobody takes away.

How it is decided: pool by pool, from those of the counts that exist for its kind: AKS lists no
machines of availability sets, and a pool of virtual machines has no scale set. Any difference
fails (high), one finding per pool. Unknown while the cluster or the pool is changing or stopped,
for Spot pools, whose nodes Azure may take away, and for pools that deallocate nodes instead of
deleting them; where the autoscaler changed the count between two reads; and where a list could
not be seen. Auto-provisioned nodes are counted nowhere and left out.

How to fix: wait for the autoscaler or an upgrade to finish and look again. Then abort an operation
that hangs, and let an empty ``az aks update`` reconcile the cluster.

Source: https://learn.microsoft.com/azure/aks/manage-abort-operations
"""

from collections.abc import Iterator, Sequence
from typing import Final

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
    az_at,
    az_cluster,
    az_pool,
    evidence,
)
from inspector.checking.node_verdict import pool_evidence
from inspector.cluster.node_counts import NodeCounts, node_counts, nodes_outside_pools
from inspector.findings import Evidence, Group, Severity
from inspector.nodes import Node
from inspector.resources import same_text
from inspector.wording import count, names, share

_LOST: Final = "scaling, upgrades and load balancers go by different lists of nodes"
_NOBODYS: Final = "the machines run and cost money, and AKS neither upgrades nor deletes them"
_RECONCILE: Final = (
    "Look at the latest operation and abort it if it hangs; then reconcile the cluster by an "
    "empty update."
)


def decide(subject: Subject) -> Decision:
    """Compare what is counted of every pool."""
    verdict = Verdict(subject)
    counts = subject.once(node_counts)
    for each in counts:
        _judge(subject, verdict, each)
    outside = () if subject.topology.hidden_nodes else subject.once(nodes_outside_pools)
    if outside:
        verdict.add(_outside(subject, outside))
    verdict.miss(*subject.topology.hidden_nodes)
    if not counts and not outside and verdict.is_complete:
        return Skipped("the cluster has no pools")
    agreeing = share(sum(each.agrees for each in counts), len(counts), "pool")
    strays = f", {count(len(outside), 'node')} outside them" if outside else ""
    return verdict.conclude(
        f"all counts of nodes agree for {agreeing}",
        failed=f"all counts of nodes agree for only {agreeing}{strays}",
        evidence=(each for pool in counts for each in _evidence(subject, pool)),
    )


def _judge(subject: Subject, verdict: Verdict, counts: NodeCounts) -> None:
    verdict.miss(*counts.missing)
    if counts.agrees:
        return
    excuse = _excuse(counts)
    if excuse is not None:
        verdict.doubt(f"{excuse}: {_words(counts)}")
    elif counts.has_scaled is not None:
        verdict.add(_problem(subject, counts))


def _excuse(counts: NodeCounts) -> str | None:
    """Return why the counts of a pool may differ without anything being wrong."""
    profile = counts.profile
    if same_text(profile.scale_set_priority, "Spot"):
        return f"pool {profile.name} is a Spot pool"
    if same_text(profile.scale_down_mode, "Deallocate"):
        return f"pool {profile.name} deallocates nodes"
    return f"pool {profile.name} was scaled while it was read" if counts.has_scaled else None


def _words(counts: NodeCounts) -> str:
    numbers = ", ".join(f"{number} {words}" for words, number in counts.by_source.items())
    unlisted = f"; AKS lists no machine for {_names(counts.unlisted)}" if counts.unlisted else ""
    bare = f"; no interface was found for {_names(counts.bare)}" if counts.bare else ""
    return f"{numbers}{unlisted}{bare}"


def _names(nodes: Sequence[Node]) -> str:
    return names(each.name for each in nodes)


def _problem(subject: Subject, counts: NodeCounts) -> Problem:
    cluster, name = subject.cluster, counts.profile.name
    return Problem(
        cause="counts-differ",
        resource=cluster.pool_id(name),
        name=name,
        message=f"pool {name} has {_words(counts)}",
        impact=_LOST,
        evidence=tuple(_evidence(subject, counts)),
        remediation=_RECONCILE,
        commands=(
            az_at(
                cluster.id,
                "aks",
                "machine",
                "list",
                cluster_name=cluster.title,
                nodepool_name=name,
            ),
            az_pool(cluster, name, "show"),
            az_cluster(cluster, "operation", "show-latest"),
            az_cluster(cluster, "update"),
        ),
        is_count=subject.motion_of(counts.profile) is not None,
    )


def _evidence(subject: Subject, counts: NodeCounts) -> Iterator[Evidence]:
    name = counts.profile.name
    yield pool_evidence(subject, name, "count", counts.declared)
    if counts.machines is not None:
        pool = subject.cluster.pool_id(name)
        yield Evidence(resource=pool, name=name, field="machines", value=counts.machines)
    for scale_set in counts.scale_sets:
        yield evidence(scale_set, "sku.capacity", scale_set.sku.capacity)
    for node in counts.unlisted:
        yield _machine(node)
    for node in counts.bare:
        machine = str(node.virtual_machine) if node.virtual_machine is not None else None
        yield Evidence(
            resource=node.id, name=node.name, field="properties.resourceId", value=machine
        )


def _machine(node: Node) -> Evidence:
    """Return the virtual machine of a node that AKS does not list."""
    machine = node.virtual_machine or node.id
    return Evidence(resource=machine, name=node.name, field="id", value=str(machine))


def _outside(subject: Subject, outside: Sequence[Node]) -> Problem:
    return Problem(
        cause="outside-pools",
        resource=subject.cluster.id,
        name=subject.cluster.title,
        message=f"{count(len(outside), 'node')} of a pool that the cluster does not have: "
        f"{_names(outside)}",
        impact=_NOBODYS,
        evidence=tuple(map(_machine, outside)),
        remediation="Find out what made the machines, and delete them if nothing needs them.",
        commands=(
            az_at(
                subject.cluster.id,
                "aks",
                "nodepool",
                "list",
                cluster_name=subject.cluster.title,
            ),
        ),
        is_count=subject.motion_of(None) is not None,
    )


check = Check(
    id="node-inventory",
    title="Node counts agree between AKS and Azure",
    group=Group.INTERFACES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
