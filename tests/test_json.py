"""JSON: valid by its schemas, whole, and good for machines."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fixtures import documents as arm
from fixtures.assemble import assemble
from fixtures.connections import connected
from fixtures.pools import ScaleSetPool, pool_documents
from fixtures.services import Service, public_balancer
from inspector import (
    CheckFormat,
    Format,
    Gap,
    Snapshot,
    analyze,
    check,
    choose_checks,
    demo_clusters,
    load_demo,
    render,
    render_check,
)
from inspector.snapshot import GapReason
from tests.fake_arm import small_cluster

DOCS = Path(__file__).parent.parent / "docs"
ODD_GROUP = arm.group_id("MC_rg_odd_westeurope")
ODD_CLUSTER = arm.cluster_id("rg", "odd")
ODD_NETWORK = arm.resource_id(ODD_GROUP, "Microsoft.Network/virtualNetworks", "vnet-odd")
ODD_SUBNET = f"{ODD_NETWORK}/subnets/nodes"
ONE_IP = "kubenet-one-ip-per-node"
ODD_ADDRESSES = (("10.1.0.4", "10.1.0.5", "10.1.0.6"), ("10.1.0.7",))


def failing_cluster(network: str = "vnet-odd") -> Snapshot:
    """Return kubenet with a node of three addresses and one of one."""
    pool = arm.agent_pool_profile("np", count=2, version="1.30.9", max_pods=110, subnet=ODD_SUBNET)
    cluster = arm.managed_cluster(
        ODD_CLUSTER,
        location="westeurope",
        version="1.30.9",
        infrastructure_group=ODD_GROUP,
        pools=[pool],
        network=arm.network_profile("kubenet", pod_cidr="10.244.0.0/16"),
    )
    nodes = ScaleSetPool(
        cluster=ODD_CLUSTER,
        group=ODD_GROUP,
        name="np",
        number="12345678",
        location="westeurope",
        subnet=ODD_SUBNET,
        addresses=ODD_ADDRESSES,
    )
    service = Service(namespace="a", name="b", ports={80: 30080}, address="203.0.113.9")
    found = [
        cluster,
        arm.agent_pool(ODD_CLUSTER, pool),
        arm.resource_group(ODD_GROUP, location="westeurope", managed_by=ODD_CLUSTER),
        arm.virtual_network(
            ODD_GROUP,
            network,
            location="westeurope",
            prefixes=["10.1.0.0/16"],
            subnets=[arm.subnet(ODD_NETWORK, "nodes", ["10.1.0.0/24"])],
        ),
        *pool_documents(nodes),
        public_balancer(ODD_GROUP, location="westeurope", outbound_ips=[], services=[service]),
    ]
    return assemble(connected(found), ODD_CLUSTER)


def with_gap(snapshot: Snapshot, kind: str = "Microsoft.Network/loadBalancers") -> Snapshot:
    """Return the snapshot without the resources of one type: the list of them was refused."""
    (refused,) = (each for each in snapshot.listings if each.type == kind)
    gap = Gap(
        target=refused.scope,
        listing=kind,
        reason=GapReason.FORBIDDEN,
        action=f"{kind}/read",
        status=403,
        code="AuthorizationFailed",
        message="The client 'auditor' does not have authorization",
    )
    kept = {each: raw for each, raw in snapshot.documents.items() if each.type != kind}
    return Snapshot(
        cluster=snapshot.cluster,
        captured_at=snapshot.captured_at,
        tool_version=snapshot.tool_version,
        documents=kept,
        listings=tuple(each for each in snapshot.listings if each is not refused),
        gaps=(gap,),
    )


SNAPSHOTS = {
    **{name: load_demo(name) for name in demo_clusters()},
    "failing": failing_cluster(),
    "with a gap": with_gap(load_demo("kubenet-vmss")),
    "bare": small_cluster(),
}


@pytest.fixture(params=SNAPSHOTS.values(), ids=list(SNAPSHOTS))
def snapshot(request: pytest.FixtureRequest) -> Snapshot:
    found = request.param
    assert isinstance(found, Snapshot)
    return found


def report_of(snapshot: Snapshot) -> Any:
    return json.loads(render(analyze(snapshot), Format.JSON))


def check_of(snapshot: Snapshot, *chosen: str) -> Any:
    checked = check(snapshot, checks=choose_checks(chosen))
    return json.loads(render_check(checked, CheckFormat.JSON))


def closed(schema: Any) -> Any:
    """Return the schema with every object closed to fields it does not name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(each) for name, each in schema.items()}
    return found | ({"additionalProperties": False} if "properties" in found else {})


