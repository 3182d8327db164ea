"""Whose a public address, a frontend or a rule is, and what proves it."""

import re
from typing import Any

import pytest

from fixtures import documents as arm
from inspector.cluster.ownership import (
    Owner,
    OwnerKind,
    owner_of_frontend,
    owner_of_public_ip,
    owner_of_rule,
)
from inspector.report import analyze
from inspector.report.answer import Unknown
from inspector.resource_id import ResourceId
from inspector.resources import (
    SCALE_SET_PUBLIC_IP_TYPE,
    FrontendIPConfiguration,
    LoadBalancer,
    PublicIPAddress,
)
from inspector.topology import Topology
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    PUBLIC_IPS,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    Draft,
    Refusal,
    bundled,
    refused,
)

WHERE = "westeurope"
BASE = "a0123456789abcdef0123456789abcde"
UID = "01234567-89ab-cdef-0123-456789abcde?"


def address_of(topology: Topology, name: str) -> Owner:
    (found,) = [each for each in topology.all(PublicIPAddress) if each.title == name]
    return owner_of_public_ip(topology, found)


def owners(topology: Topology) -> dict[str, Owner]:
    return {
        str(each.properties.ip_address): owner_of_public_ip(topology, each)
        for each in topology.all(PublicIPAddress)
    }


def frontends(topology: Topology) -> dict[str, FrontendIPConfiguration]:
    return {
        each.title: each
        for balancer in topology.all(LoadBalancer)
        for each in balancer.properties.frontend_ip_configurations
    }


def tagged(draft: Draft, value: str) -> arm.Document:
    """Return the public address that a service tag names."""
    (found,) = [each for each in draft.all(PUBLIC_IPS) if value in each.get("tags", {}).values()]
    return found


def balancer(draft: Draft) -> Any:
    return draft.one(LOAD_BALANCERS)["properties"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "seed-kubenet",
            {
                "203.0.113.21": (OwnerKind.OUTBOUND, ()),
                "203.0.113.84": (
                    OwnerKind.SERVICE,
                    ("ingress-basic/nginx-ingress-controller",),
                ),
            },
        ),
        (
            "kubenet-vmss",
            {
                "198.51.100.12": (OwnerKind.OUTBOUND, ()),
                "198.51.100.43": (OwnerKind.SERVICE, ("shop/web",)),
                "198.51.100.97": (
                    OwnerKind.SERVICE,
                    ("ingress-nginx/ingress-nginx-controller",),
                ),
            },
        ),
        (
            "cni-nodesubnet",
            {
                "203.0.113.66": (OwnerKind.OUTBOUND, ()),
                "203.0.113.140": (
                    OwnerKind.SERVICE,
                    ("ingress-nginx/ingress-nginx-controller",),
                ),
            },
        ),
    ],
)
def test_tags_old_and_new_name_the_services_of_addresses(
    name: str, expected: dict[str, tuple[OwnerKind, tuple[str, ...]]]
) -> None:
    found = owners(Topology(bundled(name)))
    assert {key: (each.kind, each.services) for key, each in found.items()} == expected


@pytest.mark.parametrize("name", ["seed-kubenet", "kubenet-vmss", "cni-nodesubnet"])
def test_a_frontend_has_the_owner_of_its_address(name: str) -> None:
    topology = Topology(bundled(name))
    for frontend in frontends(topology).values():
        reference = frontend.properties.public_ip_address
        assert reference is not None
        address = topology.get(reference.id, PublicIPAddress)
        assert address is not None
        assert owner_of_frontend(topology, frontend) == owner_of_public_ip(topology, address)


def test_a_rule_has_the_owner_of_its_frontend() -> None:
    topology = Topology(bundled("kubenet-vmss"))
    rules = topology.all(LoadBalancer)[0].properties.load_balancing_rules
    found = [owner_of_rule(topology, rule) for rule in rules]
    assert [each.words for each in found if each] == [
        "shop/web",
        "ingress-nginx/ingress-nginx-controller",
        "ingress-nginx/ingress-nginx-controller",
    ]


