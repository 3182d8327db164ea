"""What every device of a subnet is, and how many of them are told."""

from collections.abc import Iterable
from ipaddress import IPv4Address, ip_address
from typing import Any

import pytest

from fixtures import documents as arm
from fixtures.assemble import assemble
from inspector.renderers.blocks import Table
from inspector.renderers.layout.devices import address_ranges, device_table
from inspector.renderers.layout.networks import lay_out_virtual_networks
from inspector.renderers.layout.overview import lay_out_infrastructure
from inspector.renderers.markdown import render_markdown
from inspector.renderers.terminal import render_terminal
from inspector.report import analyze
from inspector.report.answer import Unknown, unknown_of
from inspector.report.connected_devices import NetworkView, SubnetView, build_virtual_networks
from inspector.report.devices import Device, DeviceType
from inspector.report.infrastructure import build_infrastructure
from inspector.resource_id import ResourceId
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    MACHINES,
    NETWORKS,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    USAGES,
    Draft,
    Refusal,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
    refused,
)

VMSS, SEED = "kubenet-vmss", "seed-kubenet"
WHERE = "westeurope"
ENDPOINTS = "Microsoft.Network/privateEndpoints"
GUID = arm.guid("endpoint")
BASE = "a0123456789abcdef0123456789abcde"
POOL_NODE = "aks-nodepool1-18264093-vmss00000"
AKS_SERVICE = "Microsoft.ContainerService/managedClusters"
CONTAINERS = "Microsoft.ContainerInstance/containerGroups"
OTHER_AKS = arm.group_id("MC_rg-b_aks-b_westeurope")
RG = arm.group_id("rg-apps")


def network(source: Draft | Snapshot) -> NetworkView:
    snapshot = source.snapshot() if isinstance(source, Draft) else source
    (found,) = build_virtual_networks(Topology(snapshot)).networks
    return found


def first_subnet(draft: Draft) -> Any:
    return draft.one(NETWORKS)["properties"]["subnets"][0]


def subnet(source: Draft | Snapshot) -> SubnetView:
    return network(source).subnets[0]


def connect(draft: Draft, *targets: str) -> None:
    connected = first_subnet(draft)["properties"].setdefault("ipConfigurations", [])
    connected += [arm.reference(target) for target in targets]


def told(source: Draft | Snapshot, configuration: str) -> Device:
    """Return the one device with a configuration of that name."""
    (found,) = [
        each
        for each in subnet(source).devices
        if each.ip_configuration.lower() == configuration.lower()
    ]
    return found


def scale_set_configuration(group: str, scale_set: str, instance: int = 3) -> str:
    target = arm.resource_id(group, SCALE_SETS, scale_set)
    return f"{arm.scale_set_interface_id(target, instance)}/ipConfigurations/conf"


def interface_configuration(group: str, interface: str, name: str = "conf") -> str:
    return f"{arm.resource_id(group, INTERFACES, interface)}/ipConfigurations/{name}"


def network_part(group: str, path: str) -> str:
    return f"{group}/providers/Microsoft.Network/{path}"


FOREIGN: dict[str, tuple[str, DeviceType, str, str | None]] = {
    "scale set of another cluster": (
        scale_set_configuration(OTHER_AKS, "aks-np-87654321-vmss"),
        DeviceType.OTHER_CLUSTER,
        "aks-np-87654321-vmss_3",
        "resource group MC_rg-b_aks-b_westeurope",
    ),
    "scale set of another cluster in a group the user named": (
        scale_set_configuration(RG, "aks-np-87654321-vmss"),
        DeviceType.OTHER_CLUSTER,
        "aks-np-87654321-vmss_3",
        "resource group rg-apps",
    ),
    "scale set that is only named like one of Windows nodes": (
        scale_set_configuration(RG, "akswin1"),
        DeviceType.SCALE_SET,
        "akswin1_3",
        "resource group rg-apps",
    ),
    "any scale set in another cluster's group": (
        scale_set_configuration(OTHER_AKS, "batch"),
        DeviceType.OTHER_CLUSTER,
        "batch_3",
        "resource group MC_rg-b_aks-b_westeurope",
    ),
    "another scale set": (
        scale_set_configuration(RG, "batch-workers"),
        DeviceType.SCALE_SET,
        "batch-workers_3",
        "resource group rg-apps",
    ),
    "single machine of another cluster": (
        interface_configuration(OTHER_AKS, "aks-np-87654321-nic-0"),
        DeviceType.OTHER_CLUSTER,
        "aks-np-87654321-nic-0",
        "resource group MC_rg-b_aks-b_westeurope",
    ),
    "interface named as AKS does": (
        interface_configuration(RG, "aks-np-87654321-vms1"),
        DeviceType.OTHER_CLUSTER,
        "aks-np-87654321-vms1",
        "resource group rg-apps",
    ),
    "interface": (
        interface_configuration(RG, "nic-jump"),
        DeviceType.INTERFACE,
        "nic-jump",
        "resource group rg-apps",
    ),
    "another cluster's API server endpoint": (
        interface_configuration(
            OTHER_AKS, f"kube-apiserver.nic.{GUID}", f"privateEndpointIpConfig.{GUID}"
        ),
        DeviceType.PRIVATE_ENDPOINT,
        "kube-apiserver",
        "API server of another cluster, resource group MC_rg-b_aks-b_westeurope",
    ),
    "another cluster's API server": (
        network_part(OTHER_AKS, "loadBalancers/kube-apiserver/frontendIPConfigurations/f"),
        DeviceType.API_SERVER,
        "kube-apiserver",
        "resource group MC_rg-b_aks-b_westeurope",
    ),
    "another load balancer": (
        network_part(OTHER_AKS, "loadBalancers/kubernetes-internal/frontendIPConfigurations/f"),
        DeviceType.INTERNAL_BALANCER,
        "kubernetes-internal",
        "resource group MC_rg-b_aks-b_westeurope",
    ),
    "application gateway": (
        arm.gateway_configuration_id(network_part(RG, "applicationGateways/agw")),
        DeviceType.APPLICATION_GATEWAY,
        "agw",
        "resource group rg-apps",
    ),
    "firewall": (
        network_part(RG, "azureFirewalls/fw/azureFirewallIpConfigurations/conf"),
        DeviceType.FIREWALL,
        "fw",
        "resource group rg-apps",
    ),
    "bastion": (
        network_part(RG, "bastionHosts/bas/bastionHostIpConfigurations/conf"),
        DeviceType.BASTION,
        "bas",
        "resource group rg-apps",
    ),
    "gateway": (
        network_part(RG, "virtualNetworkGateways/vpn/ipConfigurations/conf"),
        DeviceType.NETWORK_GATEWAY,
        "vpn",
        "resource group rg-apps",
    ),
    "what nobody knows": (
        f"{RG}/providers/Contoso.Net/things/thing/ipConfigurations/conf",
        DeviceType.OTHER,
        "thing",
        "resource group rg-apps",
    ),
}


