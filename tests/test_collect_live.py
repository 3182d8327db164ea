"""The whole collection, real SDK clients and all, against an ARM on loopback."""

import random
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from azure.core.rest import HttpRequest
from azure.identity import DefaultAzureCredential
from azure.mgmt.network import NetworkManagementClient

from inspector.collectors import CredentialKind
from inspector.collectors.azure import ReadOnly, RefusedRequest
from inspector.collectors.reader import Reply, Wave
from inspector.collectors.reads import Request
from inspector.errors import (
    AccessDenied,
    AuthenticationError,
    ClusterNotFound,
    CollectionError,
)
from inspector.resource_id import ResourceId
from inspector.snapshot import Gap, GapReason, Listing, Snapshot, encode_snapshot, load_snapshot
from inspector.version import __version__
from tests.fake_arm import (
    Answer,
    FakeARM,
    FakeIdentity,
    error,
    far_cluster,
    forbidden,
    html,
    page,
    small_cluster,
    throttled,
)
from tests.fake_arm.clusters import CLUSTER, FOREIGN, GROUP, VNET

StartARM = Callable[..., FakeARM]
Collect = Callable[..., Snapshot]

BUNDLED = sorted(
    path
    for path in (Path(__file__).parent.parent / "fixtures" / "clusters").glob("*.json*")
    if path.name != "index.json"
)
BALANCERS = "Microsoft.Network/loadBalancers"
SCALE_SETS = "Microsoft.Compute/virtualMachineScaleSets"
MACHINES = "Microsoft.ContainerService/managedClusters/agentPools/machines"
SCALE_SET_INTERFACES = f"{SCALE_SETS}/virtualMachines/networkInterfaces"


class Recorder:
    """An observer that remembers the waves."""

    def __init__(self) -> None:
        self.finished: list[Wave] = []
        self._together = threading.Barrier(1)

    def wave_started(self, number: int, requests: int) -> None:  # noqa: ARG002  the observer protocol
        self._together = threading.Barrier(requests)

    def wait_for_the_others(self) -> float:
        self._together.wait(timeout=20)
        return 0

    def answered(self, request: Request, reply: Reply) -> None:
        """Hear of it in vain."""

    def wave_finished(self, wave: Wave) -> None:
        self.finished.append(wave)


def gaps_by_listing(snapshot: Snapshot) -> dict[str | None, Gap]:
    """Return the gaps, each of another list."""
    by_listing = {gap.listing: gap for gap in snapshot.gaps}
    assert len(by_listing) == len(snapshot.gaps)
    return by_listing


def listings_of(snapshot: Snapshot, kind: str) -> list[Listing]:
    return [each for each in snapshot.listings if each.type == kind]


@pytest.mark.parametrize("served", [small_cluster(), far_cluster()], ids=["small", "far"])
def test_a_collected_snapshot_equals_the_served_one(
    served: Snapshot, start_arm: StartARM, collect_from: Collect
) -> None:
    collected = collect_from(start_arm(served), served)
    beyond = {gap.target for gap in collected.gaps}
    documents = {each: raw for each, raw in served.documents.items() if each not in beyond}
    expected = msgspec.structs.replace(served, documents=documents, gaps=collected.gaps)
    assert collected == expected
    assert {gap.reason for gap in collected.gaps} <= {GapReason.NOT_REQUESTED}


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.name)
def test_a_bundled_cluster_is_what_a_collection_makes(
    path: Path, start_arm: StartARM, collect_from: Collect
) -> None:
    served = load_snapshot(path)
    collected = collect_from(start_arm(served), served)
    gaps = collected.gaps  # worded by who refused
    assert collected == msgspec.structs.replace(served, tool_version=__version__, gaps=gaps)
    assert [(gap.target, gap.listing) for gap in gaps] == [
        (gap.target, gap.listing) for gap in served.gaps
    ]


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.name)
def test_a_bundled_cluster_stays_in_budget(
    path: Path, start_arm: StartARM, collect_from: Collect
) -> None:
    """One list more for each scale set whose instances have public addresses."""
    served = load_snapshot(path)
    arm = start_arm(served)
    collect_from(arm, served)
    paths = {each.path.lower() for each in arm.received if each.is_first_page}
    pools = sum(each.type.lower().endswith("/agentpools") for each in served.documents)
    group = next(each for each in served.documents if each.type.endswith("/resourceGroups")).key
    own = (f"{group}/", f"{served.cluster.key}/")
    elsewhere = [each for each in paths - {group, served.cluster.key} if not each.startswith(own)]
    foreign = [each for each in elsewhere if not each.endswith(("/usages", "/virtualnetworklinks"))]
    addressed = [each for each in paths if each.endswith("-vmss/publicipaddresses")]
    assert len(paths) <= 18 + 2 * pools + 2 * len(foreign) + len(addressed)


