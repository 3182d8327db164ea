"""``diff`` of snapshots with gaps: what was not seen is neither added, removed nor unchanged."""

from functools import cache

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fixtures import aging
from fixtures.aging import aged
from fixtures.planting import Fault
from fixtures.scenarios import SCENARIOS
from inspector.changes import Change, Changes, NotComparable, Side, Thing, diff
from inspector.snapshot import GapReason, Snapshot
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    MACHINES,
    PUBLIC_IPS,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SECURITY_GROUPS,
    Draft,
    Refusal,
    bundled,
    refusal_of_list,
    refused,
    whatever_can_be_refused,
)
from tests.test_changes import leaves, told

names = st.sampled_from(sorted(SCENARIOS))
unshrunk = (Phase.explicit, Phase.generate)


@cache
def happened(name: str) -> tuple[Fault, ...]:
    """Return what can happen to a cluster: not every one has a route table or a service."""
    possible: list[Fault] = []
    for each in aging.A_WEEK:
        try:
            aged(bundled(name), [*possible, each])
        except (IndexError, KeyError, StopIteration, ValueError):
            continue
        possible.append(each)
    return tuple(possible)


@cache
def a_week_later(name: str) -> tuple[Snapshot, frozenset[tuple[object, ...]]]:
    """Return the cluster after what can happen to it, and all single changes since."""
    after = aged(bundled(name), happened(name))
    return after, singled(diff(bundled(name), after))


def singled(changes: Changes) -> frozenset[tuple[object, ...]]:
    """Return every single change, the fields of a changed thing one by one, and findings."""
    findings = changes.findings
    return frozenset(
        (
            *(identity for each in leaves(changes) for identity in _identities(each)),
            *(("appeared", each.fingerprint) for each in findings.appeared),
            *(("gone", each.fingerprint) for each in findings.gone),
        )
    )


def _identities(change: Change) -> list[tuple[object, ...]]:
    place = (change.kind, change.thing, change.subject.key)
    if not change.fields:
        return [(*place, change.name.lower() if change.thing is Thing.MEMBER else "")]
    return [
        (*place, each.name, lowered(each.before), lowered(each.after)) for each in change.fields
    ]


def lowered(value: object) -> str:
    return str(value).lower()


def assert_only_gaps(changes: Changes) -> None:
    findings = changes.findings
    assert told(changes) == []
    assert (findings.appeared, findings.gone, findings.changed) == ((), (), ())
    assert not changes.has_changes
    assert changes.is_incomplete
    assert changes.not_comparable


def test_a_gap_alone_is_no_change() -> None:
    snapshot = bundled("kubenet-vmss")
    for refusal in whatever_can_be_refused(snapshot):
        hidden = refused(snapshot, [refusal])
        assert_only_gaps(diff(snapshot, hidden))
        assert_only_gaps(diff(hidden, snapshot))


@given(st.data(), names)
@settings(max_examples=60, phases=unshrunk)
def test_gaps_of_any_cluster_are_no_change(data: st.DataObject, name: str) -> None:
    snapshot = bundled(name)
    refusals = st.sampled_from(whatever_can_be_refused(snapshot))
    hidden = refused(snapshot, data.draw(st.lists(refusals, min_size=1, max_size=3)))
    assert_only_gaps(diff(snapshot, hidden))
    assert_only_gaps(diff(hidden, snapshot))


@given(st.data(), names)
@settings(max_examples=60, phases=unshrunk)
def test_a_gap_makes_up_no_change(data: st.DataObject, name: str) -> None:
    """With something hidden on either side there is nothing that is not there without."""
    before, (after, expected) = bundled(name), a_week_later(name)
    refusals = st.sampled_from(whatever_can_be_refused(before))
    hidden = refused(before, data.draw(st.lists(refusals, min_size=1, max_size=2)))
    assert singled(diff(hidden, after)) <= expected
    others = st.sampled_from(whatever_can_be_refused(after))
    lost = refused(after, data.draw(st.lists(others, min_size=1, max_size=2)))
    assert singled(diff(before, lost)) <= expected


HIDDEN: dict[str, tuple[Fault, str, Thing]] = {
    "node left, interfaces hidden": (aging.node_leaves, SCALE_SET_INTERFACES, Thing.NODE),
    "node left, machines hidden": (aging.node_leaves, MACHINES, Thing.NODE),
    "service gone": (aging.service_goes, LOAD_BALANCERS, Thing.FRONTEND),
    "address gone": (aging.service_goes, PUBLIC_IPS, Thing.PUBLIC_IP),
    "route moved": (aging.route_moves, ROUTE_TABLES, Thing.ROUTE),
    "security rule gone": (aging.rule_goes, SECURITY_GROUPS, Thing.SECURITY_RULE),
}


