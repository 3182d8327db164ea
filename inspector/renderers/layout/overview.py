"""Summary, networking profile and infrastructure group."""

from collections.abc import Iterator
from itertools import groupby

from inspector.findings import Status
from inspector.renderers.blocks import (
    Block,
    Facts,
    Heading,
    Text,
    Tone,
    count,
    facts,
    join,
    row,
    show,
    table,
)
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report.infrastructure import GroupResource, Infrastructure
from inspector.report.profile import Addon, NetworkingProfile, Pool
from inspector.report.summary import PublicEntry, Summary, Verdict

STATUS_TONES = {
    Status.PASSED: Tone.GOOD,
    Status.FAILED: Tone.BAD,
    Status.UNKNOWN: Tone.WARNING,
    Status.SKIPPED: Tone.MUTED,
}


def lay_out_summary(summary: Summary) -> Iterator[Block]:
    """Yield the cluster at a glance."""
    yield Heading(2, "Summary")
    region = f", {summary.location}" if summary.location else ""
    version = f", Kubernetes {summary.kubernetes_version}" if summary.kubernetes_version else ""
    yield facts(
        ("Cluster", f"{summary.cluster}{region}{version}"),
        ("Network model", summary.network_model),
        ("Nodes", _nodes(summary)),
        ("IP configurations per node", _ips_per_node(summary)),
        ("Public entry points", _entries(summary)),
        ("Way out", _way_out(summary)),
        *((f"Check {each.check}", _verdict(each)) for each in summary.verdicts),
        ("Not visible", _gaps(summary.gaps)),
    )


def _nodes(summary: Summary) -> Text:
    pools = f"in {count(summary.pools, 'pool')}"
    if summary.nodes_missing:
        return Text(f"at least {summary.nodes} {pools}; not all could be seen", Tone.WARNING)
    return Text(f"{summary.nodes} {pools}")


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


def _entries(summary: Summary) -> list[Text]:
    lines = [_entry(list(group)) for _, group in groupby(summary.public_entries, key=_door)]
    lines += [
        Text(f"{show(each.address).text}  attached to {each.attached_to}, not followed")
        for each in summary.other_public_addresses
    ]
    if summary.entries_missing:
        lines.append(Text("there may be more: not all could be seen", Tone.WARNING))
    return lines or [Text("none")]


def _door(entry: PublicEntry) -> tuple[str, str | None, str]:
    owner = entry.owner.words if entry.owner is not None else ""
    return entry.public_ip, entry.protocol, owner


def _entry(doors: list[PublicEntry]) -> Text:
    """Return one line for the ports of one address, protocol and owner."""
    name, protocol, owner = _door(doors[0])
    address = show(doors[0].address)
    place = address.text if isinstance(doors[0].address, str) else f"{address.text} ({name})"
    ports = ", ".join(str(door.port or "every port") for door in doors if door.port is not None)
    words = (place, f"{protocol or ''} {ports}".strip(), owner)
    return Text("  ".join(filter(None, words)), address.tone)


def _way_out(summary: Summary) -> Text:
    if not summary.outbound_addresses:
        return Text(summary.way_out)
    addresses = join(map(show, summary.outbound_addresses))
    word = "to" if summary.way_out == "user-defined routing" else "from"
    return Text(f"{summary.way_out}, {word} {addresses.text}", addresses.tone)


def _verdict(verdict: Verdict) -> Text:
    return Text(f"{verdict.status}: {verdict.message}", STATUS_TONES[verdict.status])


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
    )
    yield table(columns, profile.pools, _pool, most=most)


def _pool(pool: Pool) -> tuple[Text, ...]:
    return row(
        pool.name,
        pool.mode,
        pool.type,
        pool.os,
        pool.vm_size,
        pool.count,
        pool.autoscaling,
        pool.max_pods,
        pool.version,
        pool.power_state or pool.provisioning_state,
        _last(pool.subnet) or "made by AKS",
        _last(pool.pod_subnet),
    )


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
        ("Private FQDN", profile.private_fqdn),
        ("Load balancer SKU", profile.load_balancer_sku),
        ("Backend pool type", profile.backend_pool_type),
        ("Outbound type", profile.outbound_type),
        ("HTTP application routing", None if routing is None else _enabled(is_enabled=routing)),
        ("Application routing add-on", _enabled(is_enabled=profile.application_routing)),
        ("Other add-ons", tuple(map(_addon, profile.addons))),
        ("API server access", profile.api_server_access),
        ("Authorized IP ranges", profile.authorized_ip_ranges),
        ("Private DNS zone", profile.private_dns_zone),
        ("Provisioning state", profile.provisioning_state),
        ("Power state", profile.power_state),
        ("Infrastructure resource group", profile.infrastructure_group),
    )


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
    )
    yield Heading(3, "Resources")
    columns = ("Name", "Type", "Location", "What it is for")
    yield table(columns, infrastructure.resources, _resource, most=most)
    yield from lay_out_missing(infrastructure.missing)


def _resource(resource: GroupResource) -> tuple[Text, ...]:
    purpose = "not recognised" if resource.purpose is None else resource.purpose
    return row(resource.name, resource.type, resource.location, purpose)