@pytest.mark.parametrize("is_raised", [True, False])
@pytest.mark.parametrize(
    ("target", "kind", "device", "belongs_to"), FOREIGN.values(), ids=FOREIGN.keys()
)
def test_a_device_that_was_not_read_is_told_by_its_id(
    target: str, kind: DeviceType, device: str, belongs_to: str, is_raised: bool
) -> None:
    draft = Draft(VMSS)
    connect(draft, arm.back_reference(target) if is_raised else target)
    found = told(draft, target.rsplit("/", 1)[1])
    assert found.type is kind
    assert found.device.lower() == device.lower()
    assert isinstance(found.belongs_to, str)
    assert found.belongs_to.lower() == belongs_to.lower()
    assert (found.address, found.pool) == (None, None)
    assert found.unseen is not None


@pytest.mark.parametrize("is_raised", [True, False])
def test_what_an_endpoint_that_was_not_read_leads_to_is_unknown(is_raised: bool) -> None:
    draft = Draft(VMSS)
    target = interface_configuration(RG, f"pe-sql.nic.{GUID}", f"privateEndpointIpConfig.{GUID}")
    connect(draft, arm.back_reference(target) if is_raised else target)
    found = told(draft, f"privateEndpointIpConfig.{GUID}")
    assert (found.type, found.device.lower()) == (DeviceType.PRIVATE_ENDPOINT, "pe-sql")
    assert found.belongs_to == found.unseen
    assert isinstance(found.belongs_to, Unknown)


def test_nodes_belong_to_their_pool_however_its_name_is_written() -> None:
    draft = Draft(VMSS)
    machine = draft.one(MACHINES, 1)
    machine["id"] = machine["id"].replace("/nodepool1/", "/NODEPOOL1/")
    devices = subnet(draft).devices
    assert {each.type for each in devices} == {DeviceType.NODE}
    assert {(each.belongs_to, each.pool) for each in devices} == {("pool nodepool1", "nodepool1")}
    assert {each.device for each in devices} == {f"{POOL_NODE}{place}" for place in range(3)}


def test_a_node_whose_interface_was_refused_is_told_by_its_machine() -> None:
    snapshot = bundled(VMSS)
    refusal = refusal_of(snapshot, SCALE_SET_INTERFACES, 1)
    hidden = next(each for each in subnet(refused(snapshot, [refusal])).devices if each.unseen)
    assert (hidden.device, hidden.type) == (f"{POOL_NODE}1", DeviceType.NODE)
    assert (hidden.belongs_to, hidden.address) == ("pool nodepool1", None)
    assert hidden.unseen == unknown_of(gap_of(refusal))


@pytest.mark.parametrize("scale_sets_too", [True, False])
def test_a_node_of_which_nothing_was_read_is_told_by_its_scale_set(scale_sets_too: bool) -> None:
    snapshot = bundled(VMSS)
    kinds = [SCALE_SET_INTERFACES, MACHINES, *([SCALE_SETS] if scale_sets_too else [])]
    cut = refused(snapshot, [refusal_of_list(snapshot, kind) for kind in kinds])
    devices = subnet(cut).devices
    assert [each.device for each in devices] == [f"{POOL_NODE}{place}" for place in range(3)]
    assert {(each.type, each.belongs_to, each.pool) for each in devices} == {
        (DeviceType.NODE, "pool nodepool1", "nodepool1")
    }
    assert all(each.unseen for each in devices)


def test_a_single_machine_whose_interface_was_refused_is_told_by_its_name() -> None:
    snapshot = bundled(SEED)
    cut = refused(snapshot, [refusal_of_list(snapshot, INTERFACES)])
    (found,) = subnet(cut).devices
    assert (found.device, found.type) == ("aks-nodepool1-19374625-0", DeviceType.NODE)
    assert found.unseen is not None


