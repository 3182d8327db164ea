"""What a comparison says, as JSON prints it."""

from datetime import datetime

from inspector.findings import Severity
from inspector.network.models import NetworkModel
from inspector.network.pool_sizes import Situation
from inspector.planning.figures import Figure
from inspector.report.answer import TextAnswer, Unknown, View
from inspector.resource_id import ResourceId


class ComparedCluster(View, frozen=True):
    """One of the clusters; ``heading`` tells it from the others, ``tool_version`` collected it.

    ``network_model`` is the declared one in words, with data plane and policy engine.
    """

    heading: str
    name: str
    id: ResourceId
    resource_group: str | None
    subscription: str
    network_model: str
    location: str | None
    kubernetes_version: str | None
    power_state: str | None
    provisioning_state: str | None
    captured_at: datetime
    tool_version: str


class NamedNumber(View, frozen=True):
    """A number behind the words of a cell, under a name that stays the same in every cell."""

    name: str
    value: int


class Cell(View, frozen=True):
    """What one cluster has; ``None`` where the row does not apply to it.

    Cells are the same if ``value`` and ``parts`` are: ``parts`` are what a value sums up, sorted,
    each as often as it is there. ``figures`` hold the value's numbers. ``detail`` has names and
    ranges, which no two clusters share: they are no difference. ``is_least`` says that there may
    be more than could be seen or told, and ``missing`` what hides it. ``why`` is the cause on this
    cluster's side, where the row differs.
    """

    value: TextAnswer
    parts: tuple[str, ...] = ()
    figures: tuple[NamedNumber, ...] = ()
    detail: str | None = None
    is_least: bool = False
    missing: tuple[Unknown, ...] = ()
    why: str | None = None


class Row(View, frozen=True):
    """One question put to every cluster, with a cell for each in the order of the clusters.

    ``key`` stays the same from release to release. ``differs`` is ``None`` where what could not
    be seen or told leaves it open. ``severity`` is that of the worst finding which not every
    cluster is known to have, ``None`` for a row that is not about a check.
    """

    key: str
    title: str
    cells: tuple[Cell, ...]
    differs: bool | None
    severity: Severity | None = None


class Section(View, frozen=True):
    """The rows on one subject; those that apply to no cluster are left out."""

    key: str
    title: str
    rows: tuple[Row, ...]


class Need(View, frozen=True):
    """What the pools take under a model in one situation; a prefix length is the smallest subnet.

    ``pod_subnet_floor`` is with one batch of addresses for each node, ``pod_subnet`` with nodes
    full of pods; both are 0 without a pod subnet. ``slices`` are those of a pod CIDR, ``None``
    without one. A prefix length is ``None`` without a subnet, where the number is unknown, or
    where no subnet is large enough. ``beyond`` is the limit that so much would pass, in words.
    """

    situation: Situation
    node_subnet: Figure
    node_prefix_length: int | None
    pod_subnet_floor: Figure
    pod_subnet: Figure
    pod_prefix_length: int | None
    slices: Figure | None
    beyond: str | None


class ModelNeeds(View, frozen=True):
    """What the pools of a cluster take under one model; ``is_own`` marks the cluster's own."""

    model: NetworkModel
    words: str
    is_own: bool
    needs: tuple[Need, ...]


class Workload(View, frozen=True):
    """The workload of one cluster: its pools, as they are declared, under each model.

    ``nodes`` are those of the pools and ``nodes_not_counted`` those of no pool, which have no
    ``maxPods``: the figures are without them. ``is_open_ended`` says that auto-provisioning adds
    as many as limits inside the cluster allow. The models come with the fewest addresses first.
    """

    nodes: Figure
    nodes_not_counted: int | Unknown
    is_open_ended: bool
    models: tuple[ModelNeeds, ...]
