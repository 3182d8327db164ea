"""The nodes put together that leave the same way."""

from collections.abc import Iterator
from typing import NamedTuple

from inspector.cluster.egress.balancing import public_ips_of
from inspector.cluster.egress.kinds import Egress, EgressGroup, Traffic, Way
from inspector.cluster.egress.survey import Survey, primary_interface
from inspector.network.spaces import Family
from inspector.nodes import Node, pool_profiles
from inspector.resource_id import ResourceId
from inspector.resources import same_text
from inspector.topology import Topology

_BOTH = (Traffic.NODES, Traffic.PODS)


class _Key(NamedTuple):
    pool: str | None
    traffic: tuple[Traffic, ...]
    family: Family
    subnet: ResourceId | None
    egress: Egress


def derive_egress(topology: Topology) -> tuple[EgressGroup, ...]:
    """Return the ways out of all nodes, grouped, by pool, traffic, family and subnet."""
    found: dict[_Key, list[tuple[Node, Way]]] = {}
    for node, traffic, family, way in _ways(topology):
        key = _Key(node.pool, traffic, family, way.subnet, way.egress)
        found.setdefault(key, []).append((node, way))
    return tuple(_group(topology, key, found[key]) for key in sorted(found, key=_order))


def _order(key: _Key) -> tuple[str, bool, Family, str, str, str]:
    subnet = key.subnet.key if key.subnet is not None else ""
    is_for_pods = Traffic.NODES not in key.traffic
    return (
        (key.pool or "").lower(),
        is_for_pods,
        key.family,
        subnet,
        key.egress.kind,
        key.egress.words,
    )


def _group(topology: Topology, key: _Key, members: list[tuple[Node, Way]]) -> EgressGroup:
    own = dict.fromkeys(way.public_ip for _, way in members if way.public_ip is not None)
    return EgressGroup(
        pool=key.pool,
        subnet=key.subnet,
        traffic=key.traffic,
        family=key.family,
        egress=key.egress,
        nodes=tuple(node for node, _ in members),
        public_ips=(*own, *public_ips_of(topology, key.egress, key.family)),
        missing=tuple(dict.fromkeys(way.gap for _, way in members if way.gap is not None)),
    )


def _ways(topology: Topology) -> Iterator[tuple[Node, tuple[Traffic, ...], Family, Way]]:
    """Yield each node's ways out and its pods', one for both where the pods leave as the node.

    How pods leave under a network plugin of the user's is the plugin's business.
    """
    survey = Survey(topology)
    pools = {each.name.lower(): each for each in pool_profiles(topology)}
    profile = topology.cluster.properties.network_profile
    has_own_plugin = same_text(profile.network_plugin, "none")
    for node in topology.nodes:
        pool = pools.get((node.pool or "").lower())
        home = pool.vnet_subnet_id if pool is not None else None
        pod_subnet = pool.pod_subnet_id if pool is not None else None
        traffic = (Traffic.NODES,) if has_own_plugin or pod_subnet is not None else _BOTH
        for family in _families(node, is_dual_stack=profile.is_dual_stack):
            way = survey.way_of_node(node, home, family)
            yield node, traffic, family, way
            if pod_subnet is not None:
                yield node, (Traffic.PODS,), family, survey.way_of_pods(way, pod_subnet, family)


def _families(node: Node, *, is_dual_stack: bool) -> Iterator[Family]:
    """Yield IPv4, and IPv6 if the node has it, or would where its interface cannot be seen."""
    yield Family.IPV4
    interface = primary_interface(node)
    configurations = interface.properties.ip_configurations if interface is not None else ()
    if any(each.is_ipv6 for each in configurations) or (interface is None and is_dual_stack):
        yield Family.IPV6
