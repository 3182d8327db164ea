"""The rehearsal of a move: its verdict, its conditions, its steps."""

import re
import shlex
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.scenarios import SCENARIOS
from inspector.cluster.move_conditions import Answer, Condition
from inspector.network.pool_sizes import most_nodes_with_surge
from inspector.planning.moves import MoveVerdict, Rehearsal, Step, Target, Weight, rehearse
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from inspector.what_if import WhatIf, suppose
from tests.odd_clusters import (
    NETWORKS,
    ROUTE_TABLES,
    Draft,
    bundled,
    refused,
    whatever_can_be_refused,
)

TODAY = date(2026, 11, 20)
READY, BLOCKED = MoveVerdict.READY, MoveVerdict.BLOCKED
UNSEEN, THERE, NO_WAY = MoveVerdict.NOT_VISIBLE, MoveVerdict.ALREADY_THERE, MoveVerdict.NO_WAY
C = Condition


def rehearsed(snapshot: Snapshot, to: Target, *on_premises: str, as_of: date = TODAY) -> Rehearsal:
    topology = Topology(snapshot)
    return rehearse(topology, topology, to, as_of=as_of, on_premises=on_premises)


@cache
def of_bundled(name: str, to: Target) -> Rehearsal:
    return rehearsed(bundled(name), to)


def unmet(rehearsal: Rehearsal) -> set[Condition]:
    return {each.id for each in rehearsal.conditions if each.answer is Answer.NOT_MET}


def hidden(rehearsal: Rehearsal) -> set[Condition]:
    return {each.id for each in rehearsal.conditions if each.answer is Answer.NOT_VISIBLE}


Came = tuple[MoveVerdict, set[Condition]]
NEW_NODES: Came = (NO_WAY, {C.NODE_SUBNET})
NEW_PODS: Came = (NO_WAY, {C.POD_SUBNET})
NEW: Came = (NO_WAY, set())
IS: Came = (THERE, set())
CLEAR: Came = (UNSEEN, set())
OLD = {C.KUBERNETES_VERSION, C.AVAILABILITY_SETS, C.IDENTITY, C.POD_CIDR_OUTSIDE}
SHARED = {C.NETWORK_POLICY, C.SHARED_TABLE, C.POD_CIDR_APART}
MIXED = {C.AT_REST, C.WINDOWS, C.POLICY_ENGINE}

EXPECTED: dict[str, tuple[Came, Came, Came, Came]] = {
    "seed-kubenet": ((BLOCKED, OLD), (BLOCKED, OLD), NEW, NEW),
    "basic-balancer": (
        (BLOCKED, {*OLD, C.LOAD_BALANCER}),
        (BLOCKED, {*OLD, C.LOAD_BALANCER}),
        NEW,
        NEW,
    ),
    "kubenet-vmss": ((BLOCKED, {C.IDENTITY}), (BLOCKED, {C.IDENTITY}), NEW, NEW),
    "kubenet-dual-stack": (
        (UNSEEN, {C.SINGLE_STACK}),
        (UNSEEN, {C.SINGLE_STACK}),
        NEW_NODES,
        NEW_PODS,
    ),
    "broken-kubenet": ((BLOCKED, SHARED), (BLOCKED, SHARED), NEW_NODES, NEW_PODS),
    "cni-nodesubnet": (CLEAR, CLEAR, IS, NEW),
    "virtual-nodes": ((BLOCKED, {C.VIRTUAL_NODES}), IS, IS, NEW_PODS),
    "private-udr": (CLEAR, CLEAR, IS, NEW_PODS),
    "broken-cni": (CLEAR, CLEAR, IS, NEW_PODS),
    "cni-podsubnet": (NEW, IS, NEW_NODES, IS),
    "cni-overlay": (IS, (BLOCKED, MIXED), NEW, NEW),
    "automatic": (IS, IS, NEW, NEW),
    "dual-stack": (IS, CLEAR, NEW_NODES, NEW_PODS),
    "virtual-machines": (IS, CLEAR, NEW_NODES, NEW_PODS),
    "multi-balancer": (IS, CLEAR, NEW, NEW),
    "isolated": (IS, IS, NEW, NEW),
    "half-migrated": (IS, CLEAR, NEW_NODES, NEW_PODS),
    "byo-cni": (NEW, NEW, NEW, NEW),
}
"""For each cluster what its moves to Overlay, Cilium, node subnet and pod subnet come to."""


