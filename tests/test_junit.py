"""JUnit XML, as the programs that read it do."""

from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from inspector import (
    CheckFormat,
    CheckReport,
    Config,
    Ignore,
    Severity,
    Status,
    check,
    render_check,
)
from tests.made_checks import (
    DOUBTFUL,
    EVERY,
    FAILING,
    GAP,
    PARTLY,
    PASSING,
    SKIPPED,
    UNKNOWN,
    checked,
    failed,
    made,
    problem,
)
from tests.test_baseline import as_baseline
from tests.test_hostile_names import SNAPSHOTS as NAMED
from tests.test_hostile_names import hostile
from tests.test_json import SNAPSHOTS

ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "properties": set[str](),
    "property": {"name", "value"},
    "testcase": {"classname", "name", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
    "system-out": set[str](),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": {"failure", "error", "skipped", "system-out"},
}
"""What Jenkins' schema of JUnit XML has room for, in so far as it is used here."""


def junit(
    report: CheckReport, *, fail_on: Severity | None = Severity.LOW, strict: bool = False
) -> dict[str, TestCase]:
    """Return the cases by name; the document must have JUnit's shape and exact counts."""
    text = render_check(report, CheckFormat.JUNIT, fail_on=fail_on, strict=strict)
    root = fromstring(text)  # noqa: S314  our own
    assert_shape(root)
    xml = JUnitXml.fromstring(text.encode())
    suites = list(xml)
    cases = [case for suite in suites for case in suite]
    for suite in suites:
        assert_counts(suite, list(suite))
    totals = (xml.tests, xml.failures, xml.errors)
    assert totals == tuple(
        sum(numbers)
        for numbers in zip(*((s.tests, s.failures, s.errors) for s in suites), strict=True)
    )
    assert len(cases) == len(report.outcomes)
    return {str(case.name): case for case in cases}


def assert_shape(element: Element) -> None:
    assert set(element.attrib) == ATTRIBUTES[element.tag]
    for child in element:
        assert child.tag in CHILDREN[element.tag]
        assert_shape(child)


def assert_counts(suite: TestSuite, cases: list[TestCase]) -> None:
    results = [type(each) for case in cases for each in case.result]
    assert suite.tests == len(cases)
    assert suite.failures == results.count(Failure)
    assert suite.errors == results.count(Error)
    assert suite.skipped == results.count(Skipped)


def verdict(case: TestCase) -> type | None:
    found = [type(each) for each in case.result]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", SNAPSHOTS)
def test_any_cluster_has_a_case_for_each_check(name: str, *, strict: bool) -> None:
    report = check(SNAPSHOTS[name])
    cases = junit(report, strict=strict)
    failing = {each.check for each in report.at_or_above(Severity.LOW)}
    for outcome in report.outcomes:
        expected: type | None = Failure if outcome.check in failing else None
        if outcome.status is Status.SKIPPED:
            expected = Skipped
        if outcome.status is Status.UNKNOWN:
            expected = Error if strict else Skipped
        assert verdict(cases[outcome.check]) is expected
        assert cases[outcome.check].classname == f"aks-inspector.{outcome.group}"


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4), st.sampled_from(sorted(NAMED)))
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_it_is_xml_whatever_things_are_called(texts: list[str], name: str) -> None:
    junit(check(hostile(NAMED[name], [f"x{text}" for text in texts])))


@given(st.text(st.characters(), min_size=1))
def test_any_text_is_xml_and_harmless(text: str) -> None:
    report = checked(made(FAILING.id, failed(problem("rt", message=f"a{text}"))))
    (result,) = junit(report)[FAILING.id].result
    assert result.text is not None
    assert result.text.startswith("medium: rt: a")
    assert len(result.text.splitlines()) == 8
    assert "\x1b" not in result.text


