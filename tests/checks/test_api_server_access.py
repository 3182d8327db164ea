"""api-server-access: private, inside the network, or public with a list of who is admitted."""

from collections.abc import Callable
from typing import Any

import pytest

import fixtures.documents as arm
from inspector.checks.api_server_access import _TEXTS
from inspector.cluster.api_server_faults import Cause
from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    LOAD_BALANCERS,
    NETWORKS,
    PUBLIC_IPS,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)
from tests.test_api_server import (
    ENDPOINTS,
    HUB,
    VMSS,
    WHERE,
    ZONE,
    ZONES,
    access,
    add_zone,
    integrated,
    network,
    own_zone,
    private,
)

CHECK = "api-server-access"
PREFIXES = "Microsoft.Network/publicIPPrefixes"
LINKS = "Microsoft.Network/privateDnsZones/virtualNetworkLinks"
SHOW = "az aks show --resource-group rg-shop --name aks-shop --query apiServerAccessProfile"
RANGES = "properties.apiServerAccessProfile.authorizedIPRanges"


def listed(*ranges: str, cluster: str = "cni-podsubnet") -> Draft:
    """Return a public cluster that admits the ranges; the bundled one leaves by a NAT gateway."""
    draft = Draft(cluster)
    access(draft, authorizedIPRanges=list(ranges))
    return draft


def two_networks(*, resolvers: tuple[str, ...] = ()) -> Draft:
    """Return a private cluster with a pool in a second network that no zone is linked to."""
    draft = private()
    other = arm.resource_id(HUB, NETWORKS, "vnet-two")
    subnets = [arm.subnet(other, "nodes", ["10.9.0.0/24"])]
    draft.add(
        arm.virtual_network(
            HUB,
            "vnet-two",
            location=WHERE,
            prefixes=["10.9.0.0/16"],
            subnets=subnets,
            dns_servers=list(resolvers),
        )
    )
    pools = draft.cluster["properties"]["agentPoolProfiles"]
    pools.append({**pools[0], "name": "np2", "count": 0, "vnetSubnetID": subnets[0]["id"]})
    return draft


def test_every_cause_has_its_words() -> None:
    assert set(_TEXTS) == set(Cause)


# Private clusters


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        (private, "API server private, private endpoint approved, DNS zone linked to 1 network"),
        (own_zone, "API server private, private endpoint approved, DNS zone linked to 1 network"),
        (
            lambda: private(zone="none"),
            "API server private, private endpoint approved, no private DNS zone",
        ),
    ],
    ids=["system", "own", "none"],
)
def test_a_private_cluster_passes(cluster: Callable[[], Draft], message: str) -> None:
    outcome = ask(CHECK, cluster())
    assert (outcome.status, outcome.message) == (Status.PASSED, message)
    assert outcome.evidence[0].field == "properties.apiServerAccessProfile.enablePrivateCluster"
    assert outcome.evidence[0].value is True


def test_it_fires_without_an_endpoint() -> None:
    draft = private()
    draft.remove(ENDPOINTS)
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "private API server, 1 finding"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "no-endpoint",
        "aks-shop",
    )
    assert finding.message == "the private cluster has no private endpoint for its API server"
    assert commands_of(finding) == (SHOW,)


@pytest.mark.parametrize("status", ["Pending", "Rejected", "Disconnected"])
def test_it_fires_for_an_endpoint_that_is_not_approved(status: str) -> None:
    draft = private(status=status)
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.HIGH, "endpoint-not-approved")
    assert finding.message == f"private endpoint kube-apiserver is {status}"
    assert [each.value for each in finding.evidence] == [status]
    assert commands_of(finding) == (
        f"az network private-endpoint show --ids {draft.one(ENDPOINTS)['id']}",
    )


def test_it_does_not_know_the_state_of_an_endpoint_that_says_none() -> None:
    outcome = ask(CHECK, private(status=""))
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "ARM does not tell the state of private endpoint kube-apiserver",
    )


def endpoint_elsewhere() -> Draft:
    draft = private()
    subnet = {"id": f"{arm.resource_id(HUB, NETWORKS, 'vnet-hub')}/subnets/endpoints"}
    draft.one(ENDPOINTS)["properties"]["subnet"] = subnet
    return draft


def test_it_fires_for_an_endpoint_in_another_network() -> None:
    finding = the_finding(ask(CHECK, endpoint_elsewhere()))
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "endpoint-elsewhere")
    assert finding.message == (
        "private endpoint kube-apiserver is in network vnet-hub, where no node is"
    )