def test_every_bundled_cluster_is_expected() -> None:
    assert set(EXPECTED) == set(SCENARIOS)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_verdict_and_what_is_not_met(name: str) -> None:
    came = tuple(
        (found.verdict, unmet(found)) for found in (of_bundled(name, each) for each in Target)
    )
    assert came == EXPECTED[name]


@pytest.mark.parametrize("to", Target)
@pytest.mark.parametrize("name", EXPECTED)
def test_the_counts_are_those_of_the_conditions(name: str, to: Target) -> None:
    found = of_bundled(name, to)
    assert found.met + found.blockers + found.risks + found.not_visible == len(found.conditions)
    assert (found.verdict is BLOCKED) == (found.blockers > 0 and bool(found.path))
    assert len({each.id for each in found.conditions}) == len(found.conditions)


@pytest.mark.parametrize("to", Target)
@pytest.mark.parametrize("name", EXPECTED)
def test_a_condition_that_is_not_met_says_why_and_what_to_do(name: str, to: Target) -> None:
    for each in of_bundled(name, to).conditions:
        assert each.why
        assert (each.remedy is None) == (each.answer is Answer.MET)
        if each.answer is Answer.NOT_MET and each.id not in {C.NODE_SUBNET, C.POD_SUBNET}:
            assert each.evidence


def ready() -> Draft:
    """Return a kubenet cluster that nothing keeps from its move."""
    draft = Draft("kubenet-vmss")
    draft.cluster["identity"] = {"type": "UserAssigned"}
    return draft


def pool(draft: Draft) -> Any:
    return draft.cluster["properties"]["agentPoolProfiles"][0]


def test_nothing_is_in_the_way_of_a_cluster_that_is_ready_but_what_arm_does_not_show() -> None:
    found = rehearsed(ready().snapshot(), Target.OVERLAY)
    assert (found.verdict, unmet(found), hidden(found)) == (UNSEEN, set(), {C.MASQUERADING})


def _set(**properties: Any) -> Callable[[Draft], None]:
    return lambda draft: draft.cluster["properties"].update(properties)


def _profile(**fields: Any) -> Callable[[Draft], None]:
    return lambda draft: draft.network_profile.update(fields)


def _pool(**fields: Any) -> Callable[[Draft], None]:
    return lambda draft: pool(draft).update(fields)


def _peer(draft: Draft) -> None:
    draft.one(NETWORKS)["properties"]["virtualNetworkPeerings"] = [
        {
            "id": f"{draft.one(NETWORKS)['id']}/virtualNetworkPeerings/hub",
            "name": "hub",
            "properties": {"remoteAddressSpace": {"addressPrefixes": ["10.244.0.0/20"]}},
        }
    ]


def _gateway_subnet(draft: Draft) -> None:
    network, table = draft.one(NETWORKS), draft.one(ROUTE_TABLES)
    subnet = {
        "id": f"{network['id']}/subnets/ingress-appgateway-subnet",
        "name": "ingress-appgateway-subnet",
        "properties": {"addressPrefix": "10.225.0.0/24", "routeTable": {"id": table["id"]}},
    }
    network["properties"]["subnets"].append(subnet)
    table["properties"].setdefault("subnets", []).append({"id": subnet["id"]})


def _route(draft: Draft) -> None:
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


def _wide_network(draft: Draft) -> None:
    draft.one(NETWORKS)["properties"]["addressSpace"]["addressPrefixes"] = ["10.0.0.0/8"]


def _long_names(draft: Draft) -> None:
    network = draft.one(NETWORKS)
    named = f"{network['id']}/subnets/{'n' * 64}"
    network["properties"]["subnets"][0] |= {"id": named, "name": "n" * 64}
    pool(draft)["vnetSubnetID"] = named


