"""Summary, networking profile and infrastructure group."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from inspector.cluster.fingerprint import Agreement
from inspector.renderers.blocks import (
    ABSENT,
    Block,
    Facts,
    Heading,
    Text,
    Tone,
    facts,
    row,
    show,
    table,
)
from inspector.renderers.layout.egress import in_short
from inspector.renderers.layout.missing import lay_out_missing
from inspector.renderers.layout.outcomes import severities, totals
from inspector.report.infrastructure import GroupResource, Infrastructure
from inspector.report.profile import Addon, NetworkingProfile, Pool
from inspector.report.summary import PublicEntry, Summary
from inspector.resource_id import ResourceId
from inspector.resources import same_text
from inspector.wording import count

_MOST_ENTRIES: Final = 10


def lay_out_summary(summary: Summary, most: int | None) -> Iterator[Block]:
    """Yield the cluster at a glance."""
    yield Heading(2, "Summary")
    region = f", {summary.location}" if summary.location else ""
    version = f", Kubernetes {summary.kubernetes_version}" if summary.kubernetes_version else ""
    yield facts(
        ("Cluster", f"{summary.cluster}{region}{version}"),
        ("Network model", _model(summary)),
        ("Nodes", _nodes(summary)),
        ("IP configurations per node", _ips_per_node(summary)),
        ("Public entry points", _entries(summary, most)),
        ("Way out", _ways_out(summary, most)),
        ("Checks", _checks(summary)),
        ("Not visible", _gaps(summary.gaps)),
    )


def _nodes(summary: Summary) -> Text:
    inside = summary.nodes - summary.nodes_outside_pools
    pools = f"{inside} in {count(summary.pools, 'pool')}"
    if summary.pools_stopped:
        pools += f" ({summary.pools_stopped} stopped)"
    if summary.nodes_outside_pools:
        pools += f", {summary.nodes_outside_pools} {summary.outside_pools}"
    if summary.nodes_missing:
        return Text(f"at least {pools}; not all could be seen", Tone.WARNING)
    return Text(pools)


def _ips_per_node(summary: Summary) -> Text:
    counts, unseen = summary.ips_per_node, summary.nodes_unseen
    if not counts:
        return Text("unknown", Tone.WARNING) if summary.nodes_missing else show(None)
    if len(counts) == 1 and not unseen:
        return Text(str(counts[0].ip_configurations))
    words = ", ".join(f"{each.ip_configurations} ({count(each.nodes, 'node')})" for each in counts)
    if unseen:
        return Text(f"{words}, unknown ({count(unseen, 'node')})", Tone.WARNING)
    return Text(words)


def _model(summary: Summary) -> list[Text]:
    lines = [Text(summary.network_model)]
    if summary.model_agreement is Agreement.DIFFERS:
        lines.append(Text("the nodes look different: see Network model", Tone.BAD))
    elif summary.model_agreement is Agreement.UNKNOWN and summary.nodes:
        lines.append(Text("as declared: the nodes do not tell", Tone.WARNING))
    return lines


def _entries(summary: Summary, most: int | None) -> list[Text]:
    lines = [_entry(list(group)) for _, group in groupby(summary.public_entries, key=_door)]
    lines += [
        Text(f"{show(each.address).text}  attached to {each.attached_to}, not followed")
        for each in summary.other_public_addresses
    ]
    if most is not None and len(lines) > _MOST_ENTRIES:
        rest = f"{len(lines) - _MOST_ENTRIES} more of {len(lines)}: see Ways in"
        lines = [*lines[:_MOST_ENTRIES], Text(rest, Tone.MUTED)]
    if summary.entries_missing:
        lines.append(Text("there may be more: not all could be seen", Tone.WARNING))
    return lines or [Text("none")]


def _door(entry: PublicEntry) -> tuple[ResourceId, str | None, str]:
    owner = entry.owner.words if entry.owner is not None else ""
    return entry.id, entry.protocol, owner


def _entry(doors: list[PublicEntry]) -> Text:
    """Return one line for the ports of one address, protocol and owner."""
    _, protocol, owner = _door(doors[0])
    address = show(doors[0].address)
    is_known = isinstance(doors[0].address, str)
    place = address.text if is_known else f"{address.text} ({doors[0].public_ip})"
    ports = ", ".join(str(door.port or "every port") for door in doors if door.port is not None)
    words = (place, f"{protocol or ''} {ports}".strip(), owner)
    return Text("  ".join(filter(None, words)), address.tone)


def _ways_out(summary: Summary, most: int | None) -> list[Text]:
    lines = in_short(summary.ways_out, most, is_all_seen=not summary.ways_out_missing)
    if summary.ways_out_agreement is Agreement.DIFFERS:
        lines.append(Text("not the declared outbound type: see Ways out", Tone.BAD))
    return lines


def _checks(summary: Summary) -> list[Text]:
    lines = [totals(summary.checks)]
    if summary.checks.findings:
        lines.append(Text(f"{severities(summary.checks)}: see Checks"))
    return lines


def _gaps(number: int) -> Text:
    if number == 0:
        return Text("nothing is missing", Tone.GOOD)
    return Text(f"{count(number, 'gap')}, listed at the end", Tone.WARNING)


def lay_out_profile(profile: NetworkingProfile, most: int | None) -> Iterator[Block]:
    """Yield the AKS resource with its networking profile and its pools."""
    yield Heading(2, "AKS resource: networking profile")
    yield _profile_facts(profile)
    yield Heading(3, "Node pools")
    columns = (
        "Pool",
        "Mode",
        "Type",
        "OS",
        "Size",
        "Nodes",
        "Autoscaling",
        "Max pods",
        "Version",
        "State",
        "Subnet",
        "Pod subnet",
        "Node public IP",
    )
    yield table(columns, profile.pools, _pool, most=most)


def _pool(pool: Pool) -> tuple[Text, ...]:
    return row(
        pool.name,
        f"{pool.mode or ABSENT}, Spot" if same_text(pool.priority, "Spot") else pool.mode,
        pool.type,
        pool.os,
        pool.vm_size,
        pool.count,
        pool.autoscaling,
        pool.max_pods,
        pool.version,
        _state(pool),
        _last(pool.subnet) or f"{pool.managed_subnet or 'subnet'} (made by AKS)",
        _pod_subnet(pool),
        pool.node_public_ip_prefix or pool.node_public_ip,
    )


def _state(pool: Pool) -> Text:
    state = pool.power_state or pool.provisioning_state
    if pool.provisioning_state not in {None, "Succeeded"} or state == "Stopped":
        states = dict.fromkeys(filter(None, (pool.power_state, pool.provisioning_state)))
        return Text(", ".join(states), Tone.WARNING)
    return show(state)


def _pod_subnet(pool: Pool) -> str | None:
    if pool.pod_subnet is None:
        return None
    return f"{_last(pool.pod_subnet)} ({pool.pod_ip_allocation or 'dynamic'})"


def _profile_facts(profile: NetworkingProfile) -> Facts:
    routing = profile.http_application_routing
    return facts(
        ("Network plugin", profile.network_plugin),
        ("Network plugin mode", profile.network_plugin_mode),
        ("Network data plane", profile.network_dataplane),
        ("Network policy", profile.network_policy),
        ("IP families", profile.ip_families),
        ("Pod CIDR", profile.pod_cidrs),
        ("Service CIDR", profile.service_cidrs),
        ("DNS service IP", profile.dns_service_ip),
        ("Docker bridge CIDR", profile.docker_bridge_cidr),
        ("DNS prefix", profile.dns_prefix),
        ("FQDN", profile.fqdn),
        ("Load balancer SKU", profile.load_balancer_sku),
        ("Backend pool type", profile.backend_pool_type),
        ("Health probe mode", profile.health_probe_mode),
        ("Outbound type", profile.outbound_type),
        ("Outbound addresses", profile.outbound_addresses),
        ("Outbound ports per node", _ports(profile)),
        ("Node auto-provisioning", profile.node_provisioning),
        ("Virtual nodes, subnet", profile.virtual_nodes_subnet),
        ("HTTP application routing", None if routing is None else _enabled(is_enabled=routing)),
        ("Application routing add-on", _enabled(is_enabled=profile.application_routing)),
        ("Other add-ons", tuple(map(_addon, profile.addons))),
        ("SKU", profile.sku),
        ("Provisioning state", profile.provisioning_state),
        ("Power state", profile.power_state),
        ("Infrastructure resource group", profile.infrastructure_group),
    )


def _ports(profile: NetworkingProfile) -> str | None:
    """Return the ports; 0 is the API's word for leaving it to Azure."""
    ports = profile.allocated_outbound_ports
    if ports is None:
        return None
    return str(ports) if ports else "default (Azure)"


def _enabled(*, is_enabled: bool) -> str:
    return "enabled" if is_enabled else "disabled"


def _addon(addon: Addon) -> str:
    return f"{addon.name} {_enabled(is_enabled=addon.enabled)}"


def _last(resource_id: str | None) -> str | None:
    return resource_id.rsplit("/", 1)[-1] if resource_id is not None else None


def lay_out_infrastructure(infrastructure: Infrastructure, most: int | None) -> Iterator[Block]:
    """Yield the infrastructure resource group with everything in it."""
    yield Heading(2, "Infrastructure resource group")
    yield facts(
        ("Resource group", infrastructure.group),
        ("Location", infrastructure.location),
        ("Managed by", infrastructure.managed_by),
        ("Restriction level", infrastructure.restriction_level),
    )
    yield Heading(3, "Resources")
    columns = ("Name", "Type", "Location", "What it is for")
    yield table(columns, infrastructure.resources, _resource, most=most)
    yield from lay_out_missing(infrastructure.missing)


def _resource(resource: GroupResource) -> tuple[Text, ...]:
    purpose = "not recognised" if resource.purpose is None else resource.purpose
    return row(resource.name, resource.type, resource.location, purpose)