@pytest.mark.parametrize("kind", [SCALE_SET_INTERFACES, NETWORKS])
def test_hidden_nodes_may_be_in_the_endpoints_network(kind: str) -> None:
    snapshot = endpoint_elsewhere().snapshot()
    refusal = refusal_of_list(snapshot, kind)
    outcome = ask(CHECK, snapshot, refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_it_fires_without_a_zone() -> None:
    draft = private()
    draft.remove(ZONES)
    draft.remove(LINKS)
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.HIGH, "no-zone")
    assert finding.message == "private DNS zone of AKS's own making does not exist"
    finding = the_finding(ask(CHECK, own_zone(is_there=False)))
    assert finding.message == f"private DNS zone privatelink.{WHERE}.azmk8s.io does not exist"


def test_it_fires_without_any_name() -> None:
    draft = private(zone="none")
    profile = draft.cluster["properties"]["apiServerAccessProfile"]
    profile["enablePrivateClusterPublicFQDN"] = True
    assert ask(CHECK, draft).status is Status.PASSED
    profile["enablePrivateClusterPublicFQDN"] = False
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.HIGH, "no-name")
    assert [each.value for each in finding.evidence] == ["none", False]


def test_it_fires_for_a_zone_that_no_network_may_ask() -> None:
    draft = private(links=0)
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "zone-not-linked",
        ZONE,
    )
    assert finding.message == (f"private DNS zone {ZONE} is not linked to {network(draft)['name']}")
    assert commands_of(finding) == (
        (
            "az network private-dns link vnet list "
            f"--resource-group {draft.group.rpartition('/')[2]} --zone-name {ZONE}"
        ),
    )


@pytest.mark.parametrize("state", ["InProgress", "Disconnected"])
def test_a_link_that_is_not_complete_is_none(state: str) -> None:
    draft = private()
    draft.one(LINKS)["properties"]["virtualNetworkLinkState"] = state
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "zone-not-linked"
    assert [(each.name, each.value) for each in finding.evidence] == [("link0", state)]


def test_it_names_the_network_without_link() -> None:
    finding = the_finding(ask(CHECK, two_networks()))
    assert finding.message == f"private DNS zone {ZONE} is not linked to vnet-two"


def test_resolvers_of_the_users_own_must_forward_and_that_is_not_visible() -> None:
    finding = the_finding(ask(CHECK, two_networks(resolvers=("10.9.0.10",))))
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.INFO,
        "own-resolvers",
        "vnet-two",
    )
    assert finding.message == f"network vnet-two asks 10.9.0.10 for the name in {ZONE}"
    assert [each.value for each in finding.evidence] == ["10.9.0.10"]


def test_resolvers_cannot_forward_to_a_zone_that_nobody_may_ask() -> None:
    draft = private(links=0)
    network(draft)["properties"]["dhcpOptions"] = {"dnsServers": ["10.1.1.1"]}
    assert the_finding(ask(CHECK, draft)).cause == "zone-not-linked"


def test_azures_resolver_beside_others_is_enough() -> None:
    draft = private()
    network(draft)["properties"]["dhcpOptions"] = {"dnsServers": ["10.1.1.1", "168.63.129.16"]}
    assert ask(CHECK, draft).status is Status.PASSED


def test_ranges_on_a_private_cluster_count_for_nothing() -> None:
    draft = private()
    draft.cluster["properties"]["apiServerAccessProfile"]["authorizedIPRanges"] = ["1.2.3.4/32"]
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "ranges-on-private")
    assert finding.message == "1 authorised range on a private cluster"


@pytest.mark.parametrize("kind", [ENDPOINTS, ZONES, LINKS, NETWORKS])
def test_it_does_not_know_parts_of_a_private_way_that_are_hidden(kind: str) -> None:
    snapshot = private().snapshot()
    refusal = refusal_of_list(snapshot, kind)
    outcome = ask(CHECK, snapshot, refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_a_zone_on_the_users_side_that_may_not_be_seen_is_unknown() -> None:
    snapshot = own_zone().snapshot()
    refusal = refusal_of(snapshot, ZONES)
    outcome = ask(CHECK, snapshot, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_a_network_without_link_is_told_though_another_is_hidden() -> None:
    draft = two_networks()
    add_zone(draft, HUB, "unrelated.example")
    snapshot = draft.snapshot()
    home = next(
        place
        for place, each in enumerate(sorted(draft.all(NETWORKS), key=lambda one: one["id"].lower()))
        if each["name"] != "vnet-two"
    )
    outcome = ask(CHECK, snapshot, refusal_of(snapshot, NETWORKS, home))
    assert the_finding(outcome).message.endswith("is not linked to vnet-two")


# API servers inside the network


@pytest.mark.parametrize("is_own", [True, False])
def test_an_integrated_api_server_passes_but_for_its_missing_list(is_own: bool) -> None:
    finding = the_finding(ask(CHECK, integrated(is_own=is_own)))
    assert (finding.severity, finding.cause) == (Severity.INFO, "open")


def integrated_with_list(**part: Any) -> Draft:
    draft = integrated()
    profile = draft.cluster["properties"]["apiServerAccessProfile"]
    profile["authorizedIPRanges"] = ["203.0.113.0/24"]
    subnets = network(draft)["properties"]["subnets"]
    subnet = next(each for each in subnets if each["name"] == "aks-apiserver-subnet")
    subnet["properties"].update(part)
    return draft


def test_its_list_needs_no_address_of_the_nodes() -> None:
    outcome = ask(CHECK, integrated_with_list())
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "API server public, inside the network, 1 authorised range",
    )


def test_it_fires_without_the_load_balancer() -> None:
    draft = integrated_with_list()
    assert draft.one(LOAD_BALANCERS, 1)["name"] == "kube-apiserver"
    draft.remove(LOAD_BALANCERS, 1)
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.HIGH, "no-load-balancer")
    assert finding.message == (
        "load balancer kube-apiserver of the integrated API server does not exist"
    )