TO_KNOW = {C.SINGLE_STACK, C.GATEWAY_INGRESS, C.NETWORK_NAMES, C.ROUTES_LOST}
"""What no step settles."""

ADD_ON = {"enabled": True}
PLANTED: dict[str, tuple[Callable[[Draft], None], Target, set[Condition]]] = {
    "old version": (
        _set(currentKubernetesVersion="1.26.9"),
        Target.OVERLAY,
        {C.KUBERNETES_VERSION},
    ),
    "system identity": (
        lambda draft: draft.cluster.update(identity={"type": "SystemAssigned"}),
        Target.OVERLAY,
        {C.IDENTITY},
    ),
    "service principal": (
        lambda draft: draft.cluster.update(identity=None),
        Target.OVERLAY,
        {C.IDENTITY},
    ),
    "calico": (_profile(networkPolicy="calico"), Target.OVERLAY, {C.NETWORK_POLICY}),
    "availability set": (_pool(type="AvailabilitySet"), Target.OVERLAY, {C.AVAILABILITY_SETS}),
    "basic balancer": (_profile(loadBalancerSku="basic"), Target.OVERLAY, {C.LOAD_BALANCER}),
    "few slices": (
        _profile(podCidr="10.244.0.0/23", podCidrs=["10.244.0.0/23"]),
        Target.OVERLAY,
        {C.POD_CIDR_SLICES},
    ),
    "peer": (_peer, Target.OVERLAY, {C.POD_CIDR_APART}),
    "reserved range": (
        _profile(podCidr="172.30.0.0/16", podCidrs=["172.30.0.0/16"]),
        Target.OVERLAY,
        {C.POD_CIDR_APART},
    ),
    "dual stack": (_profile(ipFamilies=["IPv4", "IPv6"]), Target.OVERLAY, {C.SINGLE_STACK}),
    "windows": (_pool(osType="Windows"), Target.CILIUM, {C.WINDOWS, C.WINDOWS_BUILD}),
    "updating": (_set(provisioningState="Updating"), Target.OVERLAY, {C.AT_REST}),
    "stopped pool": (_pool(powerState={"code": "Stopped"}), Target.OVERLAY, {C.AT_REST}),
    "long names": (_long_names, Target.OVERLAY, {C.NETWORK_NAMES}),
    "enclaves": (_pool(vmSize="Standard_DC4s_v2"), Target.OVERLAY, {C.NODE_SIZES}),
    "virtual nodes": (
        _set(addonProfiles={"aciConnectorLinux": ADD_ON}),
        Target.OVERLAY,
        {C.VIRTUAL_NODES},
    ),
    "gateway": (
        _set(addonProfiles={"ingressApplicationGateway": ADD_ON}),
        Target.OVERLAY,
        {C.GATEWAY_INGRESS},
    ),
    "route of the user's": (_route, Target.OVERLAY, {C.ROUTES_LOST}),
    "network around the pod CIDR": (_wide_network, Target.OVERLAY, {C.POD_CIDR_OUTSIDE}),
    "gateway subnet": (_gateway_subnet, Target.OVERLAY, {C.ROUTE_TABLE}),
    "auto-provisioning": (
        _set(nodeProvisioningProfile={"mode": "Auto"}),
        Target.CILIUM,
        {C.AUTO_PROVISIONING},
    ),
    "removed images": (
        _pool(osSKU="AzureLinux", nodeImageVersion="AKSAzureLinux-V2gen2-202502.09.0"),
        Target.OVERLAY,
        {C.NODE_IMAGES},
    ),
}


@pytest.mark.parametrize(("plant", "to", "expected"), PLANTED.values(), ids=PLANTED.keys())
def test_one_thing_wrong_is_one_condition_not_met(
    plant: Callable[[Draft], None], to: Target, expected: set[Condition]
) -> None:
    draft = ready()
    plant(draft)
    found = rehearsed(draft.snapshot(), to)
    if expected == {C.WINDOWS, C.WINDOWS_BUILD}:
        assert unmet(found) | (hidden(found) & expected) == expected
    else:
        assert unmet(found) == expected
    risks = {each.id for each in found.conditions if each.weight is Weight.RISK}
    assert (found.verdict is BLOCKED) == bool(unmet(found) - risks)


