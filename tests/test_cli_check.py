"""``check`` and ``explain`` as programs: argv in; text, files and an exit code out."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from inspector import (
    CheckFormat,
    Config,
    Format,
    Snapshot,
    check,
    choose_checks,
    load_config,
    load_demo,
    render_check,
)
from inspector.checks import all_checks
from inspector.cli import run
from inspector.cli.exit_codes import ExitCode
from inspector.pages import page_of
from inspector.renderers import render_page, render_pages
from tests.odd_clusters import NETWORKS, bundled, refusal_of, refused
from tests.test_cli import Done, Invoke, assert_refused, saved
from tests.test_json import failing_cluster

FAULTY = ["check", "demo:half-migrated", "--select", "peering-health"]
"""One finding, of severity medium."""

SOUND = ["check", "demo:kubenet-vmss", "--select", "kubenet-one-ip-per-node"]
IGNORED = '[[ignore]]\ncheck = "peering-health"\nreason = "being rebuilt"\n'


@pytest.fixture(autouse=True)
def _quiet_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def invoke(capsys: pytest.CaptureFixture[str]) -> Invoke:
    """Return the program as a function."""

    def invoke(*arguments: str) -> Done:
        code = run(list(arguments))
        return Done(code, *capsys.readouterr())

    return invoke


def document(done: Done) -> Any:
    return json.loads(done.out)


def ids(done: Done) -> list[str]:
    return [each["check"] for each in document(done)["outcomes"]]


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [
        ("critical", ExitCode.OK),
        ("high", ExitCode.OK),
        ("medium", ExitCode.FINDINGS),
        ("low", ExitCode.FINDINGS),
        ("info", ExitCode.FINDINGS),
        ("never", ExitCode.OK),
    ],
)
def test_a_finding_fails_from_its_severity_on(fail_on: str, code: int, invoke: Invoke) -> None:
    done = invoke(*FAULTY, "--fail-on", fail_on)
    assert (done.code, done.err) == (code, "")
    assert "Medium: peering-health on to-hub-us\n" in done.out


@pytest.mark.parametrize(("severity", "code"), [("info", ExitCode.OK), ("low", ExitCode.FINDINGS)])
def test_a_note_does_not_fail_by_itself(severity: str, code: int, invoke: Invoke) -> None:
    Path("aks-inspector.toml").write_text(f'[severity]\npeering-health = "{severity}"\n')
    done = invoke(*FAULTY)
    assert done.code == code
    assert f"{severity.capitalize()}: peering-health on to-hub-us\n" in done.out
    assert invoke(*FAULTY, "--fail-on", "info").code == ExitCode.FINDINGS


def test_a_finding_outweighs_what_is_unknown(invoke: Invoke) -> None:
    snapshot = bundled("half-migrated")
    path = saved(refused(snapshot, [refusal_of(snapshot, NETWORKS)]), Path("gap.json"))
    unknown = ["check", "--snapshot", path, "--select", "peering-health"]
    assert invoke(*unknown).code == ExitCode.OK
    assert invoke(*unknown, "--strict").code == ExitCode.INCOMPLETE
    every = ["check", "--snapshot", saved(snapshot, Path("whole.json")), "--strict"]
    found = document(invoke(*every, "-f", "json"))["counts"]
    assert found["failed"]
    assert invoke(*every).code == ExitCode.FINDINGS
    expected = ExitCode.INCOMPLETE if found["unknown"] else ExitCode.OK
    assert invoke(*every, "--fail-on", "never").code == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--select", "peering-health"], ["peering-health"]),
        (
            ["--select", "peering-health,kubenet-one-ip-per-node"],
            ["kubenet-one-ip-per-node", "peering-health"],
        ),
        (
            ["--select", "peering-health", "--select", " kubenet-one-ip-per-node ,"],
            ["kubenet-one-ip-per-node", "peering-health"],
        ),
        (
            ["--select", "addresses", "--ignore", "peering-health"],
            [each.id for each in choose_checks(["addresses"], ["peering-health"])],
        ),
        (
            ["--ignore", "addresses,routes", "--ignore", "interfaces"],
            [each.id for each in choose_checks([], ["addresses", "routes", "interfaces"])],
        ),
        ([], [each.id for each in all_checks()]),
    ],
)
def test_checks_are_selected_and_left_out(
    options: list[str], expected: list[str], invoke: Invoke
) -> None:
    done = invoke("check", "demo:kubenet-vmss", "-f", "json", *options)
    assert ids(done) == expected


REFUSED = {
    "unknown check": (["--select", "peering"], "no check or group 'peering'; did you mean peering"),
    "unknown group": (["--ignore", "route"], "no check or group 'route'; did you mean routes"),
    "nothing selected": (["--select", " , "], "--select and --ignore take ids or groups"),
    "nothing left": (
        ["--select", "routes", "--ignore", "routes"],
        "every check that is selected is ignored as well",
    ),
    "unknown severity": (["--fail-on", "urgent"], "'urgent'"),
    "no day": (
        ["--as-of", "2026-02-30"],
        "--as-of '2026-02-30': not a day; write it as YYYY-MM-DD",
    ),
    "a day in words": (["--as-of", "today"], "'today'"),
    "no config": (["--config", "none.toml"], "none.toml: cannot be read: No such file"),
    "config and none": (["--config", "a.toml", "--no-config"], "--config and --no-config: give"),
    "no baseline": (["--baseline", "none.json"], "none.json: cannot be read: No such file"),
    "unknown format": (["-f", "xml"], "'xml'"),
    "unknown suffix": (["-o", "a.html"], ".json, .md, .markdown, .txt, .sarif, .xml, .csv)"),
}


@pytest.mark.parametrize(("options", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_done_is_refused_in_one_line(
    options: list[str], words: str, invoke: Invoke
) -> None:
    assert_refused(invoke("check", "demo:kubenet-vmss", *options), ExitCode.USAGE, words)
    assert list(Path.cwd().iterdir()) == []


def read_json(text: str) -> object:
    return json.loads(text)["schema_version"]


READERS: dict[str, tuple[CheckFormat, Callable[[str], object], object]] = {
    "a.json": (CheckFormat.JSON, read_json, 2),
    "a.sarif": (CheckFormat.SARIF, lambda text: json.loads(text)["version"], "2.1.0"),
    "a.xml": (CheckFormat.JUNIT, lambda text: fromstring(text).tag, "testsuites"),  # noqa: S314  our own
    "a.csv": (CheckFormat.CSV, lambda text: next(csv.reader(io.StringIO(text)))[0], "state"),
    "a.md": (CheckFormat.MARKDOWN, lambda text: text[:20], "# AKS network checks"),
    "a.TXT": (CheckFormat.TERMINAL, lambda text: text[:18], "AKS network checks"),
}


@pytest.mark.parametrize("name", READERS)
def test_suffix_and_option_decide_on_the_format(name: str, invoke: Invoke) -> None:
    form, read, expected = READERS[name]
    assert invoke(*FAULTY, "-o", name) == (ExitCode.FINDINGS, "", "")
    text = Path(name).read_bytes().decode()
    assert read(text) == expected
    chosen = choose_checks(["peering-health"])
    assert text == render_check(check(load_demo("half-migrated"), checks=chosen), form)
    done = invoke(*FAULTY, "-f", form)
    assert (done.code, done.out) == (ExitCode.FINDINGS, text)
    other = invoke(*FAULTY, "-f", form, "-o", "b.md")
    assert (other.code, Path("b.md").read_bytes().decode()) == (ExitCode.FINDINGS, text)


def test_settings_of_the_working_directory_are_used_unless_unwanted(invoke: Invoke) -> None:
    Path("aks-inspector.toml").write_text(IGNORED)
    done = invoke(*FAULTY)
    assert (done.code, done.err) == (ExitCode.OK, "")
    assert "  Settings    aks-inspector.toml\n" in done.out
    assert "\nIgnored: 1\n" in done.out
    assert "being rebuilt" in done.out
    assert document(invoke(*FAULTY, "-f", "json"))["config"] == "aks-inspector.toml"
    without = invoke(*FAULTY, "--no-config")
    assert without.code == ExitCode.FINDINGS
    assert "Settings" not in without.out
    Path("none.toml").write_text("")
    other = invoke(*FAULTY, "--config", "none.toml", "-f", "json")
    assert other.code == ExitCode.FINDINGS
    assert document(other)["config"] == "none.toml"


def test_settings_count_for_a_report_too(invoke: Invoke) -> None:
    Path("aks-inspector.toml").write_text(IGNORED)
    report = ["report", "demo:half-migrated", "-f", "json"]
    checks = document(invoke(*report, "--as-of", "2030-01-01"))["checks"]
    assert checks["config"] == "aks-inspector.toml"
    assert checks["as_of"] == "2030-01-01"
    assert [each["finding"]["check"] for each in checks["ignored"]] == ["peering-health"]
    assert document(invoke(*report, "--no-config"))["checks"]["ignored"] == []


@pytest.mark.parametrize("command", ["check", "report"])
def test_wrong_settings_are_refused_before_anything_is_read(command: str, invoke: Invoke) -> None:
    Path("aks-inspector.toml").write_text('[severity]\npeering = "low"\n')
    done = invoke(command, "--snapshot", "none.json")
    words = "aks-inspector.toml: severity.peering: no check 'peering'; did you mean peering-health"
    assert_refused(done, ExitCode.USAGE, words)
    Path("aks-inspector.toml").write_text("[thresholds]\nsubnet-free = 1\n")
    done = invoke(command, "--snapshot", "none.json")
    assert_refused(done, ExitCode.USAGE, "thresholds.subnet-free: no such key; did you mean")


def test_an_expired_ignore_is_said_and_does_not_count(invoke: Invoke) -> None:
    Path("aks-inspector.toml").write_text(f"{IGNORED}expires = 2026-12-31\n")
    assert invoke(*FAULTY).code == ExitCode.OK
    done = invoke(*FAULTY, "--as-of", "2027-01-01")
    assert (done.code, done.err) == (ExitCode.FINDINGS, "")
    assert "expired on 2026-12-31 and is not applied\n" in done.out
    assert "  As of       2027-01-01\n" in done.out


def test_a_baseline_leaves_what_is_new(invoke: Invoke) -> None:
    first = invoke(*FAULTY, "-o", "baseline.json")
    assert first.code == ExitCode.FINDINGS
    again = invoke(*FAULTY, "--baseline", "baseline.json")
    assert (again.code, again.err) == (ExitCode.OK, "")
    assert "no new findings; 1 known from the baseline\n" in again.out
    Path("baseline.json").write_text(
        Path("baseline.json").read_text().replace('"fingerprint": "', '"fingerprint": "old')
    )
    new = document(invoke(*FAULTY, "--baseline", "baseline.json", "-f", "json"))
    assert len(new["findings"]) == len(new["baseline"]["gone"]) == 1
    assert invoke(*FAULTY, "--baseline", "baseline.json").code == ExitCode.FINDINGS


def test_the_baseline_of_another_cluster_is_refused(invoke: Invoke) -> None:
    invoke(*SOUND, "-o", "baseline.json")
    done = invoke(*FAULTY, "--baseline", "baseline.json")
    assert_refused(done, ExitCode.USAGE, "baseline.json: is a result of", "aks-shop", "aks-orders")


def test_failed_checks_are_explained_below_their_findings(invoke: Invoke) -> None:
    plain, explained = invoke(*FAULTY), invoke(*FAULTY, "--explain")
    assert explained.code == plain.code
    assert "About peering-health" not in plain.out
    assert "About peering-health\n" in explained.out
    assert "  Nothing passes over a peering" not in plain.out
    assert invoke(*SOUND, "--explain").out == invoke(*SOUND).out


def test_strict_makes_errors_in_junit(invoke: Invoke) -> None:
    snapshot = bundled("half-migrated")
    path = saved(refused(snapshot, [refusal_of(snapshot, NETWORKS)]), Path("gap.json"))
    unknown = ["check", "--snapshot", path, "--select", "peering-health", "-f", "junit"]
    assert fromstring(invoke(*unknown).out).get("errors") == "0"  # noqa: S314  our own
    assert fromstring(invoke(*unknown, "--strict").out).get("errors") == "1"  # noqa: S314  our own


@pytest.mark.parametrize("fail_on", ["high", "medium", "never"])
def test_junit_fails_where_the_exit_code_does(fail_on: str, invoke: Invoke) -> None:
    done = invoke(*FAULTY, "--fail-on", fail_on, "-f", "junit")
    failures = fromstring(done.out).get("failures")  # noqa: S314  our own
    assert (failures != "0") is (done.code == ExitCode.FINDINGS)


@pytest.mark.parametrize("form", Format)
def test_a_check_is_explained(form: Format, invoke: Invoke) -> None:
    page = page_of(choose_checks(["peering-health"])[0])
    expected = (ExitCode.OK, render_page(page, form), "")
    assert invoke("explain", "peering-health", "-f", form) == expected
    if form is Format.JSON:
        found = json.loads(expected[1])
        assert list(found) == ["id", "title", "group", "severity", "documentation"]


@pytest.mark.parametrize("form", Format)
def test_without_an_id_all_checks_are_listed(form: Format, invoke: Invoke) -> None:
    pages = list(map(page_of, all_checks()))
    assert invoke("explain", "-f", form) == (ExitCode.OK, render_pages(pages, form), "")
    if form is Format.JSON:
        found = json.loads(render_pages(pages, form))
        assert [each["id"] for each in found] == [each.id for each in all_checks()]


def test_explain_writes_a_file(invoke: Invoke) -> None:
    assert invoke("explain", "peering-health", "-o", "page.md") == (ExitCode.OK, "", "")
    assert Path("page.md").read_text().startswith("# peering-health\n")


def test_an_unknown_check_is_not_explained(invoke: Invoke) -> None:
    done = invoke("explain", "peering-helth")
    words = "no check 'peering-helth'; did you mean peering-health?"
    assert_refused(done, ExitCode.USAGE, words)
    assert_refused(invoke("explain", "peering-health", "-f", "sarif"), ExitCode.USAGE, "'sarif'")


def test_the_program_says_what_the_library_says(invoke: Invoke) -> None:
    Path("a.toml").write_text(IGNORED)
    snapshot: Snapshot = failing_cluster()
    path = saved(snapshot, Path("failing.json"))
    config: Config = load_config(Path("a.toml"))
    options = ["--config", "a.toml", "--as-of", "2026-01-01", "-f", "json"]
    expected = check(snapshot, config=config, as_of=date(2026, 1, 1))
    done = invoke("check", "--snapshot", path, *options)
    assert done.out == render_check(expected, CheckFormat.JSON)
