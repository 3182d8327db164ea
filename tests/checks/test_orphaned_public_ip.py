"""orphaned-public-ip: when it passes, fails, does not know, and does not apply."""

import pytest

from fixtures import documents as arm
from inspector.findings import Severity, Status
from inspector.resource_id import ResourceId
from inspector.resources import SCALE_SET_PUBLIC_IP_TYPE
from tests.checks.balancers import OUTBOUND_RULES, parts, shown
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    LOAD_BALANCERS,
    PUBLIC_IPS,
    Draft,
    Refusal,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "orphaned-public-ip"
BASE = "a5f0c6d2e9b81473a6c0d5e1f2b3a4c59"[:32]
UID = "5f0c6d2e-9b81-473a-6c0d-5e1f2b3a4c5?"
ATTACHED = "properties.ipConfiguration.id"
NAT_GATEWAYS = "Microsoft.Network/natGateways"


def spare(draft: Draft, name: str, address: str | None = "198.51.100.5", **tags: str) -> str:
    """Add an address that is attached to nothing, and return its id."""
    written = {each.replace("_", "-"): value for each, value in tags.items()}
    document = arm.public_ip(draft.group, name, address, location="westeurope", tags=written)
    draft.add(document)
    return str(document["id"])


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("kubenet-vmss", "3 of 3 public IP addresses in use as named"),
        ("seed-kubenet", "2 of 2 public IP addresses in use as named"),
        ("automatic", "3 of 3 public IP addresses in use as named"),
        ("multi-balancer", "4 of 4 public IP addresses in use as named"),
        ("byo-cni", "1 of 1 public IP address in use as named"),
    ],
)
def test_it_passes_where_each_address_serves_something(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)


def test_it_shows_what_each_address_is_attached_to() -> None:
    fields = [each.field for each in ask(CHECK, "automatic").evidence]
    assert sorted(fields) == [
        ATTACHED,
        "properties.natGateway.id",
        "properties.natGateway.id",
    ]


def test_it_fails_for_the_address_of_a_deleted_service_and_names_it() -> None:
    draft = Draft("kubenet-vmss")
    target = spare(draft, f"kubernetes-{BASE}", k8s_azure_service="shop/old")
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "1 of 4 public IP addresses not in use as named"
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "unattached")
    assert finding.name == f"kubernetes-{BASE}"
    assert finding.message == (
        f"public IP address kubernetes-{BASE} (198.51.100.5) is attached to nothing, "
        f"left by service shop/old with UID {UID}"
    )
    assert shown(finding) == [
        (finding.name, ATTACHED, None),
        (finding.name, "properties.natGateway.id", None),
        (finding.name, "properties.ipAddress", "198.51.100.5"),
        (finding.name, "tags.k8s-azure-service", "shop/old"),
    ]
    listing, show, release = commands_of(finding)
    assert listing.startswith("az aks command invoke --resource-group rg-shop --name aks-shop ")
    assert show == f"az network public-ip show --ids {target}"
    assert release == f"az network public-ip delete --ids {target}"


@pytest.mark.parametrize("tag", ["k8s_azure_service", "service"])
def test_either_tag_tells_a_service(tag: str) -> None:
    draft = Draft("kubenet-vmss")
    spare(draft, "pip-old", **{tag: "shop/old"})
    finding = the_finding(ask(CHECK, draft))
    assert finding.severity is Severity.MEDIUM
    assert finding.message.endswith(" is attached to nothing, left by service shop/old")


def test_an_address_that_says_nothing_is_a_low_finding() -> None:
    draft = Draft("kubenet-vmss")
    target = spare(draft, "pip-spare", None)
    finding = the_finding(ask(CHECK, draft))
    assert finding.severity is Severity.LOW
    assert finding.message == "public IP address pip-spare is attached to nothing"
    assert commands_of(finding)[0] == f"az network public-ip show --ids {target}"


def test_two_orphans_are_two_findings() -> None:
    draft = Draft("kubenet-vmss")
    spare(draft, "pip-one")
    spare(draft, f"kubernetes-{BASE}")
    outcome = ask(CHECK, draft)
    assert [each.severity for each in outcome.findings] == [Severity.MEDIUM, Severity.LOW]
    assert outcome.message == "2 of 5 public IP addresses not in use as named"


def test_it_fails_for_an_address_on_the_frontend_of_another_service() -> None:
    draft = Draft("kubenet-vmss")
    address = draft.one(PUBLIC_IPS, 1)
    was, address["name"] = address["name"], f"kubernetes-{BASE}"
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.LOW, "other-frontend")
    assert finding.message == (
        f"public IP address kubernetes-{BASE} (198.51.100.43) is named after the service with UID "
        f"{UID} and is on frontend {was.removeprefix('kubernetes-')}, its tag says shop/web"
    )
    assert finding.evidence[0].field == ATTACHED


