"""What ``diff`` prints: the sum first, then topic by topic, whatever the names are."""

import json
import re
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.clusters import overlay_cluster
from fixtures import aging
from fixtures.aging import aged
from fixtures.planting import Fault
from inspector.baseline import PastFinding
from inspector.changes import ChangedFinding, Changes, Kind, Thing, Topic, diff
from inspector.findings import Severity
from inspector.nodes import instance_name
from inspector.renderers.blocks import Heading, Paragraph, Table, Tone
from inspector.renderers.json_format import json_schema, render_json
from inspector.renderers.layout.changes import lay_out_changes
from inspector.renderers.markdown import render_markdown
from inspector.renderers.terminal import render_terminal
from inspector.snapshot import Snapshot, decode_snapshot, encode_snapshot
from tests import test_changes_stories as stories
from tests.odd_clusters import (
    LOAD_BALANCERS,
    bundled,
    refusal_of_list,
    refused,
    whatever_can_be_refused,
)
from tests.test_changes import leaves
from tests.test_hostile_names import ACTS, HOSTILE, Renaming
from tests.test_markdown import assert_shows
from tests.test_terminal import STYLE

NODES = 300
POOLS = 3


@cache
def week() -> Changes:
    return diff(bundled("kubenet-vmss"), aged(bundled("kubenet-vmss")))


def terminal(changes: Changes, width: int = 100, *, show_all: bool = False) -> str:
    return render_terminal(lay_out_changes(changes, show_all=show_all), width=width, color=False)


def summary(changes: Changes) -> str:
    blocks = list(lay_out_changes(changes, show_all=False))
    assert isinstance(blocks[0], Heading)
    assert isinstance(blocks[1], Paragraph)
    return blocks[1].text.text


def test_the_sum_comes_first() -> None:
    assert summary(week()) == (
        "1 new critical finding: kubenet-route-next-hop; 16 changes since 2026-11-20 09:00 UTC: "
        "cluster changed (Kubernetes version, authorized IP ranges), outbound addresses changed, "
        "1 virtual network changed (DNS servers), 1 node pool changed (Kubernetes version, max "
        "surge), 1 node joined, 1 node left and 10 others; 1 finding appeared, 1 gone"
    )
    assert sum(each.number for each in week().tallies) == 16


def test_no_change_is_one_line() -> None:
    snapshot = bundled("kubenet-vmss")
    later = aged(snapshot, ())
    assert summary(diff(snapshot, later)) == (
        "No change from 2026-11-20 09:00 UTC to 2026-11-27 09:00 UTC, 17 documents compared"
    )
    blocks = list(lay_out_changes(diff(snapshot, later), show_all=False))
    assert not any(isinstance(each, Table) for each in blocks)


def test_a_note_comes_before_everything_but_the_sum() -> None:
    snapshot = bundled("kubenet-vmss")
    text = terminal(diff(aged(snapshot), snapshot))
    assert text.index("perhaps they are in the wrong order") < text.index("Cluster id")


def test_topics_come_in_the_order_of_importance() -> None:
    topics = [each.topic for each in week().topics]
    assert topics == sorted(topics, key=list(Topic).index)
    assert len(topics) == 9


def test_marks_are_text() -> None:
    text = terminal(week())
    assert "+ frontend a0b98d3a5193757d4b6f07ac5cb55325" in text
    assert "- frontend a336126d516cb5156aea106e4a4f67c2" in text
    assert "~ node pool" in text


def test_all_shows_what_came_with_a_change() -> None:
    short, long = (terminal(week(), 200, show_all=every) for every in (False, True))
    assert "with it 1 route added" in short
    assert "· · + route 10.244.3.0/24" not in short
    assert "· · + route 10.244.3.0/24" in long
    assert "with it" not in long


