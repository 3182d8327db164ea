"""The check of recorded ARM bodies: what it lets pass, what it finds, what it answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from inspector.resources import Resource, Subnet, VirtualNetwork
from tests import recorded_payloads

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mc_shop"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
TABLE = f"{NETWORK}/routeTables/nodes"
VNET = f"{NETWORK}/virtualNetworks/shop"
BALANCER = f"{NETWORK}/loadBalancers/kubernetes"
SCALE_SET = f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/aks-np-vmss"
INTERFACE = f"{SCALE_SET}/virtualMachines/0/networkInterfaces/aks-np-vmss"
POOL = f"{BALANCER}/backendAddressPools/kubernetes"

Document = dict[str, Any]


def route_table() -> Document:
    routes = [{"id": f"{TABLE}/routes/a", "properties": {"addressPrefix": "10.244.0.0/24"}}]
    users = [{"id": f"{VNET}/subnets/nodes"}]
    return {"id": TABLE, "properties": {"routes": routes, "subnets": users}}


def network() -> Document:
    """Return a network whose subnet writes the table's id in another case."""
    connected = [{"id": f"{INTERFACE}/ipConfigurations/ipconfig1".upper()}]
    properties = {
        "addressPrefix": "10.0.0.0/16",
        "routeTable": {"id": TABLE.upper()},
        "ipConfigurations": connected,
    }
    subnet = {"id": f"{VNET}/subnets/nodes", "name": "nodes", "properties": properties}
    return {"id": VNET, "properties": {"subnets": [subnet]}}


def interface() -> Document:
    properties = {
        "privateIPAddress": "10.0.0.4",
        "primary": True,
        "subnet": {"id": f"{VNET}/subnets/nodes"},
        "loadBalancerBackendAddressPools": [{"id": POOL}],
    }
    configuration = {"id": f"{INTERFACE}/ipConfigurations/ipconfig1", "properties": properties}
    machine = {"id": f"{SCALE_SET}/virtualMachines/0"}
    return {
        "id": INTERFACE,
        "properties": {"ipConfigurations": [configuration], "virtualMachine": machine},
    }


def balancer() -> Document:
    members = [{"id": f"{INTERFACE}/ipConfigurations/ipconfig1"}]
    pool = {"id": POOL, "properties": {"backendIPConfigurations": members}}
    address = {"id": f"{NETWORK}/publicIPAddresses/web"}
    frontend = {
        "id": f"{BALANCER}/frontendIPConfigurations/web",
        "properties": {"publicIPAddress": address},
    }
    nat_rule = {"id": f"{BALANCER}/inboundNatRules/ssh", "properties": {"frontend": frontend["id"]}}
    return {
        "id": BALANCER,
        "properties": {
            "frontendIPConfigurations": [frontend],
            "backendAddressPools": [pool],
            "inboundNatRules": [nat_rule],
        },
    }


def cluster() -> Document:
    group = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/shop"
    pool = {"name": "np", "vnetSubnetID": f"{VNET}/subnets/nodes"}
    outbound = {"effectiveOutboundIPs": [{"id": f"{NETWORK}/publicIPAddresses/out"}]}
    return {
        "id": group,
        "type": "Microsoft.ContainerService/ManagedClusters",
        "identity": {"userAssignedIdentities": {f"{GROUP}/providers/x/ids/kubelet": {}}},
        "properties": {
            "nodeResourceGroup": "mc_shop",
            "agentPoolProfiles": [pool],
            "networkProfile": {"loadBalancerProfile": outbound},
        },
    }


def write(folder: Path, name: str, body: object) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body), encoding="utf-8")