@pytest.mark.parametrize(
    ("part", "cause", "message"),
    [
        (
            {"delegations": []},
            "not-delegated",
            "subnet aks-apiserver-subnet of the API server is not delegated to AKS",
        ),
        (
            {"addressPrefix": "10.226.0.0/29"},
            "subnet-too-small",
            "subnet aks-apiserver-subnet of the API server, 10.226.0.0/29, is too small",
        ),
    ],
)
def test_it_fires_for_a_subnet_that_will_not_do(
    part: dict[str, Any], cause: str, message: str
) -> None:
    finding = the_finding(ask(CHECK, integrated_with_list(**part)))
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        cause,
        "aks-apiserver-subnet",
    )
    assert finding.message == message


@pytest.mark.parametrize("kind", [LOAD_BALANCERS, NETWORKS])
def test_it_does_not_know_parts_of_an_integrated_way_that_are_hidden(kind: str) -> None:
    snapshot = integrated_with_list().snapshot()
    refusal = refusal_of_list(snapshot, kind)
    outcome = ask(CHECK, snapshot, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_know_a_subnet_that_nothing_tells() -> None:
    draft = integrated_with_list()
    draft.cluster["properties"]["apiServerAccessProfile"]["subnetId"] = ""
    draft.one(LOAD_BALANCERS, 1)["properties"]["frontendIPConfigurations"] = []
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "nothing tells the subnet of the integrated API server",
    )


def test_without_link_an_integrated_private_api_server_is_reached_by_its_nodes_still() -> None:
    draft = integrated(is_private=True)
    add_zone(draft, draft.group, f"guid.private.{WHERE}.azmk8s.io", links=0)
    properties = draft.cluster["properties"]
    properties["privateFQDN"] = f"aks-shop.guid.private.{WHERE}.azmk8s.io"
    finding = the_finding(ask(CHECK, draft))
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "zone-not-linked")


# Public API servers


def test_it_notes_a_public_api_server_without_list() -> None:
    finding = the_finding(ask(CHECK, VMSS))
    assert (finding.severity, finding.cause) == (Severity.INFO, "open")
    assert finding.message == "no authorised ranges: every address may reach the API server"
    assert [(each.field, each.value) for each in finding.evidence] == [(RANGES, None)]


def test_it_passes_with_a_list_that_holds_the_nat_gateways_addresses() -> None:
    outcome = ask(CHECK, "cni-podsubnet")
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "API server public, 3 authorised ranges",
    )
    assert outcome.evidence[-1].value == "203.0.113.64/26, 198.51.100.64/30, 198.51.100.80/32"


@pytest.mark.parametrize(
    ("ranges", "missing"),
    [
        (["198.51.100.64/30"], ["198.51.100.80"]),
        (["198.51.100.80"], ["198.51.100.64/30"]),
        (["198.51.100.80/32", "198.51.100.64/31"], ["198.51.100.64/30"]),
        (["203.0.113.0/24"], ["198.51.100.80", "198.51.100.64/30"]),
        (["198.51.100.80/32", "198.51.100.64/31", "198.51.100.66/31"], []),
        (["198.51.100.0/24"], []),
    ],
)
def test_it_fires_for_addresses_that_the_list_leaves_out(
    ranges: list[str], missing: list[str]
) -> None:
    outcome = ask(CHECK, listed(*ranges))
    if not missing:
        assert outcome.status is Status.PASSED
        return
    finding = the_finding(outcome)
    assert (finding.severity, finding.cause) == (Severity.HIGH, "egress-not-admitted")
    assert finding.message == (
        f"the authorised ranges leave out {', '.join(missing)}, "
        "by which traffic leaves (NAT gateway)"
    )
    assert [each.value for each in finding.evidence] == missing
    assert commands_of(finding)[1] == (
        "az aks update --resource-group rg-analytics --name aks-analytics "
        f"--api-server-authorized-ip-ranges {','.join((*ranges, *missing))}"
    )


