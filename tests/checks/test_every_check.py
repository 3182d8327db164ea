"""What holds for every check, on every bundled cluster and on broken ones."""

from collections.abc import Iterator
from functools import cache

import pytest

from inspector.checking import Check
from inspector.checks import all_checks, run_checks
from inspector.findings import Group, Outcome, Status
from inspector.topology import Topology
from tests.checks.kit import assert_gaps_only_hide
from tests.test_unknown_property import CLUSTERS, cluster


@cache
def in_full(name: str) -> dict[str, Outcome]:
    return {each.check: each for each in run_checks(Topology(cluster(name)))}


def of_group(group: Group) -> list[Check]:
    return [each for each in all_checks() if each.group is group]


@pytest.mark.parametrize("group", Group)
@pytest.mark.parametrize("name", CLUSTERS)
def test_a_gap_makes_an_outcome_unknown_and_nothing_else(name: str, group: Group) -> None:
    assert_gaps_only_hide(cluster(name), of_group(group))


def outcomes() -> Iterator[tuple[str, Outcome]]:
    for name in CLUSTERS:
        for outcome in in_full(name).values():
            yield name, outcome


def test_no_check_breaks_down() -> None:
    broken = {
        f"{name}: {outcome.check}: {outcome.message}"
        for name, outcome in outcomes()
        if outcome.message.startswith("the check itself failed")
    }
    assert broken == set()


def test_a_finding_says_what_where_why_and_what_to_do() -> None:
    for name, outcome in outcomes():
        assert (outcome.status is Status.FAILED) is bool(outcome.findings), (name, outcome.check)
        for finding in outcome.findings:
            place = (name, finding.check, finding.cause)
            said = (finding.name, finding.message, finding.impact, finding.remediation)
            assert all(said), place
            assert finding.evidence, place
            assert all(each.name for each in finding.evidence), place
            assert all(each.field for each in finding.evidence), place


def test_fingerprints_tell_the_findings_of_a_cluster_apart() -> None:
    for name in CLUSTERS:
        found = [each for outcome in in_full(name).values() for each in outcome.findings]
        assert len({each.fingerprint for each in found}) == len(found), name


def test_an_unknown_says_what_is_missing_or_why() -> None:
    for name, outcome in outcomes():
        if outcome.status is Status.UNKNOWN:
            assert outcome.message, (name, outcome.check)
