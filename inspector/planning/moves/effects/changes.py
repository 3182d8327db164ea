"""What a move changes in ARM: fields of the cluster, route tables, interfaces, scale sets."""

from collections.abc import Iterable, Iterator
from typing import Final

from inspector.cluster.node_addresses import PoolNodes, node_addresses
from inspector.network.address_needs import addresses_per_node
from inspector.network.models import NetworkModel, is_gateway
from inspector.network.targets import Target
from inspector.planning.moves.effects.move import Move, Way
from inspector.planning.moves.effects.pod_range import PodCIDRChoice, PodCIDRProposal
from inspector.planning.moves.effects.route_tables import TableChange, tables_of
from inspector.report.answer import TextAnswer, Unknown, View, noting, unknown_of
from inspector.resource_id import ResourceId
from inspector.resources import ScaleSet, same_text
from inspector.wording import count

OVERLAY_TAG: Final = "aks-managed-azure-cni-overlay"
"""What scale sets of an Overlay cluster carry (seen in exported templates of such clusters)."""

_PROFILE: Final = "properties.networkProfile"


class FieldChange(View, frozen=True):
    """A field of a resource before and after; ``None`` where it is not there.

    ``step`` is the update that changes it, ``None`` where ``after`` is what a new cluster has.
    """

    resource: ResourceId
    field: str
    before: str | None
    after: TextAnswer
    step: Target | None


class InterfaceChange(View, frozen=True):
    """The IPv4 configurations of a pool's nodes; ``pool`` is ``None`` for nodes of no pool.

    ``before`` counts the configurations of all ``interfaces``; both are unknown while nodes may be
    hidden. ``after`` is what one node then has, ``None`` where that cannot be told. ``freed`` is
    how many addresses each subnet gets back, empty while nodes may be hidden.
    """

    pool: str | None
    interfaces: int | Unknown
    before: int | Unknown
    after: int | None
    freed: tuple["FreedAddresses", ...]


class FreedAddresses(View, frozen=True):
    """Addresses of a subnet that no interface of a pool holds any more."""

    subnet: ResourceId
    addresses: int


class TagChange(View, frozen=True):
    """A tag that a scale set gets."""

    id: ResourceId
    name: str
    tag: str
    value: str


class Changes(View, frozen=True):
    """What changes in ARM; while ``missing`` is not empty there may be more.

    Fields come by step, tables, interfaces and tags by id or in the cluster's order.
    """

    fields: tuple[FieldChange, ...]
    route_tables: tuple[TableChange, ...]
    interfaces: tuple[InterfaceChange, ...]
    tags: tuple[TagChange, ...]
    notes: tuple[str, ...]
    missing: tuple[Unknown, ...]


def changes_of(move: Move, proposal: PodCIDRProposal | None) -> Changes:
    """Return what a move changes; of a new cluster, in what it differs from this one."""
    missing: list[Unknown] = []
    is_update = move.way is Way.IN_PLACE and move.changes_addresses
    tables = tuple(tables_of(move, missing)) if is_update else ()
    interfaces = tuple(_interfaces(move, missing)) if move.changes_addresses else ()
    return Changes(
        fields=tuple(_fields(move, proposal)),
        route_tables=tables,
        interfaces=interfaces,
        tags=tuple(_tags(move, missing)) if is_update else (),
        notes=tuple(_notes(move, tables)),
        missing=tuple(dict.fromkeys(missing)),
    )


def _fields(move: Move, proposal: PodCIDRProposal | None) -> Iterator[FieldChange]:
    if move.way is Way.NEW_CLUSTER:
        yield from _of_new_cluster(move, proposal)
    for step in move.path:
        yield from _of_step(move, step, proposal)


def _of_step(move: Move, step: Target, proposal: PodCIDRProposal | None) -> Iterator[FieldChange]:
    profile = move.today.cluster.properties.network_profile
    if step is Target.OVERLAY:
        yield from _changed(move, "networkPlugin", profile.network_plugin, "azure", step)
        yield from _changed(move, "networkPluginMode", profile.network_plugin_mode, "overlay", step)
        yield from _pod_cidr(move, proposal, step)
    if step is Target.CILIUM:
        yield from _changed(move, "networkDataplane", profile.network_dataplane, "cilium", step)
        if _has_policy_engine(move):
            yield from _changed(move, "networkPolicy", profile.network_policy, "cilium", step)


def _has_policy_engine(move: Move) -> bool:
    """Whether a policy engine other than Cilium's is installed."""
    policy = move.today.cluster.properties.network_profile.network_policy or "none"
    return not same_text(policy, "none") and not same_text(policy, "cilium")


def _of_new_cluster(move: Move, proposal: PodCIDRProposal | None) -> Iterator[FieldChange]:
    profile = move.today.cluster.properties.network_profile
    mode = "overlay" if move.after is NetworkModel.CNI_OVERLAY else None
    yield from _changed(move, "networkPlugin", profile.network_plugin, "azure", None)
    yield from _changed(move, "networkPluginMode", profile.network_plugin_mode, mode, None)
    yield from _pod_cidr(move, proposal, None)
    if move.to is Target.CILIUM:
        yield from _changed(move, "networkDataplane", profile.network_dataplane, "cilium", None)
        if _has_policy_engine(move):
            yield from _changed(move, "networkPolicy", profile.network_policy, "cilium", None)
    if profile.is_dual_stack:
        families = ", ".join(profile.ip_families) or "IPv4, IPv6"
        yield from _changed(move, "ipFamilies", families, "IPv4", None)
    if profile.load_balancer_sku is not None:
        yield from _changed(move, "loadBalancerSku", profile.load_balancer_sku, "standard", None)
    if move.to is Target.POD_SUBNET:
        yield FieldChange(
            resource=move.today.cluster.id,
            field="properties.agentPoolProfiles[].podSubnetID",
            before=None,
            after="a subnet of pods alone",
            step=None,
        )


