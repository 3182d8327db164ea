"""primary-ip-configuration: when it passes, fails, does not know, and does not apply."""

from copy import deepcopy

import pytest

from inspector.findings import Severity, Status
from tests.checks.kit import ask, the_finding
from tests.odd_clusters import (
    INTERFACES,
    MACHINES,
    SCALE_SET_INTERFACES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "primary-ip-configuration"
SET = "aks-nodepool1-75130482-vmss"
FIELD = "properties.ipConfigurations.properties.primary"


def marked(primary: bool | None, *configurations: int) -> Draft:
    """Change what some configurations of the second node say."""
    draft = Draft("cni-nodesubnet")
    found = draft.configurations(SCALE_SET_INTERFACES, 1)
    for each in configurations:
        found[each]["properties"]["primary"] = primary
    return draft


def with_second_interface(primary: bool | None, first: bool | None = True) -> Draft:
    """Give the second node another interface."""
    draft = Draft("cni-nodesubnet")
    own = draft.one(SCALE_SET_INTERFACES, 1)
    other = deepcopy(own)
    other["id"], other["name"] = f"{own['id']}-eth1", f"{own['name']}-eth1"
    for each in other["properties"]["ipConfigurations"]:
        each["id"] = f"{other['id']}/ipConfigurations/{each['name']}"
    own["properties"]["primary"], other["properties"]["primary"] = first, primary
    draft.add(other)
    return draft


def test_it_passes_and_shows_which_is_primary() -> None:
    outcome = ask(CHECK, "cni-nodesubnet")
    assert outcome.status is Status.PASSED
    assert outcome.message == "one primary interface and IP configuration on 3 of 3 nodes"
    assert [(each.name, each.field, each.value) for each in outcome.evidence] == [
        (f"{SET}00000{number}", FIELD, "ipconfig1") for number in range(3)
    ]


def test_a_single_configuration_may_leave_it_out() -> None:
    draft = Draft("kubenet-vmss")
    for place in range(3):
        del draft.configurations(SCALE_SET_INTERFACES, place)[0]["properties"]["primary"]
        del draft.one(SCALE_SET_INTERFACES, place)["properties"]["primary"]
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.PASSED
    assert outcome.evidence[0].value is None


@pytest.mark.parametrize(
    ("draft", "cause", "message", "value"),
    [
        (
            marked(True, 1),
            "several-primary-configurations",
            "an interface with more than one primary IP configuration on 1 of 3 nodes",
            "ipconfig1, ipconfig10",
        ),
        (
            marked(False, 0),
            "no-primary-configuration",
            "an interface without a primary IP configuration on 1 of 3 nodes",
            None,
        ),
    ],
)
def test_it_fires_for_configurations(
    draft: Draft, cause: str, message: str, value: str | None
) -> None:
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "not one primary interface and IP configuration on 1 of 3 nodes"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.MEDIUM,
        cause,
        "nodepool1",
    )
    assert finding.message == f"{message} of pool nodepool1: {SET}000001"
    assert [(each.name, each.field, each.value) for each in finding.evidence] == [
        (f"{SET}000001", FIELD, value)
    ]
    assert finding.commands[0].endswith(f"--instance-id 1 --name {SET}")
    assert "--node-image-only" in finding.commands[1]


def test_it_fires_for_two_primary_interfaces() -> None:
    finding = the_finding(ask(CHECK, with_second_interface(True)))
    assert finding.cause == "several-primary-interfaces"
    assert finding.message.startswith("more than one primary interface on 1 of 3 nodes")
    assert [(each.name, each.field, each.value) for each in finding.evidence] == [
        (SET, "properties.primary", True),
        (f"{SET}-eth1", "properties.primary", True),
    ]


def test_it_fires_for_interfaces_of_which_none_is_primary() -> None:
    finding = the_finding(ask(CHECK, with_second_interface(False, first=False)))
    assert finding.cause == "no-primary-interface"
    assert finding.message == (
        f"interfaces of which none is primary on 1 of 3 nodes of pool nodepool1: {SET}000001"
    )
    assert [each.value for each in finding.evidence] == [False, False]


def test_a_secondary_interface_is_fine() -> None:
    assert ask(CHECK, with_second_interface(False)).status is Status.PASSED
    assert ask(CHECK, with_second_interface(None)).status is Status.PASSED
    assert ask(CHECK, with_second_interface(False, first=None)).status is Status.PASSED


def test_it_does_not_know_which_of_several_is_primary() -> None:
    outcome = ask(CHECK, with_second_interface(None, first=None))
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == f"ARM does not tell which interface of {SET}000001 is primary"
    outcome = ask(CHECK, marked(None, 0, 1))
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == f"ARM does not tell which IP configuration of {SET}000001 is primary"


def test_no_primary_interface_is_not_concluded_from_one_that_is_hidden() -> None:
    draft = with_second_interface(False, first=True)
    refusal = refusal_of(draft.snapshot(), SCALE_SET_INTERFACES, 1)
    assert str(refusal.target).endswith(f"/virtualMachines/1/networkInterfaces/{SET}")
    outcome = ask(CHECK, draft, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_a_single_configuration_under_kubenet_is_left_to_its_own_check() -> None:
    draft = Draft("kubenet-vmss")
    draft.configurations(SCALE_SET_INTERFACES)[0]["properties"]["primary"] = False
    assert ask(CHECK, draft).status is Status.PASSED
    assert ask("kubenet-one-ip-per-node", draft).status is Status.FAILED


def test_an_interface_without_configurations_is_left_to_those_that_count() -> None:
    draft = Draft("cni-overlay")
    draft.configurations(SCALE_SET_INTERFACES).clear()
    assert ask(CHECK, draft).status is Status.PASSED


def test_a_fault_stands_while_the_cluster_is_changing() -> None:
    draft = marked(True, 1)
    draft.cluster["properties"]["provisioningState"] = "Upgrading"
    assert the_finding(ask(CHECK, draft)).cause == "several-primary-configurations"


@pytest.mark.parametrize("kind", [MACHINES, INTERFACES, SCALE_SET_INTERFACES])
def test_it_does_not_know_when_a_list_is_refused(kind: str) -> None:
    refusal = refusal_of_list(bundled("automatic"), kind)
    outcome = ask(CHECK, "automatic", refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_apply_without_nodes() -> None:
    draft = Draft("cni-nodesubnet")
    draft.remove(MACHINES)
    draft.remove(SCALE_SET_INTERFACES)
    draft.cluster["properties"]["powerState"] = {"code": "Stopped"}
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (
        Status.SKIPPED,
        "there are no nodes that it applies to",
    )
