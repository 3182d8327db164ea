"""Pod subnets are delegated to AKS, and stand where AKS can use them.

What: every subnet that a pool names for its pods is delegated to
``Microsoft.ContainerService/managedClusters`` and has the association link
``AzureKubernetesService``, is in the network of the pool's nodes, is not the nodes' own, and hands
out addresses in one way, one by one or in blocks. The nodes' subnets are not delegated.

Why it matters: AKS makes delegation and link itself, and gives pods addresses through them. Without
them new nodes get none for their pods. In a delegated subnet no nodes can be made: the request
ends with SubnetIsDelegated.

How it is decided: from the subnets in the network's document and the pools in the cluster's. Fails
as high for each of these causes. While the cluster or a pool is changing, a missing delegation or
link proves nothing, as AKS makes them after the pool: then it is unknown, as it is where a subnet
could not be seen or its network does not have it. Skipped where pods have no subnet of their own.
Whether the subnets are large enough is the matter of pod-subnet-size, whether the pools agree on a
model that of network-profile.

How to fix: add the delegation again; whoever manages the subnet by a template has to keep it
there. A pool's subnets cannot be changed: for a subnet in the wrong place make a new pool with
another one, move the workload and delete the old pool.

Sources: https://learn.microsoft.com/azure/aks/configure-azure-cni-dynamic-ip-allocation;
https://learn.microsoft.com/azure/aks/configure-azure-cni-static-block-allocation; Azure/ARO-HCP
pull request 469; MicrosoftDocs/azure-docs issues 69774 and 103167
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
    az,
    az_cluster,
    evidence,
)
from inspector.checking.node_verdict import pool_evidence
from inspector.cluster.fingerprint import AKS_SERVICE
from inspector.cluster.subnet_capacity import POD_SUBNET_MODELS
from inspector.findings import Evidence, Group, Severity
from inspector.network.models import NetworkModel
from inspector.resource_id import ResourceId
from inspector.resources import AgentPoolProfile, Subnet, same_text
from inspector.wording import count, names, share

_LINK: Final = "AzureKubernetesService"
_NO_ADDRESSES: Final = "new nodes of the pools get no addresses for their pods"
_ELSEWHERE: Final = (
    "Make a new pool with another pod subnet, move the workload to it and delete the old pool."
)


class _PodSubnet(NamedTuple):
    """A subnet with the pools that name it for their pods."""

    id: ResourceId
    pools: tuple[AgentPoolProfile, ...]

    @property
    def whose(self) -> str:
        """The pools in words."""
        noun = "pool" if len(self.pools) == 1 else "pools"
        return f"{noun} {names(each.name for each in self.pools)}"


def decide(subject: Subject) -> Decision:
    """Judge every pod subnet, then the subnets of the same pools' nodes."""
    by_subnet: dict[ResourceId, list[AgentPoolProfile]] = {}
    for pool in subject.pools:
        if pool.pod_subnet_id is not None and subject.model_of(pool.name) in POD_SUBNET_MODELS:
            by_subnet.setdefault(pool.pod_subnet_id, []).append(pool)
    if not by_subnet:
        return Skipped("no pool takes addresses for its pods from a subnet of their own")
    verdict = Verdict(subject)
    subnets = [_PodSubnet(each, tuple(pools)) for each, pools in sorted(by_subnet.items())]
    for each in subnets:
        _judge_place(subject, verdict, each)
        with verdict:
            _judge_delegation(subject, verdict, each)
    _judge_nodes(subject, verdict, subnets)
    faulty = {each.resource for each in verdict.problems}
    total = len({*by_subnet, *faulty})
    return verdict.conclude(
        f"{count(len(subnets), 'pod subnet')} delegated to AKS and in place: "
        f"{names(each.id.name for each in subnets)}",
        failed=f"{share(len(faulty), total, 'subnet')} not delegated as AKS needs it, or out of "
        "place",
        evidence=_all_evidence(subject, subnets),
    )


def _judge_place(subject: Subject, verdict: Verdict, subnet: _PodSubnet) -> None:
    """Note what the cluster's own document says of a pod subnet."""
    with_nodes = [each for each in subject.pools if each.vnet_subnet_id == subnet.id]
    shown: Iterator[Evidence]
    if with_nodes:
        shown = (_names_subnet(subject, each) for each in with_nodes)
        whose = names(each.name for each in with_nodes)
        message = f"subnet {subnet.id.name} is for pods, and for the nodes of {whose} too"
        impact = "no nodes can be made in it once it is delegated for pods"
        verdict.add(_problem("with-nodes", subnet.id, message, impact, shown))
    elsewhere = [each for each in subnet.pools if not _is_near(each)]
    if elsewhere:
        shown = (e for each in elsewhere for e in _places(subject, each))
        whose = names(each.name for each in elsewhere)
        message = f"subnet {subnet.id.name} is in another network than the nodes of {whose}"
        impact = "the nodes cannot give their pods addresses of it"
        verdict.add(_problem("other-network", subnet.id, message, impact, shown))
    models = {subject.model_of(each.name) for each in subnet.pools}
    if len(models) > 1:
        shown = (_allocation(subject, each) for each in subnet.pools)
        ways = names(_way(subject.model_of(each.name), each) for each in subnet.pools)
        message = f"subnet {subnet.id.name} hands out addresses in two ways: {ways}"
        impact = "AKS supports one way for a subnet; nodes of one of the pools get no addresses"
        verdict.add(_problem("two-allocations", subnet.id, message, impact, shown))


