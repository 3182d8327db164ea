"""Bundled clusters made to fit tightly: smaller subnets, more devices, larger pools."""

from typing import Any

from fixtures import documents as arm
from tests.odd_clusters import INTERFACES, NETWORKS, SCALE_SETS, Draft

OTHERS = arm.group_id("rg-apps")
OTHER_AKS = arm.group_id("MC_rg-b_aks-b_westeurope")


def subnet_of(draft: Draft, place: int = 0) -> Any:
    """Return the subnet at a place of the first network."""
    return draft.one(NETWORKS)["properties"]["subnets"][place]


def resize(draft: Draft, *prefixes: str, place: int = 0) -> None:
    """Give a subnet other ranges."""
    properties = subnet_of(draft, place)["properties"]
    properties.pop("addressPrefix", None)
    properties.pop("addressPrefixes", None)
    if len(prefixes) == 1:
        properties["addressPrefix"] = prefixes[0]
    else:
        properties["addressPrefixes"] = list(prefixes)


def connect(draft: Draft, *targets: str, place: int = 0) -> None:
    """Let a subnet refer back to IP configurations, given by id."""
    connected = subnet_of(draft, place)["properties"].setdefault("ipConfigurations", [])
    connected += [arm.reference(target) for target in targets]


def gateways(number: int) -> list[str]:
    """Return the configurations of so many application gateways elsewhere."""
    group = f"{OTHERS}/providers/Microsoft.Network/applicationGateways"
    return [arm.gateway_configuration_id(f"{group}/agw-{each}") for each in range(number)]


def interfaces(number: int, group: str = OTHERS) -> list[str]:
    """Return the configurations of so many interfaces of single machines."""
    return [
        f"{arm.resource_id(group, INTERFACES, f'nic-{each}')}/ipConfigurations/ipconfig1"
        for each in range(number)
    ]


def instance(group: str, scale_set: str, number: int) -> str:
    """Return the configuration of a scale set's instance."""
    target = arm.resource_id(group, SCALE_SETS, scale_set)
    return f"{arm.scale_set_interface_id(target, number)}/ipConfigurations/ipconfig1"


def pool_of(draft: Draft, place: int = 0) -> Any:
    """Return a pool as it stands in the cluster."""
    return draft.cluster["properties"]["agentPoolProfiles"][place]


def scale(draft: Draft, most: int, surge: str = "1", place: int = 0) -> None:
    """Turn a pool's autoscaler on, with a maximum and the surge of an upgrade."""
    pool_of(draft, place).update(
        enableAutoScaling=True, minCount=1, maxCount=most, upgradeSettings={"maxSurge": surge}
    )
