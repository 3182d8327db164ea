"""Every node has one primary interface, and every interface one primary IP configuration.

What: of the interfaces of a node's machine exactly one is ``primary``, and so is exactly one of
each interface's IP configurations.

Why it matters: the primary configuration of the primary interface is the node's address. Load
balancers take it in, kubenet's routes lead to it, and the machine leaves for the internet by it.
With two, or none, the cloud provider picks another address than Azure does, or fails.

How it is decided: from the interfaces of every node. Several primary ones, or none, fail (medium).
ARM may leave the field out: a single interface or configuration without it counts as primary,
several are unknown, and so are interfaces that could not be seen. An interface without any
configuration is left to the checks that count addresses; a single IPv4 configuration that is not
primary under kubenet to kubenet-one-ip-per-node; an IPv6 one that is primary alone to ip-families.

How to fix: replace the node by a node image upgrade of its pool; do not edit its interface.

Source: cloud-provider-azure, azure_standard.go (getPrimaryIPConfig, getPrimaryInterfaceID)
"""

from collections.abc import Iterable, Iterator
from typing import Final

from inspector.checking import (
    Check,
    Decision,
    NodeFault,
    NodeVerdict,
    Subject,
)
from inspector.cluster.node_addresses import NodeAddresses, PoolNodes, node_addresses
from inspector.findings import Evidence, Group, Severity
from inspector.network.models import NetworkModel
from inspector.nodes import Node
from inspector.resource_id import ResourceId
from inspector.resources import NetworkInterface
from inspector.wording import names, share

_AMBIGUOUS: Final = "load balancers and routes may use another address of the node than Azure does"
_WITHOUT: Final = "the cloud provider cannot tell the node's address, and leaves it out"
_SEVERAL_CONFIGURATIONS: Final = NodeFault(
    "several-primary-configurations",
    "an interface with more than one primary IP configuration",
    _AMBIGUOUS,
)
_NO_CONFIGURATION: Final = NodeFault(
    "no-primary-configuration", "an interface without a primary IP configuration", _WITHOUT
)
_SEVERAL_INTERFACES: Final = NodeFault(
    "several-primary-interfaces", "more than one primary interface", _AMBIGUOUS
)
_NO_INTERFACE: Final = NodeFault(
    "no-primary-interface", "interfaces of which none is primary", _WITHOUT
)


def decide(subject: Subject) -> Decision:
    """Count what is primary among each node's interfaces and their configurations."""
    verdict = NodeVerdict(subject, subject.once(node_addresses))
    for pool in verdict.pools:
        _judge_interfaces(verdict, pool)
        _judge_configurations(subject, verdict, pool)
    return verdict.nobody or verdict.conclude(
        f"one primary interface and IP configuration on "
        f"{share(verdict.total, verdict.total, 'node')}",
        failed=f"not one primary interface and IP configuration on {verdict.faulty}",
        evidence=(_primary_names(each, each.interface) for each in verdict.nodes),
    )


def _judge_interfaces(verdict: NodeVerdict, pool: PoolNodes) -> None:
    several, untold = [], []
    for node in pool.nodes:
        said = [each.properties.primary for each in node.node.interfaces]
        if said.count(True) > 1:
            several.append(node)
        elif True not in said and said.count(None) > 1:
            untold.append(node.node.name)
    none = [_by_first_interface(each) for each in pool.unattached if each.interfaces]
    verdict.add_nodes(pool, _SEVERAL_INTERFACES, several, _flags(several))
    verdict.add_nodes(pool, _NO_INTERFACE, none, _flags(none))
    if untold:
        verdict.doubt(f"ARM does not tell which interface of {names(untold)} is primary")


def _by_first_interface(node: Node) -> NodeAddresses:
    """Return a node all of whose interfaces are secondary by one of them."""
    return NodeAddresses(node=node, interface=node.interfaces[0], ipv4=(), ipv6=(), blocks=())


def _flags(nodes: Iterable[NodeAddresses]) -> Iterator[Evidence]:
    for node in nodes:
        for each in node.node.interfaces:
            yield Evidence(
                resource=each.id,
                name=each.title,
                field="properties.primary",
                value=each.properties.primary,
            )


def _judge_configurations(subject: Subject, verdict: NodeVerdict, pool: PoolNodes) -> None:
    by_fault: dict[NodeFault, dict[ResourceId, NodeAddresses]] = {}
    shown: dict[NodeFault, list[Evidence]] = {}
    untold = []
    for node in pool.nodes:
        for interface in node.node.interfaces:
            said = [each.properties.primary for each in interface.properties.ip_configurations]
            if True not in said and said.count(None) > 1:
                untold.append(node.node.name)
            fault = _fault(said)
            if fault is None or (fault is _NO_CONFIGURATION and _is_left(subject, node)):
                continue
            by_fault.setdefault(fault, {})[node.node.id] = node
            shown.setdefault(fault, []).append(_primary_names(node, interface))
    for fault, hit in by_fault.items():
        verdict.add_nodes(pool, fault, tuple(hit.values()), shown[fault])
    if untold:
        verdict.doubt(f"ARM does not tell which IP configuration of {names(untold)} is primary")


def _fault(said: list[bool | None]) -> NodeFault | None:
    """Return what is wrong with the configurations of an interface by their ``primary``."""
    if said.count(True) > 1:
        return _SEVERAL_CONFIGURATIONS
    return _NO_CONFIGURATION if said and {*said} == {False} else None


def _is_left(subject: Subject, node: NodeAddresses) -> bool:
    """Whether kubenet-one-ip-per-node reports a node without a primary configuration."""
    return subject.model is NetworkModel.KUBENET and len(node.ipv4) == 1


def _primary_names(node: NodeAddresses, interface: NetworkInterface) -> Evidence:
    every = interface.properties.ip_configurations
    primary = [each.title for each in every if each.properties.primary]
    return Evidence(
        resource=interface.id,
        name=node.node.name,
        field="properties.ipConfigurations.properties.primary",
        value=names(primary) or None,
    )


check = Check(
    id="primary-ip-configuration",
    title="One primary IP configuration and interface per node",
    group=Group.INTERFACES,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
