"""What a move changes, cluster by cluster, and with planted odds."""

from functools import cache
from typing import Any

import pytest

from fixtures import documents as arm
from fixtures.scenarios import SCENARIOS
from inspector.cluster.devices import DeviceType
from inspector.network.models import NetworkModel, network_model
from inspector.network.targets import Target, way_to
from inspector.planning.figures import Figure
from inspector.planning.moves.effects import (
    CallerKind,
    Effects,
    PodCIDRChoice,
    PodCIDRProposal,
    ReachChange,
    RuleChange,
    RuleSide,
    SituationNeeds,
    Way,
    effects_of,
)
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from inspector.what_if import WhatIf, suppose
from tests.odd_clusters import (
    NETWORKS,
    ROUTE_TABLES,
    SECURITY_GROUPS,
    Draft,
    bundled,
    refusal_of,
    refused,
)

NETWORK = "Microsoft.Network/virtualNetworks"


def effects(
    snapshot: Snapshot | Draft,
    to: Target = Target.OVERLAY,
    on_premises: tuple[str, ...] = (),
    what_if: WhatIf | None = None,
) -> Effects:
    """Return the effects of a cluster's move by the way there is."""
    found = snapshot.snapshot() if isinstance(snapshot, Draft) else snapshot
    today = Topology(found)
    supposed = Topology(suppose(found, what_if)) if what_if is not None else today
    profile = today.cluster.properties.network_profile
    model = network_model(profile, today.cluster.properties.agent_pool_profiles)
    return effects_of(today, supposed, way_to(to, model), to=to, on_premises=on_premises)


@cache
def of(name: str, to: Target = Target.OVERLAY) -> Effects:
    """Return the effects of a bundled cluster's move."""
    return effects(bundled(name), to)


def proposed(found: Effects) -> PodCIDRProposal:
    """Return the proposal that there has to be."""
    assert found.pod_cidr is not None
    return found.pod_cidr


def number(figure: Figure | None) -> int:
    """Return the number that there has to be."""
    assert figure is not None
    assert figure.number is not None
    return figure.number


def numbers(needs: SituationNeeds | None) -> tuple[int, ...]:
    """Return what is needed now, in an upgrade, at the maximum, and in an upgrade of that."""
    assert needs is not None
    fields = (needs.now, needs.upgrade, needs.maximum, needs.maximum_and_upgrade)
    return tuple(map(number, fields))


def subnet_id(draft: Draft, place: int = 0) -> str:
    """Return the id of a subnet of the first network."""
    return str(draft.one(NETWORKS)["properties"]["subnets"][place]["id"])


def add_subnet(draft: Draft, name: str, prefix: str, **fields: Any) -> arm.Document:
    """Add a subnet to the first network and return it."""
    network = draft.one(NETWORKS)
    subnet = {
        "id": f"{network['id']}/subnets/{name}",
        "name": name,
        "type": f"{NETWORK}/subnets",
        "properties": {"addressPrefix": prefix, **fields},
    }
    network["properties"]["subnets"].append(subnet)
    return subnet


def peer(draft: Draft, name: str, *prefixes: str, state: str = "Connected") -> None:
    """Peer the first network with another one."""
    network = draft.one(NETWORKS)
    peerings = network["properties"].setdefault("virtualNetworkPeerings", [])
    subscription = str(draft.cluster["id"]).split("/")[2]
    remote = f"/subscriptions/{subscription}/resourceGroups/rg-far/providers/{NETWORK}/vnet-{name}"
    peerings.append(
        {
            "id": f"{network['id']}/virtualNetworkPeerings/{name}",
            "name": name,
            "properties": {
                "peeringState": state,
                "remoteVirtualNetwork": {"id": remote},
                "remoteAddressSpace": {"addressPrefixes": list(prefixes)},
            },
        }
    )


def rule(draft: Draft, name: str, source: str, destination: str, **fields: Any) -> None:
    """Add an inbound rule to the first security group."""
    group = draft.one(SECURITY_GROUPS)
    group["properties"].setdefault("securityRules", []).append(
        {
            "id": f"{group['id']}/securityRules/{name}",
            "name": name,
            "properties": {
                "access": "Allow",
                "direction": "Inbound",
                "priority": 300,
                "protocol": "*",
                "sourcePortRange": "*",
                "destinationPortRange": "*",
                "sourceAddressPrefix": source,
                "destinationAddressPrefix": destination,
                **fields,
            },
        }
    )


