"""The commands a finding tells to run: names from Azure cannot break out of them."""

from shlex import split

import pytest

from inspector.checking import az, az_cluster, az_interface, az_pool
from inspector.resources import NetworkInterface
from inspector.topology import Topology
from tests.odd_clusters import INTERFACES, Draft, bundled

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
HOSTILE = "a b;$(rm -rf /)'"


def interface_of(cluster: str) -> NetworkInterface:
    return Topology(bundled(cluster)).nodes[0].interfaces[0]


def test_options_are_quoted_and_flags_stand_alone() -> None:
    command = az("network", "nic", "show", ids=HOSTILE, no_wait="", query=None)
    assert split(command) == ["az", "network", "nic", "show", "--ids", HOSTILE, "--no-wait"]


def test_the_cluster_and_its_pools_are_named() -> None:
    cluster = Topology(bundled("kubenet-vmss")).cluster
    assert az_cluster(cluster, "show") == (
        f"az aks show --resource-group rg-shop --subscription {SUBSCRIPTION} --name aks-shop"
    )
    assert split(az_pool(cluster, HOSTILE, "show"))[-2:] == ["--name", HOSTILE]
    assert az_pool(cluster, None, "show").endswith("--cluster-name aks-shop --name POOL")


def test_an_instance_s_interface_is_shown_by_the_scale_set_s_command() -> None:
    set_name = "aks-nodepool1-18264093-vmss"
    assert az_interface(interface_of("kubenet-vmss")) == (
        "az vmss nic show --resource-group MC_rg-shop_aks-shop_westeurope "
        f"--subscription {SUBSCRIPTION} --vmss-name {set_name} --instance-id 0 --name {set_name}"
    )


@pytest.mark.parametrize("cluster", ["seed-kubenet", "virtual-machines"])
def test_another_interface_is_shown_by_its_id(cluster: str) -> None:
    interface = interface_of(cluster)
    assert split(az_interface(interface)) == [
        "az",
        "network",
        "nic",
        "show",
        "--ids",
        str(interface.id),
    ]


def test_a_detached_interface_is_shown_by_its_id() -> None:
    draft = Draft("seed-kubenet")
    del draft.one(INTERFACES)["properties"]["virtualMachine"]
    (interface,) = Topology(draft.snapshot()).all(NetworkInterface)
    assert az_interface(interface).startswith("az network nic show --ids ")