def test_an_address_shared_by_services_names_all_of_them() -> None:
    draft = Draft("kubenet-vmss")
    tagged(draft, "shop/web")["tags"]["k8s-azure-service"] = "shop/web,shop/api"
    first = balancer(draft)["loadBalancingRules"][0]
    frontend = first["properties"]["frontendIPConfiguration"]["id"].rsplit("/", 1)[1]
    second = arm.load_balancing_rule(
        draft.one(LOAD_BALANCERS)["id"], f"{BASE}-TCP-8080", frontend_name=frontend, port=8080
    )
    balancer(draft)["loadBalancingRules"].append(second)
    topology = Topology(draft.snapshot())
    owner = owners(topology)["198.51.100.43"]
    assert owner.services == ("shop/web", "shop/api")
    assert owner.words == "shop/web, shop/api"
    rules = {r.title: r for r in topology.all(LoadBalancer)[0].properties.load_balancing_rules}
    own, other = (owner_of_rule(topology, rules[each["name"]]) for each in (first, second))
    assert own is not None
    assert other is not None
    assert own.service_uid == owner.service_uid
    assert other.service_uid == UID


def test_a_name_alone_gives_the_uid_without_its_last_digit() -> None:
    draft = Draft("kubenet-vmss")
    name = tagged(draft, "shop/web")["name"]
    tagged(draft, "shop/web")["tags"] = None
    owner = owners(Topology(draft.snapshot()))["198.51.100.43"]
    assert owner.kind is OwnerKind.SERVICE
    assert owner.services == ()
    assert owner.service_uid is not None
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{11}\?", owner.service_uid)
    assert owner.service_uid.replace("-", "")[:-1] == name.removeprefix("kubernetes-a")
    assert owner.words == f"service with UID {owner.service_uid}"


def test_a_frontend_that_neither_tag_nor_name_explains_is_not_recognised() -> None:
    draft = Draft("kubenet-vmss")
    tagged(draft, "shop/web")["tags"] = None
    rule = balancer(draft)["loadBalancingRules"][0]["properties"]
    target = arm.frontend(draft.one(LOAD_BALANCERS)["id"], "own", public_ip=None)
    target["properties"]["publicIPAddress"] = arm.reference(tagged_id(draft, "198.51.100.43"))
    rule["frontendIPConfiguration"] = arm.reference(target["id"])
    parts = balancer(draft)["frontendIPConfigurations"]
    parts[:] = [
        each
        for each in parts
        if each["properties"]["publicIPAddress"] != target["properties"]["publicIPAddress"]
    ]
    parts.append(target)
    topology = Topology(draft.snapshot())
    assert owner_of_frontend(topology, frontends(topology)["own"]).kind is OwnerKind.UNRECOGNISED


def tagged_id(draft: Draft, address: str) -> str:
    (found,) = [
        each for each in draft.all(PUBLIC_IPS) if each["properties"]["ipAddress"] == address
    ]
    return str(found["id"])


def test_a_frontend_no_rule_uses_belongs_to_nobody_whatever_its_tags_say() -> None:
    draft = Draft("kubenet-vmss")
    rules = balancer(draft)["loadBalancingRules"]
    del rules[0]
    found = owners(Topology(draft.snapshot()))
    assert found["198.51.100.43"].kind is OwnerKind.NOBODY
    assert found["198.51.100.43"].because == (
        "no rule uses the frontend; its tags still name shop/web"
    )
    assert found["198.51.100.97"].kind is OwnerKind.SERVICE


def test_an_address_attached_to_nothing_is_an_orphan_and_says_what_its_tags_claim() -> None:
    draft = Draft("kubenet-vmss")
    tags = {"k8s-azure-service": "shop/gone"}
    draft.add(arm.public_ip(draft.group, "kubernetes-x", "198.51.100.5", location=WHERE, tags=tags))
    draft.add(arm.public_ip(draft.group, "spare", "198.51.100.6", location=WHERE))
    topology = Topology(draft.snapshot())
    gone, spare = address_of(topology, "kubernetes-x"), address_of(topology, "spare")
    assert (gone.kind, spare.kind) == (OwnerKind.NOBODY, OwnerKind.NOBODY)
    assert "shop/gone" in gone.because
    assert "tags" not in spare.because
    assert gone.services == ()


