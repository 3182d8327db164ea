"""The bundled clusters' reports and the JSON schemas, byte for byte.

``pytest tests/test_golden.py --update-golden`` rewrites them; a person reads the diff.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector import (
    CheckFormat,
    CheckReport,
    Format,
    Report,
    analyze,
    check,
    demo_clusters,
    load_demo,
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

Compare = Callable[[Path, str], None]


@pytest.fixture
def compare(request: pytest.FixtureRequest) -> Compare:
    """Return the comparison of a text with the file that holds what it is to be."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert path.exists(), f"{path.relative_to(ROOT)}: missing; make it with --update-golden"
        assert text == path.read_bytes().decode()

    return compare


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("name", demo_clusters())
def test_report(name: str, form: Format, compare: Compare) -> None:
    report = analyze(load_demo(name))
    compare(GOLDEN / name / f"report.{SUFFIXES[form]}", render(report, form, width=WIDTH))


@pytest.mark.parametrize("form", CheckFormat)
@pytest.mark.parametrize("name", CHECKED)
def test_check(name: str, form: CheckFormat, compare: Compare) -> None:
    path = GOLDEN / name / f"check.{CHECK_SUFFIXES[form]}"
    compare(path, render_check(check(load_demo(name)), form, width=WIDTH))


@pytest.mark.parametrize("width", OTHER_WIDTHS)
def test_report_at_another_width(width: int, compare: Compare) -> None:
    report = analyze(load_demo(SOUND))
    compare(GOLDEN / SOUND / f"report-{width}.txt", render(report, width=width))


def test_report_in_colour(compare: Compare) -> None:
    report = analyze(load_demo(SOUND))
    path = GOLDEN / SOUND / "report-colour.txt"
    compare(path, render(report, width=WIDTH, color=True))


@pytest.mark.parametrize(("name", "kind"), [("report", Report), ("check", CheckReport)])
def test_schema(name: str, kind: type[Report | CheckReport], compare: Compare) -> None:
    text = json.dumps(json_schema(kind), indent=2) + "\n"
    compare(ROOT / "docs" / f"{name}.schema.json", text)


def test_no_golden_file_is_left_over() -> None:
    wanted = {f"{name}/report.{suffix}" for name in demo_clusters() for suffix in SUFFIXES.values()}
    wanted |= {f"{name}/check.{each}" for name in CHECKED for each in CHECK_SUFFIXES.values()}
    wanted |= {f"{SOUND}/report-{width}.txt" for width in OTHER_WIDTHS}
    wanted |= {f"{SOUND}/report-colour.txt", "findings.txt"}
    found = {str(path.relative_to(GOLDEN)) for path in GOLDEN.rglob("*") if path.is_file()}
    assert found == wanted


TRUE_ABOVE_INFO = {"retirements", "load-balancer-sku"}
"""What a sound cluster may be told above info: that something it uses has its day."""

FAULTY = {"half-migrated", "broken-kubenet", "broken-cni"}


def findings_of(name: str) -> list[Finding]:
    return list(check(load_demo(name)).findings)


def test_what_the_checks_find_in_the_bundled_clusters(compare: Compare) -> None:
    lines = [
        f"{name}: {found.severity} {found.check}/{found.cause}: {found.message}\n"
        for name in demo_clusters()
        for found in findings_of(name)
    ]
    compare(GOLDEN / "findings.txt", "".join(lines))


@pytest.mark.parametrize("name", sorted({*demo_clusters()} - FAULTY))
def test_a_sound_cluster_is_told_nothing_above_info_but_what_retires(name: str) -> None:
    above = {found.check for found in findings_of(name) if found.severity is not Severity.INFO}
    assert above <= TRUE_ABOVE_INFO
