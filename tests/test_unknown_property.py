"""The property the design rests on: what is hidden is never taken for absent or for fine."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fixtures import documents as arm
from inspector.checks import run_checks
from inspector.findings import Outcome, Status
from inspector.ownership import OwnerKind
from inspector.report import Report, analyze
from inspector.report.load_balancing import Balancer
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    MACHINES,
    ROUTE_TABLES,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    VIRTUAL_MACHINES,
    Draft,
    Refusal,
    bundled,
    gap_of,
    refused,
)


def more_addresses(kind: str) -> Callable[[Draft], None]:
    """Break the first node: it gets a second IPv4 configuration."""

    def change(draft: Draft) -> None:
        configurations = draft.configurations(kind)
        interface = draft.one(kind)["id"]
        subnet = configurations[0]["properties"]["subnet"]["id"]
        configurations.append(
            arm.ip_configuration(
                interface, "ipconfig2", "10.224.0.77", subnet=subnet, is_primary=False
            )
        )

    return change


def no_address(draft: Draft) -> None:
    draft.configurations(SCALE_SET_INTERFACES, 2).clear()


def ipv6_declared_and_missing(draft: Draft) -> None:
    draft.network_profile["ipFamilies"] = ["IPv4", "IPv6"]


def machine_without_interface(draft: Draft) -> None:
    draft.remove(SCALE_SET_INTERFACES, 1)


def machine_without_resource(draft: Draft) -> None:
    draft.remove(SCALE_SET_INTERFACES, 1)
    del draft.one(MACHINES, 1)["properties"]["resourceId"]


def fewer_nodes_than_claimed(draft: Draft) -> None:
    draft.remove(MACHINES)
    draft.remove(SCALE_SET_INTERFACES)


def no_nodes(draft: Draft) -> None:
    fewer_nodes_than_claimed(draft)
    draft.cluster["properties"]["agentPoolProfiles"][0]["count"] = 0


def no_machines_listed(draft: Draft) -> None:
    draft.remove(MACHINES)
    more_addresses(SCALE_SET_INTERFACES)(draft)


def jump_box(draft: Draft) -> None:
    interface = arm.resource_id(draft.group, INTERFACES, "nic-jump")
    subnet = draft.configurations(SCALE_SET_INTERFACES)[0]["properties"]["subnet"]["id"]
    machine = arm.resource_id(draft.group, VIRTUAL_MACHINES, "jump")
    addresses = arm.numbered_configurations(
        interface, ["10.224.0.90", "10.224.0.91"], subnet=subnet
    )
    draft.add(
        arm.network_interface(
            draft.group,
            "nic-jump",
            location="westeurope",
            configurations=addresses,
            virtual_machine=machine,
        ),
        arm.virtual_machine(draft.group, "jump", location="westeurope", interfaces=[interface]),
    )


def virtual_machine(draft: Draft, name: str, interfaces: Sequence[str] = ()) -> arm.Document:
    return arm.virtual_machine(
        draft.group,
        name,
        location="westeurope",
        interfaces=interfaces,
        tags={"aks-managed-poolName": "np2"},
    )


def virtual_machine_without_interface(draft: Draft) -> None:
    draft.add(virtual_machine(draft, "aks-np2-12345678-vms0"))


def another_pool_without_fault(draft: Draft) -> None:
    """Leave the fault to a pool that only its scale set and its interfaces tell of."""
    no_machines_listed(draft)
    interface = arm.resource_id(draft.group, INTERFACES, "aks-np2-12345678-vms0-nic")
    subnet = draft.configurations(SCALE_SET_INTERFACES)[0]["properties"]["subnet"]["id"]
    machine = virtual_machine(draft, "aks-np2-12345678-vms0", [interface])
    draft.add(
        machine,
        arm.network_interface(
            draft.group,
            "aks-np2-12345678-vms0-nic",
            location="westeurope",
            configurations=arm.numbered_configurations(interface, ["10.224.0.60"], subnet=subnet),
            virtual_machine=machine["id"],
        ),
    )


def orphans(draft: Draft) -> None:
    """Leave a frontend without rules, routes to nobody and an address of nobody's."""
    draft.one(LOAD_BALANCERS)["properties"]["loadBalancingRules"].clear()
    draft.one(ROUTE_TABLES)["properties"]["routes"].pop()
    draft.add(arm.public_ip(draft.group, "spare", "198.51.100.5", location="westeurope"))


def flexible(draft: Draft) -> None:
    draft.one(SCALE_SETS)["properties"]["orchestrationMode"] = "Flexible"


BROKEN: dict[str, tuple[str, Callable[[Draft], None]]] = {
    "two addresses": ("kubenet-vmss", more_addresses(SCALE_SET_INTERFACES)),
    "two addresses in 2020": ("seed-kubenet", more_addresses(INTERFACES)),
    "no address": ("kubenet-vmss", no_address),
    "IPv6 missing": ("kubenet-vmss", ipv6_declared_and_missing),
    "machine without interface": ("kubenet-vmss", machine_without_interface),
    "machine without resource": ("kubenet-vmss", machine_without_resource),
    "fewer nodes than claimed": ("kubenet-vmss", fewer_nodes_than_claimed),
    "no nodes": ("kubenet-vmss", no_nodes),
    "no machines listed": ("kubenet-vmss", no_machines_listed),
    "virtual machine without interface": ("seed-kubenet", virtual_machine_without_interface),
    "another pool without fault": ("kubenet-vmss", another_pool_without_fault),
    "jump box": ("kubenet-vmss", jump_box),
    "orphans": ("kubenet-vmss", orphans),
    "flexible": ("kubenet-vmss", flexible),
}
CLUSTERS = ("seed-kubenet", "kubenet-vmss", "cni-nodesubnet", *BROKEN)


