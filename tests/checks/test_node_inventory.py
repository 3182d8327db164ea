"""node-inventory: when it passes, fails, does not know, and does not apply."""

from collections.abc import Callable

import pytest

from inspector.findings import Severity, Status
from tests.checks.kit import ask, commands_of, the_finding
from tests.odd_clusters import (
    INTERFACES,
    MACHINES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    VIRTUAL_MACHINES,
    Draft,
    bundled,
    gap_of,
    refusal_of,
    refusal_of_list,
)

CHECK = "node-inventory"
POOLS = "Microsoft.ContainerService/managedClusters/agentPools"
SET = "aks-nodepool1-18264093-vmss"


def pool_of(draft: Draft, place: int = 0) -> dict[str, object]:
    found: dict[str, object] = draft.cluster["properties"]["agentPoolProfiles"][place]
    return found


def counted(number: int) -> Draft:
    draft = Draft("kubenet-vmss")
    pool_of(draft)["count"] = number
    return draft


@pytest.mark.parametrize(
    ("cluster", "pools"),
    [
        ("kubenet-vmss", "1 of 1 pool"),
        ("seed-kubenet", "1 of 1 pool"),
        ("virtual-machines", "2 of 2 pools"),
        ("automatic", "1 of 1 pool"),
        ("multi-balancer", "2 of 2 pools"),
    ],
)
def test_it_passes_for_every_kind_of_pool(cluster: str, pools: str) -> None:
    outcome = ask(CHECK, cluster)
    assert outcome.status is Status.PASSED
    assert outcome.message == f"all counts of nodes agree for {pools}"


def test_a_pass_shows_the_counts() -> None:
    assert [
        (each.name, each.field, each.value) for each in ask(CHECK, "kubenet-vmss").evidence
    ] == [
        ("nodepool1", "properties.count", 3),
        ("nodepool1", "machines", 3),
        (SET, "sku.capacity", 3),
    ]


def test_it_fires_for_a_machine_that_aks_does_not_list() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(MACHINES, 1)
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "all counts of nodes agree for only 0 of 1 pool"
    assert (finding.severity, finding.cause, finding.name) == (
        Severity.HIGH,
        "counts-differ",
        "nodepool1",
    )
    assert finding.message == (
        "pool nodepool1 has 3 declared, 2 machines listed by AKS, 3 scale-set instances, "
        f"3 with an interface; AKS lists no machine for {SET}000001"
    )
    assert [each.value for each in finding.evidence[:3]] == [3, 2, 3]
    node = finding.evidence[3]
    assert (node.name, node.field) == (f"{SET}000001", "id")
    assert str(node.value).endswith(f"/{SET}/virtualMachines/1")
    assert commands_of(finding) == (
        (
            "az aks machine list --resource-group rg-shop --cluster-name aks-shop "
            "--nodepool-name nodepool1"
        ),
        "az aks nodepool show --resource-group rg-shop --cluster-name aks-shop --name nodepool1",
        "az aks operation show-latest --resource-group rg-shop --name aks-shop",
        "az aks update --resource-group rg-shop --name aks-shop",
    )


def test_it_fires_for_a_machine_without_an_interface() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(SCALE_SET_INTERFACES, 2)
    finding = the_finding(ask(CHECK, draft))
    assert finding.message == (
        "pool nodepool1 has 3 declared, 3 machines listed by AKS, 3 scale-set instances, "
        f"2 with an interface; no interface was found for {SET}000002"
    )
    assert finding.evidence[3].field == "properties.resourceId"
    assert str(finding.evidence[3].value).endswith("/virtualMachines/2")


def more_capacity(draft: Draft) -> None:
    draft.one(SCALE_SETS)["sku"]["capacity"] = 5


def more_declared(draft: Draft) -> None:
    pool_of(draft)["count"] = 5


@pytest.mark.parametrize(
    ("change", "words"),
    [(more_capacity, "5 scale-set instances"), (more_declared, "5 declared")],
)
def test_it_fires_for_a_number_that_stands_alone(
    change: Callable[[Draft], None], words: str
) -> None:
    draft = Draft("kubenet-vmss")
    change(draft)
    finding = the_finding(ask(CHECK, draft))
    assert words in finding.message
    assert ";" not in finding.message


def test_equal_numbers_of_different_nodes_do_not_agree() -> None:
    draft = Draft("kubenet-vmss")
    draft.remove(MACHINES, 0)
    draft.remove(SCALE_SET_INTERFACES, 1)
    pool_of(draft)["count"] = 2
    draft.one(SCALE_SETS)["sku"]["capacity"] = 2
    finding = the_finding(ask(CHECK, draft))
    assert finding.message == (
        "pool nodepool1 has 2 declared, 2 machines listed by AKS, 2 scale-set instances, "
        f"2 with an interface; AKS lists no machine for {SET}000000; "
        f"no interface was found for {SET}000001"
    )


def test_virtual_machines_are_counted_where_they_are_the_nodes() -> None:
    draft = Draft("virtual-machines")
    (gone,) = [
        place
        for place, each in enumerate(draft.all(VIRTUAL_MACHINES))
        if each["name"] == "aks-system-20574816-vms2"
    ]
    draft.remove(VIRTUAL_MACHINES, gone)
    finding = the_finding(ask(CHECK, draft))
    assert finding.name == "system"
    assert finding.message == (
        "pool system has 3 declared, 3 machines listed by AKS, 2 virtual machines, "
        "3 with an interface"
    )


