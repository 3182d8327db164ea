"""What a reader has to know before the changes."""

from collections.abc import Iterator
from typing import Final

from inspector.changes.setting import Sides
from inspector.resources import ManagedCluster, same_text
from inspector.topology import Topology

_SETTLED: Final = frozenset({"succeeded", "failed", "canceled"})


def notes(sides: Sides) -> Iterator[str]:
    """Yield what puts the changes into doubt: their order in time, a cluster made anew."""
    old, new = (each.snapshot for each in sides)
    if old.captured_at > new.captured_at:
        yield (
            f"The old snapshot was taken after the new one, on {old.captured_at:%Y-%m-%d %H:%M %Z}"
            f" and {new.captured_at:%Y-%m-%d %H:%M %Z}: perhaps they are in the wrong order."
        )
    signs = list(_signs_of_another(sides.old.cluster, sides.new.cluster))
    if signs:
        yield f"The cluster seems to have been made anew under the same id: {', '.join(signs)}."
    for name, topology in (("old", sides.old), ("new", sides.new)):
        yield from _motion(name, topology)
    if old.tool_version != new.tool_version:
        yield (
            f"Different releases took the snapshots, {old.tool_version} and {new.tool_version}: "
            "the later one may read more."
        )


def _signs_of_another(old: ManagedCluster, new: ManagedCluster) -> Iterator[str]:
    """Yield what AKS gives a cluster once: its infrastructure group and its host name."""
    for name, before, after in (
        ("infrastructure group", old.infrastructure_group, new.infrastructure_group),
        ("FQDN", old.properties.fqdn, new.properties.fqdn),
    ):
        both = before is not None and after is not None
        if both and str(before).casefold() != str(after).casefold():
            yield f"another {name}"


def _motion(name: str, topology: Topology) -> Iterator[str]:
    state = topology.cluster.properties.provisioning_state
    if state and not any(same_text(state, each) for each in _SETTLED):
        yield f"In the {name} snapshot the cluster is {state}: what is in motion may look changed."