GATEWAY = "Microsoft.Network/applicationGateways"


def with_application_gateway() -> Draft:
    """Return kubenet with an application gateway on a subnet that has the cluster's table."""
    draft = Draft("kubenet-vmss")
    gateway = f"{draft.group}/providers/{GATEWAY}/agw-shop/gatewayIPConfigurations/gw"
    table = draft.one(ROUTE_TABLES)
    subnet = add_subnet(
        draft,
        "snet-agw",
        "10.239.0.0/24",
        routeTable={"id": table["id"]},
        ipConfigurations=[{"id": gateway}],
    )
    table["properties"].setdefault("subnets", []).append({"id": subnet["id"]})
    return draft


@pytest.mark.parametrize(
    ("name", "to", "expected"),
    [
        ("kubenet-vmss", Target.OVERLAY, (PodCIDRChoice.KEEP, "10.244.0.0/16", 4, 256)),
        ("kubenet-vmss", Target.CILIUM, (PodCIDRChoice.KEEP, "10.244.0.0/16", 4, 256)),
        ("seed-kubenet", Target.OVERLAY, (PodCIDRChoice.REPLACE, "172.16.0.0/16", 2, 256)),
        ("basic-balancer", Target.OVERLAY, (PodCIDRChoice.REPLACE, "172.16.0.0/16", 3, 256)),
        ("kubenet-dual-stack", Target.OVERLAY, (PodCIDRChoice.KEEP, "10.244.0.0/16", 3, 256)),
        ("cni-nodesubnet", Target.OVERLAY, (PodCIDRChoice.SET, "10.244.0.0/16", 4, 256)),
        ("private-udr", Target.OVERLAY, (PodCIDRChoice.SET, "10.244.0.0/16", 3, 256)),
        ("broken-kubenet", Target.OVERLAY, (PodCIDRChoice.REPLACE, "172.16.0.0/16", 49, 256)),
        ("byo-cni", Target.OVERLAY, (PodCIDRChoice.KEEP, "10.244.0.0/16", 6, 256)),
        ("cni-podsubnet", Target.OVERLAY, (PodCIDRChoice.SET, "10.244.0.0/16", 6, 256)),
    ],
)
def test_the_pod_cidr_of_a_move(
    name: str, to: Target, expected: tuple[PodCIDRChoice, str, int, int]
) -> None:
    found = proposed(of(name, to))
    choice, cidr, needed, slices = expected
    assert (found.choice, found.cidr, found.slices) == (choice, cidr, slices)
    assert number(found.slices_needed) == needed
    assert found.spare == slices - needed
    assert not found.missing
    assert not found.doubts


@pytest.mark.parametrize(
    ("name", "to"),
    [
        ("cni-overlay", Target.OVERLAY),
        ("half-migrated", Target.CILIUM),
        ("cni-nodesubnet", Target.CILIUM),
        ("cni-nodesubnet", Target.POD_SUBNET),
        ("kubenet-vmss", Target.NODE_SUBNET),
    ],
)
def test_a_move_without_overlay_proposes_no_pod_cidr(name: str, to: Target) -> None:
    assert of(name, to).pod_cidr is None


def test_the_present_pod_cidr_meets_the_network_that_aks_made_around_it() -> None:
    found = proposed(of("seed-kubenet"))
    assert [(each.pod_cidr, each.range, each.role) for each in found.present_meets] == [
        ("10.244.0.0/16", "10.0.0.0/8", "virtual network")
    ]
    assert found.reason == (
        "the present one meets virtual network aks-vnet-19374625 (10.0.0.0/8); this private range "
        "meets no other"
    )