def test_it_fires_for_nodes_of_a_pool_that_is_not_there() -> None:
    draft = Draft("multi-balancer")
    del draft.cluster["properties"]["agentPoolProfiles"][1]
    outcome = ask(CHECK, draft)
    finding = the_finding(outcome)
    assert outcome.message == "all counts of nodes agree for only 1 of 1 pool, 2 nodes outside them"
    assert (finding.cause, finding.name) == ("outside-pools", draft.cluster["name"])
    assert finding.message.startswith(
        "2 nodes of a pool that the cluster does not have: aks-teamb-"
    )
    assert len(finding.evidence) == 2
    (command,) = commands_of(finding)
    assert command.startswith("az aks nodepool list --resource-group ")
    assert "--cluster-name" in command


def test_auto_provisioned_nodes_are_counted_nowhere() -> None:
    draft = Draft("multi-balancer")
    del draft.cluster["properties"]["agentPoolProfiles"][1]
    draft.cluster["properties"]["nodeProvisioningProfile"] = {"mode": "Auto"}
    assert ask(CHECK, draft).status is Status.PASSED


def test_a_pool_that_is_stopped_is_unknown() -> None:
    outcome = ask(CHECK, "cni-overlay")
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == (
        "pool batch is stopped; pool batch has 2 declared, 0 machines listed by AKS, "
        "0 scale-set instances, 0 with an interface"
    )


def test_a_pool_that_is_stopped_excuses_no_other() -> None:
    draft = Draft("cni-overlay")
    draft.one(SCALE_SETS, 2)["sku"]["capacity"] = 7
    finding = the_finding(ask(CHECK, draft))
    assert finding.name == "system"


def test_a_number_proves_nothing_while_the_cluster_is_changing() -> None:
    draft = counted(4)
    draft.cluster["properties"]["provisioningState"] = "Upgrading"
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith("the cluster is in state Upgrading; pool nodepool1 has 4")


@pytest.mark.parametrize("state", ["Updating", "Creating", "Deleting"])
def test_a_number_proves_nothing_while_the_autoscaler_changes_the_scale_set(state: str) -> None:
    """Its work shows in the state of the scale set alone."""
    draft = counted(4)
    scale_set = draft.one(SCALE_SETS)
    scale_set["properties"]["provisioningState"] = state
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message.startswith(f"scale set {scale_set['name']} is in state {state}; pool ")
    scale_set["properties"]["provisioningState"] = "Failed"
    assert the_finding(ask(CHECK, draft)).cause == "counts-differ"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("scaleSetPriority", "Spot", "pool nodepool1 is a Spot pool"),
        ("scaleDownMode", "Deallocate", "pool nodepool1 deallocates nodes"),
        ("enableAutoScaling", True, "pool nodepool1 was scaled while it was read"),
    ],
)
def test_a_pool_may_have_a_reason_to_differ(field: str, value: object, why: str) -> None:
    draft = counted(4)
    pool_of(draft)[field] = value
    outcome = ask(CHECK, draft)
    assert outcome.status is Status.UNKNOWN
    assert outcome.message == (
        f"{why}: 4 declared, 3 machines listed by AKS, 3 scale-set instances, 3 with an interface"
    )


def test_the_autoscaler_is_no_reason_where_two_reads_agree() -> None:
    draft = counted(4)
    pool_of(draft)["enableAutoScaling"] = True
    draft.one(POOLS)["properties"]["count"] = 4
    assert the_finding(ask(CHECK, draft)).cause == "counts-differ"
    refusal = refusal_of(draft.snapshot(), POOLS)
    outcome = ask(CHECK, draft, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


@pytest.mark.parametrize(
    ("cluster", "kind"),
    [
        ("kubenet-vmss", MACHINES),
        ("kubenet-vmss", SCALE_SETS),
        ("kubenet-vmss", SCALE_SET_INTERFACES),
        ("seed-kubenet", VIRTUAL_MACHINES),
        ("seed-kubenet", INTERFACES),
    ],
)
def test_it_does_not_know_when_a_list_is_refused(cluster: str, kind: str) -> None:
    refusal = refusal_of_list(bundled(cluster), kind)
    outcome = ask(CHECK, cluster, refusal)
    assert outcome.status is Status.UNKNOWN
    assert gap_of(refusal) in outcome.missing


def test_a_difference_that_was_seen_stands_beside_a_gap() -> None:
    draft = Draft("kubenet-vmss")
    more_capacity(draft)
    refusal = refusal_of_list(draft.snapshot(), MACHINES)
    outcome = ask(CHECK, draft, refusal)
    assert the_finding(outcome).message == ("pool nodepool1 has 3 declared, 5 scale-set instances")
    assert outcome.missing == (gap_of(refusal),)


def test_nodes_outside_the_pools_are_not_concluded_from_a_gap() -> None:
    draft = Draft("kubenet-vmss")
    draft.one(SCALE_SETS)["tags"] = {}
    assert ask(CHECK, draft).status is Status.PASSED
    refusal = refusal_of_list(draft.snapshot(), MACHINES)
    outcome = ask(CHECK, draft, refusal)
    assert (outcome.status, outcome.missing) == (Status.UNKNOWN, (gap_of(refusal),))


def test_it_does_not_apply_without_pools() -> None:
    draft = Draft("automatic")
    draft.cluster["properties"]["agentPoolProfiles"] = []
    outcome = ask(CHECK, draft)
    assert (outcome.status, outcome.message) == (Status.SKIPPED, "the cluster has no pools")
