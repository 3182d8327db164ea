"""All pools and the API server are in one virtual network.

What: the subnets that pools name for their nodes, and the one of an API server with VNet
integration, belong to the same network.

Why it matters: AKS supports a cluster in one network only. Between two networks nodes and pods
reach each other only as far as peerings and routes allow, and an internal load balancer takes
members of one network alone.

How it is decided: from the names of the subnets in the cluster's document. Different subnets of
one network are fine. Fails as high where there are several networks. A pool that names no subnet
is in the network that AKS made: where others do name one, that network must have been seen, else
the check is unknown. Skipped where nobody names a subnet, for AKS makes one network. Pod subnets
are the matter of pod-subnet-delegation, which holds each to the network of its pool's nodes.

How to fix: a pool's subnet cannot be changed. Add a pool in the right network, move the workload
and delete the other pool; an API server's subnet is set for good when the cluster is built.

Source: https://learn.microsoft.com/azure/aks/node-pool-unique-subnet
"""

from typing import NamedTuple

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
    az_at,
    az_cluster,
)
from inspector.findings import Evidence, Group, Severity
from inspector.resource_id import ResourceId
from inspector.resources import AgentPoolProfile, VirtualNetwork
from inspector.wording import count, names, share


class _Place(NamedTuple):
    """Who is in a network, and the field that says so."""

    who: str
    network: ResourceId
    evidence: Evidence


def decide(subject: Subject) -> Decision:
    """Compare the networks of the subnets that the cluster names."""
    named = [_of_pool(subject, each, each.vnet_subnet_id) for each in subject.pools]
    pools = [each for each in named if each is not None]
    api_server = _of_api_server(subject)
    if not pools and not api_server:
        return Skipped("no subnet is named: the cluster is in the network that AKS made")
    verdict = Verdict(subject)
    pools += _without_subnet(subject, verdict)
    places = [*pools, *api_server]
    networks = {each.network for each in places}
    if len(networks) > 1:
        verdict.add(_problem(subject, places))
    more = " and the API server" if api_server else ""
    told = share(len(pools), len(subject.pools), "pool")
    return verdict.conclude(
        f"{told}{more} in network {places[0].network.name}",
        failed=f"{told}{more} in {count(len(networks), 'network')}",
        evidence=(each.evidence for each in places),
    )


def _of_pool(subject: Subject, pool: AgentPoolProfile, subnet: ResourceId | None) -> _Place | None:
    """Return the network of a pool by a subnet, the named one or that which AKS made."""
    if subnet is None or subnet.parent is None:
        return None
    named = pool.vnet_subnet_id
    shown = Evidence(
        resource=subject.cluster.pool_id(pool.name),
        name=pool.name,
        field="properties.vnetSubnetID",
        value=str(named) if named is not None else None,
    )
    return _Place(f"pool {pool.name}", subnet.parent, shown)


def _of_api_server(subject: Subject) -> list[_Place]:
    cluster = subject.cluster
    text = cluster.properties.api_server_access_profile.subnet_id
    network = ResourceId(text).parent if text else None
    if network is None:
        return []
    shown = Evidence(
        resource=cluster.id,
        name=cluster.title,
        field="properties.apiServerAccessProfile.subnetId",
        value=text,
    )
    return [_Place("the API server", network, shown)]


def _without_subnet(subject: Subject, verdict: Verdict) -> list[_Place]:
    """Return where the pools are that name no subnet while others do."""
    pools = [each for each in subject.pools if each.vnet_subnet_id is None]
    group = subject.cluster.infrastructure_group
    if not pools:
        return []
    gap = subject.topology.gap_in_list(group, VirtualNetwork) if group is not None else None
    subnet = next(iter(subject.topology.managed_subnets), None)
    if gap is not None:
        verdict.miss(gap)
    elif subnet is None:
        verdict.doubt(f"ARM does not tell the subnet of {names(each.name for each in pools)}")
    found = (_of_pool(subject, each, subnet) for each in pools)
    return [each for each in found if each is not None]


def _problem(subject: Subject, places: list[_Place]) -> Problem:
    cluster = subject.cluster
    inside: dict[ResourceId, list[str]] = {}
    for each in places:
        inside.setdefault(each.network, []).append(each.who)
    return Problem(
        cause="several-networks",
        resource=cluster.id,
        name=cluster.title,
        message="; ".join(f"{names(who)} in {network.name}" for network, who in inside.items()),
        impact="nodes reach each other only as peerings and routes allow, and internal load "
        "balancers serve the nodes of one network alone",
        evidence=tuple(each.evidence for each in places),
        remediation="Add a pool in the right network, move the workload there and delete the "
        "other pool: a subnet cannot be changed.",
        commands=(
            az_at(
                cluster.id,
                "aks",
                "nodepool",
                "list",
                cluster_name=cluster.title,
            ),
            az_cluster(cluster, "show", query="apiServerAccessProfile"),
        ),
    )


check = Check(
    id="pools-share-vnet",
    title="All pools share one network",
    group=Group.ADDRESSES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
