"""The bundled clusters' reports and the JSON schemas, byte for byte.

``pytest tests/test_golden.py --update-golden`` rewrites them; a person reads the diff.
"""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from fixtures.aging import aged
from inspector import (
    Changes,
    CheckFormat,
    CheckReport,
    ClusterComparison,
    Format,
    Plan,
    Report,
    Target,
    analyze,
    check,
    compare,
    demo_clusters,
    diff,
    load_demo,
    plan,
    render,
    render_check,
)
from inspector.findings import Finding, Severity
from inspector.renderers.json_format import json_schema

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "fixtures" / "golden"
SUFFIXES = {Format.TERMINAL: "txt", Format.MARKDOWN: "md", Format.JSON: "json"}
WIDTH = 100
CHECK_SUFFIXES = {
    CheckFormat.TERMINAL: "txt",
    CheckFormat.MARKDOWN: "md",
    CheckFormat.JSON: "json",
    CheckFormat.SARIF: "sarif",
    CheckFormat.JUNIT: "xml",
    CheckFormat.CSV: "csv",
}
SOUND = "kubenet-vmss"
CHECKED = (SOUND, "half-migrated")
OTHER_WIDTHS = (80, 200)
COMPARED = {
    "kubenet-and-cni": ("kubenet-vmss", "cni-nodesubnet"),
    "kubenet-and-overlay": ("kubenet-vmss", "cni-overlay"),
    "three-way": ("kubenet-vmss", "cni-nodesubnet", "cni-overlay"),
}
MOVED = (
    ("seed-kubenet", Target.OVERLAY),
    ("kubenet-vmss", Target.OVERLAY),
    ("kubenet-vmss", Target.CILIUM),
    ("kubenet-vmss", Target.NODE_SUBNET),
    ("kubenet-vmss", Target.POD_SUBNET),
    ("broken-kubenet", Target.OVERLAY),
    ("cni-nodesubnet", Target.OVERLAY),
    ("cni-podsubnet", Target.CILIUM),
)
KINDS: dict[str, type[msgspec.Struct]] = {
    "report": Report,
    "check": CheckReport,
    "comparison": ClusterComparison,
    "changes": Changes,
    "plan": Plan,
}

Same = Callable[[Path, str], None]


@pytest.fixture
def same(request: pytest.FixtureRequest) -> Same:
    """Return the comparison of a text with the file that holds what it is to be."""

    def same(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert path.exists(), f"{path.relative_to(ROOT)}: missing; make it with --update-golden"
        assert text == path.read_bytes().decode()

    return same


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("name", demo_clusters())
def test_report(name: str, form: Format, same: Same) -> None:
    report = analyze(load_demo(name))
    same(GOLDEN / name / f"report.{SUFFIXES[form]}", render(report, form, width=WIDTH))


@pytest.mark.parametrize("form", CheckFormat)
@pytest.mark.parametrize("name", CHECKED)
def test_check(name: str, form: CheckFormat, same: Same) -> None:
    path = GOLDEN / name / f"check.{CHECK_SUFFIXES[form]}"
    same(path, render_check(check(load_demo(name)), form, width=WIDTH))


@pytest.mark.parametrize("width", OTHER_WIDTHS)
def test_report_at_another_width(width: int, same: Same) -> None:
    report = analyze(load_demo(SOUND))
    same(GOLDEN / SOUND / f"report-{width}.txt", render(report, width=width))


def test_report_in_colour(same: Same) -> None:
    report = analyze(load_demo(SOUND))
    path = GOLDEN / SOUND / "report-colour.txt"
    same(path, render(report, width=WIDTH, color=True))


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("name", COMPARED)
def test_comparison(name: str, form: Format, same: Same) -> None:
    found = compare(list(map(load_demo, COMPARED[name])))
    same(GOLDEN / f"compare/{name}.{SUFFIXES[form]}", render(found, form, width=WIDTH))


@pytest.mark.parametrize("form", Format)
def test_diff(form: Format, same: Same) -> None:
    week_before = load_demo(SOUND)
    found = diff(week_before, aged(week_before))
    same(GOLDEN / f"diff/a-week-later.{SUFFIXES[form]}", render(found, form, width=WIDTH))


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("name", demo_clusters())
def test_plan(name: str, form: Format, same: Same) -> None:
    found = plan(load_demo(name))
    same(GOLDEN / name / f"plan.{SUFFIXES[form]}", render(found, form, width=WIDTH))


@pytest.mark.parametrize(("name", "to"), MOVED)
def test_move(name: str, to: Target, same: Same) -> None:
    found = plan(load_demo(name), to=to)
    same(GOLDEN / name / f"plan-to-{to}.txt", render(found, width=WIDTH))


@pytest.mark.parametrize("name", KINDS)
def test_schema(name: str, same: Same) -> None:
    text = json.dumps(json_schema(KINDS[name]), indent=2) + "\n"
    same(ROOT / "docs" / f"{name}.schema.json", text)


def test_no_golden_file_is_left_over() -> None:
    every = SUFFIXES.values()
    wanted = {f"{name}/report.{each}" for name in demo_clusters() for each in every}
    wanted |= {f"{name}/check.{each}" for name in CHECKED for each in CHECK_SUFFIXES.values()}
    wanted |= {f"{SOUND}/report-{width}.txt" for width in OTHER_WIDTHS}
    wanted |= {f"{SOUND}/report-colour.txt", "findings.txt"}
    wanted |= {f"compare/{name}.{each}" for name in COMPARED for each in every}
    wanted |= {f"diff/a-week-later.{each}" for each in every}
    wanted |= {f"{name}/plan.{each}" for name in demo_clusters() for each in every}
    wanted |= {f"{name}/plan-to-{to}.txt" for name, to in MOVED}
    found = {str(path.relative_to(GOLDEN)) for path in GOLDEN.rglob("*") if path.is_file()}
    assert found == wanted


TRUE_ABOVE_INFO = {"retirements", "load-balancer-sku"}
"""What a sound cluster may be told above info: that something it uses has its day."""

FAULTY = {"half-migrated", "broken-kubenet", "broken-cni"}


def findings_of(name: str) -> list[Finding]:
    return list(check(load_demo(name)).findings)


def test_what_the_checks_find_in_the_bundled_clusters(same: Same) -> None:
    lines = [
        f"{name}: {found.severity} {found.check}/{found.cause}: {found.message}\n"
        for name in demo_clusters()
        for found in findings_of(name)
    ]
    same(GOLDEN / "findings.txt", "".join(lines))


@pytest.mark.parametrize("name", sorted({*demo_clusters()} - FAULTY))
def test_a_sound_cluster_is_told_nothing_above_info_but_what_retires(name: str) -> None:
    above = {found.check for found in findings_of(name) if found.severity is not Severity.INFO}
    assert above <= TRUE_ABOVE_INFO
