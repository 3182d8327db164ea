"""Running checks: what is unknown says why, and one broken check takes no other along."""

from collections.abc import Callable

from inspector import check_report
from inspector.checking import Check, Decision, Failed, Passed, Problem, Skipped, Subject, Undecided
from inspector.checks import all_checks, run_checks
from inspector.findings import Evidence, Group, Severity, Status
from inspector.resources import LoadBalancer
from inspector.topology import Topology
from tests.odd_clusters import (
    LOAD_BALANCERS,
    SCALE_SET_INTERFACES,
    bundled,
    gap_of,
    refusal_of_list,
    refused,
)

EVIDENCE = Evidence(
    resource=bundled("kubenet-vmss").cluster, name="networkPlugin", field="properties", value="x"
)


def a_check(name: str, decide: Callable[[Subject], Decision]) -> Check:
    return Check(
        id=name,
        title=name.upper(),
        group=Group.ROUTES,
        severity=Severity.LOW,
        documentation="",
        decide=decide,
    )


def passing(_subject: Subject) -> Decision:
    return Passed("1 of 1", (EVIDENCE,))


def failing(_subject: Subject) -> Decision:
    problems = [
        Problem(
            cause=name,
            resource=EVIDENCE.resource,
            name="aks-shop",
            message=name,
            impact="",
            evidence=(EVIDENCE,),
            remediation=f"fix {name}",
        )
        for name in "ab"
    ]
    return Failed("2 of 3", tuple(problems))


def crashing(_subject: Subject) -> Decision:
    raise ZeroDivisionError("division by zero")


def asking(subject: Subject) -> Decision:
    group = subject.cluster.infrastructure_group
    assert group is not None
    subject.topology.listed(group, LoadBalancer)
    return Passed("listed")


def test_each_decision_becomes_an_outcome() -> None:
    topology = Topology(bundled("kubenet-vmss"))
    checks = [
        a_check("skipped", lambda _subject: Skipped("not this model")),
        a_check("unknown", lambda _subject: Undecided("who knows")),
        a_check("failed", failing),
        a_check("passed", passing),
    ]
    failed, passed, skipped, unknown = run_checks(topology, checks)
    assert [each.status for each in (failed, passed, skipped, unknown)] == [
        Status.FAILED,
        Status.PASSED,
        Status.SKIPPED,
        Status.UNKNOWN,
    ]
    assert (failed.title, failed.severity) == ("FAILED", Severity.LOW)
    assert failed.subject == bundled("kubenet-vmss").cluster
    assert (failed.message, passed.message) == ("2 of 3", "1 of 1")
    assert (skipped.message, unknown.message) == ("not this model", "who knows")
    assert passed.evidence == (EVIDENCE,)
    assert passed.findings == skipped.findings == unknown.findings == ()
    assert [each.message for each in failed.findings] == ["a", "b"]
    assert {each.check for each in failed.findings} == {"failed"}
    assert [each.remediation for each in failed.findings] == ["fix a", "fix b"]


def test_what_was_not_collected_makes_a_check_unknown_and_is_named() -> None:
    snapshot = bundled("kubenet-vmss")
    refusal = refusal_of_list(snapshot, LOAD_BALANCERS)
    cut = Topology(refused(snapshot, [refusal]))
    (outcome,) = run_checks(cut, [a_check("asking", asking)])
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)
    assert refusal.target.name in outcome.message
    (outcome,) = run_checks(Topology(snapshot), [a_check("asking", asking)])
    assert outcome.status is Status.PASSED


def test_a_crashing_check_is_unknown_and_alone() -> None:
    checks = [a_check("b-crash", crashing), a_check("c", failing), a_check("a", passing)]
    outcomes = run_checks(Topology(bundled("kubenet-vmss")), checks)
    assert [(each.check, each.status) for each in outcomes] == [
        ("a", Status.PASSED),
        ("b-crash", Status.UNKNOWN),
        ("c", Status.FAILED),
    ]
    assert "ZeroDivisionError: division by zero" in outcomes[1].message
    assert outcomes[1].missing == ()


def test_a_check_report_holds_all_findings_and_tells_whether_it_is_incomplete() -> None:
    snapshot = bundled("kubenet-vmss")
    one = [each for each in all_checks() if each.id == "kubenet-one-ip-per-node"]
    complete = check_report.check(snapshot, checks=one)
    assert not complete.is_incomplete
    assert complete.findings == ()
    refusal = refusal_of_list(snapshot, SCALE_SET_INTERFACES)
    incomplete = check_report.check(refused(snapshot, [refusal]), checks=one)
    assert incomplete.is_incomplete
    assert incomplete.gaps == (gap_of(refusal),)
    checks = [a_check("b", failing), a_check("a", failing)]
    found = check_report.check(snapshot, checks=checks).findings
    assert [(each.check, each.message) for each in found] == [
        ("a", "a"),
        ("a", "b"),
        ("b", "a"),
        ("b", "b"),
    ]


def test_every_check_is_named_after_its_module_and_documented() -> None:
    checks = all_checks()
    assert checks
    assert [each.id for each in checks] == sorted({each.id for each in checks})
    for each in checks:
        module = each.decide.__module__.rpartition(".")[2]
        assert each.id == module.replace("_", "-")
        assert each.title
        for heading in ("What:", "Why it matters:", "How it is decided:", "How to fix:"):
            assert heading in each.documentation


def test_without_a_choice_every_check_is_run() -> None:
    outcomes = run_checks(Topology(bundled("kubenet-vmss")))
    assert [each.check for each in outcomes] == [each.id for each in all_checks()]