@pytest.mark.parametrize("page_size", [1, 3])
def test_pages_make_one_list(page_size: int, start_arm: StartARM, collect_from: Collect) -> None:
    served = small_cluster(nodes=4, frontends=4)
    arm = start_arm(served, page_size=page_size)
    assert collect_from(arm, served) == served
    assert not all(each.is_first_page for each in arm.received)


def test_order_and_timing_do_not_change_the_snapshot(
    start_arm: StartARM, collect_from: Collect
) -> None:
    served = small_cluster(pools=3)
    waits = random.Random(20)  # noqa: S311  waits, not secrets
    arm = start_arm(served, latency=lambda: waits.uniform(0, 0.05))
    collected = [collect_from(arm, served) for _ in range(3)]
    assert collected == [served] * 3
    assert len({encode_snapshot(each) for each in collected}) == 1


@pytest.mark.parametrize(("pools", "nodes", "frontends"), [(1, 1, 1), (1, 40, 30), (4, 2, 1)])
def test_requests_stay_in_budget(
    pools: int, nodes: int, frontends: int, start_arm: StartARM, collect_from: Collect
) -> None:
    """``18 + 2 * pools + 2 * foreign`` beyond list pages, whatever the nodes and frontends."""
    served = small_cluster(pools=pools, nodes=nodes, frontends=frontends)
    arm = start_arm(served, page_size=10)
    observer = Recorder()
    assert collect_from(arm, served, observer=observer) == served
    foreign = {
        each.path.lower() for each in arm.received if each.path.lower().startswith(FOREIGN.lower())
    } - {f"{VNET}/usages".lower()}
    assert len(foreign) == 5
    first_pages = [each for each in arm.received if each.is_first_page]
    assert len(first_pages) == len({each.path.lower() for each in first_pages})
    assert len(first_pages) <= 18 + 2 * pools + 2 * len(foreign)
    assert sum(wave.requests for wave in observer.finished) == len(first_pages)
    assert sum(wave.pages for wave in observer.finished) == len(arm.received)
    assert {each.method for each in arm.received} == {"GET"}


def test_a_wave_asks_in_parallel(start_arm: StartARM, collect_from: Collect) -> None:
    """No request is answered before every request of its wave has come in."""
    served = small_cluster(pools=4)
    observer = Recorder()
    arm = start_arm(served, latency=observer.wait_for_the_others)
    assert collect_from(arm, served, observer=observer) == served
    assert [wave.number for wave in observer.finished] == [1, 2, 3]
    assert arm.most_at_once == max(wave.requests for wave in observer.finished)


def test_the_token_is_asked_for_once(
    start_arm: StartARM, collect_from: Collect, identity: FakeIdentity
) -> None:
    served = small_cluster()
    arm = start_arm(served)
    collect_from(arm, served)
    assert identity.resources_asked == ["https://arm.test"]
    agents = {each.headers["user-agent"] for each in arm.received}
    assert all(agent.startswith(f"aks-inspector/{__version__} ") for agent in agents)


def test_a_refusal_is_a_gap_with_the_action_to_grant(
    start_arm: StartARM, collect_from: Collect
) -> None:
    served = small_cluster()
    arm = start_arm(served)
    arm.script("/loadBalancers", forbidden())
    arm.script("/routeTables/nodes", forbidden())
    collected = collect_from(arm, served)
    assert [(gap.target, gap.listing, gap.action) for gap in collected.gaps] == [
        (ResourceId(GROUP), BALANCERS, f"{BALANCERS}/read"),
        (ResourceId(f"{FOREIGN}/routeTables/nodes"), None, "Microsoft.Network/routeTables/read"),
    ]
    for gap in collected.gaps:
        assert (gap.reason, gap.status, gap.code) == (
            GapReason.FORBIDDEN,
            403,
            "AuthorizationFailed",
        )
        assert "does not have authorization" in gap.message
    assert not listings_of(collected, BALANCERS)
    assert collected.absent == served.absent


