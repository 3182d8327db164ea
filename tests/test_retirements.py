"""The table of retirements, and how a cluster's document shows that it uses what is in it."""

from datetime import date
from typing import Any

import pytest

from inspector.cluster.retirements import PREDICATES, RETIREMENTS, Retirement, Usage, Use, usage_of
from inspector.cluster.retirements.predicates import operating_system
from inspector.resources import AgentPoolProfile, ManagedCluster
from inspector.topology import Topology
from tests.odd_clusters import Draft

DATES = {
    "the Basic load balancer": "2025-09-30",
    "availability sets": "2025-09-30",
    "Azure Linux 2.0": "2025-11-30 2026-03-31",
    "Windows Server 2019": "2026-03-01 2027-04-01",
    "default outbound access of new networks": "2026-03-31",
    "Windows Server Annual Channel": "2026-05-15 2027-05-15",
    "Flatcar Container Linux (preview)": "2026-06-08 2026-09-08",
    "the pool field enableCustomCATrust (preview)": "2026-09-14",
    "Azure Network Policy Manager on Windows": "2026-09-30",
    "NGINX of the application routing add-on": "2026-11-30",
    "Ubuntu 20.04": "2027-03-17 2027-03-17",
    "Ubuntu 22.04": "2027-06-30 2028-04-30",
    "the Open Service Mesh add-on": "2027-09-30",
    "kubenet": "2028-03-31",
    "Windows Server 2022": "2028-06-30 2029-06-30",
    "Azure Network Policy Manager on Linux": "2028-09-30",
}
"""The day of retirement and, after it, the day the node images go, as AKS announced them."""


def cluster_of(draft: Draft) -> ManagedCluster:
    return Topology(draft.snapshot()).cluster


def with_profile(**fields: Any) -> ManagedCluster:
    draft = Draft("cni-overlay")
    draft.network_profile.update(fields)
    return cluster_of(draft)


def with_pool(**fields: Any) -> ManagedCluster:
    """Return a cluster of one pool, its fields changed; ``None`` takes a field out."""
    draft = Draft("cni-nodesubnet")
    draft.cluster["properties"]["agentPoolProfiles"][0].update(fields)
    return cluster_of(draft)


def with_properties(**fields: Any) -> ManagedCluster:
    draft = Draft("cni-nodesubnet")
    draft.cluster["properties"].update(fields)
    return cluster_of(draft)


def in_use(cluster: ManagedCluster) -> dict[str, Usage]:
    """Return the usage of what is in use, or may be, by predicate."""
    found = {each.predicate: usage_of(each, cluster) for each in RETIREMENTS}
    return {name: usage for name, usage in found.items() if name and usage != Usage()}


def test_the_dates_are_those_announced() -> None:
    told = {
        each.feature: " ".join(map(str, filter(None, (each.retired_on, each.images_removed_on))))
        for each in RETIREMENTS
    }
    assert told == DATES


def test_rows_are_in_order_and_images_go_with_the_retirement_or_after_it() -> None:
    days = [each.retired_on for each in RETIREMENTS]
    assert days == sorted(days)
    for each in RETIREMENTS:
        assert each.images_removed_on is None or each.images_removed_on >= each.retired_on


def test_each_row_is_found_by_a_predicate_of_its_own_or_told_by_another_check() -> None:
    named = [each.predicate for each in RETIREMENTS if each.predicate is not None]
    assert sorted(named) == sorted(PREDICATES)
    for each in RETIREMENTS:
        assert (each.predicate is None) is (each.told_by is not None)
        assert each.source.startswith("https://")
        assert each.replacement.endswith(".")


def test_what_another_check_tells_is_never_in_use() -> None:
    row = Retirement(
        feature="x",
        predicate=None,
        retired_on=date(2026, 1, 1),
        replacement="y",
        source="z",
        told_by="w",
    )
    assert usage_of(row, with_pool()) == Usage()