def test_an_address_on_a_nodes_configuration_is_the_nodes() -> None:
    draft = Draft("seed-kubenet")
    draft.add(arm.public_ip(draft.group, "node-ip", "203.0.113.5", location=WHERE))
    target = tagged_id(draft, "203.0.113.5")
    configuration = draft.configurations(INTERFACES)[0]["properties"]
    configuration["publicIPAddress"] = arm.reference(target)
    owner = address_of(Topology(draft.snapshot()), "node-ip")
    assert owner.kind is OwnerKind.NODE
    assert "aks-nodepool1-19374625-0" in owner.because
    assert "aks-nodepool1-19374625-nic-0" in owner.because


def test_an_address_on_another_machines_configuration_is_no_nodes() -> None:
    draft = Draft("seed-kubenet")
    interface = arm.resource_id(draft.group, INTERFACES, "nic-jump")
    draft.add(arm.public_ip(draft.group, "jump-ip", "203.0.113.5", location=WHERE))
    target = tagged_id(draft, "203.0.113.5")
    subnet = draft.configurations(INTERFACES)[0]["properties"]["subnet"]["id"]
    configuration = arm.ip_configuration(
        interface, "ipconfig1", "10.240.0.9", subnet=subnet, public_ip=target
    )
    draft.add(
        arm.network_interface(
            draft.group, "nic-jump", location=WHERE, configurations=[configuration]
        )
    )
    owner = address_of(Topology(draft.snapshot()), "jump-ip")
    assert owner.kind is OwnerKind.OTHER_RESOURCE
    assert owner.words == "network interface nic-jump"
    assert "no node's" in owner.because


def instance_address(draft: Draft) -> ResourceId:
    """Give the second node a public address, whose document is not added."""
    configuration = draft.configurations(SCALE_SET_INTERFACES, 1)[0]
    target = f"{configuration['id']}/publicIPAddresses/pub"
    configuration["properties"]["publicIPAddress"] = arm.reference(target)
    return ResourceId(target)


@pytest.mark.parametrize("is_refused", [True, False])
def test_an_address_on_a_scale_set_instance_is_its_nodes_though_not_seen(is_refused: bool) -> None:
    draft = Draft("kubenet-vmss")
    scale_set = instance_address(draft).ancestor(SCALE_SETS)
    assert scale_set is not None
    refusals = [Refusal(scale_set, SCALE_SET_PUBLIC_IP_TYPE)] if is_refused else []
    ways_in = analyze(refused(draft.snapshot(), refusals)).ways_in
    (entry,) = [each for each in ways_in.entries if each.public_ip == "pub"]
    assert entry.owner.kind is OwnerKind.NODE
    assert isinstance(entry.address, Unknown) == is_refused
    assert [each.node for each in entry.nodes] == ["aks-nodepool1-18264093-vmss000001"]


def test_an_address_of_a_nat_gateway_is_the_gateways() -> None:
    draft = Draft("kubenet-vmss")
    draft.add(arm.public_ip(draft.group, "nat-ip", "198.51.100.5", location=WHERE))
    target = tagged_id(draft, "198.51.100.5")
    draft.add(arm.nat_gateway(draft.group, "nat", location=WHERE, public_ips=[target]))
    owner = address_of(Topology(draft.snapshot()), "nat-ip")
    assert owner.kind is OwnerKind.NAT_GATEWAY
    assert "nat" in owner.because


