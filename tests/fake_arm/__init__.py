"""A stand-in for Azure: ARM and the managed identity endpoint, on loopback or in memory."""

from tests.fake_arm.answers import Answer, error, forbidden, html, page, throttled
from tests.fake_arm.clusters import far_cluster, small_cluster, snapshot_of
from tests.fake_arm.content import Content, Refusal
from tests.fake_arm.identity import FakeIdentity
from tests.fake_arm.in_memory import InMemoryReader
from tests.fake_arm.server import FakeARM, Received

__all__ = [
    "Answer",
    "Content",
    "FakeARM",
    "FakeIdentity",
    "InMemoryReader",
    "Received",
    "Refusal",
    "error",
    "far_cluster",
    "forbidden",
    "html",
    "page",
    "small_cluster",
    "snapshot_of",
    "throttled",
]