@pytest.mark.parametrize(
    ("image", "system"),
    [
        ("AKSUbuntu-2204gen2containerd-202502.09.0", "ubuntu2204"),
        ("AKSUbuntu-2004fipscontainerd-202502.09.0", "ubuntu2004"),
        ("AKSUbuntu-2404gen2arm64containerd-202502.09.0", "ubuntu2404"),
        ("AKSUbuntuEdgeZone-2204gen2containerd-202512.18.0", "ubuntu2204"),
        ("AKSAzureLinux-V2gen2-202512.06.0", "azurelinux2"),
        ("AKSAzureLinux-V3gen2TL-202505.27.0", "azurelinux3"),
        ("AKSAzureLinux-OSGuardV3gen2fipsTL-202512.18.0", "azurelinux3"),
        ("AKSCBLMariner-V2katagen2-202503.13.0", "azurelinux2"),
        ("AKSCBLMariner-V1-202201.01.0", "azurelinux1"),
        ("AKSWindows-2019-containerd-17763.7314.250518", "windows2019"),
        ("AKSWindows-2022-containerd-20348.3207.250210", "windows2022"),
        ("AKSWindows-23H2-gen2-25398.1611.250518", "windowsannual"),
        ("AKSFlatcar-flatcargen2-202508.06.0", "flatcar"),
        ("AKSUbuntu--2022.04.27", None),
        ("custom", None),
        (None, None),
    ],
)
def test_the_node_image_tells_the_operating_system(image: str | None, system: str | None) -> None:
    pool = AgentPoolProfile(name="np", os_sku="Ubuntu", node_image_version=image)
    found = operating_system(pool)
    assert (found[0] if found is not None else None) == system
    if found is not None and image is not None:
        assert found[1] == Use("properties.nodeImageVersion", image, "np")


@pytest.mark.parametrize(
    ("sku", "system"),
    [
        ("Ubuntu2204", "ubuntu2204"),
        ("AzureLinux3", "azurelinux3"),
        ("Windows2019", "windows2019"),
        ("WindowsAnnual", "windowsannual"),
        ("Flatcar", "flatcar"),
        ("Ubuntu", None),
        ("AzureLinux", None),
        ("Mariner", None),
        (None, None),
    ],
)
def test_without_image_an_os_sku_with_a_version_tells_it(
    sku: str | None, system: str | None
) -> None:
    found = operating_system(AgentPoolProfile(name="np", os_sku=sku))
    assert (found[0] if found is not None else None) == system


@pytest.mark.parametrize(
    ("fields", "predicate"),
    [
        ({"nodeImageVersion": "AKSUbuntu-2004gen2containerd-1"}, "ubuntu-20-04"),
        ({"nodeImageVersion": "AKSUbuntu-2204gen2containerd-1"}, "ubuntu-22-04"),
        ({"nodeImageVersion": "AKSAzureLinux-V2gen2-1"}, "azure-linux-2"),
        ({"nodeImageVersion": "AKSFlatcar-flatcargen2-1", "osSKU": "Flatcar"}, "flatcar"),
        ({"nodeImageVersion": "AKSWindows-2019-containerd-1"}, "windows-2019"),
        ({"nodeImageVersion": "AKSWindows-2022-containerd-1"}, "windows-2022"),
        ({"nodeImageVersion": "AKSWindows-23H2-gen2-1"}, "windows-annual"),
        ({"nodeImageVersion": None, "osSKU": "WindowsAnnual"}, "windows-annual"),
        ({"nodeImageVersion": "AKSUbuntu-2404gen2containerd-1"}, None),
        ({"nodeImageVersion": "AKSAzureLinux-V3gen2-1"}, None),
        ({"nodeImageVersion": "AKSWindows-2025-1"}, None),
    ],
)
def test_pools_show_their_operating_system(fields: dict[str, Any], predicate: str | None) -> None:
    found = in_use(with_pool(**fields))
    assert set(found) == ({predicate} if predicate else set())
    for usage in found.values():
        assert [each.pool for each in usage.uses] == ["nodepool1"]


@pytest.mark.parametrize(
    ("fields", "predicates"),
    [
        ({"osSKU": "Ubuntu"}, {"ubuntu-20-04", "ubuntu-22-04"}),
        ({"osSKU": None}, {"ubuntu-20-04", "ubuntu-22-04"}),
        ({"osSKU": "AzureLinux"}, {"azure-linux-2"}),
        ({"osSKU": "CBLMariner"}, {"azure-linux-2"}),
        (
            {"osSKU": None, "osType": "Windows"},
            {"windows-2019", "windows-2022", "windows-annual"},
        ),
    ],
)
def test_a_pool_without_image_and_version_may_run_any_of_its_kind(
    fields: dict[str, Any], predicates: set[str]
) -> None:
    found = in_use(with_pool(nodeImageVersion=None, **fields))
    assert set(found) == predicates
    for usage in found.values():
        assert usage == Usage(untold=("ARM does not tell the node image of pool nodepool1",))


