"""What network security groups do with traffic, decided exactly or said to be unknown."""

from inspector.network.security_rules.evaluation import (
    DecidingRule,
    Part,
    Step,
    Verdict,
    evaluate,
    evaluate_both,
)

__all__ = [
    "DecidingRule",
    "Part",
    "Step",
    "Verdict",
    "evaluate",
    "evaluate_both",
]
