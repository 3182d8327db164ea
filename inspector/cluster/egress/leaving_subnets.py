"""The subnets that the cluster's traffic leaves from."""

import msgspec

from inspector.nodes import pool_profiles
from inspector.resource_id import ResourceId
from inspector.resources import VirtualNetwork
from inspector.snapshot import Gap
from inspector.topology import Topology


class LeavingSubnets(msgspec.Struct, frozen=True, kw_only=True):
    """The subnets of nodes, and of pods that have one of their own, by id.

    ``missing`` is what could not be seen and may hide another one.
    """

    ids: tuple[ResourceId, ...]
    missing: tuple[Gap, ...]


def leaving_subnets(topology: Topology) -> LeavingSubnets:
    """Return the subnets that pools name, that nodes are in, or that AKS made for them."""
    pools = pool_profiles(topology)
    of_pods = {each.pod_subnet_id for each in pools if each.pod_subnet_id is not None}
    missing = dict.fromkeys(topology.hidden_nodes)
    group = topology.cluster.infrastructure_group
    is_made_by_aks = any(each.vnet_subnet_id is None for each in pools)
    if is_made_by_aks and group is not None:
        hidden = topology.gap_in_list(group, VirtualNetwork)
        missing |= {hidden: None} if hidden is not None else {}
    return LeavingSubnets(
        ids=tuple(sorted({*topology.subnets_of_nodes, *of_pods})), missing=tuple(missing)
    )
