"""Post-deployment network topology inspector for Azure Kubernetes Service.

snapshot = inspector.collect(inspector.ResourceId("/subscriptions/…"))
report = inspector.analyze(snapshot)
print(inspector.render(report, inspector.Format.MARKDOWN))
checked = inspector.check(snapshot)
print(inspector.render_check(checked, inspector.CheckFormat.SARIF))
print(inspector.render(inspector.plan(snapshot, to=inspector.Target.OVERLAY)))
"""

from inspector.baseline import Baseline, load_baseline
from inspector.changes import Changes, diff
from inspector.check_report import CheckReport, check
from inspector.collectors import CLOUDS, Cloud, CloudName, CredentialKind, collect
from inspector.collectors.clouds import private_cloud
from inspector.comparison import ClusterComparison, compare
from inspector.config import Config, Ignore, Thresholds, load_config
from inspector.demo import demo_clusters, load_demo
from inspector.errors import InspectorError
from inspector.findings import Evidence, Finding, Group, Outcome, Severity, Status
from inspector.planning import Plan, Target, WhatIf, plan
from inspector.renderers import CheckFormat, Format, render, render_check
from inspector.report import Report, analyze
from inspector.resource_id import ResourceId
from inspector.selection import choose_checks
from inspector.snapshot import Gap, Snapshot, load_snapshot, save_snapshot
from inspector.topology import Topology
from inspector.version import __version__

__all__ = [
    "CLOUDS",
    "Baseline",
    "Changes",
    "CheckFormat",
    "CheckReport",
    "Cloud",
    "CloudName",
    "ClusterComparison",
    "Config",
    "CredentialKind",
    "Evidence",
    "Finding",
    "Format",
    "Gap",
    "Group",
    "Ignore",
    "InspectorError",
    "Outcome",
    "Plan",
    "Report",
    "ResourceId",
    "Severity",
    "Snapshot",
    "Status",
    "Target",
    "Thresholds",
    "Topology",
    "WhatIf",
    "__version__",
    "analyze",
    "check",
    "choose_checks",
    "collect",
    "compare",
    "demo_clusters",
    "diff",
    "load_baseline",
    "load_config",
    "load_demo",
    "load_snapshot",
    "plan",
    "private_cloud",
    "render",
    "render_check",
    "save_snapshot",
]
