"""kubenet-route-next-hop: when it passes, fails, does not know, and does not apply."""

from typing import Any

import pytest

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    INTERFACES,
    MACHINES,
    NETWORKS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "kubenet-route-next-hop"
SET = "aks-nodepool1-18264093-vmss"
TABLE = "aks-agentpool-30517864-routetable"
UPGRADE = (
    "az aks nodepool upgrade --resource-group rg-shop --cluster-name aks-shop "
    "--name nodepool1 --node-image-only"
)


def routes(draft: Draft) -> list[Any]:
    found: list[Any] = draft.one(ROUTE_TABLES)["properties"]["routes"]
    return found


def route_of(draft: Draft, node: str) -> Any:
    return next(each for each in routes(draft) if each["name"].startswith(node))


def led_to(address: str, node: str = f"{SET}000000") -> Draft:
    """Return the cluster with a node's route leading to an address."""
    draft = Draft("kubenet-vmss")
    route_of(draft, node)["properties"]["nextHopIpAddress"] = address
    return draft


def test_it_passes_where_every_route_leads_to_its_node() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert outcome.status is Status.PASSED
    assert outcome.message == "the node's own address on 3 of 3 pod routes"
    assert [each.value for each in outcome.evidence[:2]] == ["10.244.2.0/24", "10.224.0.4"]


@pytest.mark.parametrize("name", ["seed-kubenet", "basic-balancer", "kubenet-dual-stack"])
def test_it_passes_on_every_sound_kubenet_cluster(name: str) -> None:
    assert ask(CHECK, name).status is Status.PASSED


def test_it_fires_for_an_address_of_nobody_s() -> None:
    draft = led_to("10.224.0.99")
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "another next hop on 1 of 3 pod routes"
    assert (finding.cause, finding.severity) == ("wrong-next-hop", Severity.CRITICAL)
    assert (str(finding.subject), finding.name) == (draft.one(ROUTE_TABLES)["id"], TABLE)
    assert finding.message == (
        f"1 of 3 pod routes of {TABLE} with another next hop than the node's address: "
        f"{SET}000000 has 10.224.0.6, not 10.224.0.99"
    )
    name = f"{SET}000000____102441024"
    assert [(each.name, each.field, each.value) for each in finding.evidence] == [
        (name, "properties.nextHopIpAddress", "10.224.0.99"),
        (f"{SET}000000", "properties.privateIPAddress", "10.224.0.6"),
    ]
    assert commands_of(finding) == (
        f"az network route-table route show --ids {draft.one(ROUTE_TABLES)['id']}/routes/{name}",
        UPGRADE,
    )


def test_it_fires_for_another_node_s_address_by_the_route_s_name() -> None:
    finding = the_finding(ask(CHECK, led_to("10.224.0.4")))
    assert finding.message.endswith(
        f"{SET}000000 has 10.224.0.6, not 10.224.0.4, which is {SET}000001"
    )


def test_crossed_routes_are_one_finding() -> None:
    draft = led_to("10.224.0.4")
    route_of(draft, f"{SET}000001")["properties"]["nextHopIpAddress"] = "10.224.0.6"
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.startswith("2 of 3 pod routes")
    assert len(finding.evidence) == 4


@pytest.mark.parametrize("address", ["", "not an address", "fd00::4"])
def test_what_is_no_address_of_the_node_s_is_wrong(address: str) -> None:
    assert the_finding(ask(CHECK, led_to(address))).cause == "wrong-next-hop"


def test_a_table_of_the_user_s_is_mended_by_deleting_the_route() -> None:
    draft = led_to("10.224.0.99")
    table = draft.one(ROUTE_TABLES)
    draft.remove(ROUTE_TABLES)
    moved = table["id"].replace("MC_rg-shop_aks-shop_westeurope", "rg-shop-network")
    for each in table["properties"]["routes"]:
        each["id"] = each["id"].replace(table["id"], moved)
    draft.one(NETWORKS)["properties"]["subnets"][0]["properties"]["routeTable"]["id"] = moved
    draft.add(table | {"id": moved})
    show, delete = commands_of(the_finding(ask(CHECK, draft)))
    name = f"{moved}/routes/{SET}000000____102441024"
    assert show == f"az network route-table route show --ids {name}"
    assert delete == f"az network route-table route delete --ids {name}"