def test_a_pod_cidr_that_is_too_small_grows_in_place() -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile.update(podCidr="10.244.0.0/18", podCidrs=["10.244.0.0/18"])
    found = proposed(effects(draft, what_if=WhatIf(nodes={"": 100}, max_surge={"": "1"})))
    assert found.present_slices == 64
    assert number(found.slices_needed) == 101
    assert (found.choice, found.cidr) == (PodCIDRChoice.ENLARGE, "10.244.0.0/16")
    assert (found.slices, found.spare) == (256, 155)


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [(3, "10.244.0.0/16"), (204, "10.244.0.0/16"), (205, "10.244.0.0/15"), (900, "10.248.0.0/13")],
)
def test_a_new_pod_cidr_is_as_large_as_the_default_or_as_the_nodes_need(
    nodes: int, expected: str
) -> None:
    surge = WhatIf(nodes={"": nodes}, max_surge={"": "0"})
    assert proposed(effects(bundled("cni-nodesubnet"), what_if=surge)).cidr == expected


def test_a_new_pod_cidr_is_smaller_only_where_no_range_of_that_size_is_free() -> None:
    rest = ("10.0.0.0/8", "172.16.0.0/12", "192.168.128.0/17", "100.64.0.0/10")
    found = proposed(effects(bundled("cni-nodesubnet"), on_premises=rest))
    assert (found.cidr, found.slices) == ("192.168.0.0/17", 128)


def test_a_pod_cidr_that_cannot_grow_is_replaced() -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile.update(podCidr="10.244.0.0/18", podCidrs=["10.244.0.0/18"])
    found = effects(draft, on_premises=("10.244.64.0/18",), what_if=WhatIf(nodes={"": 100}))
    assert proposed(found).choice is PodCIDRChoice.REPLACE
    assert proposed(found).cidr == "10.245.0.0/16"


@pytest.mark.parametrize(
    ("authorized", "expected"),
    [
        ((), "10.245.0.0/16"),
        (("203.0.113.0/24", "nonsense"), "10.245.0.0/16"),
        (("10.245.3.7/32",), "10.246.0.0/16"),
        (("10.0.0.0/8",), "172.16.0.0/16"),
        (("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"), "10.245.0.0/16"),
    ],
)
def test_a_new_pod_cidr_keeps_away_from_who_may_call_the_api_server_while_there_is_room(
    authorized: tuple[str, ...], expected: str
) -> None:
    draft = Draft("kubenet-vmss")
    draft.cluster["properties"]["apiServerAccessProfile"] = {"authorizedIPRanges": [*authorized]}
    found = proposed(effects(draft, on_premises=("10.244.64.0/18",)))
    assert (found.choice, found.cidr) == (PodCIDRChoice.REPLACE, expected)


def test_the_present_pod_cidr_may_stay_among_who_may_call_the_api_server() -> None:
    draft = Draft("kubenet-vmss")
    draft.cluster["properties"]["apiServerAccessProfile"] = {"authorizedIPRanges": ["10.0.0.0/8"]}
    assert proposed(effects(draft)).choice is PodCIDRChoice.KEEP


@pytest.mark.parametrize(("on_premises", "is_noted"), [((), True), (("10.244.7.0/24",), False)])
def test_ranges_on_premises_count_and_their_absence_is_said(
    on_premises: tuple[str, ...], *, is_noted: bool
) -> None:
    found = proposed(effects(bundled("kubenet-vmss"), on_premises=on_premises))
    assert any("on premises are not in ARM" in each for each in found.notes) is is_noted
    assert (found.choice is PodCIDRChoice.KEEP) is is_noted


def test_a_reserved_pod_cidr_is_replaced() -> None:
    draft = Draft("kubenet-vmss")
    draft.network_profile.update(podCidr="172.30.0.0/16", podCidrs=["172.30.0.0/16"])
    found = proposed(effects(draft))
    assert found.choice is PodCIDRChoice.REPLACE
    assert [each.words for each in found.present_meets] == [
        "172.30.0.0/16, which AKS reserves",
    ]
    assert found.present_meets[0].role is None


def test_no_range_is_named_when_none_is_left() -> None:
    whole = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
    found = proposed(effects(bundled("kubenet-vmss"), on_premises=whole))
    assert (found.choice, found.cidr) == (PodCIDRChoice.NONE_LEFT, None)
    assert found.reason.endswith("no private /21 is left that meets nothing")