@cache
def cluster(name: str) -> Snapshot:
    if name not in BROKEN:
        return bundled(name)
    origin, change = BROKEN[name]
    draft = Draft(origin)
    change(draft)
    return draft.snapshot()


@cache
def in_full(name: str) -> Report:
    return analyze(cluster(name))


@cache
def whatever_can_be_refused(name: str) -> tuple[Refusal, ...]:
    """Return every document but the cluster's, and every list with and without its documents."""
    snapshot = cluster(name)
    documents = (Refusal(each) for each in snapshot.documents if each != snapshot.cluster)
    lists = (
        Refusal(each.scope, each.type, with_documents=takes)
        for each in snapshot.listings
        for takes in (True, False)
    )
    return (*documents, *lists)


def once(refusals: list[Refusal]) -> tuple[Refusal, ...]:
    """Leave one refusal of each list: it cannot both take its documents and leave them."""
    return tuple({(each.target, each.listing): each for each in refusals}.values())


@st.composite
def inspections(draw: st.DrawFn) -> tuple[str, tuple[Refusal, ...]]:
    """Draw a cluster and what of it is refused: a few things, about half, or nearly all."""
    name = draw(st.sampled_from(CLUSTERS))
    possible = whatever_can_be_refused(name)
    few = draw(st.lists(st.sampled_from(possible), unique=True, max_size=5))
    match draw(st.sampled_from(("few", "half", "most"))):
        case "few":
            chosen = few
        case "half":
            choice = draw(st.lists(st.booleans(), min_size=len(possible), max_size=len(possible)))
            chosen = [each for each, is_hit in zip(possible, choice, strict=True) if is_hit]
        case _:
            chosen = [each for each in possible if each not in few]
    return name, once(chosen)


def statuses(outcomes: Iterable[Outcome]) -> dict[str, Status]:
    return {each.check: each.status for each in outcomes}


def claims_of_absence(report: Report) -> Iterator[tuple[str, str]]:
    """Yield what the report says does not exist, or belongs to nobody."""
    tables, summary = report.route_tables, report.summary
    yield from (("subnet without table", each) for each in tables.subnets_without_table)
    yield from (("node without route", each) for each in tables.nodes_without_route or ())
    yield from (
        ("entry without address", each.public_ip)
        for each in report.ways_in.entries
        if each.address is None
    )
    if any(count.ip_configurations == 0 for count in summary.ips_per_node):
        yield "nodes without configuration", summary.cluster
    for balancer in report.load_balancing.balancers:
        yield from claims_of_balancer(balancer)


def claims_of_balancer(balancer: Balancer) -> Iterator[tuple[str, str]]:
    for frontend in balancer.frontends:
        if frontend.owner.kind is OwnerKind.NOBODY:
            yield "frontend of nobody", frontend.name
        if frontend.address is None:
            yield "frontend without address", frontend.name
    for pool in balancer.backend_pools:
        if not pool.members:
            yield "empty pool", pool.name
        for member in pool.members:
            if member.address is None:
                yield "member without address", f"{pool.name} {member.ip_configuration}"


def assert_undecided_or_as_before(name: str, refusals: Sequence[Refusal]) -> None:
    """Nothing becomes passed, failed or skipped for want of a document: only unknown."""
    before = statuses(in_full(name).outcomes)
    after = statuses(run_checks(Topology(refused(cluster(name), refusals))))
    assert after.keys() == before.keys()
    for check, status in after.items():
        assert status in {before[check], Status.UNKNOWN}, check


@settings(max_examples=1000)
@given(inspections())
def test_what_is_hidden_never_decides_a_check(
    inspection: tuple[str, tuple[Refusal, ...]],
) -> None:
    assert_undecided_or_as_before(*inspection)


@pytest.mark.parametrize("name", CLUSTERS)
def test_no_single_thing_that_is_hidden_decides_a_check(name: str) -> None:
    for refusal in whatever_can_be_refused(name):
        assert_undecided_or_as_before(name, [refusal])


@settings(max_examples=200)
@given(inspections())
def test_what_is_hidden_is_never_said_to_be_absent(
    inspection: tuple[str, tuple[Refusal, ...]],
) -> None:
    name, refusals = inspection
    known = set(claims_of_absence(in_full(name)))
    claimed = set(claims_of_absence(analyze(refused(cluster(name), refusals))))
    assert claimed <= known


@settings(max_examples=150)
@given(inspections())
@example(("kubenet-vmss", ()))
def test_no_gap_is_lost(inspection: tuple[str, tuple[Refusal, ...]]) -> None:
    name, refusals = inspection
    report = analyze(refused(cluster(name), refusals))
    assert len(report.gaps) == len(refusals)
    assert set(report.gaps) == set(map(gap_of, refusals))
    assert report.summary.gaps == len(refusals)
    unknown = [each for each in report.outcomes if each.status is Status.UNKNOWN]
    assert all(set(each.missing) <= set(report.gaps) for each in unknown)


def test_the_search_starts_from_every_status() -> None:
    """A property of failed and unknown says nothing where neither comes up."""
    found = {status for name in CLUSTERS for status in statuses(in_full(name).outcomes).values()}
    assert found == set(Status)
