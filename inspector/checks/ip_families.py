"""Nodes carry the address families that the cluster declares.

What: in a dual-stack cluster the interface of every node has exactly one IPv6 configuration beside
its IPv4 ones, an IPv4 one is primary, and every subnet of nodes has an IPv6 range. In a cluster of
one family no interface has an IPv6 configuration.

Why it matters: a node without IPv6 in a dual-stack cluster is left out of IPv6 backend pools, and
its pods have no way out over IPv6. An address of a family nobody declared is reachable past rules
that were written for the other one. An IPv6 primary configuration is not what AKS builds, and
load balancers take in the primary one.

How it is decided: ``ipFamilies`` decides, and where it is absent the families of the pod and
service ranges. Fails (high) for a missing, surplus or undeclared IPv6 configuration and for an
IPv6 one that is primary, per pool; and for a subnet of nodes without an IPv6 range, which then
stands for its nodes without IPv6. Unknown where an interface or a subnet could not be seen; for a
family that is not recognised; under a CNI of your own that is dual stack, where the CNI decides;
and for counts while the cluster or the pool is changing. Under kubenet kubenet-one-ip-per-node
reports what is wrong with a node's configurations: here it is unknown then. Names of
configurations are not looked at.

How to fix: give the subnet an IPv6 range of /64; then replace the nodes by a node image upgrade of
their pool.

Sources: https://learn.microsoft.com/azure/aks/configure-dual-stack;
cloud-provider-azure, azure_vmss.go
"""

from collections.abc import Mapping
from typing import Final

from inspector.checking import (
    Check,
    Decision,
    NodeFault,
    NodeVerdict,
    Problem,
    Subject,
    Undecided,
    az,
    evidence,
)
from inspector.checking.node_verdict import configured, range_evidence
from inspector.cluster.node_addresses import NodeAddresses, PoolNodes, node_addresses
from inspector.findings import Group, Severity
from inspector.network.models import NetworkModel, unrecognised
from inspector.resource_id import ResourceId
from inspector.resources import Subnet
from inspector.wording import count, names, share

_KNOWN_FAMILIES: Final = frozenset({"ipv4", "ipv6"})
_MISSING: Final = NodeFault(
    "no-ipv6",
    "no IPv6 configuration",
    "the node is in no IPv6 backend pool and its pods cannot leave over IPv6",
    is_count=True,
)
_SEVERAL: Final = NodeFault(
    "several-ipv6",
    "more than one IPv6 configuration",
    "it is open by which IPv6 address the node is reached",
    is_count=True,
)
_UNDECLARED: Final = NodeFault(
    "undeclared-ipv6",
    "an IPv6 configuration that ipFamilies does not declare",
    "the node is reachable over a family that no rule of the cluster is written for",
    is_count=True,
)
_PRIMARY: Final = NodeFault(
    "ipv6-primary",
    "an IPv6 configuration that is primary instead of an IPv4 one",
    "backend pools and routes are filled with the wrong address of the node",
)


def decide(subject: Subject) -> Decision:
    """Compare the families of every node's addresses with the declared ones."""
    if subject.model is NetworkModel.UNRECOGNISED:
        return Undecided(unrecognised(subject.profile))
    verdict = NodeVerdict(subject, subject.once(node_addresses))
    declared = subject.profile.ip_families
    strange = [each for each in declared if each.lower() not in _KNOWN_FAMILIES]
    if strange:
        verdict.doubt(f"address family {names(strange)} is not recognised")
    is_dual = subject.profile.is_dual_stack
    subnets = _subnets(subject, verdict) if is_dual else {}
    for pool in verdict.pools:
        _judge_pool(subject, verdict, pool, subnets)
    for subnet in filter(_has_no_ipv6, subnets.values()):
        _judge_subnet(subject, verdict, subnet)
    passed = f"no IPv6 configuration on {share(verdict.total, verdict.total, 'node')}"
    if is_dual:
        passed = (
            f"one IPv6 configuration beside IPv4 on {share(verdict.total, verdict.total, 'node')}, "
            f"an IPv6 range in {share(len(subnets), len(subnets), 'subnet')}"
        )
    families = evidence(subject.cluster, "properties.networkProfile.ipFamilies", declared)
    carried = (configured(each, each.ipv6) for each in verdict.nodes if is_dual)
    return verdict.nobody or verdict.conclude(
        passed,
        failed=f"address families other than declared on {verdict.faulty}",
        evidence=(families, *carried),
    )


