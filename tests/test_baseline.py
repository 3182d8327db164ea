"""Comparing with an earlier result: what is new, known, gone, and what cannot be told."""

import json
from pathlib import Path
from typing import Any

import pytest

from inspector import (
    Baseline,
    CheckFormat,
    CheckReport,
    Config,
    Ignore,
    Severity,
    Snapshot,
    check,
    demo_clusters,
    load_baseline,
    load_demo,
    render_check,
)
from inspector.checking import Check, Passed, Skipped, Undecided
from inspector.errors import UsageError
from tests.made_checks import EVERY, FAILING, GAP, checked, failed, made, problem
from tests.test_json import failing_cluster

CHECK = FAILING.id
TWO = made(CHECK, failed(problem("rt-a"), problem("rt-b")))


def as_baseline(report: CheckReport, folder: Path) -> Baseline:
    """Return a result as it comes back from its file."""
    path = folder / "baseline.json"
    path.write_text(render_check(report, CheckFormat.JSON), encoding="utf-8")
    return load_baseline(path)


def names(report: CheckReport) -> tuple[list[str], int, list[str], list[str]]:
    """Return what is new, how many are known, what is gone, and of what it cannot be told."""
    compared = report.baseline
    assert compared is not None
    return (
        [each.name for each in report.findings],
        len(compared.known),
        [each.name for each in compared.gone],
        [each.finding.name for each in compared.open],
    )


@pytest.mark.parametrize("name", [*demo_clusters(), "failing"])
def test_a_result_against_itself_has_nothing_new_and_nothing_gone(
    name: str, tmp_path: Path
) -> None:
    snapshot: Snapshot = failing_cluster() if name == "failing" else load_demo(name)
    first = check(snapshot)
    again = check(snapshot, baseline=as_baseline(first, tmp_path))
    assert names(again) == ([], len(first.findings), [], [])
    assert again.outcomes == first.outcomes
    assert again.counts.findings == 0
    assert again.counts.failed == first.counts.failed


def test_a_re_run_has_the_same_fingerprints() -> None:
    first, again = check(failing_cluster()), check(failing_cluster())
    assert first.findings
    assert [each.fingerprint for each in first.findings] == [
        each.fingerprint for each in again.findings
    ]


def test_only_what_is_new_is_reported_and_what_is_gone_is_said(tmp_path: Path) -> None:
    baseline = as_baseline(checked(TWO), tmp_path)
    now = made(CHECK, failed(problem("rt-b"), problem("rt-new")))
    report = checked(now, baseline=baseline)
    assert names(report) == (["rt-new"], 1, ["rt-a"], [])
    assert report.counts.findings == 1
    assert report.baseline is not None
    (gone,) = report.baseline.gone
    assert (gone.check, gone.severity, gone.message) == (CHECK, Severity.MEDIUM, "rt-a is broken")
    (known,) = report.baseline.known
    assert known in {each.fingerprint for each in report.outcomes[0].findings}


def test_another_cause_on_the_same_resource_is_new(tmp_path: Path) -> None:
    baseline = as_baseline(checked(made(CHECK, failed(problem("rt-a")))), tmp_path)
    report = checked(made(CHECK, failed(problem("rt-a", cause="other"))), baseline=baseline)
    assert names(report) == (["rt-a"], 0, ["rt-a"], [])


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (made(CHECK, Passed("fine")), None),
        (made(CHECK, Skipped("not here")), None),
        (made(CHECK, failed(problem("rt-new"))), None),
        (made(CHECK, Undecided("rt could not be seen", (GAP,))), "rt could not be seen"),
        (made(CHECK, Undecided("the pool is stopped")), "the pool is stopped"),
        (
            made(CHECK, failed(problem("rt-new"), missing=(GAP,))),
            "not everything that the check looks at could be seen",
        ),
        (made("default-route", Passed("fine")), "the check was not run"),
    ],
    ids=["passes", "skipped", "fails otherwise", "unknown", "in doubt", "with a gap", "not run"],
)
def test_what_is_not_there_any_more_is_gone_only_if_it_would_be_seen(
    now: Check, reason: str | None, tmp_path: Path
) -> None:
    report = checked(now, baseline=as_baseline(checked(TWO), tmp_path))
    assert report.baseline is not None
    gone = [each.name for each in report.baseline.gone]
    left = [(each.finding.name, each.reason) for each in report.baseline.open]
    if reason is None:
        assert (gone, left) == (["rt-a", "rt-b"], [])
    else:
        assert (gone, left) == ([], [("rt-a", reason), ("rt-b", reason)])


