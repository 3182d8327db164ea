"""The crawl itself, against an ARM in memory."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.collectors.crawl import MOST_WAVES, crawl
from inspector.collectors.reader import Reply, Wave
from inspector.collectors.reads import Request
from inspector.errors import AccessDenied, AuthenticationError, ClusterNotFound
from inspector.resource_id import ResourceId
from inspector.snapshot import Gap, GapReason, Listing, Snapshot
from tests.fake_arm import InMemoryReader, far_cluster, small_cluster, snapshot_of
from tests.fake_arm.clusters import CLUSTER, FOREIGN, VNET, cluster_document

SERVED = small_cluster()


class Waves:
    """An observer that keeps the waves and every answer."""

    def __init__(self) -> None:
        self.finished: list[Wave] = []
        self.answers: list[Request] = []

    def wave_started(self, number: int, requests: int) -> None:
        assert requests > 0, f"wave {number} has nothing to ask"

    def answered(self, request: Request, reply: Reply) -> None:  # noqa: ARG002  the observer protocol
        self.answers.append(request)

    def wave_finished(self, wave: Wave) -> None:
        self.finished.append(wave)


def crawl_in_memory(
    served: Snapshot, refused: Mapping[Request, int] | None = None
) -> tuple[Snapshot, Waves, InMemoryReader]:
    """Return what the crawl of ``served`` made, heard of and asked."""
    reader, waves = InMemoryReader(served, refused), Waves()
    collected = crawl(
        served.cluster,
        reader,
        captured_at=served.captured_at,
        tool_version=served.tool_version,
        observer=waves,
    )
    return collected, waves, reader


REQUESTS = tuple(crawl_in_memory(SERVED)[2].requests)
ITSELF = next(each for each in REQUESTS if each.target == SERVED.cluster and not each.is_list)
OTHERS = sorted((each for each in REQUESTS if each != ITSELF), key=lambda each: each.path)


def test_a_crawl_finds_everything() -> None:
    collected, waves, reader = crawl_in_memory(SERVED)
    assert collected == SERVED
    assert [wave.number for wave in waves.finished] == [1, 2, 3]
    assert [wave.requests for wave in waves.finished] == [2, 19, 4]
    assert sorted(each.path for each in waves.answers) == sorted(
        each.path for each in reader.requests
    )


def test_a_wave_s_requests_do_not_depend_on_each_other() -> None:
    """The same wave sizes, however many nodes and frontends there are."""
    _, waves, _ = crawl_in_memory(small_cluster(nodes=30, frontends=20))
    assert [wave.requests for wave in waves.finished] == [2, 19, 4]


def test_subnets_of_others_are_not_followed() -> None:
    """The network holds a subnet of somebody else; its tables say nothing about the cluster."""
    _, _, reader = crawl_in_memory(SERVED)
    asked = {each.target for each in reader.requests}
    assert ResourceId(f"{FOREIGN}/routeTables/nodes") in asked
    assert ResourceId(f"{FOREIGN}/routeTables/others") not in asked
    assert ResourceId(f"{FOREIGN}/networkSecurityGroups/others") not in asked


def test_nothing_is_asked_twice() -> None:
    """References differ in case: the pools' subnet ids have their group in capitals."""
    _, _, reader = crawl_in_memory(small_cluster(pools=3))
    paths = [each.path.lower() for each in reader.requests]
    assert len(paths) == len(set(paths))


def test_what_lies_beyond_the_last_wave_is_a_gap() -> None:
    served = far_cluster()
    collected, waves, _ = crawl_in_memory(served)
    address = ResourceId(f"{FOREIGN}/publicIPAddresses/far")
    assert len(waves.finished) == MOST_WAVES
    assert collected.gaps == (
        Gap(
            target=address,
            reason=GapReason.NOT_REQUESTED,
            action="Microsoft.Network/publicIPAddresses/read",
            message="more than 5 references away from the cluster",
        ),
    )
    assert served.documents.keys() - collected.documents.keys() == {address}
    assert collected.absent == ()


@given(st.dictionaries(st.sampled_from(OTHERS), st.integers(min_value=0, max_value=2)))
def test_a_refusal_never_becomes_absence(refused: dict[Request, int]) -> None:
    """Whatever is refused, after however many items, is a gap with its action and no more."""
    collected, waves, reader = crawl_in_memory(SERVED, refused)
    asked = [each for each in reader.requests if each in refused]
    gaps = {(gap.target, gap.listing): gap for gap in collected.gaps}
    assert gaps.keys() == {
        (each.target, each.read.type if each.is_list else None) for each in asked
    }
    assert len(gaps) == len(collected.gaps) == len(asked)
    for each in asked:
        gap = gaps[each.target, each.read.type if each.is_list else None]
        assert (gap.action, gap.reason) == (each.read.action, GapReason.FORBIDDEN)
    refused_lists = {(each.target, each.read.type) for each in asked if each.is_list}
    assert not refused_lists & {(each.scope, each.type) for each in collected.listings}
    complete: list[Listing] = list(SERVED.listings)
    assert all(each in complete for each in collected.listings)
    assert set(collected.absent) <= set(SERVED.absent)
    assert collected.documents.items() <= SERVED.documents.items()
    assert len(waves.finished) <= MOST_WAVES


@given(st.sets(st.sampled_from(OTHERS)))
def test_a_refused_cluster_is_an_error_whatever_else_is_refused(others: set[Request]) -> None:
    with pytest.raises(AccessDenied, match=r"grant Microsoft\.ContainerService/managedClusters/"):
        crawl_in_memory(SERVED, dict.fromkeys({ITSELF, *others}, 0))


def test_a_cluster_that_is_not_there() -> None:
    gone = small_cluster()
    documents = {each: raw for each, raw in gone.documents.items() if each != gone.cluster}
    reader = InMemoryReader(
        Snapshot(
            cluster=gone.cluster,
            captured_at=gone.captured_at,
            tool_version="",
            documents=documents,
        )
    )
    with pytest.raises(ClusterNotFound):
        crawl(
            gone.cluster,
            reader,
            captured_at=gone.captured_at,
            tool_version="",
            observer=Waves(),
        )


def test_a_cluster_whose_infrastructure_group_is_gone() -> None:
    """An absent group has no resources: every list of it is complete and empty."""
    served = snapshot_of([cluster_document([], {})])
    alone = Snapshot(
        cluster=served.cluster,
        captured_at=served.captured_at,
        tool_version=served.tool_version,
        documents=served.documents,
    )
    collected, _, _ = crawl_in_memory(alone)
    assert [each.type for each in collected.absent] == ["Microsoft.Resources/resourceGroups"]
    assert collected.gaps == ()
    assert not any(each.ids or each.entries for each in collected.listings)
    assert len(collected.listings) == 13


def test_no_sign_in_ends_the_crawl() -> None:
    class SignedOut:
        def read(self, request: Request) -> Reply:
            raise AuthenticationError(request.path)

    with pytest.raises(AuthenticationError):
        crawl(
            ResourceId(CLUSTER),
            SignedOut(),
            captured_at=SERVED.captured_at,
            tool_version="",
            observer=Waves(),
        )


def test_usages_are_asked_with_the_network_they_belong_to() -> None:
    """Waiting for the network's document would cost a wave."""
    _, waves, reader = crawl_in_memory(SERVED)
    first_two = {each.path.lower() for each in waves.answers[: 2 + waves.finished[1].requests]}
    assert {VNET.lower(), f"{VNET}/usages".lower()} <= first_two
    assert len(reader.requests) == 25
