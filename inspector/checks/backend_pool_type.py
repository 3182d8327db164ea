"""Backend pools hold what the profile says: network interfaces, or addresses.

What: with ``backendPoolType: nodeIPConfiguration`` the pools of services list configurations of
network interfaces; with ``nodeIP`` they list addresses, and the network these are in.

Why it matters: the cloud provider adds and removes nodes by the type in the profile. A pool of the
other kind, or one that a conversion left half done, keeps nodes that are gone and misses new ones.

How it is decided: a pool is one of addresses if an entry has a non-empty ``ipAddress``; that ARM
may list the interfaces as well is no fault, unless one's node has no address there. A profile
without a type has the default, ``nodeIPConfiguration``. Judged are the pools ``kubernetes`` and
those of single services, in Standard load balancers; empty ones say nothing. What shape the pool
of the way out takes under ``nodeIP`` is not documented, so it is shown and not judged. Passes if
every pool fits, fails with medium severity. A mismatch while the cluster is being updated is
unknown, for the update may be the conversion; so is a type that is not recognised, and whatever
could not be seen. Skipped with a Basic load balancer, and if no such pool has a member.

How to fix: set the type once more; AKS then converts the pools, and connections may break.

Source: https://learn.microsoft.com/azure/aks/configure-load-balancer-standard
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Undecided,
    Verdict,
    az,
    az_cluster,
    evidence,
)
from inspector.cluster.egress import is_basic
from inspector.cluster.pool_members import (
    MemberKind,
    PoolMembers,
    PoolPurpose,
    hidden_balancers,
    members_by_balancer,
)
from inspector.findings import Evidence, Group, Severity
from inspector.resources import LoadBalancer, same_text
from inspector.snapshot import Gap
from inspector.wording import names, share

_OF_INTERFACES: Final = "nodeIPConfiguration"
_OF_ADDRESSES: Final = "nodeIP"
_JUDGED: Final = frozenset({PoolPurpose.EVERY_NODE, PoolPurpose.LOCAL_SERVICE})
_FIELD: Final = "properties.networkProfile.loadBalancerProfile.backendPoolType"
_INTERFACES: Final = "properties.backendIPConfigurations[].id"
_ADDRESSES: Final = "properties.loadBalancerBackendAddresses[].properties.ipAddress"


class _Fault(NamedTuple):
    """One way in which a pool contradicts the type."""

    cause: str
    what: str
    is_hit: Callable[[PoolMembers], bool]


_FAULTS: Final = {
    _OF_INTERFACES: (
        _Fault(
            "holds-addresses",
            "addresses",
            lambda found: bool(found.addresses) and not found.interfaces,
        ),
        _Fault(
            "half-converted",
            "addresses beside network interfaces",
            lambda found: bool(found.addresses and found.interfaces),
        ),
    ),
    _OF_ADDRESSES: (
        _Fault(
            "holds-interfaces",
            "network interfaces",
            lambda found: bool(found.interfaces) and not found.addresses,
        ),
        _Fault(
            "half-converted",
            "network interfaces whose nodes have no address there",
            lambda found: not _hides_an_address(found) and bool(found.unconverted),
        ),
        _Fault(
            "no-network",
            "addresses without a network",
            lambda found: bool(found.addresses) and not _has_network(found),
        ),
    ),
}


def decide(subject: Subject) -> Decision:
    """Compare what the pools hold with the profile's type."""
    profile = subject.profile
    if same_text(profile.load_balancer_sku or "Basic", "Basic"):
        return Skipped("the type is a setting of Standard load balancers, and the SKU is Basic")
    told = profile.load_balancer_profile.backend_pool_type
    declared = next((each for each in _FAULTS if same_text(told or _OF_INTERFACES, each)), None)
    if declared is None:
        return Undecided(f"backend pool type {told} is not recognised")
    verdict = Verdict(subject)
    verdict.miss(*hidden_balancers(subject.topology))
    judged: list[PoolMembers] = []
    shown: list[Evidence] = []
    faulty: set[str] = set()
    for balancer, pools in subject.once(members_by_balancer):
        if not is_basic(balancer):
            filled = [each for each in pools if each.addresses or each.interfaces]
            here = [each for each in filled if each.purpose in _JUDGED]
            judged += here
            shown += [_shape(each) for each in filled if each.purpose is PoolPurpose.WAY_OUT]
            faulty |= _judge(subject, verdict, declared, (balancer, here))
    if not judged and verdict.is_complete:
        return Skipped("no backend pool of a service has a member")
    for found in judged if declared == _OF_ADDRESSES else ():
        verdict.miss(*_hidden(found))
    return verdict.conclude(
        f"{share(len(judged), len(judged), 'backend pool')} of the type {declared}",
        failed=f"{share(len(faulty), len(judged), 'backend pool')} not of the type {declared}",
        evidence=(_type(subject), *map(_shape, judged), *shown),
    )


