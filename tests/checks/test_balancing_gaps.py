"""The checks of load balancers on broken clusters: what is hidden is no fault, and no pass."""

from collections.abc import Callable

import pytest

from fixtures import documents as arm
from inspector.cluster.pool_coverage import EXCLUDING_LABEL
from tests.checks.balancers import (
    FRONTENDS,
    OUTBOUND_RULES,
    POOLS,
    PROBES,
    RULES,
    addresses,
    members,
    parts,
    values,
    without_rules,
)
from tests.checks.kit import assert_gaps_only_hide, check_of
from tests.odd_clusters import PUBLIC_IPS, Draft

CHECKS = [
    check_of(each)
    for each in (
        "backend-pool-members",
        "backend-pool-type",
        "empty-backend-pool",
        "load-balancer-sku",
        "orphaned-public-ip",
        "outbound-resources",
        "probe-sanity",
        "rule-integrity",
        "unused-frontend",
    )
]
OUTBOUND = "aksOutboundBackendPool"
EDGE = "ae172904d224e549191835a0847e26a7"


def members_amiss(draft: Draft) -> None:
    gone = members(draft)[0]["id"].replace("/virtualMachines/0/", "/virtualMachines/99/")
    members(draft).append({"id": gone})
    del members(draft, OUTBOUND)[1]


def labelled(draft: Draft) -> None:
    draft.cluster["properties"]["agentPoolProfiles"][0]["nodeLabels"] = {EXCLUDING_LABEL: "true"}
    del members(draft)[0]


def windows_out_of_ipv6(draft: Draft) -> None:
    profile = draft.cluster["properties"]["agentPoolProfiles"][0]
    profile.update({"osType": "Windows", "osSKU": "Windows2019"})
    members(draft, "kubernetes-IPv6").clear()
    del members(draft, "aksOutboundBackendPool-ipv6")[0]


def fewer_in_one_of_several(draft: Draft) -> None:
    del addresses(draft, "kubernetes", 1)[0]
    addresses(draft).append({"name": "old", "properties": {"ipAddress": "10.224.0.99"}})


def half_converted(draft: Draft) -> None:
    draft.network_profile["loadBalancerProfile"]["backendPoolType"] = "nodeIP"
    entry = {"name": "one", "properties": {"ipAddress": "10.224.0.4"}}
    values(draft, POOLS, "kubernetes")["loadBalancerBackendAddresses"] = [entry]


def service_gone(draft: Draft) -> None:
    for frontend in (EDGE, f"{EDGE}-IPv6"):
        without_rules(draft, frontend)
    kept = [each for each in parts(draft, FRONTENDS) if each["name"] != f"{EDGE}-IPv6"]
    parts(draft, FRONTENDS)[:] = kept
    for address in draft.all(PUBLIC_IPS):
        if address["name"].endswith(f"{EDGE}-IPv6"):
            del address["properties"]["ipConfiguration"]


def way_out_gone(draft: Draft) -> None:
    draft.network_profile["outboundType"] = "userAssignedNATGateway"
    parts(draft, OUTBOUND_RULES).clear()
    tags = {"aks-managed-type": "aks-slb-managed-outbound-ip"}
    draft.add(arm.public_ip(draft.group, "f00d", "198.51.100.5", location="x", tags=tags))


def gateway_instead(draft: Draft) -> None:
    gateway = arm.nat_gateway(draft.group, "nat-old", location="westeurope")
    draft.add(gateway)
    network = draft.one("Microsoft.Network/virtualNetworks")["properties"]
    network["subnets"][0]["properties"]["natGateway"] = {"id": gateway["id"]}


def addresses_elsewhere(draft: Draft) -> None:
    """Tag an address of the user's, which lies in another group, as another cluster's."""
    for address in draft.all(PUBLIC_IPS):
        address.setdefault("tags", {})["k8s-azure-cluster-name"] = "other"


def rules_and_probes_amiss(draft: Draft) -> None:
    parts(draft, RULES)[0]["properties"].pop("probe")
    parts(draft, RULES)[1]["properties"]["protocol"] = "Udp"
    parts(draft, PROBES)[1]["properties"]["intervalInSeconds"] = 600
    draft.one(PUBLIC_IPS)["sku"] = {"name": "Basic"}


BROKEN: dict[str, tuple[str, Callable[[Draft], None]]] = {
    "members amiss": ("kubenet-vmss", members_amiss),
    "labelled": ("kubenet-vmss", labelled),
    "Windows out of IPv6": ("dual-stack", windows_out_of_ipv6),
    "fewer in one of several": ("multi-balancer", fewer_in_one_of_several),
    "half converted": ("kubenet-vmss", half_converted),
    "service gone": ("dual-stack", service_gone),
    "way out gone": ("kubenet-vmss", way_out_gone),
    "gateway instead": ("kubenet-vmss", gateway_instead),
    "addresses elsewhere": ("kubenet-dual-stack", addresses_elsewhere),
    "rules and probes amiss": ("kubenet-vmss", rules_and_probes_amiss),
}


TOLD = {
    "members amiss": {("backend-pool-members", "dangling"), ("backend-pool-members", "missing")},
    "labelled": {("backend-pool-members", "labelled")},
    "Windows out of IPv6": {("empty-backend-pool", "no-members")},
    "fewer in one of several": {
        ("backend-pool-members", "dangling"),
        ("backend-pool-members", "missing"),
    },
    "half converted": {
        ("backend-pool-type", "half-converted"),
        ("backend-pool-type", "no-network"),
    },
    "service gone": {("unused-frontend", "service")},
    "way out gone": {
        ("outbound-resources", "left-over-address"),
        ("unused-frontend", "way-out"),
    },
    "gateway instead": {("outbound-resources", "nat-gateway")},
    "addresses elsewhere": {("orphaned-public-ip", "cluster-name")},
    "rules and probes amiss": {
        ("load-balancer-sku", "public-ip-sku"),
        ("probe-sanity", "interval"),
        ("rule-integrity", "name"),
        ("rule-integrity", "no-probe"),
    },
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_gap_hides_and_does_nothing_else_and_one_cause_is_told_once(name: str) -> None:
    cluster, change = BROKEN[name]
    draft = Draft(cluster)
    change(draft)
    known = assert_gaps_only_hide(draft.snapshot(), CHECKS)
    found = [each for outcome in known.values() for each in outcome.findings]
    assert {(each.check, each.cause) for each in found} == TOLD[name]
    assert len({each.fingerprint for each in found}) == len(found)