def test_ranges_on_premises_count_once_they_are_named() -> None:
    plain = rehearsed(ready().snapshot(), Target.OVERLAY)
    (apart,) = (each for each in plain.conditions if each.id is C.POD_CIDR_APART)
    assert apart.words.endswith("; those on premises are not known")
    found = rehearsed(ready().snapshot(), Target.OVERLAY, "10.244.128.0/24")
    assert unmet(found) == {C.POD_CIDR_APART}


def test_the_identity_gets_rights_on_the_network_and_on_the_table_of_the_users() -> None:
    draft = Draft("broken-kubenet")
    draft.cluster["identity"] = {"type": "SystemAssigned", "principalId": "980a95e0"}
    found = rehearsed(draft.snapshot(), Target.OVERLAY)
    (step,) = (each for each in found.steps if C.IDENTITY in each.settles)
    roles = [each for each in step.commands if " role assignment create " in each]
    assert step.commands[0].startswith("az role assignment list --assignee 980a")
    assert all("--assignee-object-id PRINCIPAL_ID --assignee-principal-type" in e for e in roles)
    scopes = [each.rpartition("--scope ")[2] for each in roles]
    assert [each.rpartition("/")[2] for each in scopes] == ["vnet-ledger", "rt-ledger"]


def test_a_policy_engine_that_aks_does_not_take_off_needs_an_upgrade_first() -> None:
    draft = ready()
    draft.network_profile["networkPolicy"] = "calico"
    draft.cluster["properties"]["currentKubernetesVersion"] = "1.29.4"
    found = rehearsed(draft.snapshot(), Target.OVERLAY)
    assert unmet(found) == {C.NETWORK_POLICY, C.POLICY_REMOVABLE}
    settled = [each.settles for each in found.steps if each.settles]
    assert settled[1:] == [(C.POLICY_REMOVABLE,), (C.NETWORK_POLICY,)]


def test_the_engine_of_cilium_may_stay_when_a_node_subnet_becomes_overlay() -> None:
    draft = Draft("cni-nodesubnet")
    draft.network_profile.update(networkDataplane="cilium", networkPolicy="cilium")
    assert unmet(rehearsed(draft.snapshot(), Target.OVERLAY)) == set()


def test_the_pools_are_those_supposed_and_the_cluster_is_that_of_today() -> None:
    snapshot = ready().snapshot()
    supposed = suppose(snapshot, WhatIf(nodes={"": 300}))
    found = rehearse(
        Topology(snapshot), Topology(supposed), Target.OVERLAY, as_of=TODAY, on_premises=()
    )
    assert unmet(found) == {C.POD_CIDR_SLICES}
    (slices,) = (each for each in found.conditions if each.id is C.POD_CIDR_SLICES)
    (profile,) = Topology(supposed).cluster.properties.agent_pool_profiles
    assert str(most_nodes_with_surge(profile)) in slices.words


@pytest.mark.parametrize(
    ("mode", "options"),
    [("System", "--max-surge 1"), ("User", "--max-surge 0 --max-unavailable 1")],
)
def test_a_subnet_that_is_full_has_no_room_for_the_reimage(mode: str, options: str) -> None:
    draft = Draft("cni-nodesubnet")
    pool(draft)["mode"] = mode
    draft.network_profile["networkPolicy"] = "azure"
    snapshot = draft.snapshot()
    supposed = suppose(snapshot, WhatIf(nodes={"": 200}))
    found = rehearse(
        Topology(snapshot), Topology(supposed), Target.OVERLAY, as_of=TODAY, on_premises=()
    )
    assert C.SUBNET_ROOM in unmet(found)
    settled = [each.settles for each in found.steps if each.settles]
    assert settled[1:] == [(C.SUBNET_ROOM,), (C.NETWORK_POLICY,)]
    (step,) = (each for each in found.steps if C.SUBNET_ROOM in each.settles)
    assert [each.partition(" --name nodepool1 ")[2] for each in step.commands] == [options]
    (room,) = (each for each in found.conditions if each.id is C.SUBNET_ROOM)
    needed = "needed: addresses for the nodes that the reimage adds to the pools as"
    assert room.words.startswith(needed)


