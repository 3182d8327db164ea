"""multiple-load-balancers: each node behind one, and what a cluster with several needs."""

from typing import Any

import pytest

from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    LOAD_BALANCERS,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "multiple-load-balancers"
FLAG = "properties.networkProfile.loadBalancerProfile.enableMultipleStandardLoadBalancers"


def asking(cluster: str = "multi-balancer", **profile: Any) -> Draft:
    """Return a cluster that asks for several load balancers, its profile changed."""
    draft = Draft(cluster)
    draft.network_profile["loadBalancerProfile"] |= {
        "enableMultipleStandardLoadBalancers": True,
        **profile,
    }
    return draft


def pool(draft: Draft, place: int, name: str = "kubernetes") -> Any:
    pools = draft.one(LOAD_BALANCERS, place)["properties"]["backendAddressPools"]
    return next(each["properties"] for each in pools if each["name"] == name)


def share_a_node(draft: Draft) -> Draft:
    """Let the first node of the first load balancer be behind the second one too."""
    shared = pool(draft, 0)["loadBalancerBackendAddresses"][0]
    pool(draft, 1)["loadBalancerBackendAddresses"].append(shared)
    return draft


@pytest.mark.parametrize("draft", [Draft("multi-balancer"), asking()], ids=["found", "asked"])
def test_it_passes_where_each_node_is_behind_one(draft: Draft) -> None:
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "2 public load balancers, 4 nodes each behind one of them",
    )
    assert [each.value for each in outcome.evidence] == [
        "10.224.0.4, 10.224.0.6",
        "10.224.0.7, 10.224.0.5",
    ]


@pytest.mark.parametrize("draft", [Draft("multi-balancer"), asking()], ids=["found", "asked"])
def test_it_fires_for_a_node_behind_two(draft: Draft) -> None:
    outcome = ask(CHECK, share_a_node(draft))
    finding = the_finding(outcome)
    assert outcome.message == "2 public load balancers: 1 fault"
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "node-in-several")
    assert finding.message == (
        "1 of 4 nodes behind more than one public load balancer (kubernetes, team-b): "
        "aks-nodepool1-14872630-vmss000000"
    )
    assert finding.evidence[1].value == "10.224.0.7, 10.224.0.5, 10.224.0.4"
    assert commands_of(finding)[0] == (
        "az aks loadbalancer list --resource-group rg-travel --cluster-name aks-travel"
    )
    assert commands_of(finding)[2].startswith("az network lb address-pool list --resource-group ")
    assert commands_of(finding)[2].endswith(" --lb-name team-b")


def test_the_pool_of_the_way_out_may_hold_every_node() -> None:
    way_out = pool(Draft("multi-balancer"), 0, "aksOutboundBackendPool")
    assert len(way_out["backendIPConfigurations"]) == 4


def test_a_node_by_interface_and_by_address_is_one_node() -> None:
    draft = Draft("multi-balancer")
    way_out = pool(draft, 0, "aksOutboundBackendPool")["backendIPConfigurations"]
    pool(draft, 0).pop("loadBalancerBackendAddresses")
    pool(draft, 0)["backendIPConfigurations"] = way_out
    finding = the_finding(ask(CHECK, draft))
    assert finding.message.startswith("2 of 4 nodes behind more than one public load balancer")


def test_an_internal_load_balancer_may_have_the_same_nodes() -> None:
    draft = asking("cni-overlay", backendPoolType="nodeIP")
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "1 public load balancer, 4 nodes each behind one of them",
    )


def test_it_fires_for_another_type_of_backend_pools() -> None:
    finding = the_finding(ask(CHECK, asking(backendPoolType="nodeIPConfiguration")))
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "backend-pool-type")
    assert finding.message == (
        "backend pools are of type nodeIPConfiguration, several load balancers need nodeIP"
    )
    assert [(each.field, each.value) for each in finding.evidence] == [
        (FLAG, True),
        (
            "properties.networkProfile.loadBalancerProfile.backendPoolType",
            "nodeIPConfiguration",
        ),
    ]
    assert commands_of(finding)[1].endswith(" --load-balancer-backend-pool-type nodeIP")


@pytest.mark.parametrize(
    ("version", "is_old"), [("1.27.9", True), ("1.28.0", False), ("1.34", False)]
)
def test_it_fires_for_an_older_version(version: str, is_old: bool) -> None:
    draft = asking()
    draft.cluster["properties"] |= {
        "kubernetesVersion": version,
        "currentKubernetesVersion": version,
    }
    outcome = ask(CHECK, draft)
    if not is_old:
        assert outcome.status is Status.PASSED
        return
    finding = the_finding(outcome)
    assert finding.cause == "kubernetes-version"
    assert finding.message == "Kubernetes 1.27 runs, several load balancers need 1.28"


@pytest.mark.parametrize(
    ("outbound", "severity"),
    [("loadBalancer", Severity.MEDIUM), ("userAssignedNATGateway", Severity.LOW)],
)
def test_it_fires_without_the_one_called_kubernetes(outbound: str, severity: Severity) -> None:
    draft = asking()
    draft.network_profile["outboundType"] = outbound
    draft.one(LOAD_BALANCERS)["name"] = "team-a"
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (severity, "no-own")
    assert finding.message == "2 public load balancers, none of them called kubernetes"


def test_that_the_way_out_is_missing_is_told_elsewhere() -> None:
    draft = asking()
    draft.remove(LOAD_BALANCERS, 0)
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_fires_for_an_empty_load_balancer() -> None:
    draft = asking()
    balancer = draft.one(LOAD_BALANCERS, 1)["properties"]
    for each in balancer["backendAddressPools"]:
        each["properties"] = {}
    assert ask(CHECK, draft).status is Status.PASSED, "empty-backend-pool tells it"
    balancer |= {"loadBalancingRules": [], "frontendIPConfigurations": []}
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.LOW, "empty")
    assert (finding.name, finding.message) == (
        "team-b",
        "load balancer team-b has neither rules nor nodes",
    )
    draft.cluster["properties"]["provisioningState"] = "Updating"
    assert ask(CHECK, draft).status is Status.UNKNOWN


@pytest.mark.parametrize("cluster", ["multi-balancer", "kubenet-vmss"])
def test_it_does_not_know_without_the_load_balancers(cluster: str) -> None:
    refusal = refusal_of_list(bundled(cluster), LOAD_BALANCERS)
    outcome = ask(CHECK, cluster, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_know_whose_an_address_is() -> None:
    refusal = refusal_of(bundled("multi-balancer"), SCALE_SET_INTERFACES)
    outcome = ask(CHECK, "multi-balancer", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


@pytest.mark.parametrize(
    ("cluster", "reason"),
    [
        ("kubenet-vmss", "the cluster does not ask for several public load balancers"),
        ("private-udr", "there is no public load balancer"),
        ("isolated", "there is no public load balancer"),
        ("basic-balancer", "the load balancers are Basic"),
    ],
)
def test_it_does_not_apply(cluster: str, reason: str) -> None:
    outcome = ask(CHECK, cluster)
    assert (outcome.status, outcome.message) == (Status.SKIPPED, reason)
