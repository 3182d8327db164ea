"""load-balancer-sku: when it passes, fails and does not know."""

from datetime import date

import pytest

from inspector.findings import Severity, Status
from tests.checks.balancers import balancer, shown
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    LOAD_BALANCERS,
    PUBLIC_IPS,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "load-balancer-sku"
PROFILE = "properties.networkProfile.loadBalancerSku"


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("kubenet-vmss", "Standard: the profile, 1 of 1 load balancer, 3 of 3 public IP addresses"),
        ("seed-kubenet", "Standard: the profile, 1 of 1 load balancer, 2 of 2 public IP addresses"),
        ("private-udr", "Standard: the profile, 1 of 1 load balancer"),
        ("isolated", "Standard: the profile"),
    ],
)
def test_it_passes_where_all_are_standard(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)
    assert outcome.evidence[0].field == PROFILE


def test_it_shows_the_skus() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert [(each.name, each.field, each.value) for each in outcome.evidence] == [
        ("aks-shop", PROFILE, "standard"),
        ("kubernetes", "sku.name", "Standard"),
    ]


def test_it_fails_for_a_cluster_of_basic_with_one_finding() -> None:
    outcome = ask(CHECK, "basic-balancer")
    finding = the_finding(outcome)
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "basic",
        "aks-intranet",
    )
    assert finding.message == "the profile's load balancer SKU is Basic, retired since 2025-09-30"
    assert outcome.message == finding.message
    assert shown(finding) == [
        ("aks-intranet", PROFILE, "Basic"),
        ("kubernetes", "sku.name", "Basic"),
        ("kubernetes-a50d81a180f635605846048622303267", "sku.name", "Basic"),
    ]
    show, update = commands_of(finding)
    assert show == (
        "az aks show --resource-group rg-intranet --name aks-intranet "
        "--query networkProfile.loadBalancerSku"
    )
    assert update == (
        "az aks update --resource-group rg-intranet --name aks-intranet --migrate-vmas-to-vms"
    )


def test_a_cluster_of_scale_sets_is_upgraded_by_its_sku() -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile["loadBalancerSku"] = "basic"
    balancer(draft)["sku"] = {"name": "Basic"}
    for address in draft.all(PUBLIC_IPS):
        address["sku"] = {"name": "Basic"}
    finding = the_finding(ask(CHECK, draft))
    assert commands_of(finding)[1] == (
        "az aks update --resource-group rg-shop --name aks-shop --load-balancer-sku Standard"
    )


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2025, 9, 29), "to be retired on 2025-09-30"),
        (date(2025, 9, 30), "retired since 2025-09-30"),
    ],
)
def test_the_day_tells_whether_basic_is_retired(day: date, words: str) -> None:
    finding = the_finding(ask(CHECK, "basic-balancer", as_of=day))
    assert finding.message == f"the profile's load balancer SKU is Basic, {words}"


@pytest.mark.parametrize("sku", ["Basic", None])
def test_it_fails_for_a_load_balancer_that_was_moved_by_hand(sku: str | None) -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile["loadBalancerSku"] = sku
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "basic"
    assert finding.message == (
        "the profile's load balancer SKU is Basic, retired since 2025-09-30, "
        "while load balancer kubernetes is Standard"
    )
    assert finding.evidence[0].value == sku


def test_it_fails_for_a_basic_load_balancer_under_a_standard_profile() -> None:
    draft = Draft("cni-overlay")
    del balancer(draft, 1)["sku"]
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "profile-mismatch",
        "aks-retail",
    )
    assert finding.message == (
        "the profile's load balancer SKU is standard, load balancer kubernetes-internal is Basic"
    )
    assert shown(finding)[2] == ("kubernetes-internal", "sku.name", None)
    assert commands_of(finding)[0].endswith("/loadBalancers/kubernetes-internal --query sku")


def test_it_fails_for_addresses_unlike_their_load_balancer() -> None:
    draft = Draft("kubenet-vmss")
    address = draft.one(PUBLIC_IPS, 2)
    address["sku"] = {"name": "Basic"}
    finding = the_finding(ask(CHECK, draft))
    assert (finding.cause, finding.name) == ("public-ip-sku", "kubernetes")
    assert finding.message == (
        "load balancer kubernetes is Standard, 1 of 3 public IP addresses on it is not: "
        f"{address['name']} (Basic)"
    )
    assert shown(finding) == [
        ("kubernetes", "sku.name", "Standard"),
        (address["name"], "sku.name", "Basic"),
    ]


def test_a_load_balancer_of_a_new_sku_contradicts_nothing() -> None:
    draft = Draft("kubenet-vmss")
    balancer(draft)["sku"] = {"name": "Gateway"}
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "load balancer SKU Gateway is not recognised",
    )


@pytest.mark.parametrize("sku", ["Gateway", "Premium"])
def test_it_does_not_know_of_a_sku_that_is_new(sku: str) -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile["loadBalancerSku"] = sku
    balancer(draft)["sku"]["name"] = sku
    for address in draft.all(PUBLIC_IPS):
        address["sku"]["name"] = sku
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        f"load balancer SKU {sku} is not recognised",
    )


def test_it_does_not_know_without_load_balancers_or_addresses() -> None:
    snapshot = bundled("kubenet-vmss")
    for refusal in (refusal_of_list(snapshot, LOAD_BALANCERS), refusal_of(snapshot, PUBLIC_IPS)):
        outcome = ask(CHECK, snapshot, refusal)
        assert outcome.status is Status.UNKNOWN
        assert outcome.missing == (gap_of(refusal),)


def test_a_profile_of_basic_is_a_fault_whatever_is_hidden() -> None:
    refusal = refusal_of_list(bundled("basic-balancer"), LOAD_BALANCERS)
    outcome = ask(CHECK, "basic-balancer", refusal)
    assert the_finding(outcome).cause == "basic"
    assert outcome.missing == (gap_of(refusal),)
