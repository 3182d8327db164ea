"""How a cluster's document shows that it uses a feature.

Sources: AKS "upgrade-node-image" and the tables of node images for the image names; the API's
description of ``osSKU``.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from inspector.cluster.retirements.table import Retirement
from inspector.resources import AgentPoolProfile, ManagedCluster, same_text

_IMAGE: Final = re.compile(
    r"AKS(?:Ubuntu[a-z]*-(?P<ubuntu>\d{4})"
    r"|(?:AzureLinux|CBLMariner)-[a-z]*V(?P<azurelinux>\d)"
    r"|Windows-(?P<windows>[0-9a-z]+)"
    r"|(?P<flatcar>Flatcar))",
    re.IGNORECASE,
)
_ANNUAL: Final = re.compile(r"\d\dH\d", re.IGNORECASE)
_PLAIN_SKUS: Final = {"ubuntu": "ubuntu", "azurelinux": "azurelinux"} | dict.fromkeys(
    ("cblmariner", "mariner"), "azurelinux"
)
"""The OS SKUs that leave the version to AKS, with the system they stand for."""

_NETWORK: Final = "properties.networkProfile"


class Use(msgspec.Struct, frozen=True):
    """A field that shows a feature in use, of the cluster or of a pool, as ARM has it."""

    field: str
    value: str | bool
    pool: str | None = None


class Usage(msgspec.Struct, frozen=True):
    """Where a feature is in use; ``untold`` says why it may be without ARM telling."""

    uses: tuple[Use, ...] = ()
    untold: tuple[str, ...] = ()


def usage_of(retirement: Retirement, cluster: ManagedCluster) -> Usage:
    """Return where the cluster uses the feature; nothing where another check tells that."""
    if retirement.predicate is None:
        return Usage()
    return PREDICATES[retirement.predicate](cluster)


def operating_system(pool: AgentPoolProfile) -> tuple[str, Use] | None:
    """Return a pool's system with its version, folded, and what told it: ``ubuntu2204``.

    The image is what nodes run; the SKU tells where it names a version. ``None`` if neither does.
    """
    match = _IMAGE.match(pool.node_image_version or "")
    if match is not None and match.lastgroup is not None:
        system, version = match.lastgroup, match[match.lastgroup].lower()
        if _ANNUAL.fullmatch(version):
            version = "annual"
        found = system if system == "flatcar" else f"{system}{version}"
        return found, Use("properties.nodeImageVersion", pool.node_image_version or "", pool.name)
    sku = (pool.os_sku or "").lower()
    if sku and sku not in _PLAIN_SKUS:
        return sku, Use("properties.osSKU", pool.os_sku or "", pool.name)
    return None


def _runs(family: str, version: str = "") -> Callable[[ManagedCluster], Usage]:
    """Return the predicate of pools that run a version of an operating system."""

    def told(cluster: ManagedCluster) -> Usage:
        uses, untold = [], []
        for pool in _pools(cluster):
            found = operating_system(pool)
            if found is None and _may_run(pool, family):
                untold.append(f"ARM does not tell the node image of pool {pool.name}")
            elif found is not None and found[0] == f"{family}{version}":
                uses.append(found[1])
        return Usage(tuple(uses), tuple(untold))

    return told


def _may_run(pool: AgentPoolProfile, family: str) -> bool:
    """Whether a pool whose version is not told may run a system of the family.

    Without an OS SKU Linux is Ubuntu, and the version of Windows follows from that of Kubernetes.
    """
    if same_text(pool.os_type, "Windows"):
        return family == "windows"
    return _PLAIN_SKUS.get((pool.os_sku or "ubuntu").lower()) == family


def _availability_set(cluster: ManagedCluster) -> Usage:
    """Find pools on availability sets; documents of 2018 tell no type."""
    return Usage(
        _of_pools(
            "properties.type",
            (
                (pool, pool.type)
                for pool in _pools(cluster)
                if same_text(pool.type, "AvailabilitySet")
            ),
        ),
        tuple(
            f"ARM does not tell the type of pool {pool.name}"
            for pool in _pools(cluster)
            if pool.type is None
        ),
    )


def _custom_ca_trust(cluster: ManagedCluster) -> Usage:
    """Find pools with the preview field, which only preview versions of the API return."""
    pools = ((pool, pool.enable_custom_ca_trust) for pool in _pools(cluster))
    return Usage(
        _of_pools("properties.enableCustomCATrust", (each for each in pools if each[1] is True))
    )


def _kubenet(cluster: ManagedCluster) -> Usage:
    plugin = cluster.properties.network_profile.network_plugin
    if plugin is None:  # clusters of 2018
        return Usage(untold=("ARM does not tell the cluster's network plugin",))
    is_in_use = same_text(plugin, "kubenet")
    return Usage((Use(f"{_NETWORK}.networkPlugin", plugin),) if is_in_use else ())


def _network_policy_manager(os_type: str) -> Callable[[ManagedCluster], Usage]:
    """Return the predicate of Azure's policy engine on pools of an operating system."""

    def told(cluster: ManagedCluster) -> Usage:
        profile = cluster.properties.network_profile
        policy = profile.network_policy
        if not same_text(policy, "azure") or same_text(profile.network_dataplane, "cilium"):
            return Usage()
        pools = ((each, each.os_type) for each in _pools(cluster))
        found = _of_pools("properties.osType", (p for p in pools if same_text(p[1], os_type)))
        return Usage((Use(f"{_NETWORK}.networkPolicy", policy or ""), *found) if found else ())

    return told


def _app_routing_nginx(cluster: ManagedCluster) -> Usage:
    """Find the add-on; it may run controllers beside its default one, which ARM does not show."""
    add_on = cluster.properties.ingress_profile.web_app_routing
    if not add_on.enabled:
        return Usage()
    if same_text(add_on.nginx.default_ingress_controller_type, "None"):
        reason = "ARM does not tell whether the application routing add-on runs NGINX controllers"
        return Usage(untold=(reason,))
    return Usage((Use("properties.ingressProfile.webAppRouting.enabled", True),))


def _open_service_mesh(cluster: ManagedCluster) -> Usage:
    return Usage(
        tuple(
            Use(f"properties.addonProfiles.{name}.enabled", True)
            for name, add_on in cluster.properties.addon_profiles.items()
            if add_on.enabled and same_text(name, "openServiceMesh")
        )
    )


def _pools(cluster: ManagedCluster) -> tuple[AgentPoolProfile, ...]:
    return cluster.properties.agent_pool_profiles


def _of_pools(
    field: str, found: Iterable[tuple[AgentPoolProfile, str | bool | None]]
) -> tuple[Use, ...]:
    return tuple(Use(field, value, pool.name) for pool, value in found if value is not None)


PREDICATES: Final[Mapping[str, Callable[[ManagedCluster], Usage]]] = {
    "app-routing-nginx": _app_routing_nginx,
    "availability-set": _availability_set,
    "azure-linux-2": _runs("azurelinux", "2"),
    "custom-ca-trust": _custom_ca_trust,
    "flatcar": _runs("flatcar"),
    "kubenet": _kubenet,
    "npm-linux": _network_policy_manager("Linux"),
    "npm-windows": _network_policy_manager("Windows"),
    "open-service-mesh": _open_service_mesh,
    "ubuntu-20-04": _runs("ubuntu", "2004"),
    "ubuntu-22-04": _runs("ubuntu", "2204"),
    "windows-2019": _runs("windows", "2019"),
    "windows-2022": _runs("windows", "2022"),
    "windows-annual": _runs("windows", "annual"),
}
"""The predicates by name; a name is also the cause of the finding."""