def auto_provisioned(draft: Draft, tags: dict[str, str] | None = None) -> None:
    """Add a node that auto-provisioning made: machine and interface have one name."""
    draft.cluster["properties"]["nodeProvisioningProfile"] = {"mode": "Auto"}
    interface = arm.resource_id(draft.group, INTERFACES, "aks-default-x7k2p")
    configuration = arm.ip_configuration(
        interface, "aks-default-x7k2p", "10.224.0.40", subnet=first_subnet(draft)["id"]
    )
    machine = arm.virtual_machine(
        draft.group, "aks-default-x7k2p", location=WHERE, interfaces=[interface], tags=tags
    )
    draft.add(
        machine,
        arm.network_interface(
            draft.group,
            "aks-default-x7k2p",
            location=WHERE,
            configurations=[configuration],
            virtual_machine=machine["id"],
        ),
    )
    connect(draft, arm.back_reference(configuration["id"]))


@pytest.mark.parametrize("tags", [None, {"aks-managed-poolName": "default"}])
def test_an_auto_provisioned_node_is_a_node_of_this_cluster(tags: dict[str, str] | None) -> None:
    draft = Draft(VMSS)
    auto_provisioned(draft, tags)
    found = told(draft, "aks-default-x7k2p")
    assert (found.device, found.type) == ("aks-default-x7k2p", DeviceType.NODE)
    assert (found.belongs_to, found.address) == ("auto-provisioned", ip_address("10.224.0.40"))
    others = {each.belongs_to for each in subnet(draft).devices if each.device != found.device}
    assert others == {"pool nodepool1"}


def test_an_auto_provisioned_node_whose_interface_was_refused_is_still_one() -> None:
    draft = Draft(VMSS)
    auto_provisioned(draft)
    snapshot = draft.snapshot()
    cut = refused(snapshot, [refusal_of_list(snapshot, INTERFACES)])
    found = told(cut, "aks-default-x7k2p")
    assert (found.type, found.belongs_to) == (DeviceType.NODE, "auto-provisioned")
    assert found.unseen is not None


def test_a_node_without_a_pool_is_not_auto_provisioned_unless_that_is_on() -> None:
    draft = Draft(VMSS)
    auto_provisioned(draft, {"karpenter.sh_nodepool": "default"})
    draft.cluster["properties"]["nodeProvisioningProfile"] = {"mode": "Manual"}
    assert told(draft, "aks-default-x7k2p").belongs_to == "no pool"


def add_balancer(draft: Draft, name: str, frontend: str, rule: str | None = None) -> str:
    """Add an internal load balancer with one frontend; return the frontend's id."""
    target = arm.resource_id(draft.group, LOAD_BALANCERS, name)
    subnet_id = first_subnet(draft)["id"]
    part = arm.frontend(target, frontend, private_address="10.224.0.50", subnet=subnet_id)
    rules = [arm.load_balancing_rule(target, rule, frontend_name=frontend, port=80)] if rule else []
    draft.add(arm.load_balancer(draft.group, name, location=WHERE, frontends=[part], rules=rules))
    connect(draft, arm.back_reference(part["id"]))
    return str(part["id"])


def test_an_internal_frontend_belongs_to_the_service_its_name_gives() -> None:
    draft = Draft(VMSS)
    add_balancer(draft, "kubernetes-internal", BASE, f"{BASE}-TCP-80")
    found = told(draft, BASE)
    assert (found.device, found.type) == ("kubernetes-internal", DeviceType.INTERNAL_BALANCER)
    assert found.belongs_to == "service with UID 01234567-89ab-cdef-0123-456789abcde?"
    assert str(found.address) == "10.224.0.50"


def test_an_internal_frontend_no_rule_uses_belongs_to_nobody() -> None:
    draft = Draft(VMSS)
    add_balancer(draft, "kubernetes-internal", BASE)
    assert told(draft, BASE).belongs_to == "nobody"


def test_whose_a_frontend_is_that_was_refused_is_unknown() -> None:
    draft = Draft(VMSS)
    target = ResourceId(add_balancer(draft, "kubernetes-internal", BASE, f"{BASE}-TCP-80"))
    assert target.parent is not None
    refusal = Refusal(target.parent)
    found = told(refused(draft.snapshot(), [refusal]), BASE)
    assert found.type is DeviceType.INTERNAL_BALANCER
    assert found.belongs_to == found.unseen == unknown_of(gap_of(refusal))


def test_a_frontend_that_is_gone_is_not_unknown() -> None:
    draft = Draft(VMSS)
    balancer = draft.one(LOAD_BALANCERS)["id"]
    connect(draft, f"{balancer}/frontendIPConfigurations/gone")
    found = told(draft, "gone")
    assert (found.type, found.belongs_to, found.unseen) == (
        DeviceType.INTERNAL_BALANCER,
        None,
        None,
    )


@pytest.mark.parametrize("is_refused", [True, False])
def test_the_frontend_of_an_integrated_api_server(is_refused: bool) -> None:
    draft = Draft(VMSS)
    target = add_balancer(draft, "kube-apiserver", "kube-apiserver-frontend", "api")
    parent = ResourceId(target).parent
    assert parent is not None
    cut = refused(draft.snapshot(), [Refusal(parent)] if is_refused else [])
    found = told(cut, "kube-apiserver-frontend")
    assert (found.device.lower(), found.type) == ("kube-apiserver", DeviceType.API_SERVER)
    assert found.belongs_to == "this cluster"
    assert (found.address is None) == is_refused


STORAGE = f"{RG}/providers/Microsoft.Storage/storageAccounts/logs"


