"""The runway of a cluster: pools, subnets, pod CIDR and ceilings, in agreement with the checks."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fixtures.documents as arm
from fixtures.scenarios import SCENARIOS
from inspector.checks import run_checks
from inspector.cluster.subnet_capacity import subnet_capacities
from inspector.errors import UsageError
from inspector.findings import Finding
from inspector.network.limits import CeilingKind
from inspector.network.pool_sizes import Situation
from inspector.planning import Figure, Plan, Target, WhatIf, plan
from inspector.planning.outlook import Outlook
from inspector.planning.runway import Stretch, SubnetRunway
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    NETWORKS,
    SCALE_SET_INTERFACES,
    USAGES,
    Draft,
    bundled,
    refusal_of_list,
    refused,
)

NOW, UPGRADE, MAXIMUM, BOTH = Situation


@cache
def planned(name: str) -> Plan:
    return plan(bundled(name))


def value(answer: Figure | None) -> int:
    assert answer is not None
    assert answer.number is not None
    return answer.number


def shown(answer: Figure | None) -> str:
    return f"{answer.formula if answer else None} = {value(answer):,}"


def only_subnet(found: Plan) -> SubnetRunway:
    (subnet,) = found.subnets
    return subnet


def at(subnet: SubnetRunway, situation: Situation) -> Stretch:
    (found,) = [each for each in subnet.stretches if each.situation is situation]
    return found


def pools_of(draft: Draft) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = draft.cluster["properties"]["agentPoolProfiles"]
    return found


def autoscaled(draft: Draft, most: int, place: int = 0) -> Draft:
    pools_of(draft)[place].update({"enableAutoScaling": True, "minCount": 1, "maxCount": most})
    return draft


def test_the_documented_example_needs_1581_addresses_and_a_21() -> None:
    what_if = WhatIf(nodes={"nodepool1": 50}, max_surge={"": "1"})
    subnet = only_subnet(plan(bundled("cni-nodesubnet"), what_if=what_if))
    assert shown(at(subnet, UPGRADE).needed) == "(50 + 1) x (1 + 30) = 1,581"
    assert subnet.smallest_prefix == 21


def test_what_is_left_is_what_is_free_less_what_further_nodes_take() -> None:
    found = plan(autoscaled(Draft("cni-nodesubnet"), 10).snapshot())
    subnet = only_subnet(found)
    assert [shown(each.left) for each in subnet.stretches] == [
        "932 = 932",
        "932 - (4 - 3) x (1 + 30) = 901",
        "932 - (10 - 3) x (1 + 30) = 715",
        "932 - (11 - 3) x (1 + 30) = 684",
    ]
    assert [shown(each.nodes) for each in subnet.stretches] == [
        "3 = 3",
        "3 + 1 = 4",
        "10 = 10",
        "10 + 1 = 11",
    ]


def test_pools_that_share_a_subnet_are_counted_together_and_one_at_a_time() -> None:
    found = only_subnet(planned("virtual-machines"))
    both = at(found, BOTH)
    assert (shown(both.nodes), shown(both.needed)) == ("3 + 2 + (1 + 1) = 7", "5 + 2 = 7")
    assert both.one_at_a_time is not None
    assert shown(both.one_at_a_time.needed) == "5 + 1 = 6"
    assert shown(both.one_at_a_time.left) == "52 - (6 - 5) = 51"
    assert at(found, MAXIMUM).one_at_a_time is None


def test_the_pool_whose_surge_takes_most_is_upgraded_alone() -> None:
    draft = Draft("virtual-machines")
    pools_of(draft)[1]["upgradeSettings"] = {"maxSurge": "2"}
    alone = at(only_subnet(plan(draft.snapshot())), BOTH).one_at_a_time
    assert alone is not None
    assert (shown(alone.nodes), shown(alone.left)) == ("3 + 2 + 2 = 7", "52 - (7 - 5) = 50")


def test_a_pod_subnet_has_a_floor_a_full_need_and_nothing_known_to_be_left() -> None:
    subnet = planned("cni-podsubnet").subnets[3]
    now = at(subnet, NOW)
    assert shown(now.needed) == "2 x 16 x ceil(110 / 16) = 224"
    assert shown(now.needed_at_least) == "2 x 16 = 32"
    assert now.left.unknown is not None
    assert "does not show" in now.left.unknown.reason
    assert shown(now.left_when_full) == "1,019 - 224 = 795"
    assert subnet.smallest_prefix == 23
    assert any("issue 3243" in each for each in subnet.notes)


def test_a_pool_with_a_pod_subnet_has_room_for_so_many_at_most() -> None:
    system = planned("cni-podsubnet").pools[0]
    assert shown(system.fits) == "floor(795 / (16 x ceil(110 / 16))) = 7"
    assert system.is_at_most
    assert planned("cni-podsubnet").ceilings.is_at_most


def test_slices_of_the_pod_cidr_are_a_node_each() -> None:
    found = planned("cni-overlay").pod_cidr
    assert found is not None
    assert (found.ranges, found.slice_length) == (("10.244.0.0/16",), 24)
    assert shown(found.slices) == "2^(24 - 16) = 256"
    assert shown(found.stretches[-1].left) == "256 - 14 = 242"
    assert planned("cni-nodesubnet").pod_cidr is None


def test_the_slices_of_kubenet_are_as_large_as_its_routes_say() -> None:
    found = planned("kubenet-dual-stack").pod_cidr
    assert found is not None
    assert found.ranges == tuple(each for each in found.ranges if ":" not in each)
    assert value(found.slices) == 256


def test_the_pool_that_runs_out_first_is_named_with_its_numbers() -> None:
    found = planned("broken-cni")
    assert found.summary.first_pool == "jobs"
    assert found.summary.runs_out_first.outlook is Outlook.SHORT
    assert found.summary.runs_out_first.words == (
        "pool jobs may need 4 further nodes and has room for 3 (limit: subnet snet-jobs): it lacks "
        "1; subnet snet-jobs lacks 30 addresses at the pools' maximum and in an upgrade"
    )
    assert [(each.words, each.situation, each.lacking) for each in found.summary.shortages] == [
        ("subnet snet-jobs", BOTH, 30)
    ]


def test_pools_may_have_room_each_and_lack_it_together() -> None:
    draft = Draft("virtual-machines")
    for place in (0, 1):
        autoscaled(draft, 30, place)
    summary = plan(draft.snapshot()).summary
    assert summary.runs_out_first.outlook is Outlook.SHORT
    assert "each pool, if it alone grows, has room" in summary.runs_out_first.words
    assert [each.situation for each in summary.shortages] == [MAXIMUM]


def test_a_pool_that_cannot_grow_never_runs_out() -> None:
    draft = Draft("kubenet-vmss")
    pools_of(draft)[0]["upgradeSettings"] = {"maxSurge": "0", "maxUnavailable": "1"}
    summary = plan(draft.snapshot()).summary
    assert summary.first_pool is None
    assert summary.runs_out_first.words == "none: no pool may need more nodes than it has"


def test_the_tightest_pool_is_named_where_every_one_has_room() -> None:
    assert planned("cni-overlay").summary.runs_out_first.words == (
        "none: every pool has room for its maximum and an upgrade; the tightest, pool system, may "
        "need 4 further nodes and has room for 250 (limit: pod CIDR 10.244.0.0/16, a /24 per node)"
    )


@pytest.mark.parametrize(
    ("name", "kind", "nodes"),
    [
        ("kubenet-vmss", CeilingKind.POD_CIDR, 256),
        ("kubenet-dual-stack", CeilingKind.KUBENET, 200),
        ("cni-nodesubnet", CeilingKind.NODE_SUBNET, 33),
        ("cni-podsubnet", CeilingKind.POD_SUBNET, 16),
        ("basic-balancer", CeilingKind.BALANCER, 100),
        ("seed-kubenet", CeilingKind.BALANCER, 100),
    ],
)
def test_the_ceiling_that_binds(name: str, kind: CeilingKind, nodes: int) -> None:
    found = planned(name).ceilings
    assert found.binding is not None
    assert value(found.nodes) == nodes
    assert found.binding.kind is kind
    assert min(value(each.nodes) for each in found.rows) == nodes


def test_auto_provisioning_has_no_maximum() -> None:
    found = planned("automatic")
    assert [each.nodes.unknown is not None for each in found.ceilings.sizes] == [
        False,
        False,
        True,
        True,
    ]
    assert value(found.ceilings.sizes[0].nodes) == 2 + 3
    assert "the maximum cannot be told" in found.summary.binding_ceiling.words
    assert found.summary.binding_ceiling.outlook is Outlook.UNKNOWN
    assert found.summary.runs_out_first.outlook is Outlook.UNKNOWN
    assert any("auto-provisioning" in each for each in found.notes)
    assert any("API server takes 9 addresses" in each for each in found.notes)
    assert shown(at(only_subnet(found), NOW).needed) == "2 + 3 = 5"


def test_a_stopped_pool_is_said_to_be_stopped() -> None:
    (note,) = only_subnet(planned("cni-overlay")).notes
    assert note == (
        "pool batch is stopped: 0 of its nodes have addresses now, and it counts here with 2"
    )


def test_nodes_of_a_stopped_pool_take_addresses_when_it_starts() -> None:
    subnet = only_subnet(planned("cni-overlay"))
    assert shown(at(subnet, NOW).left) == "65,526 - (6 - 4) = 65,524"
    (room,) = [
        each
        for each in planned("cni-overlay").ceilings.rows
        if each.kind is CeilingKind.NODE_SUBNET
    ]
    assert value(room.nodes) + value(subnet.others) == value(subnet.usable)


def test_nodes_that_an_upgrade_has_added_already_are_not_added_again() -> None:
    draft = Draft("cni-nodesubnet")
    pools_of(draft)[0].update({"provisioningState": "Upgrading", "count": 2})
    subnet = only_subnet(plan(draft.snapshot()))
    assert shown(at(subnet, UPGRADE).left) == "932 = 932"
    assert "in state Upgrading: 3 of its nodes have addresses now" in subnet.notes[0]


def test_what_a_stopped_pool_takes_is_unknown_while_its_nodes_are_hidden() -> None:
    snapshot = bundled("cni-overlay")
    found = plan(refused(snapshot, [refusal_of_list(snapshot, SCALE_SET_INTERFACES)]))
    assert at(only_subnet(found), NOW).left.unknown is not None


def test_a_pool_above_its_autoscalers_maximum_is_said_to_be() -> None:
    found = plan(autoscaled(Draft("cni-nodesubnet"), 2).snapshot())
    (note,) = found.notes
    assert note == (
        "pool nodepool1 has more nodes than its autoscaler's maximum of 2: its 3 count as its "
        "maximum"
    )
    assert value(found.pools[0].at_maximum) == 3
    assert not plan(autoscaled(Draft("cni-nodesubnet"), 3).snapshot()).notes


def test_a_ceiling_that_is_reached_leaves_no_room() -> None:
    draft = Draft("kubenet-vmss")
    pools_of(draft)[0].update({"count": 256, "upgradeSettings": {"maxSurge": "0"}})
    found = plan(draft.snapshot())
    assert value(found.ceilings.left_now) == 0
    assert found.summary.binding_ceiling.outlook is Outlook.SHORT


def test_a_subnet_whose_usage_is_hidden_leaves_it_open() -> None:
    snapshot = bundled("cni-nodesubnet")
    hidden = refused(snapshot, [refusal_of_list(snapshot, USAGES)])
    found = plan(hidden)
    subnet = only_subnet(found)
    assert at(subnet, NOW).left.unknown is not None
    assert value(at(subnet, NOW).needed) == 93
    assert found.pools[0].fits.unknown is not None
    assert found.ceilings.binding is None
    untold = f"cannot be told: {USAGES} of vnet-payments could not be seen (forbidden)"
    words = found.summary.binding_ceiling.words
    assert words == f"{untold}; no more than 5,000 nodes (one AKS cluster)"
    assert found.summary.runs_out_first.words == untold


def test_a_pool_whose_network_is_hidden_has_no_number_that_pretends() -> None:
    snapshot = bundled("kubenet-vmss")
    found = plan(refused(snapshot, [refusal_of_list(snapshot, NETWORKS)]))
    assert found.pools[0].fits.unknown is not None
    assert found.ceilings.nodes.unknown is not None
    assert [each.action for each in found.missing] == [f"{NETWORKS}/read"]


def test_a_maximum_that_arm_does_not_tell_is_unknown() -> None:
    draft = Draft("kubenet-vmss")
    pools_of(draft)[0].update({"enableAutoScaling": True, "maxCount": None})
    found = plan(draft.snapshot())
    assert found.pools[0].at_maximum.unknown is not None
    assert "how many nodes pool nodepool1 may have" in found.pools[0].at_maximum.unknown.reason
    assert value(found.pools[0].surge_now) == 1
    assert value(at(only_subnet(found), UPGRADE).needed) == 4
    assert at(only_subnet(found), BOTH).needed.unknown is not None


@pytest.mark.parametrize(
    ("written", "nodes", "formula"),
    [
        ("33%", 10, "ceil(10 x 33 / 100) = 4"),
        ("200%", 3, "min(3, ceil(3 x 200 / 100)) = 3"),
        ("2", 10, "2 = 2"),
        (None, 10, "ceil(10 x 10 / 100) = 1"),
        ("0", 10, "0 = 0"),
    ],
)
def test_a_surge_shows_its_percentage(written: str | None, nodes: int, formula: str) -> None:
    draft = Draft("kubenet-vmss")
    pools_of(draft)[0].update({"count": nodes, "upgradeSettings": {"maxSurge": written}})
    assert shown(plan(draft.snapshot()).pools[0].surge_now) == formula


def findings(snapshot: Snapshot, check: str) -> list[Finding]:
    return [
        finding
        for outcome in run_checks(Topology(snapshot))
        if outcome.check == check
        for finding in outcome.findings
    ]


@pytest.mark.parametrize("name", ["broken-cni", "broken-kubenet"])
def test_the_check_names_the_same_pool_as_the_first_to_run_out(name: str) -> None:
    (finding,) = findings(bundled(name), "subnet-headroom")
    assert f"Pool {planned(name).summary.first_pool} runs out first" in finding.remediation


def lacking(stretches: Iterable[Stretch]) -> bool:
    return any(each.left.is_lacking for each in stretches)


def crowded() -> Mapping[str, Snapshot]:
    """Return the bundled clusters, and some that lack room."""
    found = {name: bundled(name) for name in SCENARIOS}
    found["many slices"] = autoscaled(Draft("cni-overlay"), 300).snapshot()
    found["full table"] = autoscaled(Draft("kubenet-vmss"), 500).snapshot()
    found["full subnet"] = autoscaled(Draft("private-udr"), 60).snapshot()
    found["large pool"] = autoscaled(Draft("isolated"), 1_000).snapshot()
    found["full pod subnet"] = autoscaled(Draft("cni-podsubnet"), 40).snapshot()
    return found


CROWDED = crowded()


@pytest.mark.parametrize("name", CROWDED)
def test_a_subnet_lacks_addresses_where_the_check_finds_too_few(name: str) -> None:
    found = {each.subject for each in findings(CROWDED[name], "subnet-headroom")}
    subnets = plan(CROWDED[name]).subnets
    assert {each.id for each in subnets if lacking(each.stretches)} == found


@pytest.mark.parametrize("name", CROWDED)
def test_a_pod_subnet_lacks_addresses_where_the_check_finds_too_few(name: str) -> None:
    found = {each.subject for each in findings(CROWDED[name], "pod-subnet-size")}
    subnets = plan(CROWDED[name]).subnets
    full = {each.id: at(each, BOTH).left_when_full for each in subnets}
    assert {id_ for id_, left in full.items() if left is not None and value(left) < 0} == found


@pytest.mark.parametrize("name", CROWDED)
def test_the_pod_cidr_lacks_slices_where_the_check_finds_too_few(name: str) -> None:
    found = findings(CROWDED[name], "pod-cidr-size")
    pod_cidr = plan(CROWDED[name]).pod_cidr
    is_short = pod_cidr is not None and lacking(pod_cidr.stretches)
    assert is_short == any(each.severity == "high" for each in found)


@pytest.mark.parametrize("name", CROWDED)
def test_nodes_meet_a_ceiling_where_the_check_says_so(name: str) -> None:
    found = findings(CROWDED[name], "node-ceiling")
    made = plan(CROWDED[name])
    limits = [
        each
        for each in made.ceilings.rows
        if each.kind not in {CeilingKind.NODE_SUBNET, CeilingKind.POD_SUBNET, CeilingKind.POD_CIDR}
    ]
    met = any(is_met(each.left_now, each.left_at_maximum) for each in limits)
    sets = [
        (limit.nodes, pool.wanted)
        for pool in made.pools
        for limit in pool.limits
        if limit.kind is CeilingKind.SCALE_SET
    ]
    too_large = any(value(room) - value(wanted) < 0 for room, wanted in sets)
    assert (met or too_large) == bool(found)


def is_met(now: Figure, most: Figure) -> bool:
    """Whether nodes are at a ceiling already, or may go beyond it."""
    return now.number == 0 or now.is_lacking or most.is_lacking


@pytest.mark.parametrize("name", [each for each in SCENARIOS if each != "automatic"])
def test_needs_are_those_of_the_checks(name: str) -> None:
    for subnet, domain in zip(
        planned(name).subnets,
        subnet_capacities(Topology(bundled(name))).subnets,
        strict=True,
    ):
        needs = domain.needs
        assert [value(each.needed) for each in subnet.stretches] == [
            needs.now,
            needs.now_with_surge.documented,
            needs.at_most,
            needs.at_most_with_surge.documented,
        ]
        alone = at(subnet, BOTH).one_at_a_time
        optimistic = value(alone.needed) if alone is not None else value(at(subnet, BOTH).needed)
        assert optimistic == needs.at_most_with_surge.optimistic


GROWN = st.fixed_dictionaries(
    {
        "nodes": st.integers(1, 900),
        "max_pods": st.integers(10, 250),
        "max_surge": st.integers(0, 100),
    }
)
FLAT = ("cni-nodesubnet", "broken-cni", "virtual-nodes", "cni-podsubnet", "kubenet-vmss")


def supposed(name: str, grown: Mapping[str, int]) -> WhatIf:
    pool = planned(name).pools[0].pool
    return WhatIf(
        nodes={pool: grown["nodes"]},
        max_pods={"": grown["max_pods"]},
        max_surge={"": f"{grown['max_surge']}%"},
    )


def all_left(found: Plan) -> list[int]:
    stretches = [each for subnet in found.subnets for each in subnet.stretches]
    stretches += found.pod_cidr.stretches if found.pod_cidr is not None else ()
    return [
        value(each.left if each.left_when_full is None else each.left_when_full)
        for each in stretches
    ]


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(FLAT), one=GROWN, other=GROWN)
def test_what_is_left_never_rises_with_nodes_pods_or_surge(
    name: str, one: dict[str, int], other: dict[str, int]
) -> None:
    less = {key: min(one[key], other[key]) for key in one}
    more = {key: max(one[key], other[key]) for key in one}
    before, after = (
        all_left(plan(bundled(name), what_if=supposed(name, each))) for each in (less, more)
    )
    assert all(then <= now for now, then in zip(before, after, strict=True))


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(FLAT), grown=GROWN)
def test_nodes_that_fit_fill_what_is_left_to_less_than_one_more(
    name: str, grown: dict[str, int]
) -> None:
    found = plan(bundled(name), what_if=supposed(name, grown))
    today = {each.pool: value(each.now) for each in planned(name).pools}
    fewer = {each.pool: min(value(each.now), today[each.pool]) for each in found.pools}
    pods = WhatIf(nodes=fewer, max_pods={"": grown["max_pods"]})
    limits = {
        (pool.pool, limit.words): value(limit.nodes)
        for pool in found.pools
        for limit in pool.limits
    }
    for subnet in plan(bundled(name), what_if=pods).subnets:
        now = at(subnet, NOW)
        left = value(now.left if now.left_when_full is None else now.left_when_full)
        for share in subnet.pools:
            fits, each = limits[share.pool, f"subnet {subnet.subnet}"], value(share.per_node)
            assert fits * each <= left < (fits + 1) * each


@settings(max_examples=25, deadline=None)
@given(name=st.sampled_from(FLAT), grown=GROWN)
def test_a_prefix_that_holds_it_all_is_the_smallest_one(name: str, grown: dict[str, int]) -> None:
    for subnet in plan(bundled(name), what_if=supposed(name, grown)).subnets:
        most = value(at(subnet, BOTH).needed) + value(subnet.others)
        length = subnet.smallest_prefix
        assert isinstance(length, int)
        assert most <= 2 ** (32 - length) - 5
        assert length == 29 or most > 2 ** (32 - length - 1) - 5


@st.composite
def scaled(draw: st.DrawFn) -> tuple[str, dict[str, int]]:
    """Return a cluster and other numbers of nodes for some of its pools."""
    name = draw(st.sampled_from([*SCENARIOS]))
    pools = [each.pool for each in planned(name).pools]
    return name, draw(st.dictionaries(st.sampled_from(pools), st.integers(1, 1_000), min_size=1))


@settings(max_examples=60, deadline=None)
@given(scaled())
def test_no_ceiling_depends_on_how_many_nodes_are_supposed(
    case: tuple[str, dict[str, int]],
) -> None:
    name, nodes = case
    found, today = plan(bundled(name), what_if=WhatIf(nodes=nodes)), planned(name)
    for then, now in zip(found.ceilings.rows, today.ceilings.rows, strict=True):
        assert (then.words, then.nodes) == (now.words, now.nodes)
        assert [each.nodes for each in then.subnets] == [each.nodes for each in now.subnets]
    assert found.ceilings.binding == today.ceilings.binding
    size = found.ceilings.sizes[0].nodes
    if size.number is not None and found.ceilings.nodes.number is not None:
        assert value(found.ceilings.left_now) == found.ceilings.nodes.number - size.number


@settings(max_examples=60, deadline=None)
@given(scaled())
def test_growth_that_is_supposed_takes_no_room_from_what_fits(
    case: tuple[str, dict[str, int]],
) -> None:
    name, nodes = case
    now = {each.pool: value(each.now) for each in planned(name).pools}
    grown = {pool: now[pool] + more for pool, more in nodes.items() if now[pool] + more <= 1_000}
    found = plan(bundled(name), what_if=WhatIf(nodes=grown))
    for then, today in zip(found.pools, planned(name).pools, strict=True):
        assert then.fits == today.fits
        if then.spare.number is not None:
            assert value(then.spare) == value(then.fits) - value(then.wanted)
            assert value(then.wanted) >= value(today.wanted)


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(["cni-nodesubnet", "kubenet-vmss"]), grown=GROWN)
def test_a_cluster_of_one_pool_lacks_the_nodes_that_are_beyond_its_ceiling(
    name: str, grown: dict[str, int]
) -> None:
    found = plan(bundled(name), what_if=supposed(name, grown))
    (pool,) = found.pools
    assert pool.limited_by is not None
    if pool.limited_by.kind is not CeilingKind.SCALE_SET:
        assert value(pool.spare) == value(found.ceilings.left_at_maximum)
    (subnet,) = found.subnets
    each = value(subnet.pools[0].per_node)
    (row,) = [row for row in found.ceilings.rows if row.kind is CeilingKind.NODE_SUBNET]
    assert value(row.left_at_maximum) == value(at(subnet, BOTH).left) // each


def test_a_pool_that_shrinks_leaves_its_room_to_others() -> None:
    def room(what_if: WhatIf | None) -> dict[str, int]:
        found = plan(bundled("virtual-machines"), what_if=what_if)
        return {each.pool: value(each.fits) for each in found.pools}

    one, other = room(None)
    less = room(WhatIf(nodes={one: 1}))
    assert (less[one], less[other]) == (room(None)[one] + 2, room(None)[other] + 2)


def test_the_room_of_several_subnets_is_said_to_be_a_sum() -> None:
    found = planned("broken-kubenet")
    (row,) = [each for each in found.ceilings.rows if each.kind is CeilingKind.NODE_SUBNET]
    assert row.words == "addresses of snet-aks, snet-batch, summed"
    assert [(each.subnet, value(each.nodes)) for each in row.subnets] == [
        ("snet-aks", 58),
        ("snet-batch", 26),
    ]
    assert value(row.nodes) == 58 + 26
    assert [value(each.left_at_maximum) for each in row.subnets] == [53, -18]
    verdict = found.summary.binding_ceiling
    assert "summed; pool batch ends first); 6 now" in verdict.words
    assert verdict.outlook is Outlook.SHORT
    assert not planned("cni-nodesubnet").ceilings.rows[-1].subnets


def test_a_gap_counts_where_a_figure_needs_what_it_hides() -> None:
    snapshot = bundled("cni-nodesubnet")
    assert not plan(snapshot).is_incomplete
    found = plan(refused(snapshot, [refusal_of_list(snapshot, USAGES)]))
    assert found.is_incomplete
    assert {each.action for each in found.missing} == {f"{USAGES}/read"}


def test_a_gap_that_hides_nothing_a_plan_needs_does_not_count() -> None:
    snapshot = bundled("half-migrated")
    assert snapshot.gaps
    assert not plan(snapshot).is_incomplete


@pytest.mark.parametrize("target", Target)
def test_a_gap_that_an_effect_of_a_move_needs_counts(target: Target) -> None:
    found = plan(bundled("half-migrated"), to=target)
    assert found.is_incomplete
    assert {each.action.split("/")[1] for each in found.missing} <= {
        "networkSecurityGroups",
        "publicIPAddresses",
    }
    assert len(set(found.missing)) == len(found.missing)


def test_what_arm_does_not_have_is_no_gap() -> None:
    found = planned("automatic")
    assert found.ceilings.sizes[-1].nodes.unknown is not None
    assert not found.is_incomplete


def test_a_move_is_rehearsed_only_when_asked_for() -> None:
    assert planned("kubenet-vmss").move is None
    found = plan(bundled("kubenet-vmss"), to=Target.OVERLAY).move
    assert found is not None
    assert found.target is Target.OVERLAY


def test_the_day_is_the_snapshots_own() -> None:
    assert planned("kubenet-vmss").as_of == bundled("kubenet-vmss").captured_at.date()


def test_a_pool_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(UsageError, match="no such pool"):
        plan(bundled("kubenet-vmss"), what_if=WhatIf(nodes={"nope": 3}))


def test_other_routes_of_the_table_are_in_the_way_of_nodes() -> None:
    draft = Draft("kubenet-vmss")
    table = draft.one("Microsoft.Network/routeTables")
    table["properties"]["routes"].append(arm.route(table["id"], "to-hub", "10.0.0.0/8", "10.9.0.4"))
    rows = plan(draft.snapshot()).ceilings.rows
    (found,) = [each for each in rows if each.kind is CeilingKind.ROUTE_TABLE]
    assert shown(found.nodes) == "400 - 1 = 399"