def test_no_range_is_proposed_while_a_network_is_hidden() -> None:
    snapshot = bundled("kubenet-vmss")
    hidden = refused(snapshot, [refusal_of(snapshot, NETWORKS)])
    found = effects(hidden)
    assert (proposed(found).choice, proposed(found).cidr) == (PodCIDRChoice.UNKNOWN, None)
    assert [each.action for each in proposed(found).missing] == [f"{NETWORK}/read"]
    assert proposed(found).missing[0] in found.reach.missing


def test_the_pods_of_auto_provisioned_nodes_are_not_guessed() -> None:
    draft = Draft("cni-nodesubnet")
    draft.cluster["properties"]["nodeProvisioningProfile"] = {"mode": "Auto"}
    every = effects(draft)
    found, (need,) = proposed(every), every.addresses.subnets
    assert number(need.after.now) == 3
    assert need.after.maximum.number is need.needed.number is need.is_enough is None
    assert (found.choice, found.cidr) == (PodCIDRChoice.UNKNOWN, None)
    assert found.doubts == (
        "node auto-provisioning adds nodes up to limits that ARM does not show",
    )


def test_the_cluster_s_fields_change_step_by_step() -> None:
    fields = of("kubenet-vmss", Target.CILIUM).changes.fields
    assert [
        (each.field.rpartition(".")[2], each.before, each.after, each.step) for each in fields
    ] == [
        ("networkPlugin", "kubenet", "azure", Target.OVERLAY),
        ("networkPluginMode", None, "overlay", Target.OVERLAY),
        ("networkDataplane", None, "cilium", Target.CILIUM),
    ]


@pytest.mark.parametrize(
    ("name", "to", "change"),
    [
        ("broken-kubenet", Target.OVERLAY, None),
        ("broken-kubenet", Target.CILIUM, ("azure", "cilium")),
        ("cni-overlay", Target.CILIUM, ("calico", "cilium")),
        ("cni-nodesubnet", Target.CILIUM, None),
    ],
)
def test_a_policy_engine_is_replaced_by_cilium(
    name: str, to: Target, change: tuple[str, str] | None
) -> None:
    found = [
        (each.before, each.after)
        for each in of(name, to).changes.fields
        if each.field.endswith("networkPolicy")
    ]
    assert found == ([change] if change is not None else [])


def test_a_policy_engine_is_off_during_the_update() -> None:
    for name, is_noted in (("broken-kubenet", True), ("kubenet-vmss", False)):
        notes = of(name).changes.notes
        assert any("policy engine has to be off" in each for each in notes) is is_noted


def test_who_reaches_the_pods_of_another_cni_is_not_made_up() -> None:
    found = of("byo-cni").reach
    assert not found.is_told
    assert (found.reached_today_by, found.callers) == ("not told by ARM", ())


def test_a_table_that_aks_made_goes_with_its_routes() -> None:
    (table,) = of("kubenet-vmss").changes.route_tables
    assert (table.is_deleted, table.pod_routes, table.others) == (True, 3, ())
    assert [each.name for each in table.subnets] == ["aks-subnet"]
    assert table.shared_with == ()


def test_a_table_of_the_user_s_keeps_what_is_not_the_cluster_s() -> None:
    found = of("broken-kubenet").changes
    (table,) = found.route_tables
    assert (table.name, table.is_deleted, table.pod_routes) == ("rt-ledger", False, 6)
    assert [each.name for each in table.others] == [
        "to-mainframe",
        "aks-agents-77120934-vmss000000____102456400",
    ]
    assert any(each.startswith("rt-ledger is yours and stays.") for each in found.notes)


