"""Outcomes under a user's settings: severities, ignored findings, numbers, notes."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector import CheckReport, Config, Ignore, Severity, Status, analyze, check
from inspector.checking import Check, Decision, Passed, Skipped, Subject, Undecided
from inspector.config import Thresholds
from inspector.errors import UsageError
from tests.made_checks import (
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
    table_id,
)
from tests.odd_clusters import bundled

CHECK = FAILING.id
DAY = bundled("kubenet-vmss").captured_at.date()


def ignoring(resource: str = "*", *, expires: date | None = None, check_id: str = CHECK) -> Config:
    rule = Ignore(check=check_id, resource=resource, reason="accepted", expires=expires)
    return Config(ignore=(rule,))


def reported(report: CheckReport) -> list[str]:
    return [each.name for each in report.findings]


def message_of(report: CheckReport) -> str:
    (outcome,) = (each for each in report.outcomes if each.check == CHECK)
    return outcome.message


def test_findings_come_worst_first_then_by_check_and_resource() -> None:
    report = checked(PARTLY, FAILING)
    assert [(each.severity, each.check, each.name) for each in report.findings] == [
        (Severity.CRITICAL, "peering-health", "rt-a"),
        (Severity.MEDIUM, "peering-health", "rt-b"),
        (Severity.LOW, "default-route", "rt-low"),
        (Severity.INFO, "peering-health", "rt-c"),
    ]
    assert [each.check for each in report.outcomes] == ["default-route", "peering-health"]


def test_everything_is_counted() -> None:
    counts = checked(*EVERY, config=ignoring("rt-b")).counts
    assert msgspec.structs.asdict(counts) == {
        "checks": 6,
        "failed": 2,
        "unknown": 2,
        "passed": 1,
        "skipped": 1,
        "findings": 3,
        "critical": 1,
        "high": 0,
        "medium": 0,
        "low": 1,
        "info": 1,
        "ignored": 1,
    }


def test_a_severity_of_the_user_s_is_that_of_all_findings_of_the_check() -> None:
    config = Config(severity={CHECK: Severity.HIGH, SKIPPED.id: Severity.LOW})
    report = checked(*EVERY, config=config)
    mine = [each for each in report.findings if each.check == CHECK]
    assert {each.severity for each in mine} == {Severity.HIGH}
    assert [each.name for each in mine] == ["rt-a", "rt-b", "rt-c"]
    severities = {each.check: each.severity for each in report.outcomes}
    assert severities[CHECK] is Severity.HIGH
    assert severities[SKIPPED.id] is Severity.LOW
    assert severities[PARTLY.id] is Severity.LOW, "of its own finding"
    plain = {each.fingerprint for each in checked(*EVERY).findings}
    assert {each.fingerprint for each in report.findings} == plain


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("*", []),
        ("rt-b", ["rt-a", "rt-c"]),
        ("RT-B", ["rt-a", "rt-c"]),
        ("rt-[ab]", ["rt-c"]),
        ("rt", ["rt-a", "rt-b", "rt-c"]),
        ("*/routetables/RT-c", ["rt-a", "rt-b"]),
        (str(table_id("rt-b")).upper(), ["rt-a", "rt-c"]),
        ("routeTables/rt-b", ["rt-a", "rt-b", "rt-c"]),
    ],
)
def test_findings_are_ignored_by_name_or_id(pattern: str, left: list[str]) -> None:
    report = checked(FAILING, config=ignoring(pattern))
    assert reported(report) == left
    gone = [each.finding.name for each in report.ignored]
    assert sorted(left + gone) == ["rt-a", "rt-b", "rt-c"]
    assert report.counts.ignored == len(gone)
    assert {each.reason for each in report.ignored} <= {"accepted"}


def test_an_ignored_finding_leaves_its_check_failed_and_is_said() -> None:
    report = checked(FAILING, PARTLY, config=ignoring())
    assert report.counts.failed == 2
    assert message_of(report) == "3 of 9 route tables broken (3 findings, all ignored)"
    some = checked(FAILING, config=ignoring("rt-a"))
    assert message_of(some) == "3 of 9 route tables broken (3 findings, 1 ignored)"
    one = checked(made(CHECK, failed(problem("rt-a"))), config=ignoring())
    assert message_of(one) == "1 of 9 route tables broken (1 finding, ignored)"
    assert len(one.outcomes[0].findings) == 1, "it is not lost"
    assert message_of(checked(FAILING)) == "3 of 9 route tables broken"


def test_the_ignore_of_another_check_ignores_nothing() -> None:
    report = checked(FAILING, PARTLY, config=ignoring(check_id=PARTLY.id))
    assert reported(report) == ["rt-a", "rt-b", "rt-c"]


@pytest.mark.parametrize(("days", "is_valid"), [(-1, False), (0, True), (1, True)])
def test_an_ignore_counts_on_its_last_day_and_no_longer(days: int, *, is_valid: bool) -> None:
    day = date(2026, 6, 15)
    expires = day.replace(day=day.day + days)
    report = checked(FAILING, config=ignoring(expires=expires), as_of=day)
    assert bool(report.ignored) is is_valid
    note = f"the ignore of {CHECK} on * (accepted) expired on {expires} and is not applied"
    assert report.notes == (() if is_valid else (note,))
    assert {each.expires for each in report.ignored} <= {expires}


def test_dates_are_judged_by_the_day_of_the_snapshot_unless_told() -> None:
    assert checked(PASSING).as_of == DAY
    days: list[date] = []

    def decide(subject: Subject) -> Decision:
        days.append(subject.as_of)
        return Passed("fine")

    asking = msgspec.structs.replace(PASSING, decide=decide)
    checked(asking)
    report = checked(asking, as_of=date(2030, 1, 1))
    assert days == [DAY, date(2030, 1, 1)]
    assert report.as_of == date(2030, 1, 1)


def test_checks_get_the_user_s_thresholds_and_ranges() -> None:
    seen: list[tuple[Thresholds, tuple[str, ...]]] = []

    def decide(subject: Subject) -> Decision:
        seen.append((subject.thresholds, subject.on_premises))
        return Passed("fine")

    thresholds = Thresholds(host_network_pods=3)
    config = Config(thresholds=thresholds, on_premises=("10.9.0.0/16",))
    checked(msgspec.structs.replace(PASSING, decide=decide), config=config)
    assert seen == [(thresholds, ("10.9.0.0/16",))]


@pytest.mark.parametrize(
    ("check_in_question", "is_said"),
    [
        (made(CHECK, Passed("fine")), True),
        (made(CHECK, Skipped("not here")), True),
        (FAILING, True),
        (made(CHECK, Undecided("who knows", (GAP,))), False),
        (made(CHECK, failed(problem("rt-a"), missing=(GAP,))), False),
        (PARTLY, False),
    ],
    ids=["passed", "skipped", "fails elsewhere", "unknown", "may hide it", "not run"],
)
def test_an_ignore_without_a_finding_is_said_where_that_is_known(
    check_in_question: Check, *, is_said: bool
) -> None:
    report = checked(check_in_question, config=ignoring("elsewhere"))
    note = f"the ignore of {CHECK} on elsewhere (accepted) matches no finding"
    assert report.notes == ((note,) if is_said else ())


def test_settings_that_name_no_check_are_refused_before_anything_is_asked() -> None:
    def decide(_subject: Subject) -> Decision:
        raise AssertionError

    asking = msgspec.structs.replace(PASSING, decide=decide)
    with pytest.raises(UsageError, match="no check 'peering'"):
        checked(asking, config=ignoring(check_id="peering"))


def test_the_name_of_the_settings_is_in_the_answer() -> None:
    assert checked(PASSING).config is None
    assert checked(PASSING, config=Config(origin="a.toml")).config == "a.toml"


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from(Severity)), unique_by=lambda it: it[0]
    ),
    st.sets(st.sampled_from("abcdef")),
)
def test_every_finding_is_reported_or_ignored_and_counted_once(
    faults: list[tuple[str, Severity]], accepted: set[str]
) -> None:
    decision: Decision = Passed("fine")
    if faults:
        decision = failed(*(problem(name, severity) for name, severity in faults))
    config = Config(
        ignore=tuple(Ignore(check=CHECK, resource=each, reason="x") for each in accepted)
    )
    report = checked(made(CHECK, decision), config=config)
    assert set(reported(report)) == {name for name, _ in faults} - accepted
    assert {each.finding.name for each in report.ignored} == {n for n, _ in faults} & accepted
    assert report.counts.findings + report.counts.ignored == len(faults)
    ranks = [each.severity.rank for each in report.findings]
    assert ranks == sorted(ranks)
    for severity in Severity:
        number = sum(each.severity is severity for each in report.findings)
        assert getattr(report.counts, severity) == number


@pytest.mark.parametrize(
    ("severity", "names"),
    [
        (Severity.CRITICAL, ["rt-a"]),
        (Severity.HIGH, ["rt-a"]),
        (Severity.MEDIUM, ["rt-a", "rt-b"]),
        (Severity.LOW, ["rt-a", "rt-b"]),
        (Severity.INFO, ["rt-a", "rt-b", "rt-c"]),
        (None, []),
    ],
)
def test_findings_of_a_severity_or_worse(severity: Severity | None, names: list[str]) -> None:
    assert [each.name for each in checked(FAILING).at_or_above(severity)] == names


def test_a_report_has_the_same_answer_as_a_check() -> None:
    snapshot = bundled("half-migrated")
    config = ignoring("to-hub-us")
    report = analyze(snapshot, config=config, as_of=date(2030, 1, 1))
    alone = check(snapshot, config=config, as_of=date(2030, 1, 1))
    assert report.checks == alone.assessment
    assert report.summary.checks == alone.counts
    assert alone.counts.ignored == 1
    assert UNKNOWN.id in {each.check for each in alone.outcomes}
    statuses = [each.status for each in alone.outcomes]
    assert [alone.counts.failed, alone.counts.passed] == [
        statuses.count(Status.FAILED),
        statuses.count(Status.PASSED),
    ]


def test_a_failure_is_of_its_worst_finding() -> None:
    assert checked(FAILING).outcomes[0].severity is Severity.CRITICAL
