"""Odd clusters to try things on: the bundled ones with some changes."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import msgspec

from fixtures.assemble import assemble
from fixtures.documents import Document
from fixtures.scenarios import SCENARIOS
from inspector.resource_id import ResourceId
from inspector.resources import SCALE_SET_INTERFACE_TYPE
from inspector.snapshot import Gap, GapReason, Snapshot

SCALE_SET_INTERFACES = SCALE_SET_INTERFACE_TYPE
INTERFACES = "Microsoft.Network/networkInterfaces"
MACHINES = "Microsoft.ContainerService/managedClusters/agentPools/machines"
SCALE_SETS = "Microsoft.Compute/virtualMachineScaleSets"
VIRTUAL_MACHINES = "Microsoft.Compute/virtualMachines"
LOAD_BALANCERS = "Microsoft.Network/loadBalancers"
PUBLIC_IPS = "Microsoft.Network/publicIPAddresses"
NETWORKS = "Microsoft.Network/virtualNetworks"
USAGES = "Microsoft.Network/virtualNetworks/usages"
ROUTE_TABLES = "Microsoft.Network/routeTables"
SECURITY_GROUPS = "Microsoft.Network/networkSecurityGroups"


COHERENT = tuple(name for name in SCENARIOS if not name.startswith("broken-"))
"""The bundled clusters without the two that contradict themselves on purpose.

What these must show is in ``test_broken_clusters.py``.
"""


@cache
def bundled(name: str) -> Snapshot:
    """Return a bundled cluster."""
    return SCENARIOS[name].snapshot()


class Draft:
    """The documents of a bundled cluster, to be changed and collected anew."""

    def __init__(self, name: str) -> None:
        snapshot = bundled(name)
        self._cluster = str(snapshot.cluster)
        self.documents: list[Document] = [
            msgspec.json.decode(raw) for raw in snapshot.documents.values()
        ]

    def all(self, kind: str) -> list[Document]:
        """Return the documents of an ARM type, by id."""
        wanted = kind.lower()
        return [each for each in self.documents if ResourceId(each["id"]).type.lower() == wanted]

    def one(self, kind: str, place: int = 0) -> Document:
        """Return the document at a place among those of its type."""
        return self.all(kind)[place]

    def add(self, *documents: Document) -> None:
        """Add documents."""
        self.documents += documents

    def remove(self, kind: str, place: int | None = None) -> None:
        """Remove the documents of a type, or the one at a place among them."""
        gone = self.all(kind) if place is None else [self.one(kind, place)]
        self.documents = [each for each in self.documents if all(each is not it for it in gone)]

    @property
    def cluster(self) -> Document:
        """The cluster's own document."""
        return self.one("Microsoft.ContainerService/managedClusters")

    @property
    def network_profile(self) -> Any:
        """The cluster's networking profile."""
        return self.cluster["properties"]["networkProfile"]

    @property
    def group(self) -> str:
        """The infrastructure group's id."""
        return str(self.one("Microsoft.Resources/resourceGroups")["id"])

    def configurations(self, kind: str, place: int = 0) -> list[Document]:
        """Return the IP configurations of an interface, to be changed in place."""
        found: list[Document] = self.one(kind, place)["properties"]["ipConfigurations"]
        return found

    def snapshot(self) -> Snapshot:
        """Return what collecting the changed cluster stores."""
        return assemble(self.documents, self._cluster)


class Refusal(NamedTuple):
    """A document or a list to be refused; a list may take its documents along."""

    target: ResourceId
    listing: str | None = None
    with_documents: bool = False


def refusal_of_list(snapshot: Snapshot, kind: str, *, with_documents: bool = True) -> Refusal:
    """Return the refusal of the first list of a type."""
    listing = next(each for each in snapshot.listings if each.type == kind)
    return Refusal(listing.scope, listing.type, with_documents=with_documents)


def refusal_of(snapshot: Snapshot, kind: str, place: int = 0) -> Refusal:
    """Return the refusal of the document at a place among those of its type."""
    found = [each for each in snapshot.documents if each.type.lower() == kind.lower()]
    return Refusal(found[place])


def whatever_can_be_refused(snapshot: Snapshot) -> tuple[Refusal, ...]:
    """Return every document but the cluster's, and every list with and without its documents."""
    documents = (Refusal(each) for each in snapshot.documents if each != snapshot.cluster)
    lists = (
        Refusal(each.scope, each.type, with_documents=takes)
        for each in snapshot.listings
        for takes in (True, False)
    )
    return (*documents, *lists)


def gap_of(refusal: Refusal) -> Gap:
    """Return the gap that a refusal leaves."""
    return Gap(
        target=refusal.target,
        listing=refusal.listing,
        reason=GapReason.FORBIDDEN,
        action=f"{refusal.listing or refusal.target.type}/read",
        status=403,
        code="AuthorizationFailed",
    )


def refused(snapshot: Snapshot, refusals: Iterable[Refusal]) -> Snapshot:
    """Return the snapshot with documents and lists replaced by gaps."""
    wanted = list(refusals)
    lists = {(each.target, each.listing): each for each in wanted if each.listing}
    gone = {each.target for each in wanted if each.listing is None}
    for listing in snapshot.listings:
        refusal = lists.get((listing.scope, listing.type))
        if refusal is not None and refusal.with_documents:
            gone.update(listing.ids)
    kept = [each for each in snapshot.listings if (each.scope, each.type) not in lists]
    return msgspec.structs.replace(
        snapshot,
        documents={key: raw for key, raw in snapshot.documents.items() if key not in gone},
        listings=tuple(kept),
        gaps=(*snapshot.gaps, *map(gap_of, wanted)),
    )
