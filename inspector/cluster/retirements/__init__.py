"""Retired and retiring features: which there are, and whether a cluster uses them."""

from inspector.cluster.retirements.predicates import PREDICATES, Usage, Use, usage_of
from inspector.cluster.retirements.table import RETIREMENTS, Retirement

__all__ = ["PREDICATES", "RETIREMENTS", "Retirement", "Usage", "Use", "usage_of"]
