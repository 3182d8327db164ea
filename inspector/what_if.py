"""Pools as they might be: a snapshot in which the cluster has other numbers than it has."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

import msgspec

from inspector.errors import UsageError
from inspector.resources import parse_document, same_text
from inspector.snapshot import Snapshot
from inspector.wording import names

LEAST_PODS: Final = 10
MOST_PODS: Final = 250
"""The limits of ``maxPods`` (AKS: concepts-network-ip-address-planning)."""

MOST_NODES: Final = 1_000
"""Nodes of a pool (AKS: quotas-skus-regions)."""

T = TypeVar("T")

_SURGE: Final = re.compile(r"[0-9]{1,6}%?")


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """What is supposed of pools, each by its name; the key ``""`` stands for every pool.

    ``nodes`` is how many a pool has, ``max_pods`` how many pods a node of it may run,
    ``max_surge`` what an upgrade adds: a number, or a percentage like ``33%``.
    """

    nodes: Mapping[str, int] = {}
    max_pods: Mapping[str, int] = {}
    max_surge: Mapping[str, str] = {}

    def __bool__(self) -> bool:
        """Whether anything is supposed."""
        return any(values for _, values in self.options)

    @property
    def options(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """What is supposed by the option that says it."""
        return (
            ("--scale", self.nodes),
            ("--max-pods", self.max_pods),
            ("--max-surge", self.max_surge),
        )


def suppose(snapshot: Snapshot, what_if: WhatIf) -> Snapshot:
    """Return the snapshot as ARM would give it if the cluster's pools were as supposed.

    Only the cluster's own document changes: what the nodes of today hold stays as it is. Raises
    ``UsageError`` for a pool that the cluster does not have and for a number AKS does not allow.
    """
    if not what_if:
        return snapshot
    _require_possible(what_if)
    document = msgspec.json.decode(snapshot.documents[snapshot.cluster])
    pools = (document.get("properties") or {}).get("agentPoolProfiles") or []
    _require_known(what_if, [str(pool.get("name")) for pool in pools])
    for pool in pools:
        _change(pool, what_if)
    supposed = msgspec.Raw(msgspec.json.encode(document))
    documents = {**snapshot.documents, snapshot.cluster: supposed}
    changed = msgspec.structs.replace(snapshot, documents=documents)
    cluster = parse_document(snapshot.cluster, supposed)
    if cluster is not None:
        # Thousands of interfaces stay as they are: what was parsed of them is not parsed again.
        vars(changed)["resources"] = {**snapshot.resources, snapshot.cluster: cluster}
    return changed


def _change(pool: dict[str, Any], what_if: WhatIf) -> None:
    name = str(pool.get("name")).lower()
    nodes = _of_pool(what_if.nodes, name)
    max_pods = _of_pool(what_if.max_pods, name)
    max_surge = _of_pool(what_if.max_surge, name)
    if nodes is not None:
        if nodes == 0 and same_text(pool.get("mode"), "System"):
            raise UsageError(f"--scale {name}=0: a system pool keeps one node at least")
        pool["count"] = nodes
    if max_pods is not None:
        pool["maxPods"] = max_pods
    if max_surge is not None:
        settings = pool.get("upgradeSettings") or {}
        pool["upgradeSettings"] = {**settings, "maxSurge": max_surge}


def _of_pool(values: Mapping[str, T], name: str) -> T | None:
    """Return what is supposed of a pool: its own value, else that of every pool."""
    folded = {key.lower(): value for key, value in values.items()}
    return folded.get(name, folded.get(""))


def _require_known(what_if: WhatIf, pools: Iterable[str]) -> None:
    existing = list(pools)
    known = {"", *(each.lower() for each in existing)}
    for option, values in what_if.options:
        for name in values:
            if name.lower() not in known:
                raise UsageError(
                    f"{option} {name}: the cluster has no such pool; "
                    f"it has {names(existing) or 'none'}"
                )


def _require_possible(what_if: WhatIf) -> None:
    limits: tuple[tuple[str, Mapping[str, int], int, int], ...] = (
        ("--scale", what_if.nodes, 0, MOST_NODES),
        ("--max-pods", what_if.max_pods, LEAST_PODS, MOST_PODS),
    )
    for option, values, least, most in limits:
        for number in values.values():
            if not least <= number <= most:
                raise UsageError(f"{option} {number}: AKS allows {least} to {most}")
    for text in what_if.max_surge.values():
        if not _SURGE.fullmatch(text):
            raise UsageError(
                f"--max-surge {text!r}: give a number of nodes or a percentage, as 33%"
            )