UP_TO_DATE = {"nodeImageVersion": "AKSUbuntu-2404gen2containerd-1"}


@pytest.mark.parametrize(
    ("kind", "usage"),
    [
        ("AvailabilitySet", Usage((Use("properties.type", "AvailabilitySet", "nodepool1"),))),
        (None, Usage(untold=("ARM does not tell the type of pool nodepool1",))),
        ("VirtualMachines", None),
    ],
)
def test_availability_sets_show_in_the_type(kind: str | None, usage: Usage | None) -> None:
    assert in_use(with_pool(type=kind, **UP_TO_DATE)).get("availability-set") == usage


@pytest.mark.parametrize(("value", "is_used"), [(True, True), (False, False), (None, False)])
def test_custom_ca_trust_shows_in_a_preview_field(value: bool | None, is_used: bool) -> None:
    found = in_use(with_pool(enableCustomCATrust=value, **UP_TO_DATE))
    assert ("custom-ca-trust" in found) is is_used


@pytest.mark.parametrize(
    ("policy", "dataplane", "predicates"),
    [
        ("azure", "azure", {"npm-linux", "npm-windows"}),
        ("azure", None, {"npm-linux", "npm-windows"}),
        ("azure", "cilium", set()),
        ("calico", "azure", set()),
        (None, None, set()),
    ],
)
def test_azures_policy_engine_retires_by_the_systems_it_runs_on(
    policy: str | None, dataplane: str | None, predicates: set[str]
) -> None:
    found = in_use(with_profile(networkPolicy=policy, networkDataplane=dataplane))
    assert {each for each in found if each.startswith("npm")} == predicates
    if predicates:
        assert [each.pool for each in found["npm-windows"].uses] == [None, "win22"]
        assert found["npm-linux"].uses[0] == Use("properties.networkProfile.networkPolicy", "azure")


def test_azures_policy_engine_without_windows_retires_on_linux_alone() -> None:
    draft = Draft("cni-nodesubnet")
    draft.network_profile["networkPolicy"] = "azure"
    assert "npm-windows" not in in_use(cluster_of(draft))


@pytest.mark.parametrize(
    ("add_on", "usage"),
    [
        (
            {"enabled": True},
            Usage((Use("properties.ingressProfile.webAppRouting.enabled", value=True),)),
        ),
        (
            {"enabled": True, "nginx": {"defaultIngressControllerType": "External"}},
            Usage((Use("properties.ingressProfile.webAppRouting.enabled", value=True),)),
        ),
        (
            {"enabled": True, "nginx": {"defaultIngressControllerType": "None"}},
            Usage(
                untold=(
                    (
                        "ARM does not tell whether the application routing add-on runs NGINX "
                        "controllers"
                    ),
                )
            ),
        ),
        ({"enabled": False}, None),
        (None, None),
    ],
)
def test_the_application_routing_add_on(add_on: Any, usage: Usage | None) -> None:
    cluster = with_properties(ingressProfile={"webAppRouting": add_on})
    assert in_use(cluster).get("app-routing-nginx") == usage


@pytest.mark.parametrize(
    ("name", "is_on", "is_used"),
    [
        ("openServiceMesh", True, True),
        ("OpenServiceMesh", True, True),
        ("openServiceMesh", False, False),
        ("azurepolicy", True, False),
    ],
)
def test_the_open_service_mesh_add_on(name: str, is_on: bool, is_used: bool) -> None:
    cluster = with_properties(addonProfiles={name: {"enabled": is_on, "config": None}})
    assert ("open-service-mesh" in in_use(cluster)) is is_used


@pytest.mark.parametrize(
    ("plugin", "usage"),
    [
        ("kubenet", Usage((Use("properties.networkProfile.networkPlugin", "kubenet"),))),
        ("azure", None),
        (None, Usage(untold=("ARM does not tell the cluster's network plugin",))),
    ],
)
def test_kubenet_shows_in_the_plugin(plugin: str | None, usage: Usage | None) -> None:
    assert in_use(with_profile(networkPlugin=plugin)).get("kubenet") == usage