def add_endpoint(
    draft: Draft, name: str, service: str | None, *, is_referred_to: bool = True
) -> arm.Document:
    """Add a private endpoint with its interface; the interface may not name the endpoint."""
    interface = arm.resource_id(draft.group, INTERFACES, f"{name}.nic.{GUID}")
    subnet_id = first_subnet(draft)["id"]
    configuration = arm.ip_configuration(
        interface, f"privateEndpointIpConfig.{GUID}", "10.224.0.60", subnet=subnet_id
    )
    endpoint = arm.private_endpoint(
        draft.group,
        name,
        location=WHERE,
        subnet_id=subnet_id,
        interface=interface,
        service=service or "x",
    )
    if service is None:
        endpoint["properties"]["privateLinkServiceConnections"] = []
    draft.add(
        endpoint,
        arm.network_interface(
            draft.group,
            f"{name}.nic.{GUID}",
            location=WHERE,
            configurations=[configuration],
            private_endpoint=endpoint["id"] if is_referred_to else None,
        ),
    )
    connect(draft, arm.back_reference(configuration["id"]))
    return endpoint


def endpoint(source: Draft | Snapshot) -> Device:
    return told(source, f"privateEndpointIpConfig.{GUID}")


@pytest.mark.parametrize("is_referred_to", [True, False])
def test_an_endpoint_has_its_name_and_the_service_it_leads_to(is_referred_to: bool) -> None:
    draft = Draft(VMSS)
    add_endpoint(draft, "pe-logs", STORAGE, is_referred_to=is_referred_to)
    found = endpoint(draft)
    assert (found.device, found.type) == ("pe-logs", DeviceType.PRIVATE_ENDPOINT)
    assert found.belongs_to == "logs (storageAccounts)"
    assert str(found.address) == "10.224.0.60"


@pytest.mark.parametrize("name", ["kube-apiserver", "pe-api"])
def test_the_endpoint_of_the_own_api_server_is_recognised(name: str) -> None:
    draft = Draft(VMSS)
    add_endpoint(draft, name, draft.cluster["id"].upper().replace("/SUBSCR", "/subscr"))
    assert endpoint(draft).belongs_to == "API server of this cluster"


def test_the_endpoint_of_another_api_server_is_told_apart() -> None:
    draft = Draft(VMSS)
    add_endpoint(draft, "pe-api", arm.cluster_id("rg-b", "aks-b"))
    assert endpoint(draft).belongs_to == "API server of AKS cluster aks-b"


@pytest.mark.parametrize(
    ("name", "belongs_to"), [("kube-apiserver", "API server of this cluster"), ("pe", None)]
)
def test_an_endpoint_that_names_no_service(name: str, belongs_to: str | None) -> None:
    draft = Draft(VMSS)
    add_endpoint(draft, name, None)
    assert endpoint(draft).belongs_to == belongs_to


def test_an_endpoint_that_was_refused_leads_nobody_knows_where() -> None:
    draft = Draft(VMSS)
    target = ResourceId(add_endpoint(draft, "pe-logs", STORAGE)["id"])
    found = endpoint(refused(draft.snapshot(), [Refusal(target)]))
    assert (found.device, found.type) == ("pe-logs", DeviceType.PRIVATE_ENDPOINT)
    assert found.belongs_to == unknown_of(gap_of(Refusal(target)))


def test_the_own_api_servers_endpoint_is_told_by_name_where_it_was_refused() -> None:
    draft = Draft(VMSS)
    target = ResourceId(add_endpoint(draft, "kube-apiserver", draft.cluster["id"])["id"])
    snapshot = draft.snapshot()
    lists = [refusal_of_list(snapshot, kind) for kind in (ENDPOINTS, INTERFACES)]
    for refusals in ([Refusal(target)], lists):
        found = endpoint(refused(snapshot, refusals))
        assert (found.device.lower(), found.type) == ("kube-apiserver", DeviceType.PRIVATE_ENDPOINT)
        assert found.belongs_to == "API server of this cluster"


def test_an_endpoint_is_read_though_its_interface_was_refused() -> None:
    draft = Draft(VMSS)
    add_endpoint(draft, "pe-logs", STORAGE)
    snapshot = draft.snapshot()
    found = endpoint(refused(snapshot, [refusal_of_list(snapshot, INTERFACES)]))
    assert (found.device, found.belongs_to) == ("pe-logs", "logs (storageAccounts)")
    assert (found.address, found.unseen is not None) == (None, True)


def test_what_is_in_the_group_and_no_node_is_told_as_it_is() -> None:
    draft = Draft(VMSS)
    interface = arm.resource_id(draft.group, INTERFACES, "nic-jump")
    configuration = arm.ip_configuration(
        interface, "jump", "10.224.0.70", subnet=first_subnet(draft)["id"]
    )
    machine = arm.resource_id(draft.group, "Microsoft.Compute/virtualMachines", "jump")
    draft.add(
        arm.network_interface(
            draft.group,
            "nic-jump",
            location=WHERE,
            configurations=[configuration],
            virtual_machine=machine,
        )
    )
    connect(draft, configuration["id"], scale_set_configuration(draft.group, "batch-workers"))
    jump, batch = told(draft, "jump"), told(draft, "conf")
    assert (jump.type, jump.device, jump.belongs_to) == (
        DeviceType.INTERFACE,
        "nic-jump",
        "virtual machine jump",
    )
    assert (batch.type, batch.device, batch.belongs_to) == (
        DeviceType.SCALE_SET,
        "batch-workers_3",
        None,
    )


