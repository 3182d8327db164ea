"""What a program that imports the package may rely on."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import inspector

PUBLIC = [
    "CLOUDS",
    "Baseline",
    "Changes",
    "CheckFormat",
    "CheckReport",
    "Cloud",
    "CloudName",
    "ClusterComparison",
    "Config",
    "CredentialKind",
    "Evidence",
    "Finding",
    "Format",
    "Gap",
    "Group",
    "Ignore",
    "InspectorError",
    "Outcome",
    "Plan",
    "Report",
    "ResourceId",
    "Severity",
    "Snapshot",
    "Status",
    "Target",
    "Thresholds",
    "Topology",
    "WhatIf",
    "__version__",
    "analyze",
    "check",
    "choose_checks",
    "collect",
    "compare",
    "demo_clusters",
    "diff",
    "load_baseline",
    "load_config",
    "load_demo",
    "load_snapshot",
    "plan",
    "private_cloud",
    "render",
    "render_check",
    "save_snapshot",
]
VALUES = {"CLOUDS", "__version__"}


def test_these_names_are_public() -> None:
    assert inspector.__all__ == PUBLIC


@pytest.mark.parametrize("name", sorted(set(PUBLIC) - VALUES))
def test_every_public_name_says_what_it_is(name: str) -> None:
    documentation = getattr(inspector, name).__doc__
    assert documentation
    assert documentation.strip().splitlines()[0].endswith((".", ":"))


def test_every_cloud_has_an_address() -> None:
    assert set(inspector.CLOUDS) == set(inspector.CloudName)
    assert all(each.endpoint.startswith("https://") for each in inspector.CLOUDS.values())


def test_the_use_in_the_package_s_docstring(tmp_path: Path) -> None:
    """The cluster comes out of a file here; the rest is as written there."""
    assert "inspector.analyze(snapshot)" in (inspector.__doc__ or "")
    assert "inspector.render(report, inspector.Format.MARKDOWN)" in (inspector.__doc__ or "")
    path = tmp_path / "cluster.json.gz"
    inspector.save_snapshot(inspector.load_demo("seed-kubenet"), path)
    snapshot = inspector.load_snapshot(path)
    report = inspector.analyze(snapshot)
    text = inspector.render(report, inspector.Format.MARKDOWN)
    assert text.startswith("# AKS network report: aks-kubenet-demo\n")
    assert text == inspector.render(
        inspector.analyze(inspector.load_demo("seed-kubenet")), inspector.Format.MARKDOWN
    )
    assert "inspector.check(snapshot)" in (inspector.__doc__ or "")
    assert "inspector.CheckFormat.SARIF" in (inspector.__doc__ or "")
    checked = inspector.render_check(inspector.check(snapshot), inspector.CheckFormat.SARIF)
    assert json.loads(checked)["version"] == "2.1.0"
    nodes = inspector.Topology(snapshot).nodes
    assert [node.name for node in nodes] == ["aks-nodepool1-19374625-0"]


def test_checks_are_chosen_and_settled_by_a_program() -> None:
    snapshot = inspector.load_demo("half-migrated")
    accepted = inspector.Ignore(check="peering-health", reason="the hub is being rebuilt")
    checked = inspector.check(
        snapshot,
        config=inspector.Config(ignore=(accepted,)),
        as_of=date(2026, 6, 1),
        checks=inspector.choose_checks(["peering-health"]),
    )
    assert [each.check for each in checked.outcomes] == ["peering-health"]
    assert checked.findings == ()
    assert [each.reason for each in checked.ignored] == ["the hub is being rebuilt"]
    assert checked.as_of == date(2026, 6, 1)


def test_an_unknown_demo_is_an_error_of_ours() -> None:
    with pytest.raises(inspector.InspectorError, match="no bundled cluster 'nope'; there are: "):
        inspector.load_demo("nope")


def test_types_are_published() -> None:
    assert (Path(inspector.__file__).parent / "py.typed").exists()


def test_importing_the_package_prints_nothing_and_needs_no_sdk() -> None:
    program = (
        "import sys, inspector\n"
        "names = {name.split('.')[0] for name in sys.modules}\n"
        "assert not names & {'azure', 'networkx', 'requests', 'msal'}, names\n"
        "from inspector import *\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
