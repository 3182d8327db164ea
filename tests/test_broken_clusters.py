"""The two broken clusters: every planted fault is found, once, and nothing else is."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

from fixtures.planting import planted
from fixtures.scenarios import broken_cni, broken_kubenet
from inspector.checks import run_checks
from inspector.findings import Finding, Severity
from inspector.topology import Topology

README = Path(__file__).parent.parent / "fixtures" / "README.md"


class Expected(NamedTuple):
    """The finding a fault leads to."""

    check: str
    cause: str
    severity: Severity
    name: str


CRITICAL, HIGH, MEDIUM, LOW, INFO = Severity
ZONE = "3937d5db-a0f4-5641-a1a3-2b1363185db7.privatelink.swedencentral.azmk8s.io"
INFRASTRUCTURE = "MC_rg-market_aks-market_swedencentral"

KUBENET = {
    "second_address": Expected("kubenet-one-ip-per-node", "several-ipv4", HIGH, "aks-ledger"),
    "no_forwarding": Expected("kubenet-ip-forwarding", "forwarding-off", HIGH, "system"),
    "table_taken_off": Expected("kubenet-route-table", "no-table", CRITICAL, "snet-batch"),
    "route_missing": Expected("kubenet-node-route", "no-route", CRITICAL, "rt-ledger"),
    "next_hop_of_nobody": Expected(
        "kubenet-route-next-hop", "wrong-next-hop", CRITICAL, "rt-ledger"
    ),
    "slice_outside": Expected("kubenet-pod-cidrs", "outside", CRITICAL, "rt-ledger"),
    "stale_route": Expected("kubenet-stale-route", "stale", MEDIUM, "rt-ledger"),
    "shadowing_route": Expected("route-shadows-pods", "takes-pods", HIGH, "to-mainframe"),
    "foreign_route": Expected("route-table-shared", "another-cluster", MEDIUM, "rt-ledger"),
    "foreign_node": Expected("connected-devices", "other-cluster", MEDIUM, "snet-batch"),
    "peer_in_pod_cidr": Expected("pod-cidr-overlap", "peered-network", HIGH, "to-analytics"),
    "peering_lost": Expected("peering-health", "not-connected", MEDIUM, "to-hub"),
    "services_in_network": Expected("service-cidr-overlap", "virtual-network", HIGH, "vnet-ledger"),
    "first_address_for_dns": Expected("dns-service-ip", "first-address", HIGH, "aks-ledger"),
    "policy_of_cni": Expected("network-profile", "policy-with-kubenet", MEDIUM, "aks-ledger"),
    "private_range_authorised": Expected("api-server-access", "private-ranges", LOW, "aks-ledger"),
    "pool_outgrows_subnet": Expected("subnet-headroom", "too-small", HIGH, "snet-batch"),
    "node_out_of_pool": Expected("backend-pool-members", "missing", MEDIUM, "kubernetes"),
    "frontend_left": Expected(
        "unused-frontend", "service", MEDIUM, "ad1c5defe46575d0f950fa3be5ff20ef"
    ),
    "address_left": Expected(
        "orphaned-public-ip", "unattached", MEDIUM, "kubernetes-a99cfaa97dfb951e6a9c2fcbf5890c48"
    ),
    "probe_lost": Expected("rule-integrity", "probe", CRITICAL, "kubernetes"),
    "probe_left": Expected("probe-sanity", "unused", MEDIUM, "kubernetes"),
    "timeout_edited": Expected("outbound-rule-drift", "idle-timeout", MEDIUM, "aksOutboundRule"),
    "probes_denied": Expected("nsg-allows-probes", "denied", CRITICAL, "deny-probes"),
    "dns_denied": Expected("nsg-allows-cluster-traffic", "denied", MEDIUM, "deny-pod-dns"),
}
CNI = {
    "too_few_addresses": Expected("cni-ips-per-node", "too-few", HIGH, "main"),
    "older_node": Expected("uniform-ip-count", "unequal-counts", LOW, "main"),
    "two_primaries": Expected(
        "primary-ip-configuration", "several-primary-configurations", MEDIUM, "main"
    ),
    "foreign_subnet": Expected("nic-in-pool-subnet", "wrong-subnet", HIGH, "main"),
    "ipv6_on_one": Expected("ip-families", "undeclared-ipv6", HIGH, "main"),
    "machine_not_counted": Expected("node-inventory", "counts-differ", HIGH, "main"),
    "pool_outgrows_subnet": Expected("subnet-headroom", "too-small", HIGH, "snet-jobs"),
    "reserved_services": Expected("reserved-range", "service-cidr", HIGH, "aks-market"),
    "bridge_in_network": Expected("docker-bridge-cidr", "virtual-network", INFO, "vnet-market"),
    "kubenet_left": Expected("kubenet-residue", "pod-routes", MEDIUM, "rt-market"),
    "gateway_missing": Expected("nat-gateway", "no-gateway", CRITICAL, "snet-jobs"),
    "outbound_rule_left": Expected("outbound-resources", "left-over-rule", HIGH, "kubernetes"),
    "internal_address_outside": Expected(
        "internal-frontend", "outside", HIGH, "a4850d7ce7d785241a884856be4506ed-snet-ilb"
    ),
    "empty_pool": Expected("empty-backend-pool", "no-members", MEDIUM, "market-search"),
    "floating_ip_off": Expected("rule-floating-ip", "node-port", MEDIUM, "kubernetes"),
    "unprotected_subnet": Expected("nsg-attached", "none", HIGH, "snet-jobs"),
    "https_denied": Expected("nsg-allows-egress", "denied", HIGH, "nsg-market"),
    "dead_rule": Expected(
        "nsg-service-rules", "dead-destination", LOW, "aks-agentpool-50832741-nsg"
    ),
    "zone_not_linked": Expected("api-server-access", "zone-not-linked", HIGH, ZONE),
    "address_of_basic": Expected("load-balancer-sku", "public-ip-sku", HIGH, "kubernetes"),
    "stranger_in_group": Expected("node-resource-group", "foreign-types", LOW, INFRASTRUCTURE),
    "mesh_retiring": Expected("retirements", "open-service-mesh", MEDIUM, "aks-market"),
}
PLANTED: Mapping[str, tuple[ModuleType, Mapping[str, Expected]]] = {
    "broken-kubenet": (broken_kubenet, KUBENET),
    "broken-cni": (broken_cni, CNI),
}
TRUE_OF_THE_SOUND = {
    "broken-kubenet": {
        "nsg-attached/two-groups",
        "retirements/kubenet",
        "retirements/ubuntu-22-04",
    },
    "broken-cni": {"retirements/ubuntu-22-04"},
}
"""What holds of the clusters without a fault as well."""

CONSEQUENCES = {
    "policy_of_cni": {"retirements/npm-linux"},
}
"""What a fault leads to that is true and another matter."""


def findings(module: ModuleType, *faults: str) -> Iterator[Finding]:
    documents = planted(module.sound(), (module.FAULTS[each] for each in faults))
    for outcome in run_checks(Topology(module.SITE.snapshot(documents))):
        yield from outcome.findings


def of_finding(finding: Finding) -> Expected:
    return Expected(finding.check, finding.cause, finding.severity, finding.name)


def place(finding: Finding) -> str:
    return f"{finding.check}/{finding.cause}"


@cache
def without_faults(name: str) -> frozenset[str]:
    return frozenset(each.fingerprint for each in findings(PLANTED[name][0]))


@pytest.mark.parametrize("name", PLANTED)
def test_the_sound_cluster_has_only_what_is_true_of_it(name: str) -> None:
    assert {place(each) for each in findings(PLANTED[name][0])} == TRUE_OF_THE_SOUND[name]


@pytest.mark.parametrize("name", PLANTED)
def test_there_are_enough_faults_and_each_has_a_finding_of_its_own(name: str) -> None:
    module, expected = PLANTED[name]
    assert set(module.FAULTS) == set(expected)
    assert len({(each.check, each.cause) for each in expected.values()}) == len(expected) >= 15


@pytest.mark.parametrize(
    ("name", "fault"),
    [(name, fault) for name, (module, _) in PLANTED.items() for fault in module.FAULTS],
)
def test_a_fault_alone_is_found_once(name: str, fault: str) -> None:
    module, expected = PLANTED[name]
    known = without_faults(name)
    new = [each for each in findings(module, fault) if each.fingerprint not in known]
    others = CONSEQUENCES.get(fault, set())
    assert [of_finding(each) for each in new if place(each) not in others] == [expected[fault]]


@pytest.mark.parametrize("name", PLANTED)
def test_all_faults_together_are_found_once_each_and_nothing_else(name: str) -> None:
    module, expected = PLANTED[name]
    true = TRUE_OF_THE_SOUND[name].union(*CONSEQUENCES.values())
    found = [each for each in findings(module, *module.FAULTS) if place(each) not in true]
    assert sorted(map(of_finding, found)) == sorted(expected.values())


@pytest.mark.parametrize("name", PLANTED)
def test_the_readme_of_the_fixtures_tells_each_fault(name: str) -> None:
    text = README.read_text(encoding="utf-8")
    section = text.partition(f"## What is wrong with {name}\n")[2].partition("\n## ")[0]
    for fault, expected in PLANTED[name][1].items():
        (line,) = [each for each in section.splitlines() if f"`{fault}`" in each]
        assert f"{expected.check}" in line