def _subnets(subject: Subject, verdict: NodeVerdict) -> dict[ResourceId, Subnet]:
    """Return the subnets of nodes that could be seen."""
    found = {}
    for subnet_id in subject.topology.subnets_of_nodes:
        with verdict:
            subnet = subject.topology.get(subnet_id, Subnet)
            if subnet is not None:
                found[subnet_id] = subnet
    return found


def _has_no_ipv6(subnet: Subnet) -> bool:
    return bool(subnet.prefixes) and not any(":" in each for each in subnet.prefixes)


def _judge_pool(
    subject: Subject,
    verdict: NodeVerdict,
    pool: PoolNodes,
    subnets: Mapping[ResourceId, Subnet],
) -> None:
    """Note the faults of a pool's nodes; where their subnet has no IPv6 that is the fault."""
    by_fault: dict[NodeFault, list[NodeAddresses]] = {}
    homeless = []
    for node in pool.nodes:
        fault = _fault(node, is_dual=subject.profile.is_dual_stack)
        home = subnets.get(node.subnet) if node.subnet is not None else None
        if fault is _MISSING and home is None:
            homeless.append(node.node.name)
        elif fault is not None and not (fault is _MISSING and home and _has_no_ipv6(home)):
            by_fault.setdefault(fault, []).append(node)
    if homeless:
        verdict.doubt(f"no IPv6 configuration on {names(homeless)}, in a subnet that was not seen")
    reason = _left_to_others(subject)
    for fault, hit in by_fault.items():
        if reason is not None:
            verdict.doubt(f"{fault.what} on {share(len(hit), pool.total, 'node')}: {reason}")
        else:
            shown = (configured(each, (*each.ipv4[:1], *each.ipv6)) for each in hit)
            verdict.add_nodes(pool, fault, hit, shown)


def _fault(node: NodeAddresses, *, is_dual: bool) -> NodeFault | None:
    if len(node.ipv6) > int(is_dual):
        return _SEVERAL if is_dual else _UNDECLARED
    if len(node.ipv6) < int(is_dual):
        return _MISSING
    is_ipv6_primary = any(each.properties.primary for each in node.ipv6)
    is_ipv4_primary = any(each.properties.primary for each in node.ipv4)
    return _PRIMARY if is_ipv6_primary and node.ipv4 and not is_ipv4_primary else None


def _left_to_others(subject: Subject) -> str | None:
    """Return why a fault is not reported here: who reports or decides it instead."""
    if subject.model is NetworkModel.KUBENET:
        return "kubenet-one-ip-per-node reports it"
    is_dual = subject.profile.is_dual_stack
    return "the CNI decides" if is_dual and subject.model is NetworkModel.BYO_CNI else None


def _judge_subnet(subject: Subject, verdict: NodeVerdict, subnet: Subnet) -> None:
    """Note a subnet without IPv6 in a dual-stack cluster."""
    reason = _left_to_others(subject)
    if reason is not None:
        verdict.doubt(f"subnet {subnet.title} has no IPv6 range: {reason}")
        return
    hit = [each for each in verdict.nodes if each.subnet == subnet.id and not each.ipv6]
    nodes = f", so {count(len(hit), 'node')} without IPv6" if hit else ""
    verdict.add(
        Problem(
            cause="subnet-without-ipv6",
            resource=subnet.id,
            name=subnet.title,
            message=f"subnet {subnet.title} has no IPv6 range{nodes}",
            impact=_MISSING.impact,
            evidence=(range_evidence(subnet), *(configured(each, each.ipv4) for each in hit)),
            remediation="Give the subnet an IPv6 range of /64, then replace its nodes by a node "
            "image upgrade of their pools.",
            commands=(az("network", "vnet", "subnet", "show", ids=str(subnet.id)),),
        ),
        hit,
    )


check = Check(
    id="ip-families",
    title="Nodes have the declared address families",
    group=Group.INTERFACES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