def test_what_recovers_leaves_no_gap(start_arm: StartARM, collect_from: Collect) -> None:
    served = small_cluster()
    arm = start_arm(served)
    arm.script("/loadBalancers", throttled(1), times=2)
    arm.script("/routeTables", error(500, "InternalServerError", "try again"), times=1)
    arm.script("/natGateways", error(503, "ServiceUnavailable", "try again"), times=2)
    arm.script("/managedClusters/shop", html(502), times=1)
    assert collect_from(arm, served) == served
    first, second, third = (each.at for each in arm.received_at("/loadBalancers"))
    assert second - first >= 1
    assert third - second >= 1


def test_what_keeps_failing_is_a_gap(start_arm: StartARM, collect_from: Collect) -> None:
    served = small_cluster()
    arm = start_arm(served)
    arm.script("/loadBalancers", throttled(None))
    arm.script("/routeTables", error(500, "InternalServerError", "an\ninternal   error"))
    arm.script("/natGateways", error(503, "ServiceUnavailable", "not now"))
    arm.script("/privateEndpoints", html(502))
    collected = collect_from(arm, served)
    found = {
        kind: (gap.reason, gap.status, gap.code, gap.message)
        for kind, gap in gaps_by_listing(collected).items()
    }
    assert found == {
        BALANCERS: (
            GapReason.THROTTLED,
            429,
            "SubscriptionRequestsThrottled",
            "Number of read requests for subscription exceeded the limit. Please try again.",
        ),
        "Microsoft.Network/routeTables": (
            GapReason.FAILED,
            500,
            "InternalServerError",
            "an internal error",
        ),
        "Microsoft.Network/natGateways": (
            GapReason.FAILED,
            503,
            "ServiceUnavailable",
            "not now",
        ),
        "Microsoft.Network/privateEndpoints": (GapReason.FAILED, 502, None, "Bad Gateway"),
    }
    assert not {each.type for each in collected.listings} & found.keys()
    assert len(arm.received_at("/routeTables")) == 4


NOT_ARM = {
    "truncated": Answer(body=b'{"value":[', bytes_missing=500),
    "truncated but whole JSON": Answer(body=b'{"value":[]}', bytes_missing=500),
    "html": html(200),
    "empty": Answer(),
    "not UTF-8": Answer(body=b'{"value":["\xff"]}'),
    "no list": Answer(body=b'{"id":"x"}'),
    "a null list": Answer(body=b'{"value":null}'),
    "entries without an id": Answer(body=b'{"value":[{"name":"x"}]}'),
    "no provider": error(409, "MissingSubscriptionRegistration", "namespace 'Microsoft.Network'"),
    "no such type": error(404, "InvalidResourceType", "The resource type could not be found"),
}


@pytest.mark.parametrize("answer", NOT_ARM.values(), ids=NOT_ARM.keys())
def test_what_is_not_an_answer_is_a_gap(
    answer: Answer, start_arm: StartARM, collect_from: Collect
) -> None:
    served = small_cluster()
    arm = start_arm(served)
    arm.script("/loadBalancers", answer)
    collected = collect_from(arm, served)
    (gap,) = collected.gaps
    assert (gap.target, gap.listing) == (ResourceId(GROUP), BALANCERS)
    assert (gap.reason, gap.action) == (GapReason.FAILED, f"{BALANCERS}/read")
    assert gap.message
    assert "\n" not in gap.message
    assert not listings_of(collected, BALANCERS)
    assert {each.method for each in arm.received} == {"GET"}


