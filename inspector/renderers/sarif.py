"""SARIF 2.1.0, as code-scanning services take it: one run, a rule for each check.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from inspector.check_report import CheckReport
from inspector.findings import Evidence, Finding, Outcome, Severity, Status
from inspector.pages import find_page, plain
from inspector.renderers.json_format import render_json
from inspector.renderers.page_text import page_markdown, page_text
from inspector.resource_id import ResourceId
from inspector.version import __version__
from inspector.visible import visible

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
FINGERPRINT: Final = "aksInspector/v1"
_LINE_HASH: Final = "primaryLocationLineHash"
"""The only fingerprint that GitHub reads; without it each upload would open new alerts."""

_LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORES: Final = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.0",
}
"""In the ranges that GitHub gives the words for: critical from 9.0 on, high from 7.0 and so on."""

_PLACEHOLDER: Final = re.compile(r"\{(\d+)\}")
_Values = dict[str, Any]


def render_sarif(report: CheckReport) -> str:
    """Return the findings as a SARIF log, ending in a newline.

    Ignored findings are suppressed results, and those known from a baseline are unchanged ones;
    results that are gone are left out, for a service would open alerts for them.
    """
    places = {each.check: place for place, each in enumerate(report.outcomes)}
    driver: _Values = {
        "name": "aks-inspector",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": list(map(_rule, report.outcomes)),
    }
    invocation = {
        "executionSuccessful": True,
        "toolExecutionNotifications": list(_notifications(report.outcomes, places)),
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"aks-inspector/{_path(report.cluster)}/"},
        "invocations": [invocation],
        "results": list(_results(report, places)),
    }
    return render_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(outcome: Outcome) -> _Values:
    page = find_page(outcome.check)
    about = page.claim if page is not None else outcome.title
    help_text = {"text": page_text(page), "markdown": page_markdown(page)} if page else None
    return {
        "id": outcome.check,
        "shortDescription": {"text": outcome.title},
        "fullDescription": {"text": plain(about)},
        "help": help_text or {"text": outcome.title},
        "defaultConfiguration": {"level": _LEVELS[outcome.severity]},
        "properties": {
            "tags": [str(outcome.group)],
            "security-severity": _SCORES[outcome.severity],
        },
    }


def _results(report: CheckReport, places: Mapping[str, int]) -> Iterator[_Values]:
    """Yield a result for every finding, in the order of the checks."""
    ignored = {each.finding.fingerprint: each.reason for each in report.ignored}
    new = {each.fingerprint for each in report.findings}
    for outcome in report.outcomes:
        for found in outcome.findings:
            result = _result(found, places[found.check])
            if report.baseline is not None:
                result["baselineState"] = "new" if found.fingerprint in new else "unchanged"
            if found.fingerprint in ignored:
                reason = visible(ignored[found.fingerprint])
                result["suppressions"] = [
                    {"kind": "external", "status": "accepted", "justification": reason}
                ]
            yield result


def _result(finding: Finding, place: int) -> _Values:
    said = f"{finding.name}: {finding.message}. What breaks: {finding.impact}."
    return {
        "ruleId": finding.check,
        "ruleIndex": place,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(f"{said} What to do: {finding.remediation}")},
        "locations": [_location(finding)],
        "partialFingerprints": {
            FINGERPRINT: finding.fingerprint,
            _LINE_HASH: f"{finding.fingerprint}:1",
        },
        "properties": {
            "severity": str(finding.severity),
            "cause": finding.cause,
            "commands": list(map(visible, finding.commands)),
            "evidence": list(map(_evidence, finding.evidence)),
        },
    }


def _location(finding: Finding) -> _Values:
    """Return the resource, and a file that stands for it: code scanning shows no other place."""
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _path(finding.subject)},
            "region": {"startLine": 1},
        },
        "logicalLocations": [
            {
                "name": visible(finding.name),
                "fullyQualifiedName": visible(str(finding.subject)),
                "kind": "resource",
            }
        ],
    }


def _path(resource_id: ResourceId) -> str:
    """Return a relative URI that is the same however ARM cases the id."""
    return "/".join(quote(each, safe="") for each in resource_id.key.strip("/").split("/"))


def _evidence(evidence: Evidence) -> _Values:
    value = evidence.value
    return {
        "resource": visible(str(evidence.resource)),
        "name": visible(evidence.name),
        "field": visible(evidence.field),
        "value": visible(value) if isinstance(value, str) else value,
    }


def _notifications(outcomes: Iterable[Outcome], places: Mapping[str, int]) -> Iterator[_Values]:
    """Yield a warning for each check that could not be decided, with what would reveal it."""
    for outcome in outcomes:
        actions = ", ".join(dict.fromkeys(gap.action for gap in outcome.missing))
        grant = f"; needs {actions}" if actions else ""
        if outcome.status is Status.UNKNOWN:
            words = f"{outcome.check} could not be decided: {outcome.message}{grant}"
        elif outcome.missing:
            words = f"{outcome.check} failed, and there may be more{grant}"
        else:
            continue
        yield {
            "level": "warning",
            "message": {"text": _message(words)},
            "associatedRule": {"id": outcome.check, "index": places[outcome.check]},
        }


def _message(text: str) -> str:
    """Return text for a message, where braces may hold arguments and brackets a link."""
    shown = _PLACEHOLDER.sub(r"{{\1}}", visible(text))
    if "](" in shown:
        shown = re.sub(r"([\\\[\]])", r"\\\1", shown)
    return shown