def _judge(
    subject: Subject,
    verdict: Verdict,
    declared: str,
    place: tuple[LoadBalancer, list[PoolMembers]],
) -> set[str]:
    """Note the faults of one load balancer's pools, and return the keys of those that have one."""
    balancer, pools = place
    faulty: set[str] = set()
    for fault in _FAULTS[declared]:
        hit = [each for each in pools if fault.is_hit(each)]
        if hit:
            where = share(len(hit), len(pools), "backend pool")
            message = (
                f"{fault.what} in {where} of load balancer {balancer.title}, "
                f"the type is {declared}: {names(each.pool.title for each in hit)}"
            )
            verdict.add(_problem(subject, balancer, (fault.cause, message, declared), hit))
            faulty |= {each.pool.id.key for each in hit}
    return faulty


def _has_network(found: PoolMembers) -> bool:
    if found.pool.properties.virtual_network is not None:
        return True
    entries = (each.properties for each in found.pool.addresses)
    return all(each.virtual_network is not None or each.subnet is not None for each in entries)


def _hides_an_address(found: PoolMembers) -> bool:
    """Whether the node of an address may be hidden, and so be an interface's after all."""
    return any(each.kind is MemberKind.HIDDEN for each in found.addresses)


def _hidden(found: PoolMembers) -> list[Gap]:
    """Return what may hide that a pool of addresses keeps an interface that is not converted."""
    if not found.addresses or not found.interfaces:
        return []
    return [each.gap for each in (*found.addresses, *found.interfaces) if each.gap is not None]


def _problem(
    subject: Subject,
    balancer: LoadBalancer,
    words: tuple[str, str, str],
    hit: list[PoolMembers],
) -> Problem:
    cause, message, declared = words
    return Problem(
        cause=cause,
        resource=balancer.id,
        name=balancer.title,
        message=message,
        impact="nodes that come and go are not added to the pool and not taken from it",
        evidence=(_type(subject), *map(_shape, hit)),
        remediation="Set the type again, in a maintenance window: AKS converts the pools then.",
        commands=(
            az("network", "lb", "show", ids=str(balancer.id), query="backendAddressPools"),
            az_cluster(subject.cluster, "update", load_balancer_backend_pool_type=declared),
        ),
        is_count=subject.is_changing,
    )


def _type(subject: Subject) -> Evidence:
    told = subject.profile.load_balancer_profile.backend_pool_type
    return evidence(subject.cluster, _FIELD, told)


def _shape(found: PoolMembers) -> Evidence:
    """Return what a pool holds: addresses if there is one, else interfaces."""
    field = _ADDRESSES if found.addresses else _INTERFACES
    entries = (each.entry for each in found.addresses or found.interfaces)
    return evidence(found.pool, field, names(entries))


check = Check(
    id="backend-pool-type",
    title="Backend pools are of the profile's type",
    group=Group.LOAD_BALANCER,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
