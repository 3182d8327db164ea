"""The infrastructure resource group is the cluster's own, and holds nothing of others.

What: the group that the cluster names exists, is managed by this cluster, lies in its location, and
has in it what AKS, its add-ons, the Kubernetes cloud provider and the storage drivers make.

Why it matters: AKS creates, changes and deletes what is in the group, and deletes the group with
the cluster. What somebody else put there goes with it, and a group that another cluster manages
means that this cluster's machines and addresses are not where it says.

How it is decided: from the group's document and the inventory of all resources in it, by type,
name and tags. High: no such group, one managed by something else, or resources whose tags name
another AKS cluster. Low: another location than the cluster's, virtual machines and scale sets that
belong to no pool, and types that none of AKS's own parts makes, as far as they are known here. A
disk, an identity or an address of somebody's is not told from AKS's own by its type; the checks on
addresses and devices look at these. Unknown: the group or its inventory could not be seen, the
cluster names no group, or it is being made or deleted and there is no group. The restriction level
is shown: ``ReadOnly`` locks the group.

How to fix: move foreign resources into a group of their own, before the cluster is deleted.

Source: https://learn.microsoft.com/azure/aks/faq,
https://learn.microsoft.com/azure/aks/node-resource-group-lockdown,
https://learn.microsoft.com/azure/aks/support-policies
"""

from collections.abc import Iterable, Sequence
from typing import Final

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Subject,
    Undecided,
    Verdict,
    az,
    az_at,
    evidence,
)
from inspector.findings import Group, Severity
from inspector.nodes import is_of_cluster
from inspector.resource_id import ResourceId
from inspector.resources import InventoryItem, Resource, ResourceGroup, same_text
from inspector.wording import count, names, share

_CLUSTER_TAG: Final = "aks-managed-cluster-name"
_CLUSTER_GROUP_TAG: Final = "aks-managed-cluster-rg"
_MACHINES: Final = frozenset(
    {"microsoft.compute/virtualmachines", "microsoft.compute/virtualmachinescalesets"}
)
_MADE_BY_AKS: Final = frozenset(
    {
        *_MACHINES,
        "microsoft.compute/availabilitysets",
        "microsoft.compute/disks",
        "microsoft.compute/snapshots",
        "microsoft.containerinstance/containergroups",
        "microsoft.containerregistry/registries",
        "microsoft.elasticsan/elasticsans",
        "microsoft.managedidentity/userassignedidentities",
        "microsoft.network/applicationgateways",
        "microsoft.network/dnszones",
        "microsoft.network/loadbalancers",
        "microsoft.network/natgateways",
        "microsoft.network/networkintentpolicies",
        "microsoft.network/networkinterfaces",
        "microsoft.network/networkprofiles",
        "microsoft.network/networksecuritygroups",
        "microsoft.network/privatednszones",
        "microsoft.network/privateendpoints",
        "microsoft.network/privatelinkservices",
        "microsoft.network/publicipaddresses",
        "microsoft.network/publicipprefixes",
        "microsoft.network/routetables",
        "microsoft.network/virtualnetworks",
        "microsoft.servicenetworking/trafficcontrollers",
        "microsoft.storage/storageaccounts",
    }
)
"""What AKS, its add-ons, the cloud provider and the storage drivers make, by folded type.

Application gateways, DNS zones, container groups and traffic controllers are add-ons'; prefixes a
static egress gateway's; storage accounts and elastic SANs the storage drivers'; a registry that of
a network isolated cluster (AKS: "concepts-network-isolated").
"""


def decide(subject: Subject) -> Decision:
    """Judge the group by its document, and what is in it by the inventory."""
    group_id = subject.cluster.infrastructure_group
    if group_id is None:
        return Undecided("the cluster names no infrastructure group")
    verdict = Verdict(subject)
    group: ResourceGroup | None = None
    items: tuple[InventoryItem, ...] = ()
    with verdict:
        group = subject.topology.get(group_id, ResourceGroup)
        if group is None and subject.is_changing:
            verdict.doubt(f"resource group {group_id.name} does not exist now")
        elif group is None:
            verdict.add(_missing(subject, group_id))
        else:
            _judge_group(subject, verdict, group)
    with verdict:
        items = subject.topology.entries(group_id, InventoryItem)
    _judge_contents(subject, verdict, group_id, items)
    level = subject.cluster.properties.node_resource_group_profile.restriction_level
    of_level = evidence(
        subject.cluster, "properties.nodeResourceGroupProfile.restrictionLevel", level
    )
    of_group = [evidence(group, "managedBy", group.managed_by)] if group is not None else []
    return verdict.conclude(
        f"group {group_id.name} is managed by the cluster, {count(len(items), 'resource')} in it "
        f"of types AKS makes, restriction level {level or 'not set'}",
        failed=f"group {group_id.name}: {count(len(verdict.problems), 'finding')}",
        evidence=(*of_group, of_level),
    )


def _missing(subject: Subject, group: ResourceId) -> Problem:
    field = "properties.nodeResourceGroup"
    return Problem(
        cause="missing",
        resource=group,
        name=group.name,
        message=f"resource group {group.name} does not exist",
        impact="the cluster has neither nodes nor addresses, and cannot be updated",
        evidence=(evidence(subject.cluster, field, group.name),),
        remediation="Build the cluster anew: AKS does not make the group a second time.",
        commands=(az("group", "show", name=group.name),),
    )


