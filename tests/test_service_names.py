"""Whose a name or a tag is, by the cloud provider's rules."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.network.service_names import (
    is_managed_outbound,
    service_base,
    service_uid,
    services_of_tags,
)

BASE = "a0123456789abcdef0123456789abcdef"[:32]

endings = st.sampled_from(
    ["", "-TCP-80", "-snet-internal", "-snet-internal-UDP-53-IPv6", "-IPv6", "-port"]
)


def base_of(uid: UUID) -> str:
    """Return the name the cloud provider gives a service's objects."""
    return ("a" + str(uid).replace("-", ""))[:32]


@given(st.uuids(), endings, st.booleans(), st.booleans())
def test_every_object_of_a_service_leads_to_its_uid(
    uid: UUID, ending: str, is_public_ip: bool, is_raised: bool
) -> None:
    name = ("kubernetes-" if is_public_ip else "") + base_of(uid) + ending
    found = service_uid(name.upper() if is_raised else name)
    assert found is not None
    assert found[-1] == "?"
    assert re.fullmatch(found[:-1] + "[0-9a-f]", str(uid))
    assert service_base(name.upper() if is_raised else name) == base_of(uid)


@given(st.uuids())
def test_a_guid_is_an_outbound_frontend_and_no_service(uid: UUID) -> None:
    assert service_base(str(uid)) is None
    assert service_uid(str(uid)) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "kubernetes",
        "kube-apiserver-frontend",
        BASE[:-1],
        BASE + "0",
        BASE + "-",
        "b" + BASE[1:],
        "ag" + BASE[2:],
        "x" + BASE,
        f"kubernetes-internal-{BASE}",
    ],
)
def test_other_names_are_nobodys(name: str) -> None:
    assert service_base(name) is None
    assert service_uid(name) is None


@pytest.mark.parametrize("tag", ["k8s-azure-service", "service"])
@pytest.mark.parametrize(
    ("value", "services"),
    [
        ("shop/web", ("shop/web",)),
        ("shop/web,shop/api", ("shop/web", "shop/api")),
        (" shop/web , shop/api ,", ("shop/web", "shop/api")),
        ("", ()),
        ("team-a", ()),
    ],
)
def test_tags_name_services(tag: str, value: str, services: tuple[str, ...]) -> None:
    assert services_of_tags({tag: value, "owner": "a/b"}) == services


def test_todays_tag_goes_before_the_old_one() -> None:
    tags = {"service": "old/one", "k8s-azure-service": "new/one"}
    assert services_of_tags(tags) == ("new/one",)
    assert services_of_tags({"service": "old/one", "k8s-azure-service": ""}) == ("old/one",)


def test_the_way_out_is_told_by_either_tag_and_only_by_its_value() -> None:
    assert is_managed_outbound({"aks-managed-type": "aks-slb-managed-outbound-ip"})
    assert is_managed_outbound({"type": "aks-slb-managed-outbound-ip"})
    assert not is_managed_outbound({"type": "something"})
    assert not is_managed_outbound({"kind": "aks-slb-managed-outbound-ip"})
    assert not is_managed_outbound({})
