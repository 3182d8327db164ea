"""Features of AKS that are retired or will be, as data; a new one is a row.

Sources: the includes of the AKS documentation that each row names, the AKS changelog.
"""

from datetime import date
from typing import Final

import msgspec

_INCLUDES: Final = "https://github.com/MicrosoftDocs/azure-aks-docs/blob/main/articles/aks/includes"


class Retirement(msgspec.Struct, frozen=True, kw_only=True):
    """A feature and the first day without support for it.

    ``images_removed_on`` is the day from which on nodes can be neither added nor repaired.
    ``predicate`` names the function that finds the feature; it is ``None`` where ``told_by``
    names the check that reports the feature. ``update`` are the options of ``az aks update`` that
    replace it.
    """

    feature: str
    predicate: str | None
    retired_on: date
    images_removed_on: date | None = None
    replacement: str
    source: str
    told_by: str | None = None
    update: tuple[tuple[str, str], ...] = ()


RETIREMENTS: Final = (
    Retirement(
        feature="the Basic load balancer",
        predicate=None,
        retired_on=date(2025, 9, 30),
        replacement="Move to the Standard load balancer.",
        source=f"{_INCLUDES}/basic-load-balancer-retirement.md",
        told_by="load-balancer-sku",
    ),
    Retirement(
        feature="availability sets",
        predicate="availability-set",
        retired_on=date(2025, 9, 30),
        replacement="Move to pools of single virtual machines.",
        source=f"{_INCLUDES}/availability-sets-retirement.md",
        update=(("migrate-vmas-to-vms", ""),),
    ),
    Retirement(
        feature="Azure Linux 2.0",
        predicate="azure-linux-2",
        retired_on=date(2025, 11, 30),
        images_removed_on=date(2026, 3, 31),
        replacement="Upgrade the pool to a Kubernetes version with Azure Linux 3.0.",
        source=f"{_INCLUDES}/azure-linux-retirement.md",
    ),
    Retirement(
        feature="Windows Server 2019",
        predicate="windows-2019",
        retired_on=date(2026, 3, 1),
        images_removed_on=date(2027, 4, 1),
        replacement="Replace the pool by one with Windows Server 2025.",
        source=f"{_INCLUDES}/windows-server-2019-retirement.md",
    ),
    Retirement(
        feature="default outbound access of new networks",
        predicate=None,
        retired_on=date(2026, 3, 31),
        replacement="Choose an explicit outbound type.",
        source=f"{_INCLUDES}/vm-default-outbound-access-retirement.md",
        told_by="default-outbound-access",
    ),
    Retirement(
        feature="Windows Server Annual Channel",
        predicate="windows-annual",
        retired_on=date(2026, 5, 15),
        images_removed_on=date(2027, 5, 15),
        replacement="Replace the pool by one of the Long Term Servicing Channel.",
        source=f"{_INCLUDES}/windows-annual-channel-retirement.md",
    ),
    Retirement(
        feature="Flatcar Container Linux (preview)",
        predicate="flatcar",
        retired_on=date(2026, 6, 8),
        images_removed_on=date(2026, 9, 8),
        replacement="Replace the pool by one with Azure Linux or Ubuntu.",
        source=f"{_INCLUDES}/flatcar-preview-retirement.md",
    ),
    Retirement(
        feature="the pool field enableCustomCATrust (preview)",
        predicate="custom-ca-trust",
        retired_on=date(2026, 9, 14),
        replacement="Use custom certificate authorities as they are generally available.",
        source=f"{_INCLUDES}/custom-ca-preview-retirement.md",
    ),
    Retirement(
        feature="Azure Network Policy Manager on Windows",
        predicate="npm-windows",
        retired_on=date(2026, 9, 30),
        replacement="Use security groups for the nodes, or Calico.",
        source=f"{_INCLUDES}/azure-network-policy-manager-windows-retirement.md",
    ),
    Retirement(
        feature="NGINX of the application routing add-on",
        predicate="app-routing-nginx",
        retired_on=date(2026, 11, 30),  # support is promised "through November 2026"
        replacement="Move ingress to the Gateway API, of the add-on or of another controller.",
        source=f"{_INCLUDES}/ingress-nginx-retirement.md",
    ),
    Retirement(
        feature="Ubuntu 20.04",
        predicate="ubuntu-20-04",
        retired_on=date(2027, 3, 17),
        images_removed_on=date(2027, 3, 17),
        replacement="Upgrade the pool to a Kubernetes version with a newer Ubuntu.",
        source=f"{_INCLUDES}/ubuntu-20-04-retirement.md",
    ),
    Retirement(
        feature="Ubuntu 22.04",
        predicate="ubuntu-22-04",
        retired_on=date(2027, 6, 30),
        images_removed_on=date(2028, 4, 30),
        replacement="Upgrade to Kubernetes 1.35 or later, or from 1.32 on set OS SKU Ubuntu2404.",
        source=f"{_INCLUDES}/ubuntu-22-04-retirement.md",
    ),
    Retirement(
        feature="the Open Service Mesh add-on",
        predicate="open-service-mesh",
        retired_on=date(2027, 9, 30),
        replacement="Move to the Istio-based service mesh add-on.",
        source=f"{_INCLUDES}/open-service-mesh-retirement.md",
    ),
    Retirement(
        feature="kubenet",
        predicate="kubenet",
        retired_on=date(2028, 3, 31),
        replacement="Move to Azure CNI Overlay when its conditions are met.",
        source=f"{_INCLUDES}/kubenet-retirement.md",
        update=(("network-plugin", "azure"), ("network-plugin-mode", "overlay")),
    ),
    Retirement(
        feature="Windows Server 2022",
        predicate="windows-2022",
        retired_on=date(2028, 6, 30),
        images_removed_on=date(2029, 6, 30),
        replacement="Replace the pool by one with Windows Server 2025.",
        source="https://github.com/Azure/AKS/releases/tag/2026-06-19",
    ),
    Retirement(
        feature="Azure Network Policy Manager on Linux",
        predicate="npm-linux",
        retired_on=date(2028, 9, 30),
        replacement="Move to Azure CNI powered by Cilium.",
        source=f"{_INCLUDES}/azure-network-policy-manager-linux-retirement.md",
        update=(("network-dataplane", "cilium"),),
    ),
)
"""The retirements by date, as announced until August 2026."""
