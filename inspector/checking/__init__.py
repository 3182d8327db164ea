"""How a check works: its types, what it is asked about, how it is run."""

from inspector.checking.check import (
    Check,
    Decision,
    Failed,
    Passed,
    Problem,
    Skipped,
    Undecided,
    evidence,
)
from inspector.checking.commands import az, az_at, az_cluster, az_interface, az_pool, az_services
from inspector.checking.node_verdict import NodeFault, NodeVerdict
from inspector.checking.runner import run
from inspector.checking.subject import Subject
from inspector.checking.verdict import Verdict

__all__ = [
    "Check",
    "Decision",
    "Failed",
    "NodeFault",
    "NodeVerdict",
    "Passed",
    "Problem",
    "Skipped",
    "Subject",
    "Undecided",
    "Verdict",
    "az",
    "az_at",
    "az_cluster",
    "az_interface",
    "az_pool",
    "az_services",
    "evidence",
    "run",
]