def test_a_listed_document_of_another_shape_is_a_gap_of_its_own(
    start_arm: StartARM, collect_from: Collect
) -> None:
    """The list is complete all the same: it says that the resource exists."""
    served = small_cluster()
    balancer = ResourceId(f"{GROUP}/providers/{BALANCERS}/odd")
    arm = start_arm(served)
    arm.script("/loadBalancers", page([msgspec.Raw(f'{{"id":"{balancer}","tags":7}}'.encode())]))
    collected = collect_from(arm, served)
    (gap,) = collected.gaps
    assert (gap.target, gap.listing, gap.reason) == (balancer, None, GapReason.FAILED)
    assert balancer not in collected.documents
    assert [each.ids for each in listings_of(collected, BALANCERS)] == [(balancer,)]


def test_one_truncated_document_is_a_gap(start_arm: StartARM, collect_from: Collect) -> None:
    served = small_cluster()
    arm = start_arm(served)
    arm.script("/routeTables/nodes", Answer(body=b'{"id":', bytes_missing=100))
    (gap,) = collect_from(arm, served).gaps
    assert (gap.target, gap.listing) == (ResourceId(f"{FOREIGN}/routeTables/nodes"), None)
    assert gap.reason is GapReason.FAILED


def test_a_document_of_another_id_is_a_gap(start_arm: StartARM, collect_from: Collect) -> None:
    served = small_cluster()
    arm = start_arm(served)
    other = served.documents[ResourceId(f"{FOREIGN}/networkSecurityGroups/nodes")]
    arm.script("/routeTables/nodes", Answer(body=bytes(other)))
    collected = collect_from(arm, served)
    assert len(collected.gaps) == 1
    assert ResourceId(f"{FOREIGN}/routeTables/nodes") not in collected.documents


def test_the_token_does_not_follow_a_link_to_another_host(
    start_arm: StartARM, collect_from: Collect
) -> None:
    served = small_cluster()
    arm, elsewhere = start_arm(served), start_arm(served)
    arm.script("/loadBalancers", page((), f"{elsewhere.endpoint}{GROUP}/more?api-version=1"))
    plain = arm.endpoint.replace("https", "http")
    arm.script("/routeTables", page((), f"{plain}{GROUP}/more?api-version=1"))
    collected = collect_from(arm, served)
    gaps = gaps_by_listing(collected)
    assert gaps.keys() == {BALANCERS, "Microsoft.Network/routeTables"}
    host = elsewhere.endpoint.removeprefix("https://")
    assert gaps[BALANCERS].message == f"refused to send the token to {host}"
    assert elsewhere.received == []


def test_a_redirect_is_not_followed(start_arm: StartARM, collect_from: Collect) -> None:
    served = small_cluster()
    arm = start_arm(served)
    other = f"{arm.endpoint}{GROUP}/providers/Microsoft.Network/elsewhere?api-version=2024-05-01"
    arm.script("/loadBalancers", Answer(status=302, headers={"Location": other}))
    (gap,) = collect_from(arm, served).gaps
    assert (gap.listing, gap.reason, gap.status) == (BALANCERS, GapReason.FAILED, 302)
    assert arm.received_at("/elsewhere") == []


def test_pages_that_never_end_are_a_gap(start_arm: StartARM, collect_from: Collect) -> None:
    served = small_cluster()
    arm = start_arm(served)
    path = f"{GROUP}/providers/{BALANCERS}"
    link = f"{arm.endpoint}{path}?api-version=2024-05-01&%24skiptoken=again"
    arm.script("/loadBalancers", page((), link))
    arm.script("/loadBalancers", page((), link), first_page=False)
    (gap,) = collect_from(arm, served).gaps
    assert (gap.listing, gap.message) == (BALANCERS, "the pages of the list never end")
    assert len(arm.received_at("/loadBalancers")) == 2


def test_a_list_without_its_second_page_is_not_complete(
    start_arm: StartARM, collect_from: Collect
) -> None:
    served = small_cluster(pools=1, nodes=2)
    arm = start_arm(served, page_size=1)
    arm.script("/machines", forbidden(), first_page=False)
    collected = collect_from(arm, served)
    (gap,) = collected.gaps
    assert (gap.listing, gap.status) == (MACHINES, 403)
    assert not listings_of(collected, MACHINES)
    lost = served.documents.keys() - collected.documents.keys()
    assert {each.type for each in lost} == {MACHINES}
    assert len(lost) == 1