def test_services_that_share_an_address_may_have_it_on_one_frontend() -> None:
    draft = Draft("kubenet-vmss")
    address = draft.one(PUBLIC_IPS, 1)
    address["name"] = f"kubernetes-{BASE}"
    address["tags"]["k8s-azure-service"] = "shop/web,shop/api"
    assert ask(CHECK, draft).status is Status.PASSED


@pytest.mark.parametrize("tag", ["k8s-azure-cluster-name", "kubernetes-cluster-name"])
def test_it_fails_for_the_tag_of_another_cluster(tag: str) -> None:
    draft = Draft("kubenet-vmss")
    address = draft.one(PUBLIC_IPS, 1)
    del address["tags"]["k8s-azure-cluster-name"]
    address["tags"][tag] = "aks-shop"
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.LOW, "cluster-name")
    assert finding.message == (
        f"tag {tag} of public IP address {address['name']} (198.51.100.43) says aks-shop, and "
        "AKS clusters are called kubernetes there"
    )
    assert shown(finding)[0] == (address["name"], f"tags.{tag}", "aks-shop")


def elsewhere(draft: Draft) -> arm.Document:
    """Move the address of the first service to a group of the user's."""
    address = draft.one(PUBLIC_IPS, 1)
    address["id"] = arm.resource_id(arm.group_id("rg-addresses"), PUBLIC_IPS, address["name"])
    for frontend in parts(draft, "frontendIPConfigurations"):
        if frontend["properties"]["publicIPAddress"]["id"].endswith(address["name"]):
            frontend["properties"]["publicIPAddress"]["id"] = address["id"]
    return address


def test_an_address_of_another_group_is_looked_at_where_a_frontend_uses_it() -> None:
    draft = Draft("kubenet-vmss")
    address = elsewhere(draft)
    assert ask(CHECK, draft).message == "3 of 3 public IP addresses in use as named"
    address["tags"]["k8s-azure-cluster-name"] = "other"
    assert the_finding(ask(CHECK, draft)).cause == "cluster-name"


def test_addresses_of_instances_are_not_looked_at() -> None:
    draft = Draft("byo-cni")
    assert len(draft.all(SCALE_SET_PUBLIC_IP_TYPE)) == 2
    assert ask(CHECK, draft).message == "1 of 1 public IP address in use as named"


def test_an_address_that_the_profile_names_is_left_to_the_check_of_that() -> None:
    draft = Draft("kubenet-vmss")
    parts(draft, OUTBOUND_RULES).clear()
    del parts(draft, "frontendIPConfigurations")[0]
    del draft.one(PUBLIC_IPS)["properties"]["ipConfiguration"]
    assert ask(CHECK, draft).status is Status.PASSED


def outbound_address_left(draft: Draft, outbound_type: str) -> None:
    draft.network_profile["outboundType"] = outbound_type
    spare(draft, "f00d", aks_managed_type="aks-slb-managed-outbound-ip")


def test_an_address_left_by_another_way_out_is_told_once() -> None:
    draft = Draft("kubenet-vmss")
    parts(draft, OUTBOUND_RULES).clear()
    outbound_address_left(draft, "userAssignedNATGateway")
    assert ask(CHECK, draft).status is Status.PASSED
    causes = [each.cause for each in ask("outbound-resources", draft).findings]
    assert causes == ["left-over-address"]


def test_an_outbound_address_too_many_is_an_orphan() -> None:
    draft = Draft("kubenet-vmss")
    outbound_address_left(draft, "loadBalancer")
    assert the_finding(ask(CHECK, draft)).severity is Severity.LOW
    assert ask("outbound-resources", draft).status is Status.PASSED


@pytest.mark.parametrize("kind", [LOAD_BALANCERS, NAT_GATEWAYS])
def test_nothing_is_unused_while_its_user_may_be_hidden(kind: str) -> None:
    draft = Draft("kubenet-vmss")
    spare(draft, "pip-spare")
    refusal = refusal_of_list(draft.snapshot(), kind)
    outcome = ask(CHECK, draft, refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_know_without_the_addresses() -> None:
    snapshot = bundled("kubenet-vmss")
    for refusal in (refusal_of_list(snapshot, PUBLIC_IPS), refusal_of(snapshot, PUBLIC_IPS)):
        outcome = ask(CHECK, snapshot, refusal)
        assert outcome.status is Status.UNKNOWN
        assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_know_without_an_address_of_another_group() -> None:
    draft = Draft("kubenet-vmss")
    refusal = Refusal(ResourceId(elsewhere(draft)["id"]))
    outcome = ask(CHECK, draft, refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


@pytest.mark.parametrize("cluster", ["private-udr", "isolated", "cni-podsubnet"])
def test_it_does_not_apply_without_an_address(cluster: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "the cluster has no public IP address",
    )