@pytest.mark.parametrize("ranges", [["0.0.0.0/32"], ["203.0.113.64/26"]])
def test_the_load_balancers_own_address_is_admitted_without_being_listed(
    ranges: list[str],
) -> None:
    outcome = ask(CHECK, listed(*ranges, cluster=VMSS))
    assert (outcome.status, outcome.message) == (
        Status.PASSED,
        "API server public, 1 authorised range",
    )


def test_the_special_range_admits_no_other_way_out() -> None:
    finding = the_finding(ask(CHECK, listed("0.0.0.0/32")))
    assert finding.cause == "egress-not-admitted"
    assert commands_of(finding)[1].endswith(" 198.51.100.80,198.51.100.64/30")


def test_nodes_with_addresses_of_their_own_must_be_listed() -> None:
    finding = the_finding(ask(CHECK, listed("203.0.113.0/32", cluster="byo-cni")))
    assert finding.cause == "egress-not-admitted"
    assert "(node public IP)" in finding.message


@pytest.mark.parametrize(
    ("ranges", "severity", "cause", "message"),
    [
        (
            ["0.0.0.0/0"],
            Severity.MEDIUM,
            "everybody-admitted",
            "1 authorised range open to every address: 0.0.0.0/0",
        ),
        (
            ["0.0.0.0/1", "128.0.0.0/1"],
            Severity.MEDIUM,
            "everybody-admitted",
            "2 authorised ranges open to every address: 0.0.0.0/1, 128.0.0.0/1",
        ),
        (
            ["198.51.100.0/24", "10.0.0.0/8", "192.168.1.0/24"],
            Severity.LOW,
            "private-ranges",
            "2 authorised ranges without a public address: 10.0.0.0/8, 192.168.1.0/24",
        ),
        (
            ["198.51.100.7/24"],
            Severity.LOW,
            "unaligned-ranges",
            "1 authorised range not written by its first address: 198.51.100.7/24",
        ),
    ],
)
def test_it_fires_for_ranges_that_do_not_say_what_they_should(
    ranges: list[str], severity: Severity, cause: str, message: str
) -> None:
    finding = the_finding(ask(CHECK, listed(*ranges)))
    assert (finding.severity, finding.cause, finding.message) == (severity, cause, message)
    assert finding.evidence[0].field == RANGES


@pytest.mark.parametrize(
    ("draft", "most"), [(lambda: listed(cluster=VMSS), 200), (integrated_with_list, 2_000)]
)
def test_it_fires_for_more_ranges_than_are_allowed(draft: Callable[[], Draft], most: int) -> None:
    cluster = draft()
    profile = cluster.cluster["properties"]["apiServerAccessProfile"]
    ranges = [f"20.{number >> 8}.{number & 255}.0/24" for number in range(most)]
    profile["authorizedIPRanges"] = ranges
    assert ask(CHECK, cluster).status is Status.PASSED
    profile["authorizedIPRanges"] = [*ranges, "21.0.0.0/24"]
    finding = the_finding(ask(CHECK, cluster))
    assert (finding.severity, finding.cause) == (Severity.MEDIUM, "too-many-ranges")
    assert finding.message == f"{most + 1:,} authorised ranges, {most:,} are allowed"


def test_it_does_not_know_text_that_is_no_range() -> None:
    outcome = ask(CHECK, listed("198.51.100.0/24", "office"))
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "no range among the authorised ones: office",
    )


def test_it_does_not_know_the_addresses_of_a_firewall() -> None:
    draft = Draft("private-udr")
    access(draft, authorizedIPRanges=["198.51.100.0/24"])
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == (
        "the addresses behind user-defined route 0.0.0.0/0 to virtual appliance 10.88.0.4 "
        "are not in what is read"
    )


def test_it_does_not_know_an_address_of_azures_choice() -> None:
    draft = Draft("basic-balancer")
    draft.remove(LOAD_BALANCERS)
    access(draft, authorizedIPRanges=["198.51.100.0/24"])
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "the address of Azure's default outbound access is Azure's choice",
    )


def test_it_does_not_know_an_address_that_is_not_allocated() -> None:
    draft = Draft("cni-podsubnet")
    del draft.one(PUBLIC_IPS)["properties"]["ipAddress"]
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "pip-analytics has no public address",
    )


@pytest.mark.parametrize("kind", [PUBLIC_IPS, PREFIXES, NETWORKS])
def test_it_does_not_know_addresses_that_are_hidden(kind: str) -> None:
    refusal = refusal_of(bundled("cni-podsubnet"), kind)
    outcome = ask(CHECK, "cni-podsubnet", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_a_firewall_does_not_matter_where_everybody_is_admitted() -> None:
    draft = Draft("private-udr")
    access(draft, authorizedIPRanges=["0.0.0.0/0"])
    assert the_finding(ask(CHECK, draft)).cause == "everybody-admitted"
