"""A plan as others see it."""

from datetime import date, datetime

from inspector.planning.ceilings import Ceilings
from inspector.planning.moves import Rehearsal
from inspector.planning.rooms import PoolRunway
from inspector.planning.runway import PodCIDRRunway, SubnetRunway
from inspector.planning.snat import SNAT
from inspector.planning.summary import Summary
from inspector.report.answer import Unknown, View
from inspector.resource_id import ResourceId

SCHEMA_VERSION = 1


class Supposition(View, frozen=True):
    """What an option supposes of a pool; ``pool`` is ``None`` for every one without its own."""

    option: str
    pool: str | None
    value: str


class Plan(View, frozen=True, kw_only=True):
    """What a cluster has room for, and what a move would mean.

    ``what_if`` is by option and pool, and empty where nothing is supposed. Then ``summary`` and
    all figures are of the pools as supposed, ``was`` of a figure is of those there are, and
    ``summary_today`` is the answer for these; it is ``None`` where nothing is supposed. ``subnets``
    are by id, ``pools`` in the cluster's order. ``pod_cidr`` is ``None`` where nodes take no slice
    of one. ``notes`` say what the figures leave open although everything was seen. ``missing`` is
    what could not be seen and a figure, a condition of the move or an effect of it needs, once
    each. ``move`` is ``None`` unless a move is asked for.
    """

    schema_version: int = SCHEMA_VERSION
    tool_version: str
    captured_at: datetime
    cluster: ResourceId
    as_of: date
    what_if: tuple[Supposition, ...]
    summary: Summary
    summary_today: Summary | None
    pools: tuple[PoolRunway, ...]
    subnets: tuple[SubnetRunway, ...]
    pod_cidr: PodCIDRRunway | None
    ceilings: Ceilings
    snat: SNAT
    notes: tuple[str, ...]
    missing: tuple[Unknown, ...]
    move: Rehearsal | None

    @property
    def is_incomplete(self) -> bool:
        """Whether something that the plan needs could not be seen."""
        return bool(self.missing)
