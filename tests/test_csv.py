"""CSV, as a spreadsheet reads it."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector import CheckFormat, CheckReport, Config, Ignore, Status, check, render_check
from inspector.renderers.csv_format import COLUMNS
from inspector.visible import visible
from tests.made_checks import DOUBTFUL, EVERY, FAILING, GAP, UNKNOWN, checked, failed, made, problem
from tests.test_baseline import as_baseline
from tests.test_hostile_names import SNAPSHOTS as NAMED
from tests.test_hostile_names import hostile
from tests.test_json import SNAPSHOTS

RUN = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001  what is run, also in wide letters


def rows(report: CheckReport) -> list[dict[str, str]]:
    """Return the rows, which must all have the header's columns and no cell that is run."""
    text = render_check(report, CheckFormat.CSV)
    assert text.endswith("\r\n")
    found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert found[0] == list(COLUMNS)
    assert {len(each) for each in found} == {len(COLUMNS)}
    for row in found:
        assert not any(cell.lstrip().startswith(RUN) for cell in row)
        assert all(visible(line) == line for cell in row for line in cell.split("\n"))
    return [dict(zip(COLUMNS, each, strict=True)) for each in found[1:]]


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_a_row_for_each_finding_and_each_undecided_check(name: str) -> None:
    report = check(SNAPSHOTS[name])
    found = rows(report)
    states = [each["state"] for each in found]
    assert states.count("new") == len(report.findings)
    assert states.count("unknown") == report.counts.unknown
    assert len(found) == len(report.findings) + report.counts.unknown
    assert [each["fingerprint"] for each in found if each["fingerprint"]] == [
        each.fingerprint for each in report.findings
    ]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4), st.sampled_from(sorted(NAMED)))
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_it_is_read_back_whatever_things_are_called(texts: list[str], name: str) -> None:
    report = check(hostile(NAMED[name], texts_with_a_letter(texts)))
    assert len(rows(report)) == len(report.findings) + report.counts.unknown


def texts_with_a_letter(texts: list[str]) -> list[str]:
    return [f"x{text}" for text in texts]


def test_a_finding_is_whole_in_its_row() -> None:
    found = {each["name"]: each for each in rows(checked(FAILING))}
    row = found["rt-a"]
    finding = checked(FAILING).findings[0]
    assert list(found) == ["rt-a", "rt-b", "rt-c"], "the worst first"
    assert row == {
        "state": "new",
        "severity": "critical",
        "check": FAILING.id,
        "group": "addresses",
        "name": "rt-a",
        "resource": str(finding.subject),
        "message": "rt-a is broken",
        "impact": "nothing passes",
        "remediation": "Mend it.",
        "commands": "\n".join(finding.commands),
        "evidence": "rt-a: properties.routes = none\nrt-a: properties.count = 0",
        "needs": "",
        "reason": "",
        "fingerprint": finding.fingerprint,
    }


def test_what_could_not_be_decided_has_a_row_with_what_it_needs() -> None:
    found = {each["check"]: each for each in rows(checked(*EVERY)) if each["state"] == "unknown"}
    assert found.keys() == {UNKNOWN.id, DOUBTFUL.id}
    assert found[UNKNOWN.id]["needs"] == GAP.action
    assert found[UNKNOWN.id]["message"] == "rt could not be seen"
    assert found[UNKNOWN.id]["name"] == "aks-shop"
    assert found[DOUBTFUL.id]["needs"] == found[DOUBTFUL.id]["severity"] == ""


def test_ignored_and_known_findings_keep_their_rows(tmp_path: Path) -> None:
    old = made(FAILING.id, failed(problem("rt-a"), problem("rt-b")))
    rule = Ignore(check=FAILING.id, resource="rt-c", reason="=accepted")
    report = checked(
        FAILING, config=Config(ignore=(rule,)), baseline=as_baseline(checked(old), tmp_path)
    )
    found = {each["name"]: (each["state"], each["reason"]) for each in rows(report)}
    assert found == {
        "rt-a": ("known", ""),
        "rt-b": ("known", ""),
        "rt-c": ("ignored", "'=accepted"),
    }
    assert report.findings == ()


@pytest.mark.parametrize("start", [*RUN, " =", "\x00="])
def test_nothing_is_a_formula(start: str) -> None:
    text = f"{start}cmd|'/c calc'!A0"
    (row,) = rows(checked(made(FAILING.id, failed(problem("rt", message=text)))))
    assert row["message"].removeprefix("'") == visible(text)
    assert "cmd|" in row["message"]


def test_a_number_below_nothing_in_evidence_is_no_formula() -> None:
    (row,) = rows(checked(made(FAILING.id, failed(problem("-1+1")))))
    assert row["name"] == "'-1+1"
    assert all(line.startswith("'-1+1") for line in row["evidence"].split("\n"))


def test_only_findings_and_unknowns_have_rows() -> None:
    report = checked(*EVERY)
    assert {each["check"] for each in rows(report)} == {
        each.check for each in report.outcomes if each.status in {Status.FAILED, Status.UNKNOWN}
    }
