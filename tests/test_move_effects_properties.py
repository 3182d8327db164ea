"""What holds of every move: no pod CIDR collides, and what is hidden is never told as known."""

from functools import cache
from ipaddress import ip_network
from itertools import chain, islice
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.cluster.address_plan import (
    PRIVATE,
    RESERVED,
    AddressPlan,
    PlannedRange,
    Role,
    plan_addresses,
)
from inspector.cluster.pod_cidr_room import (
    CANDIDATES,
    enlarged_pod_cidr,
    free_pod_cidr,
    length_with_room,
)
from inspector.network.models import network_model
from inspector.network.targets import Target, way_to
from inspector.planning.figures import Figure
from inspector.planning.moves.effects import Effects, PodCIDRChoice, effects_of
from inspector.planning.moves.effects.rules import RuleChange
from inspector.report.answer import Unknown, View
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import bundled, refused, whatever_can_be_refused

_EMPTY = AddressPlan(ranges=(), made_by_aks=frozenset(), gaps=(), doubts=())
_BIG = st.sampled_from(
    [
        *(ip_network(each) for each in ("10.0.0.0/8", "10.0.0.0/9", "100.64.0.0/10")),
        *(part for each in PRIVATE for part in each.subnets(new_prefix=max(13, each.prefixlen))),
        *(part for each in PRIVATE for part in islice(each.subnets(new_prefix=17), 0, None, 97)),
    ]
)
"""Ranges so large that a few of them leave little of what is private."""


def plan_with(*ranges: tuple[Role, Any]) -> AddressPlan:
    """Return an address plan of nothing but these ranges."""
    cluster = Topology(bundled("kubenet-vmss")).cluster
    planned = (
        PlannedRange(role=role, owner=cluster, field="f", text=str(each), range=each)
        for role, each in ranges
    )
    return msgspec.structs.replace(_EMPTY, ranges=tuple(planned))


def meets(candidate: Any, taken: list[Any]) -> bool:
    """Whether a range overlaps one of the others, by comparing it with each."""
    return any(candidate.overlaps(each) for each in taken)


def is_private(candidate: Any) -> bool:
    """Whether a range lies in one of the private ones."""
    return any(candidate.subnet_of(each) for each in PRIVATE)


@settings(max_examples=100, deadline=None)
@given(st.lists(_BIG, max_size=6), st.integers(12, 18))
def test_a_free_pod_cidr_is_the_first_that_trying_each_finds(taken: list[Any], length: int) -> None:
    fitting = [each for each in CANDIDATES if each.prefixlen <= length]
    candidates = chain.from_iterable(each.subnets(new_prefix=length) for each in fitting)
    kept = [*taken, *RESERVED]
    expected = next((each for each in candidates if not meets(each, kept)), None)
    plan = plan_with(*((Role.NETWORK, each) for each in taken))
    assert free_pod_cidr(plan, length) == expected
    assert free_pod_cidr(plan_with(), length, taken) == expected


@settings(max_examples=100, deadline=None)
@given(_BIG, st.lists(_BIG, max_size=4), st.integers(8, 16))
def test_an_enlarged_pod_cidr_holds_the_present_one_and_meets_nothing(
    present: Any, others: list[Any], length: int
) -> None:
    plan = plan_with((Role.POD_CIDR, present), *((Role.PEER, each) for each in others))
    wanted = present.supernet(new_prefix=min(length, present.prefixlen))
    is_fit = is_private(wanted) and not meets(wanted, [*others, *RESERVED])
    assert enlarged_pod_cidr(plan, length) == (wanted if is_fit else None)


@given(st.integers(0, 70_000), st.integers(20, 26), st.integers(1, 100))
def test_a_range_with_room_is_the_smallest_that_has_the_slices(
    slices: int, slice_length: int, percent: int
) -> None:
    sizes = {length: 2 ** (slice_length - length) for length in range(8, slice_length + 1)}
    fitting = [length for length, size in sizes.items() if slices * 100 <= size * percent]
    assert length_with_room(slices, slice_length, percent) == max(fitting, default=None)


def test_nothing_is_free_while_a_network_is_hidden() -> None:
    snapshot = bundled("kubenet-vmss")
    hidden = Topology(refused(snapshot, whatever_can_be_refused(snapshot))).once(plan_addresses)
    assert hidden.gaps
    assert free_pod_cidr(hidden, 16) is None
    assert enlarged_pod_cidr(hidden, 15) is None


