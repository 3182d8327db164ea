"""unused-frontend: when it passes, fails, does not know, and does not apply."""

import pytest

from fixtures import documents as arm
from inspector.findings import Severity, Status
from tests.checks.balancers import FRONTENDS, OUTBOUND_RULES, RULES, balancer, parts, shown
from tests.checks.balancers import without_rules as delete
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

CHECK = "unused-frontend"
WEB = "a336126d516cb5156aea106e4a4f67c2"
UID = "336126d5-16cb-5156-aea1-06e4a4f67c2?"
EDGE = "ae172904d224e549191835a0847e26a7"


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("kubenet-vmss", "3 of 3 frontends used by rules"),
        ("cni-overlay", "5 of 5 frontends used by rules"),
        ("multi-balancer", "4 of 4 frontends used by rules"),
        ("automatic", "1 of 1 frontend used by rules"),
        ("byo-cni", "2 of 2 frontends used by rules"),
    ],
)
def test_it_passes_where_each_frontend_has_a_rule(cluster: str, message: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.PASSED, message)


def test_it_fails_for_the_frontend_of_a_deleted_service_and_names_it() -> None:
    draft = Draft("kubenet-vmss")
    delete(draft, WEB)
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "1 of 3 frontends used by no rule"
    assert (finding.severity, finding.cause, finding.name) == (Severity.MEDIUM, "service", WEB)
    assert finding.message == (
        f"no rule of load balancer kubernetes uses frontend {WEB} with address 198.51.100.43, "
        f"left by service shop/web with UID {UID}"
    )
    assert finding.impact == "the address answers nobody, and stays taken and billed"
    address = f"{draft.group}/providers/Microsoft.Network/publicIPAddresses/kubernetes-{WEB}"
    assert [(*each[:2], str(each[2]).lower()) for each in shown(finding)] == [
        (WEB, "properties.publicIPAddress.id", address.lower()),
        (f"kubernetes-{WEB}", "properties.ipAddress", "198.51.100.43"),
        (f"kubernetes-{WEB}", "tags.k8s-azure-service", "shop/web"),
    ]
    listing, show, removal = commands_of(finding)
    assert listing == (
        "az aks command invoke --resource-group rg-shop --name aks-shop --command "
        "'kubectl get services --all-namespaces --output "
        "custom-columns=UID:.metadata.uid,NAMESPACE:.metadata.namespace,NAME:.metadata.name'"
    )
    assert show == f"az network lb frontend-ip show --ids {finding.subject}"
    assert removal == f"az network lb frontend-ip delete --ids {finding.subject}"


def test_the_address_of_a_deleted_service_is_told_once() -> None:
    draft = Draft("kubenet-vmss")
    delete(draft, WEB)
    outcome = ask("orphaned-public-ip", draft)
    assert outcome.status is Status.PASSED
    assert outcome.message == (
        "2 of 3 public IP addresses in use as named; "
        "1 left to unused-frontend or outbound-resources"
    )


def test_both_families_of_a_service_are_one_finding() -> None:
    draft = Draft("dual-stack")
    for frontend in (EDGE, f"{EDGE}-IPv6"):
        delete(draft, frontend)
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "2 of 4 frontends used by no rule"
    assert finding.message.startswith(
        f"no rule of load balancer kubernetes uses the frontends {EDGE}, {EDGE}-IPv6 with "
        "addresses 203.0.113.30, 2001:db8:10::30, left by service live/edge"
    )
    assert len(commands_of(finding)) == 5


def test_an_address_of_the_service_that_is_attached_to_nothing_is_told_here() -> None:
    draft = Draft("dual-stack")
    for frontend in (EDGE, f"{EDGE}-IPv6"):
        delete(draft, frontend)
    kept = [each for each in parts(draft, FRONTENDS) if each["name"] != f"{EDGE}-IPv6"]
    parts(draft, FRONTENDS)[:] = kept
    (loose,) = (each for each in draft.all(PUBLIC_IPS) if each["name"].endswith(f"{EDGE}-IPv6"))
    del loose["properties"]["ipConfiguration"]
    finding = the_finding(ask(CHECK, draft))
    assert "with addresses 203.0.113.30, 2001:db8:10::30" in finding.message
    assert ask("orphaned-public-ip", draft).status is Status.PASSED