def test_a_route_of_the_user_s_is_lost_with_a_table_that_aks_made() -> None:
    draft = Draft("kubenet-vmss")
    table = draft.one(ROUTE_TABLES)
    table["properties"]["routes"].append(
        {
            "id": f"{table['id']}/routes/to-firewall",
            "name": "to-firewall",
            "properties": {
                "addressPrefix": "0.0.0.0/0",
                "nextHopType": "VirtualAppliance",
                "nextHopIpAddress": "10.200.0.4",
            },
        }
    )
    draft.network_profile["outboundType"] = "userDefinedRouting"
    every = effects(draft)
    found = every.changes
    (route,) = found.route_tables[0].others
    assert (route.name, route.prefix, route.next_hop) == ("to-firewall", "0.0.0.0/0", "10.200.0.4")
    assert any("is deleted with 1 route that the cluster did not write" in x for x in found.notes)
    assert [each.ends_with for each in every.stays.ways_out] == [found.route_tables[0].name]
    (kept,) = effects(draft, Target.NODE_SUBNET).stays.ways_out
    assert kept.ends_with is None


@pytest.mark.parametrize(
    ("name", "pools"),
    [
        ("cni-nodesubnet", [("nodepool1", 3, 87, 1, [("snet-aks", 84)])]),
        ("private-udr", [("nodepool1", 2, 58, 1, [("snet-aks", 56)])]),
        ("kubenet-vmss", []),
    ],
)
def test_secondary_addresses_go_back_to_their_subnet(name: str, pools: list[Any]) -> None:
    found = of(name).changes.interfaces
    assert [
        (
            each.pool,
            each.interfaces,
            each.before,
            each.after,
            [(freed.subnet.name, freed.addresses) for freed in each.freed],
        )
        for each in found
    ] == pools


def test_scale_sets_get_the_tag_of_overlay_unless_they_have_it() -> None:
    assert [each.name for each in of("kubenet-vmss").changes.tags] == [
        "aks-nodepool1-18264093-vmss"
    ]
    assert of("seed-kubenet").changes.tags == ()
    assert of("cni-overlay", Target.CILIUM).changes.tags == ()


def test_an_application_gateway_on_the_table_loses_reach_and_is_in_the_way() -> None:
    found = effects(with_application_gateway())
    (caller,) = found.reach.callers
    assert (caller.kind, caller.name, caller.change) == (
        CallerKind.SUBNET,
        "snet-agw",
        ReachChange.LOSES,
    )
    assert caller.through == "aks-agentpool-30517864-routetable"
    assert isinstance(caller.devices, tuple)
    assert [each.type for each in caller.devices] == [DeviceType.APPLICATION_GATEWAY]
    (table,) = found.changes.route_tables
    assert [each.name for each in table.shared_with] == ["snet-agw"]
    assert any("azure-aks-docs issue 334" in each for each in found.changes.notes)


def test_only_peers_are_told_of_under_kubenet_when_nothing_is_on_the_table() -> None:
    found = of("broken-kubenet").reach.callers
    assert [(each.name, each.change) for each in found] == [
        ("to-analytics", ReachChange.MAY_LOSE),
        ("to-hub", ReachChange.HAD_NONE),
    ]
    assert of("kubenet-vmss").reach.callers == ()


@pytest.mark.parametrize(
    ("name", "callers"),
    [
        ("cni-nodesubnet", [("to-hub", ReachChange.LOSES)]),
        (
            "private-udr",
            [
                ("snet-agw", ReachChange.LOSES),
                ("snet-aks", ReachChange.LOSES),
                ("snet-mgmt", ReachChange.LOSES),
                ("peer-to-hub", ReachChange.LOSES),
            ],
        ),
    ],
)
def test_who_is_in_the_network_or_peered_loses_the_pods_of_a_node_subnet(
    name: str, callers: list[tuple[str, ReachChange]]
) -> None:
    found = of(name).reach
    assert [(each.name, each.change) for each in found.callers] == callers
    assert "the address of its node" == found.seen_as_then != found.seen_as_today


def test_who_is_around_gains_the_pods_of_a_node_subnet() -> None:
    draft = Draft("kubenet-vmss")
    peer(draft, "to-hub", "10.50.0.0/16")
    gateway = f"{draft.group}/providers/Microsoft.Network/virtualNetworkGateways/vpn"
    connected = [{"id": f"{gateway}/ipConfigurations/default"}]
    add_subnet(draft, "GatewaySubnet", "10.239.1.0/24", ipConfigurations=connected)
    found = effects(draft, Target.NODE_SUBNET)
    assert found.way is Way.NEW_CLUSTER
    assert [(each.kind, each.change) for each in found.reach.callers] == [
        (CallerKind.PEERING, ReachChange.GAINS),
        (CallerKind.GATEWAY, ReachChange.GAINS),
    ]