def test_gaps_have_a_section_of_their_own() -> None:
    before = bundled("kubenet-vmss")
    hidden = refused(aged(before), [refusal_of_list(aged(before), LOAD_BALANCERS)])
    changes = diff(before, hidden)
    text = terminal(changes, 200)
    assert summary(changes).endswith("1 thing not comparable")
    assert "neither added nor removed here" in text
    assert f"{LOAD_BALANCERS}/read" in text
    assert "1 load balancer, 3 frontends" in text


@pytest.mark.parametrize("width", [80, 100, 200])
@pytest.mark.parametrize("show_all", [False, True])
def test_no_line_is_wider_than_the_terminal(width: int, *, show_all: bool) -> None:
    assert max(map(len, terminal(week(), width, show_all=show_all).splitlines())) <= width


def test_what_became_critical_is_said_before_the_changes() -> None:
    before = bundled("cni-overlay")
    low = finding(Severity.LOW)
    worse = ChangedFinding(before=low, after=finding(Severity.CRITICAL))
    better = ChangedFinding(before=worse.after, after=low)
    still = ChangedFinding(before=worse.after, after=worse.after)
    changes = diff(before, before)
    for changed, start in (
        ((worse, worse), "2 new critical findings: egress-path; no change from"),
        ((better, still), "No change from"),
    ):
        findings = msgspec.structs.replace(changes.findings, changed=changed)
        told = summary(msgspec.structs.replace(changes, findings=findings))
        assert told.startswith(start)


def finding(severity: Severity) -> PastFinding:
    return PastFinding(
        check="egress-path",
        severity=severity,
        subject=bundled("cni-overlay").cluster,
        name="aks-retail",
        message="no way out",
        fingerprint="1",
    )


STORIES = {
    "nothing": (),
    "moved": (stories.moves_to_overlay, stories.identity_is_exchanged),
    "reimaged": (stories.nodes_are_reimaged, stories.image_rises),
    "stopped": (stories.stops,),
}


@pytest.mark.parametrize("happened", STORIES.values(), ids=STORIES.keys())
def test_every_story_has_the_published_shape(happened: tuple[Fault, ...]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema(Changes))
    before = bundled("kubenet-vmss")
    after = aged(before, happened)
    hidden = refused(after, whatever_can_be_refused(after)[::3])
    for old, new in ((before, after), (after, before), (before, hidden), (hidden, after)):
        validator.validate(json.loads(render_json(diff(old, new))))


def test_json_holds_everything_as_its_schema_says() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    document = json.loads(render_json(week()))
    jsonschema.Draft202012Validator(json_schema(Changes)).validate(document)
    assert document["has_changes"] is True
    shown = {each.sentence for each in leaves(week())}
    assert shown <= set(_sentences(document["topics"]))


def _sentences(value: Any) -> list[str]:
    if isinstance(value, list):
        return [one for each in value for one in _sentences(each)]
    if not isinstance(value, dict):
        return []
    own = [value["sentence"]] if "sentence" in value else []
    return own + [one for each in value.values() for one in _sentences(each)]


def test_every_part_of_the_schema_is_described() -> None:
    for name, part in json_schema(Changes)["$defs"].items():
        assert part.get("description"), name


def test_the_same_snapshots_give_the_same_bytes() -> None:
    before = bundled("cni-overlay")
    after = aged(before, [aging.node_joins, aging.service_goes, aging.version_rises])
    one, other = (render_json(diff(before, after)) for _ in range(2))
    assert one == other


@cache
def replaced() -> Changes:
    """Return what changed in a cluster all of whose nodes have been replaced."""
    before = overlay_cluster(NODES, POOLS, 10)
    text = encode_snapshot(before).decode()

    def renumbered(match: re.Match[str]) -> str:
        return f"{match[1]}{int(match[2]) + 500}"

    def renamed(match: re.Match[str]) -> str:
        return f'{instance_name(match[1], str(int(match[2], 36) + 500))}"'

    text = re.sub(r"(?i)(virtualmachines/)(\d+)", renumbered, text)
    text = re.sub(r'(aks-[a-z0-9]+-\d{8}-vmss)([0-9a-z]{6})"', renamed, text)
    return diff(before, decode_snapshot(text.encode(), "replaced"))


