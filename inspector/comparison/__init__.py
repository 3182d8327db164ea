"""Two or more clusters side by side: what each has, where they differ, and why.

What is set beside each other has the same role, whatever it is called: system pools and system
pools, the way out and the way out. Every row is symmetric: the order of the clusters is that of the
columns and changes nothing else.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from inspector.comparison import (
    access,
    addresses,
    balancing,
    ceilings,
    clusters,
    economics,
    findings,
    lifecycle,
    models,
    outbound,
    pools,
    routes,
    subnets,
)
from inspector.comparison.answers import Question, ask_all
from inspector.comparison.clusters import compared_clusters
from inspector.comparison.side import Side
from inspector.comparison.views import (
    Cell,
    ComparedCluster,
    ModelNeeds,
    NamedNumber,
    Need,
    Row,
    Section,
    Workload,
)
from inspector.config import Config
from inspector.errors import UsageError
from inspector.report.answer import Unknown, View
from inspector.snapshot import Snapshot

SCHEMA_VERSION = 1
FINDINGS = "findings"
"""The key of the section that has a row for each check by which clusters differ."""
_FEWEST = 2
_SUBJECTS: tuple[tuple[str, str, tuple[Question, ...]], ...] = (
    ("cluster", "Cluster", clusters.QUESTIONS),
    ("network-model", "Network model", models.QUESTIONS),
    ("pools", "Nodes and pools", pools.QUESTIONS),
    ("addresses", "Addresses", addresses.QUESTIONS),
    ("subnets", "Subnets and pod CIDR", subnets.QUESTIONS),
    ("routes", "Routes", routes.QUESTIONS),
    ("most-nodes", "Most nodes, those of an upgrade included", ceilings.QUESTIONS),
    ("security", "Security groups", access.SECURITY),
    ("load-balancing", "Load balancing", balancing.QUESTIONS),
    ("outbound", "Way out", outbound.QUESTIONS),
    ("api-server", "API access", access.API_SERVER),
    ("lifecycle", "Retirement and migration", lifecycle.QUESTIONS),
)


class ClusterComparison(View, frozen=True, kw_only=True):
    """Clusters side by side; every list of one entry for each has the order of ``clusters``.

    ``as_of`` is the day that dates are judged by for all. ``rows``, ``rows_that_differ`` and
    ``rows_left_open`` count those of the sections; what could not be seen or told leaves a row
    open. ``workloads`` are the address economics.
    """

    schema_version: int = SCHEMA_VERSION
    tool_version: str
    as_of: date
    clusters: tuple[ComparedCluster, ...]
    rows: int
    rows_that_differ: int
    rows_left_open: int
    sections: tuple[Section, ...]
    workloads: tuple[Workload, ...]

    @property
    def is_same(self) -> bool:
        """Whether the clusters differ in nothing that is compared, and all of it was seen."""
        return not self.rows_that_differ and not self.rows_left_open


def compare(
    snapshots: Sequence[Snapshot],
    *,
    config: Config | None = None,
    as_of: date | None = None,
    labels: Sequence[str] | None = None,
) -> ClusterComparison:
    """Set two or more clusters side by side.

    ``as_of`` is the day that dates are judged by, that of the newest snapshot unless it is given.
    ``labels`` are what the user calls the snapshots, told where two clusters have the same name.
    Raises ``UsageError`` for fewer than two snapshots and for settings that name an unknown check,
    ``BadDocument`` if a document does not have ARM's shape.
    """
    if len(snapshots) < _FEWEST:
        raise UsageError("a comparison needs two clusters or more")
    day = as_of or max(each.captured_at for each in snapshots).date()
    sides = [Side(each, config=config, as_of=day) for each in snapshots]
    sections = tuple(_sections(sides))
    differences = Counter(row.differs for each in sections for row in each.rows)
    return ClusterComparison(
        tool_version=", ".join(sorted({each.tool_version for each in snapshots})),
        as_of=day,
        clusters=compared_clusters(sides, labels or [""] * len(sides)),
        rows=differences.total(),
        rows_that_differ=differences[True],
        rows_left_open=differences[None],
        sections=sections,
        workloads=tuple(map(economics.workload, sides)),
    )


def _sections(sides: Sequence[Side]) -> Iterable[Section]:
    for key, title, questions in _SUBJECTS:
        rows = (ask_all(each, sides) for each in questions)
        kept = tuple(row for row in rows if any(cell.value is not None for cell in row.cells))
        if kept:
            yield Section(key=key, title=title, rows=kept)
    yield Section(key=FINDINGS, title="Findings", rows=tuple(findings.rows(sides)))


__all__ = [
    "FINDINGS",
    "SCHEMA_VERSION",
    "Cell",
    "ClusterComparison",
    "ComparedCluster",
    "ModelNeeds",
    "NamedNumber",
    "Need",
    "Row",
    "Section",
    "Unknown",
    "Workload",
    "compare",
]