def test_a_copy_of_the_pod_routes_is_left_behind() -> None:
    draft = Draft("kubenet-vmss")
    table = draft.one(ROUTE_TABLES)
    copy_id = str(table["id"]).replace("aks-agentpool-30517864-routetable", "rt-agw")
    routes = [
        {**each, "id": f"{copy_id}/routes/{each['name']}"} for each in table["properties"]["routes"]
    ]
    subnet = add_subnet(draft, "snet-agw", "10.239.0.0/24", routeTable={"id": copy_id})
    draft.add(
        {
            **table,
            "id": copy_id,
            "name": "rt-agw",
            "properties": {"routes": routes, "subnets": [{"id": subnet["id"]}]},
        }
    )
    found = effects(draft).reach
    assert [(each.name, each.change) for each in found.callers] == [("snet-agw", ReachChange.LOSES)]
    assert [each.table for each in found.routes] == ["rt-agw"] * 3


@pytest.mark.parametrize(
    ("name", "source", "destination", "change"),
    [
        ("kubenet-vmss", "10.244.0.0/16", "*", RuleChange.STAYS),
        ("kubenet-vmss", "10.244.2.0/24", "*", RuleChange.STAYS),
        ("kubenet-vmss", "10.0.0.0/8", "*", None),
        ("kubenet-vmss", "10.50.0.0/16", "*", None),
        ("kubenet-vmss", "VirtualNetwork", "*", RuleChange.UNCERTAIN),
        ("seed-kubenet", "10.244.0.0/16", "*", RuleChange.ENDS),
        ("seed-kubenet", "172.16.0.0/12", "*", RuleChange.BEGINS),
        ("cni-nodesubnet", "10.60.0.0/22", "*", RuleChange.NARROWS),
        ("cni-nodesubnet", "10.60.0.4", "*", None),
        ("cni-nodesubnet", "10.60.0.5", "*", RuleChange.ENDS),
        ("cni-nodesubnet", "10.244.0.0/16", "*", RuleChange.BEGINS),
        ("cni-nodesubnet", "VirtualNetwork", "*", None),
    ],
)
def test_what_becomes_of_a_rule_that_names_pods(
    name: str, source: str, destination: str, change: RuleChange | None
) -> None:
    draft = Draft(name)
    rule(draft, "planted", source, destination)
    found = [each for each in effects(draft).reach.rules if each.name == "planted"]
    assert [(each.change, each.side, each.text) for each in found] == (
        [(change, RuleSide.SOURCE, source)] if change is not None else []
    )


def test_a_rule_that_would_stand_between_pods_is_told_before_the_move() -> None:
    draft = Draft("cni-nodesubnet")
    rule(draft, "own", "10.60.0.0/22", "10.60.0.0/22", priority=300)
    rule(draft, "deny-all", "*", "*", access="Deny", priority=4000)
    (denying,) = effects(draft).reach.denying
    assert (denying.name, denying.is_certain) == ("deny-all", True)
    assert {each.partition(" (")[0] for each in denying.traffic} == {
        "nodes to pods",
        "pods to pods",
    }
    rule(draft, "pods", "10.0.0.0/8", "10.0.0.0/8", priority=310)
    assert effects(draft).reach.denying == ()


def test_what_others_know_of_the_cluster_stays() -> None:
    found = of("kubenet-vmss").stays
    assert [(each.address, each.owner.words) for each in found.frontends] == [
        ("198.51.100.43", "shop/web"),
        ("198.51.100.97", "ingress-nginx/ingress-nginx-controller"),
    ]
    assert [each.addresses for each in found.ways_out] == [("198.51.100.12",)]
    assert found.service_cidrs == ("10.0.0.0/16",)
    assert found.is_same_cluster
    assert not of("kubenet-vmss", Target.NODE_SUBNET).stays.is_same_cluster


