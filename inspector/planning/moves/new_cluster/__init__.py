"""The steps of a move for which AKS has no update: another cluster, and the workloads moved."""

from inspector.planning.moves.new_cluster.steps import steps_beside

__all__ = ["steps_beside"]
