"""How the checks' answer is laid out: totals, findings, everything else with its number."""

import re
from datetime import date
from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len

from inspector import CheckFormat, CheckReport, Config, Ignore, Severity, analyze, check, load_demo
from inspector.checking import Passed, Skipped, Undecided
from inspector.findings import Evidence, Group
from inspector.renderers import UNLIMITED, CheckOptions, render, render_check
from inspector.renderers.blocks import Table
from inspector.renderers.layout import lay_out, lay_out_check
from tests.made_checks import (
    DOUBTFUL,
    EVERY,
    FAILING,
    GAP,
    NETWORK,
    PARTLY,
    PASSING,
    SKIPPED,
    UNKNOWN,
    checked,
    failed,
    made,
    problem,
    table_id,
)
from tests.test_baseline import as_baseline
from tests.test_markdown import assert_shows
from tests.test_terminal import STYLE, breakable, characters, on_terminal, readings

WIDTHS = (60, 80, 120, 200)


def lines_of(report: CheckReport, **options: bool) -> list[str]:
    given: CheckOptions = {"width": 200}
    given.update(options)  # type: ignore[typeddict-item]  # names of options, all of them booleans
    return render_check(report, **given).splitlines()


def section(report: CheckReport, heading: str) -> list[str]:
    """Return the lines below a heading, up to the next empty one."""
    lines = lines_of(report)
    start = lines.index(heading) + 1
    return lines[start : lines.index("", start) if "" in lines[start:] else len(lines)]


def cells(line: str) -> list[str]:
    """Return the cells of a table's line."""
    return re.split(r" {2,}", line.strip())


def test_totals_come_first_with_their_denominator() -> None:
    lines = lines_of(checked(*EVERY))
    start = lines.index("Checks")
    assert lines[start + 2 : start + 4] == [
        "  6 checks: 2 failed, 1 passed, 1 skipped, 2 could not be decided",
        "  4 findings: 1 critical, 1 medium, 1 low, 1 info",
    ]


@pytest.mark.parametrize(
    ("report", "totals"),
    [
        (checked(PASSING), ["  1 check: 1 passed", "  no findings"]),
        (checked(UNKNOWN, SKIPPED), ["  2 checks: 1 skipped, 1 could not be decided"]),
    ],
)
def test_what_there_is_none_of_is_not_told(report: CheckReport, totals: list[str]) -> None:
    lines = lines_of(report)
    start = lines.index("Checks") + 2
    assert lines[start : start + len(totals)] == totals
    assert not [line for line in lines if line.startswith(("Failed", "Ignored", "Against"))]


def test_a_finding_says_what_breaks_what_it_rests_on_and_what_to_do() -> None:
    report = checked(made(FAILING.id, failed(problem("rt-a", Severity.HIGH))))
    command = f"az network route-table show --ids {NETWORK}/routeTables/rt-a"
    assert section(report, "High: peering-health on rt-a") == [
        "  Finding      rt-a is broken",
        "  What breaks  nothing passes",
        f"  Resource     {NETWORK}/routeTables/rt-a",
        "  Evidence  Field              Value",
        "  rt-a      properties.routes  none",
        "  rt-a      properties.count   0",
        "  What to do: Mend it.",
        f"    {command}",
        "    az account show",
    ]


def test_the_worst_finding_is_first() -> None:
    headings = [each for each in lines_of(checked(PARTLY, FAILING)) if " on rt" in each]
    assert headings == [
        "Critical: peering-health on rt-a",
        "Medium: peering-health on rt-b",
        "Low: default-route on rt-low",
        "Info: peering-health on rt-c",
    ]


def test_a_severity_has_its_colour() -> None:
    text = render_check(checked(FAILING), width=80, color=True)
    colours = {
        line.split("m", 1)[0] for line in text.splitlines() if " on rt" in STYLE.sub("", line)
    }
    assert len(colours) == 3


def test_what_is_unknown_says_why_and_what_would_reveal_it() -> None:
    report = checked(UNKNOWN, DOUBTFUL, PARTLY)
    (header, *rows) = section(report, "Could not be decided: 2")
    assert cells(header) == ["Check", "Why", "What would reveal it"]
    assert list(map(cells, rows)) == [
        [UNKNOWN.id, "rt could not be seen", GAP.action],
        [DOUBTFUL.id, "pool np is stopped", "-"],
    ]
    (_, row) = section(report, "Failed, and there may be more: 1")
    unseen = "the list of Microsoft.Network/routeTables could not be seen"
    assert cells(row) == [PARTLY.id, unseen, GAP.action]


def test_passed_and_skipped_are_one_line_each() -> None:
    report = checked(PASSING, SKIPPED)
    assert section(report, "Passed: 1") == [
        "  Check                    What holds",
        "  kubenet-one-ip-per-node  3 of 3 in order",
    ]
    assert section(report, "Skipped: 1")[1:] == ["  reserved-range  there is none"]


def test_sixty_checks_are_sixty_lines() -> None:
    sixty = [
        made(f"check-number-{n}", Passed(f"{n} of {n}") if n % 2 else Skipped("not here"))
        for n in range(60)
    ]
    lines = render_check(checked(*sixty), width=80).splitlines()
    assert sum(line.startswith("  check-number-") for line in lines) == 60
    assert len(lines) < 80


