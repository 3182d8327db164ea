"""Subnets and pool sizes in verdicts: figures that cannot be told, and what evidence they make."""

from collections.abc import Iterator

from inspector.checking.check import evidence
from inspector.checking.node_verdict import pool_evidence
from inspector.checking.subject import Subject
from inspector.checking.verdict import Verdict
from inspector.cluster.subnet_capacity import Capacities, Figure, SubnetCapacity, Untold
from inspector.findings import Evidence
from inspector.resources import AgentPoolProfile

OPEN_ENDED = "node auto-provisioning adds nodes up to limits that ARM does not show"
"""Why it is not known how many nodes a cluster with node auto-provisioning may have."""


def note_unseen(verdict: Verdict, capacities: Capacities) -> None:
    """Note what may hide a subnet of nodes or pods."""
    verdict.miss(*capacities.gaps)
    for reason in capacities.doubts:
        verdict.doubt(reason)
    if not capacities.subnets and not capacities.gaps and not capacities.doubts:
        verdict.doubt("no subnet of nodes or pods was found")


def told(verdict: Verdict, subnet: SubnetCapacity, figure: Figure | None) -> int | None:
    """Return a figure of a subnet; ``None``, with the reason noted, where it cannot be told."""
    if isinstance(figure, Untold):
        if figure.gap is not None:
            verdict.miss(figure.gap)
        else:
            verdict.doubt(f"subnet {subnet.name}: {figure.reason}")
        return None
    if figure is None:
        verdict.doubt(f"subnet {subnet.name} has no IPv4 range")
    return figure


def subnet_evidence(subnet: SubnetCapacity) -> Iterator[Evidence]:
    """Yield the ranges of a subnet that was seen, and what says how much of them is taken."""
    if subnet.subnet is None:
        return
    is_plural = bool(subnet.subnet.properties.address_prefixes)
    field = "properties.addressPrefixes" if is_plural else "properties.addressPrefix"
    yield evidence(subnet.subnet, field, subnet.subnet.prefixes)
    usage = subnet.use.usage
    if isinstance(usage, int) and not subnet.use.is_dual_stack:
        yield evidence(subnet.subnet, "usages.currentValue", usage)
    else:
        connected = f"{subnet.use.connected} of IPv4"
        yield evidence(subnet.subnet, "properties.ipConfigurations", connected)


def size_evidence(subject: Subject, pool: AgentPoolProfile) -> Iterator[Evidence]:
    """Yield the fields of a pool that say how many nodes it has and may come to have."""
    yield pool_evidence(subject, pool.name, "count", pool.node_count)
    if pool.enable_auto_scaling:
        yield pool_evidence(subject, pool.name, "maxCount", pool.max_count)
    surge = pool.upgrade_settings.max_surge
    yield pool_evidence(subject, pool.name, "upgradeSettings.maxSurge", surge)
