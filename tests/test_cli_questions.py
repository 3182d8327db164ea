"""``compare``, ``diff`` and ``plan`` as a user runs them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector import Snapshot, load_demo, save_snapshot
from inspector.cli import run
from inspector.cli.exit_codes import ExitCode
from inspector.resources import VirtualNetwork
from tests.odd_clusters import Draft, refusal_of, refused
from tests.test_cli import Done, assert_refused

KUBENET, CNI, OVERLAY = "demo:kubenet-vmss", "demo:cni-nodesubnet", "demo:cni-overlay"

Invoke = Callable[..., Done]


@pytest.fixture
def invoke(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Invoke:
    """Return the program as a function, run in an empty folder."""
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "AKS_INSPECTOR_CLOUD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> Done:
        code = run(list(arguments))
        return Done(code, *capsys.readouterr())

    return invoke


def saved(snapshot: Snapshot, name: str) -> str:
    save_snapshot(snapshot, Path(name))
    return name


def scaled(nodes: int) -> Snapshot:
    """Return a cluster whose pool says another number of nodes."""
    draft = Draft("kubenet-vmss")
    draft.cluster["properties"]["agentPoolProfiles"][0]["count"] = nodes
    return draft.snapshot()


def without_network() -> Snapshot:
    """Return a cluster whose network the reader may not see."""
    snapshot = load_demo("kubenet-vmss")
    return refused(snapshot, [refusal_of(snapshot, VirtualNetwork.arm_type)])


REFUSED = {
    "one cluster": (["compare", KUBENET], "two clusters or more"),
    "none": (["compare"], "Missing argument"),
    "an unknown demo": (["compare", KUBENET, "demo:nope"], "no bundled cluster 'nope'"),
    "a name alone": (
        ["compare", KUBENET, "cni-overlay"],
        "the bundled cluster is demo:cni-overlay",
    ),
    "one snapshot": (["diff", KUBENET], "Missing argument 'NEW'"),
    "no such file": (["diff", "old.json", KUBENET], "'old.json' is a file that does not exist"),
    "two clusters to diff": (["diff", KUBENET, CNI], "compare"),
    "an unknown model": (["plan", KUBENET, "--to", "calico"], "'calico'"),
    "an unknown pool": (["plan", KUBENET, "--scale", "user=4"], "it has nodepool1"),
    "no pool": (["plan", KUBENET, "--scale", "4"], "name the pool, as POOL=N"),
    "no number": (["plan", KUBENET, "--scale", "nodepool1=many"], "--scale 'many': not a whole"),
    "twice": (["plan", KUBENET, "--max-pods", "30", "--max-pods", "40"], "given twice"),
    "too few pods": (["plan", KUBENET, "--max-pods", "5"], "--max-pods 5: AKS allows 10 to 250"),
    "no surge": (["plan", KUBENET, "--max-surge", "some"], "--max-surge 'some'"),
    "odd ports": (["plan", KUBENET, "--ports-per-node", "100"], "--ports-per-node"),
    "too many ports": (["plan", KUBENET, "--ports-per-node", "64008"], "--ports-per-node"),
}


@pytest.mark.parametrize(("arguments", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_command_line_is_refused(arguments: list[str], words: str, invoke: Invoke) -> None:
    assert_refused(invoke(*arguments), ExitCode.USAGE, words)
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("compare", KUBENET, CNI),
        ("compare", KUBENET, CNI, OVERLAY),
        ("diff", KUBENET, KUBENET),
        ("plan", KUBENET),
        ("plan", KUBENET, "--to", "overlay"),
    ],
    ids=" ".join,
)
def test_an_answer_has_every_format(arguments: tuple[str, ...], invoke: Invoke) -> None:
    terminal = invoke(*arguments)
    assert (terminal.code, terminal.err) == (ExitCode.OK, "")
    assert terminal.out.startswith("AKS ")
    assert invoke(*arguments, "-o", "answer.md") == Done(ExitCode.OK, "", "")
    assert Path("answer.md").read_text().startswith("# AKS ")
    assert json.loads(invoke(*arguments, "-f", "json").out)["schema_version"] == 1


def test_a_file_stands_where_a_cluster_does(invoke: Invoke) -> None:
    path = saved(load_demo("cni-nodesubnet"), "cni.json.gz")
    assert invoke("compare", KUBENET, path) == invoke("compare", KUBENET, CNI)


def test_a_change_is_told_by_the_exit_code_if_asked_for(invoke: Invoke) -> None:
    old, new = saved(scaled(3), "old.json"), saved(scaled(5), "new.json")
    assert invoke("diff", old, new).code == ExitCode.OK
    assert invoke("diff", old, new, "--exit-code").code == ExitCode.FINDINGS
    assert invoke("diff", old, old, "--exit-code").code == ExitCode.OK


def test_what_cannot_be_compared_is_no_change(invoke: Invoke) -> None:
    new = saved(without_network(), "new.json")
    assert invoke("diff", KUBENET, new, "--exit-code").code == ExitCode.OK
    assert invoke("diff", KUBENET, new, "--strict").code == ExitCode.INCOMPLETE
    assert invoke("diff", KUBENET, KUBENET, "--strict").code == ExitCode.OK


@pytest.mark.parametrize("command", [("compare", KUBENET), ("plan",)], ids=" ".join)
def test_what_could_not_be_seen_counts_under_strict(
    command: tuple[str, ...], invoke: Invoke
) -> None:
    seen, unseen = KUBENET, saved(without_network(), "unseen.json")
    assert invoke(*command, unseen).code == ExitCode.OK
    assert invoke(*command, unseen, "--strict").code == ExitCode.INCOMPLETE
    assert invoke(*command, seen, "--strict").code == ExitCode.OK


def test_a_pool_may_be_supposed_by_any_casing_of_its_name(invoke: Invoke) -> None:
    lower = invoke("plan", KUBENET, "--scale", "nodepool1=40", "-f", "json")
    upper = invoke("plan", KUBENET, "--scale", "NodePool1=40", "-f", "json")
    assert lower.code == ExitCode.OK
    assert lower.out == upper.out
    assert lower.out != invoke("plan", KUBENET, "-f", "json").out


def test_settings_count_for_findings(invoke: Invoke) -> None:
    Path("aks-inspector.toml").write_text('[severity]\nnope = "high"\n')
    for command in (("compare", KUBENET, CNI), ("diff", KUBENET, KUBENET), ("plan", KUBENET)):
        assert_refused(invoke(*command), ExitCode.USAGE, "nope")
        assert invoke(*command, "--no-config").code == ExitCode.OK