def test_ignored_findings_are_listed_with_reason_and_end() -> None:
    rules = (
        Ignore(check=FAILING.id, resource="rt-a", reason="rebuilt", expires=date(2027, 3, 31)),
        Ignore(check=FAILING.id, resource="rt-b", reason="known"),
        Ignore(check=FAILING.id, resource="rt-z", reason="old"),
    )
    report = checked(FAILING, config=Config(ignore=rules, origin="team.toml"))
    assert list(map(cells, section(report, "Ignored: 2")[1:])) == [
        ["critical", FAILING.id, "rt-a", "rt-a is broken", "rebuilt", "2027-03-31"],
        ["medium", FAILING.id, "rt-b", "rt-b is broken", "known", "-"],
    ]
    assert section(report, "Settings without effect") == [
        f"  the ignore of {FAILING.id} on rt-z (old) matches no finding"
    ]
    lines = lines_of(report)
    assert "  1 finding: 1 info; 2 ignored" in lines
    assert "  Settings    team.toml" in lines


def test_a_day_that_was_given_is_told() -> None:
    assert "  As of       2030-01-01" in lines_of(checked(PASSING, as_of=date(2030, 1, 1)))
    assert not [each for each in lines_of(checked(PASSING)) if each.startswith("  As of")]


def test_against_a_baseline_new_known_gone_and_undecided_are_told(tmp_path: Path) -> None:
    old = (
        made(FAILING.id, failed(problem("rt-a"), problem("rt-gone"))),
        made(UNKNOWN.id, failed(problem("rt-hidden"))),
    )
    now = (made(FAILING.id, failed(problem("rt-a"), problem("rt-new"))), UNKNOWN)
    report = checked(*now, baseline=as_baseline(checked(*old), tmp_path))
    lines = lines_of(report)
    assert "  1 new finding: 1 medium; 1 known from the baseline" in lines
    told, _, gone, left = section(report, "Against the baseline")
    assert told == (
        f"  {tmp_path / 'baseline.json'} of 2026-11-20 09:00:00 UTC: 1 new, 1 known, 1 gone, "
        "1 of which it cannot be told"
    )
    assert gone.split()[0] == "gone"
    assert gone.endswith("rt-gone is broken")
    assert left.startswith("  cannot be told: rt could not be seen  ")
    assert not [each for each in lines if each.startswith("Medium") and "rt-a" in each]


def test_without_a_new_finding_that_is_said(tmp_path: Path) -> None:
    baseline = as_baseline(checked(FAILING), tmp_path)
    lines = lines_of(checked(FAILING, baseline=baseline))
    assert "  no new findings; 3 known from the baseline" in lines


def test_pages_come_below_the_last_finding_of_each_check() -> None:
    lines = lines_of(checked(FAILING, PARTLY), with_pages=True)
    places = [
        lines.index(each)
        for each in (
            "Low: default-route on rt-low",
            "About default-route",
            "Info: peering-health on rt-c",
            "About peering-health",
        )
    ]
    assert places == sorted(places)
    assert lines.count("About peering-health") == 1
    assert "About peering-health" not in lines_of(checked(FAILING))


def with_evidence(number: int) -> CheckReport:
    proof = tuple(
        Evidence(resource=table_id("rt"), name=f"node-{n}", field="id", value=n)
        for n in range(number)
    )
    fault = msgspec.structs.replace(problem("rt"), evidence=proof)
    passing = made(PASSING.id, Passed("fine", proof), Group.INTERFACES)
    return checked(made(FAILING.id, failed(fault)), passing)


def test_evidence_is_cut_unless_all_is_asked_for() -> None:
    report = with_evidence(100)
    some, whole = lines_of(report), lines_of(report, show_all=True)
    assert sum("node-" in line for line in some) == 8
    assert "  92 more of 100 rows: --all shows them" in some
    assert sum("node-" in line for line in whole) == 200, "of the finding and of the pass"
    assert "What the passed checks rest on" in whole
    assert "What the passed checks rest on" not in some


@pytest.mark.parametrize("width", [*WIDTHS, UNLIMITED])
@pytest.mark.parametrize("name", ["made", "half-migrated", "seed-kubenet"])
def test_nothing_is_lost_or_too_wide_at_any_width(name: str, width: int) -> None:
    report = checked(*EVERY) if name == "made" else check(load_demo(name))
    text = render_check(report, width=width, with_pages=True)
    assert max(map(cell_len, breakable(text))) <= width
    for block in lay_out_check(report, show_all=True, with_pages=True):
        assert characters(on_terminal(block, width)) in readings(block), block


@pytest.mark.parametrize("show_all", [False, True])
@pytest.mark.parametrize("name", ["made", "half-migrated", "seed-kubenet"])
def test_markdown_says_what_its_blocks_say(name: str, *, show_all: bool) -> None:
    report = checked(*EVERY) if name == "made" else check(load_demo(name))
    text = render_check(report, CheckFormat.MARKDOWN, show_all=show_all, with_pages=True)
    assert_shows(text, lay_out_check(report, show_all=show_all, with_pages=True))


def test_a_report_s_section_is_that_of_check() -> None:
    snapshot = load_demo("half-migrated")
    section = list(lay_out_check(check(snapshot), show_all=False))
    start = next(n for n, each in enumerate(section) if getattr(each, "text", "") == "Checks")
    report = list(lay_out(analyze(snapshot), show_all=False))
    assert report[-len(section[start:]) :] == section[start:]
    assert any(isinstance(each, Table) for each in section[start:])


def test_a_report_s_summary_has_totals_and_no_line_for_each_check() -> None:
    lines = render(analyze(load_demo("kubenet-vmss"))).splitlines()
    totals = [line for line in lines if line.startswith("  Checks  ")]
    assert len(totals) == 1
    assert " passed, " in totals[0]


def test_a_doubt_needs_no_grant() -> None:
    doubt = made(UNKNOWN.id, Undecided("the pool is stopped"))
    (_, row) = section(checked(doubt), "Could not be decided: 1")
    assert row.endswith("  -")
