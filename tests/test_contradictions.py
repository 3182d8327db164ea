"""What in a networking profile cannot go together: each rule, and what breaks none."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import documents as arm
from inspector.network.contradictions import Contradiction, contradictions
from inspector.resources import AgentPoolProfile, NetworkProfile, decode

SUBNET = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/p"
V6 = "fd00::/64"
OVERLAY = {"networkPlugin": "azure", "networkPluginMode": "overlay", "podCidr": "10.244.0.0/16"}
KUBENET = {"networkPlugin": "kubenet", "podCidr": "10.244.0.0/16"}
NODE_SUBNET = {"networkPlugin": "azure"}


def profile(**fields: Any) -> NetworkProfile:
    return decode(msgspec.json.encode(fields), NetworkProfile)


def pool(name: str = "np", **extras: Any) -> AgentPoolProfile:
    document = arm.agent_pool_profile(name, count=1, version="1", max_pods=30, extras=extras)
    return decode(msgspec.json.encode(document), AgentPoolProfile)


def found(fields: dict[str, Any], *pools: AgentPoolProfile) -> list[Contradiction]:
    return list(contradictions(profile(**fields), pools or (pool(),)))


WINDOWS = pool("win", osType="Windows")
WITH_SUBNET = pool("pods", podSubnetID=SUBNET)
BLOCKS = pool("blocks", podIPAllocationMode="StaticBlock")


@pytest.mark.parametrize(
    ("fields", "pools", "cause", "words"),
    [
        (
            KUBENET | {"networkPluginMode": "Overlay"},
            (),
            "overlay-without-azure",
            "plugin mode overlay with plugin kubenet",
        ),
        (
            {"networkPlugin": "none", "networkPluginMode": "overlay"},
            (),
            "overlay-without-azure",
            "plugin mode overlay with plugin none",
        ),
        (
            {"networkPlugin": "kubenet"},
            (),
            "no-pod-cidr",
            "no pod CIDR, and kubenet gives pods addresses from one",
        ),
        (
            {"networkPlugin": "azure", "networkPluginMode": "overlay"},
            (),
            "no-pod-cidr",
            "no pod CIDR, and Azure CNI Overlay gives pods addresses from one",
        ),
        (
            KUBENET | {"networkDataplane": "cilium"},
            (),
            "cilium-with-kubenet",
            "data plane cilium with kubenet",
        ),
        (
            KUBENET | {"networkPolicy": "Azure"},
            (),
            "policy-with-kubenet",
            "network policy Azure with kubenet, which knows calico alone",
        ),
        (KUBENET, (pool(), WINDOWS), "windows-with-kubenet", "Windows pools with kubenet"),
        (
            OVERLAY | {"networkDataplane": "Cilium"},
            (WINDOWS,),
            "windows-with-cilium",
            "Windows pools with data plane cilium",
        ),
        (KUBENET, (WITH_SUBNET,), "pod-subnet-unused", "pod subnets with kubenet"),
        (OVERLAY, (WITH_SUBNET,), "pod-subnet-unused", "pod subnets with Azure CNI Overlay"),
        (
            NODE_SUBNET,
            (pool(), WITH_SUBNET),
            "mixed-pod-subnets",
            "pools with and without a pod subnet",
        ),
        (
            NODE_SUBNET,
            (BLOCKS,),
            "blocks-without-pod-subnet",
            "static blocks without a pod subnet",
        ),
        (
            KUBENET | {"podCidrs": ["10.245.0.0/16"]},
            (),
            "pod-cidrs-differ",
            "podCidr 10.244.0.0/16, while podCidrs begins with 10.245.0.0/16",
        ),
        (
            NODE_SUBNET | {"serviceCidr": "10.0.0.0/16", "serviceCidrs": ["10.0.0.0/17"]},
            (),
            "service-cidrs-differ",
            "serviceCidr 10.0.0.0/16, while serviceCidrs begins with 10.0.0.0/17",
        ),
        (
            OVERLAY | {"ipFamilies": ["IPv4", "IPv6"], "podCidrs": ["10.244.0.0/16"]},
            (),
            "family-counts",
            "unequal numbers of families: 2 in ipFamilies, 1 in podCidrs",
        ),
        (
            OVERLAY
            | {"ipFamilies": ["IPv4", "IPv6"], "podCidrs": [V6, "10.244.0.0/16"], "podCidr": None},
            (),
            "family-order",
            "families that differ or change places in ipFamilies and podCidrs",
        ),
        (
            KUBENET | {"ipFamilies": ["IPv4", "IPv6"]},
            (),
            "dual-stack-without-overlay",
            "dual stack with kubenet",
        ),
        (
            NODE_SUBNET | {"ipFamilies": ["IPv4", "IPv6"]},
            (WITH_SUBNET,),
            "dual-stack-without-overlay",
            "dual stack with Azure CNI without Overlay",
        ),
    ],
)
def test_each_rule(
    fields: dict[str, Any], pools: tuple[AgentPoolProfile, ...], cause: str, words: str
) -> None:
    (only,) = found(fields, *pools)
    assert (only.cause, only.words) == (cause, words)


@pytest.mark.parametrize(
    ("fields", "pools"),
    [
        (KUBENET, ()),
        (KUBENET | {"networkPolicy": "calico", "networkDataplane": "azure"}, ()),
        (KUBENET | {"networkPolicy": "none", "podCidrs": ["10.244.0.0/16"]}, ()),
        (KUBENET | {"networkPolicy": "something-new"}, ()),
        (KUBENET | {"podCidr": "10.244.0.4/16", "podCidrs": ["10.244.0.0/16"]}, ()),
        (OVERLAY | {"networkDataplane": "azure"}, (WINDOWS,)),
        (OVERLAY | {"networkDataplane": "cilium", "networkPolicy": "cilium"}, ()),
        (
            OVERLAY | {"podCidrs": ["10.244.0.0/16", V6], "ipFamilies": ["ipv4", "IPV6"]},
            (),
        ),
        (NODE_SUBNET, ()),
        (NODE_SUBNET, (WITH_SUBNET, pool("more", podSubnetID=SUBNET))),
        (NODE_SUBNET, (pool(podIPAllocationMode="StaticBlock", podSubnetID=SUBNET),)),
        ({"networkPlugin": "none"}, ()),
        (
            {"networkPlugin": "none", "ipFamilies": ["IPv4", "IPv6"]},
            (),
        ),
        ({}, (WINDOWS, WITH_SUBNET)),
        ({"networkPlugin": "antrea", "networkPluginMode": "bridge"}, (WINDOWS,)),
    ],
)
def test_what_goes_together(fields: dict[str, Any], pools: tuple[AgentPoolProfile, ...]) -> None:
    assert found(fields, *pools) == []


def test_fields_carry_pool_and_value() -> None:
    (only,) = found(NODE_SUBNET, pool(), WITH_SUBNET)
    assert [tuple(each) for each in only.fields] == [
        ("pods", "podSubnetID", SUBNET),
        ("np", "podSubnetID", None),
    ]
    (only,) = found(KUBENET | {"podCidrs": ["10.245.0.0/16", "10.246.0.0/16"]})
    assert only.fields[1].value == "10.245.0.0/16, 10.246.0.0/16"


def test_a_range_that_is_none_is_compared_as_text() -> None:
    (only,) = found(KUBENET | {"podCidr": "what", "podCidrs": ["ever"]})
    assert only.cause == "pod-cidrs-differ"
    assert found(KUBENET | {"podCidr": "what", "podCidrs": ["what"]}) == []


texts = st.one_of(st.none(), st.sampled_from(["azure", "kubenet", "none", "overlay", "cilium", ""]))
lists = st.lists(st.sampled_from(["IPv4", "IPv6", "10.0.0.0/16", V6, "x"]), max_size=3)


@given(
    st.fixed_dictionaries(
        {
            "networkPlugin": texts,
            "networkPluginMode": texts,
            "networkPolicy": texts,
            "networkDataplane": texts,
            "podCidr": texts,
            "podCidrs": lists,
            "serviceCidrs": lists,
            "ipFamilies": lists,
        }
    ),
    st.lists(st.sampled_from([pool(), WINDOWS, WITH_SUBNET, BLOCKS]), max_size=3),
)
def test_a_cause_is_told_once_and_rests_on_fields(
    fields: dict[str, Any], pools: list[AgentPoolProfile]
) -> None:
    every = list(contradictions(profile(**fields), pools))
    causes = [each.cause for each in every]
    assert len(set(causes)) == len(causes)
    assert all(each.fields and each.words for each in every)
