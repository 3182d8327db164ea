"""backend-pool-type: when it passes, fails, does not know, and does not apply."""

from collections.abc import Callable

import pytest

from fixtures.documents import Document
from inspector.findings import Severity, Status
from tests.checks.balancers import POOLS, addresses, members, shown, values
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

CHECK = "backend-pool-type"
INTERFACES = "properties.backendIPConfigurations[].id"
ADDRESSES = "properties.loadBalancerBackendAddresses[].properties.ipAddress"
TYPE = "properties.networkProfile.loadBalancerProfile.backendPoolType"


def declare(draft: Draft, kind: str | None) -> None:
    draft.network_profile["loadBalancerProfile"]["backendPoolType"] = kind


def entry(address: str) -> Document:
    return {"name": "node", "properties": {"ipAddress": address}}


@pytest.mark.parametrize("kind", ["nodeIPConfiguration", "NodeIPConfiguration", None])
def test_it_passes_for_pools_of_interfaces_which_are_the_default(kind: str | None) -> None:
    draft = Draft("kubenet-vmss")
    declare(draft, kind)
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.PASSED
    assert outcome.message == "1 of 1 backend pool of the type nodeIPConfiguration"
    assert [(each.name, each.field) for each in outcome.evidence] == [
        ("aks-shop", TYPE),
        ("kubernetes", INTERFACES),
        ("aksOutboundBackendPool", INTERFACES),
    ]
    assert outcome.evidence[0].value == kind


def test_it_passes_for_pools_of_addresses() -> None:
    outcome = ask(CHECK, "multi-balancer")
    assert outcome.message == "4 of 4 backend pools of the type nodeIP"
    assert (outcome.evidence[1].field, outcome.evidence[1].value) == (
        ADDRESSES,
        "10.224.0.4, 10.224.0.6",
    )


def test_the_pool_of_the_way_out_is_shown_and_not_judged() -> None:
    shapes = {each.name: each.field for each in ask(CHECK, "multi-balancer").evidence}
    assert shapes["aksOutboundBackendPool"] == INTERFACES


def test_it_fails_for_interfaces_where_addresses_are_declared() -> None:
    draft = Draft("kubenet-vmss")
    declare(draft, "nodeIP")
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "1 of 1 backend pool not of the type nodeIP"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.MEDIUM,
        "holds-interfaces",
        "kubernetes",
    )
    assert finding.message == (
        "network interfaces in 1 of 1 backend pool of load balancer kubernetes, "
        "the type is nodeIP: kubernetes"
    )
    assert shown(finding)[0] == ("aks-shop", TYPE, "nodeIP")
    assert shown(finding)[1][:2] == ("kubernetes", INTERFACES)
    assert commands_of(finding)[1] == (
        "az aks update --resource-group rg-shop --name aks-shop "
        "--load-balancer-backend-pool-type nodeIP"
    )


def test_it_fails_for_addresses_where_interfaces_are_declared() -> None:
    draft = Draft("multi-balancer")
    declare(draft, "nodeIPConfiguration")
    first, second = ask(CHECK, draft).findings
    assert (first.cause, first.name, second.name) == ("holds-addresses", "kubernetes", "team-b")
    assert first.message == (
        "addresses in 2 of 2 backend pools of load balancer kubernetes, "
        "the type is nodeIPConfiguration: kubernetes, booking-chat"
    )


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("nodeIP", "network interfaces whose nodes have no address there in 1 of 1 backend pool"),
        ("nodeIPConfiguration", "addresses beside network interfaces in 1 of 1 backend pool"),
    ],
)
def test_it_fails_for_a_pool_that_is_half_converted(kind: str, message: str) -> None:
    draft = Draft("kubenet-vmss")
    declare(draft, kind)
    pool = values(draft, POOLS, "kubernetes")
    pool["loadBalancerBackendAddresses"] = [entry("10.224.0.4")]
    pool["virtualNetwork"] = {"id": f"{draft.group}/providers/Microsoft.Network/virtualNetworks/v"}
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "half-converted"
    assert finding.message.startswith(message)
    assert finding.evidence[1].value == "10.224.0.4"