def test_an_ipv6_route_is_compared_with_the_ipv6_address() -> None:
    draft = Draft("kubenet-dual-stack")
    route = next(
        each for each in routes(draft) if each["properties"]["addressPrefix"].startswith("fd")
    )
    hop = route["properties"]["nextHopIpAddress"]
    route["properties"]["nextHopIpAddress"] = hop.upper().replace("::", ":0:0:0:0:")
    assert ask(CHECK, draft).status is Status.PASSED
    route["properties"]["nextHopIpAddress"] = "fd8c:5a1e:72::99"
    assert "not fd8c:5a1e:72::99" in the_finding(ask(CHECK, draft)).message


def test_a_second_address_of_the_node_s_is_not_its_own() -> None:
    draft = led_to("10.224.0.77")
    interface = draft.one(SCALE_SET_INTERFACES)
    configurations = draft.configurations(SCALE_SET_INTERFACES)
    subnet = configurations[0]["properties"]["subnet"]["id"]
    configurations.append(
        arm.ip_configuration(
            interface["id"], "ipconfig2", "10.224.0.77", subnet=subnet, is_primary=False
        )
    )
    assert the_finding(ask(CHECK, draft)).evidence[1].value == "10.224.0.6"


def test_a_route_to_a_node_that_is_gone_is_another_check_s() -> None:
    draft = Draft("kubenet-vmss")
    table = draft.one(ROUTE_TABLES)["id"]
    name = f"{SET}000009____102449024"
    routes(draft).append(arm.route(table, name, "10.244.9.0/24", "10.224.0.99"))
    outcome = ask(CHECK, draft)
    assert outcome.message == "the node's own address on 3 of 3 pod routes"


def test_a_route_without_an_address_is_another_check_s() -> None:
    draft = Draft("kubenet-vmss")
    route_of(draft, f"{SET}000000")["properties"].update(nextHopType="None", nextHopIpAddress=None)
    assert ask(CHECK, draft).message == "the node's own address on 2 of 2 pod routes"


@pytest.mark.parametrize("kind", [NETWORKS, ROUTE_TABLES])
def test_it_does_not_know_without_the_table(kind: str) -> None:
    refusal = refusal_of(bundled("kubenet-vmss"), kind)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_it_does_not_know_the_address_of_an_interface_that_was_refused() -> None:
    snapshot = led_to("10.224.0.99").snapshot()
    refusal = refusal_of(snapshot, SCALE_SET_INTERFACES, 0)
    outcome = ask(CHECK, snapshot, refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SETS, INTERFACES])
def test_a_wrong_next_hop_stays_a_fault(kind: str) -> None:
    snapshot = led_to("10.224.0.99").snapshot()
    refusal = refusal_of_list(snapshot, kind, with_documents=False)
    assert the_finding(ask(CHECK, snapshot, refusal)).cause == "wrong-next-hop"


def test_it_is_the_same_finding_while_the_node_at_the_next_hop_is_hidden() -> None:
    snapshot = led_to("10.224.0.4").snapshot()
    whole = the_finding(ask(CHECK, snapshot))
    refusal = refusal_of(snapshot, SCALE_SET_INTERFACES, 1)
    assert the_finding(ask(CHECK, snapshot, refusal)).fingerprint == whole.fingerprint


def test_it_does_not_know_of_a_node_without_an_address() -> None:
    draft = Draft("kubenet-vmss")
    draft.configurations(SCALE_SET_INTERFACES, 1).clear()
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == f"no IPv4 address of {SET}000001 is known"


def test_it_does_not_apply_without_pod_routes_or_to_cni() -> None:
    draft = Draft("kubenet-vmss")
    routes(draft).clear()
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.SKIPPED
    assert outcome.message == (
        "there is no pod route to an address: kubenet-node-route tells of it"
    )
    assert ask(CHECK, "half-migrated").status is Status.SKIPPED
