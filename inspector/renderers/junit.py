"""JUnit XML, as CI services take it: a suite for each group, a case for each check."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from inspector.check_report import CheckReport
from inspector.findings import Finding, Group, Outcome, Severity, Status
from inspector.renderers.blocks import show
from inspector.visible import visible

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COUNTED: Final = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render_junit(report: CheckReport, *, fail_on: Severity | None, strict: bool) -> str:
    """Return the outcomes as JUnit XML, ending in a newline.

    A case fails where a finding of at least ``fail_on`` is reported, and never if that is
    ``None``. What could not be decided is skipped, and an error if ``strict``.
    """
    root = Element("testsuites", name=_safe(f"aks-inspector {report.cluster.name}"))
    failing = {each.check: each.severity for each in reversed(report.at_or_above(fail_on))}
    totals: Counter[str] = Counter()
    for group in Group:
        outcomes = [each for each in report.outcomes if each.group is group]
        if outcomes:
            suite = SubElement(root, "testsuite", name=f"aks-inspector.{group}")
            _properties(suite, report)
            cases = [_case(each, report, failing.get(each.check), strict) for each in outcomes]
            suite.extend(cases)
            counts = {"tests": len(cases), **_counts(cases)}
            totals.update(counts)
            suite.attrib |= {name: str(number) for name, number in counts.items()}
            suite.attrib |= {"time": "0", "timestamp": f"{report.captured_at:%Y-%m-%dT%H:%M:%S}"}
    root.attrib |= {each: str(totals[each]) for each in ("tests", "failures", "errors")}
    root.set("time", "0")
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _counts(cases: Iterable[Element]) -> dict[str, int]:
    found = Counter(child.tag for case in cases for child in case)
    return {name: found[tag] for name, tag in _COUNTED.items()}


def _properties(suite: Element, report: CheckReport) -> None:
    properties = SubElement(suite, "properties")
    for name, value in (("cluster", str(report.cluster)), ("as-of", str(report.as_of))):
        SubElement(properties, "property", name=name, value=_safe(value))


def _case(outcome: Outcome, report: CheckReport, failing: Severity | None, strict: bool) -> Element:
    """Return a check's case; findings that do not make it fail are in its output."""
    place = {"classname": f"aks-inspector.{outcome.group}", "name": outcome.check, "time": "0"}
    case = Element("testcase", place)
    message = _safe(outcome.message)
    if failing is not None:
        found = [each for each in report.findings if each.check == outcome.check]
        failure = SubElement(case, "failure", message=message, type=str(failing))
        failure.text = "\n".join(line for each in found for line in _finding_lines(each))
    elif outcome.status is Status.UNKNOWN and strict:
        error = SubElement(case, "error", message=message, type=str(Status.UNKNOWN))
        error.text = _missing(outcome)
    elif outcome.status is Status.UNKNOWN:
        SubElement(case, "skipped", message=f"could not be decided: {message}")
        SubElement(case, "system-out").text = _missing(outcome)
    elif outcome.status is Status.SKIPPED:
        SubElement(case, "skipped", message=message)
    else:
        lines = [line for each in outcome.findings for line in _finding_lines(each)]
        SubElement(case, "system-out").text = "\n".join((message, *lines))
    return case


def _missing(outcome: Outcome) -> str:
    needed = dict.fromkeys(gap.action for gap in outcome.missing)
    return "\n".join(_safe(f"needs {action}") for action in needed) or "nothing to grant"


def _finding_lines(finding: Finding) -> Iterator[str]:
    yield _safe(f"{finding.severity}: {finding.name}: {finding.message}")
    yield _safe(f"  resource: {finding.subject}")
    yield _safe(f"  what breaks: {finding.impact}")
    for each in finding.evidence:
        yield _safe(f"  evidence: {each.name}: {each.field} = {show(each.value).text}")
    yield _safe(f"  what to do: {finding.remediation}")
    for command in finding.commands:
        yield _safe(f"    {command}")


def _safe(text: str) -> str:
    """Return text that XML can hold and that does nothing to a reader."""
    return _NOT_XML.sub("", visible(text))