def test_nodes_that_are_all_replaced_are_a_line_for_each_pool() -> None:
    changes = replaced()
    (topic,) = changes.topics
    assert changes.number == 2 * NODES
    assert [(each.kind, each.thing) for each in topic.changes] == POOLS * [
        (Kind.CHANGED, Thing.NODE)
    ]
    assert [each.words for each in changes.tallies] == ["300 nodes joined", "300 nodes left"]
    assert topic.changes[0].words == (
        "100 nodes joined: aks-pool1-75131495-vmss0000dw, aks-pool1-75131495-vmss0000dx, "
        "aks-pool1-75131495-vmss0000dy and 97 more; 100 nodes left: "
        "aks-pool1-75131495-vmss000000, aks-pool1-75131495-vmss000001, "
        "aks-pool1-75131495-vmss000002 and 97 more"
    )
    assert topic.changes[0].with_it == (
        "200 backend pool members joined, 200 backend pool members left"
    )
    assert len(terminal(changes).splitlines()) < 40


def test_all_lists_every_node_of_them() -> None:
    text = terminal(replaced(), 200, show_all=True)
    assert text.count("+ node aks-") == text.count("- node aks-") == NODES


def test_a_table_is_cut_and_says_so() -> None:
    def many_rules(garden: Any) -> None:
        group = aging.one(garden, aging.GROUPS)
        rules = group["properties"]["securityRules"]
        for number in range(60):
            added = json.loads(json.dumps(rules[0]))
            for field in ("name", "id"):
                added[field] += f"-{number:02}"
            added["properties"]["priority"] = 1000 + number
            rules.append(added)

    before = bundled("kubenet-vmss")
    changes = diff(before, aged(before, [many_rules]))
    blocks = list(lay_out_changes(changes, show_all=False))
    (table,) = (each for each in blocks if isinstance(each, Table) and each.note)
    assert len(table.rows) == 40
    assert table.note == "20 more of 60 changes: --all shows them"
    assert "more of" not in terminal(changes, show_all=True)


def hostile(texts: list[str]) -> Changes:
    """Return the changes of a cluster all of whose names and tags are made of the texts."""
    renaming = Renaming(texts)
    before = bundled("kubenet-vmss")
    sides = (renaming.value(json.loads(encode_snapshot(each))) for each in (before, aged(before)))
    old, new = (_decoded(each) for each in sides)
    return diff(old, new)


def _decoded(layout: Any) -> Snapshot:
    return decode_snapshot(json.dumps(layout, ensure_ascii=False).encode(), "hostile")


def assert_harmless(changes: Changes) -> None:
    for show_all in (False, True):
        assert not ACTS.search(terminal(changes, show_all=show_all))
        blocks = list(lay_out_changes(changes, show_all=show_all))
        colored = render_terminal(blocks, width=80, color=True)
        assert not ACTS.search(STYLE.sub("", colored))
        assert_shows(render_markdown(blocks), iter(blocks))
    text = render_json(changes)
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)
    assert json.loads(text)["cluster"] == str(changes.cluster)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_names_are_only_shown(text: str) -> None:
    changes = hostile([text])
    assert changes.has_changes
    assert_harmless(changes)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
@settings(
    max_examples=10,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
def test_any_names_are_only_shown(texts: list[str]) -> None:
    assert_harmless(hostile([f"x{text}" for text in texts]))


def test_a_calm_day_is_green_and_another_is_not() -> None:
    snapshot = bundled("kubenet-vmss")
    tones = []
    for after in (
        snapshot,
        aged(snapshot),
        refused(snapshot, [refusal_of_list(snapshot, LOAD_BALANCERS)]),
    ):
        block = list(lay_out_changes(diff(snapshot, after), show_all=False))[1]
        assert isinstance(block, Paragraph)
        tones.append(block.text.tone)
    assert tones == [Tone.GOOD, Tone.PLAIN, Tone.PLAIN]