def _judge_group(subject: Subject, verdict: Verdict, group: ResourceGroup) -> None:
    cluster = subject.cluster
    show = az("group", "show", name=group.title)
    if group.managed_by is None:
        verdict.doubt(f"ARM does not tell what manages resource group {group.title}")
    elif group.managed_by != cluster.id:
        verdict.add(
            Problem(
                cause="managed-by-another",
                resource=group.id,
                name=group.title,
                message=f"resource group {group.title} is managed by {group.managed_by}",
                impact="something else creates, changes and deletes what is in it",
                evidence=(evidence(group, "managedBy", group.managed_by),),
                remediation="Find out which of the two owns the group before changing either.",
                commands=(show,),
            )
        )
    if group.location and cluster.location and _place(group) != _place(cluster):
        verdict.add(
            Problem(
                cause="location",
                resource=group.id,
                name=group.title,
                message=f"resource group {group.title} is in {group.location}, "
                f"the cluster in {cluster.location}",
                impact="the group's records are not available when the other region is down",
                evidence=(
                    evidence(group, "location", group.location),
                    evidence(cluster, "location", cluster.location),
                ),
                remediation="Nothing moves a group: build the cluster anew if it matters.",
                commands=(show,),
                severity=Severity.LOW,
            )
        )


def _place(resource: Resource) -> str:
    """Return the location as ARM compares it: ``West Europe`` is ``westeurope``."""
    return (resource.location or "").replace(" ", "").lower()


def _judge_contents(
    subject: Subject, verdict: Verdict, group: ResourceId, items: Sequence[InventoryItem]
) -> None:
    """Note what is in the group and not the cluster's, one problem per kind of stranger."""
    others = [each for each in items if _names_another(subject, each)]
    if others:
        fields = [(each, f"tags.{_CLUSTER_TAG}", each.tags[_CLUSTER_TAG]) for each in others]
        verdict.add(
            Problem(
                cause="of-another-cluster",
                resource=group,
                name=group.name,
                message=f"in {group.name} {_share(others, items)} with the tag of another "
                f"cluster, {names(dict.fromkeys(value for _, _, value in fields))}: "
                f"{_names(others)}",
                impact="deleting one cluster takes resources of the other along",
                evidence=tuple(evidence(*each) for each in fields),
                remediation="Move them to the group of their own cluster.",
                commands=(az_at(group, "resource", "list"),),
            )
        )
    machines = [each for each in items if _is_stray_machine(subject, each)]
    if machines and subject.topology.hidden_nodes:
        verdict.miss(*subject.topology.hidden_nodes)
    elif machines:
        what = "is a machine" if len(machines) == 1 else "are machines"
        words = f"{_share(machines, items)} {what} of no pool: {_names(machines)}"
        verdict.add(_foreign(group, "foreign-machines", machines, words))
    unknown = [each for each in items if _top_type(each) not in _MADE_BY_AKS]
    if unknown:
        kinds = names(dict.fromkeys(each.type or each.id.type for each in unknown))
        verb = "is" if len(unknown) == 1 else "are"
        words = f"{_share(unknown, items)} {verb} of a type that AKS does not make, {kinds}"
        verdict.add(_foreign(group, "foreign-types", unknown, f"{words}: {_names(unknown)}"))


def _foreign(group: ResourceId, cause: str, items: Iterable[InventoryItem], words: str) -> Problem:
    return Problem(
        cause=cause,
        resource=group,
        name=group.name,
        message=f"in {group.name} {words}",
        impact="they are deleted with the cluster, and AKS does not support changes in the group",
        evidence=tuple(evidence(each, "type", each.type or each.id.type) for each in items),
        remediation="Move them into a resource group of their own.",
        commands=(az_at(group, "resource", "list"),),
        severity=Severity.LOW,
    )


def _names_another(subject: Subject, item: InventoryItem) -> bool:
    """Whether the tags that AKS writes name another cluster."""
    named = item.tags.get(_CLUSTER_TAG)
    if named is None:
        return False
    cluster = subject.cluster
    group = item.tags.get(_CLUSTER_GROUP_TAG, cluster.id.resource_group)
    return not (same_text(named, cluster.title) and same_text(group, cluster.id.resource_group))


def _is_stray_machine(subject: Subject, item: InventoryItem) -> bool:
    """Whether it is a machine, or a set of them, that neither AKS nor its own naming claims."""
    return (
        _type(item) in _MACHINES
        and not is_of_cluster(item)
        and item.id.key not in subject.topology.node_by_machine
    )


def _type(item: InventoryItem) -> str:
    return (item.type or item.id.type).lower()


def _top_type(item: InventoryItem) -> str:
    """Return the type of the resource that holds this one, its own if nothing does."""
    return "/".join(_type(item).split("/")[:2])


def _names(items: Iterable[InventoryItem]) -> str:
    return names(each.title for each in items)


def _share(part: Sequence[InventoryItem], whole: Sequence[InventoryItem]) -> str:
    return share(len(part), len(whole), "resource")


check = Check(
    id="node-resource-group",
    title="Infrastructure resource group is the cluster's own",
    group=Group.LIFECYCLE,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
