"""Post-deployment network topology inspector for Azure Kubernetes Service.

snapshot = inspector.collect(inspector.ResourceId("/subscriptions/…"))
report = inspector.analyze(snapshot)
print(inspector.render(report, inspector.Format.MARKDOWN))
checked = inspector.check(snapshot)
print(inspector.render_check(checked, inspector.CheckFormat.SARIF))
"""

from inspector.baseline import Baseline, load_baseline
from inspector.check_report import CheckReport, check
from inspector.collectors import CLOUDS, Cloud, CloudName, CredentialKind, collect
from inspector.collectors.clouds import private_cloud
from inspector.config import Config, Ignore, Thresholds, load_config
from inspector.demo import demo_clusters, load_demo
from inspector.errors import InspectorError
from inspector.findings import Evidence, Finding, Group, Outcome, Severity, Status
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
    "CheckFormat",
    "CheckReport",
    "Cloud",
    "CloudName",
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
    "Report",
    "ResourceId",
    "Severity",
    "Snapshot",
    "Status",
    "Thresholds",
    "Topology",
    "__version__",
    "analyze",
    "check",
    "choose_checks",
    "collect",
    "demo_clusters",
    "load_baseline",
    "load_config",
    "load_demo",
    "load_snapshot",
    "private_cloud",
    "render",
    "render_check",
    "save_snapshot",
]