MOVES = [
    ("kubenet-vmss", Target.OVERLAY),
    ("kubenet-vmss", Target.NODE_SUBNET),
    ("kubenet-dual-stack", Target.CILIUM),
    ("seed-kubenet", Target.OVERLAY),
    ("broken-kubenet", Target.OVERLAY),
    ("cni-nodesubnet", Target.OVERLAY),
    ("cni-nodesubnet", Target.POD_SUBNET),
    ("private-udr", Target.OVERLAY),
    ("broken-cni", Target.OVERLAY),
    ("cni-podsubnet", Target.OVERLAY),
    ("half-migrated", Target.CILIUM),
]


def effects(snapshot: Snapshot, to: Target) -> Effects:
    """Return the effects of a move by the way there is."""
    today = Topology(snapshot)
    cluster = today.cluster.properties
    model = network_model(cluster.network_profile, cluster.agent_pool_profiles)
    return effects_of(today, today, way_to(to, model), to=to, on_premises=())


@cache
def whole(name: str, to: Target) -> Effects:
    """Return the effects with everything seen."""
    return effects(bundled(name), to)


@pytest.mark.parametrize(("name", "to"), MOVES)
def test_what_is_refused_only_makes_things_unknown(name: str, to: Target) -> None:
    snapshot = bundled(name)
    for refusal in whatever_can_be_refused(snapshot):
        told, seen = effects(refused(snapshot, [refusal]), to), whole(name, to)
        assert_proposal(told, seen)
        assert_changes(told, seen)
        assert_reach(told, seen)
        assert_stays(told, seen)
        assert_addresses(told, seen)


def assert_proposal(told: Effects, seen: Effects) -> None:
    if told.pod_cidr is None or seen.pod_cidr is None:
        assert told.pod_cidr is seen.pod_cidr
        return
    if told.pod_cidr.choice is PodCIDRChoice.UNKNOWN:
        assert told.pod_cidr.cidr is None
        assert told.pod_cidr.missing or told.pod_cidr.doubts
    else:
        assert told.pod_cidr == seen.pod_cidr


def assert_changes(told: Effects, seen: Effects) -> None:
    lists = (
        (told.changes.route_tables, seen.changes.route_tables),
        (told.changes.interfaces, seen.changes.interfaces),
        (told.changes.tags, seen.changes.tags),
    )
    for some, every in lists:
        assert len(some) == len(every) or told.changes.missing
    tables = {each.id: each for each in seen.changes.route_tables}
    for table in told.changes.route_tables:
        assert table.id in tables
        assert table.pod_routes in (tables[table.id].pod_routes, told_unknown(table.pod_routes))
        assert set(table.others) <= set(tables[table.id].others)
    pools = {each.pool: each for each in seen.changes.interfaces}
    for pool in told.changes.interfaces:
        assert pool.before in (pools[pool.pool].before, told_unknown(pool.before))
        assert pool.freed in ((), pools[pool.pool].freed)


def told_unknown(value: object) -> object:
    """Return a value that is unknown; what equals nothing for one that is told."""
    return value if isinstance(value, Unknown) else object()


def assert_reach(told: Effects, seen: Effects) -> None:
    callers = {each.id: each for each in seen.reach.callers}
    for caller in told.reach.callers:
        if not isinstance(caller.devices, Unknown):
            assert caller.change is callers[caller.id].change
    known = {(each.id, each.side, each.text): each.change for each in seen.reach.rules}
    for rule in told.reach.rules:
        before = known[rule.id, rule.side, rule.text]
        assert rule.change in {before, RuleChange.UNCERTAIN}
    if len(told.reach.callers) < len(callers) or len(told.reach.rules) < len(known):
        assert told.reach.missing


def assert_stays(told: Effects, seen: Effects) -> None:
    addresses = {each.address for each in seen.stays.frontends}
    for frontend in told.stays.frontends:
        assert isinstance(frontend.address, Unknown) or frontend.address in addresses
    if len(told.stays.frontends) < len(seen.stays.frontends):
        assert told.stays.missing


def assert_addresses(told: Effects, seen: Effects) -> None:
    needs = {(each.id, each.role, each.model): each for each in seen.addresses.subnets}
    for need in told.addresses.subnets:
        assert_less_told(need, needs[need.id, need.role, need.model])
    assert_less_told(told.addresses.before, seen.addresses.before)
    assert_less_told(told.addresses.after, seen.addresses.after)
    if len(told.addresses.subnets) < len(needs):
        assert told.addresses.missing


def assert_less_told(told: View, seen: View) -> None:
    """Fail unless every field is as it was, unknown, or not told."""
    for field in told.__struct_fields__:
        some, every = getattr(told, field), getattr(seen, field)
        if isinstance(some, Figure):
            assert some == every or some.unknown is not None, field
        elif isinstance(some, View) and not isinstance(some, Unknown):
            assert_less_told(some, every)
        elif not isinstance(some, Unknown) and some not in {None, ()}:
            assert some == every, field
