"""The program without Azure: argv in; text, files and an exit code out."""

import gzip
import json
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from rich.cells import cell_len

from inspector import (
    Format,
    Snapshot,
    __version__,
    analyze,
    demo_clusters,
    load_demo,
    load_snapshot,
    render,
    save_snapshot,
)
from inspector.cli import run
from inspector.cli.exit_codes import ExitCode
from inspector.snapshot import encode_snapshot
from tests.test_json import ONE_IP, failing_cluster, with_gap
from tests.test_terminal import STYLE, breakable

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
CLUSTER = f"{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c"
NETWORK = f"{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/c"
BY_NAME = ["-g", "g", "-n", "c", "-s", "00000000-0000-0000-0000-000000000000"]
SCALE_SET_INTERFACES = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Invoke = Callable[..., Done]


@pytest.fixture(autouse=True)
def _quiet_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take out what a developer's terminal sets, and the Azure CLI's profile."""
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "AKS_INSPECTOR_CLOUD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(tmp_path / "no-profile"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def invoke(capsys: pytest.CaptureFixture[str]) -> Invoke:
    """Return the program as a function."""

    def invoke(*arguments: str) -> Done:
        code = run(list(arguments))
        return Done(code, *capsys.readouterr())

    return invoke


def program(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "inspector", *arguments]


@pytest.fixture
def folder_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent.parent)


def saved(snapshot: Snapshot, path: Path) -> str:
    save_snapshot(snapshot, path)
    return str(path)


def assert_refused(done: Done, code: ExitCode, *words: str) -> None:
    """Fail unless the program ended in one line of complaint that has the words."""
    assert done.code == code
    assert done.out == ""
    assert re.fullmatch(r"aks-inspector: error: [^\n]+\n", done.err), done.err
    assert "Traceback" not in done.err
    assert "Value error" not in done.err
    for word in words:
        assert word in done.err


REFUSED = {
    "no command like it": (["inspect"], "No such command 'inspect'"),
    "no option like it": (["report", "--nope"], "--nope"),
    "two clusters": (["report", CLUSTER, CLUSTER], "unexpected extra argument"),
    "no cluster": (["report"], "name one cluster"),
    "an empty cluster": (["report", ""], "'' is neither a file nor"),
    "id and name": (["report", CLUSTER, *BY_NAME], "name one cluster"),
    "id and group": (["check", CLUSTER, "-g", "g"], "name one cluster"),
    "id and snapshot": (["report", CLUSTER, "--snapshot", "x.json"], "name one cluster"),
    "demo and snapshot": (["report", "demo:seed-kubenet", "--snapshot", "x"], "name one cluster"),
    "name and snapshot": (["snapshot", *BY_NAME, "--snapshot", "x", "-o", "y.json"], "name one"),
    "group alone": (["report", "-g", "g"], "both -g/--resource-group and -n/--name"),
    "name alone": (["check", "-n", "c"], "both -g/--resource-group and -n/--name"),
    "an option without its value": (["report", "-g"], "requires an argument"),
    "an id in the place of a name": (["report", "-g", "g", "-n", "a/b"], "-n 'a/b'"),
    "a query in a name": (["report", "-g", "g?x=y", "-n", "c"], "-g 'g?x=y'"),
    "malformed id": (["report", "aks-shop"], "'aks-shop' is neither a file nor an ARM resource id"),
    "half an id": (["report", f"{SUBSCRIPTION}/resourceGroups"], "nor an ARM resource id"),
    "an id with a hole": (["report", CLUSTER.replace("/g/", "//")], "nor an ARM resource id"),
    "another type's id": (["report", NETWORK], "id of a Microsoft.Network/virtualNetworks"),
    "a group's id": (["report", f"{SUBSCRIPTION}/resourceGroups/g"], "not of an AKS cluster"),
    "unknown subscription": (["report", *BY_NAME[:4], "-s", "Shop"], "subscription 'Shop'"),
    "no subscription": (["report", *BY_NAME[:4]], "no subscription: give -s/--subscription"),
    "unknown demo": (["demo", "nope"], "'nope'; there are: seed-kubenet"),
    "unknown demo id": (["report", "demo:nope"], "'nope'; there are: seed-kubenet"),
    "unknown demo snapshot": (["check", "--snapshot", "demo:"], "''; there are: seed-kubenet"),
    "unknown format": (["report", "demo:seed-kubenet", "-f", "xml"], "'xml'"),
    "unknown credential": (["report", CLUSTER, "--credential", "guess"], "'guess'"),
    "unknown cloud": (["report", CLUSTER, "--cloud", "mars"], "'mars'"),
    "audience alone": (["report", CLUSTER, "--arm-audience", "https://a"], "--arm-audience goes"),
    "http endpoint": (["report", CLUSTER, "--arm-endpoint", "http://a"], "give an https:// URL"),
    "no URL": (["report", CLUSTER, "--arm-endpoint", "https://["], "not a URL"),
    "endpoint with a query": (["report", CLUSTER, "--arm-endpoint", "https://a?b"], "https://a?b"),
    "a snapshot for people": (["snapshot", CLUSTER, "-o", "a.txt"], "ends in .json or .json.gz"),
    "a snapshot to nowhere": (["snapshot", CLUSTER], "'--output'"),
    "unknown suffix": (["report", "demo:seed-kubenet", "-o", "a.html"], "choose one with -f"),
    "no suffix": (["report", "demo:seed-kubenet", "-o", "report"], "choose one with -f"),
    "no folder": (["report", "demo:seed-kubenet", "-o", "no/a.md"], "folder no does not exist"),
    "a folder": (["demo", "seed-kubenet", "-f", "json", "-o", "."], "is a directory"),
    "too long a name": (["demo", "seed-kubenet", "-o", f"{'a' * 300}.md"], "name too long"),
    "a full disk": (["demo", "seed-kubenet", "-f", "json", "-o", "/dev/full"], "No space left"),
    "no folder for a snapshot": (["snapshot", CLUSTER, "-o", "no/a.json"], "does not exist"),
}


@pytest.mark.parametrize(("arguments", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_command_line_is_refused(arguments: list[str], words: str, invoke: Invoke) -> None:
    assert_refused(invoke(*arguments), ExitCode.USAGE, words)
    assert list(Path.cwd().iterdir()) == []


def test_a_snapshot_file_may_stand_in_the_place_of_a_cluster(invoke: Invoke) -> None:
    path = saved(load_demo("seed-kubenet"), Path("cluster.json"))
    assert invoke("report", path) == invoke("report", "--snapshot", path)


def test_a_file_that_is_not_there_gets_a_hint(invoke: Invoke) -> None:
    done = invoke("report", "cluster.json.gz")
    assert_refused(done, ExitCode.USAGE, "'cluster.json.gz' is a file that does not exist; make")


@pytest.mark.parametrize(
    ("name", "value"),
    [("AKS_INSPECTOR_CLOUD", "mars"), ("AKS_INSPECTOR_ARM_ENDPOINT", "http://arm.test")],
)
def test_a_wrong_variable_is_refused(
    name: str, value: str, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert_refused(invoke("report", CLUSTER), ExitCode.USAGE, value)


def test_an_audience_variable_alone_is_refused(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AKS_INSPECTOR_ARM_AUDIENCE", "https://arm.test")
    assert_refused(invoke("report", CLUSTER), ExitCode.USAGE, "--arm-audience goes with")
    assert invoke("report", "demo:seed-kubenet").code == ExitCode.OK


WHOLE = encode_snapshot(load_demo("seed-kubenet"))


def changed(**fields: object) -> bytes:
    return json.dumps({**json.loads(WHOLE), **fields}).encode()


DEEP = changed(documents={CLUSTER: {"id": CLUSTER, "properties": {"agentPoolProfiles": 0}}})
DEEP = DEEP.replace(b'"agentPoolProfiles": 0', b'"agentPoolProfiles": ' + b"[" * 700 + b"]" * 700)
BAD_FILES = {
    "empty": (b"", "not JSON"),
    "text": (b"hello", "not JSON"),
    "binary": (bytes(range(256)), "not JSON"),
    "cut off": (WHOLE[: len(WHOLE) // 2], "cut off"),
    "cut off and compressed": (gzip.compress(WHOLE)[:-100], "damaged or cut off"),
    "damaged and compressed": (gzip.compress(WHOLE)[:50] + b"\x00" * 99, "damaged or cut off"),
    "not UTF-8": (WHOLE.replace(b"nodepool1", b"\xff\xfe"), ""),
    "an array": (b"[]", "$.format is not"),
    "another format": (b'{"format": "x"}', "$.format is not"),
    "deep": (b"[" * 200_000, "not a snapshot"),
    "a deep document": (DEEP, CLUSTER),
    "newer": (changed(schema_version=99), "schema_version is 99, this release reads up to 1"),
    "no documents": (changed(documents={}), "is not among them"),
    "documents of another kind": (changed(documents=[]), "$.documents"),
    "a document of another kind": (changed(documents={CLUSTER: 7}), CLUSTER),
    "another document's id": (changed(documents={CLUSTER: {"id": NETWORK}}), "Expected the id"),
    "no time": (changed(captured_at="yesterday"), "$.captured_at"),
    "no cluster": (changed(cluster="x"), "not an ARM resource id"),
    "gaps of another kind": (changed(gaps=[{"target": CLUSTER}]), "$.gaps[0]"),
}


@pytest.mark.parametrize(("content", "words"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_file_that_is_no_snapshot_is_refused(content: bytes, words: str, invoke: Invoke) -> None:
    Path("bad.json").write_bytes(content)
    Path("old.md").write_text("old")
    for command in ("report", "check"):
        done = invoke(command, "--snapshot", "bad.json", "-o", "old.md")
        assert_refused(done, ExitCode.NOT_INSPECTED, "bad.json: ", words)
    assert Path("old.md").read_text() == "old"
    assert {path.name for path in Path.cwd().iterdir()} == {"bad.json", "old.md"}


@pytest.mark.parametrize(
    ("name", "words"),
    [("none.json", "No such file"), (".", "directory"), ("a" * 5000, "name too long")],
    ids=["missing", "folder", "long name"],
)
def test_a_snapshot_that_cannot_be_read_is_refused(name: str, words: str, invoke: Invoke) -> None:
    done = invoke("report", "--snapshot", name)
    assert_refused(done, ExitCode.NOT_INSPECTED, "cannot be read", words)


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_else(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder whose quota is used up lets files be made, but nothing be written."""
    Path("report.md").write_text("old")
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "from inspector.cli import run\n"
        "sys.exit(run(['demo', 'seed-kubenet', '-o', 'report.md']))\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert_refused(
        Done(ended.returncode, ended.stdout, ended.stderr), ExitCode.USAGE, "File too large"
    )
    assert Path("report.md").read_text() == "old"
    assert [path.name for path in Path.cwd().iterdir()] == ["report.md"]
    assert invoke("demo", "seed-kubenet", "-o", "report.md").code == ExitCode.OK


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.json", '{\n  "schema_version"'),
        ("a.md", "# AKS network report"),
        ("a.markdown", "# AKS network report"),
        ("a.txt", "AKS network report"),
        ("a.TXT", "AKS network report"),
    ],
)
def test_the_suffix_decides_on_the_format(name: str, start: str, invoke: Invoke) -> None:
    assert invoke("report", "demo:seed-kubenet", "-o", name) == (ExitCode.OK, "", "")
    assert Path(name).read_text().startswith(start)


