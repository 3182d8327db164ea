"""Post-deployment network topology inspector for Azure Kubernetes Service.

snapshot = inspector.collect(inspector.ResourceId("/subscriptions/…"))
report = inspector.analyze(snapshot)
print(inspector.render(report, inspector.Format.MARKDOWN))
"""

from inspector.check_report import CheckReport, check
from inspector.collectors import CLOUDS, Cloud, CloudName, CredentialKind, collect
from inspector.collectors.clouds import private_cloud
from inspector.demo import demo_clusters, load_demo
from inspector.errors import InspectorError
from inspector.renderers import Format, render, render_check
from inspector.report import Report, analyze
from inspector.resource_id import ResourceId
from inspector.snapshot import Gap, Snapshot, load_snapshot, save_snapshot
from inspector.topology import Topology
from inspector.version import __version__

__all__ = [
    "CLOUDS",
    "CheckReport",
    "Cloud",
    "CloudName",
    "CredentialKind",
    "Format",
    "Gap",
    "InspectorError",
    "Report",
    "ResourceId",
    "Snapshot",
    "Topology",
    "__version__",
    "analyze",
    "check",
    "collect",
    "demo_clusters",
    "load_demo",
    "load_snapshot",
    "private_cloud",
    "render",
    "render_check",
    "save_snapshot",
]