def test_without_an_infrastructure_group_nothing_is_said_to_be_another_clusters() -> None:
    draft = Draft(VMSS)
    target = scale_set_configuration(OTHER_AKS, "aks-np-87654321-vmss")
    connect(draft, target, interface_configuration(OTHER_AKS, "nic", "nic"))
    pool = draft.cluster["properties"]["agentPoolProfiles"][0]
    pool["vnetSubnetID"] = first_subnet(draft)["id"]
    # The network lies in the infrastructure group, which the cluster no longer names.
    del draft.cluster["properties"]["nodeResourceGroup"]
    assert told(draft, "conf").type is DeviceType.SCALE_SET
    assert told(draft, "nic").type is DeviceType.INTERFACE


def changed_subnet(**properties: Any) -> SubnetView:
    draft = Draft(VMSS)
    first_subnet(draft)["properties"].update(properties)
    return subnet(draft)


@pytest.mark.parametrize("value", [True, False, None])
def test_default_outbound_access_is_told_as_it_is(value: bool | None) -> None:
    assert changed_subnet(defaultOutboundAccess=value).default_outbound_access is value


def test_service_association_links_are_named() -> None:
    links = [{"name": "AzureKubernetesService"}, {"name": "acisal"}]
    found = changed_subnet(serviceAssociationLinks=links)
    assert found.service_association_links == ("AzureKubernetesService", "acisal")
    assert changed_subnet().service_association_links == ()


def delegated_to(service: str) -> dict[str, Any]:
    return {"delegations": [{"name": "d", "properties": {"serviceName": service}}]}


def test_container_groups_make_used_a_lower_bound_and_free_unknown() -> None:
    found = changed_subnet(**delegated_to(CONTAINERS.upper()))
    assert found.used == 3
    assert isinstance(found.free, Unknown)
    assert found.note is not None
    assert found.note.startswith("at least 3 used: the addresses of virtual nodes' pods")
    plain = changed_subnet(**delegated_to("Contoso.Net/things"))
    assert (plain.used, plain.free, plain.note) == (3, 65528, None)


@pytest.mark.parametrize("is_on", [True, False])
def test_the_subnet_that_the_virtual_nodes_add_on_names_is_the_clusters(is_on: bool) -> None:
    draft = Draft(VMSS)
    parts = draft.one(NETWORKS)["properties"]["subnets"]
    for name in ("virtual", "other"):
        part = arm.subnet(draft.one(NETWORKS)["id"], name, ["10.230.0.0/24"])
        part["properties"].update(delegated_to(CONTAINERS))
        parts.append(part)
    addon = {"enabled": is_on, "config": {"SubnetName": "Virtual"}}
    draft.cluster["properties"]["addonProfiles"] = {"aciConnectorLinux": addon}
    found = {each.name: each.is_cluster_subnet for each in network(draft).subnets}
    assert found == {"aks-subnet": True, "virtual": is_on, "other": False}


def test_container_groups_and_no_usage_figure_are_both_unknown() -> None:
    draft = Draft(VMSS)
    first_subnet(draft)["properties"].update(delegated_to(CONTAINERS))
    snapshot = draft.snapshot()
    found = subnet(refused(snapshot, [refusal_of_list(snapshot, USAGES)]))
    assert found.used == 3
    assert isinstance(found.free, Unknown)


@pytest.mark.parametrize("is_delegated", [True, False])
def test_a_pod_subnet_names_its_pools_and_its_figures_are_unknown(is_delegated: bool) -> None:
    draft = Draft(VMSS)
    part = first_subnet(draft)
    part["properties"].update(delegated_to(AKS_SERVICE) if is_delegated else {})
    profile = draft.cluster["properties"]["agentPoolProfiles"][0]
    profile["podSubnetID"] = part["id"].upper().replace("/SUBSCR", "/subscr")
    found = subnet(draft)
    assert found.pods_of == ("nodepool1",)
    assert isinstance(found.used, Unknown)
    assert found.used == found.free
    assert found.note == (
        "the pods of pool nodepool1 draw addresses from it, which are not visible in ARM"
    )


def test_a_subnet_of_the_api_server_is_no_pod_subnet() -> None:
    found = changed_subnet(**delegated_to(AKS_SERVICE))
    assert found.pods_of == ()
    assert found.note == "delegated to AKS: only load balancers show of its addresses in ARM"


def test_the_networks_own_resolvers_are_told() -> None:
    draft = Draft(VMSS)
    assert network(draft).dns_servers == ()
    draft.one(NETWORKS)["properties"]["dhcpOptions"] = {"dnsServers": ["10.0.0.10", "10.0.0.11"]}
    assert network(draft).dns_servers == ("10.0.0.10", "10.0.0.11")
    text = text_of(draft)
    assert "10.0.0.10, 10.0.0.11" in text
    assert "Azure's own" not in text


def text_of(source: Draft | Snapshot, most: int | None = 40) -> str:
    snapshot = source.snapshot() if isinstance(source, Draft) else source
    networks = build_virtual_networks(Topology(snapshot))
    return render_terminal(lay_out_virtual_networks(networks, most), width=10_000, color=False)


def test_what_no_subnet_has_takes_no_column() -> None:
    plain = text_of(bundled(VMSS))
    assert "Service association links" not in plain
    assert "Default outbound access" not in plain
    draft = Draft(VMSS)
    first_subnet(draft)["properties"].update(
        defaultOutboundAccess=False, serviceAssociationLinks=[{"name": "acisal"}]
    )
    text = text_of(draft)
    assert "Service association links" in text
    assert "acisal" in text
    assert "Default outbound access" in text


