"""The rehearsal of a move as text: terminal, Markdown and JSON."""

import json
from datetime import date
from typing import Any

import pytest

from inspector.planning import plan
from inspector.planning.moves import Rehearsal, Target, rehearse
from inspector.renderers.json_format import json_schema, render_json
from inspector.renderers.layout.planning import lay_out_plan
from inspector.renderers.layout.planning.moves import lay_out_move
from inspector.renderers.markdown import render_markdown
from inspector.renderers.terminal import render_terminal
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import NETWORKS, Draft, Refusal, bundled, refusal_of, refused
from tests.test_hostile_names import ACTS, HOSTILE

CLUSTERS = ("kubenet-vmss", "broken-kubenet", "kubenet-dual-stack", "cni-nodesubnet", "byo-cni")


def rehearsed(snapshot: Snapshot, to: Target, as_of: date = date(2026, 11, 20)) -> Rehearsal:
    topology = Topology(snapshot)
    return rehearse(topology, topology, to, as_of=as_of, on_premises=())


def terminal(found: Rehearsal, width: int) -> str:
    return render_terminal(lay_out_move(found, most=20), width=width, color=False)


def prose(text: str) -> list[str]:
    """Return the lines that are no commands: those are never broken."""
    commands = ("az ", "aks-inspector ")
    return [each for each in text.splitlines() if not each.lstrip().startswith(commands)]


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("to", Target)
@pytest.mark.parametrize("name", CLUSTERS)
def test_a_rehearsal_fits_the_terminal(name: str, to: Target, width: int) -> None:
    found = rehearsed(bundled(name), to)
    text = terminal(found, width)
    assert " ".join(found.summary.split()) in " ".join(text.split())
    assert all(len(each) <= width for each in prose(text))
    for step in found.steps:
        assert all(command in text for command in step.commands)


@pytest.mark.parametrize("to", Target)
@pytest.mark.parametrize("name", CLUSTERS)
def test_markdown_holds_every_condition_and_command(name: str, to: Target) -> None:
    found = rehearsed(bundled(name), to)
    text = render_markdown(lay_out_move(found, most=None))
    for step in found.steps:
        assert all(command in text for command in step.commands)
        assert f"#### Step {step.number}: " in text
    assert text.count("why: ") == found.blockers + found.risks + found.not_visible


@pytest.mark.parametrize("name", CLUSTERS)
def test_json_holds_the_rehearsal_as_it_is(name: str) -> None:
    found = rehearsed(bundled(name), Target.OVERLAY)
    value: Any = json.loads(render_json(found))
    assert value["verdict"] == found.verdict
    assert [each["id"] for each in value["conditions"]] == [each.id for each in found.conditions]
    assert [each["number"] for each in value["steps"]] == [each.number for each in found.steps]


def test_the_schema_tells_what_every_part_means() -> None:
    parts = json_schema(Rehearsal)["$defs"]
    assert {"Rehearsal", "ConditionView", "Step", "Placeholder", "Deadline"} <= set(parts)
    assert all(each.get("description") for each in parts.values())


def test_the_answer_comes_first() -> None:
    text = terminal(rehearsed(bundled("kubenet-vmss"), Target.CILIUM), 200)
    lines = [each.strip() for each in text.splitlines()]
    assert lines[0] == "Moving to Azure CNI powered by Cilium"
    assert lines[2].startswith("Verdict")
    parts = ("Not met", "Not visible in ARM", "Steps", "Pod CIDR", "Conditions that are met")
    order = [text.index(f"\n{each}\n") for each in parts]
    assert order == sorted(order)


def test_a_plan_with_a_move_leads_with_it_and_keeps_the_tables_of_today_for_those_who_ask() -> None:
    found = plan(bundled("kubenet-vmss"), to=Target.OVERLAY, ports_per_node=4_000)
    runway = ("Pools: room to grow", "Ceilings of the cluster")
    short, whole = (
        render_terminal(lay_out_plan(found, show_all=each), width=100, color=False)
        for each in (False, True)
    )
    assert short.index("Verdict") < short.index("Room in the network of today")
    assert not any(each in short for each in runway)
    assert all(each in whole for each in runway)
    assert "SNAT ports\n──" in short
    unasked = plan(bundled("kubenet-vmss"), to=Target.OVERLAY)
    text = render_terminal(lay_out_plan(unasked, show_all=False), width=100, color=False)
    assert "SNAT ports\n──" not in text
    assert "Conditions that are met" in text


def test_what_is_there_already_is_one_sentence() -> None:
    text = terminal(rehearsed(bundled("cni-overlay"), Target.OVERLAY), 80)
    assert "The cluster has Azure CNI Overlay already." in text
    assert len(text.splitlines()) < 8


def test_what_a_move_left_behind_is_told_with_its_check() -> None:
    text = terminal(rehearsed(bundled("half-migrated"), Target.OVERLAY), 400)
    assert "already, but something of the model of before is left" in text
    assert "left of kubenet" in text
    assert "(check kubenet-residue)" in text
    assert "(check one-ip-per-node)" in text


def test_the_reimages_are_counted_at_the_top() -> None:
    found = rehearsed(bundled("broken-kubenet"), Target.OVERLAY)
    steps = ", ".join(str(each.number) for each in found.steps if each.reimages)
    text = terminal(found, 200)
    assert f"all nodes are put up anew 3 times in all (steps {steps})" in text
    assert text.index("3 times in all") < text.index("Not met")
    once = terminal(rehearsed(bundled("cni-nodesubnet"), Target.OVERLAY), 200)
    assert "all nodes are put up anew once (step " in once


def test_what_is_not_met_is_told_as_what_is_needed() -> None:
    text = terminal(rehearsed(bundled("kubenet-vmss"), Target.OVERLAY), 200)
    assert "Blocker  needed: a user-assigned identity" in text
    met = text[text.index("Conditions that are met") :]
    assert "needed: " not in met


def test_what_a_new_cluster_lacks_comes_before_its_commands() -> None:
    text = terminal(rehearsed(bundled("kubenet-vmss"), Target.NODE_SUBNET), 200)
    assert text.index("Not carried over: ") < text.index("az aks create ")


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        (date(2026, 11, 20), "2028-03-31, in 497 days"),
        (date(2028, 3, 31), "2028-03-31, today"),
        (date(2028, 4, 1), "2028-03-31, 1 day ago"),
    ],
)
def test_the_end_of_kubenet_is_counted_in_days(as_of: date, words: str) -> None:
    assert words in terminal(rehearsed(bundled("kubenet-vmss"), Target.OVERLAY, as_of), 80)


def test_what_was_refused_is_named_with_the_right_that_shows_it() -> None:
    snapshot = bundled("kubenet-vmss")
    network: Refusal = refusal_of(snapshot, NETWORKS)
    text = terminal(rehearsed(refused(snapshot, [network]), Target.OVERLAY), 200)
    assert f"missing: {network.target}" in text
    assert f"Grant {NETWORKS}/read" in text


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_names_do_not_act(hostile: str) -> None:
    draft = Draft("broken-kubenet")
    draft.cluster["name"] = hostile
    draft.one(NETWORKS)["properties"]["virtualNetworkPeerings"][0]["name"] = hostile
    found = rehearsed(draft.snapshot(), Target.CILIUM)
    assert not ACTS.search(terminal(found, 80).replace("\n", ""))
    assert not ACTS.search(render_markdown(lay_out_move(found, most=None)).replace("\n", ""))
    assert not ACTS.search(render_json(found).replace("\n", ""))