@pytest.fixture(params=["report", "check"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_is_valid_by_its_schema(snapshot: Snapshot, kind: str) -> None:
    schema = json.loads((DOCS / f"{kind}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    document = report_of(snapshot) if kind == "report" else check_of(snapshot)
    errors = [error.message for error in Draft202012Validator(closed(schema)).iter_errors(document)]
    assert errors == []


def test_the_schema_refuses_what_is_not_a_report(kind: str) -> None:
    validator = Draft202012Validator(json.loads((DOCS / f"{kind}.schema.json").read_text()))
    document = report_of(failing_cluster()) if kind == "report" else check_of(failing_cluster())
    for name in ("cluster", "checks" if kind == "report" else "outcomes", "gaps"):
        assert not validator.is_valid({**document, name: 7})
        assert not validator.is_valid({each: document[each] for each in document if each != name})
    (document["checks"] if kind == "report" else document)["outcomes"][0]["status"] = "fine"
    assert not validator.is_valid(document)


def test_a_finding_has_all_a_machine_needs() -> None:
    document = check_of(failing_cluster(), ONE_IP)
    (finding,) = document["findings"]
    assert finding["check"] == "kubenet-one-ip-per-node"
    assert finding["severity"] == "high"
    assert finding["subject"] == ODD_CLUSTER
    assert finding["message"].startswith("more than one IPv4 configuration")
    assert "aks-np-12345678-vmss000000" in finding["message"]
    assert finding["name"] == "odd"
    assert finding["cause"] == "several-ipv4"
    assert len(finding["fingerprint"]) == 32
    assert "az aks nodepool upgrade" in finding["commands"][1]
    (evidence,) = finding["evidence"]
    assert evidence["name"] == "aks-np-12345678-vmss000000"
    assert evidence["field"] == "properties.ipConfigurations"
    assert all(address in evidence["value"] for address in ODD_ADDRESSES[0])
    assert evidence["resource"].startswith(f"{ODD_GROUP}/providers/Microsoft.Compute/")
    assert [each["status"] for each in document["outcomes"]] == ["failed"]
    assert document["outcomes"][0]["findings"] == document["findings"]


def test_no_findings_is_an_empty_list() -> None:
    document = check_of(load_demo("kubenet-vmss"), ONE_IP)
    assert document["findings"] == []
    assert [each["status"] for each in document["outcomes"]] == ["passed"]


def test_a_gap_names_the_action_to_grant() -> None:
    for document in (report_of(SNAPSHOTS["with a gap"]), check_of(SNAPSHOTS["with a gap"])):
        (gap,) = document["gaps"]
        assert gap["action"] == "Microsoft.Network/loadBalancers/read"
        assert gap["reason"] == "forbidden"
        assert gap["status"] == 403


def test_unknown_is_an_object_and_absent_is_null() -> None:
    document = report_of(SNAPSHOTS["with a gap"])
    (missing,) = document["load_balancing"]["missing"]
    assert missing["action"] == "Microsoft.Network/loadBalancers/read"
    assert document["load_balancing"]["balancers"] == []
    assert document["api_server"]["private_fqdn"] is None


def leaves(value: Any) -> Iterator[Any]:
    children = value.values() if isinstance(value, dict) else value
    for child in children if isinstance(value, dict | list) else ():
        yield from leaves(child)
    if not isinstance(value, dict | list):
        yield value


def test_nothing_is_folded_or_cut() -> None:
    """The cluster has 87 addresses on three nodes; the other formats show them as runs."""
    snapshot = load_demo("cni-nodesubnet")
    report = analyze(snapshot)
    text = render(report, Format.JSON)
    assert text == render(report, Format.JSON, show_all=True)
    configured = [
        configuration["address"]
        for interface in json.loads(text)["node_interfaces"]["interfaces"]
        for configuration in interface["ip_configurations"]
    ]
    assert len(configured) == len(set(configured)) == 87
    assert "10.60.0.33-61" not in text
    folded = render(report, Format.TERMINAL)
    assert "10.60.0.33-61" in folded
    assert "10.60.0.40" not in folded


def test_it_is_utf_8_with_stable_key_order(snapshot: Snapshot) -> None:
    text = render(analyze(snapshot), Format.JSON)
    assert text == render(analyze(snapshot), Format.JSON)
    document = json.loads(text)
    assert list(document)[:4] == ["schema_version", "tool_version", "captured_at", "cluster"]
    assert json.dumps(document, indent=2, ensure_ascii=False) + "\n" == text
    assert document["schema_version"] == 2


def test_the_keys_of_a_check_come_from_the_general_to_the_particular() -> None:
    assert list(check_of(SNAPSHOTS["bare"])) == [
        "schema_version",
        "tool_version",
        "captured_at",
        "as_of",
        "cluster",
        "config",
        "counts",
        "findings",
        "outcomes",
        "ignored",
        "notes",
        "baseline",
        "gaps",
    ]


def test_a_report_and_a_check_say_the_same_of_the_checks(snapshot: Snapshot) -> None:
    report, checked = report_of(snapshot), check_of(snapshot)
    assert report["checks"] == {name: checked[name] for name in report["checks"]}
    assert report["summary"]["checks"] == checked["counts"]
