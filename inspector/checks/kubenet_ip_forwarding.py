"""Under kubenet every node forwards packets that are not addressed to itself.

What: the interface of every node has ``enableIPForwarding`` on.

Why it matters: kubenet's routes send the packets for a node's pods to the node's address. Azure
drops what arrives at an interface without forwarding and bears another destination than the
interface's own, so the pods of that node cannot be reached from other nodes, nor answer them.

How it is decided: from each node's own interface. An interface with forwarding off fails (high).
It is unknown where ARM does not tell the field or the interface could not be seen. Only kubenet
needs it: every other model is skipped.

How to fix: replace the node by a node image upgrade of its pool, for the infrastructure group is
not to be edited. If new nodes come without it, look for a policy that turns it off.

Source: https://learn.microsoft.com/azure/aks/configure-kubenet
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
from inspector.checking.node_verdict import node_evidence
from inspector.cluster.node_addresses import NodeAddresses, node_addresses
from inspector.findings import Evidence, Group, Severity
from inspector.network.models import NetworkModel, unrecognised
from inspector.wording import names, share

_OFF: Final = NodeFault(
    "forwarding-off",
    "IP forwarding off",
    "packets from other nodes to the pods of the node are dropped",
)


def decide(subject: Subject) -> Decision:
    """Look whether every node's interface forwards."""
    if subject.model is NetworkModel.UNRECOGNISED:
        return Undecided(unrecognised(subject.profile))
    if subject.model is not NetworkModel.KUBENET:
        return Skipped(f"the network plugin is {subject.profile.network_plugin}, not kubenet")
    verdict = NodeVerdict(subject, subject.once(node_addresses))
    for pool in verdict.pools:
        off = [each for each in pool.nodes if _forwards(each) is False]
        verdict.add_nodes(pool, _OFF, off, map(_evidence, off))
    untold = [each.node.name for each in verdict.nodes if _forwards(each) is None]
    if untold:
        verdict.doubt(f"ARM does not tell whether {names(untold)} may forward")
    return verdict.nobody or verdict.conclude(
        f"IP forwarding on for {share(verdict.total, verdict.total, 'node')}",
        failed=f"IP forwarding off for {verdict.faulty}",
        evidence=map(_evidence, verdict.nodes),
    )


def _forwards(node: NodeAddresses) -> bool | None:
    return node.interface.properties.enable_ip_forwarding


def _evidence(node: NodeAddresses) -> Evidence:
    return node_evidence(node, "properties.enableIPForwarding", _forwards(node))


check = Check(
    id="kubenet-ip-forwarding",
    title="kubenet: nodes forward IP packets",
    group=Group.INTERFACES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