def test_an_internal_frontend_keeps_its_address_in_the_subnet() -> None:
    draft = Draft("private-udr")
    name = parts(draft, FRONTENDS)[0]["name"]
    delete(draft, name)
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.startswith(
        f"no rule of load balancer kubernetes-internal uses frontend {name} with address "
        "10.80.1.4, left by service with UID "
    )
    assert finding.impact == "the address answers nobody, and stays taken in the subnet"
    assert shown(finding) == [(name, "properties.privateIPAddress", "10.80.1.4")]


def test_a_way_out_that_is_gone_leaves_its_frontend() -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile["outboundType"] = "userAssignedNATGateway"
    parts(draft, OUTBOUND_RULES).clear()
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "way-out")
    assert finding.message.endswith(
        "with address 198.51.100.12, left by a way out that the cluster no longer has"
    )
    assert not commands_of(finding)[0].startswith("az aks command")


def test_the_declared_way_out_is_left_to_the_checks_of_it() -> None:
    draft = Draft("kubenet-vmss")
    parts(draft, OUTBOUND_RULES).clear()
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "2 of 3 frontends used by rules; 1 of the way out left to outbound-resources",
    )
    assert ask("outbound-resources", draft).status is Status.FAILED


def test_a_frontend_of_an_unknown_name_is_nobody_s() -> None:
    draft = Draft("kubenet-vmss")
    prefix = arm.resource_id(draft.group, "Microsoft.Network/publicIPPrefixes", "ippre-old")
    parts(draft, FRONTENDS).append(
        arm.frontend(balancer(draft)["id"], "mine", public_ip_prefix=prefix)
    )
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "unrecognised"
    assert finding.message == (
        "no rule of load balancer kubernetes uses frontend mine, and its name tells no service"
    )
    assert shown(finding) == [("mine", "properties.publicIPPrefix.id", prefix)]


@pytest.mark.parametrize("field", ["inboundNatRules", "inboundNatPools"])
def test_an_inbound_nat_rule_is_a_use(field: str) -> None:
    draft = Draft("kubenet-vmss")
    delete(draft, WEB)
    (frontend,) = (each for each in parts(draft, FRONTENDS) if each["name"] == WEB)
    frontend["properties"][field] = [{"id": f"{balancer(draft)['id']}/{field}/ssh"}]
    assert ask(CHECK, draft).status is Status.PASSED


def test_the_finding_stays_the_same_where_the_address_is_unseen() -> None:
    draft = Draft("kubenet-vmss")
    delete(draft, WEB)
    before = the_finding(ask(CHECK, draft))
    after = the_finding(ask(CHECK, draft, refusal_of(draft.snapshot(), PUBLIC_IPS, 1)))
    assert after.fingerprint == before.fingerprint
    assert after.message == (
        f"no rule of load balancer kubernetes uses frontend {WEB}, left by service with UID {UID}"
    )


def test_it_does_not_know_without_the_load_balancers() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), LOAD_BALANCERS)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_apply_without_frontends() -> None:
    outcome = ask(CHECK, "isolated")
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no load balancer of the cluster has a frontend",
    )


def test_all_leftovers_of_many_services_are_found() -> None:
    draft = Draft("kubenet-vmss")
    parts(draft, RULES).clear()
    outcome = ask(CHECK, draft)
    assert outcome.message == "2 of 3 frontends used by no rule"
    assert {each.name for each in outcome.findings} == {
        each["name"] for each in parts(draft, FRONTENDS) if each["name"].startswith("a")
    }