def _pod_cidr(
    move: Move, proposal: PodCIDRProposal | None, step: Target | None
) -> Iterator[FieldChange]:
    """Yield the change of the pod CIDR; one that cannot be told is unknown, not as it was."""
    ranges = move.today.cluster.properties.network_profile.all_pod_cidrs
    before = next((each for each in ranges if ":" not in each), None)
    after: TextAnswer = proposal.cidr if proposal is not None else None
    if proposal is not None and proposal.choice in {
        PodCIDRChoice.UNKNOWN,
        PodCIDRChoice.NONE_LEFT,
    }:
        place = str(move.today.cluster.id)
        after = Unknown(unknown=place, reason=proposal.reason, action=_action(proposal))
    yield from _changed(move, "podCidr", before, after, step)


def _action(proposal: PodCIDRProposal) -> str:
    return next((each.action for each in proposal.missing), "a pod CIDR of your choice")


def _changed(
    move: Move, field: str, before: str | None, after: TextAnswer, step: Target | None
) -> Iterator[FieldChange]:
    """Yield a field of the network profile unless it stays as it is."""
    if isinstance(after, Unknown) or not same_text(before or "", after or ""):
        resource = move.today.cluster.id
        name = f"{_PROFILE}.{field}"
        yield FieldChange(resource=resource, field=name, before=before, after=after, step=step)


def _interfaces(move: Move, missing: list[Unknown]) -> Iterator[InterfaceChange]:
    """Yield the pools whose nodes then have another number of addresses."""
    hidden = tuple(map(unknown_of, move.today.hidden_nodes))
    missing += hidden
    for pool in move.today.once(node_addresses):
        missing += map(unknown_of, pool.missing)
        unseen = next(iter((*hidden, *map(unknown_of, pool.missing))), None)
        planned, after = (_per_node(each, pool) for each in (move.before, move.after))
        has_nodes = bool(pool.nodes) or unseen is not None
        if has_nodes and planned != after and not is_gateway(pool.profile):
            is_freed = after == 1 and move.way is Way.IN_PLACE
            yield InterfaceChange(
                pool=pool.name,
                interfaces=unseen or len(pool.nodes),
                before=unseen or sum(len(each.ipv4) for each in pool.nodes),
                after=after,
                freed=tuple(_freed(pool)) if is_freed and unseen is None else (),
            )


def _per_node(model: NetworkModel, pool: PoolNodes) -> int | None:
    max_pods = pool.profile.max_pods if pool.profile is not None else None
    return addresses_per_node(model, max_pods).node_subnet


def _freed(pool: PoolNodes) -> Iterator[FreedAddresses]:
    """Yield what the subnets get back when each node keeps its first configuration alone."""
    freed: dict[ResourceId, int] = {}
    for node in pool.nodes:
        for each in node.ipv4[1:]:
            if each.properties.subnet is not None:
                subnet = each.properties.subnet.id
                freed[subnet] = freed.get(subnet, 0) + 1
    for subnet in sorted(freed):
        yield FreedAddresses(subnet=subnet, addresses=freed[subnet])


def _tags(move: Move, missing: list[Unknown]) -> Iterator[TagChange]:
    if Target.OVERLAY not in move.path:
        return
    group = move.today.cluster.infrastructure_group
    if group is not None:
        with noting(missing):
            move.today.listed(group, ScaleSet)
    for each in move.today.all(ScaleSet):
        if OVERLAY_TAG not in {tag.lower() for tag in each.tags}:
            yield TagChange(id=each.id, name=each.title, tag=OVERLAY_TAG, value="true")


def _notes(move: Move, tables: Iterable[TableChange]) -> Iterator[str]:
    """Yield what the lists do not say."""
    if move.way is Way.NEW_CLUSTER:
        yield (
            "This cluster stays as it is until you delete it; the new one is built beside it, with "
            "what the commands of the steps name and nothing else."
        )
    if move.path:
        yield "Every pod restarts with another address; addresses of nodes may change as well."
    if Target.OVERLAY in move.path and _has_policy_engine(move):
        yield "The policy engine has to be off during the update, and comes back only by your hand."
    for each in tables:
        if each.is_deleted and each.others:
            routes = count(len(each.others), "route")
            yield (
                f"{each.name} is AKS's own table and is deleted with {routes} that the cluster did "
                "not write."
            )
        if each.shared_with:
            yield (
                f"{each.name} is also on {count(len(each.shared_with), 'subnet')} without nodes of "
                "the cluster: the update has failed over that (azure-aks-docs issue 334). Take the "
                "table off them first."
            )
        if not each.is_deleted:
            yield (
                f"{each.name} is yours and stays. Whether it stays on the nodes' subnets is not "
                "documented: look at the association after the update."
            )
