"""What the commands for a new cluster do not carry over from this one."""

from collections.abc import Iterator
from typing import Final

from inspector.cluster.move_conditions import Situation, own_subnets
from inspector.network.models import is_gateway
from inspector.network.targets import Target
from inspector.nodes import pool_profiles
from inspector.planning.moves.new_cluster.network import is_cilium
from inspector.planning.moves.new_cluster.subnets import guards_of, has_own_subnets
from inspector.resources import AgentPoolProfile, NetworkProfile, Subnet, same_text
from inspector.wording import names

_REST: Final = (
    "what is not read here, such as tags, SSH keys, disk encryption, upgrade channels, "
    "maintenance windows, monitoring and Defender"
)


def not_carried(situation: Situation, target: Target) -> tuple[str, ...]:
    """Return what the new cluster lacks, what keeps others out or lets traffic out first."""
    found = [*_network(situation, target), *_pools(situation, target), *_identity(situation)]
    add_ons = [
        name
        for name, each in sorted(situation.today.cluster.properties.addon_profiles.items())
        if each.enabled
    ]
    if situation.today.cluster.properties.ingress_profile.web_app_routing.enabled:
        add_ons.append("application routing")
    found += [f"add-ons: {names(add_ons)}"] if add_ons else []
    return (*found, _REST)


def _network(situation: Situation, target: Target) -> Iterator[str]:
    properties = situation.today.cluster.properties
    profile = properties.network_profile
    subnets = own_subnets(situation.today)
    if subnets and not guards_of(situation).is_seen:
        yield f"what guards subnet {subnets[0].name}, which was not seen: look before you make one"
    if subnets and same_text(profile.network_plugin, "kubenet"):
        yield "routes of your own in the table with the pod routes"
    elif len(subnets) > 1 and len(set(_guards_of_each(situation))) > 1:
        yield f"guards of {names(e.name for e in subnets[1:])} that differ from {subnets[0].name}'s"
    if has_own_subnets(situation, target) and len(subnets) > 1:
        yield "a subnet for each pool: all pools are in one"
    if profile.is_dual_stack:
        yield "IPv6 on nodes, pods and services"
    if not same_text(profile.load_balancer_sku, "Standard"):
        yield "the Basic load balancer: a new one is Standard"
    yield from _ways_out(profile)
    aad = properties.aad_profile
    if aad is not None and not aad.managed:
        yield "sign-in by Entra ID of the old kind"
    if is_cilium(situation, target) and _is_old_engine(profile):
        yield f"network policy engine {profile.network_policy}: Cilium takes its place"


def _is_old_engine(profile: NetworkProfile) -> bool:
    return (profile.network_policy or "none").lower() not in {"none", "cilium"}


def _guards_of_each(situation: Situation) -> Iterator[tuple[object, ...]]:
    for each in own_subnets(situation.today):
        found = situation.today.seen(each, Subnet)
        if found is not None:
            fields = found.properties
            yield (fields.network_security_group, fields.route_table, fields.nat_gateway)


def _ways_out(profile: NetworkProfile) -> Iterator[str]:
    way = (profile.outbound_type or "loadBalancer").lower()
    if way in {"loadbalancer", "managednatgateway"}:
        yield "the public addresses that others see its traffic come from: allow-lists need the new"


def _pools(situation: Situation, target: Target) -> Iterator[str]:
    for pool in pool_profiles(situation.supposed):
        yield from _pool(pool)
        if is_cilium(situation, target) and same_text(pool.os_type, "Windows"):
            yield f"pool {pool.name}: Cilium has no Windows nodes"


def _pool(pool: AgentPoolProfile) -> Iterator[str]:
    if is_gateway(pool):
        yield f"pool {pool.name}, a gateway for static egress"
        return
    if same_text(pool.type, "AvailabilitySet"):
        yield f"the availability set of pool {pool.name}: a new pool is a scale set"
    if len(pool.virtual_machine_nodes_status) > 1:
        sizes = names(each.size or "?" for each in pool.virtual_machine_nodes_status[1:])
        yield f"the further sizes of pool {pool.name}: {sizes}"
    if pool.node_count is None or (pool.vm_size is None and not pool.virtual_machine_nodes_status):
        yield f"number or size of the nodes of pool {pool.name}, which ARM does not tell"
    if pool.network_profile.allowed_host_ports:
        yield f"host ports that pool {pool.name} opens"
    if same_text(pool.scale_set_priority, "Spot"):
        yield f"eviction policy and highest price of Spot pool {pool.name}"


def _identity(situation: Situation) -> Iterator[str]:
    cluster = situation.today.cluster
    if cluster.identity.type is None:
        yield "the service principal: the new cluster has a managed identity, without its roles"
    elif not cluster.identity.user_assigned_identities:
        yield "roles of the system-assigned identity: the new one's has none of them"
    yield "rights of the nodes' identity, as on registries"
