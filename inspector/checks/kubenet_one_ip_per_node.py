"""Under kubenet a node takes one address from the subnet.

What: every node's network interface has exactly one IPv4 configuration, the primary one, with a
private address, and no IPv6 configuration. A dual-stack kubenet cluster has one of each.

Why it matters: kubenet gives pods addresses from the pod CIDR, behind the node's own address. A
second configuration means the node was built for another network model or edited by hand, and
that it eats addresses the subnet was not sized for. A node without one has no network.

How it is decided: the nodes are AKS's machines together with the scale-set instances and virtual
machines of its pools; their interfaces come from one list per scale set and from the
infrastructure group. The check passes only if all of these were read in full. A fault that was
seen is a fault even when something else could not be read. A pool that is a static egress gateway
gives its nodes further IPv4 configurations on purpose: they may have more than one.

How to fix: replace the node by a node image upgrade of its pool; never edit the interface. If
every node is affected, confirm the cluster's network plugin first: a migration away from kubenet
may be under way.

Source: https://learn.microsoft.com/azure/aks/configure-kubenet
"""

from collections.abc import Callable, Sequence

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Undecided,
    Verdict,
    az_cluster,
    az_pool,
)
from inspector.cluster.node_addresses import node_addresses
from inspector.findings import Evidence, Group, Severity
from inspector.network.models import NetworkModel, is_gateway
from inspector.nodes import Node
from inspector.resources import IPConfiguration
from inspector.wording import count, names, share

_TOO_MANY = "its nodes take addresses that kubenet does not use, and the subnet fills up early"
_UNREACHABLE = "neither Azure nor the other nodes can reach the node"


def decide(subject: Subject) -> Decision:
    """Count the IP configurations of every node."""
    profile = subject.profile
    if profile.network_plugin is None:  # clusters of 2018
        return Undecided("ARM does not tell the cluster's network plugin")
    if subject.model is not NetworkModel.KUBENET:
        return Skipped(f"the network plugin is {profile.network_plugin}, not kubenet")
    verdict = Verdict(subject)
    verdict.miss(*subject.topology.hidden_nodes)
    nodes = subject.topology.nodes
    seen = [node for node in nodes if node.interfaces]
    faulty = _judge(subject, verdict, seen)
    claimed = sum(pool.claimed for pool in subject.once(node_addresses))
    if not nodes and not claimed and not subject.topology.hidden_nodes:
        return Skipped("the cluster has no nodes")
    if not nodes:
        verdict.doubt(f"the pools claim {count(claimed, 'node')}, and none was found")
    without = [node.name for node in nodes if not node.interfaces]
    if without:
        verdict.doubt(f"no network interface was found for {names(without)}")
    what = "one IPv4 and one IPv6" if profile.is_dual_stack else "exactly one"
    gateways = names(each.name for each in subject.pools if is_gateway(each))
    note = f"; nodes of the gateway pool {gateways} may have more" if gateways else ""
    if claimed not in {0, len(nodes)}:
        note += f"; the pools claim {count(claimed, 'node')}"
    return verdict.conclude(
        f"{what} IP configuration on {share(len(seen), len(nodes), 'node')}{note}",
        failed=f"broken on {share(faulty, len(nodes), 'node')}",
        evidence=map(_evidence, seen),
    )


def _judge(subject: Subject, verdict: Verdict, nodes: Sequence[Node]) -> int:
    """Note the faults, one per cause, and return how many nodes have one."""
    ipv6 = 1 if subject.profile.is_dual_stack else 0
    gateways = {each.name for each in subject.pools if is_gateway(each)}
    causes: tuple[tuple[str, str, str, Callable[[Node], bool]], ...] = (
        (
            "several-ipv4",
            "more than one IPv4 configuration",
            _TOO_MANY,
            lambda node: node.pool not in gateways and len(_family(node, is_ipv6=False)) > 1,
        ),
        (
            "no-ipv4",
            "no IPv4 configuration",
            _UNREACHABLE,
            lambda node: not _family(node, is_ipv6=False),
        ),
        (
            "not-primary",
            "an IPv4 configuration that is not primary or has no private address",
            _UNREACHABLE,
            lambda node: not _is_sound(_family(node, is_ipv6=False)),
        ),
        (
            "ipv6",
            "not exactly one IPv6 configuration" if ipv6 else "an IPv6 configuration, undeclared,",
            "the node does not carry the address families that the cluster declares",
            lambda node: len(_family(node, is_ipv6=True)) != ipv6,
        ),
    )
    faulty: set[str] = set()
    for cause, message, impact, is_hit in causes:
        hit = [node for node in nodes if is_hit(node)]
        if hit:
            words = (cause, f"{message} on {share(len(hit), len(nodes), 'node')}", impact)
            verdict.add(_problem(subject, words, hit))
            faulty.update(node.name for node in hit)
    return len(faulty)


def _problem(subject: Subject, words: tuple[str, str, str], nodes: Sequence[Node]) -> Problem:
    cause, message, impact = words
    pools = sorted({node.pool for node in nodes if node.pool is not None})
    cluster = subject.cluster
    return Problem(
        cause=cause,
        resource=cluster.id,
        name=cluster.title,
        message=f"{message}: {names(node.name for node in nodes)}",
        impact=impact,
        evidence=tuple(map(_evidence, nodes)),
        remediation="Confirm the plugin, then replace the nodes by a node image upgrade.",
        commands=(
            az_cluster(cluster, "show", query="networkProfile.networkPlugin"),
            *(az_pool(cluster, pool, "upgrade", node_image_only="") for pool in pools or (None,)),
        ),
    )


def _evidence(node: Node) -> Evidence:
    described = (
        f"{configuration.title} {configuration.properties.private_ip_address or 'no address'}"
        for configuration in _configurations(node)
    )
    return Evidence(
        resource=node.interfaces[0].id,
        name=node.name,
        field="properties.ipConfigurations",
        value=", ".join(described) or "none",
    )


def _configurations(node: Node) -> list[IPConfiguration]:
    return [
        configuration
        for interface in node.interfaces
        for configuration in interface.properties.ip_configurations
    ]


def _family(node: Node, *, is_ipv6: bool) -> list[IPConfiguration]:
    return [each for each in _configurations(node) if each.is_ipv6 is is_ipv6]


def _is_sound(configurations: Sequence[IPConfiguration]) -> bool:
    """Whether a single configuration is a node's address; ARM may leave ``primary`` out."""
    if len(configurations) != 1:
        return True
    properties = configurations[0].properties
    return properties.primary is not False and properties.private_ip_address is not None


check = Check(
    id="kubenet-one-ip-per-node",
    title="kubenet: one IP per node",
    group=Group.INTERFACES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