@pytest.mark.parametrize(
    ("code", "is_absent"),
    [
        ("ResourceNotFound", True),
        ("ResourceGroupNotFound", True),
        ("NotFound", True),
        ("SubscriptionNotFound", False),
        ("InvalidResourceType", False),
        ("InvalidResourceNamespace", False),
    ],
)
def test_only_the_resource_s_own_404_is_absence(
    code: str, is_absent: bool, start_arm: StartARM, collect_from: Collect
) -> None:
    served = small_cluster()
    arm = start_arm(served)
    arm.script("/virtualNetworks/hub", error(404, code, "not here"))
    collected = collect_from(arm, served)
    vnet = ResourceId(VNET)
    assert (vnet in collected.absent) is is_absent
    assert [(gap.target, gap.status, gap.code) for gap in collected.gaps] == (
        [] if is_absent else [(vnet, 404, code)]
    )


def test_a_network_in_a_foreign_subscription_unknown_to_arm_is_a_gap(
    start_arm: StartARM, collect_from: Collect
) -> None:
    """The reader may sit in another tenant than the network."""
    text = encode_snapshot(small_cluster()).replace(
        b"00000000-0000-0000-0000-000000000001/resourceGroups/NETWORK",
        b"00000000-0000-0000-0000-000000000002/resourceGroups/NETWORK",
    )
    documents = msgspec.json.decode(text, type=dict[str, msgspec.Raw])["documents"]
    raws = msgspec.json.decode(documents, type=dict[str, msgspec.Raw])
    served = msgspec.structs.replace(
        small_cluster(), documents={ResourceId(each): raw for each, raw in raws.items()}
    )
    collected = collect_from(start_arm(served), served)
    far = ResourceId(VNET.replace("0001/", "0002/"))
    assert far not in collected.absent
    assert [(gap.target, gap.code) for gap in collected.gaps] == [
        (far, "SubscriptionNotFound"),
        (far, "SubscriptionNotFound"),
    ]


def test_a_cluster_that_is_refused(start_arm: StartARM, collect_from: Collect) -> None:
    served = small_cluster()
    arm = start_arm(served)
    arm.script("/managedClusters/shop", forbidden())
    with pytest.raises(AccessDenied) as raised:
        collect_from(arm, served)
    assert str(raised.value) == (
        f"{CLUSTER}: access denied; grant Microsoft.ContainerService/managedClusters/read"
    )


def test_a_failed_collection_leaves_no_connection(
    start_arm: StartARM, collect_from: Collect, identity: FakeIdentity
) -> None:
    served = small_cluster()
    arm = start_arm(served)
    arm.script("/managedClusters/shop", forbidden())
    with pytest.raises(AccessDenied) as raised:
        collect_from(arm, served)
    # The error's traceback keeps the credential alive: only closing it ends the connection.
    assert identity.resources_asked
    assert identity.is_left_alone_within(3), raised.value


@pytest.mark.parametrize(
    "code", ["ResourceNotFound", "ResourceGroupNotFound", "SubscriptionNotFound"]
)
def test_a_cluster_that_is_not_there(code: str, start_arm: StartARM, collect_from: Collect) -> None:
    served = small_cluster()
    arm = start_arm(served)
    arm.script("/managedClusters/shop", error(404, code, "not here"))
    with pytest.raises(ClusterNotFound, match="cluster 'shop' not found in resource group 'shop'"):
        collect_from(arm, served)


def test_a_cluster_that_is_no_json(start_arm: StartARM, collect_from: Collect) -> None:
    served = small_cluster()
    arm = start_arm(served)
    arm.script("/managedClusters/shop", html(200))
    with pytest.raises(CollectionError, match="the answer is not ARM's JSON"):
        collect_from(arm, served)


def test_a_token_that_arm_refuses(start_arm: StartARM, collect_from: Collect) -> None:
    served = small_cluster()
    arm = start_arm(served, token="another")  # noqa: S106  one the fake ARM refuses
    with pytest.raises(AuthenticationError, match="The access token is invalid"):
        collect_from(arm, served)