@pytest.mark.parametrize(
    ("as_of", "left"),
    [(date(2026, 11, 20), 497), (date(2028, 3, 31), 0), (date(2028, 4, 2), -2)],
)
def test_kubenet_has_a_last_day(as_of: date, left: int) -> None:
    deadline = rehearsed(bundled("kubenet-vmss"), Target.OVERLAY, as_of=as_of).deadline
    assert deadline is not None
    assert (deadline.on, deadline.days_left) == (date(2028, 3, 31), left)


@pytest.mark.parametrize("name", [name for name in EXPECTED if "kubenet" not in name])
def test_no_other_model_has_one(name: str) -> None:
    if name != "basic-balancer":
        assert of_bundled(name, Target.OVERLAY).deadline is None


def test_an_untold_plugin_leaves_the_ways_open() -> None:
    draft = ready()
    draft.network_profile["networkPlugin"] = None
    found = rehearsed(draft.snapshot(), Target.OVERLAY)
    assert (found.verdict, found.conditions, found.steps) == (UNSEEN, (), ())
    assert found.instead == "ARM does not tell the cluster's network plugin."


def everything_wrong() -> Draft:
    draft = Draft("kubenet-vmss")
    draft.cluster["properties"]["currentKubernetesVersion"] = "1.26.9"
    draft.network_profile.update(
        networkPolicy="calico",
        loadBalancerSku="basic",
        podCidr="10.244.0.0/23",
        podCidrs=["10.244.0.0/23"],
    )
    pool(draft)["type"] = "AvailabilitySet"
    _gateway_subnet(draft)
    return draft


def test_the_steps_come_in_the_order_of_the_documentation() -> None:
    found = rehearsed(everything_wrong().snapshot(), Target.CILIUM)
    (route,) = (each for each in found.steps if C.ROUTE_TABLE in each.settles)
    assert all(each.endswith("--route-table null") for each in route.commands)
    assert [(each.settles, each.update) for each in found.steps] == [
        ((), None),
        ((C.MASQUERADING,), None),
        ((C.NETWORK_POLICIES,), None),
        ((), None),
        ((), None),
        ((C.POLICY_REMOVABLE, C.KUBERNETES_VERSION), None),
        ((C.AVAILABILITY_SETS, C.LOAD_BALANCER), None),
        ((C.IDENTITY,), None),
        ((C.NETWORK_POLICY,), None),
        ((C.ROUTE_TABLE,), None),
        ((C.POD_CIDR_SLICES,), Target.OVERLAY),
        ((), None),
        ((), Target.CILIUM),
        ((), None),
    ]
    assert [each.number for each in found.steps] == [*range(1, 15)]
    assert "poddisruptionbudgets" in found.steps[3].commands[0]
    assert found.steps[4].title == "Prepare who calls pods directly"


def test_windows_on_docker_is_upgraded_and_not_deleted() -> None:
    draft = Draft("cni-nodesubnet")
    pool(draft).update(osType="Windows", currentOrchestratorVersion="1.23.15")
    found = rehearsed(draft.snapshot(), Target.OVERLAY)
    assert unmet(found) == {C.WINDOWS_DOCKER}
    (step,) = (each for each in found.steps if C.WINDOWS_DOCKER in each.settles)
    assert step.commands[-1].endswith("--name nodepool1 --kubernetes-version VERSION")
    assert not any(" delete " in each for each in step.commands)