def _is_near(pool: AgentPoolProfile) -> bool:
    """Whether pods and nodes are in one network, as far as the pool tells."""
    nodes, pods = pool.vnet_subnet_id, pool.pod_subnet_id
    return nodes is None or pods is None or nodes.parent == pods.parent


def _way(model: NetworkModel, pool: AgentPoolProfile) -> str:
    is_static = model is NetworkModel.CNI_POD_SUBNET_STATIC
    return f"{'in blocks' if is_static else 'one by one'} to pool {pool.name}"


def _judge_delegation(subject: Subject, verdict: Verdict, pods: _PodSubnet) -> None:
    """Note what the subnet itself lacks; raises ``NotCollected`` if it was not seen."""
    subnet = subject.topology.get(pods.id, Subnet)
    if subnet is None:
        verdict.doubt(f"subnet {pods.id.name} does not exist")
        return
    links = [each.name for each in subnet.properties.service_association_links]
    services = subnet.delegated_to
    if not any(same_text(each, AKS_SERVICE) for each in services):
        to = f"delegated to {names(services)}, not" if services else "not delegated"
        message = f"subnet {subnet.title} of the pods of {pods.whose} is {to} to {AKS_SERVICE}"
        shown = [_delegations(subnet)]
        cause, remedy = "not-delegated", f"Delegate the subnet to {AKS_SERVICE} again."
        fixes = [
            az("network", "vnet", "subnet", "update", ids=str(subnet.id), delegations=AKS_SERVICE)
        ]
    elif not any(same_text(each, _LINK) for each in links):
        message = f"subnet {subnet.title} of the pods of {pods.whose} has no link {_LINK}"
        shown = [_delegations(subnet), _links(subnet)]
        cause, remedy = "no-association-link", "Reconcile the cluster, so that AKS makes the link."
        fixes = [az_cluster(subject.cluster, "update")]
    else:
        return
    problem = _problem(cause, subnet.id, message, _NO_ADDRESSES, shown)
    verdict.add(
        msgspec.structs.replace(
            problem, remediation=remedy, commands=(*problem.commands, *fixes), is_count=True
        )
    )


def _judge_nodes(subject: Subject, verdict: Verdict, pod_subnets: Iterable[_PodSubnet]) -> None:
    """Note the nodes' subnets that are delegated; one that is for pods as well has its fault."""
    for_pods = {each.id for each in pod_subnets}
    named = {each.vnet_subnet_id for each in subject.pools if each.vnet_subnet_id is not None}
    for subnet_id in sorted(named - for_pods):
        with verdict:
            subnet = subject.topology.get(subnet_id, Subnet)
            if subnet is None or not subnet.delegated_to:
                continue
            message = f"subnet {subnet.title} of nodes is delegated to {names(subnet.delegated_to)}"
            impact = "no further nodes can be made in it: SubnetIsDelegated"
            shown = [_delegations(subnet)]
            problem = _problem("node-subnet-delegated", subnet.id, message, impact, shown)
            remedy = "Take the delegation away once nothing of that service uses the subnet."
            verdict.add(msgspec.structs.replace(problem, remediation=remedy))


def _problem(
    cause: str, subnet: ResourceId, message: str, impact: str, shown: Iterable[Evidence]
) -> Problem:
    return Problem(
        cause=cause,
        resource=subnet,
        name=subnet.name,
        message=message,
        impact=impact,
        evidence=tuple(shown),
        remediation=_ELSEWHERE,
        commands=(az("network", "vnet", "subnet", "show", ids=str(subnet)),),
    )


def _names_subnet(subject: Subject, pool: AgentPoolProfile) -> Evidence:
    return pool_evidence(subject, pool.name, "vnetSubnetID", _text(pool.vnet_subnet_id))


def _places(subject: Subject, pool: AgentPoolProfile) -> Iterator[Evidence]:
    yield _names_subnet(subject, pool)
    yield pool_evidence(subject, pool.name, "podSubnetID", _text(pool.pod_subnet_id))


def _allocation(subject: Subject, pool: AgentPoolProfile) -> Evidence:
    return pool_evidence(subject, pool.name, "podIPAllocationMode", pool.pod_ip_allocation_mode)


def _text(subnet: ResourceId | None) -> str | None:
    return str(subnet) if subnet is not None else None


def _delegations(subnet: Subnet) -> Evidence:
    return evidence(subnet, "properties.delegations", subnet.delegated_to)


def _links(subnet: Subnet) -> Evidence:
    links = (each.name for each in subnet.properties.service_association_links)
    return evidence(subnet, "properties.serviceAssociationLinks", links)


def _all_evidence(subject: Subject, subnets: Iterable[_PodSubnet]) -> Iterator[Evidence]:
    for each in subnets:
        subnet = subject.topology.seen(each.id, Subnet)
        if subnet is not None:
            yield _delegations(subnet)
            yield _links(subnet)


check = Check(
    id="pod-subnet-delegation",
    title="Pod subnets are delegated to AKS and in place",
    group=Group.ADDRESSES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
