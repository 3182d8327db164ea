"""The whole program against an ARM on loopback: argv in, text and an exit code out."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector import Format, Snapshot, analyze, load_demo, load_snapshot, render
from inspector.cli import run
from inspector.cli.exit_codes import ExitCode
from inspector.visible import visible
from tests.fake_arm import FakeARM, FakeIdentity, error, forbidden, html, small_cluster
from tests.fake_arm.clusters import CLUSTER
from tests.test_cli import Done, assert_refused
from tests.test_json import failing_cluster

NETWORKS = "Microsoft.Network/virtualNetworks"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
BY_NAME = ["-g", "shop", "-n", "shop", "-s", SUBSCRIPTION]

Serve = Callable[[Snapshot], FakeARM]
Invoke = Callable[..., Done]


@pytest.fixture
def serve(
    start_arm: Callable[..., FakeARM], ca_bundle: str, monkeypatch: pytest.MonkeyPatch
) -> Serve:
    """Return a function that serves a snapshot where the program's variables lead to."""

    def serve(snapshot: Snapshot) -> FakeARM:
        arm = start_arm(snapshot)
        monkeypatch.setenv("AKS_INSPECTOR_ARM_ENDPOINT", arm.endpoint)
        monkeypatch.setenv("AKS_INSPECTOR_ARM_AUDIENCE", "https://arm.test")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_bundle)
        return arm

    return serve


@pytest.fixture
def invoke(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Invoke:
    """Return the program as a function, run in an empty folder."""
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(tmp_path / "no-profile"))
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> Done:
        code = run(list(arguments))
        return Done(code, *capsys.readouterr())

    return invoke


def timeless(text: str) -> Any:
    """Return a JSON report without the time it was made at."""
    return {**json.loads(text), "captured_at": None}


def same_day(served: Snapshot) -> list[str]:
    """Return the option that judges dates as they were when the cluster was first collected."""
    return ["--as-of", f"{served.captured_at:%Y-%m-%d}"]


@pytest.mark.parametrize("arguments", [BY_NAME, [CLUSTER]], ids=["by name", "by id"])
def test_a_live_report_is_the_report_on_the_served_cluster(
    arguments: list[str], serve: Serve, invoke: Invoke, identity: FakeIdentity
) -> None:
    served = small_cluster()
    arm = serve(served)
    code, out, err = invoke("report", *arguments, "-f", "json", *same_day(served))
    assert (code, err) == (ExitCode.OK, "")
    assert timeless(out.lower()) == timeless(render(analyze(served), Format.JSON).lower())
    assert {each.method for each in arm.received} == {"GET"}
    assert identity.resources_asked == ["https://arm.test"]


def test_a_live_report_for_people(serve: Serve, invoke: Invoke) -> None:
    serve(load_demo("seed-kubenet"))
    served = load_demo("seed-kubenet")
    code, out, err = invoke("report", str(served.cluster), *same_day(served))
    assert (code, err) == (ExitCode.OK, "")
    expected = render(analyze(served))
    assert without_time(out) == without_time(expected)


def without_time(text: str) -> list[str]:
    told = ("  Collected  ", "  As of  ")
    return [line for line in text.splitlines() if not line.startswith(told)]


