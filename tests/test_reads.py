"""The table of reads: paths, versions and the actions a role must grant."""

import re

import pytest

from inspector.collectors import reads
from inspector.collectors.reads import READS, Read, Request, foreign_request
from inspector.resource_id import ResourceId
from inspector.resources import DOCUMENT_KINDS, InventoryItem, SubnetUsage

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
SCALE_SET = f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/pool"
CLUSTER = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks"


@pytest.mark.parametrize("read", READS, ids=lambda read: read.type)
def test_a_read_is_well_formed(read: Read) -> None:
    assert re.fullmatch(r"Microsoft\.\w+(/\w+)+/read", read.action)
    assert re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", read.api_version), "no preview versions"
    assert not read.list_path.startswith("/")


def test_every_type_we_keep_is_read_once() -> None:
    kept = {*DOCUMENT_KINDS, InventoryItem.arm_type.lower(), SubnetUsage.arm_type.lower()}
    assert {read.type.lower() for read in READS} == kept
    assert len(READS) == len(kept)


def test_the_actions() -> None:
    """What the least-privilege role grants; each name is one of Azure's own operations."""
    assert sorted(read.action for read in READS) == [
        "Microsoft.Compute/availabilitySets/read",
        "Microsoft.Compute/virtualMachineScaleSets/networkInterfaces/read",
        "Microsoft.Compute/virtualMachineScaleSets/publicIPAddresses/read",
        "Microsoft.Compute/virtualMachineScaleSets/read",
        "Microsoft.Compute/virtualMachines/read",
        "Microsoft.ContainerService/managedClusters/agentPools/machines/read",
        "Microsoft.ContainerService/managedClusters/agentPools/read",
        "Microsoft.ContainerService/managedClusters/read",
        "Microsoft.Network/loadBalancers/read",
        "Microsoft.Network/natGateways/read",
        "Microsoft.Network/networkInterfaces/read",
        "Microsoft.Network/networkSecurityGroups/read",
        "Microsoft.Network/privateDnsZones/read",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks/read",
        "Microsoft.Network/privateEndpoints/read",
        "Microsoft.Network/publicIPAddresses/read",
        "Microsoft.Network/publicIPPrefixes/read",
        "Microsoft.Network/routeTables/read",
        "Microsoft.Network/virtualNetworks/read",
        "Microsoft.Network/virtualNetworks/usages/read",
        "Microsoft.Resources/subscriptions/resourceGroups/read",
        "Microsoft.Resources/subscriptions/resourceGroups/resources/read",
    ]


@pytest.mark.parametrize(
    ("read", "scope", "path"),
    [
        (reads.AGENT_POOLS, CLUSTER, f"{CLUSTER}/agentPools"),
        (reads.MACHINES, f"{CLUSTER}/agentPools/one", f"{CLUSTER}/agentPools/one/machines"),
        (reads.INVENTORY, GROUP, f"{GROUP}/resources"),
        (reads.GROUP_LISTS[0], GROUP, f"{NETWORK}/loadBalancers"),
        (reads.SCALE_SET_INTERFACES, SCALE_SET, f"{SCALE_SET}/networkInterfaces"),
        (reads.SCALE_SET_PUBLIC_IPS, SCALE_SET, f"{SCALE_SET}/publicIPAddresses"),
        (reads.PRIVATE_DNS_ZONES, GROUP, f"{NETWORK}/privateDnsZones"),
        (
            reads.VIRTUAL_NETWORK_LINKS,
            f"{NETWORK}/privateDnsZones/z",
            f"{NETWORK}/privateDnsZones/z/virtualNetworkLinks",
        ),
        (
            reads.SUBNET_USAGES,
            f"{NETWORK}/virtualNetworks/vn",
            f"{NETWORK}/virtualNetworks/vn/usages",
        ),
    ],
    ids=lambda value: value.type if isinstance(value, Read) else "",
)
def test_the_path_of_a_list(read: Read, scope: str, path: str) -> None:
    assert Request(read, ResourceId(scope), is_list=True).path == path


def test_a_resource_is_read_at_its_own_id_as_written() -> None:
    written = CLUSTER.replace("resourceGroups", "RESOURCEGROUPS")
    assert Request(reads.CLUSTER, ResourceId(written), is_list=False).path == written


@pytest.mark.parametrize(
    ("target", "holder"),
    [
        (f"{NETWORK}/virtualNetworks/vn", f"{NETWORK}/virtualNetworks/vn"),
        (f"{NETWORK}/virtualNetworks/vn/subnets/s", f"{NETWORK}/virtualNetworks/vn"),
        (f"{NETWORK}/VIRTUALNETWORKS/vn/SUBNETS/s", f"{NETWORK}/virtualNetworks/vn"),
        (f"{NETWORK}/loadBalancers/lb/frontendIPConfigurations/f", f"{NETWORK}/loadBalancers/lb"),
        (f"{SCALE_SET}/virtualMachines/0/networkInterfaces/nic", SCALE_SET),
        (f"{NETWORK}/privateDnsZones/z", f"{NETWORK}/privateDnsZones/z"),
    ],
)
def test_what_holds_a_foreign_resource_is_read(target: str, holder: str) -> None:
    request = foreign_request(ResourceId(target))
    assert request is not None
    assert request.target == ResourceId(holder)
    assert request.read.type.lower() == request.target.type.lower()
    assert not request.is_list


@pytest.mark.parametrize("target", [GROUP, CLUSTER, f"{NETWORK}/azureFirewalls/fw"])
def test_what_we_do_not_read_elsewhere(target: str) -> None:
    assert foreign_request(ResourceId(target)) is None
