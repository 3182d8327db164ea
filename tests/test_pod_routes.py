"""What each route of a route table is for."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import documents as arm
from inspector.cluster.pod_routes import (
    ClassifiedRoute,
    PodRoutes,
    RouteKind,
    encoded_prefix,
    encodings,
    pod_routes,
)
from inspector.resource_id import ResourceId
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    INTERFACES,
    MACHINES,
    NETWORKS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    VIRTUAL_MACHINES,
    Draft,
    Refusal,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
    refused,
)

SET = "aks-nodepool1-18264093-vmss"
OTHER_SET = "aks-agents-77120934-vmss"
NODES = [f"{SET}00000{number}" for number in range(3)]
ADDRESSES = ["10.224.0.6", "10.224.0.4", "10.224.0.5"]


def found(snapshot: Snapshot) -> PodRoutes:
    return pod_routes(Topology(snapshot))


def with_route(name: str, prefix: str, hop: str | None, kind: str = "VirtualAppliance") -> Draft:
    """Return the kubenet cluster with one more route."""
    draft = Draft("kubenet-vmss")
    add_route(draft, name, prefix, hop, kind)
    return draft


def add_route(
    draft: Draft, name: str, prefix: str, hop: str | None, kind: str = "VirtualAppliance"
) -> None:
    table = draft.one(ROUTE_TABLES)
    table["properties"]["routes"].append(arm.route(table["id"], name, prefix, hop, kind))


def added(draft: Draft, *refusals: Refusal) -> ClassifiedRoute:
    """Return the route that was added last."""
    return found(refused(draft.snapshot(), refusals)).tables[0].routes[-1]


def other_cluster_in_subnet(draft: Draft) -> None:
    """Let the subnet refer back to a node of another cluster."""
    group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/MC_OTHER"
    device = (
        f"{group}/PROVIDERS/MICROSOFT.COMPUTE/VIRTUALMACHINESCALESETS/{OTHER_SET.upper()}"
        f"/VIRTUALMACHINES/0/NETWORKINTERFACES/{OTHER_SET.upper()}/ipConfigurations/IPCONFIG1"
    )
    subnet = draft.one(NETWORKS)["properties"]["subnets"][0]
    subnet["properties"]["ipConfigurations"].append({"id": device})


def test_pod_routes_are_told_by_node_and_prefix() -> None:
    (table,) = found(bundled("kubenet-vmss")).tables
    assert {each.kind for each in table.routes} == {RouteKind.NODE}
    told = {each.node.name: str(each.range) for each in table.routes if each.node}
    assert told == dict(
        zip(NODES, ["10.244.1.0/24", "10.244.2.0/24", "10.244.0.0/24"], strict=True)
    )
    assert all(each.named == each.reached for each in table.routes)
    assert [each.name for each in table.subnets] == ["aks-subnet"]


@pytest.mark.parametrize("name", ["seed-kubenet", "basic-balancer"])
def test_plain_node_names_are_pod_routes(name: str) -> None:
    (table,) = found(bundled(name)).tables
    assert table.routes
    assert all(each.kind is RouteKind.NODE and each.named for each in table.routes)


def test_dual_stack_has_a_route_of_each_family_to_every_node() -> None:
    (table,) = found(bundled("kubenet-dual-stack")).tables
    told = {
        (each.node.name, each.range.version) for each in table.routes if each.node and each.range
    }
    assert len(told) == len(table.routes) == 4
    assert all(each.kind is RouteKind.NODE for each in table.routes)


def test_names_are_told_whatever_their_case() -> None:
    draft = Draft("kubenet-vmss")
    for each in draft.one(ROUTE_TABLES)["properties"]["routes"]:
        each["name"] = each["name"].upper()
    (table,) = found(draft.snapshot()).tables
    assert {each.kind for each in table.routes} == {RouteKind.NODE}
    assert all(each.named for each in table.routes)


def test_the_name_tells_before_the_next_hop() -> None:
    draft = Draft("kubenet-vmss")
    route = draft.one(ROUTE_TABLES)["properties"]["routes"][0]
    route["properties"]["nextHopIpAddress"] = ADDRESSES[0]
    (table,) = found(draft.snapshot()).tables
    crossed = next(each for each in table.routes if each.named != each.reached)
    assert crossed.kind is RouteKind.NODE
    assert crossed.node == crossed.named


@pytest.mark.parametrize(
    ("name", "prefix", "hop", "kind"),
    [
        ("by-hand", "10.244.9.0/24", ADDRESSES[1], RouteKind.NODE),
        ("by-hand", "10.244.9.0/24", "10.224.0.99", RouteKind.CUSTOM),
        ("to-branch", "172.20.0.0/16", "10.40.0.4", RouteKind.CUSTOM),
        ("over-a-node", "172.20.0.0/16", ADDRESSES[1], RouteKind.CUSTOM),
        ("default", "0.0.0.0/0", "10.40.0.4", RouteKind.DEFAULT),
        ("default", "::/0", "fd00::4", RouteKind.DEFAULT),
        ("to-storage", "Storage.WestEurope", "10.40.0.4", RouteKind.CUSTOM),
        (f"{SET}000009____102449024", "10.244.9.0/24", "10.224.0.13", RouteKind.STALE),
        (f"{SET}000009", "10.244.9.0/24", "10.224.0.13", RouteKind.STALE),
        (f"{SET.upper()}000009", "10.244.9.0/24", "10.224.0.13", RouteKind.STALE),
        (f"{SET}000009", "10.250.9.0/24", "10.224.0.13", RouteKind.STALE),
        ("aks-gone-55555555-vmss000001", "10.244.9.0/24", "10.224.0.13", RouteKind.STALE),
        ("lost____102449024", "10.244.9.0/24", "10.224.0.13", RouteKind.STALE),
        ("lost____anything", "10.244.9.0/24", "10.224.0.13", RouteKind.CUSTOM),
        (f"{OTHER_SET}000001", "10.250.9.0/24", "10.224.0.13", RouteKind.FOREIGN),
        (f"{OTHER_SET}000001", "10.250.9.0/24", ADDRESSES[1], RouteKind.FOREIGN),
        ("k8s-linuxpool-77120934-0", "10.250.9.0/24", "10.224.0.13", RouteKind.FOREIGN),
        ("lost____102509024", "10.250.9.0/24", "10.224.0.13", RouteKind.FOREIGN),
        (NODES[0], "10.250.9.0/24", "10.224.0.6", RouteKind.NODE),
    ],
)
def test_each_route_has_its_kind(name: str, prefix: str, hop: str, kind: RouteKind) -> None:
    assert added(with_route(name, prefix, hop)).kind is kind


def test_a_range_for_pods_that_goes_to_no_address_is_the_user_s_own() -> None:
    assert added(with_route("drop", "10.244.9.0/24", None, "None")).kind is RouteKind.CUSTOM


def test_an_address_given_to_another_node_does_not_revive_a_route() -> None:
    """The node has a route under its own name; this one is left from the address's last node."""
    assert added(with_route(f"{SET}000009", "10.244.9.0/24", ADDRESSES[1])).kind is RouteKind.STALE


