"""A whole collection against a fake ARM: how near it comes to what its waves must take."""

import statistics
import time
from pathlib import Path
from typing import Any, Final

from benchmarks.arm_server import Service, arm_server
from benchmarks.files import snapshot_file
from inspector.collectors import collect
from inspector.collectors.clouds import private_cloud
from inspector.collectors.reader import Reply, Wave
from inspector.collectors.reads import Request
from inspector.resource_id import ResourceId
from inspector.resources import ManagedCluster
from inspector.snapshot import Snapshot

_LATENCY_SECONDS: Final = 0.1
_PAGE_SIZE: Final = 100
_CLUSTERS: Final = (
    ("kubenet, 400", "kubenet", (400,)),
    ("CNI, 1000 x 31", "cni", (1000, 31)),
    ("Overlay, 5000 in 10 pools", "overlay", (5000, 10, 300)),
)


class _Credential:
    """Hands out the one token that the fake ARM takes."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_scopes: str, **_options: Any) -> Any:
        from azure.core.credentials import AccessToken

        return AccessToken(self._token, int(time.time()) + 86_400)


class Waves:
    """An observer that keeps what each wave asked for and how many pages came."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.pages = 0
        self.seconds = 0.0
        self.longest: list[int] = []

    def wave_started(self, number: int, requests: int) -> None:  # noqa: ARG002
        """Begin with a wave in which nothing has been read."""
        self.longest.append(0)

    def answered(self, request: Request, reply: Reply) -> None:
        """Count the pages; those of one list come one after the other."""
        self.requests.append(request)
        self.longest[-1] = max(self.longest[-1], reply.pages)

    def wave_finished(self, wave: Wave) -> None:
        """Add up what the program itself counted."""
        self.pages += wave.pages
        self.seconds += wave.seconds

    def allowed(self, collected: Snapshot) -> int:
        """Return how many requests beyond list pages a collection promises at most."""
        cluster = collected.resources[collected.cluster]
        assert isinstance(cluster, ManagedCluster)
        targets = {each.target for each in self.requests if not each.is_list} - {cluster.id}
        group = cluster.infrastructure_group
        foreign = [each for each in targets if each.resource_group_id != group]
        pools = len(cluster.properties.agent_pool_profiles)
        return 18 + 2 * pools + 2 * len(foreign)


def live(folder: Path, runs: int) -> None:
    """Print requests, pages and waves of collections, and their time against the least there is.

    That is the latency, for each wave as often as its longest list has pages. The SDK is loaded
    before. ``waiting`` is the part of the seconds that passes inside the waves, ``CPU`` the
    collecting process's own time.
    """
    began = time.perf_counter()
    import inspector.collectors.azure  # noqa: F401

    print(
        f"\ncollecting over HTTPS on loopback, {_LATENCY_SECONDS * 1000:.0f} ms to every answer, "
        f"pages of {_PAGE_SIZE}"
    )
    print(f"  loading the SDK takes {time.perf_counter() - began:.3f} s, once")
    print(
        f"  {'':<25} {'requests':>8} {'allowed':>7} {'pages':>6} {'waves':>5}"
        f" {'seconds':>8} {'waiting':>7} {'CPU':>7} {'ideal':>7} {'ratio':>7}"
    )
    for label, kind, sizes in _CLUSTERS:
        path = snapshot_file(folder, kind, *sizes)
        with arm_server(path, latency_seconds=_LATENCY_SECONDS, page_size=_PAGE_SIZE) as service:
            _print_collections(label, service, runs)


def _print_collections(label: str, service: Service, runs: int) -> None:
    seconds, waiting, used = [], [], []
    for turn in range(runs + 1):
        waves, wall, cpu = Waves(), time.perf_counter(), time.process_time()
        collected = collect_from(service, waves)
        if turn:
            seconds.append(time.perf_counter() - wall)
            waiting.append(waves.seconds)
            used.append(time.process_time() - cpu)
        assert len(collected.documents) == service.documents
        assert not collected.gaps
    ideal = _LATENCY_SECONDS * sum(waves.longest)
    taken, waited, cpu = map(statistics.median, (seconds, waiting, used))
    print(
        f"  {label:<25} {len(waves.requests):>8} {waves.allowed(collected):>7} {waves.pages:>6}"
        f" {len(waves.longest):>5} {taken:6.2f} s {waited:5.2f} s {cpu:5.2f} s {ideal:5.2f} s"
        f" {taken / ideal:5.2f} x"
    )


def collect_from(service: Service, waves: Waves) -> Snapshot:
    """Collect the cluster that the fake ARM serves."""
    return collect(
        ResourceId(service.cluster),
        credential=_Credential(service.token),
        cloud=private_cloud(service.endpoint, None),
        ca_bundle=service.ca_bundle,
        observer=waves,
    )