@pytest.mark.parametrize(
    ("name", "to", "expected"),
    [
        ("kubenet-vmss", Target.OVERLAY, ((3, 4, 3, 4), (3, 4, 3, 4), 4, 28)),
        ("kubenet-vmss", Target.NODE_SUBNET, ((3, 4, 3, 4), (333, 444, 333, 444), 444, 23)),
        ("cni-nodesubnet", Target.OVERLAY, ((93, 124, 93, 124), (3, 4, 3, 4), 4, 28)),
        ("private-udr", Target.OVERLAY, ((62, 93, 62, 93), (2, 3, 2, 3), 5, 28)),
        ("kubenet-dual-stack", Target.OVERLAY, ((2, 3, 2, 3), (2, 3, 2, 3), 3, 29)),
        ("seed-kubenet", Target.NODE_SUBNET, ((1, 2, 1, 2), (111, 222, 111, 222), 222, 24)),
    ],
)
def test_what_the_nodes_subnet_has_to_hold(
    name: str,
    to: Target,
    expected: tuple[tuple[int, ...], tuple[int, ...], int, int],
) -> None:
    before, after, needed, smallest = expected
    need = of(name, to).addresses.subnets[0]
    assert (numbers(need.before), numbers(need.after)) == (before, after)
    assert need.difference == after[3] - before[3]
    assert (number(need.needed), need.smallest_prefix) == (needed, smallest)
    assert need.is_enough


def test_a_subnet_that_is_too_small_says_which_one_would_do() -> None:
    found = effects(
        bundled("cni-nodesubnet"), Target.POD_SUBNET, what_if=WhatIf(nodes={"": 50})
    ).addresses
    nodes, new_nodes, dynamic, static = found.subnets
    assert (number(nodes.needed), nodes.is_enough) == (55, True)
    assert (new_nodes.id, number(new_nodes.needed), new_nodes.smallest_prefix) == (None, 55, 26)
    assert number(dynamic.needed) == number(static.needed) == 55 * 32
    assert dynamic.smallest_prefix == static.smallest_prefix == 21
    assert (dynamic.model, static.model) == (
        NetworkModel.CNI_POD_SUBNET_DYNAMIC,
        NetworkModel.CNI_POD_SUBNET_STATIC,
    )
    assert dynamic.id is None
    assert dynamic.before is None
    assert numbers(found.after) == (50 * 33, 55 * 33, 50 * 33, 55 * 33)
    batch = next(
        each for each in of("broken-kubenet").addresses.subnets if each.name == "snet-batch"
    )
    assert (batch.usable, number(batch.needed), batch.is_enough) == (27, 45, False)
    assert batch.smallest_prefix == 26


def test_a_new_cluster_is_counted_beside_the_present_one() -> None:
    need, made = of("kubenet-vmss", Target.NODE_SUBNET).addresses.subnets
    assert (made.id, number(made.needed), made.smallest_prefix) == (None, 444, 23)
    assert {need.is_own, made.is_own} == {False}
    assert need.needed_beside == Figure(value=447, formula="(3 + 1) x 111 + 3")
    assert need.is_enough_beside
    (in_place,) = of("kubenet-vmss").addresses.subnets
    assert in_place.needed_beside is None
    assert in_place.is_enough_beside is None


def test_maxpods_that_arm_does_not_tell_leave_the_need_open() -> None:
    draft = Draft("kubenet-vmss")
    del draft.cluster["properties"]["agentPoolProfiles"][0]["maxPods"]
    need, _made = effects(draft, Target.NODE_SUBNET).addresses.subnets
    assert need.needed.unknown is not None
    assert need.needed.unknown.reason == "ARM does not tell maxPods of pool nodepool1"
    assert need.is_enough is need.smallest_prefix is need.difference is None
    assert numbers(need.before) == (3, 4, 3, 4)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("to", Target)
def test_the_data_plane_alone_concerns_no_address_and_nobody(name: str, to: Target) -> None:
    found = of(name, to)
    if found.model_today is not found.model_then or found.way is Way.NEW_CLUSTER:
        assert found.way is not Way.NONE
        return
    assert found.pod_cidr is None
    concerned = (found.reach.callers, found.reach.rules, found.reach.routes)
    assert not any((*concerned, found.changes.route_tables, found.changes.interfaces))
    assert all(each.before == each.after for each in found.addresses.subnets)
