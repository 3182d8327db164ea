"""peering-health: when it passes, fails, does not know, and does not apply."""

import pytest

from inspector.findings import Severity, Status
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import NETWORKS, Draft, bundled, gap_of, refusal_of

CHECK = "peering-health"


def peered(**changes: str | None) -> Draft:
    """Return a cluster with a healthy peering, then changed."""
    draft = Draft("half-migrated")
    properties = draft.one(NETWORKS)["properties"]["virtualNetworkPeerings"][0]["properties"]
    properties.update({"peeringState": "Connected", "peeringSyncLevel": "FullyInSync"} | changes)
    return draft


def test_it_passes_where_all_are_connected_and_in_step() -> None:
    outcome = ask(CHECK, peered())
    assert outcome.status is Status.PASSED
    assert outcome.message == "1 peering connected and in step"
    (evidence,) = outcome.evidence
    assert (evidence.name, evidence.field, evidence.value) == (
        "to-hub-us",
        "properties.peeringState",
        "Connected",
    )


@pytest.mark.parametrize("state", ["Disconnected", "Initiated"])
def test_it_fires_for_a_peering_that_is_not_connected(state: str) -> None:
    outcome = ask(CHECK, peered(peeringState=state))
    finding = the_finding(outcome)
    assert outcome.message == "1 of 1 peering not connected or not in step"
    assert finding.message == f"peering to-hub-us is {state}"
    assert finding.severity is Severity.MEDIUM
    assert finding.name == "to-hub-us"
    assert finding.evidence[0].value == state
    assert finding.commands == (
        (
            "az network vnet peering show --ids /subscriptions/00000000-0000-0000-0000-000000000000"
            "/resourceGroups/rg-orders-network/providers/Microsoft.Network/virtualNetworks"
            "/vnet-orders/virtualNetworkPeerings/to-hub-us"
        ),
    )


def test_it_fires_for_a_peering_that_is_out_of_step() -> None:
    finding = the_finding(ask(CHECK, peered(peeringSyncLevel="LocalNotInSync")))
    assert finding.cause == "out-of-step"
    assert finding.evidence[1].value == "LocalNotInSync"
    assert "peering sync" in finding.commands[0]


def test_a_peering_without_a_sync_level_is_judged_by_its_state() -> None:
    assert ask(CHECK, peered(peeringSyncLevel=None)).status is Status.PASSED


def test_it_does_not_know_without_a_state_or_the_network() -> None:
    assert ask(CHECK, peered(peeringState=None)).status is Status.UNKNOWN
    refusal = refusal_of(bundled("half-migrated"), NETWORKS)
    outcome = ask(CHECK, peered(), refusal)
    assert outcome.status is Status.UNKNOWN
    assert outcome.missing == (gap_of(refusal),)


def test_it_does_not_apply_without_peerings() -> None:
    outcome = ask(CHECK, "kubenet-vmss")
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "no network of the cluster is peered",
    )