def test_the_api_servers_frontend_is_told_by_its_name() -> None:
    draft = Draft("kubenet-vmss")
    target = arm.resource_id(draft.group, LOAD_BALANCERS, "kube-apiserver")
    draft.add(
        arm.load_balancer(
            draft.group,
            "kube-apiserver",
            location=WHERE,
            frontends=[
                arm.frontend(
                    target,
                    "kube-apiserver-frontend",
                    private_address="10.226.0.4",
                    subnet=f"{draft.one('Microsoft.Network/virtualNetworks')['id']}/subnets/api",
                )
            ],
            rules=[
                arm.load_balancing_rule(
                    target, "api", frontend_name="kube-apiserver-frontend", port=443
                )
            ],
        )
    )
    topology = Topology(draft.snapshot())
    owner = owner_of_frontend(topology, frontends(topology)["kube-apiserver-frontend"])
    assert owner.kind is OwnerKind.API_SERVER


def test_without_the_load_balancer_the_address_itself_tells() -> None:
    snapshot = bundled("kubenet-vmss")
    refusal = Refusal(Topology(snapshot).all(LoadBalancer)[0].id)
    found = owners(Topology(refused(snapshot, [refusal])))
    assert found["198.51.100.12"].kind is OwnerKind.OUTBOUND
    assert found["198.51.100.43"].services == ("shop/web",)


def test_an_address_whose_load_balancer_was_refused_is_unknown_without_a_tag() -> None:
    draft = Draft("kubenet-vmss")
    tagged(draft, "shop/web")["tags"] = {"owner": "me"}
    snapshot = draft.snapshot()
    cut = refused(snapshot, [Refusal(ResourceId(draft.one(LOAD_BALANCERS)["id"]))])
    owner = owners(Topology(cut))["198.51.100.43"]
    assert owner.kind is OwnerKind.UNKNOWN
    assert owner.because == "load balancer kubernetes could not be seen"


def test_an_address_that_says_it_is_in_use_but_nothing_uses_is_not_recognised() -> None:
    draft = Draft("kubenet-vmss")
    address = tagged(draft, "shop/web")
    address["tags"] = {"owner": "me"}
    gone = f"{draft.one(LOAD_BALANCERS)['id']}/frontendIPConfigurations/gone"
    address["properties"]["ipConfiguration"] = arm.reference(gone)
    target = str(address["id"]).lower()
    parts = balancer(draft)["frontendIPConfigurations"]
    parts[:] = [
        each for each in parts if each["properties"]["publicIPAddress"]["id"].lower() != target
    ]
    owner = owners(Topology(draft.snapshot()))["198.51.100.43"]
    assert owner.kind is OwnerKind.UNRECOGNISED
    assert owner.because == "attached to gone"


def test_an_address_that_was_refused_has_the_owner_its_frontend_tells() -> None:
    snapshot = bundled("kubenet-vmss")
    draft = Draft("kubenet-vmss")
    target = ResourceId(tagged(draft, "shop/web")["id"])
    cut = refused(snapshot, [Refusal(target)])
    topology = Topology(cut)
    frontend = frontends(topology)[target.name.removeprefix("kubernetes-")]
    owner = owner_of_frontend(topology, frontend)
    assert (owner.kind, owner.services) == (OwnerKind.SERVICE, ())
    assert owner.service_uid is not None
    (entry,) = [each for each in analyze(cut).ways_in.entries if each.id == target]
    assert entry.owner == owner
    assert isinstance(entry.address, Unknown)


def test_every_kind_of_owner_has_words() -> None:
    assert all(Owner(kind=kind, services=("a/b",)).words for kind in OwnerKind)


def test_a_backend_pool_named_after_a_service_narrows_a_shared_frontend() -> None:
    topology = Topology(bundled("multi-balancer"))
    rules = (
        rule
        for balancer in topology.all(LoadBalancer)
        for rule in balancer.properties.load_balancing_rules
    )
    owners = {rule.title[-8:]: owner_of_rule(topology, rule) for rule in rules}
    named = [each.services for each in owners.values() if each is not None]
    assert ("loyalty/points",) in named
    assert ("loyalty/points", "loyalty/partners") in named
