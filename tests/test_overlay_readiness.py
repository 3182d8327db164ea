"""What a kubenet cluster needs for Azure CNI Overlay, told from its document alone."""

from typing import Any

import pytest

from inspector.cluster.move_conditions import (
    Answer,
    Condition,
    Requirement,
    overlay_readiness,
)
from inspector.topology import Topology
from tests.odd_clusters import Draft

MET, NOT_MET, NOT_VISIBLE = Answer.MET, Answer.NOT_MET, Answer.NOT_VISIBLE
READY = {
    Condition.KUBERNETES_VERSION,
    Condition.IDENTITY,
    Condition.NETWORK_POLICY,
    Condition.AVAILABILITY_SETS,
    Condition.LOAD_BALANCER,
    Condition.WINDOWS,
    Condition.POD_CIDR_SLICES,
    Condition.SINGLE_STACK,
}


def answers(draft: Draft) -> dict[Condition, Requirement]:
    """Return the conditions that the cluster's document tells of."""
    found = overlay_readiness(Topology(draft.snapshot()).cluster)
    return {each.condition: each for each in found}


def ready(**profile: Any) -> Draft:
    """Return a cluster that meets all that ARM shows, its networking profile changed."""
    draft = Draft("kubenet-vmss")
    draft.cluster["identity"] = {"type": "UserAssigned"}
    draft.network_profile.update(profile)
    return draft


def pools(**fields: Any) -> Draft:
    draft = ready()
    draft.cluster["properties"]["agentPoolProfiles"][0].update(fields)
    return draft


def test_all_is_met_but_what_only_the_cluster_itself_shows() -> None:
    found = answers(ready())
    (hidden,) = set(found) - READY
    assert {name: found[name].answer for name in READY} == dict.fromkeys(READY, MET)
    assert found[hidden].answer is NOT_VISIBLE
    (reading,) = found[hidden].readings
    assert reading.field == "ConfigMap kube-system/azure-ip-masq-agent-config"


def test_the_conditions_always_come_in_the_same_order() -> None:
    one = overlay_readiness(Topology(ready().snapshot()).cluster)
    other = overlay_readiness(Topology(Draft("seed-kubenet").snapshot()).cluster)
    assert [each.condition for each in one] == [each.condition for each in other]


@pytest.mark.parametrize(
    ("version", "answer"),
    [
        ("1.27.0", MET),
        ("1.27", MET),
        ("1.30.9", MET),
        ("2.0.0", MET),
        ("1.26.15", NOT_MET),
        ("1.9.11", NOT_MET),
        ("latest", NOT_VISIBLE),
        ("", NOT_VISIBLE),
    ],
)
def test_versions_are_compared_as_numbers(version: str, answer: Answer) -> None:
    draft = ready()
    draft.cluster["properties"]["currentKubernetesVersion"] = version
    draft.cluster["properties"]["kubernetesVersion"] = version
    assert overlay_readiness(Topology(draft.snapshot()).cluster)[0].answer is answer


def test_an_old_document_has_the_version_in_one_field_alone() -> None:
    found = answers(Draft("seed-kubenet"))[Condition.KUBERNETES_VERSION]
    assert (found.answer, found.readings[0].value) == (NOT_MET, "1.17.13")


@pytest.mark.parametrize(
    ("identity", "answer"),
    [
        ({"type": "UserAssigned"}, MET),
        ({"type": "SystemAssigned, UserAssigned"}, MET),
        ({"type": "SystemAssigned"}, NOT_MET),
        (None, NOT_MET),
    ],
)
def test_the_identity_has_to_be_the_users(identity: Any, answer: Answer) -> None:
    draft = ready()
    draft.cluster["identity"] = identity
    assert answers(draft)[Condition.IDENTITY].answer is answer


@pytest.mark.parametrize(
    ("policy", "answer"), [("none", MET), (None, MET), ("calico", NOT_MET), ("azure", NOT_MET)]
)
def test_a_policy_engine_has_to_go_first(policy: str | None, answer: Answer) -> None:
    assert answers(ready(networkPolicy=policy))[Condition.NETWORK_POLICY].answer is answer


@pytest.mark.parametrize(
    ("sku", "answer"), [("standard", MET), ("Standard", MET), ("Basic", NOT_MET), (None, NOT_MET)]
)
def test_the_load_balancer_has_to_be_standard(sku: str | None, answer: Answer) -> None:
    assert answers(ready(loadBalancerSku=sku))[Condition.LOAD_BALANCER].answer is answer


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("VirtualMachineScaleSets", MET),
        ("VirtualMachines", MET),
        ("AvailabilitySet", NOT_MET),
        (None, NOT_VISIBLE),
    ],
)
def test_availability_sets_have_to_go_first(kind: str | None, answer: Answer) -> None:
    assert answers(pools(type=kind))[Condition.AVAILABILITY_SETS].answer is answer


def test_windows_is_not_moved() -> None:
    assert answers(pools(osType="Windows"))[Condition.WINDOWS].answer is NOT_MET


@pytest.mark.parametrize(
    ("cidr", "most", "answer", "words"),
    [
        ("10.244.0.0/16", 250, MET, ": 256 for up to 255 with surge"),
        ("10.244.0.0/16", 251, MET, ": 256 for up to 256 with surge"),
        ("10.244.0.0/16", 252, NOT_MET, ": 256 for up to 257 with surge"),
        ("10.244.0.0/24", 10, NOT_MET, ": 1 for up to 15 with surge"),
        ("10.244.0.0/25", 10, NOT_MET, ": 0 for up to 15 with surge"),
        (None, 3, NOT_VISIBLE, ""),
        ("nonsense", 3, NOT_VISIBLE, ""),
    ],
)
def test_every_node_that_may_be_needs_a_24_of_the_pod_cidr(
    cidr: str | None, most: int, answer: Answer, words: str
) -> None:
    draft = ready(podCidr=cidr, podCidrs=[cidr] if cidr else None)
    pool = draft.cluster["properties"]["agentPoolProfiles"][0]
    pool |= {"enableAutoScaling": True, "maxCount": most, "upgradeSettings": {"maxSurge": "5"}}
    found = answers(draft)[Condition.POD_CIDR_SLICES]
    assert (found.answer, found.words) == (
        answer,
        f"a pod CIDR with a /24 for every node{words}",
    )


def test_a_pool_without_known_size_leaves_the_pod_cidr_open() -> None:
    draft = pools(enableAutoScaling=True, maxCount=None)
    assert answers(draft)[Condition.POD_CIDR_SLICES].answer is NOT_VISIBLE


def test_dual_stack_is_told() -> None:
    found = answers(Draft("kubenet-dual-stack"))[Condition.SINGLE_STACK]
    assert (found.answer, found.readings[0].value) == (NOT_MET, "IPv4, IPv6")
