"""The network policy engines that end, and what there is in their place."""

from inspector.cluster.retirements import RETIREMENTS
from inspector.nodes import pool_profiles
from inspector.resources import same_text
from inspector.topology import Topology


def engine_ends(today: Topology) -> str | None:
    """Return the day on which the cluster's policy engine ends, ``None`` if none is known."""
    policy = today.cluster.properties.network_profile.network_policy
    if not same_text(policy, "azure"):
        return None
    predicate = "npm-windows" if runs_windows(today) else "npm-linux"
    return next((str(e.retired_on) for e in RETIREMENTS if e.predicate == predicate), None)


def runs_windows(today: Topology) -> bool:
    """Whether a pool runs Windows, which Cilium does not."""
    return any(same_text(each.os_type, "Windows") for each in pool_profiles(today))
