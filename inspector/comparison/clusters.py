"""The clusters themselves: version and region, and the headings they go by."""

from collections.abc import Iterable, Sequence
from itertools import starmap
from typing import Final

from inspector.comparison.answers import Question, Said, said
from inspector.comparison.side import Side
from inspector.comparison.views import ComparedCluster
from inspector.network.models import describe_network
from inspector.wording import names


def compared_clusters(sides: Sequence[Side], labels: Sequence[str]) -> tuple[ComparedCluster, ...]:
    """Return the clusters, those of one name told apart by what the user typed or else is theirs.

    ``labels`` are what the user typed, empty where nothing was.
    """
    return tuple(starmap(_described, zip(sides, _headings(sides, labels), strict=True)))


def _described(side: Side, heading: str) -> ComparedCluster:
    cluster, snapshot = side.cluster, side.topology.snapshot
    properties = cluster.properties
    return ComparedCluster(
        heading=heading,
        name=cluster.title,
        id=cluster.id,
        resource_group=cluster.id.resource_group,
        subscription=cluster.id.subscription,
        network_model=describe_network(side.profile, side.pools),
        location=cluster.location,
        kubernetes_version=_kubernetes_version(side),
        power_state=properties.power_state.code,
        provisioning_state=properties.provisioning_state,
        captured_at=snapshot.captured_at,
        tool_version=snapshot.tool_version,
    )


def _headings(sides: Sequence[Side], labels: Sequence[str]) -> list[str]:
    """Return a heading for each cluster; no two are the same."""
    titles = [each.cluster.title for each in sides]
    headings = list(titles)
    for title in {each.lower() for each in titles}:
        places = [place for place, each in enumerate(titles) if each.lower() == title]
        if len(places) > 1:
            alike = [sides[place] for place in places]
            apart = _told_apart(alike, [labels[place] for place in places])
            for place, text in zip(places, apart, strict=True):
                headings[place] = f"{titles[place]} ({text})"
    return headings


def _told_apart(sides: Sequence[Side], labels: Sequence[str]) -> list[str]:
    """Return what tells clusters of one name apart; a whole id would be no heading."""
    short = ["" if each.startswith("/subscriptions/") else each for each in labels]
    groups = [each.cluster.id.resource_group or "" for each in sides]
    subscriptions = [each.cluster.id.subscription for each in sides]
    for texts in (short, groups, subscriptions):
        if all(texts) and len({each.lower() for each in texts}) == len(texts):
            return texts
    return [str(number) for number in range(1, len(sides) + 1)]


def _kubernetes_version(side: Side) -> str | None:
    properties = side.cluster.properties
    return properties.current_kubernetes_version or properties.kubernetes_version


def _version(side: Side) -> Said:
    version = _kubernetes_version(side)
    others = _other_versions(version or "", side)
    if not others:
        return said(version)
    return said(f"{version}, pools {names(others)}", "pools are upgraded after the control plane")


def _other_versions(version: str, side: Side) -> Iterable[str]:
    """Return the versions of pools behind the cluster's, which may be written shorter: ``1.30``."""
    found = {each.current_orchestrator_version or each.orchestrator_version for each in side.pools}
    return sorted(
        each for each in found if each and each != version and not version.startswith(f"{each}.")
    )


def _region(side: Side) -> Said:
    location = side.cluster.location
    return said(location and location.replace(" ", "").lower())


QUESTIONS: Final = (
    Question("kubernetes-version", "Kubernetes version", _version),
    Question("region", "Region", _region),
)