@pytest.mark.parametrize(
    "kind", [CredentialKind.ENVIRONMENT, CredentialKind.WORKLOAD_IDENTITY, CredentialKind.CLI]
)
def test_no_way_to_sign_in(
    kind: CredentialKind,
    start_arm: StartARM,
    collect_from: Collect,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    served = small_cluster()
    arm = start_arm(served)
    with pytest.raises(AuthenticationError) as raised:
        collect_from(arm, served, credential=kind)
    assert str(raised.value).startswith("could not sign in: ")
    assert "\n" not in str(raised.value)
    assert arm.received == []


def test_a_certificate_nobody_vouches_for(
    start_arm: StartARM, collect_from: Collect, other_ca_bundle: str
) -> None:
    served = small_cluster()
    arm = start_arm(served)
    with pytest.raises(CollectionError) as raised:
        collect_from(arm, served, ca_bundle=other_ca_bundle)
    assert "CERTIFICATE_VERIFY_FAILED" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert arm.received == []


def test_a_ca_bundle_that_is_not_there(
    start_arm: StartARM, collect_from: Collect, tmp_path: Path
) -> None:
    served = small_cluster()
    with pytest.raises(CollectionError, match="no-such-file"):
        collect_from(start_arm(served), served, ca_bundle=str(tmp_path / "no-such-file"))


def test_requests_ca_bundle_alone_is_honoured(
    start_arm: StartARM, collect_from: Collect, ca_bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_bundle)
    served = small_cluster()
    assert collect_from(start_arm(served), served, ca_bundle=None) == served


def test_the_policy_stops_what_the_sdk_would_send_by_itself(
    start_arm: StartARM, ca_bundle: str
) -> None:
    """The SDK answers a 409 for an unregistered provider with a POST that registers it."""
    served = small_cluster()
    arm = start_arm(served)
    message = "The subscription is not registered to use namespace 'Microsoft.Network'"
    arm.script("/loadBalancers", error(409, "MissingSubscriptionRegistration", message))
    url = f"{arm.endpoint}{GROUP}/providers/{BALANCERS}?api-version=2024-05-01"
    with (
        DefaultAzureCredential() as credential,
        NetworkManagementClient(
            credential,
            served.cluster.subscription,
            base_url=arm.endpoint,
            credential_scopes=["https://arm.test/.default"],
            per_retry_policies=[ReadOnly(arm.endpoint)],
            connection_verify=ca_bundle,
        ) as client,
    ):
        with pytest.raises(RefusedRequest, match=r"refused to send POST .*/register"):
            client.send_request(HttpRequest("GET", url))
        for method in ("PUT", "PATCH", "DELETE", "POST", "HEAD"):
            with pytest.raises(RefusedRequest, match=f"refused to send {method}"):
                client.send_request(HttpRequest(method, url))
    assert [each.method for each in arm.received] == ["GET"]


def test_the_fake_asks_what_arm_asks(
    start_arm: StartARM, identity: FakeIdentity, ca_bundle: str
) -> None:
    """A request without token or api-version must fail here, or no test would notice it."""
    import urllib.error
    import urllib.request

    arm = start_arm(small_cluster())
    trusted = ssl.create_default_context(cafile=ca_bundle)
    token = {"Authorization": f"Bearer {identity.token}"}
    seen = []
    for url, headers in (
        (f"{CLUSTER}?api-version=2025-05-01", {}),
        (CLUSTER, token),
        (f"{CLUSTER}x?api-version=2025-05-01", token),
        (f"{GROUP}x/resources?api-version=2025-05-01", token),
        (f"{CLUSTER.replace('0001', '0009')}?api-version=2025-05-01", token),
    ):
        request = urllib.request.Request(arm.endpoint + url, headers=headers)  # noqa: S310  https on loopback
        with pytest.raises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(request, context=trusted)  # noqa: S310  https on loopback
        with raised.value as answer:
            body = msgspec.json.decode(answer.read(), type=dict[str, dict[str, str]])
            seen.append((answer.code, body["error"]["code"]))
    assert seen == [
        (401, "AuthenticationFailed"),
        (400, "MissingApiVersionParameter"),
        (404, "ResourceNotFound"),
        (404, "ResourceGroupNotFound"),
        (404, "SubscriptionNotFound"),
    ]
