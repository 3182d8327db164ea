"""The backend pools hold the nodes, all of them and nothing else.

What: every node is in the pool ``kubernetes`` (and ``kubernetes-IPv6``) of each load balancer and
in the outbound rule's pool, by its primary configuration or its IPv6 one. The pool of a service
with ``externalTrafficPolicy: Local`` holds some nodes.

Why it matters: a node that is not in the pool takes no traffic, or has no way out to the internet.
An entry that leads to no node takes its share of new connections, or of SNAT ports, and loses it.

How it is decided: entries are matched with nodes by the id of their configuration, or by address.
Passes if both agree. High: an entry of something that does not exist, of an interface that is no
node's, of a configuration that is not the node's own; a node that the way out lacks. Medium, and a
suspicion: a node that services lack. ``node.kubernetes.io/exclude-from-external-load-balancers``
keeps a node out of their pools, and so does a machine that is not running; ARM shows neither of a
single node. It shows the labels of node pools: nodes of one with this label may be missing, and are
a low finding where they are not. Nodes of a pool that deallocates, or of gateways, may be missing
too, Windows Server 2019 from IPv6. Several load balancers hold all nodes together, an internal one
what its public one holds. Pools that no rule uses are not searched. An empty pool is left to
"empty-backend-pool", a node without an interface to "node-inventory". A mismatch while the cluster
changes is unknown, as is what could not be seen. Skipped if no pool has a member.

How to fix: look for the label and at the machine's state; else let AKS reconcile the cluster.

Sources: cloud-provider-azure, azure_loadbalancer_backendpool.go, azure_local_services.go and
azure_vmss.go; https://github.com/kubernetes-sigs/cloud-provider-azure/issues/1902
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple, TypeVar

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
    az,
    az_cluster,
    az_pool,
    evidence,
)
from inspector.cluster.egress import primary_interface
from inspector.cluster.pool_coverage import EXCLUDING_LABEL, Kept, Lack, coverage, wanted_nodes
from inspector.cluster.pool_members import (
    Member,
    MemberKind,
    PoolMembers,
    PoolPurpose,
    hidden_balancers,
    members_by_balancer,
)
from inspector.findings import Evidence, Group, Severity
from inspector.nodes import Node
from inspector.resource_id import ResourceId
from inspector.resources import BackendAddressPool, LoadBalancer
from inspector.wording import count, names, share

T = TypeVar("T", bound=Lack | Kept)

_INTERFACES: Final = "properties.backendIPConfigurations"
_ADDRESSES: Final = "properties.loadBalancerBackendAddresses"
_LOST: Final = "what the load balancer sends there is lost, and so are the SNAT ports set aside"


class _Fault(NamedTuple):
    """One thing that an entry must not be."""

    cause: str
    what: str
    impact: str
    is_hit: Callable[[PoolMembers, Member], bool]


_FAULTS: Final = (
    _Fault(
        "dangling",
        "of no node",
        _LOST,
        lambda _, member: member.kind is MemberKind.DANGLING,
    ),
    _Fault(
        "stranger",
        "of a network interface that is no node's",
        _LOST,
        lambda _, member: member.kind is MemberKind.STRANGER,
    ),
    _Fault(
        "not-own",
        "of a node's configuration that is not its own",
        "traffic reaches an address that the node does not answer on",
        lambda found, member: member.kind is MemberKind.NODE and not found.is_own(member),
    ),
)


def decide(subject: Subject) -> Decision:
    """Compare the members of the pools with the nodes."""
    topology = subject.topology
    verdict = Verdict(subject)
    faulty: set[ResourceId] = set()
    verdict.miss(*hidden_balancers(topology))
    judged = []
    for balancer, pools in subject.once(members_by_balancer):
        known = (each for each in pools if each.purpose is not PoolPurpose.OTHER)
        filled = [each for each in known if each.members]
        judged += filled
        faulty |= _judge_entries(subject, verdict, balancer, filled)
    if not judged and verdict.is_complete:
        return Skipped("no backend pool of the cluster has a member")
    verdict.miss(*topology.hidden_nodes)
    for found in judged:
        verdict.miss(*(each.gap for each in found.members if each.gap is not None))
    covered = subject.once(coverage)
    for lacks in _by_balancer(covered.lacks):
        verdict.add(_lacking(subject, lacks))
        faulty |= {pool.id for lack in lacks for pool in lack.pools}
    for kept in _by_balancer(covered.kept):
        verdict.add(_labelled(subject, kept))
        faulty |= {each.pool.id for each in kept}
    every, wanted = len(topology.nodes), len(wanted_nodes(topology, PoolPurpose.EVERY_NODE))
    left_out = f", {wanted} of them for services" if wanted < every else ""
    return verdict.conclude(
        f"{share(len(judged), len(judged), 'backend pool')} with the right members: "
        f"{count(every, 'node')}{left_out}",
        failed=f"{share(len(faulty), len(judged), 'backend pool')} with missing or wrong members",
        evidence=(_size(found.pool) for found in judged),
    )


def _judge_entries(
    subject: Subject, verdict: Verdict, balancer: LoadBalancer, pools: list[PoolMembers]
) -> set[ResourceId]:
    """Note members that must not be, one fault per cause, and return the pools that have any."""
    faulty: set[ResourceId] = set()
    for fault in _FAULTS:
        hits = [
            (found.pool, each)
            for found in pools
            for each in found.members
            if fault.is_hit(found, each)
        ]
        if hits:
            verdict.add(_stray(subject, fault, balancer, hits))
            faulty |= {pool.id for pool, _ in hits}
    return faulty


def _stray(
    subject: Subject,
    fault: _Fault,
    balancer: LoadBalancer,
    hits: list[tuple[BackendAddressPool, Member]],
) -> Problem:
    pools = {pool.id: pool for pool, _ in hits}
    whole = sum(_length(pool) for pool in pools.values())
    titles = names(pool.title for pool in pools.values())
    said = names(dict.fromkeys(member.title for _, member in hits))
    return Problem(
        cause=fault.cause,
        resource=balancer.id,
        name=balancer.title,
        message=f"{share(len(hits), whole, 'member')} of {titles} in load balancer "
        f"{balancer.title} {fault.what}: {said}",
        impact=fault.impact,
        evidence=tuple(_entry(pool, member) for pool, member in hits),
        remediation="Let AKS reconcile the cluster; open a support case if the member stays. "
        "The last member of a pool stays until there is another.",
        commands=_look(subject, pools.values()),
        is_count=fault.cause == "dangling",
    )


def _by_balancer(found: Iterable[T]) -> Iterable[list[T]]:
    grouped: dict[str, list[T]] = {}
    for each in found:
        place = each.balancer.id.key if each.balancer is not None else ""
        grouped.setdefault(place, []).append(each)
    return grouped.values()


def _lacking(subject: Subject, lacks: list[Lack]) -> Problem:
    """Return the nodes missing from the pools of one load balancer, or of all of several."""
    balancer = lacks[0].balancer
    cluster = subject.cluster
    is_way_out = all(lack.is_way_out for lack in lacks)
    pools = {pool.id: pool for lack in lacks for pool in lack.pools}
    nodes = {node.id: node for lack in lacks for node in lack.nodes}
    where = f"load balancer {balancer.title}" if balancer is not None else "every load balancer"
    label = "" if is_way_out else "a label may leave them out, or "
    return Problem(
        cause="missing",
        resource=balancer.id if balancer is not None else cluster.id,
        name=balancer.title if balancer is not None else cluster.title,
        message=f"{where}: {'; '.join(_parts(lacks))}; {label}their machines may not be running",
        impact="they have no way out through the load balancer"
        if any(lack.is_way_out for lack in lacks)
        else "no service's traffic comes in through them",
        evidence=(
            *(_size(pool) for pool in pools.values()),
            *filter(None, map(_address, nodes.values())),
        ),
        remediation="Look whether the nodes are running, and for the label "
        f"{EXCLUDING_LABEL}; else let AKS reconcile the cluster.",
        commands=(
            *(
                az_pool(cluster, pool, "show", query="nodeLabels")
                for pool in sorted({node.pool for node in nodes.values() if node.pool is not None})
            ),
            *_look(subject, pools.values()),
        ),
        severity=Severity.HIGH if any(lack.is_way_out for lack in lacks) else Severity.MEDIUM,
        is_count=True,
    )


def _parts(lacks: Iterable[Lack]) -> Iterator[str]:
    """Yield who is missing from which pools, pools with the same nodes together."""
    pools: dict[tuple[int, tuple[str, ...]], dict[str, None]] = {}
    for lack in lacks:
        key = lack.wanted, tuple(node.name for node in lack.nodes)
        pools.setdefault(key, {}).update(dict.fromkeys(pool.title for pool in lack.pools))
    for (wanted, missing), titles in pools.items():
        nodes = f"{share(len(missing), wanted, 'node')} not in backend"
        yield f"{nodes} {'pool' if len(titles) == 1 else 'pools'} {names(titles)}: {names(missing)}"


def _labelled(subject: Subject, kept: list[Kept]) -> Problem:
    balancer = kept[0].balancer
    held = {node.id: node for each in kept for node in each.nodes}.values()
    pools = sorted({node.pool for node in held if node.pool is not None})
    titles = names(each.pool.title for each in kept)
    return Problem(
        cause="labelled",
        resource=balancer.id,
        name=balancer.title,
        message=f"{share(len(held), len(subject.topology.nodes), 'node')} in {titles} of load "
        f"balancer {balancer.title} although node pool {names(pools)} has the label "
        f"{EXCLUDING_LABEL}: {names(node.name for node in held)}",
        impact="services take traffic in through nodes that are meant to be left out",
        evidence=tuple(
            Evidence(
                resource=subject.cluster.pool_id(pool),
                name=pool,
                field="properties.nodeLabels",
                value=EXCLUDING_LABEL,
            )
            for pool in pools
        ),
        remediation="Let AKS reconcile the cluster; open a support case if the nodes stay.",
        commands=_look(subject, (each.pool for each in kept)),
        severity=Severity.LOW,
        is_count=True,
    )


def _look(subject: Subject, pools: Iterable[BackendAddressPool]) -> tuple[str, ...]:
    """Return the commands that show the pools, and the one that reconciles the cluster."""
    shows = (az("network", "lb", "address-pool", "show", ids=str(each.id)) for each in pools)
    return *shows, az_cluster(subject.cluster, "update")


def _entry(pool: BackendAddressPool, member: Member) -> Evidence:
    if member.address is None:
        return evidence(pool, f"{_INTERFACES}[].id", member.entry)
    return evidence(pool, f"{_ADDRESSES}[].properties.ipAddress", member.entry)


def _size(pool: BackendAddressPool) -> Evidence:
    field = _ADDRESSES if pool.addresses else _INTERFACES
    return evidence(pool, f"length({field})", _length(pool))


def _length(pool: BackendAddressPool) -> int:
    return len(pool.addresses or pool.properties.backend_ip_configurations)


def _address(node: Node) -> Evidence | None:
    interface = primary_interface(node)
    if interface is None:
        return None
    found = (each.properties.private_ip_address for each in interface.properties.ip_configurations)
    return Evidence(
        resource=interface.id,
        name=node.name,
        field="properties.ipConfigurations[0].properties.privateIPAddress",
        value=str(next(found, None)),
    )


check = Check(
    id="backend-pool-members",
    title="Backend pools hold the nodes",
    group=Group.LOAD_BALANCER,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
