"""The subnets that a new cluster needs in the user's network, and how large they are.

Sources: AKS "configure-azure-cni-dynamic-ip-allocation" for the second subnet, and
"egress-outboundtype" for what a subnet needs before a cluster is in it.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from inspector.checking import az_at
from inspector.cluster.move_conditions import Condition, Situation, own_subnets
from inspector.cluster.subnet_capacity import Drawer
from inspector.network.address_needs import smallest_prefix
from inspector.network.targets import Target
from inspector.planning.moves.commands import assign_role, principals_of
from inspector.planning.moves.effects import Effects
from inspector.planning.moves.views import Placeholder, Step
from inspector.resource_id import ResourceId
from inspector.resources import Subnet, same_text

NODES: Final = Placeholder(
    name="SUBNET_ID", meaning="the id of the new subnet for nodes, as its command prints it"
)
PODS: Final = Placeholder(
    name="POD_SUBNET_ID", meaning="the id of the new subnet for pods, as its command prints it"
)
_NETWORK: Final = Placeholder(name="NEW_NETWORK", meaning="the name of a new network")
_RANGE: Final = Placeholder(
    name="NETWORK_PREFIX", meaning="its range, which holds the subnets and meets no other network"
)
_TABLE: Final = Placeholder(
    name="ROUTE_TABLE_ID",
    meaning="the id of a route table with the default route of today and no pod routes",
)
_GATEWAY: Final = Placeholder(
    name="NAT_GATEWAY_ID", meaning="the id of the NAT gateway that nodes leave by today"
)


class Guards(NamedTuple):
    """What the subnet of today's nodes has, for the new ones to have it too."""

    security_group: str | None = None
    route_table: str | None = None
    nat_gateway: str | None = None
    is_seen: bool = False


def guards_of(situation: Situation) -> Guards:
    """Return what guards the first subnet of the nodes and leads out of it.

    A table with pod routes of kubenet is no other cluster's: its place is held.
    """
    profile = situation.today.cluster.properties.network_profile
    is_kubenet = same_text(profile.network_plugin, "kubenet")
    way = (profile.outbound_type or "").lower()
    subnets = own_subnets(situation.today)
    found = situation.today.seen(subnets[0], Subnet) if subnets else None
    if found is None:
        table, gateway = None, None
    else:
        properties = found.properties
        table = str(properties.route_table.id) if properties.route_table is not None else None
        gateway = str(properties.nat_gateway.id) if properties.nat_gateway is not None else None
    table = None if is_kubenet else table
    group = found.properties.network_security_group if found is not None else None
    return Guards(
        security_group=str(group.id) if group is not None else None,
        route_table=_TABLE.name if way == "userdefinedrouting" and table is None else table,
        nat_gateway=_GATEWAY.name
        if way == "userassignednatgateway" and gateway is None
        else gateway,
        is_seen=found is not None,
    )


def has_own_subnets(situation: Situation, target: Target) -> bool:
    """Whether the new cluster has subnets that the user makes."""
    return bool(own_subnets(situation.today)) or target is Target.POD_SUBNET


class _Wanted(NamedTuple):
    name: Placeholder
    prefix: Placeholder
    id: Placeholder


def make_subnets(situation: Situation, target: Target, effects: Effects) -> Iterator[Step]:
    """Yield the step that makes what subnets the new cluster needs, each of its size."""
    if not has_own_subnets(situation, target):
        return
    drawers = (Drawer.NODES, Drawer.PODS) if target is Target.POD_SUBNET else (Drawer.NODES,)
    wanted = [_wanted(effects, each) for each in drawers]
    guards, network = guards_of(situation), _network(situation)
    commands = [] if network is not None else [_make_network(situation)]
    commands += [_make(situation, network, each, guards) for each in wanted]
    principals = [e for e in principals_of(situation.today.cluster)[:1] if _is_users(situation)]
    commands += [assign_role(principal, e.id.name) for principal in principals for e in wanted]
    held = [part for each in wanted for part in (each.name, each.prefix)]
    held += [each.id for each in wanted] if principals else []
    held += [_NETWORK, _RANGE] if network is None else []
    held += [e for e in (_TABLE, _GATEWAY) if e.name in guards]
    settled = {Target.NODE_SUBNET: Condition.NODE_SUBNET, Target.POD_SUBNET: Condition.POD_SUBNET}
    several = len(wanted) > 1
    yield Step(
        title="Make two subnets, for nodes and for pods" if several else "Make a subnet for nodes",
        settles=tuple(c for each, c in settled.items() if each is target),
        effect="They guard and lead as the nodes' subnet of today, and stand beside it."
        if several
        else "It guards and leads as the nodes' subnet of today, and stands beside it.",
        commands=tuple(commands),
        placeholders=tuple(held),
        watch="the network's address space: a range may have to be added to it first; firewalls "
        "and allow-lists that name the subnet of today",
    )


def _wanted(effects: Effects, drawer: Drawer) -> _Wanted:
    word = "pods" if drawer is Drawer.PODS else "nodes"
    part = "POD" if drawer is Drawer.PODS else "NODE"
    length = size_of(effects, drawer)
    size = f"a /{length} or larger" if length is not None else "a range"
    return _Wanted(
        Placeholder(name=f"{part}_SUBNET", meaning=f"the name of the new subnet for {word}"),
        Placeholder(name=f"{part}_PREFIX", meaning=f"{size} of the network that no subnet has"),
        PODS if drawer is Drawer.PODS else NODES,
    )


def size_of(effects: Effects, drawer: Drawer) -> int | None:
    """Return the prefix of the subnet that the new cluster needs; ``None`` where not told."""
    made = (e for e in effects.addresses.subnets if e.id is None and e.role is drawer)
    first = next(made, None)
    if first is not None:
        return first.smallest_prefix
    needed = effects.addresses.after.maximum_and_upgrade.number
    return smallest_prefix(needed) if needed else None


def _network(situation: Situation) -> ResourceId | None:
    subnets = own_subnets(situation.today)
    return subnets[0].parent if subnets else None


def _is_users(situation: Situation) -> bool:
    """Whether the identity is the user's, which gets no role by itself."""
    return bool(situation.today.cluster.identity.user_assigned_identities)


def _make_network(situation: Situation) -> str:
    cluster = situation.today.cluster
    return az_at(
        cluster.id,
        "network",
        "vnet",
        "create",
        name=_NETWORK.name,
        location=cluster.location,
        address_prefixes=_RANGE.name,
    )


def _make(situation: Situation, network: ResourceId | None, wanted: _Wanted, guards: Guards) -> str:
    return az_at(
        network or situation.today.cluster.id,
        "network",
        "vnet",
        "subnet",
        "create",
        vnet_name=network.name if network is not None else _NETWORK.name,
        name=wanted.name.name,
        address_prefixes=wanted.prefix.name,
        network_security_group=guards.security_group,
        route_table=guards.route_table,
        nat_gateway=guards.nat_gateway,
        query="id",
    )