def node(place: int, pool: str = "np1", *, addresses: int = 1) -> list[Device]:
    first = int(IPv4Address("10.0.0.0")) + place * addresses
    return [
        Device(
            device=f"{pool}-{place}",
            type=DeviceType.NODE,
            address=IPv4Address(first + step),
            ip_configuration=f"ipconfig{step}",
            belongs_to=f"pool {pool}",
            pool=pool,
        )
        for step in range(addresses)
    ]


def other(kind: DeviceType, name: str, address: str | None, belongs_to: str | None) -> Device:
    return Device(
        device=name,
        type=kind,
        address=ip_address(address) if address else None,
        ip_configuration="c",
        belongs_to=belongs_to,
    )


def rows_of(devices: Iterable[Device], most: int | None) -> tuple[list[list[str]], str | None]:
    table = device_table([("snet", tuple(devices))], most)
    assert isinstance(table, Table)
    return [[cell.text for cell in row] for row in table.rows], table.note


BALANCER = other(DeviceType.INTERNAL_BALANCER, "kubernetes-internal", "10.0.0.9", "shop/web")
GATEWAY = other(DeviceType.APPLICATION_GATEWAY, "agw", None, "resource group rg-apps")


def large_cluster() -> list[Device]:
    """Return two pools, a load balancer between them, and a gateway, by address."""
    first = [device for place in range(9) for device in node(place)]
    second = [device for place in range(10, 1010) for device in node(place, "np2")]
    return [*first, BALANCER, *second, GATEWAY]


def test_a_large_clusters_nodes_are_one_row_to_a_pool_and_all_else_is_listed() -> None:
    rows, note = rows_of(large_cluster(), 40)
    assert rows == [
        ["nodes of pool np1", "Node", "9 devices, 10.0.0.0-8, 9 addresses", "pool np1", "snet"],
        ["kubernetes-internal", "Internal load balancer", "10.0.0.9", "shop/web", "snet"],
        [
            "nodes of pool np2",
            "Node",
            "1000 devices, 10.0.0.10-10.0.3.241, 1000 addresses",
            "pool np2",
            "snet",
        ],
        ["agw", "Application gateway", "-", "resource group rg-apps", "snet"],
    ]
    assert note == "1009 addresses are folded: --all shows each"


def test_everything_is_listed_one_by_one_on_demand() -> None:
    rows, note = rows_of(large_cluster(), None)
    assert len(rows) == len(large_cluster())
    assert note is None
    assert [row[0] for row in rows[8:11]] == ["np1-8", "kubernetes-internal", "np2-10"]


def test_exceptions_are_listed_one_by_one_however_many() -> None:
    endpoints = [
        other(DeviceType.PRIVATE_ENDPOINT, f"pe-{place}", f"10.1.0.{place}", None)
        for place in range(60)
    ]
    rows, _ = rows_of([*large_cluster(), *endpoints], 40)
    assert [row[0] for row in rows if row[1] == "Private endpoint"] == [
        f"pe-{place}" for place in range(60)
    ]


def test_few_devices_are_listed_by_address_and_only_many_addresses_of_one_folded() -> None:
    devices = [*node(1, addresses=29), *node(0, addresses=3), BALANCER]
    devices.sort(key=lambda each: int(each.address or 0))
    rows, note = rows_of(devices, 40)
    assert [row[0] for row in rows] == ["np1-0", "np1-0", "np1-0", "kubernetes-internal", "np1-1"]
    assert rows[-1][2] == "10.0.0.29-57, 29 addresses"
    assert note == "29 addresses are folded: --all shows each"


@pytest.mark.parametrize("more", [0, 50])
def test_rows_come_by_address_folded_or_not(more: int) -> None:
    """Devices of one kind that lie apart are not drawn together."""
    first = other(DeviceType.PRIVATE_ENDPOINT, "pe", "10.0.0.1", None)
    between = other(DeviceType.BASTION, "bas", "10.0.0.2", None)
    last = other(DeviceType.PRIVATE_ENDPOINT, "pe", "10.0.0.3", None)
    nodes = [device for place in range(9, 9 + more) for device in node(place)]
    rows, _ = rows_of([first, between, last, *nodes], 40)
    folded = ["nodes of pool np1"] if more else []
    assert [row[0] for row in rows] == ["pe", "bas", "pe", *folded]


def test_a_row_for_each_node_as_long_as_all_rows_fit() -> None:
    devices = [device for place in range(40) for device in node(place, addresses=10)]
    assert len(rows_of(devices, 40)[0]) == 40
    rows, _ = rows_of([*devices, *node(50)], 40)
    assert [row[0] for row in rows] == ["nodes of pool np1"]
    assert rows[0][2].startswith("41 devices, ")


def test_a_pool_of_one_node_keeps_the_nodes_name() -> None:
    devices = [device for place in range(50) for device in node(place)]
    rows, _ = rows_of([*devices, *node(90, "np2")], 40)
    assert [row[0] for row in rows] == ["nodes of pool np1", "np2-90"]


def test_folded_nodes_whose_addresses_are_unknown_are_counted() -> None:
    hidden = [other(DeviceType.NODE, f"n{place}", None, "pool np1") for place in range(5)]
    known = [device for place in range(50) for device in node(place)]
    rows, _ = rows_of([*known, *hidden], 40)
    assert rows[0][2] == "55 devices, 10.0.0.0-49, 50 addresses, 5 unknown"
    unseen = [other(DeviceType.NODE, f"n{place}", None, "pool np1") for place in range(50)]
    rows, _ = rows_of(unseen, 40)
    assert rows[0][2] == "50 devices, 50 unknown"


