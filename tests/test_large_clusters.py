"""Reports of many nodes: pools are summed up, exceptions listed, nothing is lost."""

import re
from collections.abc import Callable
from functools import cache

import msgspec
import pytest

from benchmarks.clusters import kubenet_cluster, overlay_cluster
from fixtures.assemble import assemble
from fixtures.documents import Document
from inspector import Format, Report, analyze, render
from inspector.renderers.blocks import Table, Text, Tone, row, table
from inspector.renderers.layout import MOST_ROWS

NODES = 60
SERVICES = 50
ODD_NODE = 57
"""A node that is unlike the others, beyond the rows of a table that is cut."""


@cache
def plain() -> Report:
    return analyze(kubenet_cluster(NODES))


@cache
def with_an_odd_node() -> Report:
    """Return the report of a cluster one of whose nodes has a second address and forwards not."""
    snapshot = kubenet_cluster(NODES)
    documents: list[Document] = [msgspec.json.decode(raw) for raw in snapshot.documents.values()]
    kind = f"/virtualmachines/{ODD_NODE}/networkinterfaces/"
    (interface,) = [each for each in documents if kind in each["id"].lower()]
    first = interface["properties"]["ipConfigurations"][0]
    second = msgspec.json.decode(msgspec.json.encode(first))
    second["id"] = second["id"].replace("ipconfig1", "ipconfig2")
    second["name"] = "ipconfig2"
    second["properties"].update({"primary": False, "privateIPAddress": "10.224.3.7"})
    interface["properties"]["ipConfigurations"].append(second)
    interface["properties"]["enableIPForwarding"] = False
    return analyze(assemble(documents, str(snapshot.cluster)))


def section(text: str, title: str) -> str:
    """Return a section of a terminal report by its heading."""
    start = text.index(f"\n{title}\n{'─' * 3}")
    end = re.search(r"\n\n[A-Z][^\n]*\n───", text[start + 1 :])
    return text[start : start + 1 + end.start()] if end else text[start:]


def test_interfaces_are_summed_up_by_pool() -> None:
    (pool,) = plain().node_interfaces.pools
    assert (pool.nodes, pool.interfaces, pool.ipv4_configurations) == (NODES, NODES, 1)
    assert pool.exceptions == ()
    text = section(render(plain()), "Node network interfaces")
    assert f"{NODES} interfaces are summed up by pool: --all shows each" in text
    assert len(text.splitlines()) < 10


def test_all_shows_each_interface() -> None:
    names = [each.node for each in plain().node_interfaces.interfaces]
    text = section(render(plain(), show_all=True), "Node network interfaces")
    assert all(name in text for name in names)
    assert "summed up" not in text


def test_an_interface_unlike_the_others_is_listed() -> None:
    found = with_an_odd_node().node_interfaces
    (pool,) = found.pools
    assert [found.interfaces[index].name for index in pool.exceptions] == [
        found.interfaces[ODD_NODE].name
    ]
    odd, usual = found.interfaces[pool.exceptions[0]], found.interfaces[0]
    assert len(odd.ip_configurations) == 2
    text = section(render(with_an_odd_node()), "Node network interfaces")
    assert "Interfaces unlike the others of their pool" in text
    assert odd.node in text
    assert "10.224.3.7" in text
    assert usual.node not in text


def test_backend_pools_are_counted_by_node_pool() -> None:
    report = analyze(overlay_cluster(NODES, 3, 2))
    (balancer,) = report.load_balancing.balancers
    for pool in balancer.backend_pools:
        shares = [(each.node_pool, each.members, each.nodes) for each in pool.node_pools]
        assert shares == [("pool1", 20, 20), ("pool2", 20, 20), ("pool3", 20, 20)]
    text = render(report)
    assert "20 of 20 in pool1, 20 of 20 in pool2, 20 of 20 in pool3" in text
    assert "120 members are summed up: --all shows each" in text
    assert "backend pool kubernetes port 80: 60 nodes of 3 node pools" in text


def test_public_addresses_are_cut_and_counted() -> None:
    report = analyze(overlay_cluster(4, 1, SERVICES))
    assert len(report.ways_in.entries) == SERVICES
    text = render(report)
    assert f"{SERVICES - 10} more of {SERVICES}: see Ways in" in text
    assert f"{SERVICES - MOST_ROWS} more of {SERVICES} public addresses: --all shows them" in text
    everything = render(report, show_all=True)
    assert all(str(each.address) in everything for each in report.ways_in.entries)
    assert "more of" not in everything


@pytest.mark.parametrize("make", [plain, with_an_odd_node])
def test_json_leaves_nothing_out(make: Callable[[], Report]) -> None:
    value = msgspec.json.decode(render(make(), Format.JSON))
    interfaces = value["node_interfaces"]["interfaces"]
    assert len(interfaces) == NODES
    assert {each["id"] for each in interfaces} == {
        str(each.id) for each in make().node_interfaces.interfaces
    }


def test_a_report_grows_with_pools_and_not_with_nodes() -> None:
    small, large = (len(render(analyze(overlay_cluster(n, 3, 2)))) for n in (NODES, 4 * NODES))
    assert large < small * 1.1


def numbered(number: int) -> tuple[Text, ...]:
    return row(str(number), Text("odd", Tone.WARNING) if number in {90, 95} else "plain")


def rows(found: Table) -> list[str]:
    return [cells[0].text for cells in found.rows]


def test_a_table_that_is_cut_keeps_the_rows_that_warn() -> None:
    cut = table(("Number", "Kind"), range(100), numbered, most=3)
    assert rows(cut) == ["0", "1", "2", "90", "95"]
    assert cut.note == "95 more of 100 rows: --all shows them; of 2 rows with a warning 2 here"


def test_a_table_keeps_only_so_many_rows_that_warn() -> None:
    cut = table(("Number", "Kind"), range(100), numbered, most=1)
    assert rows(cut) == ["0", "90"]
    assert cut.note == "98 more of 100 rows: --all shows them; of 2 rows with a warning 1 here"


@pytest.mark.parametrize("most", [None, 100])
def test_a_table_that_fits_is_whole(most: int | None) -> None:
    whole = table(("Number", "Kind"), range(100), numbered, most=most)
    assert len(whole.rows) == 100
    assert whole.note is None
