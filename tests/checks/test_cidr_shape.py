"""cidr-shape: when it passes, fails, and does not know."""

import pytest

from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import Draft

CHECK = "cidr-shape"


def shaped(cluster: str, *, pods: tuple[str, ...] = (), services: tuple[str, ...] = ()) -> Draft:
    draft = Draft(cluster)
    if pods:
        draft.network_profile.update(podCidr=pods[0], podCidrs=list(pods))
    if services:
        draft.network_profile.update(serviceCidr=services[0], serviceCidrs=list(services))
    return draft


@pytest.mark.parametrize(
    ("cluster", "counted"),
    [
        ("cni-nodesubnet", "1 service CIDR"),
        ("cni-overlay", "1 pod CIDR and 1 service CIDR"),
        ("dual-stack", "2 pod CIDRs and 2 service CIDRs"),
    ],
)
def test_it_passes_for_what_aks_supports(cluster: str, counted: str) -> None:
    outcome = ask(CHECK, cluster)
    assert outcome.status is Status.PASSED
    assert outcome.message == f"{counted} of a size and shape that AKS supports"


@pytest.mark.parametrize("cidr", ["10.0.0.0/13", "10.0.0.0/24"])
def test_a_small_service_cidr_will_do(cidr: str) -> None:
    assert ask(CHECK, shaped("cni-nodesubnet", services=(cidr,))).status is Status.PASSED


def test_it_fires_for_a_service_cidr_that_is_too_large() -> None:
    outcome = ask(CHECK, shaped("cni-nodesubnet", services=("10.96.0.0/12",)))
    finding = the_finding(outcome)
    assert outcome.message == "1 of 1 range of a size or shape that AKS does not support"
    assert (finding.cause, finding.severity) == ("too-large", Severity.MEDIUM)
    assert finding.message == "service CIDR 10.96.0.0/12: larger than AKS allows"
    (evidence,) = finding.evidence
    assert evidence.value == "10.96.0.0/12"
    assert commands_of(finding) == (
        "az aks show --resource-group rg-payments --name aks-payments --query networkProfile",
    )


def test_it_fires_for_an_ipv6_service_cidr_that_is_too_large() -> None:
    draft = shaped("dual-stack", services=("10.0.0.0/16", "fd12:3456:789a:1::/107"))
    assert the_finding(ask(CHECK, draft)).message == (
        "service CIDR fd12:3456:789a:1::/107: larger than AKS allows"
    )


def test_it_fires_for_host_bits() -> None:
    draft = shaped("kubenet-vmss", pods=("10.244.0.1/16",))
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "1 of 2 ranges of a size or shape that AKS does not support"
    assert finding.cause == "host-bits"
    assert finding.message == "pod CIDR 10.244.0.1/16: written by an address in its middle"
    assert finding.remediation == "Migrate to Azure CNI Overlay with another pod CIDR."


@pytest.mark.parametrize("cidr", ["11.0.0.0/16", "100.0.0.0/9", "172.0.0.0/8"])
def test_it_fires_for_public_pods_of_overlay(cidr: str) -> None:
    finding = the_finding(ask(CHECK, shaped("cni-overlay", pods=(cidr,))))
    assert finding.cause == "public"
    assert finding.message == f"pod CIDR {cidr}: not private"
    assert finding.remediation.startswith("Build a new cluster")


@pytest.mark.parametrize(
    "cidr", ["100.64.0.0/10", "192.168.0.0/16", "172.16.0.0/12", "169.254.0.0/16", "192.0.2.0/24"]
)
def test_private_and_reserved_pods_of_overlay_are_not_public(cidr: str) -> None:
    assert ask(CHECK, shaped("cni-overlay", pods=(cidr,))).status is Status.PASSED


def test_public_pods_of_kubenet_are_not_judged() -> None:
    assert ask(CHECK, shaped("kubenet-vmss", pods=("11.0.0.0/16",))).status is Status.PASSED


def test_each_cause_is_a_finding_of_its_own() -> None:
    draft = shaped("cni-overlay", pods=("11.0.0.1/16",), services=("10.0.0.0/8",))
    outcome = ask(CHECK, draft)
    assert {each.cause for each in outcome.findings} == {"too-large", "host-bits", "public"}
    assert outcome.message.startswith("2 of 2 ranges")


def test_it_does_not_know_without_a_service_cidr_or_with_one_that_is_no_range() -> None:
    outcome = ask(CHECK, shaped("cni-nodesubnet", services=("10.96/16",)))
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "the service CIDR of aks-payments is no range: '10.96/16'",
    )
    draft = Draft("cni-overlay")
    del draft.network_profile["serviceCidr"], draft.network_profile["serviceCidrs"]
    assert ask(CHECK, draft).message == "ARM does not tell the cluster's service CIDR"
