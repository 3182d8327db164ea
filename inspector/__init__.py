"""Post-deployment network topology inspector for Azure Kubernetes Service.

snapshot = inspector.collect(inspector.ResourceId("/subscriptions/…"))
report = inspector.analyze(snapshot)
print(inspector.render(report, inspector.Format.MARKDOWN))
checked = inspector.check(snapshot)
print(inspector.render_check(checked, inspector.CheckFormat.SARIF))
print(inspector.render(inspector.plan(snapshot, to=inspector.Target.OVERLAY)))
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from inspector.version import __version__

if TYPE_CHECKING:
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
    from inspector.network.targets import Target
    from inspector.planning import Plan, plan
    from inspector.renderers import CheckFormat, Format, render, render_check
    from inspector.report import Report, analyze
    from inspector.resource_id import ResourceId
    from inspector.selection import choose_checks
    from inspector.snapshot import Gap, Snapshot, load_snapshot, save_snapshot
    from inspector.topology import Topology
    from inspector.what_if import WhatIf

_HOMES: Final = {
    "inspector.baseline": ("Baseline", "load_baseline"),
    "inspector.changes": ("Changes", "diff"),
    "inspector.check_report": ("CheckReport", "check"),
    "inspector.collectors": ("CLOUDS", "Cloud", "CloudName", "CredentialKind", "collect"),
    "inspector.collectors.clouds": ("private_cloud",),
    "inspector.comparison": ("ClusterComparison", "compare"),
    "inspector.config": ("Config", "Ignore", "Thresholds", "load_config"),
    "inspector.demo": ("demo_clusters", "load_demo"),
    "inspector.errors": ("InspectorError",),
    "inspector.findings": ("Evidence", "Finding", "Group", "Outcome", "Severity", "Status"),
    "inspector.network.targets": ("Target",),
    "inspector.planning": ("Plan", "plan"),
    "inspector.renderers": ("CheckFormat", "Format", "render", "render_check"),
    "inspector.report": ("Report", "analyze"),
    "inspector.resource_id": ("ResourceId",),
    "inspector.selection": ("choose_checks",),
    "inspector.snapshot": ("Gap", "Snapshot", "load_snapshot", "save_snapshot"),
    "inspector.topology": ("Topology",),
    "inspector.what_if": ("WhatIf",),
}
"""The public names by module: each is loaded when it is first asked for, so that a program that
needs one of them does not wait for all."""

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


def __getattr__(name: str) -> Any:
    """Return a public name from its module."""
    for module, names in _HOMES.items():
        if name in names:
            return globals().setdefault(name, getattr(import_module(module), name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return sorted({*globals(), *__all__})
