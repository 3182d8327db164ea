"""docker-bridge-cidr: when it passes, fails, does not know, and does not apply."""

import pytest

from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import NETWORKS, Draft, bundled, gap_of, refusal_of

CHECK = "docker-bridge-cidr"


def bridged(cidr: str | None, version: str | None = "1.17.13") -> Draft:
    draft = Draft("seed-kubenet")
    draft.network_profile["dockerBridgeCidr"] = cidr
    draft.cluster["properties"].update(kubernetesVersion=version)
    draft.one(NETWORKS)["properties"]["addressSpace"]["addressPrefixes"] = ["10.240.0.0/14"]
    return draft


def test_it_passes_where_nothing_is_shared() -> None:
    outcome = ask(CHECK, "seed-kubenet")
    assert outcome.status is Status.PASSED
    assert outcome.message == ("no overlap of Docker bridge CIDR 172.17.0.1/16 with 4 other ranges")
    (evidence,) = outcome.evidence
    assert (evidence.field, evidence.value) == (
        "properties.networkProfile.dockerBridgeCidr",
        "172.17.0.1/16",
    )


@pytest.mark.parametrize(
    ("cidr", "cause", "name"),
    [
        ("10.0.3.1/24", "service-cidr", "aks-kubenet-demo"),
        ("10.244.0.1/16", "pod-cidr", "aks-kubenet-demo"),
        ("10.240.9.1/24", "node-subnet", "aks-subnet"),
        ("10.241.0.1/16", "virtual-network", "aks-vnet-19374625"),
    ],
)
def test_it_fires_for_what_it_overlaps(cidr: str, cause: str, name: str) -> None:
    outcome = ask(CHECK, bridged(cidr))
    finding = the_finding(outcome)
    assert (finding.cause, finding.name, finding.severity) == (cause, name, Severity.LOW)
    assert finding.message.startswith(f"Docker bridge CIDR {cidr} overlaps ")
    assert finding.evidence[0].value == cidr
    assert finding.remediation == "Upgrade the cluster to a version whose nodes run containerd."


def test_the_message_and_the_commands() -> None:
    outcome = ask(CHECK, bridged("10.0.3.1/24"))
    finding = the_finding(outcome)
    assert outcome.message == ("overlap of Docker bridge CIDR 10.0.3.1/24 with 1 of 4 other ranges")
    assert finding.message == "Docker bridge CIDR 10.0.3.1/24 overlaps service CIDR 10.0.0.0/16"
    assert commands_of(finding) == (
        (
            "az aks show --resource-group rg-aks-demo --name aks-kubenet-demo "
            "--query networkProfile.dockerBridgeCidr"
        ),
    )


@pytest.mark.parametrize(
    ("version", "severity"),
    [
        ("1.23.15", Severity.LOW),
        ("1.24.0", Severity.INFO),
        ("1.31", Severity.INFO),
        (None, Severity.LOW),
    ],
)
def test_it_is_a_note_where_no_node_runs_docker(version: str | None, severity: Severity) -> None:
    assert the_finding(ask(CHECK, bridged("10.0.3.1/24", version))).severity is severity


def test_it_does_not_know_a_network_that_was_refused() -> None:
    refusal = refusal_of(bundled("seed-kubenet"), NETWORKS)
    outcome = ask(CHECK, "seed-kubenet", refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_know_a_bridge_that_is_no_range() -> None:
    outcome = ask(CHECK, bridged("bridge"))
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "the Docker bridge CIDR of aks-kubenet-demo is no range: 'bridge'",
    )


@pytest.mark.parametrize("cidr", [None, ""])
def test_it_does_not_apply_without_a_bridge(cidr: str | None) -> None:
    outcome = ask(CHECK, bridged(cidr))
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "the cluster has no Docker bridge CIDR",
    )
