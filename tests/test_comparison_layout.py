"""A comparison as people read it, and as machines do."""

import json
import re
from collections import Counter
from itertools import combinations

import msgspec
import pytest
from jsonschema import Draft202012Validator

from fixtures.scenarios import SCENARIOS
from inspector.comparison import FINDINGS, ClusterComparison, Unknown, compare
from inspector.findings import Severity
from inspector.renderers.blocks import Block, Heading, Table
from inspector.renderers.json_format import json_schema, render_json
from inspector.renderers.layout.comparison import lay_out_comparison
from inspector.renderers.markdown import render_markdown
from inspector.renderers.terminal import render_terminal
from inspector.snapshot import Snapshot
from tests.odd_clusters import Draft, bundled
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
        expected = [
            (row.title, marks[row.differs])
            for row in section.rows
            if row.severity is not Severity.INFO
        ]
        assert titles == expected


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
            if any(cell.why for cell in row.cells) and row.severity is not Severity.INFO:
                assert set(row.title.split(", ")) <= explained, whole
    assert (
        "kubenet: the node alone takes a VNet address, pods are behind NAT; node-subnet CNI: each "
        "pod is a VNet member, with an address on the node's NIC"
    ) in render_terminal(blocks(found), width=400, color=False)


def test_a_reason_that_all_share_is_told_once() -> None:
    text = terminal(compared("broken-kubenet", KUBENET), 200)
    assert not re.search(r"(\S.{12,}); \1$", text, re.MULTILINE)


def test_of_many_checks_the_worst_are_shown_and_the_others_counted() -> None:
    found = compared("broken-kubenet", "broken-cni")
    (section,) = (each for each in found.sections if each.key == FINDINGS)
    table, *_ = tables(found)["Findings"]
    assert len(section.rows) > 40
    assert len(table.rows) < 20
    shown = [row[0].text for row in table.rows]
    assert shown == [row.title for row in section.rows[: len(shown)]]
    rest = section.rows[len(shown) :]
    severities = Counter(each.severity for each in rest)
    told = ", ".join(f"{severities[each]} {each}" for each in Severity if severities[each])
    assert table.note == (f"they differ in {len(rest)} more checks: {told}; --all shows them")
    every = [each for each in blocks(found, show_all=True) if isinstance(each, Table)]
    (whole,) = (each for each in every if each.rows[0][0].text == "Findings")
    assert len(whole.rows) == len(section.rows)
    assert whole.note is None


def test_checks_of_info_are_counted() -> None:
    table = tables(compared(KUBENET, CNI))["Findings"][0]
    assert [row[0].text for row in table.rows] == ["Findings"]
    assert table.note == "they differ in 2 more checks: 2 info; --all shows them"


def test_why_checks_do_not_apply_is_told_once() -> None:
    found = compared("broken-kubenet", "broken-cni")
    why = "the network plugin is azure, not kubenet"
    assert terminal(found, 400).count(why) == 1
    (last,) = (
        each for each in tables(found)["Findings"] if each.columns == ("Cluster", "Why", "Checks")
    )
    checks = {row[1].text: row[2].text for row in last.rows}[why]
    assert {"kubenet-node-route", "kubenet-pod-cidrs"} <= {*checks.split(", ")}


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


@pytest.mark.parametrize(
    "clusters",
    [
        (KUBENET, CNI),
        (KUBENET, KUBENET),
        (KUBENET, CNI, OVERLAY),
        ("automatic", "half-migrated"),
        ("broken-kubenet", "broken-cni"),
        ("cni-podsubnet", "byo-cni", "seed-kubenet", "virtual-machines"),
    ],
    ids=" ".join,
)
def test_json_keeps_to_its_schema(clusters: tuple[str, ...]) -> None:
    schema = json_schema(ClusterComparison)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(render_json(compared(*clusters))))


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize(
    "clusters",
    [(KUBENET, CNI, OVERLAY), ("private-udr", "virtual-nodes", "multi-balancer")],
    ids=" ".join,
)
def test_three_clusters_are_columns(clusters: tuple[str, ...], width: int) -> None:
    found = compared(*clusters)
    lines = terminal(found, width).splitlines()
    assert max(map(len, lines)) <= width
    names = [each.heading for each in found.clusters]
    heads = [each for each in lines if each.split() == names]
    assert len(heads) >= len(found.sections)
    assert not any(each.startswith("  - ") for each in lines)


