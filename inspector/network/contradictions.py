"""What in a networking profile and its pools cannot go together.

Sources: AKS "concepts-network-cni-overview", "azure-cni-powered-by-cilium", "configure-dual-stack"
and "configure-azure-cni-static-block-allocation".
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from inspector.network.addresses import parse_range
from inspector.network.models import NetworkModel, pool_model
from inspector.resources import AgentPoolProfile, NetworkProfile, same_text

DUAL_STACK: Final = "dual-stack-without-overlay"
"""The cause that some clusters have from a time when it was allowed."""

_POLICIES_OF_CNI: Final = frozenset({"azure", "cilium"})
_WITH_POD_CIDR: Final = frozenset({NetworkModel.KUBENET, NetworkModel.CNI_OVERLAY})
_WITHOUT_IPV6: Final = {
    NetworkModel.KUBENET: "kubenet",
    NetworkModel.CNI_NODE_SUBNET: "Azure CNI without Overlay",
}


class Field(NamedTuple):
    """A field of the profile, or of a pool, by its wire name, with its value as text."""

    pool: str | None
    name: str
    value: str | None


class Contradiction(NamedTuple):
    """Fields that contradict each other; ``cause`` is a short name of the rule they break."""

    cause: str
    words: str
    fields: tuple[Field, ...]


def contradictions(
    profile: NetworkProfile, pools: Sequence[AgentPoolProfile]
) -> Iterator[Contradiction]:
    """Yield what contradicts itself, each rule once; a profile that is absent breaks none."""
    model = pool_model(profile, None)
    yield from _of_plugin(profile, model)
    yield from _of_pools(profile, model, pools)
    yield from _of_ranges(profile)
    yield from _of_families(profile, model)


def _of_plugin(profile: NetworkProfile, model: NetworkModel) -> Iterator[Contradiction]:
    plugin = _field("networkPlugin", profile.network_plugin)
    is_overlay = same_text(profile.network_plugin_mode, "overlay")
    if is_overlay and profile.network_plugin and model is not NetworkModel.CNI_OVERLAY:
        yield Contradiction(
            "overlay-without-azure",
            f"plugin mode overlay with plugin {profile.network_plugin}",
            (plugin, _field("networkPluginMode", profile.network_plugin_mode)),
        )
    if model in _WITH_POD_CIDR and not profile.all_pod_cidrs:
        yield Contradiction(
            "no-pod-cidr",
            f"no pod CIDR, and {model.words} gives pods addresses from one",
            (plugin, _field("podCidr", profile.pod_cidr), _field("podCidrs", None)),
        )
    if model is not NetworkModel.KUBENET:
        return
    if same_text(profile.network_dataplane, "cilium"):
        yield Contradiction(
            "cilium-with-kubenet",
            "data plane cilium with kubenet",
            (plugin, _field("networkDataplane", profile.network_dataplane)),
        )
    if (profile.network_policy or "").lower() in _POLICIES_OF_CNI:
        yield Contradiction(
            "policy-with-kubenet",
            f"network policy {profile.network_policy} with kubenet, which knows calico alone",
            (plugin, _field("networkPolicy", profile.network_policy)),
        )


def _of_pools(
    profile: NetworkProfile, model: NetworkModel, pools: Sequence[AgentPoolProfile]
) -> Iterator[Contradiction]:
    windows = [each for each in pools if same_text(each.os_type, "Windows")]
    systems = tuple(Field(each.name, "osType", each.os_type) for each in windows)
    plugin = _field("networkPlugin", profile.network_plugin)
    if windows and model is NetworkModel.KUBENET:
        yield Contradiction(
            "windows-with-kubenet", "Windows pools with kubenet", (plugin, *systems)
        )
    elif windows and same_text(profile.network_dataplane, "cilium"):
        dataplane = _field("networkDataplane", profile.network_dataplane)
        yield Contradiction(
            "windows-with-cilium", "Windows pools with data plane cilium", (dataplane, *systems)
        )
    with_subnet = [each for each in pools if each.pod_subnet_id is not None]
    subnets = tuple(
        Field(each.name, "podSubnetID", str(each.pod_subnet_id)) for each in with_subnet
    )
    if with_subnet and model in _WITH_POD_CIDR:
        mode = _field("networkPluginMode", profile.network_plugin_mode)
        yield Contradiction(
            "pod-subnet-unused", f"pod subnets with {model.words}", (plugin, mode, *subnets)
        )
    elif model is NetworkModel.CNI_NODE_SUBNET and 0 < len(with_subnet) < len(pools):
        without = (each for each in pools if each.pod_subnet_id is None)
        bare = (Field(each.name, "podSubnetID", None) for each in without)
        yield Contradiction(
            "mixed-pod-subnets", "pools with and without a pod subnet", (*subnets, *bare)
        )
    blocks = [
        Field(each.name, "podIPAllocationMode", each.pod_ip_allocation_mode)
        for each in pools
        if same_text(each.pod_ip_allocation_mode, "StaticBlock") and each.pod_subnet_id is None
    ]
    if blocks:
        yield Contradiction(
            "blocks-without-pod-subnet", "static blocks without a pod subnet", (*blocks,)
        )


def _of_ranges(profile: NetworkProfile) -> Iterator[Contradiction]:
    for cause, name, single, several in (
        ("pod-cidrs-differ", "podCidr", profile.pod_cidr, profile.pod_cidrs),
        ("service-cidrs-differ", "serviceCidr", profile.service_cidr, profile.service_cidrs),
    ):
        if single and several and not _is_same_range(single, several[0]):
            yield Contradiction(
                cause,
                f"{name} {single}, while {name}s begins with {several[0]}",
                (_field(name, single), _field(f"{name}s", *several)),
            )


def _is_same_range(left: str, right: str) -> bool:
    try:
        return parse_range(left) == parse_range(right)
    except ValueError:
        return left == right


def _of_families(profile: NetworkProfile, model: NetworkModel) -> Iterator[Contradiction]:
    families = tuple(each.lower() for each in profile.ip_families)
    lists = {
        "ipFamilies": (profile.ip_families, families),
        "podCidrs": (profile.pod_cidrs, _families_of(profile.pod_cidrs)),
        "serviceCidrs": (profile.service_cidrs, _families_of(profile.service_cidrs)),
    }
    told = {name: each for name, each in lists.items() if each[0]}
    fields = tuple(_field(name, *written) for name, (written, _) in told.items())
    orders = {order for _, order in told.values()}
    if len({len(order) for order in orders}) > 1:
        numbers = ", ".join(f"{len(order)} in {name}" for name, (_, order) in told.items())
        yield Contradiction("family-counts", f"unequal numbers of families: {numbers}", fields)
    elif len(orders) > 1:
        yield Contradiction(
            "family-order", f"families that differ or change places in {' and '.join(told)}", fields
        )
    if profile.is_dual_stack and model in _WITHOUT_IPV6:
        plugin = _field("networkPlugin", profile.network_plugin)
        yield Contradiction(
            DUAL_STACK, f"dual stack with {_WITHOUT_IPV6[model]}", (plugin, *fields)
        )


def _families_of(ranges: Sequence[str]) -> tuple[str, ...]:
    return tuple("ipv6" if ":" in each else "ipv4" for each in ranges)


def _field(name: str, *value: str | None) -> Field:
    return Field(None, name, ", ".join(filter(None, value)) or None)