def test_the_only_route_to_a_node_is_its_own_under_any_name() -> None:
    draft = Draft("kubenet-vmss")
    routes = draft.one(ROUTE_TABLES)["properties"]["routes"]
    routes[:] = [each for each in routes if not each["name"].startswith(NODES[1])]
    add_route(draft, f"{SET}000009", "10.244.9.0/24", ADDRESSES[1])
    last = added(draft)
    assert (last.kind, last.named) == (RouteKind.NODE, None)
    assert last.node is not None
    assert last.node.name == NODES[1]


@pytest.mark.parametrize("kind", [MACHINES, SCALE_SETS, SCALE_SET_INTERFACES, VIRTUAL_MACHINES])
@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        (f"{SET}000009", "10.244.9.0/24"),
        (f"{OTHER_SET}000001", "10.250.9.0/24"),
        ("by-hand", "10.244.9.0/24"),
    ],
)
def test_while_nodes_may_be_hidden_nobody_s_route_is_unknown(
    kind: str, name: str, prefix: str
) -> None:
    draft = with_route(name, prefix, "10.224.0.13")
    refusal = refusal_of_list(draft.snapshot(), kind, with_documents=False)
    (table,) = found(refused(draft.snapshot(), [refusal])).tables
    assert table.routes[-1].kind is RouteKind.UNKNOWN
    assert table.missing == (gap_of(refusal),)
    assert {each.kind for each in table.routes[:-1]} == {RouteKind.NODE}


def test_a_node_that_is_hidden_leaves_its_own_route_unknown() -> None:
    snapshot = bundled("seed-kubenet")
    refusals = [refusal_of_list(snapshot, VIRTUAL_MACHINES), refusal_of_list(snapshot, INTERFACES)]
    (table,) = found(refused(snapshot, refusals)).tables
    assert [each.kind for each in table.routes] == [RouteKind.UNKNOWN]