def test_a_pool_in_place_of_another_is_of_its_mode_and_in_its_subnet() -> None:
    draft = Draft("cni-nodesubnet")
    pool(draft).update(vmSize="Standard_DC2s_v2", mode="System")
    found = rehearsed(draft.snapshot(), Target.OVERLAY)
    (step,) = (each for each in found.steps if C.NODE_SIZES in each.settles)
    words = shlex.split(step.commands[0])
    assert words[words.index("--mode") + 1] == "System"
    assert words[words.index("--vnet-subnet-id") + 1] == pool(draft)["vnetSubnetID"]


def test_a_network_of_the_users_around_the_pod_cidr_is_in_the_way() -> None:
    draft = Draft("kubenet-dual-stack")
    _wide_network(draft)
    assert C.POD_CIDR_APART in unmet(rehearsed(draft.snapshot(), Target.OVERLAY))


def test_an_engine_that_was_there_comes_back_behind_overlay() -> None:
    draft = ready()
    draft.network_profile["networkPolicy"] = "calico"
    found = rehearsed(draft.snapshot(), Target.OVERLAY)
    last = found.steps[-1]
    (command,) = last.commands
    assert command.endswith("--network-policy calico")
    (cilium,) = last.branches
    assert cilium.commands[0].endswith("--network-dataplane cilium")
    assert found.reimages == 3


def test_an_engine_that_ends_is_put_on_again_with_the_day_and_with_cilium_beside_it() -> None:
    found = of_bundled("broken-kubenet", Target.OVERLAY)
    (step,) = (each for each in found.steps if "--network-policy azure" in each.commands[0])
    assert step.risk is not None
    assert "ends on 2028-09-30" in step.risk
    assert step.branches
    assert found.reimages == sum(each.reimages for each in found.steps) == 3


def test_an_upgrade_says_where_to_and_counts_its_hops() -> None:
    found = of_bundled("seed-kubenet", Target.OVERLAY)
    (step,) = (each for each in found.steps if C.KUBERNETES_VERSION in each.settles)
    assert step.title == "Upgrade Kubernetes from 1.17.13 to 1.27 or later: 10 minor versions"
    assert (step.reimages, found.reimages) == (10, 11)


def test_the_update_keeps_a_pod_cidr_that_fits_and_names_one_that_is_to_change() -> None:
    kept = rehearsed(ready().snapshot(), Target.OVERLAY)
    draft = ready()
    _peer(draft)
    changed = rehearsed(draft.snapshot(), Target.OVERLAY)
    assert "--pod-cidr" not in update_of(kept, Target.OVERLAY)
    proposal = changed.effects.pod_cidr
    assert proposal is not None
    assert f"--pod-cidr {proposal.cidr}" in update_of(changed, Target.OVERLAY)
    assert C.POD_CIDR_APART in {c for each in changed.steps if each.update for c in each.settles}


def test_a_node_subnet_always_needs_a_pod_cidr_for_overlay() -> None:
    found = of_bundled("cni-nodesubnet", Target.OVERLAY)
    assert found.effects.pod_cidr is not None
    assert f"--pod-cidr {found.effects.pod_cidr.cidr}" in update_of(found, Target.OVERLAY)
    unseen = refused(bundled("cni-nodesubnet"), whatever_can_be_refused(bundled("cni-nodesubnet")))
    blind = rehearsed(unseen, Target.OVERLAY)
    assert "--pod-cidr POD_CIDR" in update_of(blind, Target.OVERLAY)
    assert C.POD_CIDR_FREE in hidden(blind)


def update_of(found: Rehearsal, target: Target) -> str:
    (step,) = (each for each in found.steps if each.update is target)
    return step.commands[0]


def test_ipam_and_data_plane_never_change_in_one_command() -> None:
    for name in EXPECTED:
        for step in of_bundled(name, Target.CILIUM).steps:
            for command in step.commands:
                words = shlex.split(command)
                is_update = words[:3] == ["az", "aks", "update"]
                assert not is_update or {"--network-plugin", "--network-dataplane"} - {*words}


def test_names_that_are_too_long_leave_a_new_cluster() -> None:
    draft = ready()
    _long_names(draft)
    found = rehearsed(draft.snapshot(), Target.OVERLAY)
    assert found.instead is not None
    assert all(each.update is None for each in found.steps)
    assert any(" aks create " in command for each in found.steps for command in each.commands)