def test_auto_provisioned_nodes_and_another_clusters_come_together() -> None:
    def several(kind: DeviceType, letter: str, count: int, belongs_to: str) -> list[Device]:
        return [other(kind, f"{letter}{place}", None, belongs_to) for place in range(count)]

    own = several(DeviceType.NODE, "n", 50, "auto-provisioned")
    few = several(DeviceType.OTHER_CLUSTER, "f", 3, "resource group MC_b")
    many = several(DeviceType.OTHER_CLUSTER, "m", 50, "resource group MC_c")
    rows, _ = rows_of([*own, *few, *many], 40)
    assert [(row[0], row[3]) for row in rows] == [
        ("auto-provisioned nodes", "auto-provisioned"),
        ("f0", "resource group MC_b"),
        ("f1", "resource group MC_b"),
        ("f2", "resource group MC_b"),
        ("nodes of another AKS cluster", "resource group MC_c"),
    ]


def test_scattered_addresses_are_told_by_their_ends() -> None:
    scattered = [IPv4Address(f"10.0.{place}.4") for place in range(9)]
    assert address_ranges(scattered) == "10.0.0.4 to 10.0.8.4 in 9 ranges, 9 addresses"
    assert address_ranges(scattered[:2]) == "10.0.0.4, 10.0.1.4, 2 addresses"


def test_whatever_is_hidden_a_device_is_told_as_before_or_its_gap_is() -> None:
    draft = Draft(VMSS)
    auto_provisioned(draft)
    add_endpoint(draft, "pe-logs", STORAGE)
    add_balancer(draft, "kubernetes-internal", BASE, f"{BASE}-TCP-80")
    snapshot = draft.snapshot()
    network_list = {NETWORKS, USAGES}
    lists = [
        Refusal(each.scope, each.type, with_documents=takes)
        for each in snapshot.listings
        for takes in (True, False)
        if each.type not in network_list
    ]
    documents = [
        Refusal(each)
        for each in snapshot.documents
        if each != snapshot.cluster and each.type.lower() != NETWORKS.lower()
    ]
    before = {each.ip_configuration.lower(): each for each in subnet(snapshot).devices}
    for refusal in (*documents, *lists):
        for each in subnet(refused(snapshot, [refusal])).devices:
            was = before[each.ip_configuration.lower()]
            assert each.type is was.type
            assert each.belongs_to == was.belongs_to or isinstance(each.belongs_to, Unknown)
            assert each.address is not None or each.unseen is not None


def infrastructure(source: Draft | Snapshot) -> dict[str, Any]:
    """Return the purposes of what is in the group, by name."""
    snapshot = source.snapshot() if isinstance(source, Draft) else source
    found = build_infrastructure(Topology(snapshot))
    return {each.name.lower(): each.purpose for each in found.resources}


def add_item(draft: Draft, kind: str, name: str, tags: dict[str, str] | None = None) -> str:
    target = arm.resource_id(draft.group, kind, name)
    draft.add(arm.other_resource(target, kind, location=WHERE, tags=tags))
    return target


def test_auto_provisioned_machines_and_their_interfaces_are_nodes_without_a_pool() -> None:
    draft = Draft(VMSS)
    auto_provisioned(draft)
    found = build_infrastructure(Topology(draft.snapshot())).resources
    purposes = {each.type: each.purpose for each in found if each.name == "aks-default-x7k2p"}
    words = "auto-provisioned node aks-default-x7k2p"
    assert purposes == {"Virtual machine": words, "Network interface": words}


@pytest.mark.parametrize("is_on", [True, False])
def test_what_virtual_nodes_leave_in_the_group(is_on: bool) -> None:
    draft = Draft(VMSS)
    draft.cluster["properties"]["addonProfiles"] = {"aciConnectorLinux": {"enabled": is_on}}
    add_item(draft, CONTAINERS, "shop-web-1")
    add_item(draft, "Microsoft.Network/networkProfiles", "profile")
    left = "left over by virtual nodes, which are off"
    found = infrastructure(draft)
    assert found["shop-web-1"] == ("pod on a virtual node" if is_on else left)
    assert found["profile"] == ("network of pods on virtual nodes" if is_on else left)


def test_the_api_servers_zone_and_link_are_told_from_others() -> None:
    draft = Draft(VMSS)
    zone = "abc.privatelink.westeurope.azmk8s.io"
    draft.cluster["properties"]["privateFQDN"] = f"aks-1.{zone}"
    kind = "Microsoft.Network/privateDnsZones"
    for name in (zone, "privatelink.database.windows.net"):
        target = add_item(draft, kind, name)
        link = f"{target}/virtualNetworkLinks/link"
        draft.add(arm.other_resource(link, f"{kind}/virtualNetworkLinks", location="global"))
    found = infrastructure(draft)
    assert found[zone] == "name of the private API server"
    assert found[f"{zone}/link"] == "lets a network find the private API server"
    assert found["privatelink.database.windows.net"] is None
    assert found["privatelink.database.windows.net/link"] is None


def test_endpoints_and_their_interfaces() -> None:
    draft = Draft(VMSS)
    target = add_endpoint(draft, "pe-logs", STORAGE)["id"]
    found = infrastructure(draft)
    assert found["pe-logs"] == "private way to logs (storageAccounts)"
    assert found[f"pe-logs.nic.{GUID}"] == "private endpoint pe-logs"
    cut = infrastructure(refused(draft.snapshot(), [Refusal(ResourceId(target))]))
    assert isinstance(cut["pe-logs"], Unknown)
    own = Draft(VMSS)
    add_endpoint(own, "kube-apiserver", own.cluster["id"])
    assert infrastructure(own)["kube-apiserver"] == "private way to the API server"


