"""The clusters that are measured, and that measuring works; nothing here asserts a time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import __main__ as program
from benchmarks import clusters
from benchmarks.arm_server import arm_server
from benchmarks.clusters import cni_cluster, kubenet_cluster, overlay_cluster
from benchmarks.live import Waves, collect_from
from inspector import analyze
from inspector.collectors.crawl import crawl
from inspector.report import Report
from inspector.resources import LoadBalancer, NetworkSecurityGroup, RouteTable, ScaleSet
from inspector.snapshot import Snapshot, encode_snapshot, load_snapshot, save_snapshot
from tests.fake_arm import InMemoryReader, small_cluster

MAKERS: dict[str, Callable[[], Snapshot]] = {
    "kubenet": lambda: kubenet_cluster(40),
    "cni": lambda: cni_cluster(3, 31),
    "overlay": lambda: overlay_cluster(41, 3, 12),
}


@pytest.fixture(params=MAKERS, scope="module")
def snapshot(request: pytest.FixtureRequest) -> Snapshot:
    return MAKERS[request.param]()


def shape(report: Report) -> tuple[str, int, int, list[tuple[int, int]], int]:
    """Return model, nodes, pools, how many nodes have how many addresses, and public ports."""
    summary = report.summary
    counts = [(each.ip_configurations, each.nodes) for each in summary.ips_per_node]
    ports = len(summary.public_entries)
    return summary.network_model, summary.nodes, summary.pools, counts, ports


def test_reports_count_what_was_asked_for() -> None:
    assert shape(analyze(kubenet_cluster(4))) == ("kubenet", 4, 1, [(1, 4)], 2)
    assert shape(analyze(overlay_cluster(7, 3, 5))) == ("Azure CNI Overlay", 7, 3, [(1, 7)], 10)
    model, *counts = shape(analyze(cni_cluster(3, 31)))
    assert model.startswith("Azure CNI")
    assert counts == [3, 1, [(31, 3)], 2]


def test_nothing_is_unknown_and_nobody_is_left_out(snapshot: Snapshot) -> None:
    report = analyze(snapshot)
    assert (snapshot.gaps, snapshot.absent) == ((), ())
    assert not report.node_interfaces.missing
    assert not report.node_interfaces.nodes_without_interface
    assert len(snapshot.resources) == len(snapshot.documents)


def test_every_node_is_in_both_backend_pools(snapshot: Snapshot) -> None:
    report = analyze(snapshot)
    nodes = sorted(each.node for each in report.node_interfaces.interfaces)
    (balancer,) = report.load_balancing.balancers
    members = {
        each.name: sorted(str(m.node) for m in each.members) for each in balancer.backend_pools
    }
    assert members == {"kubernetes": nodes, "aksOutboundBackendPool": nodes}


def test_a_kubenet_node_has_its_route() -> None:
    (table,) = analyze(kubenet_cluster(300)).route_tables.tables
    assert len({route.prefix for route in table.routes}) == 300


def test_nodes_are_named_in_base_36() -> None:
    nodes = analyze(overlay_cluster(40, 1, 1)).node_interfaces.interfaces
    assert {each.node.removeprefix(each.name) for each in nodes} >= {"000009", "00000z", "000013"}


def test_the_same_sizes_give_the_same_bytes() -> None:
    for make in MAKERS.values():
        assert encode_snapshot(make()) == encode_snapshot(make())


def test_documents_keep_to_azures_limits(snapshot: Snapshot) -> None:
    for resource in snapshot.resources.values():
        if isinstance(resource, NetworkSecurityGroup):
            rules = resource.properties.security_rules
            assert 0 < len(rules) <= 1000
            assert all(len(r.properties.destination_address_prefixes) <= 4000 for r in rules)
        elif isinstance(resource, LoadBalancer):
            assert len(resource.properties.load_balancing_rules) <= 1500
            assert len(resource.properties.frontend_ip_configurations) <= 600
        elif isinstance(resource, RouteTable):
            assert len(resource.properties.routes) <= 400
        elif isinstance(resource, ScaleSet):
            interfaces = [
                each for each in snapshot.documents if each.key.startswith(resource.id.key)
            ]
            assert len(interfaces) <= 1000 + 1


@pytest.mark.parametrize(
    ("make", "sizes"),
    [
        (kubenet_cluster, (401,)),
        (kubenet_cluster, (0,)),
        (cni_cluster, (1, 257)),
        (cni_cluster, (2200, 30)),
        (overlay_cluster, (5001, 10, 1)),
        (overlay_cluster, (5000, 4, 1)),
        (overlay_cluster, (101, 101, 1)),
        (overlay_cluster, (1, 1, 301)),
    ],
)
def test_no_cluster_is_larger_than_aks_allows(
    make: Callable[..., Snapshot], sizes: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="are allowed"):
        make(*sizes)


def test_a_pool_of_many_nodes_is_divided() -> None:
    assert analyze(cni_cluster(1001, 1)).summary.pools == 2


def test_a_program_writes_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cluster.json"
    clusters.main([str(path), "overlay", "3", "2", "1"])
    assert load_snapshot(path) == overlay_cluster(3, 2, 1)
    with pytest.raises(SystemExit, match="2"):
        clusters.main([str(path), "kubenet", "401"])
    assert "401 routes in a table: 1 to 400 are allowed" in capsys.readouterr().err


def test_a_collection_asks_no_more_than_it_promises(snapshot: Snapshot) -> None:
    waves = Waves()
    crawl(
        snapshot.cluster,
        InMemoryReader(snapshot),
        captured_at=snapshot.captured_at,
        tool_version=snapshot.tool_version,
        observer=waves,
    )
    assert len(waves.requests) <= waves.allowed(snapshot)
    assert waves.longest == [1, 1, 1]


def test_foreign_resources_are_allowed_for() -> None:
    served, waves = small_cluster(pools=2), Waves()
    crawl(
        served.cluster,
        InMemoryReader(served),
        captured_at=served.captured_at,
        tool_version=served.tool_version,
        observer=waves,
    )
    assert waves.allowed(served) == 18 + 2 * 2 + 2 * 5


def test_a_server_of_its_own_serves_the_cluster(tmp_path: Path) -> None:
    served, waves = overlay_cluster(7, 2, 3), Waves()
    path = tmp_path / "cluster.json"
    save_snapshot(served, path)
    with arm_server(path, latency_seconds=0, page_size=2) as service:
        collected = collect_from(service, waves)
    assert collected.documents == served.documents
    assert service.documents == len(served.documents)
    assert len(waves.longest) == 3
    assert waves.pages > len(waves.requests)


def test_start_up_is_printed_as_a_ratio(capfd: pytest.CaptureFixture[str]) -> None:
    program.main(["--only", "startup", "--runs", "1"])
    title, base, started = capfd.readouterr().out.splitlines()
    assert title == "start-up"
    assert base.startswith("  python -c pass ")
    assert base.count("1.00 x") == 2
    assert started.startswith("  aks-inspector --help ")