def ignoring(resource: str) -> Config:
    return Config(ignore=(Ignore(check=CHECK, resource=resource, reason="accepted"),))


def test_what_was_ignored_and_is_not_any_more_is_new(tmp_path: Path) -> None:
    """An ignore that expires must not pass for a finding that was known all along."""
    baseline = as_baseline(checked(TWO, config=ignoring("rt-a")), tmp_path)
    assert names(checked(TWO, baseline=baseline)) == (["rt-a"], 1, [], [])
    none_left = made(CHECK, Passed("fine"))
    assert names(checked(none_left, baseline=baseline)) == ([], 0, ["rt-b"], [])


def test_what_is_ignored_now_is_neither_known_nor_gone(tmp_path: Path) -> None:
    baseline = as_baseline(checked(TWO), tmp_path)
    report = checked(TWO, baseline=baseline, config=ignoring("rt-a"))
    assert names(report) == ([], 1, [], [])
    assert [each.finding.name for each in report.ignored] == ["rt-a"]


def test_a_result_against_a_baseline_is_a_baseline_as_well(tmp_path: Path) -> None:
    """What is known stays known, though it is not among the findings that were reported."""
    second = checked(TWO, baseline=as_baseline(checked(TWO), tmp_path))
    assert second.findings == ()
    assert names(checked(TWO, baseline=as_baseline(second, tmp_path))) == ([], 2, [], [])


def test_a_severity_of_the_user_s_makes_no_finding_new(tmp_path: Path) -> None:
    baseline = as_baseline(checked(TWO), tmp_path)
    config = Config(severity={CHECK: Severity.CRITICAL})
    assert names(checked(TWO, baseline=baseline, config=config)) == ([], 2, [], [])


def test_the_casing_of_ids_makes_no_finding_new(tmp_path: Path) -> None:
    path = tmp_path / "upper.json"
    text = render_check(checked(TWO), CheckFormat.JSON)
    path.write_text(text.replace("rg-shop", "RG-Shop"), encoding="utf-8")
    assert names(checked(TWO, baseline=load_baseline(path))) == ([], 2, [], [])


def document(**changes: Any) -> str:
    found = json.loads(render_check(checked(*EVERY), CheckFormat.JSON))
    return json.dumps({**found, **changes})


BAD: dict[str, tuple[str, str]] = {
    "empty": ("", "not a result of the checks: "),
    "text": ("hello", "not a result of the checks: "),
    "an array": ("[]", "not a result of the checks: "),
    "something else": ('{"a": 1}', "not a result of the checks as this release writes it; make"),
    "a snapshot": (
        '{"schema_version": 2, "documents": {}}',
        "not a result of the checks: Object miss",
    ),
    "older": (document(schema_version=1), "not a result of the checks as this release writes it"),
    "newer": (document(schema_version=3), "$.schema_version is 3, this release reads up to 2"),
    "no fingerprints": (
        document(outcomes=[{"findings": [{"check": "x"}]}]),
        "not a result of the checks: ",
    ),
    "no cluster": (document(cluster="x"), "not a result of the checks: "),
    "deep": ("[" * 100_000, "not a result of the checks: "),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD.keys())
def test_a_file_that_is_no_result_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        load_baseline(path)
    said = str(raised.value)
    assert said.startswith(f"{path}: {words}")
    assert "\n" not in said


def test_a_result_of_another_cluster_is_refused(tmp_path: Path) -> None:
    baseline = as_baseline(check(load_demo("cni-overlay")), tmp_path)
    with pytest.raises(
        UsageError, match=r"baseline\.json: is a result of .*, and not of .*aks-shop"
    ):
        checked(TWO, baseline=baseline)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.json: cannot be read: No such file"):
        load_baseline(tmp_path / "none.json")