def capitals(command: str) -> set[str]:
    """Return the words in capitals of a command, and of one that it runs in the cluster."""
    words = (part for word in shlex.split(command) for part in word.split())
    return {word for word in words if re.fullmatch(r"[A-Z][A-Z_]+", word)}


def every_command(step: Step) -> tuple[str, ...]:
    return (*step.commands, *(each for branch in step.branches for each in branch.commands))


def placeholders(step: Step) -> set[str]:
    return {word for command in every_command(step) for word in capitals(command)}


@pytest.mark.parametrize("to", Target)
@pytest.mark.parametrize("name", EXPECTED)
def test_words_in_capitals_are_said_to_hold_a_place(name: str, to: Target) -> None:
    for step in of_bundled(name, to).steps:
        assert placeholders(step) == {each.name for each in step.placeholders}


@pytest.mark.parametrize(("plant", "to", "expected"), PLANTED.values(), ids=PLANTED.keys())
def test_so_are_those_of_repairs(
    plant: Callable[[Draft], None], to: Target, expected: set[Condition]
) -> None:
    draft = ready()
    plant(draft)
    steps = rehearsed(draft.snapshot(), to).steps
    for step in steps:
        assert placeholders(step) == {each.name for each in step.placeholders}
    settled = {each for step in steps for each in step.settles}
    assert not steps or expected & settled or expected <= TO_KNOW


def test_a_hostile_name_stays_one_word_of_every_command() -> None:
    draft = everything_wrong()
    name = 'x\'; rm -rf "$HOME" `id` $(id) & POD_CIDR'
    draft.cluster["name"] = name
    snapshot = draft.snapshot()
    for to in Target:
        for step in rehearsed(snapshot, to).steps:
            for command in every_command(step):
                words = shlex.split(command)
                assert "rm" not in words
                is_of_cluster = words[:2] == ["az", "aks"] and words[2] != "get-versions"
                if is_of_cluster and "NEW_CLUSTER" not in words:
                    assert name in words


KUBENET = ("kubenet-vmss", "kubenet-dual-stack", "broken-kubenet")
REFUSED = (*KUBENET, "cni-nodesubnet", "private-udr", "cni-podsubnet", "half-migrated")


@pytest.mark.parametrize("name", REFUSED)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_refused_makes_an_answer_not_visible_and_nothing_else(
    name: str, data: st.DataObject
) -> None:
    refusals = whatever_can_be_refused(bundled(name))
    gone = data.draw(st.lists(st.sampled_from(refusals), min_size=1, max_size=3))
    to = data.draw(st.sampled_from(Target))
    blind = rehearsed(refused(bundled(name), gone), to)
    sight = {each.id: each.answer for each in of_bundled(name, to).conditions}
    for each in blind.conditions:
        assert each.answer in {sight.get(each.id, Answer.NOT_VISIBLE), Answer.NOT_VISIBLE}
    assert set(sight) <= {each.id for each in blind.conditions}
    assert blind.verdict in {of_bundled(name, to).verdict, UNSEEN}


@pytest.mark.parametrize("name", REFUSED)
def test_a_gap_says_which_right_would_show_it(name: str) -> None:
    every = whatever_can_be_refused(bundled(name))
    for each in rehearsed(refused(bundled(name), every), Target.OVERLAY).conditions:
        for missing in each.missing:
            assert each.answer is Answer.NOT_VISIBLE
            assert missing.action.endswith("/read")


def test_a_cluster_without_a_profile_for_windows_is_told() -> None:
    draft = ready()
    plain = rehearsed(draft.snapshot(), Target.OVERLAY)
    draft.cluster["properties"]["windowsProfile"] = {"adminUsername": "azureuser"}
    prepared = rehearsed(draft.snapshot(), Target.OVERLAY)
    assert {*plain.notes} - {*prepared.notes} == {
        "AKS may refuse a Windows pool afterwards: the cluster has no windowsProfile."
    }