def test_the_subscription_may_come_from_the_variable(
    serve: Serve, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(small_cluster())
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", SUBSCRIPTION)
    assert invoke("report", *BY_NAME[:4]).code == ExitCode.OK


def test_a_managed_identity_may_be_asked_for(serve: Serve, invoke: Invoke) -> None:
    serve(small_cluster())
    done = invoke("check", *BY_NAME, "--credential", "managed-identity", "--fail-on", "never")
    assert (done.code, done.err) == (ExitCode.OK, "")


def test_a_snapshot_is_what_a_report_would_have_read(serve: Serve, invoke: Invoke) -> None:
    served = load_demo("kubenet-vmss")
    serve(served)
    done = invoke("snapshot", str(served.cluster), "-o", "cluster.json.gz")
    documents = len(served.documents)
    assert done == (ExitCode.OK, "", f"cluster.json.gz: {documents} documents\n")
    path = Path("cluster.json.gz")
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_snapshot(path).documents == served.documents
    assert load_snapshot(path).listings == served.listings
    live = invoke("report", str(served.cluster), "-f", "json").out
    offline = invoke("report", "--snapshot", str(path), "-f", "json").out
    assert timeless(offline) == timeless(live)


def test_a_live_cluster_is_compared_with_a_snapshot_of_it(serve: Serve, invoke: Invoke) -> None:
    served = load_demo("kubenet-vmss")
    serve(served)
    live = str(served.cluster)
    done = invoke("diff", "demo:kubenet-vmss", live, "--exit-code", "--strict", *same_day(served))
    assert (done.code, done.err) == (ExitCode.OK, "")
    assert "No change from 2026-11-20 09:00 UTC" in done.out
    done = invoke("compare", live, "demo:kubenet-vmss", "-f", "json", *same_day(served))
    assert (done.code, done.err) == (ExitCode.OK, "")
    found = json.loads(done.out)
    assert found["rows"] > found["rows_that_differ"] == found["rows_left_open"] == 0


def test_a_plan_is_made_of_a_live_cluster(serve: Serve, invoke: Invoke) -> None:
    served = load_demo("kubenet-vmss")
    serve(served)
    command = ("--to", "overlay", "--scale", "nodepool1=40", *same_day(served))
    done = invoke("plan", str(served.cluster), *command)
    assert (done.code, done.err) == (ExitCode.OK, "")
    offline = invoke("plan", "demo:kubenet-vmss", *command)
    assert without_time(done.out) == without_time(offline.out)


def test_a_check_of_a_live_cluster_tells_by_its_code(serve: Serve, invoke: Invoke) -> None:
    failing = failing_cluster()
    serve(failing)
    done = invoke("check", str(failing.cluster))
    assert (done.code, done.err) == (ExitCode.FINDINGS, "")
    assert "High: kubenet-one-ip-per-node on odd\n" in done.out


def test_verbose_counts_what_was_asked(serve: Serve, invoke: Invoke) -> None:
    arm = serve(small_cluster())
    code, out, err = invoke("report", *BY_NAME, "--verbose")
    assert code == ExitCode.OK
    lines = err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["wave 1", "wave 2", "wave 3", "3 waves"]
    requests = [int(line.split(": ")[1].split(" ")[0]) for line in lines]
    assert sum(requests[:-1]) == requests[-1]
    assert requests[-1] == sum(each.is_first_page for each in arm.received)
    assert f" {len(arm.received)} pages, " in lines[-1]
    assert without_time(invoke("report", *BY_NAME).out) == without_time(out)


def test_what_is_refused_stands_in_the_report_with_the_action_to_grant(
    serve: Serve, invoke: Invoke
) -> None:
    served = load_demo("kubenet-vmss")
    arm = serve(served)
    arm.script("/virtualNetworks", forbidden())
    code, out, err = invoke("report", str(served.cluster))
    assert (code, err) == (ExitCode.OK, "")
    seen = out.split("\nNot visible\n")[1]
    assert f"list of {NETWORKS}" in seen
    assert f"{NETWORKS}/read" in seen
    assert "forbidden (403 AuthorizationFailed)" in seen
    assert "nothing is missing" not in out
    strict = invoke("report", str(served.cluster), "--strict")
    assert strict.code == ExitCode.INCOMPLETE
    assert without_time(strict.out) == without_time(out)
    kept = invoke("snapshot", str(served.cluster), "-o", "gap.json")
    assert kept.code == ExitCode.OK
    assert ", 1 not visible" in kept.err


def test_a_check_does_not_pass_on_what_it_could_not_see(serve: Serve, invoke: Invoke) -> None:
    served = load_demo("kubenet-vmss")
    arm = serve(served)
    arm.script("/networkInterfaces", forbidden())
    check = ["check", str(served.cluster), "--select", "kubenet-one-ip-per-node"]
    done = invoke(*check)
    assert done.code == ExitCode.OK
    assert "1 check: 1 could not be decided\n" in done.out
    assert "passed" not in done.out
    assert invoke(*check, "--strict").code == ExitCode.INCOMPLETE


@pytest.mark.parametrize(
    "cluster",
    [
        CLUSTER.replace("managedClusters/shop", "managedClusters/other"),
        CLUSTER.replace("resourcegroups/shop", "resourceGroups/other"),
        CLUSTER.replace("000000000001", "000000000002"),
    ],
    ids=["name", "group", "subscription"],
)
def test_an_unknown_cluster(cluster: str, serve: Serve, invoke: Invoke) -> None:
    serve(small_cluster())
    for command in (["report"], ["check"], ["snapshot", "-o", "cluster.json"]):
        done = invoke(*command, cluster)
        assert_refused(done, ExitCode.NOT_INSPECTED, "not found", "(-s)")
    assert not Path("cluster.json").exists()


def test_a_refused_cluster(serve: Serve, invoke: Invoke) -> None:
    arm = serve(small_cluster())
    arm.script("/managedClusters/shop", forbidden())
    action = "Microsoft.ContainerService/managedClusters/read"
    assert_refused(invoke("report", *BY_NAME), ExitCode.NOT_INSPECTED, f"grant {action}")


@pytest.mark.parametrize("kind", ["environment", "workload-identity"])
def test_no_credential(kind: str, serve: Serve, invoke: Invoke) -> None:
    arm = serve(small_cluster())
    done = invoke("report", *BY_NAME, "--credential", kind)
    assert_refused(done, ExitCode.NOT_INSPECTED)
    assert arm.received == []


def test_a_token_that_arm_refuses(serve: Serve, invoke: Invoke, identity: FakeIdentity) -> None:
    serve(small_cluster())
    identity.token = "stale"  # noqa: S105  the fake identity issues it
    done = invoke("report", *BY_NAME)
    assert_refused(done, ExitCode.NOT_INSPECTED, "Azure refused the credential")
    assert "stale" not in done.err


def test_a_certificate_nobody_vouches_for(
    serve: Serve, invoke: Invoke, other_ca_bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm = serve(small_cluster())
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", other_ca_bundle)
    done = invoke("report", *BY_NAME)
    assert_refused(done, ExitCode.NOT_INSPECTED, "certificate")
    assert arm.received == []


def test_the_certificates_may_be_named_as_openssl_does(
    serve: Serve, invoke: Invoke, ca_bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(small_cluster())
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.setenv("SSL_CERT_FILE", ca_bundle)
    assert invoke("check", *BY_NAME, "--fail-on", "never").code == ExitCode.OK


def test_a_page_of_something_in_between(serve: Serve, invoke: Invoke) -> None:
    arm = serve(small_cluster())
    arm.script("/managedClusters/shop", html(200))
    assert_refused(invoke("report", *BY_NAME), ExitCode.NOT_INSPECTED, "cannot be read")


def test_a_hostile_error_of_arm_is_one_harmless_line(serve: Serve, invoke: Invoke) -> None:
    arm = serve(small_cluster())
    message = "no\n\x1b[2Jway\r\u202e\x1b]8;;https://evil.example\x07"
    arm.script("/managedClusters/shop", error(400, "\x1b[31mBad", message))
    done = invoke("report", *BY_NAME)
    assert_refused(done, ExitCode.NOT_INSPECTED, "way")
    assert done.err == visible(done.err[:-1]) + "\n"


def test_a_hostile_error_of_arm_stands_harmlessly_in_the_report(
    serve: Serve, invoke: Invoke
) -> None:
    arm = serve(small_cluster())
    arm.script("/natGateways", error(400, "Bad|\x1b[31m", "no\n\x1b[2J| way <b>\u202e"))
    done = invoke("report", *BY_NAME)
    assert (done.code, done.err) == (ExitCode.OK, "")
    assert "\x1b" not in done.out
    assert r"\x1b[2J| way <b>\u202e" in done.out
    page = invoke("report", *BY_NAME, "-f", "markdown").out
    assert "<b>" not in page
    assert r"\| way &lt;b&gt;" in page


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", *BY_NAME, "-o", "none/report.md"],
        ["check", *BY_NAME, "-o", "check.html"],
        ["snapshot", *BY_NAME, "-o", "none/cluster.json"],
        ["snapshot", *BY_NAME, "-o", "cluster.txt"],
    ],
    ids=" ".join,
)
def test_nothing_is_read_for_a_result_that_cannot_be_written(
    arguments: list[str], serve: Serve, invoke: Invoke
) -> None:
    arm = serve(small_cluster())
    assert_refused(invoke(*arguments), ExitCode.USAGE)
    assert arm.received == []


def test_a_process_draws_no_progress_into_a_pipe(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(small_cluster())
    monkeypatch.chdir(Path(__file__).parent.parent)
    command = [sys.executable, "-m", "inspector", "report", *BY_NAME, "-f", "json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (ExitCode.OK, "")
    assert timeless(ended.stdout)["gaps"] == []