def test_bodies_of_every_form_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "tables/one.json", route_table())
    write(tmp_path, "tables/nobody.txt", {"id": "not read"})
    write(tmp_path, "lists/nics.json", {"value": [interface()], "nextLink": "https://arm.test/2"})
    write(tmp_path, "lists/pages.json", [{"value": [network()]}, {"value": [balancer()]}])
    write(
        tmp_path, "array.json", [cluster(), {"id": f"{GROUP}/providers/Microsoft.Compute/disks/a"}]
    )
    write(tmp_path, "routes.json", {"value": [{"source": "Default", "nextHopType": "Internet"}]})
    assert recorded_payloads.main([str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    kinds = {line.split(": ok; ")[0]: line.split(": ok; ")[1].split(", ") for line in lines[:5]}
    assert kinds == {
        "array.json": [
            "1 Microsoft.ContainerService/managedClusters",
            "1 of a type not read (Microsoft.Compute/disks)",
        ],
        "lists/nics.json": ["1 Microsoft.Network/networkInterfaces"],
        "lists/pages.json": [
            "1 Microsoft.Network/loadBalancers",
            "1 Microsoft.Network/virtualNetworks",
        ],
        "routes.json": ["1 of a type not read (no resource)"],
        "tables/one.json": ["1 Microsoft.Network/routeTables"],
    }
    assert lines[5] == "5 files, 0 failures, 2 documents of types not read"
    assert "       1 Microsoft.Network/routeTables" in lines
    field = "Microsoft.Network/routeTables properties.subnets"
    assert f"       1 {field}: the other end refers to this one" in lines


def failures(tmp_path: Path, body: object) -> list[str]:
    write(tmp_path, "body.json", body)
    assert recorded_payloads.main([str(tmp_path)]) == 1
    return recorded_payloads.check_file(tmp_path / "body.json").failures


def test_a_misshapen_document_fails_with_its_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = route_table()
    odd["properties"]["routes"][0]["properties"]["addressPrefix"] = 7
    (failure,) = failures(tmp_path, {"value": [route_table(), odd]})
    assert failure.startswith("$.value[1]: Expected `str")
    assert "addressPrefix" in failure
    out = capsys.readouterr().out
    assert "body.json: 1 failures; 1 Microsoft.Network/routeTables\n" in out
    assert f"  body.json: {failure}\n" in out


@pytest.mark.parametrize(
    ("text", "reason"),
    [("{", "$: not JSON"), ('{"id": 1, "type": "microsoft.network/ROUTETABLES"}', "$.id: not an")],
)
def test_what_is_no_document_fails(text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text(text, encoding="utf-8")
    assert recorded_payloads.main([str(tmp_path)]) == 1
    (failure,) = recorded_payloads.check_file(tmp_path / "odd.json").failures
    assert failure.startswith(reason)


def test_a_reference_the_parser_passes_over_is_lost(tmp_path: Path) -> None:
    odd = route_table()
    hop = f"{NETWORK}/virtualHubs/hub"
    odd["properties"]["routes"][0]["properties"]["nextHop"] = {"id": hop}
    assert failures(tmp_path, [odd]) == [
        f"$[0].properties.routes[0].properties.nextHop.id: the id is lost: {hop!r}"
    ]


def test_a_sub_resource_the_parser_passes_over_is_lost(tmp_path: Path) -> None:
    odd = balancer()
    rule = {"id": f"{BALANCER}/newRules/a", "properties": {"pool": {"id": POOL}}}
    odd["properties"]["newRules"] = [rule]
    assert failures(tmp_path, odd) == [
        f"$.properties.newRules[0].id: the id is lost: {rule['id']!r}",
        f"$.properties.newRules[0].properties.pool.id: the id is lost: {POOL!r}",
    ]


def test_a_reference_to_a_sibling_has_to_come_back_too(tmp_path: Path) -> None:
    odd = balancer()
    odd["properties"]["frontendIPConfigurations"][0]["properties"]["newPool"] = {"id": POOL}
    (failure,) = failures(tmp_path, odd)
    assert failure.startswith("$.properties.frontendIPConfigurations[0].properties.newPool.id: ")


def test_a_link_of_another_part_does_not_stand_in_for_a_lost_one(tmp_path: Path) -> None:
    odd = network()
    other = {"id": f"{VNET}/subnets/other", "properties": {"newTable": {"id": TABLE}}}
    odd["properties"]["subnets"].append(other)
    (failure,) = failures(tmp_path, odd)
    assert failure.startswith("$.properties.subnets[1].properties.newTable.id: the id is lost")


def test_an_id_as_a_field_s_name_counts(tmp_path: Path) -> None:
    odd = route_table()
    odd["properties"]["users"] = {VNET: {}}
    assert failures(tmp_path, odd) == [f"$.properties.users.{VNET}: the id is lost: {VNET!r}"]


def test_what_arm_expands_belongs_to_another_document(tmp_path: Path) -> None:
    """A list asked for with ``$expand`` has whole resources in the place of references."""
    expanded = network()
    expanded["properties"]["subnets"][0]["properties"]["routeTable"] = route_table()
    write(tmp_path, "expanded.json", expanded)
    assert recorded_payloads.main([str(tmp_path)]) == 0


def test_nothing_to_check_is_not_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert recorded_payloads.main([str(tmp_path / "nowhere")]) == 2
    assert recorded_payloads.main([str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("no such folder, or no .json file in it") == 2


@pytest.mark.parametrize(("kind", "method"), [(Subnet, "links"), (VirtualNetwork, "parts")])
def test_a_parser_that_drops_something_is_caught(
    kind: type[Resource], method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kind, method, lambda _: iter(()))
    assert failures(tmp_path, network())