def test_names_too_long_for_columns_are_letters() -> None:
    """A name may have 63 characters, and what the user typed may be a path."""
    labels = [f"snapshots/production-west-europe-2026-0{month}.json" for month in (1, 2, 3)]
    found = compare([bundled(KUBENET)] * 3, labels=labels)
    shown = blocks(found, show_all=True)
    (table, *_) = (each for each in shown if isinstance(each, Table))
    assert table.columns == ("", "", "A", "B", "C")
    text = render_terminal(shown, width=100, color=False)
    for letter, label in zip("ABC", labels, strict=True):
        assert re.search(rf"^  {letter}  aks-shop \({re.escape(label)}\)$", text, re.MULTILINE)


def test_more_clusters_than_letters_have_a_column_each() -> None:
    found = compare([bundled(KUBENET)] * 30, labels=[str(number) * 9 for number in range(30)])
    (table, *_) = (each for each in blocks(found, show_all=True) if isinstance(each, Table))
    assert len(set(table.columns)) == 31
    assert table.columns[-1] == "D2"


def test_a_row_too_wide_for_its_columns_has_no_empty_labels() -> None:
    text = terminal(compared("broken-kubenet", "broken-cni", "half-migrated", CNI, OVERLAY), 80)
    assert re.search(r"^  - \S.*  [≠=?]  aks-ledger: ", text, re.MULTILINE)
    assert " : " not in text


def test_a_cause_says_whose_it_is_where_the_order_does_not() -> None:
    text = " ".join(terminal(compared(KUBENET, CNI, OVERLAY), 300).split())
    assert "Azure divides the ports (aks-shop, aks-payments); 8,000 ports" in text
    assert "networkPlugin kubenet; networkPlugin azure, no mode; networkPlugin azure, net" in text
    assert "no Spot pool (aks-shop, aks-payments)" in text


def test_each_cluster_says_where_it_is() -> None:
    text = terminal(compared(KUBENET, OVERLAY))
    assert "subscription 00000000-0000-0000-0000-000000000000, resource group rg-shop" in text
    assert re.search(r"Kubernetes version +≠ +1\.30\.9 +1\.33\.5", text)
    assert re.search(r"Region +≠ +westeurope +swedencentral", text)
    assert text.index("Region") < text.index("Network model")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"powerState": {"code": "Stopped"}}, "stopped: it may look different in a while"),
        ({"provisioningState": "Upgrading"}, "provisioning state Upgrading: it may look"),
    ],
)
def test_a_cluster_in_motion_says_so(state: dict[str, object], words: str) -> None:
    draft = Draft(KUBENET)
    draft.cluster["properties"] |= state
    assert words in terminal(compared(draft.snapshot(), KUBENET))
    assert "in a while" not in terminal(compared(KUBENET, CNI))


def test_why_a_need_is_unknown_is_told() -> None:
    draft = Draft(CNI)
    draft.cluster["properties"]["agentPoolProfiles"][0].pop("maxPods")
    text = terminal(compared(draft.snapshot(), KUBENET), 200)
    assert "Unknown: ARM does not tell maxPods of pool nodepool1" in text


def test_a_need_beyond_a_limit_says_so() -> None:
    draft = Draft(KUBENET)
    draft.cluster["properties"]["agentPoolProfiles"][0] |= {
        "enableAutoScaling": True,
        "maxCount": 900,
    }
    text = terminal(compared(draft.snapshot(), KUBENET), 300)
    assert "a /22, beyond the 400 nodes of kubenet (own model)" in text


def test_json_holds_numbers_as_numbers() -> None:
    found = json.loads(render_json(compared(KUBENET, CNI)))
    rows = {row["key"]: row for section in found["sections"] for row in section["rows"]}
    assert rows["nodes-that-fit"]["cells"][1]["figures"] == [{"name": "nodes", "value": 30}]
    assert rows["nodes-that-fit"]["differs"] is True
    assert rows["pod-cidr"]["cells"][1]["value"] is None
    assert found["workloads"][1]["models"][4]["needs"][1]["node_subnet"]["value"] == 124


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
