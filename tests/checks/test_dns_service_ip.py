"""dns-service-ip: when it passes, fails, and does not know."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import Draft

CHECK = "dns-service-ip"


def served(address: str | None, *cidrs: str) -> Draft:
    draft = Draft("cni-nodesubnet")
    ranges = list(cidrs) or ["10.96.0.0/24"]
    draft.network_profile.update(serviceCidr=ranges[0], serviceCidrs=ranges, dnsServiceIP=address)
    return draft


def test_it_passes_inside_the_service_cidr() -> None:
    outcome = ask(CHECK, "cni-nodesubnet")
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "10.96.0.10 is inside service CIDR 10.96.0.0/16, and free for a service"
    )
    assert [(each.field.rpartition(".")[2], each.value) for each in outcome.evidence] == [
        ("dnsServiceIP", "10.96.0.10"),
        ("serviceCidrs", "10.96.0.0/16"),
    ]


@pytest.mark.parametrize(
    ("address", "cause", "message"),
    [
        ("10.0.0.10", "outside", "10.0.0.10 is outside service CIDR 10.96.0.0/24"),
        (
            "10.96.0.0",
            "network-address",
            "10.96.0.0 is the network address of service CIDR 10.96.0.0/24",
        ),
        (
            "10.96.0.1",
            "first-address",
            "10.96.0.1 is the first address of service CIDR 10.96.0.0/24",
        ),
        (
            "10.96.0.255",
            "last-address",
            "10.96.0.255 is the last address of service CIDR 10.96.0.0/24",
        ),
    ],
)
def test_it_fires_where_no_service_can_be(address: str, cause: str, message: str) -> None:
    outcome = ask(CHECK, served(address))
    finding = the_finding(outcome)
    assert outcome.message == f"{address} cannot be the address of the DNS service"
    assert (finding.cause, finding.severity, finding.message) == (cause, Severity.HIGH, message)
    assert [each.value for each in finding.evidence] == [address, "10.96.0.0/24"]
    assert commands_of(finding) == (
        "az aks show --resource-group rg-payments --name aks-payments --query networkProfile",
    )


def test_the_second_service_cidr_will_do() -> None:
    assert ask(CHECK, served("fd00::a", "10.96.0.0/24", "fd00::/108")).status is Status.PASSED


def test_the_last_address_of_an_ipv6_range_will_do() -> None:
    assert ask(CHECK, served("fd00::ffff", "fd00::/112")).status is Status.PASSED
    assert the_finding(ask(CHECK, served("fd00::1", "fd00::/112"))).cause == "first-address"


@given(st.integers(13, 30), st.data())
def test_an_address_inside_passes_but_for_three(length: int, data: st.DataObject) -> None:
    around = ip_network(f"10.96.0.0/{length}", strict=False)
    place = data.draw(st.integers(0, around.num_addresses - 1))
    outcome = ask(CHECK, served(str(around[place]), str(around)))
    assert (outcome.status is Status.PASSED) is (place not in {0, 1, around.num_addresses - 1})


def test_it_does_not_know_without_either() -> None:
    assert ask(CHECK, served(None)).message == (
        "ARM does not tell the cluster's address of the DNS service"
    )
    draft = Draft("cni-nodesubnet")
    del draft.network_profile["serviceCidr"], draft.network_profile["serviceCidrs"]
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "ARM does not tell the cluster's service CIDR",
    )


def test_it_does_not_know_what_it_cannot_read() -> None:
    assert ask(CHECK, served("dns")).message == "the address of the DNS service is none: 'dns'"
    outcome = ask(CHECK, served("10.96.0.10", "ten"))
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "the service CIDR of aks-payments is no range: 'ten'",
    )
