"""Every node stands behind a network security group.

What: the subnet of each node, or the node's own network interface, has a network security group.

Why it matters: without one nothing is filtered between the nodes and their neighbours, and a
Standard public address drops all that comes from outside: it is closed to inbound traffic until
a security group allows it. Services of type LoadBalancer then answer nobody.
Basic public addresses are open without one.

How it is decided: from the references of the nodes' subnets and primary interfaces; AKS attaches
its own group to either. High: nodes with neither. Info: nodes with a different group at each
place, for traffic then has to pass both and Kubernetes opens ports in its own alone. Unknown: a
subnet or an interface could not be seen. Skipped where there are no nodes.

How to fix: associate a security group with the subnet. Rules for services are written by
Kubernetes into the group that AKS made; a group of your own on the subnet needs rules of its own.

Sources: https://learn.microsoft.com/azure/aks/concepts-network;
https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works
"""

from collections.abc import Iterable

from inspector.checking import Check, Decision, Problem, Skipped, Subject, Verdict, az
from inspector.checking.outbound_rules import has_basic_balancer
from inspector.checking.security import attached_evidence, show_rules
from inspector.cluster.protection import Protection, protections
from inspector.findings import Evidence, Group, Severity
from inspector.resource_id import ResourceId
from inspector.wording import count, names, share


def decide(subject: Subject) -> Decision:
    """Look for the security groups of every node."""
    verdict, found = Verdict(subject), subject.once(protections)
    verdict.miss(*found.missing)
    nodes = _count(found.nodes)
    if not nodes and verdict.is_complete:
        return Skipped("no node with a subnet was found")
    bare = [each for each in found.nodes if not each.groups]
    twice = [each for each in found.nodes if len(each.groups) > 1]
    for each in _by_subnet(bare):
        verdict.add(_unprotected(each, is_basic=has_basic_balancer(subject)))
    for each in _by_subnet(twice):
        verdict.add(_two_groups(each))
    protected = f"{_titles(found.nodes)} before {share(nodes - _count(bare), nodes, 'node')}"
    failed = (
        f"no security group before {share(_count(bare), nodes, 'node')}"
        if bare
        else f"two security groups before {share(_count(twice), nodes, 'node')}"
    )
    return verdict.conclude(
        protected,
        failed=failed,
        evidence=(one for each in found.nodes for one in attached_evidence(each)),
    )


def _count(protections: Iterable[Protection]) -> int:
    return sum(len(each.nodes) for each in protections)


def _titles(protections: Iterable[Protection]) -> str:
    titles = list(dict.fromkeys(group.title for each in protections for group in each.groups))
    return f"security group{'s' if len(titles) > 1 else ''} {names(titles)}"


def _by_subnet(protections: Iterable[Protection]) -> Iterable[list[Protection]]:
    together: dict[ResourceId, list[Protection]] = {}
    for each in protections:
        together.setdefault(each.subnet.id, []).append(each)
    return together.values()


def _unprotected(together: list[Protection], *, is_basic: bool) -> Problem:
    subnet = together[0].subnet
    nodes = [node for each in together for node in each.nodes]
    return Problem(
        cause="none",
        resource=subnet.id,
        name=subnet.title,
        message=f"neither subnet {subnet.title} nor the interfaces of "
        f"{count(len(nodes), 'node')} in it have a security group: "
        f"{names(each.name for each in nodes)}",
        impact="nothing filters what reaches the nodes"
        + ("" if is_basic else ", and public services answer nobody"),
        evidence=_evidence(together),
        remediation="Associate a network security group with the subnet.",
        commands=(
            az("network", "vnet", "subnet", "show", ids=str(subnet.id)),
            az(
                "network",
                "vnet",
                "subnet",
                "update",
                ids=str(subnet.id),
                network_security_group="SECURITY_GROUP_ID",
            ),
        ),
    )


def _two_groups(together: list[Protection]) -> Problem:
    subnet, outer = together[0].subnet, together[0].at_subnet
    inner = {each.at_interface.id: each.at_interface for each in together if each.at_interface}
    at_subnet = outer.title if outer is not None else "none"
    at_interfaces = names(each.title for each in inner.values())
    groups = {group.id: group for each in together for group in each.groups}
    return Problem(
        cause="two-groups",
        resource=subnet.id,
        name=subnet.title,
        message=f"{count(_count(together), 'node')} in subnet {subnet.title} behind "
        f"{at_subnet} at the subnet and {at_interfaces} at the interface",
        impact="traffic has to pass both, and Kubernetes opens ports of services in AKS's alone",
        evidence=_evidence(together),
        remediation="Allow what the cluster needs in both: what one of them denies is denied.",
        commands=tuple(show_rules(each) for each in groups.values()),
        severity=Severity.INFO,
    )


def _evidence(together: list[Protection]) -> tuple[Evidence, ...]:
    """Return what is attached at the subnet, and at the interface of every node."""
    attached = (one for each in together for one in attached_evidence(each, every_node=True))
    return tuple(dict.fromkeys(attached))


check = Check(
    id="nsg-attached",
    title="A security group before every node",
    group=Group.SECURITY,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
