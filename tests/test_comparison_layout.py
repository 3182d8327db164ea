"""A comparison as people read it, and as machines do."""

import json
import re
from itertools import combinations

import msgspec
import pytest

from fixtures.scenarios import SCENARIOS
from inspector.comparison import ClusterComparison, Unknown, compare
from inspector.renderers.blocks import Block, Heading, Table
from inspector.renderers.json_format import json_schema, render_json
from inspector.renderers.layout.comparison import lay_out_comparison
from inspector.renderers.markdown import render_markdown
from inspector.renderers.terminal import render_terminal
from inspector.snapshot import Snapshot
from tests.odd_clusters import bundled
from tests.test_hostile_names import ACTS, HOSTILE, SNAPSHOTS, hostile
from tests.test_markdown import assert_shows

KUBENET = "kubenet-vmss"
CNI = "cni-nodesubnet"
OVERLAY = "cni-overlay"
PAIRS = tuple(combinations(sorted(SCENARIOS), 2))


def compared(*clusters: str | Snapshot) -> ClusterComparison:
    return compare([bundled(each) if isinstance(each, str) else each for each in clusters])


def blocks(comparison: ClusterComparison, *, show_all: bool = False) -> list[Block]:
    return list(lay_out_comparison(comparison, show_all=show_all))


def terminal(comparison: ClusterComparison, width: int = 100) -> str:
    return render_terminal(blocks(comparison), width=width, color=False)


def tables(comparison: ClusterComparison) -> dict[str, list[Table]]:
    """Return the tables by the heading of the section they are in."""
    found: dict[str, list[Table]] = {}
    section = ""
    for each in blocks(comparison):
        if isinstance(each, Heading) and each.level == 2:
            section = each.text
        elif isinstance(each, Table):
            found.setdefault(section, []).append(each)
    return found


@pytest.mark.parametrize("first", sorted(SCENARIOS))
def test_every_pair_of_clusters_is_rendered(first: str) -> None:
    for one, other in PAIRS:
        if one != first:
            continue
        found = compared(one, other)
        assert json.loads(render_json(found))["rows"] == found.rows
        assert render_markdown(blocks(found)).startswith("# AKS network comparison: ")
        text = terminal(found, 80)
        assert max(map(len, text.splitlines())) <= 80
        for section in found.sections:
            assert f"\n{section.title}\n" in text


def test_every_row_is_told_with_a_mark_and_a_cell_for_each_cluster() -> None:
    found = compared(KUBENET, CNI, OVERLAY)
    marks = {True: "≠", False: "=", None: "?"}
    shown = tables(found)
    for section in found.sections:
        table = shown[section.title][0]
        assert table.columns == ("", "", "aks-shop", "aks-payments", "aks-retail")
        titles = [(row[0].text, row[1].text) for row in table.rows]
        assert titles == [(row.title, marks[row.differs]) for row in section.rows]


def test_every_difference_has_its_reason_below() -> None:
    found = compared(KUBENET, CNI)
    shown = tables(found)
    for section in found.sections:
        explained = {
            title
            for table in shown[section.title][1:]
            for row in table.rows
            for title in row[0].text.split(", ")
        }
        whole = ", ".join(explained)
        for row in section.rows:
            if any(cell.why for cell in row.cells):
                assert set(row.title.split(", ")) <= explained, whole
    assert (
        "kubenet: the node alone takes a VNet address, pods are behind NAT; node-subnet CNI: each "
        "pod is a VNet member, with an address on the node's NIC"
    ) in render_terminal(blocks(found), width=400, color=False)


def test_a_reason_that_all_share_is_told_once() -> None:
    text = terminal(compared("broken-kubenet", KUBENET), 200)
    assert not re.search(r"(\S.{12,}); \1$", text, re.MULTILINE)


@pytest.mark.parametrize("show_all", [False, True])
def test_clusters_that_differ_in_nothing_say_so_in_one_line(*, show_all: bool) -> None:
    found = blocks(compared(KUBENET, KUBENET), show_all=show_all)
    text = render_terminal(found, width=80, color=False)
    assert "The clusters differ in nothing: " in text
    assert any(isinstance(each, Table) for each in found) is show_all


def test_what_is_left_open_is_not_told_as_the_same() -> None:
    found = compared("half-migrated", "half-migrated")
    text = terminal(found, 300)
    assert "No difference was found in " in text
    assert "left open: not everything could be seen or told" in text
    assert "differ in nothing" not in text
    (table,) = tables(found)["Not visible"]
    assert ("nsg-snet-aks", "forbidden", "Microsoft.Network/networkSecurityGroups/read") in {
        tuple(cell.text for cell in row[1:]) for row in table.rows
    }


def test_situations_that_take_the_same_are_one_table() -> None:
    text = terminal(compared(KUBENET, CNI))
    assert "\nDuring an upgrade, at the autoscaler's maximum during an upgrade\n" in text
    assert re.search(
        r"Azure CNI, node subnet +333 = 3 x 111, a /23 +93 = 3 x 31, a /25 \(own", text
    )
    apart = terminal(compared(KUBENET, OVERLAY))
    assert "\nDuring an upgrade\n" in apart
    assert "\nAt the autoscaler's maximum during an upgrade\n" in apart


def test_nodes_that_are_not_counted_are_told() -> None:
    text = terminal(compared("automatic", KUBENET), 200)
    assert "aks-bookings: 3 nodes of no pool are not counted, for nothing declares" in text
    assert "aks-bookings: auto-provisioning may add as many nodes as limits" in text


def test_markdown_of_all_clusters_is_one_table_for_each_section() -> None:
    found = compared(*sorted(SCENARIOS))
    assert_shows(render_markdown(blocks(found)), blocks(found))
    assert len(tables(found)["Network model"][0].columns) == 2 + len(SCENARIOS)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_names_are_shown_and_do_nothing(text: str) -> None:
    snapshot = hostile(SNAPSHOTS["half-migrated"], [text])
    found = compare([snapshot, snapshot], labels=[text, text])
    assert_shows(render_markdown(blocks(found)), blocks(found))
    assert not ACTS.search(terminal(found, 80))
    decoded = json.loads(render_json(found))
    assert decoded["clusters"][0]["heading"].startswith(text.replace("/", ""))


def test_the_schema_has_a_description_of_everything() -> None:
    schema = json_schema(ClusterComparison)
    assert {"ClusterComparison", "Section", "Row", "Cell", "Workload", "Need"} <= {*schema["$defs"]}
    assert all(each.get("description") for each in schema["$defs"].values())


def test_json_holds_numbers_as_numbers() -> None:
    found = json.loads(render_json(compared(KUBENET, CNI)))
    rows = {row["key"]: row for section in found["sections"] for row in section["rows"]}
    assert rows["nodes-that-fit"]["cells"][1]["figures"] == [{"name": "nodes", "value": 30}]
    assert rows["nodes-that-fit"]["differs"] is True
    assert rows["pod-cidr"]["cells"][1]["value"] is None
    assert found["workloads"][1]["models"][4]["needs"][1]["node_subnet"] == 124


def test_the_same_comparison_gives_the_same_bytes() -> None:
    once, again = (render_json(compared(KUBENET, "half-migrated")) for _ in range(2))
    assert once == again
    unknown = msgspec.json.decode(once)["sections"]
    cells = [cell for section in unknown for row in section["rows"] for cell in row["cells"]]
    assert any(
        set(Unknown.__struct_fields__) == {*each["value"]}
        for each in cells
        if isinstance(each["value"], dict)
    )