def converted(draft: Draft) -> None:
    """Give every node's address to a pool that ARM lists the interfaces of as well."""
    declare(draft, "nodeIP")
    pool = values(draft, POOLS, "kubernetes")
    pool["loadBalancerBackendAddresses"] = [entry(f"10.224.0.{last}") for last in (4, 5, 6)]
    pool["virtualNetwork"] = {"id": f"{draft.group}/providers/Microsoft.Network/virtualNetworks/v"}


def test_interfaces_that_are_addresses_too_are_no_fault() -> None:
    draft = Draft("kubenet-vmss")
    converted(draft)
    assert ask(CHECK, draft).status is Status.PASSED


def on_each_address(draft: Draft) -> None:
    target = values(draft, POOLS, "kubernetes").pop("virtualNetwork")
    for each in addresses(draft):
        each["properties"]["virtualNetwork"] = target


def subnet_on_each(draft: Draft) -> None:
    target = values(draft, POOLS, "kubernetes").pop("virtualNetwork")["id"]
    for each in addresses(draft):
        each["properties"]["subnet"] = {"id": f"{target}/subnets/s"}


@pytest.mark.parametrize("move", [on_each_address, subnet_on_each])
def test_each_address_may_say_where_it_is(move: Callable[[Draft], None]) -> None:
    draft = Draft("multi-balancer")
    move(draft)
    assert ask(CHECK, draft).status is Status.PASSED


def test_it_fails_for_addresses_that_are_nowhere() -> None:
    draft = Draft("multi-balancer")
    on_each_address(draft)
    del addresses(draft)[1]["properties"]["virtualNetwork"]
    finding = the_finding(ask(CHECK, draft))
    assert finding.cause == "no-network"
    assert finding.message == (
        "addresses without a network in 1 of 2 backend pools of load balancer kubernetes, "
        "the type is nodeIP: kubernetes"
    )


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("Updating", Status.UNKNOWN),
        ("Failed", Status.FAILED),
        ("Canceled", Status.FAILED),
        ("Succeeded", Status.FAILED),
    ],
)
def test_an_update_may_be_the_conversion(state: str, status: Status) -> None:
    draft = Draft("kubenet-vmss")
    declare(draft, "nodeIP")
    draft.cluster["properties"]["provisioningState"] = state
    assert ask(CHECK, draft).status is status


def test_a_stopped_pool_excuses_nothing() -> None:
    draft = Draft("cni-overlay")
    declare(draft, "nodeIP")
    assert ask(CHECK, draft).status is Status.FAILED


def test_a_type_that_is_new_is_not_guessed_at() -> None:
    draft = Draft("kubenet-vmss")
    declare(draft, "podIP")
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.UNKNOWN,
        "backend pool type podIP is not recognised",
    )


def test_an_interface_may_be_converted_while_its_node_is_unseen() -> None:
    draft = Draft("kubenet-vmss")
    converted(draft)
    refusal = refusal_of(bundled("kubenet-vmss"), SCALE_SET_INTERFACES, 1)
    outcome = ask(CHECK, draft, refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_it_does_not_know_without_the_load_balancers() -> None:
    refusal = refusal_of_list(bundled("kubenet-vmss"), LOAD_BALANCERS)
    outcome = ask(CHECK, "kubenet-vmss", refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_apply_to_basic_nor_to_pools_without_members() -> None:
    assert ask(CHECK, "basic-balancer").message == (
        "the type is a setting of Standard load balancers, and the SKU is Basic"
    )
    draft = Draft("kubenet-vmss")
    members(draft).clear()
    values(draft, POOLS, "kubernetes")["loadBalancerBackendAddresses"].clear()
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no backend pool of a service has a member",
    )