def test_a_failure_says_all_of_its_findings() -> None:
    (result,) = junit(checked(FAILING))[FAILING.id].result
    assert (result.message, result.type) == ("3 of 9 route tables broken", "critical")
    assert result.text is not None
    lines = result.text.splitlines()
    assert [each for each in lines if not each.startswith(" ")] == [
        "critical: rt-a: rt-a is broken",
        "medium: rt-b: rt-b is broken",
        "info: rt-c: rt-c is broken",
    ]
    assert lines[1].startswith("  resource: /subscriptions/")
    assert lines[1].endswith("/routeTables/rt-a")
    assert lines[2:8] == [
        "  what breaks: nothing passes",
        "  evidence: rt-a: properties.routes = none",
        "  evidence: rt-a: properties.count = 0",
        "  what to do: Mend it.",
        f"    {checked(FAILING).findings[0].commands[0]}",
        "    az account show",
    ]


def test_each_answer_has_its_place() -> None:
    cases = junit(checked(*EVERY))
    assert verdict(cases[FAILING.id]) is Failure
    assert verdict(cases[PARTLY.id]) is Failure
    assert verdict(cases[PASSING.id]) is None
    assert cases[PASSING.id].system_out == "3 of 3 in order"
    assert [each.message for each in cases[SKIPPED.id].result] == ["there is none"]
    (unknown,) = cases[UNKNOWN.id].result
    assert unknown.message == "could not be decided: rt could not be seen"
    assert cases[UNKNOWN.id].system_out == f"needs {GAP.action}"
    assert cases[DOUBTFUL.id].system_out == "nothing to grant"


def test_strict_makes_an_error_of_what_could_not_be_decided() -> None:
    cases = junit(checked(*EVERY), strict=True)
    (error,) = cases[UNKNOWN.id].result
    assert isinstance(error, Error)
    assert (error.message, error.type) == ("rt could not be seen", "unknown")
    assert error.text == f"needs {GAP.action}"
    assert verdict(cases[SKIPPED.id]) is Skipped


@pytest.mark.parametrize(
    ("fail_on", "expected"),
    [
        (Severity.CRITICAL, {FAILING.id}),
        (Severity.MEDIUM, {FAILING.id}),
        (Severity.LOW, {FAILING.id, PARTLY.id}),
        (None, set()),
    ],
)
def test_cases_fail_where_the_exit_code_does(fail_on: Severity | None, expected: set[str]) -> None:
    cases = junit(checked(*EVERY), fail_on=fail_on)
    assert {name for name, each in cases.items() if verdict(each) is Failure} == expected
    for name in {FAILING.id, PARTLY.id} - expected:
        assert "what to do: Mend it." in str(cases[name].system_out), "it is told all the same"


def test_what_is_ignored_or_known_fails_no_case(tmp_path: Path) -> None:
    rule = Ignore(check=FAILING.id, reason="accepted")
    case = junit(checked(FAILING, config=Config(ignore=(rule,))))[FAILING.id]
    assert verdict(case) is None
    assert str(case.system_out).startswith(
        "3 of 9 route tables broken (3 findings, all ignored)\ncritical: rt-a"
    )
    known = checked(FAILING, baseline=as_baseline(checked(FAILING), tmp_path))
    assert verdict(junit(known)[FAILING.id]) is None


def test_suites_are_groups_and_say_of_which_cluster() -> None:
    xml = JUnitXml.fromstring(render_check(checked(*EVERY), CheckFormat.JUNIT).encode())
    assert xml.name == "aks-inspector aks-shop"
    suites = list(xml)
    assert [each.name for each in suites] == [
        "aks-inspector.interfaces",
        "aks-inspector.addresses",
        "aks-inspector.egress",
    ]
    for suite in suites:
        properties = {each.name: each.value for each in suite.properties()}  # type: ignore[no-untyped-call]  # so it is published
        assert properties["cluster"].endswith("/managedClusters/aks-shop")
        assert properties["as-of"] == "2026-11-20"
        assert suite.timestamp == "2026-11-20T09:00:00"