def test_the_format_option_goes_before_the_suffix(invoke: Invoke) -> None:
    assert invoke("demo", "seed-kubenet", "-o", "a.md", "-f", "json").code == ExitCode.OK
    report = analyze(load_demo("seed-kubenet"))
    assert Path("a.md").read_text() == render(report, Format.JSON)


def test_a_file_has_whole_lines_and_no_colour(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("FORCE_COLOR", "1")
    invoke("report", "demo:seed-kubenet", "-o", "a.txt")
    assert Path("a.txt").read_text() == render(analyze(load_demo("seed-kubenet")))


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("name", demo_clusters())
def test_the_report_alone_is_on_stdout(name: str, form: Format, invoke: Invoke) -> None:
    expected = (ExitCode.OK, render(analyze(load_demo(name)), form), "")
    assert invoke("report", f"demo:{name}", "-f", form) == expected
    assert invoke("report", "--snapshot", f"demo:{name}", "-f", form) == expected
    assert invoke("demo", name, "-f", form) == expected


def test_all_folds_nothing(invoke: Invoke) -> None:
    assert "10.60.0.40" not in invoke("report", "demo:cni-nodesubnet").out
    assert "10.60.0.40" in invoke("report", "demo:cni-nodesubnet", "--all").out
    assert "10.60.0.40" in invoke("demo", "cni-nodesubnet", "--all").out


def test_demo_lists_the_bundled_clusters(invoke: Invoke) -> None:
    code, out, err = invoke("demo")
    assert (code, err) == (ExitCode.OK, "")
    listed = [line.split("  ", 1) for line in out.splitlines()]
    assert [name.strip() for name, _ in listed] == list(demo_clusters())
    assert [about.strip() for _, about in listed] == list(demo_clusters().values())


def test_version(invoke: Invoke) -> None:
    assert invoke("--version") == (ExitCode.OK, f"aks-inspector {__version__}\n", "")


@pytest.mark.parametrize(
    "arguments", [[], ["--help"], ["report", "--help"], ["demo", "--help"]], ids=" ".join
)
def test_help_is_an_answer(arguments: list[str], invoke: Invoke) -> None:
    code, out, err = invoke(*arguments)
    assert (code, err) == (ExitCode.OK, "")
    assert out.startswith("Usage: aks-inspector")


def test_check_says_by_its_code_whether_something_was_found(invoke: Invoke) -> None:
    done = invoke("check", "demo:kubenet-vmss", "--select", ONE_IP)
    assert (done.code, done.err) == (ExitCode.OK, "")
    assert f"{ONE_IP}  exactly one IP configuration on 3 of 3 nodes\n" in done.out
    failing = saved(failing_cluster(), Path("failing.json"))
    for extra in ([], ["--strict"]):
        done = invoke("check", "--snapshot", failing, *extra)
        assert (done.code, done.err) == (ExitCode.FINDINGS, "")
        assert f"High: {ONE_IP} on odd\n" in done.out
    assert invoke("report", "--snapshot", failing).code == ExitCode.OK


def test_findings_are_written_before_the_code_tells_of_them(invoke: Invoke) -> None:
    failing = saved(failing_cluster(), Path("failing.json"))
    done = invoke("check", "--snapshot", failing, "--select", ONE_IP, "-o", "check.json")
    assert done == (ExitCode.FINDINGS, "", "")
    assert len(json.loads(Path("check.json").read_text())["findings"]) == 1


def test_strict_tells_an_incomplete_report(invoke: Invoke) -> None:
    path = saved(with_gap(load_demo("kubenet-vmss")), Path("gap.json"))
    done = invoke("report", "--snapshot", path)
    assert (done.code, done.err) == (ExitCode.OK, "")
    strict = invoke("report", "--snapshot", path, "--strict")
    assert strict == (ExitCode.INCOMPLETE, done.out, "")
    assert "Microsoft.Network/loadBalancers/read" in done.out
    assert invoke("report", "demo:kubenet-vmss", "--strict").code == ExitCode.OK


def test_strict_tells_an_undecided_check(invoke: Invoke) -> None:
    snapshot = with_gap(load_demo("kubenet-vmss"), SCALE_SET_INTERFACES)
    path = saved(snapshot, Path("gap.json.gz"))
    check = ["check", "--select", ONE_IP]
    done = invoke(*check, "--snapshot", path)
    assert (done.code, done.err) == (ExitCode.OK, "")
    assert "1 check: 1 could not be decided\n" in done.out
    assert "passed" not in done.out
    assert invoke(*check, "--snapshot", path, "--strict").code == ExitCode.INCOMPLETE
    assert invoke(*check, "demo:kubenet-vmss", "--strict").code == ExitCode.OK


@pytest.mark.parametrize("name", ["a.json", "a.json.gz"])
def test_a_snapshot_is_private_and_gives_the_same_report(name: str, invoke: Invoke) -> None:
    done = invoke("snapshot", "--snapshot", "demo:kubenet-vmss", "-o", name)
    assert (done.code, done.out) == (ExitCode.OK, "")
    documents = len(load_demo("kubenet-vmss").documents)
    assert done.err == f"{name}: {documents} documents\n"
    path = Path(name)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().startswith(b"\x1f\x8b") is name.endswith(".gz")
    assert load_snapshot(path) == load_demo("kubenet-vmss")
    for form in Format:
        again = invoke("report", "--snapshot", name, "-f", form, "--all")
        assert again == invoke("report", "demo:kubenet-vmss", "-f", form, "--all")


def test_a_snapshot_with_gaps_says_so(invoke: Invoke) -> None:
    path = saved(with_gap(load_demo("kubenet-vmss")), Path("gap.json"))
    assert ", 1 not visible" in invoke("snapshot", "--snapshot", path, "-o", "again.json").err


@pytest.mark.parametrize("columns", ["60", "100"])
def test_columns_decide_on_the_width_of_a_pipe(
    columns: str, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    out = invoke("report", "demo:seed-kubenet").out
    assert out == render(analyze(load_demo("seed-kubenet")), width=int(columns))


@pytest.mark.parametrize("columns", ["", "0", "-5", "wide", "8e1"])
def test_other_columns_are_none(
    columns: str, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert invoke("demo", "seed-kubenet").out == render(analyze(load_demo("seed-kubenet")))


@pytest.mark.parametrize(
    ("environment", "is_coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
    ],
    ids=str,
)
def test_colour_in_a_pipe(
    environment: dict[str, str],
    is_coloured: bool,
    invoke: Invoke,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    out = invoke("report", "demo:seed-kubenet").out
    assert ("\x1b" in out) is is_coloured
    plain = [line.rstrip() for line in STYLE.sub("", out).splitlines()]
    assert plain == render(analyze(load_demo("seed-kubenet"))).splitlines()
    assert "\x1b" not in invoke("report", "demo:seed-kubenet", "-f", "json").out
    assert "\x1b" not in invoke("report", "demo:seed-kubenet", "-f", "markdown").out


def on_a_terminal(columns: int, **environment: str) -> str:
    """Run the program with a terminal as its stdout and return what it prints there."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, columns))
    process = subprocess.Popen(
        program("demo", "seed-kubenet"),
        stdout=theirs,
        stderr=subprocess.PIPE,
        env={**os.environ, "TERM": "xterm-256color", **environment},
    )
    os.close(theirs)
    printed = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
        if not chunk:
            break
        printed += chunk
    os.close(ours)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (ExitCode.OK, b"")
    return printed.decode().replace("\r\n", "\n")


@pytest.mark.usefixtures("folder_of_the_package")
def test_a_terminal_gets_its_width_and_colours() -> None:
    printed = on_a_terminal(70)
    report = analyze(load_demo("seed-kubenet"))
    assert printed == render(report, width=70, color=True)
    assert max(map(cell_len, breakable(STYLE.sub("", printed)))) <= 70
    assert on_a_terminal(70, NO_COLOR="1") == render(report, width=70)
    assert on_a_terminal(70, TERM="dumb", COLUMNS="90") == render(report, width=90)


@pytest.mark.usefixtures("folder_of_the_package")
@pytest.mark.parametrize("is_failing", [False, True])
def test_a_reader_who_has_seen_enough_changes_nothing(tmp_path: Path, *, is_failing: bool) -> None:
    snapshot = failing_cluster() if is_failing else load_demo("cni-nodesubnet")
    path = saved(snapshot, tmp_path / "cluster.json")
    process = subprocess.Popen(
        program("check", "--snapshot", path, "-f", "json", "--select", ONE_IP),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == (ExitCode.FINDINGS if is_failing else ExitCode.OK)
    assert told == b""


@pytest.mark.usefixtures("folder_of_the_package")
def test_a_full_disk_behind_stdout_is_an_error() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = subprocess.run(
            program("demo", "seed-kubenet"),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert_refused(Done(ended.returncode, "", ended.stderr), ExitCode.USAGE, "No space left")


@pytest.mark.usefixtures("folder_of_the_package")
def test_a_stdout_that_knows_no_line_drawing_gets_the_report_all_the_same() -> None:
    ended = subprocess.run(
        program("demo", "seed-kubenet"),
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (ExitCode.OK, b"")
    assert b"aks-nodepool1-19374625-0" in ended.stdout


@pytest.mark.usefixtures("folder_of_the_package")
def test_the_process_ends_with_the_code_and_the_line() -> None:
    command = program("report", "nope")
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert_refused(Done(ended.returncode, ended.stdout, ended.stderr), ExitCode.USAGE, "'nope'")
