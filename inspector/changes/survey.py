"""Two snapshots of one cluster set against each other."""

from collections.abc import Iterator
from datetime import date

from inspector.assessment import assess
from inspector.changes.answer import (
    Change,
    ChangedTopic,
    Changes,
    Compared,
    Topic,
)
from inspector.changes.areas import AREAS
from inspector.changes.findings import finding_changes, has_other_findings
from inspector.changes.folding import Folded, fold
from inspector.changes.notes import notes
from inspector.changes.setting import Ledger, Sides, set_against
from inspector.changes.unseen import not_comparable
from inspector.config import Config
from inspector.errors import UsageError
from inspector.snapshot import Snapshot
from inspector.topology import Topology


def diff(
    old: Snapshot,
    new: Snapshot,
    *,
    config: Config | None = None,
    as_of: date | None = None,
) -> Changes:
    """Return what changed in a cluster between two snapshots of it.

    ``as_of`` is the day that dates are judged by on both sides, the newer snapshot's own unless
    it is given. Raises ``UsageError`` for snapshots of different clusters, or if the settings
    name an unknown check, and ``BadDocument`` if a document does not have ARM's shape.
    """
    if old.cluster != new.cluster:
        raise UsageError(
            f"the snapshots are of different clusters, {old.cluster} and {new.cluster}; "
            "'aks-inspector compare' sets clusters side by side"
        )
    sides = Sides(Topology(old), Topology(new))
    ledger = Ledger()
    folded = fold(each for area in AREAS for each in set_against(area, sides, ledger))
    day = as_of or new.captured_at.date()
    assessed = [assess(each, config=config, as_of=day) for each in sides]
    findings = finding_changes(sides, *assessed)
    return Changes(
        tool_version=new.tool_version,
        cluster=new.cluster,
        old_captured_at=old.captured_at,
        new_captured_at=new.captured_at,
        as_of=day,
        config=assessed[1].config,
        has_changes=bool(folded.changes) or has_other_findings(findings),
        number=sum(each.number for each in folded.tallies),
        notes=tuple(notes(sides)),
        tallies=folded.tallies,
        topics=tuple(_topics(folded)),
        findings=findings,
        not_comparable=not_comparable(sides, ledger),
        documents=_documents(old, new),
    )


def _topics(folded: Folded) -> Iterator[ChangedTopic]:
    by_topic: dict[Topic, list[Change]] = {}
    for difference, change in folded.changes:
        by_topic.setdefault(difference.area.topic, []).append(change)
    for topic in Topic:
        if topic in by_topic:
            yield ChangedTopic(topic=topic, changes=tuple(by_topic[topic]))


def _documents(old: Snapshot, new: Snapshot) -> Compared:
    return Compared(
        old=len(old.documents),
        new=len(new.documents),
        both=len(old.documents.keys() & new.documents.keys()),
    )
