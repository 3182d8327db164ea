"""What services and ways out leave behind."""

import msgspec

from fixtures import documents as arm
from inspector.cluster.leftovers import (
    hidden_users,
    idle_gateways,
    is_unattached,
    unattached_outbound_ips,
    unused_frontends,
)
from inspector.resources import PublicIPAddress
from inspector.topology import Topology
from tests.checks.balancers import FRONTENDS, OUTBOUND_RULES, RULES, parts, without_rules
from tests.odd_clusters import (
    LOAD_BALANCERS,
    PUBLIC_IPS,
    Draft,
    bundled,
    gap_of,
    refusal_of_list,
    refused,
)

WEB = "a336126d516cb5156aea106e4a4f67c2"
EDGE = "ae172904d224e549191835a0847e26a7"
NAT_GATEWAYS = "Microsoft.Network/natGateways"


def topology(draft: Draft) -> Topology:
    return Topology(draft.snapshot())


def test_nothing_is_left_in_a_healthy_cluster() -> None:
    found = Topology(bundled("cni-overlay"))
    assert unused_frontends(found) == ()
    assert unattached_outbound_ips(found) == ()
    assert idle_gateways(found) == ()
    assert hidden_users(found) == ()


def test_a_frontend_without_rules_is_told_with_its_service_and_address() -> None:
    draft = Draft("kubenet-vmss")
    without_rules(draft, WEB)
    (found,) = unused_frontends(topology(draft))
    assert found.balancer.title == "kubernetes"
    assert [each.title for each in found.frontends] == [WEB]
    assert (found.base, found.services) == (WEB, ("shop/web",))
    assert found.service_uid == "336126d5-16cb-5156-aea1-06e4a4f67c2?"
    assert [str(each.properties.ip_address) for each in found.public_ips] == ["198.51.100.43"]
    assert not found.is_declared


def test_both_families_of_a_service_belong_together() -> None:
    draft = Draft("dual-stack")
    parts(draft, RULES).clear()
    (found,) = unused_frontends(topology(draft))
    assert [each.title for each in found.frontends] == [EDGE, f"{EDGE}-IPv6"]
    assert len(found.public_ips) == 2


def test_frontends_of_other_services_and_without_a_service_stay_apart() -> None:
    draft = Draft("kubenet-vmss")
    parts(draft, RULES).clear()
    parts(draft, OUTBOUND_RULES).clear()
    found = unused_frontends(topology(draft))
    assert [len(each.frontends) for each in found] == [1, 1, 1]
    assert [each.is_declared for each in found] == [True, False, False]
    assert found[0].base is None
    assert found[0].service_uid is None
    assert found[0].services == ()


def test_a_loose_address_of_the_same_service_is_told_with_it_and_a_used_one_is_not() -> None:
    draft = Draft("dual-stack")
    for frontend in (EDGE, f"{EDGE}-IPv6"):
        without_rules(draft, frontend)
    parts(draft, FRONTENDS)[:] = [
        each for each in parts(draft, FRONTENDS) if each["name"] != f"{EDGE}-IPv6"
    ]
    (found,) = unused_frontends(topology(draft))
    assert [each.title for each in found.public_ips] == [f"kubernetes-{EDGE}"]
    (loose,) = (each for each in draft.all(PUBLIC_IPS) if each["name"].endswith(f"{EDGE}-IPv6"))
    del loose["properties"]["ipConfiguration"]
    (found,) = unused_frontends(topology(draft))
    assert len(found.public_ips) == 2


def test_arm_says_whether_an_address_is_attached() -> None:
    loose = arm.public_ip("/subscriptions/s/resourceGroups/g", "p", "198.51.100.1", location="x")
    held = {**loose, "properties": {"natGateway": {"id": f"{loose['id']}/natGateways/n"}}}
    for document, expected in ((loose, True), (held, False)):
        assert is_unattached(PublicIPAddress.parse(msgspec.json.encode(document))) is expected


def test_outbound_addresses_without_a_user_are_left() -> None:
    draft = Draft("kubenet-vmss")
    tag = {"aks-managed-type": "aks-slb-managed-outbound-ip"}
    for name, tags in (("f00d", tag), ("spare", {})):
        draft.add(
            arm.public_ip(draft.group, name, "198.51.100.5", location="westeurope", tags=tags)
        )
    assert [each.title for each in unattached_outbound_ips(topology(draft))] == ["f00d"]


def test_a_gateway_of_the_group_on_no_subnet_is_idle() -> None:
    draft = Draft("kubenet-vmss")
    draft.add(
        arm.nat_gateway(draft.group, "nat-old", location="westeurope"),
        arm.nat_gateway(arm.group_id("rg-mine"), "nat-mine", location="westeurope"),
    )
    assert [each.title for each in idle_gateways(topology(draft))] == ["nat-old"]
    draft.one(NAT_GATEWAYS)["sku"] = {"name": "StandardV2"}
    assert idle_gateways(topology(draft)) == ()


def test_lists_that_were_refused_may_hide_who_uses_an_address() -> None:
    snapshot = bundled("kubenet-vmss")
    for kind in (LOAD_BALANCERS, NAT_GATEWAYS):
        refusal = refusal_of_list(snapshot, kind)
        assert hidden_users(Topology(refused(snapshot, [refusal]))) == (gap_of(refusal),)
