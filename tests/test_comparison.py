"""Clusters side by side: what the rows say, where they differ, and what is left open."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import combinations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.scenarios import SCENARIOS
from inspector.assessment import assess
from inspector.comparison import Cell, ClusterComparison, Need, Row, Unknown, compare
from inspector.comparison.answers import at_least, made_of, row_of, said, untold
from inspector.config import Config, Ignore
from inspector.errors import UsageError
from inspector.findings import Severity
from inspector.network.limits import CeilingKind
from inspector.network.models import NetworkModel
from inspector.network.pool_sizes import Situation
from inspector.planning import Target, plan
from inspector.snapshot import Snapshot, decode_snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    MACHINES,
    NETWORKS,
    SCALE_SET_INTERFACES,
    Draft,
    Refusal,
    bundled,
    refused,
    whatever_can_be_refused,
)
from tests.test_snapshot import layout_of, with_recased_ids

KUBENET = "kubenet-vmss"
CNI = "cni-nodesubnet"
OVERLAY = "cni-overlay"
Values = tuple[str | None, ...]
names = st.sampled_from(sorted(SCENARIOS))


def compared(*clusters: str | Snapshot) -> ClusterComparison:
    return compare([bundled(each) if isinstance(each, str) else each for each in clusters])


def rows_of(comparison: ClusterComparison) -> dict[str, Row]:
    return {row.key: row for section in comparison.sections for row in section.rows}


def values(row: Row) -> Values:
    return tuple("?" if isinstance(each.value, Unknown) else each.value for each in row.cells)


def figures(cell: Cell) -> dict[str, int]:
    return {each.name: each.value for each in cell.figures}


def need(
    comparison: ClusterComparison, place: int, model: NetworkModel, situation: Situation
) -> Need:
    (found,) = (each for each in comparison.workloads[place].models if each.model is model)
    (one,) = (each for each in found.needs if each.situation is situation)
    return one


def everything(comparison: ClusterComparison) -> bytes:
    return msgspec.json.encode(comparison, enc_hook=str).lower()


def mirrored(comparison: ClusterComparison) -> ClusterComparison:
    return msgspec.structs.replace(
        comparison,
        clusters=comparison.clusters[::-1],
        workloads=comparison.workloads[::-1],
        sections=tuple(
            msgspec.structs.replace(
                section,
                rows=tuple(
                    msgspec.structs.replace(row, cells=row.cells[::-1]) for row in section.rows
                ),
            )
            for section in comparison.sections
        ),
    )


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_cluster_does_not_differ_from_itself(name: str) -> None:
    found = compared(name, name, name)
    assert found.rows_that_differ == 0
    assert not any(cell.why for row in rows_of(found).values() for cell in row.cells)


@given(st.lists(names, min_size=2, max_size=2, unique=True))
@settings(max_examples=30)
def test_the_order_of_two_clusters_is_that_of_the_columns_alone(both: list[str]) -> None:
    one, other = both
    assert compared(other, one) == mirrored(compared(one, other))


@given(st.permutations(["seed-kubenet", "private-udr", "automatic", "half-migrated"]))
@settings(max_examples=6)
def test_the_order_of_several_clusters_changes_no_cell(order: list[str]) -> None:
    usual = rows_of(compared("seed-kubenet", "private-udr", "automatic", "half-migrated"))
    for key, row in rows_of(compared(*order)).items():
        by_name = dict(zip(order, row.cells, strict=True))
        assert row.differs == usual[key].differs
        expected = zip(
            ("seed-kubenet", "private-udr", "automatic", "half-migrated"),
            usual[key].cells,
            strict=True,
        )
        assert by_name == dict(expected)


@given(names, names, st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_neither_order_of_documents_nor_casing_changes_anything(
    name: str, other: str, rng: random.Random
) -> None:
    def recase(text: str) -> str:
        return rng.choice((str.lower, str.upper, str.swapcase, str))(text)

    layout = with_recased_ids(layout_of(bundled(name)), recase)
    documents = list(layout["documents"].items())
    rng.shuffle(documents)
    layout["documents"] = dict(documents)
    changed = decode_snapshot(msgspec.json.encode(layout), "changed")
    assert everything(compared(changed, other)) == everything(compared(name, other))


@given(st.data())
@settings(max_examples=60)
def test_what_is_hidden_leaves_a_row_open_and_changes_no_cell(data: st.DataObject) -> None:
    """The refused cluster beside itself: a cell is as before, not known, or not all there is."""
    snapshot = bundled(data.draw(names))
    refusal = st.sampled_from(whatever_can_be_refused(snapshot))
    hidden = data.draw(st.lists(refusal, min_size=1, max_size=3))
    for row in rows_of(compared(refused(snapshot, hidden), snapshot)).values():
        seen, whole = row.cells
        assert row.differs is not True, (row.key, values(row))
        if not isinstance(seen.value, Unknown) and not seen.is_least:
            assert seen.value == whole.value, row.key
            assert {*seen.figures} <= {*whole.figures}, row.key
        assert not (isinstance(seen.value, Unknown) and seen.figures)


@pytest.mark.parametrize(
    ("one", "other", "place"), [(KUBENET, CNI, 0), ("private-udr", OVERLAY, 0)]
)
def test_no_refusal_makes_two_clusters_the_same(one: str, other: str, place: int) -> None:
    snapshots = [bundled(one), bundled(other)]
    usual = rows_of(compare(snapshots))
    for refusal in whatever_can_be_refused(snapshots[place]):
        given_both = list(snapshots)
        given_both[place] = refused(snapshots[place], [refusal])
        for key, row in rows_of(compare(given_both)).items():
            if row.differs is False:
                assert key not in usual or usual[key].differs is False, (refusal, key)


def test_a_hidden_list_of_interfaces_leaves_no_number() -> None:
    snapshot = bundled(CNI)
    listing = next(each for each in snapshot.listings if each.type.endswith("networkInterfaces"))
    without = refused(snapshot, [Refusal(listing.scope, listing.type, with_documents=True)])
    found = rows_of(compared(KUBENET, without))
    for key in ("ip-configurations-seen", "vnet-addresses-per-node", "connected-devices"):
        assert values(found[key])[1] == "?"
        assert found[key].differs is None
        assert found[key].cells[1].figures == ()
    assert values(found["ip-configurations-expected"]) == ("1", "21 to 31")


def test_kubenet_beside_node_subnet() -> None:
    """Three nodes each; a /22 has 1,024 - 5 addresses, of which 3 x 29 are given out."""
    found = rows_of(compared(KUBENET, CNI))
    assert {key: values(row) for key, row in found.items() if row.differs} == {
        "region": ("westeurope", "northeurope"),
        "network-model": ("kubenet", "Azure CNI, node subnet"),
        "data-plane": (None, "azure"),
        "pod-addresses": ("the pod CIDR, outside the VNet", "the node subnet"),
        "system-pools": ("3 nodes, maxPods 110", "3 nodes, maxPods 30"),
        "ip-configurations-expected": ("1", "21 to 31"),
        "ip-configurations-seen": ("1", "29"),
        "vnet-addresses-per-node": ("1", "29, up to 31"),
        "vnet-addresses-per-pod": ("0", "1"),
        "connected-devices": ("3, all of nodes", "87, all of nodes"),
        "pods-among-devices": ("no", "yes, 84 of 87 are for pods"),
        "node-subnet": ("a /16", "a /22"),
        "node-subnet-use": ("3 given out, 65,528 free", "87 given out, 932 free"),
        "nodes-that-fit": ("65,528 nodes", "30 nodes"),
        "pod-cidr": ("a /16, a /24 for each of 256 nodes", None),
        "route-table": ("AKS's own, on the node subnet", "none"),
        "routes": ("3 to nodes' pods", "none"),
        "most-nodes": ("256, by the pod CIDR", "33, by the node subnet"),
        "most-nodes-by-kubenet": ("400", None),
        "most-nodes-by-route-table": ("400", None),
        "most-nodes-by-pod-cidr": ("256", None),
        "most-nodes-by-node-subnet": ("65,531", "33"),
        "security-group-attachment": ("subnet", "subnet and NIC"),
        "security-group-sees": (
            "pods' addresses between nodes alone",
            "every pod's own address",
        ),
        "public-services": ("2 frontends, 3 rules, 3 probes", "1 frontend, 2 rules, 2 probes"),
        "retirements": (
            "Ubuntu 22.04, 2027-06-30; kubenet, 2028-03-31",
            "Ubuntu 22.04, 2027-06-30",
        ),
        "overlay-readiness": ("17 of 19 conditions met, 1 blocker, 1 not visible in ARM", None),
        "findings": ("1 medium, 2 info", "1 medium, 2 info"),
        "check-nsg-attached": ("passes", "fails: 1 info"),
        "check-retirements": ("fails: 1 medium, 1 info", "fails: 1 medium"),
    }
    assert not any(row.differs is None for row in found.values())
    assert figures(found["node-subnet-use"].cells[1]) == {"given_out": 87, "free": 932}
    assert figures(found["pods-among-devices"].cells[1]) == {"pods": 84, "of_nodes": 87}


def test_the_causes_of_kubenet_and_node_subnet() -> None:
    found = rows_of(compared(KUBENET, CNI))
    whys = {key: [each.why for each in row.cells] for key, row in found.items() if row.differs}
    assert whys["vnet-addresses-per-node"] == [
        "kubenet: the node alone takes a VNet address, pods are behind NAT",
        "node-subnet CNI: each pod is a VNet member, with an address on the node's NIC",
    ]
    assert whys["ip-configurations-seen"][1] == (
        "node-subnet CNI: 1 for the node and 1 for each of 30 pods but 2 on the host's network"
    )
    assert whys["nodes-that-fit"] == ["a node takes 1", "a node takes 31 when full"]
    assert whys["most-nodes"] == [
        "pod CIDR 10.244.0.0/16, a /24 per node",
        "a /22 for nodes, a node takes 31 when full",
    ]
    assert whys["overlay-readiness"] == [
        "needed: a user-assigned identity",
        "only kubenet has to move",
    ]
    assert whys["findings"] == ["retirements", "nsg-attached"]


def test_kubenet_beside_overlay() -> None:
    """Both give a VNet address to the node alone; what differs is who routes to the pods."""
    found = rows_of(compared(KUBENET, OVERLAY))
    same = (
        "pod-addresses",
        "ip-configurations-seen",
        "vnet-addresses-per-node",
        "vnet-addresses-per-pod",
        "pods-among-devices",
        "pod-cidr",
        "most-nodes",
    )
    assert {key: found[key].differs for key in same} == dict.fromkeys(same, False)
    assert {key: values(found[key]) for key in found if found[key].differs} | {
        "network-model": ("kubenet", "Azure CNI Overlay"),
        "network-policy": ("none", "calico"),
        "system-pools": ("3 nodes, maxPods 110", "2 nodes, 5 at most, maxPods 250"),
        "user-linux-pools": (None, "2 nodes, maxPods 250, 1 pool stopped"),
        "user-windows-pools": (None, "1 node, maxPods 110"),
        "spot-pools": (None, "1 node, 3 at most, maxPods 250"),
        "connected-devices": (
            "3, all of nodes",
            "5: 4 of nodes, 1 of internal load balancers",
        ),
        "route-table": ("AKS's own, on the node subnet", "none"),
        "internal-services": (None, "1 frontend, 1 rule, 1 probe"),
        "outbound-addresses": ("1 address", "2 addresses"),
        "snat-ports": ("1,024 for each node", "8,000 for each node"),
    } == {key: values(found[key]) for key in found if found[key].differs}
    assert [each.why for each in found["routes"].cells] == [
        "kubenet: a route leads to each node's pods, as the VNet does not know them",
        "Overlay: Azure's network routes pods itself",
    ]
    assert [each.why for each in found["user-windows-pools"].cells] == [
        "kubenet: Linux nodes alone",
        None,
    ]


def test_three_clusters() -> None:
    found = compared(KUBENET, CNI, OVERLAY)
    rows = rows_of(found)
    assert [each.heading for each in found.clusters] == ["aks-shop", "aks-payments", "aks-retail"]
    assert values(rows["vnet-addresses-per-node"]) == ("1", "29, up to 31", "1")
    assert [each.why for each in rows["vnet-addresses-per-pod"].cells] == [
        "kubenet: pods leave with the node's address",
        "node-subnet CNI: pods are VNet members",
        "Overlay: pods leave with the node's address",
    ]
    assert values(rows["most-nodes"]) == (
        "256, by the pod CIDR",
        "33, by the node subnet",
        "256, by the pod CIDR",
    )
    assert rows["findings"].differs is True
    assert rows["findings"].cells[2].is_least


@pytest.mark.parametrize(
    ("place", "model", "situation", "expected"),
    [
        (0, NetworkModel.KUBENET, Situation.NOW, (3, "3", 29, 0, "0", 3)),
        (0, NetworkModel.CNI_OVERLAY, Situation.UPGRADE, (4, "3 + 1", 28, 0, "0", 4)),
        (0, NetworkModel.CNI_NODE_SUBNET, Situation.NOW, (333, "3 x 111", 23, 0, "0", None)),
        (
            0,
            NetworkModel.CNI_POD_SUBNET_DYNAMIC,
            Situation.UPGRADE,
            (4, "3 + 1", 28, 448, "(3 + 1) x 112", None),
        ),
        (1, NetworkModel.CNI_NODE_SUBNET, Situation.NOW, (93, "3 x 31", 25, 0, "0", None)),
        (
            1,
            NetworkModel.CNI_NODE_SUBNET,
            Situation.UPGRADE,
            (124, "(3 + 1) x 31", 24, 0, "0", None),
        ),
        (
            1,
            NetworkModel.CNI_POD_SUBNET_STATIC,
            Situation.MAXIMUM_AND_UPGRADE,
            (4, "3 + 1", 28, 128, "(3 + 1) x 32", None),
        ),
    ],
)
def test_the_same_workload_under_another_model(
    place: int,
    model: NetworkModel,
    situation: Situation,
    expected: tuple[int, str, int, int, str, int | None],
) -> None:
    one = need(compared(KUBENET, CNI), place, model, situation)
    found = (
        one.node_subnet.value,
        one.node_subnet.formula,
        one.node_prefix_length,
        one.pod_subnet.value,
        one.pod_subnet.formula,
        one.slices and one.slices.value,
    )
    assert found == expected


def test_a_node_of_a_pod_subnet_takes_a_batch_at_least() -> None:
    one = need(compared(KUBENET, CNI), 0, NetworkModel.CNI_POD_SUBNET_DYNAMIC, Situation.NOW)
    floor, full = one.pod_subnet_floor.value, one.pod_subnet.value
    assert (floor, full, one.pod_prefix_length) == (48, 336, 23)


def worth(formula: str) -> int:
    """Return the value of a formula, which holds numbers, sums, products and brackets alone."""
    assert set(formula) <= set("0123456789,+x() ")
    return int(eval(formula.replace("x", "*").replace(",", "")))  # noqa: S307 - checked to be arithmetic


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_formula_gives_its_number(name: str) -> None:
    (workload, _) = compared(name, name).workloads
    for model in workload.models:
        for each in model.needs:
            for figure in (each.node_subnet, each.pod_subnet_floor, each.pod_subnet, each.slices):
                if figure is not None:
                    assert figure.formula is not None
                    assert worth(figure.formula) == figure.value


def test_the_own_model_is_marked_and_nodes_of_no_pool_are_not_counted() -> None:
    found = compared("cni-podsubnet", "automatic")
    own = [[each.model for each in workload.models if each.is_own] for workload in found.workloads]
    assert own == [
        [NetworkModel.CNI_POD_SUBNET_DYNAMIC, NetworkModel.CNI_POD_SUBNET_STATIC],
        [NetworkModel.CNI_OVERLAY],
    ]
    counts = [
        (each.nodes.value, each.nodes_not_counted, each.is_open_ended) for each in found.workloads
    ]
    assert counts == [(4, 0, False), (2, 3, True)]


def test_a_pool_without_max_pods_has_an_unknown_need() -> None:
    draft = Draft(CNI)
    draft.cluster["properties"]["agentPoolProfiles"][0].pop("maxPods")
    found = compared(draft.snapshot(), KUBENET)
    one = need(found, 0, NetworkModel.CNI_NODE_SUBNET, Situation.NOW)
    assert one.node_subnet.unknown is not None
    assert one.node_subnet.unknown.reason == "ARM does not tell maxPods of pool nodepool1"
    assert (one.node_subnet.formula, one.node_prefix_length) == (None, None)
    assert need(found, 0, NetworkModel.CNI_OVERLAY, Situation.NOW).node_subnet.value == 3
    assert need(found, 0, NetworkModel.CNI_OVERLAY, Situation.NOW).pod_subnet.value == 0
    assert rows_of(found)["vnet-addresses-per-node"].differs is None


def test_nodes_from_before_2022_reserve_for_every_pod() -> None:
    draft = Draft(CNI)
    draft.cluster["properties"]["agentPoolProfiles"][0]["maxPods"] = 28
    row = rows_of(compared(draft.snapshot(), CNI))["ip-configurations-expected"]
    assert values(row) == ("19 to 29", "21 to 31")
    assert [each.why for each in row.cells] == ["maxPods 28", "maxPods 30"]
    row = rows_of(compared(draft.snapshot(), KUBENET))["ip-configurations-seen"]
    assert row.cells[0].why == (
        "node-subnet CNI: 1 for the node and 1 for each of 28 pods, as on nodes from before 2022"
    )


@pytest.mark.parametrize("number", [0, 1])
def test_fewer_than_two_clusters_are_no_comparison(number: int) -> None:
    with pytest.raises(UsageError, match="two clusters or more"):
        compare([bundled(KUBENET)] * number)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_the_most_nodes_are_those_of_a_plan(name: str) -> None:
    ceilings = plan(bundled(name)).ceilings
    found = rows_of(compared(name, name))
    cell = found["most-nodes"].cells[0]
    assert figures(cell) == {"nodes": ceilings.nodes.value}
    assert str(cell.value).startswith("at most ") is ceilings.is_at_most
    for each in ceilings.rows:
        key = f"most-nodes-by-{each.kind.value.lower().replace(' ', '-')}"
        assert figures(found[key].cells[0]) == {"nodes": each.nodes.value}
    left = {each.kind: each.left_now.value for each in ceilings.rows}
    assert figures(found["nodes-that-fit"].cells[0]) == {"nodes": left[CeilingKind.NODE_SUBNET]}


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_hidden_ceiling_is_hidden_in_both(name: str) -> None:
    snapshot = bundled(name)
    for refusal in whatever_can_be_refused(snapshot)[::7]:
        without = refused(snapshot, [refusal])
        binding = plan(without).ceilings.nodes.value
        cell = rows_of(compared(without, snapshot))["most-nodes"].cells[0]
        assert (figures(cell) or None) == (
            None if isinstance(binding, Unknown) else {"nodes": binding}
        ), refusal


def test_more_than_azure_allows_is_told() -> None:
    """Each node keeps 110 pods: 1,000 nodes and 100 of an upgrade take 122,100 addresses."""
    draft = Draft(KUBENET)
    draft.cluster["properties"]["agentPoolProfiles"][0] |= {
        "enableAutoScaling": True,
        "minCount": 1,
        "maxCount": 1000,
        "upgradeSettings": {"maxSurge": "10%"},
    }
    found = compared(draft.snapshot(), KUBENET)
    most = Situation.MAXIMUM_AND_UPGRADE
    assert {
        model: need(found, 0, model, most).beyond
        for model in NetworkModel
        if model not in {NetworkModel.BYO_CNI, NetworkModel.UNRECOGNISED}
    } == {
        NetworkModel.KUBENET: "the 400 nodes of kubenet",
        NetworkModel.CNI_OVERLAY: None,
        NetworkModel.CNI_NODE_SUBNET: "the 65,536 addresses of a network",
        NetworkModel.CNI_POD_SUBNET_DYNAMIC: "the 65,536 addresses of a network",
        NetworkModel.CNI_POD_SUBNET_STATIC: None,
    }
    assert need(found, 0, NetworkModel.CNI_NODE_SUBNET, most).node_subnet.value == 122_100
    assert need(found, 0, NetworkModel.KUBENET, Situation.NOW).beyond is None
    draft.network_profile["ipFamilies"] = ["IPv4", "IPv6"]
    dual = compared(draft.snapshot(), KUBENET)
    assert need(dual, 0, NetworkModel.KUBENET, most).beyond == "the 200 nodes of kubenet"


def test_pools_behind_the_control_plane_are_told() -> None:
    draft = Draft(OVERLAY)
    draft.cluster["properties"]["agentPoolProfiles"][0]["currentOrchestratorVersion"] = "1.32.9"
    draft.cluster["properties"]["agentPoolProfiles"][1].pop("currentOrchestratorVersion")
    row = rows_of(compared(draft.snapshot(), OVERLAY))["kubernetes-version"]
    assert values(row) == ("1.33.5, pools 1.32.9", "1.33.5")
    assert row.cells[0].why == "pools are upgraded after the control plane"


def test_a_region_is_the_same_however_it_is_written() -> None:
    draft = Draft(KUBENET)
    draft.cluster["location"] = "West Europe"
    assert rows_of(compared(draft.snapshot(), KUBENET))["region"].differs is False


@pytest.mark.parametrize(
    ("ranges", "words"),
    [
        ([], "public, from anywhere"),
        (["203.0.113.0/24"], "public, from 1 range"),
        (["0.0.0.0/32"], "public, from the cluster's own load balancer alone"),
        (["0.0.0.0/0"], "public, from anywhere"),
        (["0.0.0.0/1", "128.0.0.0/1"], "public, from anywhere"),
    ],
)
def test_ranges_are_told_by_whom_they_admit(ranges: list[str], words: str) -> None:
    draft = Draft(KUBENET)
    draft.cluster["properties"]["apiServerAccessProfile"] = {"authorizedIPRanges": ranges}
    row = rows_of(compared(draft.snapshot(), KUBENET))["api-server-access"]
    assert values(row) == (words, "public, from anywhere")


def test_azure_cni_without_a_named_data_plane_has_azure_s() -> None:
    draft = Draft(CNI)
    draft.network_profile.pop("networkDataplane", None)
    assert values(rows_of(compared(draft.snapshot(), CNI))["data-plane"]) == ("azure", "azure")


def test_pools_with_different_max_pods_are_told_apart() -> None:
    draft = Draft(CNI)
    pools = draft.cluster["properties"]["agentPoolProfiles"]
    pools.append({**pools[0], "name": "large", "maxPods": 110, "count": 0})
    found = rows_of(compared(draft.snapshot(), CNI))
    expected = found["ip-configurations-expected"].cells[0]
    assert expected.value == "21 to 31 and 101 to 111"
    assert figures(expected) == {"least": 21, "most": 111}
    assert values(found["nodes-that-fit"]) == ("30 nodes of those that take least", "30 nodes")
    pools[1].pop("maxPods")
    hidden = rows_of(compared(draft.snapshot(), CNI))
    assert values(hidden["ip-configurations-expected"]) == ("?", "21 to 31")


def test_a_cluster_without_nodes_has_nothing_of_theirs() -> None:
    draft = Draft(CNI)
    draft.cluster["properties"]["powerState"] = {"code": "Stopped"}
    draft.cluster["properties"]["agentPoolProfiles"][0]["count"] = 0
    draft.remove(MACHINES)
    draft.remove(SCALE_SET_INTERFACES)
    for subnet in draft.one(NETWORKS)["properties"]["subnets"]:
        subnet["properties"].pop("ipConfigurations", None)
    found = compared(draft.snapshot(), CNI)
    rows = rows_of(found)
    for key in (
        "looks-as-declared",
        "ip-configurations-seen",
        "pods-among-devices",
        "security-group-attachment",
        "security-group-sees",
        "backend-pool-members",
        "way-out",
        "snat-ports",
    ):
        assert values(rows[key])[0] is None, key
    assert values(rows["connected-devices"])[0] == "0"
    assert (found.clusters[0].power_state, found.clusters[1].power_state) == ("Stopped", "Running")


def test_what_is_behind_a_gateway_is_not_said_of_all_nodes() -> None:
    draft = Draft("cni-podsubnet")
    first = draft.one(NETWORKS)["properties"]["subnets"][0]
    first["properties"].pop("natGateway")
    row = rows_of(compared(draft.snapshot(), "cni-podsubnet"))["snat-ports"]
    assert values(row) == (
        "322,560 shared by the nodes behind the gateway",
        "322,560 shared by all nodes",
    )


def test_a_default_that_both_share_is_no_reason() -> None:
    row = rows_of(compared("isolated", "automatic"))["system-pools"]
    assert values(row) == ("3 nodes, maxPods 250", "2 nodes, maxPods 250")
    assert [each.why for each in row.cells] == ["sized by hand"] * 2


@pytest.mark.parametrize(
    ("both", "key", "whys"),
    [
        (
            (KUBENET, "cni-podsubnet"),
            "system-pools",
            ["kubenet: maxPods 110 is the default, sized by hand", "maxPods 110, sized by hand"],
        ),
        (
            ("byo-cni", "virtual-machines"),
            "security-group-attachment",
            ["the network is AKS's own", "the network is the user's"],
        ),
        (
            (KUBENET, OVERLAY),
            "internal-services",
            ["no internal service of type LoadBalancer", "a service that no tag names"],
        ),
        (
            (KUBENET, OVERLAY),
            "nodes-that-fit",
            ["3 nodes", "4 nodes and 2 that may start again"],
        ),
        (
            ("isolated", "automatic"),
            "outbound-addresses",
            ["nothing leaves", "leaves by NAT gateway"],
        ),
        (
            ("byo-cni", CNI),
            "most-nodes",
            [
                "no limit of its own network is lower",
                "a /22 for nodes, a node takes 31 when full",
            ],
        ),
    ],
)
def test_causes(both: tuple[str, str], key: str, whys: list[str]) -> None:
    assert [each.why for each in rows_of(compared(*both))[key].cells] == whys


def test_what_arm_does_not_tell_of_retirements_is_said() -> None:
    row = rows_of(compared("basic-balancer", KUBENET))["retirements"]
    assert row.cells[0].is_least
    assert values(row)[0] == (
        "availability sets, retired 2025-09-30; the Basic load balancer, retired 2025-09-30; "
        "kubenet, 2028-03-31, as far as ARM tells"
    )


def headings(snapshots: Sequence[Snapshot], labels: Sequence[str] | None = None) -> list[str]:
    return [each.heading for each in compare(snapshots, labels=labels).clusters]


def test_labels_tell_clusters_of_one_name_apart_and_no_others() -> None:
    twice, other = [bundled(KUBENET)] * 2, bundled(CNI)
    assert headings([*twice, other], ["before", "after", "x"]) == [
        "aks-shop (before)",
        "aks-shop (after)",
        "aks-payments",
    ]
    assert headings(twice) == ["aks-shop (1)", "aks-shop (2)"]


def moved(name: str, *, group: str = "", subscription: str = "") -> Snapshot:
    """Return a bundled cluster with its resources in another group or subscription."""
    layout = msgspec.json.encode(layout_of(bundled(name))).decode()
    layout = layout.replace("rg-shop", group or "rg-shop")
    layout = layout.replace("00000000-0000-0000-0000-000000000000", subscription or "0" * 8)
    return decode_snapshot(layout.encode(), "moved")


@pytest.mark.parametrize(
    ("labels", "other", "expected"),
    [
        (["a.json", "b.json"], {}, ["a.json", "b.json"]),
        (["a.json", "A.json"], {"group": "rg-test"}, ["rg-shop", "rg-test"]),
        (["/subscriptions/1", "/subscriptions/2"], {"group": "rg-test"}, ["rg-shop", "rg-test"]),
        (["", ""], {"subscription": "other"}, ["00000000", "other"]),
        (["", ""], {}, ["1", "2"]),
    ],
)
def test_clusters_of_one_name_have_headings_of_their_own(
    labels: list[str], other: dict[str, str], expected: list[str]
) -> None:
    found = headings([moved(KUBENET), moved(KUBENET, **other)], labels)
    assert found == [f"aks-shop ({each})" for each in expected]


def test_all_are_judged_by_one_day() -> None:
    later = msgspec.structs.replace(
        bundled(KUBENET), captured_at=bundled(KUBENET).captured_at.replace(year=2028, month=6)
    )
    assert compared(KUBENET, later).as_of == date(2028, 6, 20)
    assert compared(KUBENET, later).rows_that_differ == 0
    found = compare([bundled(KUBENET), bundled(CNI)], as_of=date(2028, 3, 31))
    cell = rows_of(found)["overlay-readiness"].cells[0]
    assert cell.why == "needed: a user-assigned identity"
    retiring = rows_of(found)["retirements"].cells[0]
    assert retiring.why == "kubenet retires today"
    assert str(retiring.value).endswith("; kubenet, retired 2028-03-31")


def test_the_number_of_rows_is_told() -> None:
    found = compared("half-migrated", KUBENET)
    rows = rows_of(found).values()
    assert found.rows == len(rows)
    assert found.rows_that_differ == sum(row.differs is True for row in rows)
    assert found.rows_left_open == sum(row.differs is None for row in rows)
    assert found.rows_left_open
    assert not found.is_same


CLUSTER = bundled(KUBENET).cluster


@pytest.mark.parametrize(
    ("answers", "differs", "whys"),
    [
        ([said("1"), said("1")], False, [None, None]),
        ([said("1", "a"), said("2", "b")], True, ["a", "b"]),
        ([said(None, "a"), said("2", "b")], True, ["a", "b"]),
        ([said("1", "a"), untold(CLUSTER, "hidden")], None, [None, None]),
        ([said("1", "a"), said("2", "b"), untold(CLUSTER, "x")], True, ["a", "b", None]),
        ([said("1"), at_least(said("2"))], None, [None, None]),
        ([said("1", "same", "a"), said("2", "same", "b")], True, ["a", "b"]),
        ([said("1", "same"), said("2", "same")], True, ["same", "same"]),
        ([said("1", "a", "c"), said("2", "b", "d")], True, ["a", "b"]),
        (
            [said("1", "a", "c"), said("2", "b", "c"), said("3", "b", "d")],
            True,
            ["a, c", "b, c", "b, d"],
        ),
        ([said("1", "", "c"), said("2", "b", "")], True, [None, "b"]),
        ([said("1"), said("2")], True, [None, None]),
        ([made_of(said("1", "a"), "x"), made_of(said("1", "b"), "y")], True, ["a", "b"]),
        ([made_of(said("1", "a"), "xy"), made_of(said("1", "b"), "yx")], False, [None, None]),
        ([at_least(made_of(said("1", "a"), "x")), said("2", "b")], True, ["a", "b"]),
        ([at_least(made_of(said("1"), "x")), made_of(said("2"), "xx")], None, [None, None]),
        ([at_least(made_of(said("1", "a"), "xx")), made_of(said("1", "b"), "x")], True, ["a", "b"]),
        ([at_least(made_of(said("1"), "x")), at_least(said("2"))], None, [None, None]),
    ],
)
def test_a_row_tells_what_sets_its_clusters_apart(
    answers: list[object], differs: bool | None, whys: list[str | None]
) -> None:
    row = row_of("key", "title", answers)  # type: ignore[arg-type]
    assert row.differs is differs
    assert [each.why for each in row.cells] == whys


def test_nodes_that_differ_otherwise_from_what_is_declared_are_not_the_same() -> None:
    row = rows_of(compared("broken-kubenet", "broken-cni"))["looks-as-declared"]
    assert values(row) == ("no", "no")
    assert row.differs is True
    one, other = (cell.why for cell in row.cells)
    assert one is not None
    assert one.startswith("system: 1 node with 2 IPv4 configurations, not 1, ")
    assert other is not None
    assert other.startswith("main: 1 node with 8 IPv4 configurations, not 21 to 31, ")


def test_the_same_differences_in_a_pool_of_another_name_are_the_same() -> None:
    draft = Draft(CNI)
    draft.cluster["properties"]["agentPoolProfiles"][0]["maxPods"] = 50
    renamed = msgspec.json.encode(layout_of(draft.snapshot())).replace(b"nodepool1", b"largepool")
    other = decode_snapshot(renamed, "renamed")
    row = rows_of(compared(draft.snapshot(), other))["looks-as-declared"]
    assert values(row) == ("no", "no")
    assert row.differs is False


@pytest.mark.parametrize("both", [*combinations((KUBENET, CNI, "broken-cni", "broken-kubenet"), 2)])
def test_checks_come_by_what_one_cluster_has_found_and_another_has_not(
    both: tuple[str, str],
) -> None:
    found = rows_of(compared(*both))
    checks = [row for key, row in found.items() if key.startswith("check-")]
    order = [(Severity(row.severity or "").rank, row.title) for row in checks]
    assert order == sorted(order)
    outcomes = [
        {each.check: each for each in assess(Topology(bundled(name))).outcomes} for name in both
    ]
    for check in outcomes[0]:
        one, other = (
            Counter((found.severity, found.cause) for found in each[check].findings)
            for each in outcomes
        )
        assert (f"check-{check}" in found) is (one != other), check
        if one != other:
            apart = (one - other) + (other - one)
            worst = min(apart, key=lambda each: each[0].rank)[0]
            assert found[f"check-{check}"].severity is worst
            assert found[f"check-{check}"].differs is True


def test_a_check_tells_why_it_was_skipped_and_what_else_it_found() -> None:
    found = rows_of(compared("broken-kubenet", "broken-cni"))
    skipped = found["check-kubenet-node-route"].cells[1]
    assert (skipped.value, skipped.why) == (None, "the network plugin is azure, not kubenet")
    retirements = found["check-retirements"].cells
    assert [each.value for each in retirements] == ["fails: 1 medium, 2 info", "fails: 2 medium"]
    assert (retirements[0].why or "").startswith("kubenet: retires on 2028-03-31")
    assert (retirements[1].why or "").startswith("the Open Service Mesh add-on: retires on ")


def test_what_the_settings_ignore_is_no_difference() -> None:
    ignore = tuple(
        Ignore(check=each, resource="*", reason="known", expires=None)
        for each in ("nsg-attached", "retirements")
    )
    found = rows_of(compare([bundled(KUBENET), bundled(CNI)], config=Config(ignore=ignore)))
    assert not any(key.startswith("check-") for key in found)
    assert values(found["findings"]) == ("1 info, 2 ignored",) * 2
    assert found["findings"].differs is False


def test_a_hidden_rule_or_address_leaves_no_way_out_and_no_ports_open() -> None:
    """The ports are those of the plan: they depend on neither, and the address counts as one."""
    found = rows_of(compared("half-migrated", KUBENET))
    (balancer,) = plan(bundled("half-migrated")).snat.balancers
    for key, stretch in zip(("snat-ports", "snat-ports-at-maximum"), (0, -1), strict=True):
        ports = balancer.stretches[stretch]
        numbers = {"ports": ports.ports_per_node.value, "nodes": ports.nodes.value}
        assert figures(found[key].cells[0]) == numbers
        assert found[key].differs is False
    assert values(found["way-out"]) == ("load balancer", "load balancer")
    assert found["way-out"].differs is False
    addresses = found["outbound-addresses"].cells[0]
    assert (addresses.value, addresses.detail) == ("1 address, 1 not seen", "198.51.100.230")
    assert [each.unknown.rpartition("/")[2] for each in addresses.missing] == [
        "pip-orders-egress-2"
    ]
    assert found["outbound-addresses"].differs is None


def test_hidden_nodes_may_leave_by_another_way() -> None:
    snapshot = bundled(OVERLAY)
    scope = next(each.scope for each in snapshot.listings if each.type == SCALE_SET_INTERFACES)
    without = refused(snapshot, [Refusal(scope, SCALE_SET_INTERFACES, with_documents=True)])
    found = rows_of(compared(without, OVERLAY))
    for key, value in {
        "way-out": "load balancer, as far as seen",
        "outbound-addresses": "2 addresses, as far as seen",
        "snat-ports": "8,000 for each node, as far as seen",
    }.items():
        cell = found[key].cells[0]
        assert (cell.value, cell.is_least, found[key].differs) == (value, True, None)
        assert cell.missing


@pytest.mark.parametrize("name", ["kubenet-dual-stack", "seed-kubenet", KUBENET, "broken-kubenet"])
def test_the_conditions_of_a_move_are_those_of_its_rehearsal(name: str) -> None:
    move = plan(bundled(name), to=Target.OVERLAY).move
    assert move is not None
    assert figures(rows_of(compared(name, name))["overlay-readiness"].cells[0]) == {
        "conditions": len(move.conditions),
        "met": move.met,
        "blockers": move.blockers,
        "risks": move.risks,
        "not_visible": move.not_visible,
    }


def test_clusters_that_lack_different_conditions_are_not_the_same() -> None:
    one, other = Draft(KUBENET), Draft(KUBENET)
    other.cluster["identity"] = {"type": "UserAssigned"}
    other.network_profile["networkPolicy"] = "calico"
    row = rows_of(compared(one.snapshot(), other.snapshot()))["overlay-readiness"]
    assert row.differs is True
    assert [each.why for each in row.cells] == [
        "needed: a user-assigned identity",
        "needed: no network policy engine",
    ]


def test_every_row_has_a_key_of_its_own() -> None:
    for one, other in combinations((KUBENET, CNI, OVERLAY, "automatic", "broken-cni"), 2):
        found = compared(one, other)
        keys = [row.key for section in found.sections for row in section.rows]
        assert len(set(keys)) == len(keys)