def test_another_cluster_s_node_in_the_subnet_makes_its_route_foreign() -> None:
    draft = with_route(f"{OTHER_SET}000000", "10.244.9.0/24", "10.224.0.13")
    assert added(draft).kind is RouteKind.STALE
    other_cluster_in_subnet(draft)
    assert added(draft).kind is RouteKind.FOREIGN


def test_whether_a_route_is_another_cluster_s_is_unknown_without_the_subnet() -> None:
    draft = with_route(f"{OTHER_SET}000000", "10.244.9.0/24", "10.224.0.13")
    other_cluster_in_subnet(draft)
    for table in draft.all(ROUTE_TABLES):
        table["properties"].pop("subnets")
    refusal = refusal_of(draft.snapshot(), NETWORKS)
    last = added(draft, refusal)
    assert last.kind is RouteKind.UNKNOWN


def test_the_table_on_the_nodes_subnet_is_the_one_for_pod_routes() -> None:
    draft = Draft("kubenet-vmss")
    other = arm.route_table(draft.group, "rt-old", location="westeurope")
    draft.add(other)
    routes = found(draft.snapshot())
    assert len(routes.tables) == 2
    assert [each.table.title for each in routes.of_nodes] == ["aks-agentpool-30517864-routetable"]
    assert routes.table(ResourceId(other["id"].upper())) == routes.tables[1]
    assert routes.missing == ()


def unassociated() -> Draft:
    draft = Draft("kubenet-vmss")
    del draft.one(NETWORKS)["properties"]["subnets"][0]["properties"]["routeTable"]
    del draft.one(ROUTE_TABLES)["properties"]["subnets"]
    return draft


def test_a_table_on_no_subnet_is_where_aks_writes_while_the_subnets_have_none() -> None:
    (table,) = found(unassociated().snapshot()).of_nodes
    assert len(table.of(RouteKind.NODE)) == 3


@pytest.mark.parametrize("kind", [NETWORKS, ROUTE_TABLES])
def test_what_is_hidden_keeps_other_tables_out(kind: str) -> None:
    snapshot = unassociated().snapshot()
    refusal = refusal_of_list(snapshot, kind, with_documents=False)
    routes = found(refused(snapshot, [refusal]))
    assert routes.of_nodes == ()
    assert gap_of(refusal) in routes.missing


def test_a_table_that_could_not_be_seen_is_missing() -> None:
    snapshot = bundled("kubenet-vmss")
    refusal = refusal_of(snapshot, ROUTE_TABLES)
    routes = found(refused(snapshot, [refusal]))
    assert routes.tables == routes.of_nodes == ()
    assert routes.missing == (gap_of(refusal),)


def test_without_pod_cidrs_only_names_tell() -> None:
    draft = with_route(f"{OTHER_SET}000001", "10.244.9.0/24", "10.224.0.13")
    add_route(draft, "by-hand", "10.244.7.0/24", ADDRESSES[0])
    draft.network_profile.update({"podCidr": None, "podCidrs": None})
    (table,) = found(draft.snapshot()).tables
    kinds = [each.kind for each in table.routes]
    assert kinds[:3] == [RouteKind.NODE] * 3
    assert kinds[3:] == [RouteKind.FOREIGN, RouteKind.CUSTOM]


def test_a_name_holds_its_prefix_in_any_of_two_forms() -> None:
    written = "FD12:3456:789A:0:0::/80"
    assert encodings(written) == {"fd123456789a0080", "fd123456789a80"}
    assert encodings(None) == encodings("") == frozenset()
    assert encodings("Storage") == {"storage"}


@given(
    st.one_of(
        st.ip_addresses(v=4).map(lambda each: f"{each}/24"),
        st.ip_addresses(v=6).map(lambda each: f"{each}/64"),
    )
)
def test_a_route_called_after_node_and_prefix_is_read_back(text: str) -> None:
    prefix = str(ip_network(text, strict=False))
    suffix = prefix.replace(".", "").replace(":", "").replace("/", "")
    last = added(with_route(f"{NODES[0].upper()}____{suffix.upper()}", prefix, ADDRESSES[0]))
    assert encoded_prefix(last.route) in encodings(prefix)
    assert last.named is not None
    assert last.named.name == NODES[0]