def test_a_nat_gateway_names_its_subnets() -> None:
    draft = Draft(VMSS)
    gateway = arm.nat_gateway(draft.group, "nat", location=WHERE)
    draft.add(gateway, arm.nat_gateway(draft.group, "spare", location=WHERE))
    first_subnet(draft)["properties"]["natGateway"] = arm.reference(gateway["id"])
    found = infrastructure(draft)
    assert found["nat"] == "outbound traffic of aks-subnet"
    assert found["spare"] == "outbound traffic of its subnets"


@pytest.mark.parametrize("field", ["effectiveApplicationGatewayId", "applicationGatewayName"])
def test_the_ingress_add_ons_application_gateway_is_told_by_its_configuration(field: str) -> None:
    draft = Draft(VMSS)
    kind = "Microsoft.Network/applicationGateways"
    target = add_item(draft, kind, "agw")
    assert infrastructure(draft)["agw"] is None
    value = "AGW" if field.endswith("Name") else target.upper()
    addon = {"enabled": True, "config": {field: value}}
    draft.cluster["properties"]["addonProfiles"] = {"ingressApplicationGateway": addon}
    assert infrastructure(draft)["agw"] == "way in of the ingress add-on"


def test_a_prefix_is_for_what_takes_from_it() -> None:
    draft = Draft(VMSS)
    names = ("pool", "nat", "addresses", "none")
    ids = {}
    for name in names:
        document = arm.public_ip_prefix(draft.group, name, "203.0.113.64/28", location=WHERE)
        draft.add(document)
        ids[name] = document["id"]
    draft.cluster["properties"]["agentPoolProfiles"][0]["nodePublicIPPrefixID"] = ids["pool"]
    draft.add(
        arm.nat_gateway(draft.group, "natgw", location=WHERE, public_ip_prefixes=[ids["nat"]]),
        arm.public_ip(draft.group, "ip", "203.0.113.64", location=WHERE, prefix=ids["addresses"]),
    )
    found = infrastructure(draft)
    assert [found[name] for name in names] == [
        "addresses of nodes of pool nodepool1",
        "NAT gateway",
        "its public IP addresses",
        None,
    ]


def test_a_private_link_service_names_the_service_its_tag_tells() -> None:
    draft = Draft(VMSS)
    kind = "Microsoft.Network/privateLinkServices"
    add_item(draft, kind, "pls-web", {"k8s-azure-owner-service": "shop/web"})
    add_item(draft, kind, "pls-plain")
    found = infrastructure(draft)
    assert found["pls-web"] == "private link to service shop/web"
    assert found["pls-plain"] == "private link to a service"


@pytest.mark.parametrize("level", ["ReadOnly", "Unrestricted", None])
def test_the_groups_restriction_level_is_a_fact(level: str | None) -> None:
    draft = Draft(VMSS)
    draft.cluster["properties"]["nodeResourceGroupProfile"] = {"restrictionLevel": level}
    found = build_infrastructure(Topology(draft.snapshot()))
    assert found.restriction_level == level
    text = render_terminal(lay_out_infrastructure(found, 40), width=200, color=False)
    (line,) = [each for each in text.splitlines() if "Restriction level" in each]
    assert line.split() == ["Restriction", "level", level or "-"]


def test_names_from_azure_cannot_act() -> None:
    draft = Draft(VMSS)
    evil = "x|\x1b[31m\u202e<b>"
    draft.cluster["properties"]["agentPoolProfiles"][0]["name"] = f"np{evil}"
    draft.one(SCALE_SETS)["tags"]["aks-managed-poolName"] = f"np{evil}"
    draft.remove(MACHINES)
    tags = {"k8s-azure-owner-service": evil}
    add_item(draft, "Microsoft.Network/privateLinkServices", "pls", tags)
    first_subnet(draft)["properties"]["serviceAssociationLinks"] = [{"name": evil}]
    connect(draft, scale_set_configuration(arm.group_id(f"MC_{evil}"), evil))
    topology = Topology(draft.snapshot())
    assert {each.pool for each in subnet(draft).devices} == {f"np{evil}", None}
    blocks = [
        *lay_out_virtual_networks(build_virtual_networks(topology), 40),
        *lay_out_infrastructure(build_infrastructure(topology), 40),
    ]
    for text in (render_markdown(blocks), render_terminal(blocks, width=300, color=False)):
        assert not {"\x1b", "\u202e"} & set(text)
        assert "private link to service" in text
    assert "<b>" not in render_markdown(blocks)


def test_without_arms_figure_the_free_addresses_are_unknown() -> None:
    draft = Draft(VMSS)
    snapshot = assemble(draft.documents, str(bundled(VMSS).cluster), usages=[])
    (found,) = analyze(snapshot).virtual_networks.networks
    assert [each.used for each in found.subnets] == [3]
    assert all(isinstance(each.free, Unknown) for each in found.subnets)


def test_unseen_addresses_of_two_families_are_not_counted_as_ipv4() -> None:
    snapshot = bundled("dual-stack")
    refusal = refusal_of_list(snapshot, SCALE_SET_INTERFACES)
    (found,) = analyze(refused(snapshot, [refusal])).virtual_networks.networks
    subnet = next(each for each in found.subnets if each.is_cluster_subnet)
    assert subnet.used == 0
    assert isinstance(subnet.free, Unknown)
    assert subnet.note == "at least 0 used: 6 configurations could not be seen"
