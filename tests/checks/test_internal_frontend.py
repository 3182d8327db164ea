"""internal-frontend: where internal frontends are, and whose addresses they have."""

import json
from typing import Any

import pytest

from inspector.findings import Severity, Status
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    LOAD_BALANCERS,
    NETWORKS,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "internal-frontend"
CLUSTER = "private-udr"
NAME = "a7d86d0910b045ace83e176ea333222a-snet-aks-ilb"


def frontend(draft: Draft) -> Any:
    return draft.one(LOAD_BALANCERS)["properties"]["frontendIPConfigurations"][0]


def draft_of(address: str | None = None, **changes: Any) -> Draft:
    """Return a cluster whose internal frontend has another address."""
    draft = Draft(CLUSTER)
    if address is not None:
        frontend(draft)["properties"]["privateIPAddress"] = address
    frontend(draft)["properties"] |= changes
    return draft


@pytest.mark.parametrize("cluster", ["private-udr", "cni-overlay", "virtual-machines"])
def test_it_passes_at_an_address_of_the_subnet(cluster: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "1 internal frontend at an address of its own in the nodes' network",
    )
    (evidence,) = outcome.evidence
    assert evidence.field == "properties.privateIPAddress"


@pytest.mark.parametrize("address", ["10.80.1.4", "10.80.1.30"])
def test_the_first_and_the_last_address_that_may_be_used(address: str) -> None:
    assert ask(CHECK, draft_of(address)).status is Status.PASSED


@pytest.mark.parametrize("method", ["Static", "Dynamic"])
@pytest.mark.parametrize("address", ["10.80.0.250", "10.80.1.32", "fd00::4"])
def test_it_fires_for_an_address_outside_the_subnet(address: str, method: str) -> None:
    outcome = ask(CHECK, draft_of(address, privateIPAllocationMethod=method))
    finding = the_finding(outcome)
    assert outcome.message == "1 of 1 internal frontend at a wrong address"
    assert (finding.severity, finding.cause) == (Severity.HIGH, "outside")
    assert finding.name == NAME
    assert finding.message == (
        f"internal frontend {NAME} has address {address}, outside of subnet snet-aks-ilb "
        "(10.80.1.0/27)"
    )
    assert [(each.field, each.value) for each in finding.evidence] == [
        ("properties.privateIPAddress", address),
        ("properties.privateIPAllocationMethod", method),
        ("properties.addressPrefix", "10.80.1.0/27"),
    ]
    assert finding.commands[0] == f"az network lb frontend-ip show --ids {finding.subject}"
    assert finding.commands[1].endswith(
        "/subnets/snet-aks-ilb --query '[addressPrefix, addressPrefixes]'"
    )


@pytest.mark.parametrize("address", ["10.80.1.0", "10.80.1.3", "10.80.1.31"])
def test_it_fires_for_an_address_that_azure_keeps(address: str) -> None:
    finding = the_finding(ask(CHECK, draft_of(address)))
    assert (finding.severity, finding.cause) == (Severity.HIGH, "reserved")
    assert finding.message == (
        f"internal frontend {NAME} has address {address}, one that Azure keeps of 10.80.1.0/27 in "
        "subnet snet-aks-ilb"
    )


def test_any_range_of_the_subnet_will_do() -> None:
    draft = draft_of("fd00:80::9")
    subnets = draft.one(NETWORKS)["properties"]["subnets"]
    (subnet,) = [each["properties"] for each in subnets if each["name"] == "snet-aks-ilb"]
    subnet["addressPrefixes"] = ["10.80.1.0/27", "fd00:80::/64"]
    assert ask(CHECK, draft).status is Status.PASSED


def with_network() -> Draft:
    """Return a cluster whose internal frontend is in a network beside the nodes'."""
    draft = Draft(CLUSTER)
    network = draft.one(NETWORKS)
    text = json.dumps(network).replace("vnet-claims", "vnet-other")
    draft.add(json.loads(text))
    reference = frontend(draft)["properties"]["subnet"]
    reference["id"] = reference["id"].replace("vnet-claims", "vnet-other")
    return draft


def test_it_fires_for_a_subnet_of_another_network() -> None:
    finding = the_finding(ask(CHECK, with_network()))
    assert (finding.severity, finding.cause) == (Severity.HIGH, "other-network")
    assert finding.message == (
        f"internal frontend {NAME} is in network vnet-other, the nodes are in vnet-claims"
    )
    assert str(finding.evidence[0].value).endswith("/vnet-other/subnets/snet-aks-ilb")


def test_another_network_may_be_that_of_hidden_nodes() -> None:
    snapshot = with_network().snapshot()
    refusal = refusal_of_list(snapshot, SCALE_SET_INTERFACES, with_documents=True)
    outcome = ask(CHECK, snapshot, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_fires_for_an_address_that_a_node_has() -> None:
    draft = Draft("cni-overlay")
    internal = draft.one(LOAD_BALANCERS, 1)["properties"]["frontendIPConfigurations"][0]
    properties = draft.configurations(SCALE_SET_INTERFACES)[0]["properties"]
    internal["properties"]["privateIPAddress"] = properties["privateIPAddress"]
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.HIGH, "shared-address")
    assert finding.message.startswith(
        f"address {properties['privateIPAddress']} of internal frontend {internal['name']} is also "
        "that of node aks-"
    )
    assert [each.value for each in finding.evidence] == [properties["privateIPAddress"]] * 2


def test_it_fires_for_an_address_that_another_frontend_has() -> None:
    draft = Draft(CLUSTER)
    text = json.dumps(draft.one(LOAD_BALANCERS)).replace("kubernetes-internal", "team-b-internal")
    draft.add(json.loads(text))
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "1 of 2 internal frontends at a wrong address"
    assert finding.message == (
        f"address 10.80.1.4 of internal frontend {NAME} is also that of frontend {NAME} of "
        "team-b-internal"
    )
    assert "/kubernetes-internal/" in str(finding.subject)


def test_the_same_address_in_another_network_is_another_one() -> None:
    draft = with_network()
    properties = draft.configurations(SCALE_SET_INTERFACES)[0]["properties"]
    frontend(draft)["properties"]["privateIPAddress"] = properties["privateIPAddress"]
    causes = {each.cause for each in ask(CHECK, draft).findings}
    assert causes == {"other-network", "outside"}


@pytest.mark.parametrize("kind", [NETWORKS, SCALE_SET_INTERFACES])
def test_it_does_not_know_what_it_may_not_see(kind: str) -> None:
    refusal = refusal_of(bundled(CLUSTER), kind)
    outcome = ask(CHECK, CLUSTER, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_know_without_the_load_balancers() -> None:
    refusal = refusal_of_list(bundled(CLUSTER), LOAD_BALANCERS)
    outcome = ask(CHECK, CLUSTER, refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_it_does_not_know_without_an_address_or_a_subnet() -> None:
    outcome = ask(CHECK, draft_of(privateIPAddress=None))
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        f"ARM tells no address of frontend {NAME}",
    )
    draft = Draft(CLUSTER)
    frontend(draft)["properties"]["subnet"]["id"] += "-gone"
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        f"the subnet of frontend {NAME} does not exist",
    )


@pytest.mark.parametrize("cluster", ["kubenet-vmss", "automatic", "isolated"])
def test_it_does_not_apply_without_internal_frontends(cluster: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "there is no internal frontend",
    )