@pytest.mark.parametrize(("fault", "kind", "thing"), HIDDEN.values(), ids=HIDDEN.keys())
def test_what_a_gap_may_hide_is_not_gone(fault: Fault, kind: str, thing: Thing) -> None:
    before = bundled("kubenet-vmss")
    after = aged(before, [fault])
    assert thing in {each.thing for each in leaves(diff(before, after))}
    changes = diff(before, refused(after, [refusal_of_list(after, kind)]))
    assert thing not in {each.thing for each in leaves(changes)}
    (gap,) = changes.not_comparable
    assert thing in gap.things
    assert gap.number > 0
    assert (gap.side, gap.listing, gap.reason) == (Side.NEW, kind, GapReason.FORBIDDEN)
    assert gap.action == f"{kind}/read"


def test_nodes_of_other_pools_are_told_past_a_gap() -> None:
    """A list of one scale set that is hidden says nothing of the nodes of another."""
    before = bundled("cni-overlay")
    after = aged(before, [aging.node_leaves])
    (node,) = (each for each in leaves(diff(before, after)) if each.thing is Thing.NODE)
    others = [
        Refusal(each.scope, each.type, with_documents=True)
        for each in after.listings
        if each.type == SCALE_SET_INTERFACES and each.ids and not _of_pool(each.scope.name, node)
    ]
    assert others
    changes = diff(before, refused(after, others[:1]))
    assert node.name in {each.name for each in leaves(changes)}


def _of_pool(scale_set: str, node: Change) -> bool:
    return node.name.startswith(scale_set)


def test_a_gap_of_both_sides_is_one() -> None:
    snapshot = bundled("kubenet-vmss")
    hidden = refused(snapshot, [refusal_of_list(snapshot, LOAD_BALANCERS)])
    (gap,) = diff(hidden, hidden).not_comparable
    assert gap.side is Side.BOTH
    assert gap.number == 0


def test_a_refused_inventory_hides_what_only_it_shows() -> None:
    before = bundled("kubenet-vmss")
    after = aged(before, [aging.disk_appears])
    inventory = refusal_of_list(after, "Microsoft.Resources/resourceGroups/resources")
    changes = diff(before, refused(after, [inventory]))
    assert told(changes) == []
    assert _things(changes.not_comparable) == {Thing.RESOURCE}


def _things(several: tuple[NotComparable, ...]) -> set[Thing]:
    return {thing for each in several for thing in each.things}


def test_what_does_not_exist_any_more_is_gone() -> None:
    """A 404 is an answer."""
    before = bundled("cni-nodesubnet")
    draft = Draft("cni-nodesubnet")
    (network,) = (each for each in draft.all("Microsoft.Network/virtualNetworks"))
    del network["properties"]["virtualNetworkPeerings"]
    after = draft.snapshot()
    assert "peering to-hub of virtual network vnet-payments removed: to vnet-hub" in told(
        diff(before, after)
    )


def test_a_document_that_only_one_snapshot_read_is_no_change() -> None:
    """A table of the user's is read while a subnet names it, and exists when none does."""
    before = bundled("private-udr")
    draft = Draft("private-udr")
    for network in draft.all("Microsoft.Network/virtualNetworks"):
        for subnet in network["properties"]["subnets"]:
            subnet["properties"].pop("routeTable", None)
    changes = diff(before, draft.snapshot())
    assert {each.thing for each in leaves(changes)} & {Thing.ROUTE, Thing.ROUTE_TABLE} == set()
    assert Thing.ROUTE_TABLE_OF_SUBNET in {each.thing for each in leaves(changes)}
    assert changes.not_comparable == ()


def test_a_finding_of_a_check_that_saw_nothing_is_not_gone() -> None:
    before = aged(bundled("kubenet-vmss"), [aging.route_moves])
    hidden = refused(before, [refusal_of_list(before, ROUTE_TABLES)])
    findings = diff(before, hidden).findings
    assert findings.gone == ()
    assert [(each.side, each.finding.check) for each in findings.unsure] == [
        (Side.NEW, "kubenet-route-next-hop")
    ]
    back = diff(hidden, before).findings
    assert back.appeared == ()
    assert [each.side for each in back.unsure] == [Side.OLD]


def test_no_stand_alone_interface_is_missed() -> None:
    """The group's own list of interfaces may hide a node of a pool of single machines."""
    before = bundled("virtual-machines")
    draft = Draft("virtual-machines")
    draft.remove(MACHINES, 0)
    after = draft.snapshot()
    hidden = refused(after, [refusal_of_list(after, INTERFACES)])
    assert Thing.NODE not in {each.thing for each in leaves(diff(before, hidden))}
