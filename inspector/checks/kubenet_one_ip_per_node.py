"""Under kubenet a node takes one address from the subnet.

What: every node's network interface has exactly one IPv4 configuration, the primary one, with a
private address, and no IPv6 configuration. A dual-stack kubenet cluster has one of each.

Why it matters: kubenet gives pods addresses from the pod CIDR, behind the node's own address. A
second configuration means the node was built for another network model or edited by hand, and
that it eats addresses the subnet was not sized for. A node without one has no network.

How it is decided: the nodes are AKS's machines together with the scale-set instances and virtual
machines of its pools; their interfaces come from one list per scale set and from the
infrastructure group. The check passes only if all of these were read in full. A fault that was
seen is a fault even when something else could not be read.

How to fix: replace the node by a node image upgrade of its pool; never edit the interface. If
every node is affected, confirm the cluster's network plugin first: a migration away from kubenet
may be under way.

Source: https://learn.microsoft.com/azure/aks/configure-kubenet
"""

from collections.abc import Callable, Sequence
from shlex import quote

from inspector.checks.check import Check, Decision, Failed, Passed, Problem, Skipped, Undecided
from inspector.findings import Evidence, Severity
from inspector.network.models import NetworkModel, network_model
from inspector.nodes import Node, missing_for_nodes, pool_profiles
from inspector.resources import IPConfiguration, ManagedCluster
from inspector.topology import Topology


def decide(topology: Topology) -> Decision:
    """Count the IP configurations of every node."""
    profile = topology.cluster.properties.network_profile
    if profile.network_plugin is None:  # clusters of 2018
        return Undecided("ARM does not tell the cluster's network plugin")
    if network_model(profile, pool_profiles(topology)) is not NetworkModel.KUBENET:
        return Skipped(f"the network plugin is {profile.network_plugin}, not kubenet")
    return _judge(topology, is_dual_stack=profile.is_dual_stack)


def _judge(topology: Topology, *, is_dual_stack: bool) -> Decision:
    missing = missing_for_nodes(topology)
    nodes = topology.nodes
    without = [node for node in nodes if not node.interfaces]
    seen = [node for node in nodes if node.interfaces]
    problems = tuple(_problems(topology, seen, is_dual_stack=is_dual_stack))
    if problems:
        faulty = {each.resource for problem in problems for each in problem.evidence}
        return Failed(f"broken on {len(faulty)} of {_nodes(len(nodes))}", problems)
    if missing:
        return Undecided(
            f"the network interfaces of {len(seen)} of at least {_nodes(len(nodes))} could be seen",
            missing,
        )
    if without:
        names = ", ".join(node.name for node in without)
        return Undecided(f"no network interface was found for {names}")
    if not nodes:
        return _no_nodes(sum(pool.count or 0 for pool in pool_profiles(topology)))
    evidence = tuple(_evidence(node) for node in nodes)
    what = "one IPv4 and one IPv6" if is_dual_stack else "exactly one"
    claimed = sum(pool.count or 0 for pool in pool_profiles(topology))
    note = f"; the pools claim {_nodes(claimed)}" if claimed not in {0, len(nodes)} else ""
    return Passed(
        f"{what} IP configuration on {len(nodes)} of {_nodes(len(nodes))}{note}", evidence
    )


def _nodes(number: int) -> str:
    return f"{number} node" if number == 1 else f"{number} nodes"


def _no_nodes(claimed: int) -> Decision:
    if claimed:
        return Undecided(f"the pools claim {_nodes(claimed)}, and none was found")
    return Skipped("the cluster has no nodes")


def _problems(topology: Topology, nodes: Sequence[Node], *, is_dual_stack: bool) -> list[Problem]:
    """Return the faults, one per cause."""
    ipv6 = 1 if is_dual_stack else 0
    causes: tuple[tuple[str, Callable[[Node], bool]], ...] = (
        (
            "more than one IPv4 configuration, so addresses that kubenet does not use",
            lambda node: len(_family(node, is_ipv6=False)) > 1,
        ),
        (
            "no IPv4 configuration, so no way to reach the node",
            lambda node: not _family(node, is_ipv6=False),
        ),
        (
            "an IPv4 configuration that is not primary or has no private address",
            lambda node: not _is_sound(_family(node, is_ipv6=False)),
        ),
        (
            f"a number of IPv6 configurations other than {ipv6}",
            lambda node: len(_family(node, is_ipv6=True)) != ipv6,
        ),
    )
    problems = []
    for message, is_hit in causes:
        hit = [node for node in nodes if is_hit(node)]
        if hit:
            problems.append(_problem(topology, message, hit, len(nodes)))
    return problems


def _problem(topology: Topology, message: str, nodes: Sequence[Node], count: int) -> Problem:
    pools = sorted({node.pool for node in nodes if node.pool is not None}) or ["POOL"]
    cluster = topology.cluster
    commands = "; ".join(_upgrade_command(cluster, pool) for pool in pools)
    names = ", ".join(node.name for node in nodes)
    return Problem(
        message=f"{message}, on {len(nodes)} of {_nodes(count)} ({names})",
        evidence=tuple(_evidence(node) for node in nodes),
        remediation=f"Confirm the plugin: {_show_command(cluster)}; replace the nodes: {commands}",
    )


def _show_command(cluster: ManagedCluster) -> str:
    return (
        f"az aks show --resource-group {quote(cluster.id.resource_group or '')} "
        f"--name {quote(cluster.title)} --query networkProfile.networkPlugin"
    )


def _upgrade_command(cluster: ManagedCluster, pool: str) -> str:
    """Return the command that replaces a pool's nodes; names are quoted, for they are copied."""
    return (
        f"az aks nodepool upgrade --resource-group {quote(cluster.id.resource_group or '')} "
        f"--cluster-name {quote(cluster.title)} --name {quote(pool)} --node-image-only"
    )


def _evidence(node: Node) -> Evidence:
    described = (
        f"{configuration.title} {configuration.properties.private_ip_address or 'no address'}"
        for configuration in _configurations(node)
    )
    interface = node.interfaces[0]
    return Evidence(
        resource=interface.id,
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
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
